/**
 * The fallback: an audio element plays a mount, and what is heard is an estimate.
 *
 * The listener is behind the station by what has come in and is not played yet. What has come in is the burst, which
 * Icecast sends at once (the mount says how long it is), and then as much as time has passed. So what counts is when the
 * connection was made: at once, as far as a page can tell. Where the machine has no time, it is made later; then the
 * element knows its metadata late, too, and is taken to have been connected a piece before that. What the element says to
 * have buffered tells nothing: Chromium counts what it has taken apart, which is two seconds less than has come in.
 */

/** Seconds that a browser takes to connect, less what sound takes on its way. Measured. */
const CONNECTING = 0.08;
/** Seconds of burst where it is not said. */
const BURST = 0.5;
/** Milliseconds within which the metadata are there where the connection is made at once. */
const AT_ONCE = 1500;
/** Seconds of sound that come after the burst until a browser has enough to know the metadata. */
const PIECE = 0.35;
/** Milliseconds without progress after which the connection is given up: even silence is sent all the time. */
const PATIENCE = 8000;

export class ElementWay {
  /**
   * @param {import("./player.js").Fallback[]} mounts tried by turns
   * @param {import("./player.js").WayParts} parts
   */
  constructor(mounts, parts) {
    this._mounts = mounts;
    this._parts = parts;
    this._tried = 0;
    this._audio = new Audio();
    this._audio.preload = "none";
    this._audio.addEventListener("playing", () => parts.onState("playing"));
    this._audio.addEventListener("waiting", () => parts.onState("waiting"));
    for (const type of ["ended", "error"]) this._audio.addEventListener(type, () => this._lose());
    this._audio.addEventListener("loadedmetadata", () => this._noteMetadata());
    this._isWanted = false;
    /** Seconds of sound that had come in when performance.now() was 0, as it would be counted back from now. */
    this._ahead = 0;
    this._burst = 0;
    this._startedAt = 0;
    /** What the element's clock was at the stream's beginning. */
    this._origin = 0;
    /** When the element's clock was seen to go on, and what it was. */
    this._seen = { at: 0, clock: 0 };
  }

  /** @param {number} volume */
  setVolume(volume) {
    this._audio.volume = volume;
  }

  /** Begin to play, anew if it plays already. */
  start() {
    const mount = this._mounts[this._tried % this._mounts.length];
    const now = performance.now();
    this._isWanted = true;
    this._burst = mount.burst ?? BURST;
    this._startedAt = now;
    this._origin = 0;
    this._ahead = this._burst - CONNECTING - now / 1000;
    this._seen = { at: now, clock: 0 };
    this._audio.src = mount.url;
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
    const came = this._ahead + performance.now() / 1000;
    return this._parts.clock.estimate(Math.max(0, came - (this._audio.currentTime - this._origin)));
  }

  _noteMetadata() {
    const now = performance.now();
    this._origin = this._audio.currentTime;
    if (now - this._startedAt > AT_ONCE) this._ahead = this._burst + PIECE - now / 1000;
  }

  _lose() {
    if (!this._isWanted) return;
    this._tried += 1;
    this._parts.onLost();
  }
}
