"""A station with its web process, Debian's Chromium, and a page with nothing but the player, which can be listened to.

For tests/integration/browser and bench/heard.py. The truth about what is heard comes from the sound itself: the song is
noise, of which no stretch is like another, and a worklet keeps what the player gives to the loudspeaker, sample by
sample. So each moment of it can be found in the song.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from bandstand.common.types import RATE
from tests.integration.streaming import Sound, free_port, until, written
from tests.integration.test_station import Station
from tests.streamer.test_heard import locate

CHROMIUM = "/usr/bin/chromium"
SECONDS = 60.0
MOMENT = RATE // 500
"""Frames, 2 ms: one look at what is heard takes less, unless it is interrupted."""
PIECE = RATE // 20
"""Frames, 50 ms, by which sound is found in its song. In more the player may run dry on a busy machine."""
BARE_PAGE = "/healthz"
"""One of the station's own, since a browser lets only those fetch from the machine itself, with nothing in it."""
PAGE_SCRIPT = """
const { Player } = await import("/static/player.js");
const use = (player) => {
  Object.assign(window, { player, states: [], songs: [], tap: [], tapFrom: null, began: null, source: null });
  player.addEventListener("state", () => states.push(player.state));
  player.addEventListener("heard", () => songs.push([player.heard()?.song ?? null, performance.now()]));
};
use(new Player({ opusUrl: OPUS, fallbacks: [{ url: MP3, burst: 1.7 }] }));

/** As where the browser has no WebCodecs. What the element plays may be looked at, which Icecast has to allow. */
window.useElement = () => {
  const { Audio } = window;
  window.Audio = function (...given) { return Object.assign(new Audio(...given), { crossOrigin: "anonymous" }); };
  use(new Player({ fallbacks: [{ url: MP3, burst: 1.7 }] }));
};
const button = document.createElement("button");
button.textContent = "Play";
button.onclick = () => { window.began = performance.now(); player.play(); };
document.body.replaceChildren(button);

/** Keep what is played from now on: the left channel, from the context's frame `tapFrom` on. */
window.startTap = async () => {
  const context = player.output?.context ?? listenToElement();
  window.source ??= player.output;
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([TAP], { type: "text/javascript" })));
  const node = new AudioWorkletNode(context, "tap", { numberOfOutputs: 0 });
  Object.assign(window, { tap: [], tapFrom: null });
  node.port.onmessage = ({ data }) => {
    window.tapFrom ??= data.frame;
    while (tapFrom + tap.length < data.frame) tap.push(0);
    tap.push(...data.samples);
    window.soundedAt ??= data.samples.some((sample) => sample !== 0) ? performance.now() : null;
  };
  window.source.connect(node);
};

/** Let a context of our own have what the player's element plays. */
const listenToElement = () => {
  const context = new AudioContext({ sampleRate: 48000 });
  window.source = context.createMediaElementSource(player._way._audio);
  source.connect(context.destination);
  return context;
};

/** The context's frame that is in the ear, by the context's own account. */
const findEar = () => {
  const context = window.source.context;
  const stamp = context.getOutputTimestamp();
  const ear = Math.min(stamp.contextTime + (performance.now() - stamp.performanceTime) / 1000, context.currentTime);
  return Math.round(ear * context.sampleRate);
};

/** What the player says of this moment, and the context's frame that is in the ear. On a busy machine another process
 *  may run between the two; then both are looked at anew. */
window.look = () => {
  for (;;) {
    const ear = findEar();
    const heard = player.heard();
    if (findEar() - ear < MOMENT) return { heard, ear };
  }
};
"""
TAP_SCRIPT = """
class Tap extends AudioWorkletProcessor {
  process([input]) {
    const samples = input.length > 0 ? input[0].slice() : new Float32Array(128);
    this.port.postMessage({ frame: currentFrame, samples });
    return true;
  }
}
registerProcessor("tap", Tap);
"""


def make_noise(seconds: float, seed: int) -> Sound:
    """Stereo noise below 4 kHz, so that Opus keeps its form."""
    noise = np.random.default_rng(seed).standard_normal(round(seconds * RATE))
    smooth = np.convolve(noise, np.hanning(24), "same") * 0.03
    return np.repeat(smooth[:, None], 2, axis=1).astype(np.float32)


class WebStation(Station):
    """`bandstand up` with the page on a free port."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.web_port = free_port()
        self.url = f"http://127.0.0.1:{self.web_port}"
        mounts = "".join(
            f'[[mounts]]\npath = "/stream.{kind}"\nformat = "{kind}"\nbitrate = {rate}\n'
            for kind, rate in (("mp3", 128), ("opus", 96))
        )
        self.config.write_text(
            f'[icecast]\nport = {self.port}\n[radio]\nidle = "silence"\n[web]\nport = {self.web_port}\n{mounts}'
        )

    @property
    def mount_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/stream"

    def up(self) -> None:
        super().up()
        self.give_up_first_song()
        until(lambda: b"opus" in self.fetch("/api/heard"), "the web process knows what is heard", SECONDS)

    def fetch(self, path: str) -> bytes:
        """What the web process answers; empty while it does not."""
        command = ["curl", "-s", "--max-time", "5", f"{self.url}{path}"]
        return subprocess.run(command, capture_output=True, check=False).stdout

    def play_noise(self, seconds: float, seed: int) -> tuple[str, Sound]:
        """Put noise on the air; the song's code, and its sound."""
        sound = make_noise(seconds, seed)
        path = written(self.folder / f"noise{seed}.wav", sound)
        code = self.ask("play", str(path))["song"]
        return (code["code"] if isinstance(code, dict) else code), sound

    def kill(self, module: str) -> int:
        """kill -9 of the process that runs this module; its id."""
        pid = self.pid(module)
        os.kill(pid, signal.SIGKILL)
        return pid


@contextmanager
def open_browser(*arguments: str) -> Iterator[Browser]:
    """Debian's Chromium without a window."""
    with sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*sandbox, *arguments])
        try:
            yield browser
        finally:
            browser.close()


def open_player(browser: Browser, station: WebStation, origin: str = "") -> Page:
    """A page of the station's with the player alone; another `origin` is sent to the same web process."""
    origin = origin or station.url
    page = browser.new_page(bypass_csp=True)  # the worklet comes from nowhere
    page.set_default_timeout(SECONDS * 1000)
    page.on("console", lambda message: print("page:", message.text, message.location, file=sys.stderr))
    page.on("pageerror", lambda error: print("page:", error, file=sys.stderr))
    page.goto(f"{origin}{BARE_PAGE}")
    given = {
        "OPUS": f"{station.mount_url}.opus",
        "MP3": f"{station.mount_url}.mp3",
        "TAP": TAP_SCRIPT,
        "MOMENT": MOMENT,
    }
    page.evaluate(f"async ({{ {', '.join(given)} }}) => {{ {PAGE_SCRIPT} }}", given)
    return page


def press_play(page: Page) -> None:
    """Press the button, and wait for sound."""
    page.click("button")
    page.wait_for_function("player.state === 'playing'")


def find_truth(page: Page, frame: int, song: Sound) -> int:
    """The song's frame that is played at this frame of the page's audio context."""
    page.wait_for_function(f"tap.length > {frame + PIECE} - tapFrom")
    piece = page.evaluate(f"tap.slice({frame} - tapFrom, {frame + PIECE} - tapFrom)")
    return locate(np.array(piece, np.float32), song[:, 0])
