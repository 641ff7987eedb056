// Forms that are sent without leaving the page. What the station answers is shown beside the form, in its own words.
import { findPlace } from "./station.js";

/**
 * @param {string} address
 * @param {Record<string, string>} values
 * @returns {Promise<{isGood: boolean, sentence: string, values: any}>}
 */
export async function send(address, values) {
  let answer;
  try {
    answer = await fetch(address, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRF-Token": document.body.dataset.csrf || "" },
      body: new URLSearchParams(values),
    });
  } catch {
    return { isGood: false, sentence: "The station cannot be reached. Are you connected?", values: null };
  }
  const said = await answer.json().catch(() => ({}));
  const sentence = said.sentence || said.detail || said.title || (answer.ok ? "Done." : `That did not work (${answer.status}).`);
  return { isGood: answer.ok, sentence: capitalise(sentence), values: said };
}

/** @param {string} sentence */
export function capitalise(sentence) {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/**
 * What the vote is about: the song and the frame in the ear.
 *
 * @param {Record<string, string>} values
 */
function addHeard(values) {
  const place = findPlace();
  if (!place) return;
  values.song = place.song;
  if (place.cue !== null) values.cue = String(place.cue);
  if (place.frame !== null) values.frame = String(Math.round(place.frame));
}

/**
 * The form's fields, with the button that was pressed.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} pressed
 * @returns {FormData}
 */
export function makeFormData(form, pressed) {
  return new /** @type {any} */ (FormData)(form, pressed); // Debian's tsc knows one argument
}

document.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const pressed = /** @type {HTMLButtonElement | null} */ (/** @type {SubmitEvent} */ (event).submitter);
  if (!form.matches("form[data-live]") || pressed?.formMethod === "get") return;
  event.preventDefault();
  /** @type {Record<string, string>} */
  const values = {};
  for (const [name, value] of makeFormData(form, pressed)) values[name] = String(value);
  if ("heard" in form.dataset) addHeard(values);
  const output = form.querySelector("output");
  pressed?.setAttribute("aria-disabled", "true");
  const answer = await send(form.getAttribute("action") || "", values);
  pressed?.removeAttribute("aria-disabled");
  if (output) {
    output.textContent = answer.sentence;
    output.dataset.good = String(answer.isGood);
  }
  form.dispatchEvent(new CustomEvent("answered", { bubbles: true, detail: answer }));
  if (answer.isGood && form.dataset.clears !== undefined) form.reset();
});

// How a wish is understood is shown while it is typed.

/** Milliseconds after the last key. */
const PAUSE = 350;
let typed = 0;

document.addEventListener("input", (event) => {
  const input = /** @type {HTMLInputElement} */ (event.target);
  const form = input.closest("form[data-wish]");
  const reading = /** @type {HTMLElement | null | undefined} */ (form?.querySelector("[data-reading]"));
  if (!form || !reading || input.name !== "words") return;
  clearTimeout(typed);
  if (!input.value.trim()) {
    reading.textContent = "";
    return;
  }
  typed = setTimeout(async () => {
    const words = input.value;
    const answer = await send("/api/wishes/read", { words });
    if (input.value !== words) return;
    reading.textContent = answer.sentence;
    reading.classList.toggle("bad", !answer.isGood);
  }, PAUSE);
});
