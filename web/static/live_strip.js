// Who is live, on every page: it comes and goes when the ear hears the show begin and end, as the title does.
import { findPlace, getNow } from "./station.js";

/** Milliseconds between two looks. */
const LOOK = 400;
/** Milliseconds for which it is said that a show is over. */
const OVER = 15000;

let hiding = 0;

function look() {
  const strip = /** @type {HTMLElement | null} */ (document.querySelector("[data-dj]"));
  const words = strip?.querySelector("[data-live-words]");
  const now = getNow();
  if (!strip || !words || (findPlace()?.song || "") !== (now.song?.code || "")) return;
  const before = strip.dataset.dj || "";
  if (now.dj === before) return;
  strip.dataset.dj = now.dj;
  clearTimeout(hiding);
  strip.hidden = false;
  words.textContent = now.dj ? `${now.dj} is on the air` : `The show of ${before} is over`;
  if (!now.dj) hiding = setTimeout(() => (strip.hidden = true), OVER);
  offerToWrite(now.dj);
}

/** @param {string} dj is on the air; empty: nobody, so nobody can be written to */
function offerToWrite(dj) {
  const card = /** @type {HTMLElement | null} */ (document.querySelector("[data-write]"));
  const name = card?.querySelector("[data-write-name]");
  if (!card || !name) return;
  card.hidden = !dj;
  if (dj) name.textContent = dj;
}

setInterval(look, LOOK);
