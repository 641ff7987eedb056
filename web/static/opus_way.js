/**
 * The good way: the Opus mount through WebCodecs and an AudioContext, so that what is heard is known to the sample.
 *
 * Puts together `opus_stream.js` (connection and decoder), `sound_schedule.js` (loudspeaker) and `heard_clock.js`. The
 * schedule outlives a connection: what was received goes on to be heard while the next connection is made.
 */

import { OpusStream } from "./opus_stream.js";
import { RATE, SoundSchedule } from "./sound_schedule.js";

/** Seconds in which the volume moves to what was set: no click. */
const GLIDE = 0.02;
/** Milliseconds; where the system has put the sound aside for longer (a call), what was to be heard then is dropped. */
const LONG = 1500;

export class OpusWay {
  /**
   * @param {string} url
   * @param {import("./player.js").WayParts} parts
   */
  constructor(url, parts) {
    this._url = url;
    this._parts = parts;
    /** @type {AudioContext | null} */
    this.context = null;
    /** @type {GainNode | null} */
    this.output = null;
    /** @type {SoundSchedule | null} */
    this.schedule = null;
    /** @type {OpusStream | null} */
    this._stream = null;
    this._volume = 1;
    this.hasSounded = false;
    /** @type {number | null} since when the system has put the sound aside, by performance.now() */
    this._asideSince = null;
  }

  /** @param {number} volume */
  setVolume(volume) {
    this._volume = volume;
    if (this.context && this.output) this.output.gain.setTargetAtTime(volume, this.context.currentTime, GLIDE);
  }

  /** Make the context while the page still has the user's gesture; a browser may refuse sound without one. */
  prepare() {
    if (this.context) return;
    this.context = new AudioContext({ sampleRate: RATE, latencyHint: "balanced" });
    this.output = this.context.createGain();
    this.output.gain.value = this._volume;
    this.output.connect(this.context.destination);
    this.schedule = new SoundSchedule(this.context, this.output);
    this._asideSince = performance.now();
    this.context.onstatechange = () => this._takeContextState();
    this.wake();
  }

  /** Connect, anew if there is a connection. */
  start() {
    this.prepare();
    this._stream?.stop();
    /** @type {OpusStream} */
    const stream = new OpusStream(this._url, (sound) => this._take(stream, sound));
    this._stream = stream;
    const lose = () => {
      if (this._stream !== stream) return; // it was ended by us
      this._stream = null;
      this._parts.onLost();
    };
    stream.run().then(lose, lose);
  }

  stop() {
    const stream = this._stream;
    this._stream = null;
    stream?.stop();
    this.schedule?.stop();
    void this.context?.close();
    this.context = this.output = this.schedule = null;
  }

  /** Go on after the system has put the sound aside (a call, another tab, a locked screen). */
  wake() {
    const context = this.context;
    if (context === null || context.state === "running") return;
    context.resume().then(
      () => {},
      () => this._parts.onRefused(),
    );
  }

  _takeContextState() {
    if (this.context?.state !== "running") {
      this._asideSince ??= performance.now();
      return;
    }
    if (this._asideSince !== null && performance.now() - this._asideSince > LONG) this.schedule?.flush();
    this._asideSince = null;
  }

  check() {
    return this.context?.state === "running" && this.schedule?.isPlaying === true;
  }

  heard() {
    const place = this.check() ? this.schedule?.locate() : null;
    return place ? this._parts.clock.locate(place.serial, place.granule) : null;
  }

  /**
   * @param {OpusStream} stream
   * @param {import("./opus_stream.js").Sound} sound
   */
  _take(stream, sound) {
    if (this._stream !== stream || this.schedule === null) return;
    this.schedule.push(sound);
    if (this.check()) {
      this.hasSounded = true;
      this._parts.onState("playing");
    }
  }
}
