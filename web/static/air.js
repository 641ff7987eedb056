// The song in the ear: its title, artist and score change together at the moment at which the ear hears the change, not
// when the station says so, which is some seconds earlier.
import { showControls } from "./controls.js";
import { events } from "./events.js";
import { swap } from "./live_part.js";
import { writeClock } from "./moments.js";
import { afterNavigation } from "./navigation.js";
import { load } from "./score.js";
import { findLag, findPlace, getNow, player, station } from "./station.js";

/** Milliseconds between two looks at what is heard. */
const LOOK = 40;
const MOST_KEPT = 4;

/** @type {Map<string, Promise<string | null>>} the server's HTML of a song on the air, by its code */
const fragments = new Map();
let shown = document.querySelector("[data-song]")?.getAttribute("data-song") || "";
let isSwapping = false;

/** @param {string} code @returns {Promise<string | null>} */
function prepare(code) {
  const known = fragments.get(code);
  if (known) return known;
  load(code, "score");
  const asked = fetch(`/parts/air?song=${encodeURIComponent(code)}`, { headers: { Accept: "text/html" } })
    .then((answer) => (answer.ok ? answer.text() : null))
    .catch(() => null);
  fragments.set(code, asked);
  asked.then((text) => text === null && fragments.delete(code));
  for (const old of [...fragments.keys()].slice(0, -MOST_KEPT)) fragments.delete(old);
  return asked;
}

/** @param {string} code of the song to show; empty: silence */
async function show(code) {
  isSwapping = true;
  const text = await prepare(code);
  await load(code, "score");
  isSwapping = false;
  // While it was loaded the ear may have gone on, or the page to another one.
  const air = document.querySelector("[data-air]");
  if (text === null || (findPlace()?.song || "") !== code) return;
  shown = code;
  if (air) {
    swap(air, text);
    showControls();
  }
  showTitle();
  announce(code);
}

/**
 * Say the new song to those who do not see it, once: the line is a live region, and nothing else of the song is one.
 *
 * @param {string} code of the song; empty: silence
 */
function announce(code) {
  const line = document.querySelector("[data-announced]");
  const [name, by] = [...(document.querySelector("[data-bar-song]")?.children ?? [])].map((one) => one.textContent);
  if (!line || !code) return;
  const now = getNow();
  if (now.dj && now.song?.code === code) line.textContent = name === now.dj ? `${now.dj} is live` : `Live, ${now.dj}: ${name}`;
  else line.textContent = by ? `Now: ${name}, by ${by}` : `Now: ${name}`;
}

/** The title of the window, of the bar, and of the lock screen. */
function showTitle() {
  const bar = document.querySelector("[data-bar-song]");
  const air = document.querySelector("[data-air]");
  const title = air?.querySelector("[data-title]")?.textContent?.trim() || "";
  const artist = air?.querySelector("[data-artist]")?.textContent?.trim() || "";
  const song = getNow().song;
  const { dj } = getNow();
  const named = dj && song?.title === `live: ${dj}` ? dj : song?.title;
  const [name, by] = air ? [title, artist] : [named || "", song?.artist || ""];
  if (bar && name) {
    const [link, small] = [document.createElement("a"), document.createElement("small")];
    link.href = `/songs/${shown || song?.code || ""}`;
    link.textContent = name;
    small.textContent = !dj || (air && shown !== song?.code) ? by : name === dj ? "Live" : `Live: ${dj}`;
    bar.replaceChildren(link, small);
  }
  const stationName = document.querySelector(".brand span")?.textContent || "Bandstand";
  if (air) document.title = name ? `${name} · ${stationName}` : stationName;
  const icon = /** @type {HTMLLinkElement | null} */ (document.querySelector('link[rel="apple-touch-icon"]'))?.href;
  const artwork = icon ? [{ src: icon, sizes: "512x512", type: "image/png" }] : [];
  if (player.state !== "stopped") player.describe({ title: name || stationName, artist: by, album: stationName, artwork });
}

/** @type {Record<string, string>} */
const STATES = {
  playing: "On the air", starting: "About to begin", held: "Waiting for the streamer", stopped: "Stopped",
  silence: "Silence", away: "The station is away, and will be back soon",
};

function look() {
  if (document.hidden && player.state === "stopped") return;
  const place = findPlace();
  const code = place?.song || "";
  if (code !== shown && !isSwapping) show(code);
  const time = document.querySelector("[data-air] [data-time]");
  if (time && place && place.song === shown) {
    const written = writeClock(place.seconds);
    if (time.textContent !== written) time.textContent = written;
  }
  const words = document.querySelector("[data-air] [data-state-words]");
  const said = place?.isExact ? "In your ear, to the note" : player.state === "playing" ? "In your ear" : STATES[getNow().state] || "";
  if (words && said && words.textContent !== said) words.textContent = said;
}

// What comes next to the ear is fetched when it comes on the air, so that it is there when it is heard.
events.addEventListener("song_started", (event) => {
  const song = /** @type {CustomEvent} */ (event).detail.song;
  if (song?.code && document.querySelector("[data-air]")) prepare(song.code);
});
// What a DJ plays changes within the one song that their show is; it is shown when the ear is there.
events.addEventListener("live_titled", () => {
  const code = getNow().song?.code || "";
  setTimeout(() => {
    fragments.delete(code);
    if (code === shown && !isSwapping) show(code);
  }, findLag() * 1000);
});
for (const name of ["favourites_changed", "job_done", "comparison_revealed"]) {
  events.addEventListener(name, (event) => {
    const detail = /** @type {CustomEvent} */ (event).detail;
    fragments.delete(detail.song?.code || detail.song || "");
  });
}
station.addEventListener("now", () => {
  if (!document.querySelector("[data-air]")) showTitle();
});
player.addEventListener("state", showTitle);
afterNavigation(() => {
  shown = document.querySelector("[data-song]")?.getAttribute("data-song") || (document.querySelector("[data-air]") ? "" : shown);
  showControls();
  showTitle();
});
setInterval(look, LOOK);
