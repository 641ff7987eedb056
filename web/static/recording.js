// A recording's page: a title's time plays from there, the title that is heard is marked, and an address that ends in
// #t=125 begins there.

/** @returns {HTMLAudioElement | null} */
const findAudio = () => document.querySelector("[data-recording] audio");

/** @returns {HTMLElement[]} */
const listTimes = () => [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-recording] [data-at]"))];

/** @param {HTMLAudioElement} audio @param {number} seconds */
function playFrom(audio, seconds) {
  if (audio.readyState) audio.currentTime = seconds;
  else audio.addEventListener("loadedmetadata", () => (audio.currentTime = seconds), { once: true });
  audio.play().catch(() => {}); // the browser wants a press first; the place is kept
}

/** @param {HTMLAudioElement} audio */
function markHeard(audio) {
  const times = listTimes();
  const heard = times.filter((time) => Number(time.dataset.at) <= audio.currentTime + 0.2).pop();
  for (const time of times) {
    if (time === heard) time.setAttribute("aria-current", "true");
    else time.removeAttribute("aria-current");
  }
}

document.addEventListener("click", (event) => {
  const time = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-at]"));
  const audio = findAudio();
  if (!time || !audio || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  playFrom(audio, Number(time.dataset.at));
});

/** The page is there, or has been swapped in. */
export function start() {
  const audio = findAudio();
  if (!audio || audio.dataset.ready) return;
  audio.dataset.ready = "true";
  audio.addEventListener("timeupdate", () => markHeard(audio));
  const place = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash);
  if (place) {
    audio.preload = "metadata";
    audio.addEventListener("loadedmetadata", () => (audio.currentTime = Number(place[1])), { once: true });
  }
}
