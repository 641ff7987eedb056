// <song-wave>: the waveform of a whole song, from /api/songs/CODE/waveform.
import { load } from "./score.js";

class SongWave extends HTMLElement {
  async connectedCallback() {
    const canvas = this.querySelector("canvas");
    const wave = await load(this.getAttribute("code") || "", "waveform");
    if (!canvas || !this.isConnected) return;
    this.hidden = !wave;
    if (!wave) return;
    const draw = () => drawWave(canvas, wave.peaks);
    new ResizeObserver(draw).observe(canvas);
    document.addEventListener("colours", draw);
  }
}

/** @param {HTMLCanvasElement} canvas @param {number[]} peaks from 0 to 1 */
export function drawWave(canvas, peaks) {
  const context = canvas.getContext("2d");
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (!context || !width) return;
  const scale = Math.min(devicePixelRatio || 1, 2);
  canvas.width = width * scale;
  canvas.height = height * scale;
  context.scale(scale, scale);
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--bass").trim();
  for (let x = 0; x < width; x += 2) {
    const [from, to] = [x, x + 2].map((at) => Math.floor((at / width) * peaks.length));
    let peak = 0;
    for (let index = from; index < Math.max(to, from + 1); index++) peak = Math.max(peak, peaks[index] || 0);
    const tall = Math.max(1, peak * (height - 2));
    context.fillRect(x, (height - tall) / 2, 1.5, tall);
  }
}

customElements.define("song-wave", SongWave);
