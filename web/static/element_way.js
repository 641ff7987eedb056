/**
 * The fallback: an audio element plays a mount, and what is heard is an estimate.
 *
 * An element that plays a stream says how far it has buffered, and the end of that has just come in; so what is heard
 * is behind the station by what is buffered and by what the device takes. That is right to some tenths of a second.
 */

/** Seconds that encoding, the way and the loudspeaker take, beside what the element has buffered. */
const REST = 0.25;
/** What is taken for buffered where the element does not say. */
const UNKNOWN = 1;

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
  }

  /** @param {number} volume */
  setVolume(volume) {
    this._audio.volume = volume;
  }

  /** Begin to play, anew if it plays already. */
  start() {
    this._isWanted = true;
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

  /** Whether nothing is to be heard although something should. */
  check() {
    return !this._audio.paused && this._audio.readyState >= 3;
  }

  heard() {
    if (this._audio.paused || this._audio.readyState < 2) return null;
    const { buffered, currentTime } = this._audio;
    const waits = buffered.length > 0 ? buffered.end(buffered.length - 1) - currentTime : UNKNOWN;
    return this._parts.clock.estimate(Math.max(0, waits) + REST);
  }

  _lose() {
    if (!this._isWanted) return;
    this._tried += 1;
    this._parts.onLost();
  }
}
