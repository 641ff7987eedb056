// The booth: a DJ's level, the seconds of grace and the minutes of their time, as the station tells them twice a second.
// What changes with the state is a part that the server writes; here is what moves in between.
import { events, wantBooth } from "./events.js";

/**
 * @typedef {{name: string, state: string, level: number | null, grace_left: number | null, is_wanted: boolean,
 *   trouble: string, title: string, format: string}} Dj
 * @typedef {{dj: Dj, zone: string}} HeardDj
 */

/** dBFS at the meter's left end. */
const LOWEST = -60;
/** Of the meter in its own units. */
const WIDTH = 600;
/** Seconds for which silence, or a level that is too loud, lasts until it is said. */
const LASTED = 2;
/** Minutes before the end of a DJ's time at which they are warned. */
const WARNINGS = [5, 1];
/** Seconds until the part is asked for again that does not show yet that the time has begun, or is over. */
const ASK_AGAIN = 5;
/** @type {Record<string, string>} what is said of a state, once */
const SAID = {
  offline: "Your connection is gone.", waiting: "You are connected, and nobody hears you.", "on air": "You are on the air.",
  grace: "Nothing is heard of you. Something else is on the air.",
};
/** @type {Record<string, string>} the same of a level */
const LEVELS = { silence: "Silence: nothing is heard of you.", "too loud": "You are too loud." };

let isFollowing = false;
/** What the part on the page was made of. */
let shape = "";
let state = "";
/** Since when the level is in its zone, and whether that was said. */
let zone = { name: "", since: 0, isSaid: false };
let warned = 0;
let end = 0;
/** When the part was asked for anew as the time began or ended. */
let asked = 0;

/** @param {string} selector @returns {HTMLElement | null} */
const find = (selector) => document.querySelector(`[data-booth] ${selector}`);

/** The page is there, or has been swapped in. */
export function start() {
  wantBooth();
  state = find(".state")?.dataset.state || "";
  shape = "";
  if (isFollowing) return;
  isFollowing = true;
  events.addEventListener("booth", (event) => take(/** @type {CustomEvent} */ (event).detail.djs));
  events.addEventListener("dj_told", (event) => {
    const { dj } = /** @type {CustomEvent} */ (event).detail;
    if (dj === document.querySelector("[data-booth]")?.getAttribute("data-booth")) say("Somebody writes to you.");
  });
  document.addEventListener("answered", (event) => {
    const { target, detail } = /** @type {CustomEvent} */ (event);
    if (/** @type {Element} */ (target).closest("[data-booth] live-part")) {
      say(detail.sentence);
      events.dispatchEvent(new Event("booth_changed"));
    }
  });
  document.addEventListener("click", copy);
  setInterval(showTime, 500);
}

/** @param {HeardDj[]} djs */
function take(djs) {
  const own = document.querySelector("[data-booth]")?.getAttribute("data-booth");
  if (own === null || own === undefined) return;
  const now = djs.map(({ dj }) => [dj.name, dj.state, dj.is_wanted, dj.trouble, dj.format, dj.title].join()).join("\n");
  if (shape && now !== shape) events.dispatchEvent(new Event("booth_changed"));
  shape = now || "nobody";
  const found = djs.find(({ dj }) => dj.name === own);
  showState(found?.dj);
  if (found) showLevel(found);
}

/** @param {Dj | undefined} dj */
function showState(dj) {
  const now = dj?.state || "offline";
  if (state && now !== state) say(SAID[now] || "");
  state = now;
  const grace = find("[data-grace]");
  if (grace && dj && dj.grace_left !== null) grace.textContent = `${Math.ceil(dj.grace_left)} s left`;
}

/** @param {HeardDj} heard */
function showLevel({ dj, zone: name }) {
  const meter = find(".meter");
  const { level } = dj;
  const words = level === null ? name : `${Math.round(level)} dBFS, ${name}`;
  const written = find("[data-level]");
  if (written && written.textContent !== words) written.textContent = words;
  if (meter) {
    meter.dataset.zone = name;
    meter.setAttribute("aria-valuenow", String(Math.round(level ?? LOWEST)));
    meter.setAttribute("aria-valuetext", words);
    const lit = level === null ? 0 : Math.min(1, Math.max(0, 1 - level / LOWEST)) * WIDTH;
    meter.querySelector(".lit")?.setAttribute("width", lit.toFixed(1));
  }
  const time = performance.now() / 1000;
  if (name !== zone.name) zone = { name, since: time, isSaid: false };
  if (!zone.isSaid && time - zone.since > LASTED && LEVELS[name] && dj.state !== "offline") {
    zone.isSaid = true;
    say(LEVELS[name]);
  }
}

/** What is left of the DJ's time, with its warnings. */
function showTime() {
  const time = find("[data-time]");
  if (!time) return;
  const [begin, until] = [Number(time.dataset.start), Number(time.dataset.end)];
  if (until !== end) [end, warned] = [until, 0];
  const now = Date.now() / 1000 + offset;
  const isOn = begin <= now && now < until;
  const left = find("[data-left]");
  if (isOn !== Boolean(left)) {
    if (now - asked < ASK_AGAIN) return;
    asked = now;
    events.dispatchEvent(new Event("booth_due"));
    return;
  }
  if (!left) return;
  const seconds = until - now;
  const words = seconds > 90 ? `${Math.ceil(seconds / 60)} min left` : `${Math.ceil(seconds)} s left`;
  if (left.textContent !== words) left.textContent = words;
  left.classList.toggle("bad", seconds <= 60 * WARNINGS[0]);
  const due = WARNINGS.filter((minutes) => seconds <= 60 * minutes).pop() || 0;
  if (due && due !== warned && state !== "offline") {
    say(due === 1 ? "Your time is over in a minute." : `Your time is over in ${due} minutes.`);
  }
  warned = due;
}

/** What is to be added to this machine's clock to have the station's, seconds. */
const offset = Number(document.body.dataset.clock) - Date.now() / 1000;

/** @param {string} sentence is read aloud, once */
function say(sentence) {
  const line = find("[data-booth-said]");
  if (line) line.textContent = sentence;
}

/** @param {MouseEvent} event a press on a button that copies its text */
async function copy(event) {
  const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-copy]"));
  if (!button) return;
  const text = button.dataset.copy || "";
  const shown = button.parentElement?.querySelector("code, pre");
  try {
    await navigator.clipboard.writeText(text);
    say("Copied.");
  } catch {
    // Without https a page may not write there; what is marked can be copied by the keyboard.
    if (shown) getSelection()?.selectAllChildren(shown);
    say("Marked: copy it with the keyboard.");
  }
}
