"""What real players make of the stream: several songs, a silence, and a streamer that is killed.

    python bench/listeners.py [--mounts /stream.mp3 ...] [--players ffmpeg ...]

A whole station plays three tones as songs, two of them without a gap, then a silence, then a third one in the middle of
which the streamer is killed. Each player that is installed writes what it plays into a file, or a web page tells; the
tones in it show what its listener heard. The machine's other work shows in the delays.
"""

import argparse
import http.server
import json
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from rig import Ear, Station, until

RATE = 8000
STEP = 0.05
WINDOW = round(RATE * STEP)
TONES = (440, 660, 880)
FIRST, SECOND, THIRD = TONES
SONG = 8.0
"""Seconds of each of the first two; the third is longer than the trial."""
LATE = 16.0
"""So late, in seconds, some players are."""
STARTED = 40.0
AUDIBLE = 0.01
MOUNTS = {
    "/stream.mp3": "mp3",
    "/stream.opus": "opus",
    "/stream.flac": "flac",
    "/chained.opus": "opus",
    "/chained.flac": "flac",
}
PLAYERS = {
    "ffmpeg": "ffmpeg -v error -i {url} -ac 1 -ar {rate} -f s16le -flush_packets 1 -y {file}",
    "mpv": "mpv --no-config --no-video --really-quiet --ao=pcm --ao-pcm-waveheader=no --ao-pcm-file={file}"
    " --audio-samplerate={rate} --audio-channels=mono --audio-format=s16 {url}",
    "vlc": "cvlc -q --no-volume-save --aout=afile --audiofile-file={file} --no-audiofile-wav --audiofile-format=s16"
    " --audiofile-channels=1 {url}",
    "gstreamer": "gst-launch-1.0 -q playbin uri={url} video-sink=fakesink audio-sink='audioconvert ! audioresample !"
    " audio/x-raw,format=S16LE,channels=1,rate={rate} ! filesink buffer-mode=2 location={file}'",
    "chromium": "chromium --headless --no-sandbox --disable-gpu --disable-background-networking --no-first-run"
    " --autoplay-policy=no-user-gesture-required --disable-background-timer-throttling"
    " --disable-renderer-backgrounding --user-data-dir={file}.profile {page}",
}
VLC_RATE = 48_000
"""VLC's file has the rate of the stream."""
PAGE = """<!doctype html><audio id=a autoplay crossorigin src="URL"></audio><script>
const seen = [], audio = document.getElementById('a'), context = new AudioContext()
const analyser = new AnalyserNode(context, {fftSize: 2048}), wave = new Float32Array(2048)
context.createMediaElementSource(audio).connect(analyser).connect(context.destination)
for (const what of ['error', 'ended', 'stalled', 'waiting', 'playing'])
  audio.addEventListener(what, () => seen.push([Date.now(), 0, 0, what]))
setInterval(() => {
  analyser.getFloatTimeDomainData(wave)
  let power = 0, crossings = 0
  wave.forEach((v, i) => { power += v * v; if (i && (v >= 0) != (wave[i - 1] >= 0)) crossings++ })
  seen.push([Date.now(), Math.sqrt(power / 2048), crossings / 2 / 2048 * context.sampleRate, ''])
}, 50)
setInterval(() => fetch('/heard', {method: 'POST', body: JSON.stringify(seen.splice(0))}), 500)
</script>"""


@dataclass(frozen=True)
class Heard:
    """A moment of what came out of a player."""

    at: float
    tone: int
    """Hertz, of TONES, or 0."""


class Player:
    """One player on one mount; `heard` grows while it runs."""

    def __init__(self, name: str, url: str, folder: Path) -> None:
        self.name = name
        self.heard: list[Heard] = []
        self.said: list[str] = []
        self._file = folder / f"{name}.raw"
        self._rate = VLC_RATE if name == "vlc" else RATE
        self._ended = threading.Event()
        self._site = None if name != "chromium" else self._serve(url)
        page = f"http://127.0.0.1:{self._site.server_port}/" if self._site else ""
        words = shlex.split(PLAYERS[name].format(url=url, file=self._file, rate=RATE, page=page))
        other = "nobody" if name == "vlc" and os.getuid() == 0 else None  # VLC refuses to run as root
        self.begun = time.monotonic()
        self._process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(folder / f"{name}.log").open("wb"),
            user=other,
            env={**os.environ, "HOME": str(folder)},
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        if self._site is None:
            self._reader.start()

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def _read(self) -> None:
        """What the file has more of is what was just played."""
        size = WINDOW * 2 * self._rate // RATE
        data, offset = b"", 0
        while not self._ended.wait(0.02):
            with suppress(FileNotFoundError), self._file.open("rb") as file:
                file.seek(offset)
                more = file.read()
                offset, data = offset + len(more), data + more
            while len(data) >= size:
                wave = np.frombuffer(data[:size], dtype="<i2").astype(np.float32) / 32768
                self._note(time.monotonic(), wave)
                data = data[size:]

    def _note(self, at: float, wave: "np.typing.NDArray[np.float32]") -> None:
        power = float(np.sqrt(np.mean(wave**2)))
        crossings = int(np.count_nonzero((wave[1:] >= 0) != (wave[:-1] >= 0)))
        self.heard.append(Heard(at, tone_of(power, crossings / 2 / len(wave) * self._rate)))

    def _serve(self, url: str) -> http.server.HTTPServer:
        player, offset = self, time.monotonic() - time.time()

        class Site(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(PAGE.replace("URL", url).encode())

            def do_POST(self) -> None:
                told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                for at, power, hertz, what in told:
                    if what:
                        player.said.append(what)
                    elif player.said:  # before it plays there is nothing to be heard
                        player.heard.append(Heard(at / 1000 + offset, tone_of(power, hertz)))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
        threading.Thread(target=site.serve_forever, daemon=True).start()
        return site

    def end(self) -> None:
        self._ended.set()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)
        if self._site:
            self._site.shutdown()
        if self._reader.is_alive():
            self._reader.join(5)


def tone_of(power: float, hertz: float) -> int:
    nearest = min(TONES, key=lambda tone: abs(tone - hertz))
    return nearest if power > AUDIBLE and abs(nearest - hertz) < 60 else 0


def songs(station: Station) -> list[str]:
    """Three songs whose sound is a tone."""
    codes = station.make(len(TONES), 1)
    for code, tone, seconds in zip(codes, TONES, (SONG, SONG, 120.0), strict=True):
        sine = f"sine=frequency={tone}:duration={seconds}:sample_rate=48000,volume=4"
        target = station.folder / "var" / "songs" / code / "song.flac"
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", sine, str(target)], check=True)
    return codes


@dataclass(frozen=True)
class Trial:
    """When what was done."""

    third: float
    killed: float
    stopped: float


def trial(station: Station, codes: Sequence[str], ear: Ear) -> Trial:
    first, second, third = codes
    station.say(f"play {first}")
    station.say(f"queue {second}")
    time.sleep(2 * SONG + LATE)
    began = time.monotonic()
    station.say(f"play {third}")
    time.sleep(8)
    killed = time.monotonic()
    station.signal("streamer", signal.SIGKILL)
    time.sleep(1.5)
    until(lambda: time.monotonic() - ear.heard < 0.3, "the song after the streamer was killed")
    time.sleep(8)
    stopped = time.monotonic()
    station.say("stop")
    time.sleep(LATE)
    return Trial(began, killed, stopped)


def findings(player: Player, trial: Trial) -> list[str]:
    """What one player's listener heard, as the columns of the table."""
    heard = steady(player.heard)
    counts = {tone: sum(moment.tone == tone for moment in heard) for tone in TONES}
    if not all(counts.values()):
        return ["not all:", *(f"{STEP * count:.1f}" for count in counts.values())]
    thirds = [moment.at for moment in heard if moment.tone == THIRD]
    gap = max(later - earlier for earlier, later in pairwise(thirds))
    again = thirds[-1] > trial.stopped
    return [
        f"{heard[0].at - player.begun:.1f}",
        f"{STEP * counts[FIRST]:.1f}",
        f"{STEP * counts[SECOND]:.1f}",
        f"{1000 * STEP * between(heard):.0f}",
        f"{thirds[0] - trial.third:.1f}",
        f"{gap:.1f}" if again else "never again",
        f"{thirds[-1] - trial.stopped:.1f}" if again else "-",
        "yes" if player.running and heard[-1].at > time.monotonic() - 3 else "no",
    ]


def steady(heard: Sequence[Heard]) -> list[Heard]:
    """Without tones of a single moment: a song's first and last one may look like any."""
    tones = [0, *(moment.tone for moment in heard), 0]
    return [
        Heard(moment.at, moment.tone if moment.tone in (before, after) else 0)
        for moment, before, after in zip(heard, tones, tones[2:], strict=False)
    ]


def between(heard: Sequence[Heard]) -> int:
    """Moments without either tone between the middle of the first song and the middle of the second."""
    first, second = ([i for i, moment in enumerate(heard) if moment.tone == tone] for tone in (FIRST, SECOND))
    seam = heard[first[len(first) // 2] : second[len(second) // 2]]
    return sum(moment.tone not in (FIRST, SECOND) for moment in seam)


COLUMNS = ("starts, s", "440 Hz, s", "660 Hz, s", "seam, ms", "late, s", "crash: gap, s", "late at stop", "plays on")


def listened(station: Station, codes: Sequence[str], mount: str, names: Sequence[str], folder: Path) -> None:
    outputs = folder / mount.strip("/").replace(".", "-")
    outputs.mkdir()
    outputs.chmod(0o777)
    ear = Ear(station.port, "/stream.mp3")
    ear.start()
    url = f"http://127.0.0.1:{station.port}{mount}"
    players = [Player(name, url, outputs) for name in names]
    try:
        with suppress(TimeoutError):
            until(lambda: all(player.heard for player in players), "every player plays", STARTED)
        done = trial(station, codes, ear)
        print(f"\n{mount:<14}" + "".join(f"{column:>15}" for column in COLUMNS))
        for player in players:
            print(f"{player.name:<14}" + "".join(f"{found:>15}" for found in findings(player, done)), flush=True)
            if player.said:
                print(f"{'':<14}   {' '.join(player.said)}")
    finally:
        for player in players:
            player.end()
        ear.end()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mounts", nargs="+", choices=MOUNTS, default=list(MOUNTS))
    parser.add_argument("--players", nargs="+", choices=PLAYERS, default=list(PLAYERS))
    arguments = parser.parse_args()
    names = [name for name in arguments.players if shutil.which(PLAYERS[name].split()[0])]
    for name in set(arguments.players) - set(names):
        print(f"{name} is not installed")
    settings = ""
    for mount in ["/stream.mp3", *(mount for mount in arguments.mounts if mount != "/stream.mp3")]:
        titles = 'titles = "chained"\n' if mount.startswith("/chained") else ""
        settings += f'[[mounts]]\npath = "{mount}"\nformat = "{MOUNTS[mount]}"\n{titles}'
    with tempfile.TemporaryDirectory(prefix="listeners-") as name:
        folder = Path(name)
        station = Station(folder, settings)
        try:
            station.up()
            station.wait_for(r"/stream\.mp3 is on the air")
            codes = songs(station)
            station.say("stop")
            for mount in arguments.mounts:
                listened(station, codes, mount, names, folder)
        finally:
            station.end()


if __name__ == "__main__":
    main()
