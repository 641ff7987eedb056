/**
 * The fallback: an audio element plays a mount, and what is heard is an estimate.
 *
 * A stream begins with Icecast's burst, so its first sound was on the air when the connection was made, less the burst.
 * From then on the element's own clock says how much it has played; what is missing between that and the time that has
 * passed was spent waiting, and the listener stays behind by it. What the element has buffered says less: browsers read
 * in pieces of two seconds.
 */

/** Seconds that what comes first is older than the connection: burst, intro and encoder, less the way. Measured. */
const HEAD_START = 0.25;
/** Milliseconds without progress after which the connection is given up: even silence is sent all the time. */
const PATIENCE = 8000;

export class ElementWay {
  /**
   * @param {string[]} urls tried by turns
   * @param {import("./player.js").WayParts} parts
   */
  constructor(urls, parts) {
    this._urls = urls;
    this._parts = parts;
    this._tried = 0;
    this._audio = new Audio();
    this._audio.preload = "none";
    this._audio.addEventListener("playing", () => parts.onState("playing"));
    this._audio.addEventListener("waiting", () => parts.onState("waiting"));
    for (const type of ["ended", "error"]) this._audio.addEventListener(type, () => this._lose());
    this._isWanted = false;
    /** When the connection was begun, by performance.now(), and the element's clock at the stream's beginning. */
    this._begun = { at: 0, clock: 0 };
    /** When the element's clock was seen to go on, and what it was. */
    this._seen = { at: 0, clock: 0 };
    this._audio.addEventListener("loadedmetadata", () => {
      this._begun.clock = this._audio.currentTime;
    });
  }

  /** @param {number} volume */
  setVolume(volume) {
    this._audio.volume = volume;
  }

  /** Begin to play, anew if it plays already. */
  start() {
    this._isWanted = true;
    this._begun = { at: performance.now(), clock: 0 };
    this._seen = { ...this._begun };
    this._audio.src = this._urls[this._tried % this._urls.length];
    this._audio.load();
    this._audio.play().catch((error) => {
      if (error.name === "NotAllowedError") this._parts.onRefused();
    });
  }

  stop() {
    this._isWanted = false;
    this._audio.pause();
    this._audio.removeAttribute("src");
    this._audio.load(); // lets go of the connection
  }

  /** Does what it can when the page is looked at again. */
  wake() {
    if (this._isWanted && this._audio.paused) this._audio.play().catch(() => {});
  }

  /** Whether something is to be heard; asked several times a second. */
  check() {
    const now = performance.now();
    if (this._audio.currentTime !== this._seen.clock) this._seen = { at: now, clock: this._audio.currentTime };
    else if (this._isWanted && now - this._seen.at > PATIENCE) {
      this._seen.at = now;
      this._lose();
    }
    return !this._audio.paused && this._audio.readyState >= 3;
  }

  heard() {
    if (this._audio.paused || this._audio.readyState < 2) return null;
    const passed = (performance.now() - this._begun.at) / 1000;
    const played = this._audio.currentTime - this._begun.clock;
    return this._parts.clock.estimate(Math.max(0, passed - played + HEAD_START));
  }

  _lose() {
    if (!this._isWanted) return;
    this._tried += 1;
    this._parts.onLost();
  }
}
