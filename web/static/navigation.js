// While music plays, a link swaps the page's content rather than the page, so that the music goes on. When nothing
// plays, links are links.
import { makeFormData } from "./forms.js";
import { player } from "./station.js";
import { swap } from "./live_part.js";

/** @type {(() => void)[]} */
const followers = [];

/** @param {() => void} follower is called after each swap */
export function afterNavigation(follower) {
  followers.push(follower);
}

/** Addresses that are no pages: files, redirects and the like. */
const NO_PAGES = /^\/(api|listen|static|parts|hls|metrics|healthz|readyz|login|logout|account)|\.[a-z0-9]+$/;

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = /** @type {Element} */ (event.target).closest("a");
  if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (player.state === "stopped" || NO_PAGES.test(link.pathname) || (link.pathname === location.pathname && link.hash)) return;
  event.preventDefault();
  visit(link.href, true);
});

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (event.defaultPrevented || form.method !== "get" || player.state === "stopped") return;
  event.preventDefault();
  const address = new URL(form.action);
  const values = makeFormData(form, /** @type {SubmitEvent} */ (event).submitter);
  address.search = new URLSearchParams(/** @type {any} */ (values)).toString();
  visit(address.href, true);
});

addEventListener("popstate", () => visit(location.href, false));

/** On a narrow screen the pages' names are a line that one pushes: the name of this one is in sight. */
function showHere() {
  const nav = /** @type {HTMLElement | null} */ (document.querySelector(".nav"));
  const here = /** @type {HTMLElement | null | undefined} */ (nav?.querySelector("[aria-current]"));
  if (nav && here) nav.scrollLeft = here.offsetLeft - nav.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2;
}

afterNavigation(showHere);
showHere();

/** @param {string} address @param {boolean} isNew whether it becomes an entry of the history */
async function visit(address, isNew) {
  let text;
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!(answer.headers.get("content-type") || "").startsWith("text/html")) throw new TypeError("no page");
    text = await answer.text();
    if (isNew) history.pushState(null, "", answer.redirected ? answer.url : address);
  } catch {
    location.href = address;
    return;
  }
  const fresh = new DOMParser().parseFromString(text, "text/html");
  document.title = fresh.title;
  document.body.dataset.page = fresh.body.dataset.page;
  for (const part of ["main", ".nav"]) {
    const [old, next] = [document.querySelector(part), fresh.querySelector(part)];
    if (old && next) swap(old, next.innerHTML);
  }
  document.querySelector(".notice")?.remove();
  scrollTo(0, 0);
  /** @type {HTMLElement | null} */ (document.querySelector("main"))?.focus({ preventScroll: true });
  for (const follower of followers) follower();
}
