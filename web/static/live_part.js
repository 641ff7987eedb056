// <live-part src="/parts/queue" on="queue_changed song_started" every="60">: a part of the page that the server wrote,
// and that it writes anew when one of these events comes. So nothing is rendered in two languages.
import { events } from "./events.js";
import { showMoments } from "./moments.js";

/** Milliseconds over which the pages of many listeners spread their questions. */
const SPREAD = 800;

class LivePart extends HTMLElement {
  #listening = new AbortController();
  #timer = 0;
  #pending = 0;
  #text = "";
  /** @type {AbortController | null} */
  #asking = null;

  connectedCallback() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    for (const name of (this.getAttribute("on") || "").split(" ").filter(Boolean)) {
      events.addEventListener(name, () => this.refreshSoon(), { signal });
    }
    // A page that was not looked at catches up.
    document.addEventListener("visibilitychange", () => document.hidden || this.refreshSoon(), { signal });
    const every = Number(this.getAttribute("every"));
    if (every) this.#timer = setInterval(() => document.hidden || this.refresh(), every * 1000);
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#asking?.abort();
    clearInterval(this.#timer);
    clearTimeout(this.#pending);
    this.#pending = 0;
  }

  /** Events that follow each other closely lead to one question. */
  refreshSoon() {
    if (this.#pending || document.hidden) return;
    this.#pending = setTimeout(() => {
      this.#pending = 0;
      this.refresh();
    }, 100 + Math.random() * SPREAD);
  }

  async refresh() {
    this.#asking?.abort();
    this.#asking = new AbortController();
    try {
      const answer = await fetch(this.getAttribute("src") || "", { signal: this.#asking.signal, headers: { Accept: "text/html" } });
      if (answer.ok) this.#show(await answer.text());
    } catch {
      // The next event asks again; until then what was there stays.
    }
  }

  /** @param {string} text */
  #show(text) {
    if (text === this.#text) return;
    this.#text = text;
    swap(this, text);
    this.dispatchEvent(new CustomEvent("refreshed", { bubbles: true }));
  }
}

/**
 * Puts the server's HTML in the place of an element's content; the keyboard stays where it was.
 * @param {Element} element
 * @param {string} text HTML from this server, which escapes all that comes from outside
 */
export function swap(element, text) {
  const focused = element.contains(document.activeElement) ? describe(document.activeElement) : "";
  const fresh = new DOMParser().parseFromString(text, "text/html");
  element.replaceChildren(...fresh.body.childNodes);
  showMoments(element);
  if (!focused) return;
  const successor = /** @type {HTMLElement | null} */ (element.querySelector(focused));
  // Without one the keyboard stays in this part, before its first control, and presses nothing that it did not choose.
  if (!successor) element.setAttribute("tabindex", "-1");
  (successor || /** @type {HTMLElement} */ (element)).focus({ preventScroll: true });
}

/** @param {Element | null} element @returns {string} a selector that finds its successor */
function describe(element) {
  if (!element) return "";
  if (element.id) return `#${CSS.escape(element.id)}`;
  const form = element.closest("form");
  const within = form ? `form[action="${CSS.escape(form.getAttribute("action") || "")}"] ` : "";
  const named = ["name", "value", "href"].filter((name) => element.hasAttribute(name));
  const marks = named.map((name) => `[${name}="${CSS.escape(element.getAttribute(name) || "")}"]`);
  return within + element.tagName.toLowerCase() + marks.join("");
}

customElements.define("live-part", LivePart);
