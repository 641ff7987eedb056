/**
 * Ogg pages (RFC 3533) out of the bytes of a stream, and what an Opus packet (RFC 6716) says of itself.
 *
 * A listener joins in the middle of a stream, and a proxy or a reconnection may lose some of it. So the parser looks for
 * the next page that is whole, by its checksum, and gives out only packets that it has seen from their first byte to
 * their last. Knows no network and no sound.
 *
 * @typedef {object} OggPage
 * @property {number} serial names the logical stream
 * @property {number | null} granule the position after the last packet that ends here; null if none does
 * @property {boolean} begins whether the logical stream begins here
 * @property {boolean} ends
 * @property {Uint8Array[]} packets those that end here
 */

const HEAD = 27;
const CONTINUED = 0x01;
const BEGINS = 0x02;
const ENDS = 0x04;
const MAGIC = [0x4f, 0x67, 0x67, 0x53]; // OggS
/** Samples at 48 kHz of a frame, by the upper five bits of a packet's first byte (RFC 6716, table 2). */
const FRAME_SAMPLES = Array.from({ length: 32 }, (_, config) => {
  if (config < 12) return [480, 960, 1920, 2880][config & 3];
  if (config < 16) return [480, 960][config & 1];
  return [120, 240, 480, 960][config & 3];
});

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24;
  for (let bit = 0; bit < 8; bit++) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  return sum;
});

/**
 * The checksum of a page, reckoned as if its own field, bytes 22 to 25, were zero.
 *
 * @param {Uint8Array} page
 * @returns {number}
 */
export function computeChecksum(page) {
  let sum = 0;
  for (let at = 0; at < page.length; at++) {
    const byte = at >= 22 && at < 26 ? 0 : page[at];
    sum = (sum << 8) ^ CRC_TABLE[(sum >>> 24) ^ byte];
  }
  return sum >>> 0;
}

/** Takes bytes in pieces of any size. */
export class OggParser {
  constructor() {
    this._rest = new Uint8Array(0);
    /** @type {Uint8Array[]} parts of a packet that goes on in the next page */
    this._begun = [];
    /** @type {number | null} */
    this._serial = null;
    this._sequence = 0;
  }

  /**
   * The pages that are whole by now.
   *
   * @param {Uint8Array} bytes
   * @returns {OggPage[]}
   */
  push(bytes) {
    const data = joinBytes([this._rest, bytes]);
    /** @type {OggPage[]} */
    const pages = [];
    let at = 0;
    for (;;) {
      at = findMagic(data, at);
      const length = measurePage(data, at);
      if (length === null) break;
      const page = data.subarray(at, at + length);
      if (readNumber(page, 22) === computeChecksum(page)) {
        pages.push(this._readPage(page));
        at += length;
      } else {
        at += 1;
      }
    }
    this._rest = data.slice(at);
    return pages;
  }

  /**
   * @param {Uint8Array} page
   * @returns {OggPage}
   */
  _readPage(page) {
    const flags = page[5];
    const serial = readNumber(page, 14);
    const sequence = readNumber(page, 18);
    const isNext = serial === this._serial && sequence === this._sequence + 1;
    this._serial = serial;
    this._sequence = sequence;
    const continued = (flags & CONTINUED) !== 0;
    if (!isNext || !continued) this._begun = [];
    /** Whether the first packet is the rest of one whose beginning was missed. */
    let isRest = continued && this._begun.length === 0;
    /** @type {Uint8Array[]} */
    const packets = [];
    let from = HEAD + page[26];
    let to = from;
    for (const lacing of page.subarray(HEAD, HEAD + page[26])) {
      to += lacing;
      if (lacing === 255) continue;
      if (!isRest) packets.push(joinBytes([...this._begun, page.subarray(from, to)]));
      isRest = false;
      this._begun = [];
      from = to;
    }
    if (from < to && !isRest) this._begun.push(page.slice(from, to));
    return {
      serial,
      granule: readGranule(page),
      begins: (flags & BEGINS) !== 0,
      ends: (flags & ENDS) !== 0,
      packets,
    };
  }
}

/**
 * Samples at 48 kHz that an Opus packet decodes to.
 *
 * @param {Uint8Array} packet
 * @returns {number} 0 for what is no Opus packet
 */
export function countOpusSamples(packet) {
  if (packet.length === 0) return 0;
  const code = packet[0] & 3;
  const frames = code === 0 ? 1 : code < 3 ? 2 : packet.length > 1 ? packet[1] & 63 : 0;
  return frames * FRAME_SAMPLES[packet[0] >> 3];
}

/**
 * Whether a packet is one of the two with which an Ogg Opus stream begins (RFC 7845 section 5).
 *
 * @param {Uint8Array} packet
 * @returns {boolean}
 */
export function isOpusHeader(packet) {
  const name = String.fromCharCode(...packet.subarray(0, 8));
  return name === "OpusHead" || name === "OpusTags";
}

/**
 * The samples at the start of a stream that are decoded and not heard, as its head says (RFC 7845 section 5.1).
 *
 * @param {Uint8Array} packet
 * @returns {number}
 */
export function readPreSkip(packet) {
  return isOpusHeader(packet) && packet.length >= 12 ? packet[10] | (packet[11] << 8) : 0;
}

/**
 * Where the next page may begin; near the end, where the rest of its first four bytes may still come.
 *
 * @param {Uint8Array} data
 * @param {number} from
 */
function findMagic(data, from) {
  for (let at = from; at < data.length; at++) {
    let same = 0;
    while (same < 4 && (at + same >= data.length || data[at + same] === MAGIC[same])) same++;
    if (same === 4) return at;
  }
  return data.length;
}

/**
 * Bytes of the page that begins at `at`; null if they are not all there.
 *
 * @param {Uint8Array} data
 * @param {number} at
 */
function measurePage(data, at) {
  const table = at + HEAD;
  if (data.length < table || data.length < table + data[table - 1]) return null;
  let length = HEAD + data[table - 1];
  for (const lacing of data.subarray(table, table + data[table - 1])) length += lacing;
  return data.length < at + length ? null : length;
}

/**
 * @param {Uint8Array} page
 * @param {number} at
 */
function readNumber(page, at) {
  return (page[at] | (page[at + 1] << 8) | (page[at + 2] << 16) | (page[at + 3] << 24)) >>> 0;
}

/** @param {Uint8Array} page */
function readGranule(page) {
  const low = readNumber(page, 6);
  const high = readNumber(page, 10);
  return low === 0xffffffff && high === 0xffffffff ? null : high * 2 ** 32 + low;
}

/** @param {Uint8Array[]} parts */
function joinBytes(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
