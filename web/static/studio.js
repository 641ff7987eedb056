// The studio: how far each job is, from the events that come several times a second.
import { events, wantProgress } from "./events.js";

/** @type {Map<number, number>} how long each job's song will be, seconds */
const lengths = new Map();
let isFollowing = false;

export function start() {
  if (isFollowing) return;
  isFollowing = true;
  wantProgress();
  events.addEventListener("job_begun", (event) => {
    const { job, seconds } = /** @type {CustomEvent} */ (event).detail;
    lengths.set(job, seconds);
  });
  events.addEventListener("job_advanced", (event) => {
    const { job, seconds } = /** @type {CustomEvent} */ (event).detail;
    const bar = /** @type {HTMLProgressElement | null} */ (document.querySelector(`progress[data-job="${Number(job)}"]`));
    const length = lengths.get(job) || 0;
    if (bar && length) bar.value = Math.min(1, seconds / length);
  });
}
