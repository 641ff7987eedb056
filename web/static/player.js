/**
 * The player: plays the station, knows what is in the ear, and comes back by itself.
 *
 * There are two ways. Where the context is secure and the browser has WebCodecs, the Opus mount is fetched, taken apart
 * and decoded here, and `heard()` is exact. Elsewhere an audio element plays one of the other mounts, and `heard()` is
 * an estimate. Both are asked the same things, so that nothing outside of `_chooseWay` knows which it is.
 *
 * Whatever goes away (the network, the streamer, Icecast, the web process), the player tries again until `stop`: at
 * once, then ever more rarely, and at once again when the browser says that the network is back or the page is looked
 * at. What was received is heard to its end meanwhile.
 *
 *     const player = new Player({ opusUrl, fallbacks: [{ url, burst: 1.7 }], heardUrl: "/api/heard", events });
 *     player.addEventListener("state", () => show(player.state));
 *     player.addEventListener("heard", () => show(player.heard()));
 *     button.onclick = () => player.play();
 *
 * @typedef {"stopped" | "connecting" | "playing" | "waiting"} State `waiting`: it should sound, and has nothing to play
 * @typedef {import("./heard_clock.js").Place} Place
 *
 * @typedef {object} Fallback a mount for an audio element
 * @property {string} url
 * @property {number} [burst] seconds of sound that Icecast gives a new listener at once
 *
 * @typedef {object} PlayerOptions
 * @property {string} [opusUrl] the Opus mount; without it only the fallbacks are played
 * @property {Fallback[]} [fallbacks] the other mounts, the best first
 * @property {string} [heardUrl]
 * @property {import("./heard_clock.js").EventFeed} [events] an EventSource that the page has already
 * @property {string} [eventsUrl] without `events`: where the player listens itself, while it plays
 *
 * @typedef {object} WayParts what a way is given
 * @property {HeardClock} clock
 * @property {(state: State) => void} onState
 * @property {() => void} onLost the connection is gone, or there never was one
 * @property {() => void} onRefused the browser wants a gesture of the user first
 */

import { ElementWay } from "./element_way.js";
import { HeardClock } from "./heard_clock.js";
import { MediaControls } from "./media_session.js";
import { canDecode } from "./opus_stream.js";
import { OpusWay } from "./opus_way.js";

/** Milliseconds between two looks at what is heard. */
const LOOK = 100;
const FIRST_PAUSE = 250;
const LAST_PAUSE = 5000;
/** After so many attempts in vain by the good way the other is taken: perhaps another origin does not let us read. */
const ATTEMPTS = 3;

export class Player extends EventTarget {
  /** @param {PlayerOptions} options */
  constructor(options) {
    super();
    this._options = { heardUrl: "/api/heard", eventsUrl: "/api/events", fallbacks: [], ...options };
    /** @type {State} */
    this._state = "stopped";
    this._volume = 1;
    /** @type {OpusWay | ElementWay | null} */
    this._way = null;
    /** @type {HeardClock | null} */
    this._clock = null;
    /** @type {EventSource | null} one of our own */
    this._feed = null;
    this._attempts = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._retry = undefined;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this._looking = undefined;
    /** @type {number | null} the cue that was heard at the last look */
    this._cue = null;
    this._controls = new MediaControls({ play: () => void this.play(), stop: () => this.stop() });
    this._canDecode = canDecode();
    addEventListener("online", () => this._hurry());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this._hurry();
    });
  }

  /** @returns {State} */
  get state() {
    return this._state;
  }

  /** 0 to 1. */
  get volume() {
    return this._volume;
  }

  set volume(volume) {
    this._volume = Math.min(1, Math.max(0, volume));
    // Loudness goes with the power of the sound: a slider's middle is half as loud.
    this._way?.setVolume(this._volume ** 2);
  }

  /** Whether `heard()` is exact, or will be. */
  get isExact() {
    return this._way instanceof OpusWay;
  }

  /**
   * What an analyser may be connected to; null where an audio element plays, or nothing.
   *
   * @returns {AudioNode | null}
   */
  get output() {
    return this._way instanceof OpusWay ? this._way.output : null;
  }

  /**
   * The song and the frame of it that is in the ear at this moment.
   *
   * @returns {Place | null}
   */
  heard() {
    return this._way?.heard() ?? null;
  }

  /** Begin to play. Call it in the handler of a user's gesture: without one a browser may refuse. */
  async play() {
    if (this._state !== "stopped") {
      this._hurry();
      return;
    }
    this._attempts = 0;
    this._setState("connecting");
    this._openClock();
    const good = this._makeGoodWay();
    good?.prepare(); // before anything is waited for, while the gesture counts
    if (good) this._controls.startSilence();
    this._way = good !== null && (await this._canDecode) ? good : this._makeElement();
    if (this._way !== good) good?.stop();
    if (this._isStopped()) {
      this._way?.stop();
      this._way = null;
      return;
    }
    this.volume = this._volume;
    this._looking = setInterval(() => this._look(), LOOK);
    this._way?.start();
  }

  stop() {
    if (this._state === "stopped") return;
    clearTimeout(this._retry);
    clearInterval(this._looking);
    this._way?.stop();
    this._way = null;
    this._clock?.close();
    this._feed?.close();
    this._clock = this._feed = null;
    this._controls.stopSilence();
    this._setState("stopped");
    this._tellHeard(null);
  }

  /**
   * What the system's controls show.
   *
   * @param {import("./media_session.js").Description} description
   */
  describe(description) {
    this._controls.describe(description);
  }

  _isStopped() {
    return this._state === "stopped";
  }

  _openClock() {
    const { events, eventsUrl, heardUrl } = this._options;
    if (!events && eventsUrl) this._feed = new EventSource(eventsUrl);
    this._clock = new HeardClock(heardUrl, events ?? this._feed);
  }

  _makeParts() {
    if (this._clock === null) throw new Error("a way is made before its clock");
    return {
      clock: this._clock,
      onState: (/** @type {State} */ state) => this._takeState(state),
      onLost: () => this._lose(),
      onRefused: () => this.stop(),
    };
  }

  _makeGoodWay() {
    const { opusUrl } = this._options;
    const hasContext = globalThis.isSecureContext && "AudioDecoder" in globalThis;
    return opusUrl && hasContext ? new OpusWay(opusUrl, this._makeParts()) : null;
  }

  _makeElement() {
    const { fallbacks, opusUrl } = this._options;
    return new ElementWay([...fallbacks, ...(opusUrl ? [{ url: opusUrl }] : [])], this._makeParts());
  }

  /** @param {State} state */
  _takeState(state) {
    if (this._isStopped()) return;
    if (state === "playing") this._attempts = 0;
    this._setState(state);
  }

  /** The connection is gone: try again, ever more rarely. */
  _lose() {
    if (this._isStopped()) return;
    this._attempts += 1;
    const way = this._way;
    if (way instanceof OpusWay && !way.hasSounded && this._attempts >= ATTEMPTS) {
      way.stop();
      this._way = this._makeElement();
      this.volume = this._volume;
    }
    const pause = Math.min(LAST_PAUSE, FIRST_PAUSE * 2 ** (this._attempts - 1)) * (0.75 + Math.random() / 2);
    clearTimeout(this._retry);
    this._retry = setTimeout(() => this._tryAgain(), pause);
  }

  _tryAgain() {
    this._retry = undefined;
    this._way?.start();
  }

  /** Do at once what is to be done: the network is back, or somebody looks. */
  _hurry() {
    if (this._isStopped()) return;
    this._way?.wake();
    if (this._retry !== undefined) {
      clearTimeout(this._retry);
      this._tryAgain();
    }
  }

  _look() {
    const isHeard = this._way?.check() === true;
    if (this._state === "playing" && !isHeard) this._setState("waiting");
    else if (this._state === "waiting" && isHeard) this._setState("playing");
    if (this._state !== "playing") return; // for a moment there is nothing to hear; the song is still the same
    const heard = this.heard();
    if ((heard?.cue ?? null) !== this._cue) this._tellHeard(heard);
  }

  /** @param {Place | null} heard */
  _tellHeard(heard) {
    this._cue = heard?.cue ?? null;
    this.dispatchEvent(new CustomEvent("heard", { detail: heard }));
  }

  /** @param {State} state */
  _setState(state) {
    if (state === this._state) return;
    this._state = state;
    this._controls.setPlaying(state !== "stopped");
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }
}
