/**
 * Pieces of sound, one behind the other on the loudspeaker's clock, and what of them is in the ear.
 *
 * Each piece becomes an AudioBufferSourceNode that begins with the very sample at which the one before ends. Sound is
 * held back until there is enough for a start; where it runs dry more is held back from then on, and where too much has
 * come in (the page was frozen, or the clocks differ) some is left out. A stream that is taken up again, after the
 * connection was lost, goes on where it was: what was heard already is left out.
 *
 * What was scheduled is remembered in runs without a gap, so that a moment of the clock leads back to the stream's
 * sample. Which moment is in the ear, the context's `getOutputTimestamp` says: it knows the device's delay.
 *
 * @typedef {import("./opus_stream.js").Sound} Sound
 *
 * @typedef {object} Run
 * @property {number} from sample of the context's clock
 * @property {number} to
 * @property {number} serial
 * @property {number} granule at `from`
 */

export const RATE = 48000;
/** Samples that are there before it starts: a step of the station's bus is 4,608. */
const ENOUGH = 0.2 * RATE;
const MOST_ENOUGH = 2 * RATE;
/** How much more is held back after each time that it ran dry. */
const MORE = 0.15 * RATE;
/** With more than this ahead, beside what is held back, some is left out. */
const TOO_MUCH = 3 * RATE;
/** From the decision to start to the first sample: scheduling takes a moment. */
const LEAD = 0.03 * RATE;
const FADE = 240;
/** Samples for which runs are remembered after they were heard. */
const REMEMBERED = 20 * RATE;

export class SoundSchedule {
  /**
   * @param {AudioContext} context at 48,000 samples a second
   * @param {AudioNode} output
   */
  constructor(context, output) {
    this._context = context;
    this._output = output;
    /** @type {Sound[]} */
    this._held = [];
    this._enough = ENOUGH;
    this._isStarted = false;
    this._isSkipping = false;
    /** The context's sample at which the next piece begins. */
    this._next = 0;
    /** @type {Run[]} */
    this._runs = [];
    /** @type {{serial: number, granule: number} | null} behind the last piece that was taken */
    this._last = null;
    /** @type {Set<AudioBufferSourceNode>} */
    this._nodes = new Set();
    this.underruns = 0;
  }

  /** Whether there is sound for this moment. */
  get isPlaying() {
    return this._isStarted && this._next > this._now();
  }

  /** Seconds of sound that wait. */
  get ahead() {
    const held = this._held.reduce((sum, sound) => sum + sound.frames, 0);
    return ((this._isStarted ? Math.max(0, this._next - this._now()) : 0) + held) / RATE;
  }

  /** @param {Sound} sound */
  push(sound) {
    const last = this._last;
    if (last !== null && last.serial === sound.serial && sound.granule < last.granule) return;
    this._last = { serial: sound.serial, granule: sound.granule + sound.frames };
    this._checkClock();
    if (this._isSkipping) return;
    if (this._isStarted) {
      this._schedule(sound);
      return;
    }
    this._held.push(sound);
    if (this.ahead * RATE >= this._enough) this._start();
  }

  /** Drop all that is not heard yet, and go on with what comes: it has become old. */
  flush() {
    for (const node of this._nodes) node.stop();
    this._nodes.clear();
    this._held = [];
    this._isStarted = false;
  }

  /** Drop all that is not heard yet; what comes may be of another connection. */
  stop() {
    this.flush();
    this._last = null;
  }

  /**
   * What of the stream is in the ear; null where it is nothing.
   *
   * @returns {{serial: number, granule: number} | null}
   */
  locate() {
    return this.locateAt(this._findEar());
  }

  /**
   * What of the stream is played at this time of the context.
   *
   * @param {number} seconds
   * @returns {{serial: number, granule: number} | null}
   */
  locateAt(seconds) {
    const sample = Math.round(seconds * RATE);
    for (let number = this._runs.length - 1; number >= 0; number--) {
      const run = this._runs[number];
      if (run.from <= sample && sample < run.to) {
        return { serial: run.serial, granule: run.granule + sample - run.from };
      }
    }
    return null;
  }

  _now() {
    return Math.round(this._context.currentTime * RATE);
  }

  /** The context's time, in seconds, of the sample that leaves the loudspeaker now. */
  _findEar() {
    const context = this._context;
    const stamp = context.getOutputTimestamp?.();
    if (stamp?.contextTime && stamp.performanceTime) {
      const heard = stamp.contextTime + (performance.now() - stamp.performanceTime) / 1000;
      return Math.min(heard, context.currentTime);
    }
    return context.currentTime - (context.outputLatency || context.baseLatency || 0);
  }

  /** See whether it ran dry, or has far too much. */
  _checkClock() {
    if (!this._isStarted) return;
    const ahead = this._next - this._now();
    if (ahead < 0) {
      this.underruns += 1;
      this._isStarted = false;
      this._enough = Math.min(this._enough + MORE, MOST_ENOUGH);
    }
    this._isSkipping = ahead > (this._isSkipping ? this._enough : this._enough + TOO_MUCH);
  }

  _start() {
    this._isStarted = true;
    this._next = this._now() + LEAD;
    const held = this._held;
    this._held = [];
    for (const sound of held) this._schedule(sound);
  }

  /** @param {Sound} sound */
  _schedule(sound) {
    const buffer = this._context.createBuffer(2, sound.frames, RATE);
    const goesOn = this._remember(sound);
    sound.channels.forEach((samples, number) => {
      if (!goesOn) fadeIn(samples);
      buffer.getChannelData(number).set(samples);
    });
    const node = this._context.createBufferSource();
    node.buffer = buffer;
    node.connect(this._output);
    node.onended = () => {
      node.disconnect();
      this._nodes.delete(node);
    };
    node.start(this._next / RATE);
    this._nodes.add(node);
    this._next += sound.frames;
  }

  /**
   * @param {Sound} sound
   * @returns {boolean} whether it goes on where the one before ended, in its logical stream or in the next one
   */
  _remember(sound) {
    const run = this._runs.at(-1);
    const follows = run !== undefined && run.to === this._next;
    if (follows && run.serial === sound.serial && run.granule + (run.to - run.from) === sound.granule) {
      run.to += sound.frames;
      return true;
    }
    const { serial, granule, frames } = sound;
    this._runs.push({ from: this._next, to: this._next + frames, serial, granule });
    while (this._runs[0].to < this._next - REMEMBERED) this._runs.shift();
    return follows && run.serial !== sound.serial;
  }
}

/** @param {Float32Array} samples */
function fadeIn(samples) {
  for (let at = 0; at < Math.min(FADE, samples.length); at++) samples[at] *= at / FADE;
}
