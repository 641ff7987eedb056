// The station's events, over the one connection that a page has, which is made again whenever it is lost.

/** Each event of the station is dispatched by its name, with the event's values as `detail`. */
export const events = new EventTarget();

/** Events that some part of the page acts on. EventSource wants each by its name. */
const NAMES = [
  "state", "queue_changed", "song_started", "song_ended", "cue_sought", "playback_stopped", "playback_resumed",
  "streamer_went_away", "streamer_came_back", "job_ordered", "job_begun", "job_advanced", "job_done", "job_failed",
  "job_cancelled", "job_noticed", "song_rated", "favourites_changed", "comparison_revealed", "skip_vote_began",
  "skipped_by_vote", "mount_came_on", "mount_went_off", "requests_switched", "rights_changed", "schedule_changed",
  "show_started", "show_ended", "watches_changed", "version_ready", "watch_ended", "watch_failed", "job_said",
  "generators_reloaded", "song_exported", "background_job_failed", "band_bred", "heard", "song_remade", "log_written", "listeners",
  "live_took_over", "live_dropped", "live_returned", "live_titled", "live_left", "booth", "dj_told",
];

/** @type {EventSource | null} */
let source = null;
/** Number of the last event, so that a new connection goes on after it. */
let last = "";
let wantsProgress = false;
let wantsBooth = false;

function open() {
  if (source) return;
  const values = new URLSearchParams();
  if (last) values.set("after", last);
  if (wantsProgress) values.set("progress", "true");
  if (wantsBooth) values.set("booth", "true");
  source = new EventSource(`/api/events?${values}`);
  for (const name of NAMES) source.addEventListener(name, take);
  source.addEventListener("open", () => events.dispatchEvent(new Event("open")));
  source.addEventListener("error", () => {
    events.dispatchEvent(new Event("lost"));
    // After an answer such as 503 the browser gives up; then try again, each page at another time.
    if (source?.readyState === EventSource.CLOSED) {
      source = null;
      setTimeout(open, 2000 + Math.random() * 3000);
    }
  });
}

/** From now on `job_advanced` comes as well, several times a second. */
export function wantProgress() {
  if (wantsProgress) return;
  wantsProgress = true;
  reopen();
}

/** From now on `booth` comes as well, twice a second: how it is with DJs who are live. For those alone who may. */
export function wantBooth() {
  if (wantsBooth) return;
  wantsBooth = true;
  reopen();
}

function reopen() {
  source?.close();
  source = null;
  open();
}

/** @param {MessageEvent} message */
function take(message) {
  if (message.lastEventId) last = message.lastEventId;
  let detail;
  try {
    detail = JSON.parse(message.data);
  } catch {
    return;
  }
  // `data` is there as well, so that `events` can stand in for an EventSource.
  events.dispatchEvent(Object.assign(new CustomEvent(message.type, { detail }), { data: message.data }));
}

open();
