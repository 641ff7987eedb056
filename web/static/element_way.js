/**
 * The fallback: an audio element plays a mount, and what is heard is an estimate.
 *
 * The listener is behind the station by what has come in and is not played yet. How much has come in is known in two
 * ways. A stream begins with Icecast's burst, and goes on as time does; so at the least moment at which it can have been
 * opened, the burst was there (`_opened`): that is too much by what the browser took to connect. And the element says
 * what it has buffered: that is too little, as browsers take a stream in pieces of two seconds, but right at the moment
 * at which a piece comes; so the most of it in the last seconds counts (`_arrived`).
 */

/** Seconds that sound is on the way from the station's encoder until it has come in. Measured. */
const ON_THE_WAY = 0.1;
/** Seconds of burst where it is not said. */
const BURST = 0.5;
/** Milliseconds for which the most that was buffered counts: some pieces. */
const WINDOW = 15000;
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
    this._audio.addEventListener("progress", () => this._noteArrival());
    this._isWanted = false;
    /** Seconds of the element's time that had come in when performance.now() was 0, at most. */
    this._opened = 0;
    /**
     * The same by what was buffered, at least, and when that was seen.
     *
     * @type {{ahead: number, at: number}[]}
     */
    this._arrived = [];
    this._end = 0;
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
    this._opened = (mount.burst ?? BURST) - now / 1000;
    this._arrived = [];
    this._end = 0;
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
    this._noteArrival();
    if (this._audio.currentTime !== this._seen.clock) this._seen = { at: now, clock: this._audio.currentTime };
    else if (this._isWanted && now - this._seen.at > PATIENCE) {
      this._seen.at = now;
      this._lose();
    }
    return !this._audio.paused && this._audio.readyState >= 3;
  }

  heard() {
    if (this._audio.paused || this._audio.readyState < 2) return null;
    const came = this._findAhead() + performance.now() / 1000;
    return this._parts.clock.estimate(Math.max(0, came - this._audio.currentTime) + ON_THE_WAY);
  }

  /** Seconds of the element's time that had come in when performance.now() was 0. */
  _findAhead() {
    const since = performance.now() - WINDOW;
    const recent = this._arrived.filter(({ at }) => at >= since).map(({ ahead }) => ahead);
    return Math.min(this._opened, recent.length ? Math.max(...recent) : Infinity);
  }

  _noteArrival() {
    const { buffered } = this._audio;
    const end = buffered.length ? buffered.end(buffered.length - 1) : 0;
    if (end <= this._end || !Number.isFinite(end)) return;
    const at = performance.now();
    this._end = end;
    this._arrived.push({ ahead: end - at / 1000, at });
    if (this._arrived.length > 1000) this._arrived.splice(0, 500);
  }

  _lose() {
    if (!this._isWanted) return;
    this._tried += 1;
    this._parts.onLost();
  }
}
