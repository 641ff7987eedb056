"""Real players at a sound server of their own: when each begins to sound, and what is heard of it from then on.

Each player has a sink of a PulseAudio that goes nowhere, at the pace of a real device, and its monitor is recorded. So
all are heard in the same way, with what each keeps in its buffers. Debian's packages: pulseaudio pulseaudio-utils mpv
vlc-bin vlc-plugin-base gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good
gstreamer1.0-plugins-ugly gstreamer1.0-pulseaudio chromium.
"""

import http.server
import os
import shlex
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from rig import until

RATE = 48_000
STEP = 0.02
WINDOW = round(RATE * STEP)
SPECTRUM = 8192
AUDIBLE = 0.01
PLAYERS = {
    "ffmpeg": "ffmpeg -v error -i {url} -f pulse -buffer_duration 100 bench",
    "mpv": "mpv --no-config --no-video --really-quiet --ao=pulse {url}",
    "vlc": "cvlc -q --no-volume-save --aout=pulse {url}",
    "gstreamer": "gst-launch-1.0 -q playbin uri={url} audio-sink=pulsesink video-sink=fakesink",
    "chromium": "chromium --headless=new --no-sandbox --disable-gpu --disable-background-networking --no-first-run"
    " --autoplay-policy=no-user-gesture-required --disable-background-timer-throttling"
    " --disable-renderer-backgrounding --user-data-dir={folder}/profile {page}",
}
PAGE = """<!doctype html><audio id=a></audio><script>
const audio = document.getElementById('a')
const say = what => fetch('/said', {method: 'POST', body: what})
for (const what of ['error', 'ended', 'stalled', 'waiting', 'playing']) audio.addEventListener(what, () => say(what))
say('opening').then(() => { audio.src = 'URL'; audio.play() })
</script>"""


def find_installed(names: Sequence[str]) -> list[str]:
    for name in names:
        if not shutil.which(PLAYERS[name].split()[0]):
            print(f"{name} is not installed")
    return [name for name in names if shutil.which(PLAYERS[name].split()[0])]


@dataclass(frozen=True)
class Moment:
    """`STEP` seconds of what came out of a player."""

    at: float
    """By the monotonic clock."""
    level: float
    """Its highest sample; 0 before the player plays, and while it has nothing to play."""
    hertz: float
    """Of what is loudest in it; 0 where nothing is audible."""


class SoundServer:
    """A PulseAudio with a sink for each name."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        folder.chmod(0o755)  # VLC plays as nobody
        self.address = f"unix:{folder}/pulse.sock"
        words = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes"]
        words += ["-L", f"module-native-protocol-unix socket={folder}/pulse.sock auth-anonymous=1"]
        for name in names:
            words += ["-L", f"module-null-sink sink_name={name} rate={RATE} channels=2 format=float32le"]
        self._environment = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        log = (folder / "pulse.log").open("wb")
        self._process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=log, env=self._environment)
        until((folder / "pulse.sock").exists, "PulseAudio answers", 15)

    def record(self, name: str) -> "subprocess.Popen[bytes]":
        words = f"parec --server={self.address} --device={name}.monitor --format=float32le --rate={RATE}".split()
        words += ["--channels=1", "--latency-msec=10", "--raw"]
        return subprocess.Popen(words, stdout=subprocess.PIPE, env=self._environment)

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(10)


class Player:
    """One player on one address; `heard` grows while it runs."""

    def __init__(self, name: str, url: str, server: SoundServer, folder: Path) -> None:
        self.name = name
        self.heard: list[Moment] = []
        self.said: list[str] = []
        self._recorder = server.record(name)
        self._ears = threading.Thread(target=self._listen, daemon=True)
        self._ears.start()
        until(lambda: self.heard, f"the sink of {name} is heard")
        site = serve_page(url, self._take_word) if name == "chromium" else None
        self._site = site
        page = f"http://127.0.0.1:{site.server_port}/" if site else ""
        address = f"file://{url}" if url.startswith("/") else url
        words = shlex.split(PLAYERS[name].format(url=address, folder=folder, page=page))
        environment = {**os.environ, "HOME": str(folder), "PULSE_SERVER": server.address, "PULSE_SINK": name}
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
        self.begun = time.monotonic()
        """When it was told to open the address: of Chromium, by a page that was there already."""
        self._process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(folder / "errors.log").open("wb"),
            user="nobody" if name == "vlc" and os.getuid() == 0 else None,  # it refuses to run as root
            env=environment,
            start_new_session=True,
        )

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def find(self, is_it: Callable[[Moment], bool]) -> float | None:
        """Seconds from opening to the first moment of this kind."""
        return next((moment.at - self.begun for moment in self.heard if moment.at > self.begun and is_it(moment)), None)

    def _listen(self) -> None:
        pipe = self._recorder.stdout
        assert pipe is not None
        while len(data := pipe.read(4 * WINDOW)) == 4 * WINDOW:
            self.heard.append(examine(np.frombuffer(data, dtype="<f4"), time.monotonic()))

    def _take_word(self, word: str) -> None:
        if word == "opening":
            self.begun = time.monotonic()
        else:
            self.said.append(word)

    def end(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)
        self._recorder.kill()
        self._recorder.wait(10)
        self._ears.join(5)
        if self._site:
            self._site.shutdown()


def examine(wave: "np.typing.NDArray[np.float32]", at: float) -> Moment:
    level = float(np.abs(wave).max())
    if level < AUDIBLE:
        return Moment(at, level, 0.0)
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), SPECTRUM))
    peak = int(spectrum[1:-1].argmax()) + 1
    left, middle, right = np.log(spectrum[peak - 1 : peak + 2] + 1e-12)
    bend = left - 2 * middle + right
    return Moment(at, level, (peak + ((left - right) / 2 / bend if bend else 0.0)) * RATE / SPECTRUM)


def serve_page(url: str, take_word: Callable[[str], None]) -> http.server.HTTPServer:
    """A page that plays the address, which may be a file, and tells what its audio element does."""
    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Site, url, take_word))
    threading.Thread(target=site.serve_forever, daemon=True).start()
    return site


class Site(http.server.BaseHTTPRequestHandler):
    def __init__(self, url: str, take_word: Callable[[str], None], *arguments: object) -> None:
        self._url, self._take_word = url, take_word
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        if self.path not in ("/", "/file"):
            self.send_error(404)
            return
        is_page = self.path == "/"
        source = "file" if self._url.startswith("/") else self._url
        body = PAGE.replace("URL", source).encode() if is_page else Path(self._url).read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if is_page else "audio/mpeg")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self._take_word(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""
