/**
 * Which frame of which song is in the ear.
 *
 * The station says in spans which frame of which song each logical Ogg stream has where (`GET /api/heard`, and an event
 * `heard` as each span begins). A player that knows which sample of which stream is in the ear looks it up here:
 * `locate`, exact to the sample. One that knows only how many seconds it is behind the station gets an estimate:
 * `estimate`. Knows no sound.
 *
 * @typedef {object} Span
 * @property {number} granule
 * @property {number | null} cue
 * @property {string | null} song
 * @property {number} frame
 * @property {number} [rate]
 * @property {number} at Unix seconds, by the station's clock
 *
 * @typedef {object} Place
 * @property {string} song the song's code
 * @property {number} cue
 * @property {number} frame 48,000 a second, from the song's own beginning
 * @property {number} at when that was in the ear, by performance.now()
 * @property {boolean} exact
 *
 * @typedef {object} EventFeed what is needed of an EventSource
 * @property {(type: string, listener: (event: any) => void) => void} addEventListener
 * @property {(type: string, listener: (event: any) => void) => void} removeEventListener
 */

export const RATE = 48000;
const KEPT_STREAMS = 6;
const KEPT_SPANS = 300;
/** Milliseconds between two questions about a stream that the station did not know yet. */
const PAUSES = [300, 700, 1500, 3000, 6000];

export class HeardClock {
  /**
   * @param {string} heardUrl
   * @param {EventFeed | null} events
   * @param {{fetch?: typeof fetch, now?: () => number}} [parts] for tests; `now` counts milliseconds
   */
  constructor(heardUrl, events, parts = {}) {
    this._url = heardUrl;
    this._events = events;
    this._fetch = parts.fetch ?? ((url, options) => fetch(url, options));
    this._now = parts.now ?? (() => performance.now());
    /** @type {Map<number, Span[]>} by serial, the newest stream last */
    this._streams = new Map();
    /** @type {Map<number | null, number>} how often each serial was asked for in vain, or is being asked for */
    this._asked = new Map();
    /** @type {number | null} the newest stream of the first Opus mount */
    this._newest = null;
    /** @type {string} */
    this._mount = "";
    /** @type {number | null} what is to be added to `now`, in seconds, to have the station's clock */
    this._offset = null;
    this._isClosed = false;
    this._onHeard = (/** @type {any} */ event) => this._takeEvent(event);
    this._onOpen = () => this.refresh();
    events?.addEventListener("heard", this._onHeard);
    events?.addEventListener("open", this._onOpen);
  }

  close() {
    this._isClosed = true;
    this._events?.removeEventListener("heard", this._onHeard);
    this._events?.removeEventListener("open", this._onOpen);
  }

  /** Ask anew for what is known: some events may have been missed. */
  refresh() {
    for (const serial of new Set([...this._streams.keys()].slice(-2))) void this._ask(serial);
    if (this._newest !== null) void this._ask(null);
  }

  /**
   * The song's frame at this sample of this stream; null while the station has not said it, or in silence.
   *
   * @param {number} serial
   * @param {number} granule the samples of the stream before it, as they are decoded
   * @returns {Place | null}
   */
  locate(serial, granule) {
    const spans = this._streams.get(serial);
    if (spans === undefined) {
      this._want(serial);
      return null;
    }
    for (let number = spans.length - 1; number >= 0; number--) {
      const span = spans[number];
      if (span.granule <= granule) return this._place(span, granule - span.granule, true);
    }
    return null;
  }

  /**
   * The song's frame that the station sent so many seconds ago.
   *
   * @param {number} behind
   * @returns {Place | null}
   */
  estimate(behind) {
    const spans = this._newest === null ? undefined : this._streams.get(this._newest);
    if (spans === undefined || this._offset === null) {
      this._want(null);
      return null;
    }
    const moment = this._now() / 1000 + this._offset - behind;
    for (let number = spans.length - 1; number >= 0; number--) {
      const span = spans[number];
      if (span.at <= moment) return this._place(span, Math.round((moment - span.at) * RATE), false);
    }
    return null;
  }

  /**
   * Take in spans of a stream, in any order.
   *
   * @param {number} serial
   * @param {Span[]} spans
   */
  add(serial, spans) {
    const known = this._streams.get(serial) ?? [];
    const places = new Set(known.map((span) => span.granule));
    const all = [...known, ...spans.filter((span) => !places.has(span.granule))];
    all.sort((one, other) => one.granule - other.granule);
    this._streams.set(serial, all.slice(-KEPT_SPANS));
    while (this._streams.size > KEPT_STREAMS) this._streams.delete([...this._streams.keys()][0]);
  }

  /**
   * @param {Span} span
   * @param {number} since
   * @param {boolean} exact
   * @returns {Place | null}
   */
  _place(span, since, exact) {
    if (span.song === null || span.cue === null) return null;
    const frame = span.frame + Math.round(since * (span.rate ?? 1));
    return { song: span.song, cue: span.cue, frame, at: this._now(), exact };
  }

  /** @param {{data: string}} event */
  _takeEvent(event) {
    const said = JSON.parse(event.data);
    const told = typeof said.event === "object" ? said.event : said;
    const isFirstOpus = this._mount === "" ? told.format === "opus" : told.mount === this._mount;
    this.add(told.serial, [told.span]);
    if (isFirstOpus) this._newest = told.serial;
  }

  /** @param {number | null} serial */
  _want(serial) {
    if (this._asked.has(serial) || this._isClosed) return;
    this._asked.set(serial, 0);
    void this._askUntilKnown(serial);
  }

  /** @param {number | null} serial */
  async _askUntilKnown(serial) {
    for (const pause of PAUSES) {
      if (this._isClosed || (await this._ask(serial))) break;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    this._asked.delete(serial);
  }

  /**
   * @param {number | null} serial
   * @returns {Promise<boolean>} whether the station knew it
   */
  async _ask(serial) {
    const mark = this._url.includes("?") ? "&" : "?";
    const url = serial === null ? this._url : `${this._url}${mark}serial=${serial}`;
    const asked = this._now();
    try {
      const answer = await this._fetch(url, { cache: "no-store" });
      if (!answer.ok) return false;
      const heard = await answer.json();
      if (heard.now !== undefined) this._offset = heard.now - (asked + this._now()) / 2000;
      if (heard.serial === null || heard.spans.length === 0) return false;
      this.add(heard.serial, heard.spans);
      if (serial === null) {
        this._newest = heard.serial;
        this._mount = heard.mount ?? "";
      }
      return true;
    } catch {
      return false; // the web process is away for a moment; the sound goes on
    }
  }
}
