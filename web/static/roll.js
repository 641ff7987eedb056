// <song-roll>: the song in the ear as a piano roll that moves with it: the notes of every part, bars, chords and
// sections. A song without a score shows its waveform, and the spectrum of what is heard, instead.
//
// Around it the server wrote a strip of the whole song (an SVG), a line for the place in words, and who plays; this
// element moves the strip's mark and lights the players that sound. Where less motion is wished, the picture stands
// still and turns over every few bars.
import { events } from "./events.js";
import { describePlace, findLast, findNotes, findSounding, load } from "./score.js";
import { findPlace, readSpectrum } from "./station.js";

/** Seconds that a thousand pixels show. */
const SPAN = 11;
/** Where the present is, as a share of the width. */
const PRESENT = 0.3;
const HEAD = 40;
const VOICES = ["drums", "bass", "chords", "arpeggio", "pad", "melody", "other"];
/** Milliseconds after which a score is asked for again that is still being written. */
const AGAIN = 1500;
const isStill = matchMedia("(prefers-reduced-motion: reduce)");

/** @typedef {import("./score.js").Score} Score */
/** @typedef {{ context: CanvasRenderingContext2D, width: number, height: number }} Surface */
/**
 * @typedef {object} Sound as /api/songs/CODE/waveform has it
 * @property {number[]} peaks 0 to 1
 * @property {number} columns_per_second
 * @property {string} [spectrum] base64: a byte for each band of each column
 * @property {number} [spectra_per_second]
 * @property {number[]} [bands] edges in hertz
 */

class SongRoll extends HTMLElement {
  /** @type {Score | null} */ #score = null;
  /** @type {Sound | null} */ #sound = null;
  /** @type {Record<string, string>} */ #colours = {};
  /** @type {Surface | null} */ #surface = null;
  /** @type {Surface | null} */ #strip = null;
  /** @type {Uint8Array | null} */ #spectra = null;
  #said = "";
  #sounding = "";
  #frame = 0;
  #timer = 0;
  #isSeen = true;
  #listening = new AbortController();
  /** @type {IntersectionObserver | null} */ #watcher = null;
  /** @type {ResizeObserver | null} */ #sizes = null;

  get code() {
    return this.getAttribute("code") || "";
  }

  /** The score that is drawn; for tests, too. */
  get score() {
    return this.#score;
  }

  connectedCallback() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    document.addEventListener("colours", () => this.#readColours(), { signal });
    document.addEventListener("visibilitychange", () => this.#run(), { signal });
    events.addEventListener("job_done", (event) => {
      if (/** @type {CustomEvent} */ (event).detail.song?.code === this.code) this.#load(true);
    }, { signal });
    this.#readColours();
    this.#sizes = new ResizeObserver(() => this.#measure());
    this.#watcher = new IntersectionObserver((entries) => {
      this.#isSeen = entries[entries.length - 1].isIntersecting;
      this.#run();
    });
    const canvas = this.querySelector(".roll-box canvas");
    if (canvas) {
      this.#sizes.observe(canvas);
      this.#watcher.observe(canvas);
    }
    this.#measure();
    this.#load(false);
    this.#run();
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#watcher?.disconnect();
    this.#sizes?.disconnect();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#frame = 0;
  }

  /** @param {boolean} isFresh */
  async #load(isFresh) {
    clearTimeout(this.#timer);
    const score = await load(this.code, "score", isFresh);
    if (!this.isConnected) return;
    if (score) {
      this.#score = score;
      const isWhole = score.composed > score.seconds - 8;
      if (!isWhole) this.#timer = setTimeout(() => this.#load(true), AGAIN);
    } else if (this.getAttribute("kind") === "sound") {
      this.#sound = await load(this.code, "waveform");
    } else {
      this.#timer = setTimeout(() => this.#load(true), AGAIN);
    }
  }

  #readColours() {
    const style = getComputedStyle(document.documentElement);
    const names = [...VOICES, "ink", "soft", "accent", "glow", "roll", "roll-line", "roll-bar", "sunk"];
    this.#colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  }

  #measure() {
    this.#surface = prepareCanvas(this.querySelector(".roll-box canvas"));
    this.#strip = prepareCanvas(this.querySelector(".strip-box canvas"));
  }

  #run() {
    const isWanted = this.isConnected && this.#isSeen && !document.hidden;
    if (isWanted && !this.#frame) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    const place = findPlace();
    const seconds = place?.song === this.code ? place.seconds : 0;
    if (this.#surface) {
      if (this.#score) this.#drawScore(this.#surface, this.#score, seconds);
      else this.#drawSound(this.#surface, seconds);
    }
    if (this.#strip) this.#drawStrip(this.#strip, seconds);
    if (this.#score) this.#say(this.#score, seconds);
    this.#run();
  }

  /**
   * The seconds at the left edge.
   *
   * @param {Surface} surface
   * @param {number} now
   */
  #findLeft(surface, now) {
    const span = this.#getSpan(surface);
    if (!isStill.matches) return now - span * PRESENT;
    const bars = this.#score?.bars;
    if (!bars || bars.length < 2) return Math.floor(now / span) * span;
    const many = Math.max(1, Math.floor(span / (bars[1] - bars[0])));
    return bars[Math.floor(Math.max(0, findLast(bars, (bar) => bar <= now)) / many) * many];
  }

  /** @param {Surface} surface */
  #getSpan(surface) {
    return Math.max(5, (surface.width / 1000) * SPAN);
  }

  /** @param {Surface} surface @param {Score} score @param {number} now seconds */
  #drawScore(surface, score, now) {
    const { context, width, height } = surface;
    const left = this.#findLeft(surface, now);
    const right = left + this.#getSpan(surface);
    const toX = (/** @type {number} */ seconds) => ((seconds - left) / (right - left)) * width;
    context.fillStyle = this.#colours.roll;
    context.fillRect(0, 0, width, height);
    this.#drawGrid(surface, score, left, right, toX);
    const hasDrums = score.parts.some((part) => part.voice === "drums");
    const drums = hasDrums ? Math.min(64, height * 0.2) : 0;
    const [low, high] = score.high ? [score.low - 2, score.high + 2] : [48, 72];
    const row = (height - HEAD - drums) / (high - low + 1);
    const tall = Math.min(12, Math.max(4.5, row - 1));
    const [lit, past, coming] = [1, 0.42, 0.72];
    for (const note of findNotes(score, left, right)) {
      const voice = this.#voiceOf(score, note.part);
      const sounds = note.start <= now && now < note.end;
      const x = toX(note.start);
      const wide = Math.max(3, toX(note.end) - x - 1);
      context.fillStyle = this.#colours[voice];
      if (voice === "drums") {
        const y = height - 8 - ((note.pitch - 35) % 12) * ((drums - 14) / 12);
        const size = 2.2 + note.force * 2.2 + (sounds ? 2 : 0);
        context.globalAlpha = sounds ? lit : note.end < now ? past : coming;
        context.beginPath();
        context.arc(x, y, size, 0, 7);
        context.fill();
        continue;
      }
      const isEffect = score.parts[note.part].voice === "effects";
      const y = isEffect ? height - tall - 4 : HEAD + (high - note.pitch) * row;
      if (sounds) {
        context.globalAlpha = 0.3;
        fillRound(context, x - 4, y - 4, wide + 8, tall + 8, 6);
      }
      context.globalAlpha = (sounds ? lit : note.end < now ? past : coming) * (0.65 + 0.35 * note.force);
      fillRound(context, x, y, wide, tall, 3);
    }
    context.globalAlpha = 1;
    this.#drawPresent(surface, toX(now));
  }

  /**
   * Bars, chords and sections.
   *
   * @param {Surface} surface
   * @param {Score} score
   * @param {number} left
   * @param {number} right
   * @param {(seconds: number) => number} toX
   */
  #drawGrid(surface, score, left, right, toX) {
    const { context, height } = surface;
    const colours = this.#colours;
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "middle";
    score.sections.forEach((section, index) => {
      if (section.end < left || section.start > right) return;
      const [from, to] = [toX(section.start), toX(section.end)];
      if (index % 2) {
        context.fillStyle = colours["roll-line"];
        context.globalAlpha = 0.45;
        context.fillRect(from, 0, to - from, height);
        context.globalAlpha = 1;
      }
      context.fillStyle = colours.soft;
      context.fillText(section.name, Math.min(Math.max(from, 0) + 6, to - context.measureText(section.name).width - 4), 11);
    });
    for (let bar = Math.max(0, findLast(score.bars, (at) => at < left)); bar < score.bars.length; bar++) {
      const at = score.bars[bar];
      if (at > right) break;
      const x = Math.round(toX(at)) + 0.5;
      context.fillStyle = bar % 4 ? colours["roll-line"] : colours["roll-bar"];
      context.fillRect(x - 0.5, HEAD - 18, 1, height);
    }
    let free = -Infinity;
    context.fillStyle = colours.ink;
    for (let index = Math.max(0, findLast(score.chords, (one) => one.start < left)); index < score.chords.length; index++) {
      const chord = score.chords[index];
      if (chord.start > right) break;
      const next = score.chords[index + 1];
      const x = Math.max(toX(chord.start), next ? Math.min(0, toX(next.start) - 40) : 0) + 6;
      if (x < free || score.chords[index - 1]?.name === chord.name) continue;
      context.fillText(chord.name, x, 29);
      free = x + context.measureText(chord.name).width + 8;
    }
  }

  /** @param {Surface} surface @param {number} x */
  #drawPresent(surface, x) {
    const { context, height } = surface;
    context.fillStyle = this.#colours.accent;
    context.fillRect(x - 1, 0, 2, height);
  }

  /** @param {Score} score @param {number} part */
  #voiceOf(score, part) {
    const voice = score.parts[part].voice;
    return VOICES.includes(voice) ? voice : "other";
  }

  /**
   * The waveform around the present, and below it the spectrum of what is heard.
   *
   * @param {Surface} surface
   * @param {number} now
   */
  #drawSound(surface, now) {
    const { context, width, height } = surface;
    const left = this.#findLeft(surface, now);
    const span = this.#getSpan(surface);
    const middle = height * 0.4;
    context.fillStyle = this.#colours.roll;
    context.fillRect(0, 0, width, height);
    const peaks = this.#sound?.peaks ?? [];
    const rate = this.#sound?.columns_per_second ?? 1;
    for (let x = 0; x < width; x += 3) {
      const peak = peaks[Math.floor((left + (x / width) * span) * rate)] || 0;
      const tall = Math.max(1, peak * middle * 0.9);
      context.fillStyle = x < ((now - left) / span) * width ? this.#colours.accent : this.#colours.soft;
      context.fillRect(x, middle - tall, 2, tall * 2);
    }
    const spectrum = readSpectrum() || this.#readStored(now);
    if (spectrum) {
      const wide = width / spectrum.length;
      context.fillStyle = this.#colours.bass;
      spectrum.forEach((/** @type {number} */ level, /** @type {number} */ index) => {
        context.fillRect(index * wide, height - level * height * 0.28, Math.max(1, wide - 2), level * height * 0.28);
      });
    }
    this.#drawPresent(surface, ((now - left) / span) * width);
  }

  /**
   * The spectrum that the station has of this moment.
   *
   * @param {number} now
   * @returns {number[] | null}
   */
  #readStored(now) {
    const { spectrum, spectra_per_second: rate, bands } = this.#sound || {};
    if (!spectrum || !rate || !bands) return null;
    this.#spectra ??= Uint8Array.from(atob(spectrum), (letter) => letter.charCodeAt(0));
    const count = bands.length - 1;
    const from = Math.floor(now * rate) * count;
    return Array.from(this.#spectra.subarray(from, from + count), (level) => level / 255);
  }

  /**
   * How far the song is.
   *
   * @param {Surface} surface
   * @param {number} now
   */
  #drawStrip(surface, now) {
    const { context, width, height } = surface;
    const seconds = Number(this.getAttribute("seconds")) || this.#score?.seconds || 0;
    context.clearRect(0, 0, width, height);
    if (!seconds) return;
    const x = Math.min(1, now / seconds) * width;
    context.fillStyle = this.#colours.accent;
    context.fillRect(Math.max(0, x - 1.5), 0, 3, height);
  }

  /**
   * The place in words, and who sounds. It is no live region: it changes several times a second.
   *
   * @param {Score} score
   * @param {number} now
   */
  #say(score, now) {
    const { section, chord, bar } = describePlace(score, now);
    const said = [section, bar, chord].join("|");
    if (said !== this.#said) {
      this.#said = said;
      this.#write("[data-section]", section ? `${capital(section)}, bar ${bar} of ${score.bars.length - 1}` : "");
      this.#write("[data-chord]", chord);
      const name = document.querySelector("[data-section-name]");
      if (name) name.textContent = section ? `this ${section.replace(/ \d+$/, "")}` : "what you hear";
    }
    const playing = new Set(findSounding(score, now).map((note) => score.parts[note.part].name));
    const sounding = [...playing].join("|");
    if (sounding === this.#sounding) return;
    this.#sounding = sounding;
    for (const item of this.querySelectorAll("[data-part]")) {
      item.toggleAttribute("data-sounds", playing.has(item.getAttribute("data-part") || ""));
    }
  }

  /** @param {string} selector @param {string} text */
  #write(selector, text) {
    const element = this.querySelector(selector);
    if (element) element.textContent = text;
  }
}

/** @param {string} word */
function capital(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** @param {Element | null} element @returns {Surface | null} */
function prepareCanvas(element) {
  const canvas = /** @type {HTMLCanvasElement | null} */ (element);
  const context = canvas?.getContext("2d");
  if (!canvas || !context || !canvas.clientWidth) return null;
  const scale = Math.min(devicePixelRatio || 1, 2);
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  return { context, width, height };
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} wide @param {number} tall
 * @param {number} radius */
function fillRound(context, x, y, wide, tall, radius) {
  context.beginPath();
  /** @type {any} */ (context).roundRect(x, y, wide, tall, Math.min(radius, tall / 2, wide / 2));
  context.fill();
}

customElements.define("song-roll", SongRoll);
