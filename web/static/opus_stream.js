/**
 * A mount's Ogg Opus stream: fetched, taken apart, and decoded by WebCodecs.
 *
 * Each piece of sound comes with the stream's serial number and the granule position before its first sample, so that
 * whoever plays it knows what is heard. WebCodecs is there in secure contexts only (https, or the machine itself).
 * Knows no clock and no loudspeaker, and does not try again: whoever uses it does (`player.js`).
 *
 * @typedef {object} Sound
 * @property {number} serial of the logical Ogg stream
 * @property {number} granule samples of the stream before this piece, as they are decoded
 * @property {number} frames
 * @property {Float32Array[]} channels two, 48,000 samples a second
 *
 * @typedef {object} Place where the sound of a packet belongs
 * @property {number} serial
 * @property {number} granule
 * @property {number} skip samples at its head that are not to be heard
 * @property {number} frames those before the end, with the skipped ones
 *
 * @typedef {object} Decoder what is used of WebCodecs' AudioDecoder, which older versions of tsc do not know
 * @property {(config: object) => void} configure
 * @property {(chunk: any) => void} decode
 * @property {() => void} close
 * @property {string} state
 */

import { OggParser, countOpusSamples, isOpusHeader, readPreSkip } from "./ogg.js";

export const CONFIG = { codec: "opus", sampleRate: 48000, numberOfChannels: 2 };
const MICROSECONDS = 1e6 / 48000;
/** Milliseconds without a byte after which the connection is given up: even silence is sent all the time. */
const PATIENCE = 6000;

/**
 * Whether this browser can do it, here.
 *
 * @returns {Promise<boolean>}
 */
export async function canDecode() {
  const api = /** @type {any} */ (globalThis);
  if (!globalThis.isSecureContext || !api.AudioDecoder || !api.EncodedAudioChunk) return false;
  try {
    return (await api.AudioDecoder.isConfigSupported(CONFIG)).supported === true;
  } catch {
    return false;
  }
}

export class OpusStream {
  /**
   * @param {string} url
   * @param {(sound: Sound) => void} onSound
   */
  constructor(url, onSound) {
    this._url = url;
    this._onSound = onSound;
    this._abort = new AbortController();
    this._parser = new OggParser();
    /** @type {Decoder | null} */
    this._decoder = null;
    /** @type {Map<number, Place>} by time stamp in microseconds */
    this._places = new Map();
    /** The serial number of the newest logical stream whose head was read, and the samples that it says to skip. */
    this._head = { serial: -1, skip: 0 };
    /** @type {number | undefined} the granule position of the last page */
    this._end = undefined;
    this._samples = 0;
    /** @type {Error | null} */
    this._fault = null;
  }

  /**
   * Play until the stream ends or `stop` is called. Rejects with what went wrong.
   *
   * @returns {Promise<void>}
   */
  async run() {
    try {
      const answer = await this._withPatience(
        fetch(this._url, { signal: this._abort.signal, cache: "no-store", credentials: "omit" }),
      );
      if (!answer.ok || answer.body === null) throw new Error(`the stream answers ${answer.status}`);
      const reader = answer.body.getReader();
      for (;;) {
        const { value, done } = await this._withPatience(reader.read());
        if (this._fault) throw this._fault;
        if (done || value === undefined) break;
        for (const page of this._parser.push(value)) this._takePage(page);
      }
    } finally {
      this.stop();
    }
  }

  stop() {
    this._abort.abort();
    if (this._decoder && this._decoder.state !== "closed") this._decoder.close();
    this._decoder = null;
    this._places.clear();
  }

  /**
   * @template T
   * @param {Promise<T>} promise
   * @returns {Promise<T>}
   */
  async _withPatience(promise) {
    const timer = setTimeout(() => this._abort.abort(), PATIENCE);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param {import("./ogg.js").OggPage} page */
  _takePage(page) {
    if (page.begins && page.packets.length > 0) {
      this._head = { serial: page.serial, skip: readPreSkip(page.packets[0]) };
    }
    const packets = page.packets.filter((packet) => !isOpusHeader(packet));
    if (page.granule === null || packets.length === 0) return;
    const lengths = packets.map(countOpusSamples);
    const whole = lengths.reduce((sum, frames) => sum + frames, 0);
    // The last page of a logical stream may end within its last packet: what is beyond is not heard.
    let granule = page.ends ? (this._end ?? page.granule - whole) : page.granule - whole;
    const end = page.ends ? page.granule : Infinity;
    const first = this._head.serial === page.serial ? this._head.skip : 0;
    packets.forEach((packet, number) => {
      const frames = Math.min(lengths[number], end - granule);
      const skip = Math.max(0, first - granule);
      this._decode(packet, { serial: page.serial, granule, skip, frames }, lengths[number]);
      granule += lengths[number];
    });
    this._end = page.ends ? undefined : page.granule;
  }

  /**
   * @param {Uint8Array} packet
   * @param {Place} place
   * @param {number} samples
   */
  _decode(packet, place, samples) {
    this._decoder ??= this._makeDecoder();
    const timestamp = Math.round(this._samples * MICROSECONDS);
    this._samples += samples;
    this._places.set(timestamp, place);
    const { EncodedAudioChunk } = /** @type {any} */ (globalThis);
    this._decoder.decode(
      new EncodedAudioChunk({ type: "key", timestamp, duration: Math.round(samples * MICROSECONDS), data: packet }),
    );
  }

  /** @returns {Decoder} */
  _makeDecoder() {
    const { AudioDecoder } = /** @type {any} */ (globalThis);
    const decoder = new AudioDecoder({
      output: (/** @type {any} */ data) => this._takeDecoded(data),
      error: (/** @type {Error} */ error) => {
        this._fault = error;
        this._abort.abort();
      },
    });
    decoder.configure(CONFIG);
    return decoder;
  }

  /** @param {any} data an AudioData of WebCodecs */
  _takeDecoded(data) {
    const place = this._places.get(data.timestamp);
    if (place !== undefined && !this._abort.signal.aborted) {
      for (const known of this._places.keys()) {
        if (known <= data.timestamp) this._places.delete(known);
      }
      const end = Math.min(place.frames, data.numberOfFrames);
      const channels = Array.from({ length: 2 }, (_, plane) => {
        const samples = new Float32Array(data.numberOfFrames);
        data.copyTo(samples, { planeIndex: Math.min(plane, data.numberOfChannels - 1), format: "f32-planar" });
        return samples.subarray(place.skip, end);
      });
      const { serial, granule, skip } = place;
      if (end > skip) this._onSound({ serial, granule: granule + skip, frames: end - skip, channels });
    }
    data.close();
  }
}
