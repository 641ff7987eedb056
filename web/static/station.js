// What is on the air, and what is in the ear. The player says to the frame what is heard; for those who do not listen
// here, what is on the air is counted on from the station's last answer.
import { events } from "./events.js";
import { Player } from "./player.js";

const RATE = 48000;
const body = document.body.dataset;

export const player = new Player({
  opusUrl: body.opus || "",
  fallbackUrls: (body.fallbacks || "").split(" ").filter(Boolean),
  heardUrl: "/api/heard",
});

/**
 * @typedef {object} Place Where in which song one is.
 * @property {string} song its code
 * @property {number | null} cue the playing that it is
 * @property {number} seconds into the song
 * @property {number | null} frame into the song, where the player knows it
 * @property {boolean} isExact whether it is what is heard, to the frame
 * @property {boolean} isMoving whether it goes on
 */

/** @typedef {{code: string, title: string, artist: string, seconds: number, state: string}} Song */
/** @typedef {{state: string, song: Song | null, cue: number | null, seconds: number, turn: string, at: number}} Now */

/** Dispatches `now` when what is on the air has changed. */
export const station = new EventTarget();

/** @type {Now | null} */
let now = null;
let asking = 0;

/** What is on the air, as the station said it last; `at` is when, as performance.now() has it. */
export function getNow() {
  return now;
}

/** @returns {Place | null} what is in the ear; where nothing is, what is on the air */
export function findPlace() {
  const heard = player.heard();
  if (heard) {
    return {
      song: heard.song,
      cue: heard.cue,
      frame: heard.frame,
      seconds: heard.frame / RATE,
      isExact: Boolean(heard.exact),
      isMoving: true,
    };
  }
  if (!now?.song) return null;
  const isMoving = now.state === "playing";
  const passed = isMoving ? (performance.now() - now.at) / 1000 : 0;
  const seconds = now.song.seconds ? Math.min(now.seconds + passed, now.song.seconds) : now.seconds + passed;
  return { song: now.song.code, cue: now.cue, frame: null, seconds, isExact: false, isMoving };
}

/** Asks the station what is on the air. Of several calls that are waiting the last one counts. */
export async function refreshNow() {
  const number = ++asking;
  const sent = performance.now();
  try {
    const answer = await fetch("/parts/now.json", { headers: { Accept: "application/json" } });
    if (!answer.ok || number !== asking) return;
    const values = await answer.json();
    const received = performance.now();
    now = { ...values, at: received - Math.min(received - sent, 1000) / 2 };
    station.dispatchEvent(new CustomEvent("now"));
  } catch {
    // The next event asks again.
  }
}

for (const name of ["state", "song_started", "song_ended", "cue_sought", "playback_stopped", "playback_resumed",
  "streamer_went_away", "streamer_came_back"]) {
  // Each page at another moment, so that a thousand listeners do not ask at once.
  events.addEventListener(name, () => setTimeout(refreshNow, 50 + Math.random() * 400));
}
setInterval(() => document.hidden || refreshNow(), 60_000);
refreshNow();
