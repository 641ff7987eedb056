// What is on the air, and what is in the ear. The player says to the frame what is heard; for those who do not listen
// here, what is on the air is counted on from what the station said last.
import { events } from "./events.js";
import { Player } from "./player.js";

const RATE = 48000;
/** Milliseconds for which the last place is counted on when the player does not know the place for a moment. */
const GRACE = 2000;
/** Seconds. */
const MOST_LAG = 30;
const body = document.body.dataset;

export const player = new Player({
  opusUrl: body.opus || "",
  fallbacks: JSON.parse(body.fallbacks || "[]"),
  heardUrl: "/api/heard",
  events,
});

/**
 * @typedef {object} Place Where in which song one is.
 * @property {string} song its code
 * @property {number | null} cue the playing that it is
 * @property {number} seconds into the song
 * @property {number | null} frame into the song, where the player knows it
 * @property {boolean} isExact whether it is what is heard, to the frame
 *
 * @typedef {{code: string, title: string, artist: string, seconds: number, state: string}} Song
 * @typedef {{state: string, song: Song | null, cue: number | null, seconds: number, at: number, dj: string}} Now `dj` is
 *   who is live, or empty
 */

/** Dispatches `now` when the station says what is on the air. */
export const station = new EventTarget();

/** What is to be added to this machine's clock to have the station's, seconds. */
const offset = Number(body.clock) - Date.now() / 1000;
/** @type {Now} */
let now = { ...JSON.parse(body.now || '{"state": "away", "song": null, "dj": ""}'), at: performance.now() };
/** @type {{song: string, cue: number, frame: number, at: number, exact: boolean} | null} */
let lastHeard = null;

/** What is on the air, as the station said it last: `seconds` into the song when performance.now() was `at`. */
export function getNow() {
  return now;
}

/** @returns {Place | null} what is in the ear; where nothing is, what is on the air */
export function findPlace() {
  const heard = player.state === "stopped" ? null : player.heard();
  const time = performance.now();
  if (heard) lastHeard = heard;
  else if (player.state === "stopped") lastHeard = null;
  if (lastHeard && time - lastHeard.at < GRACE) {
    const frame = lastHeard.frame + (heard ? 0 : Math.round(((time - lastHeard.at) / 1000) * RATE));
    return { song: lastHeard.song, cue: lastHeard.cue, frame, seconds: frame / RATE, isExact: lastHeard.exact };
  }
  if (!now.song) return null;
  const passed = now.state === "playing" ? (time - now.at) / 1000 : 0;
  const seconds = Math.min(now.seconds + passed, now.song.seconds || Infinity);
  return { song: now.song.code, cue: now.cue, frame: null, seconds, isExact: false };
}

/** @returns {number} seconds by which the ear is behind the station; 0 where nobody listens here, or it is not known */
export function findLag() {
  const place = player.state === "stopped" ? null : findPlace();
  if (!place || place.song !== now.song?.code) return 0;
  const passed = now.state === "playing" ? (performance.now() - now.at) / 1000 : 0;
  return Math.min(MOST_LAG, Math.max(0, now.seconds + passed - place.seconds));
}

events.addEventListener("state", (event) => {
  const { now_playing: playing, at, is_bot_away: isAway } = /** @type {CustomEvent} */ (event).detail;
  const age = Math.max(0, Date.now() / 1000 + offset - at);
  now = {
    ...playing,
    song: playing.song ?? null,
    dj: playing.song?.kind === "live" ? playing.name : "",
    seconds: (playing.seconds || 0) + (playing.state === "playing" ? age : 0),
    state: isAway ? "away" : playing.state,
    at: performance.now(),
  };
  station.dispatchEvent(new Event("now"));
});

/** @type {AnalyserNode | null} */
let analyser = null;
/** @type {AudioNode | null} */
let analysed = null;
const LOWEST = 40;
const COLUMNS = 64;

/**
 * How loud each of 64 bands from 40 Hz to 16 kHz is in the ear, from 0 to 1; null where that cannot be known.
 *
 * @returns {number[] | null}
 */
export function readSpectrum() {
  const output = player.output;
  if (!output) return null;
  if (analysed !== output) {
    analyser = output.context.createAnalyser();
    analyser.fftSize = 4096;
    analyser.smoothingTimeConstant = 0.7;
    output.connect(analyser);
    analysed = output;
  }
  if (!analyser) return null;
  const levels = new Uint8Array(analyser.frequencyBinCount);
  analyser.getByteFrequencyData(levels);
  const each = output.context.sampleRate / analyser.fftSize;
  return Array.from({ length: COLUMNS }, (_, column) => {
    const frequency = LOWEST * 400 ** (column / COLUMNS);
    return (levels[Math.min(levels.length - 1, Math.round(frequency / each))] || 0) / 255;
  });
}
