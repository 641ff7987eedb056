// Play, volume, colours, the keyboard, and what a telephone's lock screen shows.
import { player } from "./station.js";

const LABELS = { stopped: "Play", connecting: "Stop, connecting", waiting: "Stop, waiting for the station", playing: "Stop" };
const root = document.documentElement;

/** Shows the player's state on every button and slider, also on those that came later. */
export function showControls() {
  for (const button of document.querySelectorAll("[data-play]")) {
    /** @type {HTMLElement} */ (button).dataset.state = player.state;
    button.setAttribute("aria-label", LABELS[player.state] || "Play");
  }
  for (const slider of document.querySelectorAll("[data-volume]")) {
    /** @type {HTMLInputElement} */ (slider).value = String(Math.round(player.volume * 100));
  }
  const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.querySelector("[data-theme-switch]")?.setAttribute("aria-pressed", String(isDark));
}

function toggle() {
  if (player.state === "stopped") player.play();
  else player.stop();
}

/** @param {number} volume from 0 to 1 */
function setVolume(volume) {
  player.volume = Math.min(1, Math.max(0, volume));
  store("volume", String(player.volume));
  showControls();
}

/** @param {string} key @param {string} value */
function store(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Not everybody lets pages keep anything.
  }
}

/** @param {string} key */
function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (target.closest("[data-play]")) toggle();
  if (target.closest("[data-theme-switch]")) {
    const isDark = target.closest("[data-theme-switch]")?.getAttribute("aria-pressed") === "true";
    root.dataset.theme = isDark ? "light" : "dark";
    store("theme", root.dataset.theme);
    showControls();
    document.dispatchEvent(new CustomEvent("colours"));
  }
});

document.addEventListener("input", (event) => {
  const slider = /** @type {HTMLInputElement} */ (event.target);
  if (slider.matches("[data-volume]")) setVolume(Number(slider.value) / 100);
});

document.addEventListener("keydown", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  // A letter is a command only at the player: those who speak to their machine would mute it by many a word (WCAG 2.2,
  // 2.1.4).
  if (event.key === "m" && target.closest("[data-play], [data-volume]")) mute();
  if (target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === " " && !target.closest("button, a, summary, audio, pre")) {
    event.preventDefault();
    toggle();
  }
});

/** Off, and on again as loud as it was. */
function mute() {
  if (player.volume) store("loud", String(player.volume));
  setVolume(player.volume ? 0 : Number(recall("loud")) || 1);
}

// A song's own page can play it: one thing at a time is heard. The station's element, where it has one, is in no page.
document.addEventListener("play", () => player.stop(), true);
player.addEventListener("state", () => {
  if (player.state !== "stopped") document.querySelectorAll("audio").forEach((audio) => audio.pause());
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  showControls();
  document.dispatchEvent(new CustomEvent("colours"));
});
player.addEventListener("state", showControls);

const kept = Number(recall("volume") ?? NaN);
if (kept >= 0 && kept <= 1) player.volume = kept;
showControls();
