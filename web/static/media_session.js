/**
 * The system's controls: what a phone shows on its lock screen, and the keys of a keyboard or a headset.
 *
 * Browsers show controls, and let a page go on in the background, for media elements only. Sound that is made by an
 * AudioContext is none, so a silent element plays beside it. Everything here is a courtesy: where a browser cannot do
 * it, nothing is missing but that.
 *
 * @typedef {object} Description
 * @property {string} title
 * @property {string} [artist]
 * @property {string} [album]
 * @property {{src: string, sizes?: string, type?: string}[]} [artwork]
 */

/** Seconds; a shorter element is no media to some browsers. */
const SILENCE = 10;
const SILENT_RATE = 8000;

export class MediaControls {
  /** @param {{play: () => void, stop: () => void}} actions */
  constructor(actions) {
    this._session = navigator.mediaSession;
    /** @type {HTMLAudioElement | null} */
    this._silence = null;
    const handlers = { play: actions.play, pause: actions.stop, stop: actions.stop };
    for (const [action, handler] of Object.entries(handlers)) {
      try {
        this._session?.setActionHandler(/** @type {MediaSessionAction} */ (action), handler);
      } catch {
        // this browser does not know the action
      }
    }
    const session = /** @type {any} */ (navigator).audioSession; // Safari: sound although the phone is set to silent
    if (session) session.type = "playback";
  }

  /** @param {Description} description */
  describe(description) {
    if (this._session && "MediaMetadata" in globalThis) this._session.metadata = new MediaMetadata(description);
  }

  /** @param {boolean} isPlaying */
  setPlaying(isPlaying) {
    if (this._session) this._session.playbackState = isPlaying ? "playing" : "paused";
  }

  /** Have a silent element play beside what is no element. Call it while the page has the user's gesture. */
  startSilence() {
    this._silence ??= makeSilence();
    this._silence.play().catch(() => {});
  }

  stopSilence() {
    this._silence?.pause();
  }
}

function makeSilence() {
  const samples = SILENCE * SILENT_RATE;
  const data = new DataView(new ArrayBuffer(44 + samples));
  const write = (/** @type {number} */ at, /** @type {string} */ text) =>
    [...text].forEach((letter, number) => data.setUint8(at + number, letter.charCodeAt(0)));
  write(0, "RIFF");
  data.setUint32(4, 36 + samples, true);
  write(8, "WAVEfmt ");
  data.setUint32(16, 16, true);
  data.setUint16(20, 1, true); // PCM
  data.setUint16(22, 1, true);
  data.setUint32(24, SILENT_RATE, true);
  data.setUint32(28, SILENT_RATE, true);
  data.setUint16(32, 1, true);
  data.setUint16(34, 8, true);
  write(36, "data");
  data.setUint32(40, samples, true);
  new Uint8Array(data.buffer, 44).fill(128);
  const audio = new Audio(URL.createObjectURL(new Blob([data.buffer], { type: "audio/wav" })));
  audio.loop = true;
  return audio;
}
