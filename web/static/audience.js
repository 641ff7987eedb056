// How many listen, as the station tells it: the server's words, put in their places.
import { events } from "./events.js";

/** @typedef {{words: string, mounts: {path: string, is_on_air: boolean, words: string}[]}} Audience */

events.addEventListener("listeners", (event) => {
  /** @type {Audience} */
  const audience = /** @type {CustomEvent} */ (event).detail;
  const all = document.querySelector("[data-audience]");
  if (all) write(all, audience.words);
  for (const mount of audience.mounts) {
    const row = document.querySelector(`[data-mount="${CSS.escape(mount.path)}"]`);
    const [lamp, words] = [row?.querySelector(".lamp"), row?.querySelector("[data-words]")];
    if (lamp) lamp.setAttribute("data-on", String(mount.is_on_air));
    if (words) write(words, mount.words);
  }
});

/** @param {Element} element @param {string} text */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
