"""What a live show costs, and how late a listener hears it: Bandstand beside Liquidsoap's `input.harbor`.

    python bench/live.py [--seconds 15] [--rounds 2] [--clicks 15] [--only delay|cost]

The DJ is ffmpeg, which is given sound at its own pace, as by a sound card, and sends Opus of 128 kbit/s in short pages.
Bandstand reads it from a mount of Icecast's, where DJs connect; Liquidsoap takes it in by itself.

- Delay: from the moment in which the microphone hears the beginning of a tone to the one in which a connected listener
  has decoded it. Listeners on the DJ's own mount tell how much of it is the client's and Icecast's; the buffer's share
  is what the streamer says that it keeps. What a player keeps in store is not counted: it is the listener's.
- Cost: processor time and memory of the engine (Icecast's is told beside it) with one MP3 mount of 128 kbit/s: with
  silence, with the live source, and with that and a recording in FLAC and Opus of 128 kbit/s. Share of one core in
  percent, PSS in MiB; medians.
"""

import argparse
import itertools
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import Final

import av
import numpy as np
from contenders import PASSWORD, Bandstand, Icecast, Liquidsoap, answers, ended, mount_of
from recording import FILES, measure
from rig import free_port, until

from bandstand.common.config import Mount
from bandstand.common.types import RATE

LIVE: Final = "/live/ann"
BLOCK: Final = RATE // 100
LOUD: Final = 0.05
EVERY: Final = 2.57
"""Seconds from one tone to the next: no multiple of anything's step."""
LASTS: Final = 0.5
QUIET: Final = 0.002
"""Amplitude of a hum between the tones: a microphone is never still, and silence would be taken for a loss."""
SETTLING: Final = 12.0
"""Seconds for which a buffer may look at how the sound comes."""
SCRIPT: Final = """
settings.init.allow_root.set(true)
settings.log.stdout.set(false)
settings.server.socket.set(true)
settings.server.socket.path.set("{{folder}}/liquidsoap.sock")
settings.frame.audio.samplerate.set(48000)
settings.harbor.bind_addrs.set(["127.0.0.1"])
live = input.harbor("{mount}", port={harbor}, password="{password}", buffer={buffer})
radio = fallback(track_sensitive=false, [live, blank()])
output.icecast(%mp3(bitrate={{bitrate}}, samplerate=48000), host="127.0.0.1", port={{port}}, password="{{password}}",
    mount="{{mount}}", radio)
"""
OPUS: Final = """
output.icecast(%opus(bitrate=128, samplerate=48000, channels=2), host="127.0.0.1", port={port},
    password="{password}", mount="{mount}", radio)
"""


class Microphone:
    """ffmpeg as a source client, and a thread that gives it sound in blocks of 10 ms, each when it is over."""

    def __init__(self, port: int) -> None:
        sound = ["-f", "f32le", "-ar", str(RATE), "-ac", "1", "-probesize", "32", "-i", "pipe:0"]
        codec = ["-c:a", "libopus", "-b:a", "128k", "-f", "ogg", "-page_duration", "20000", "-flush_packets", "1"]
        url = f"icecast://source:{PASSWORD}@127.0.0.1:{port}{LIVE}"
        command = ["ffmpeg", "-v", "error", *sound, *codec, "-content_type", "audio/ogg", url]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE)
        self._ended = threading.Event()
        self.tones: list[float] = []
        """When each began, by the monotonic clock."""
        self._thread = threading.Thread(target=self._speak, daemon=True)
        self._thread.start()

    def _speak(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        began, following = time.monotonic(), EVERY
        for at in itertools.count(0, BLOCK):
            if at / RATE >= following:
                self.tones.append(began + at / RATE)
                following += EVERY
            is_tone = bool(self.tones) and began + at / RATE - self.tones[-1] < LASTS
            frames = np.arange(at, at + BLOCK) / RATE
            sound = (0.4 if is_tone else QUIET) * np.sin(2 * np.pi * 1000 * frames)
            if self._ended.wait(max(0.0, began + (at + BLOCK) / RATE - time.monotonic())):
                return
            with suppress(OSError):
                pipe.write(sound.astype("<f4").tobytes())
                pipe.flush()

    def close(self) -> None:
        self._ended.set()
        self._thread.join()
        with suppress(OSError):
            self._process.communicate(timeout=5)
        ended(self._process)


class Ear(threading.Thread):
    """Decodes a mount as it comes."""

    def __init__(self, port: int, mount: str) -> None:
        super().__init__(daemon=True)
        self._url = f"http://127.0.0.1:{port}{mount}"
        self.heard: list[float] = []
        """When each tone began to be heard."""

    def run(self) -> None:
        options = {"fflags": "nobuffer", "probesize": "4096", "analyzeduration": "0", "headers": "Initial-Burst: 0\r\n"}
        loud_at = 0.0
        with suppress(OSError), av.open(self._url, options=options) as stream:  # ends with the source
            for frame in stream.decode(audio=0):
                if np.abs(frame.to_ndarray()).max() > LOUD:
                    now = time.monotonic()
                    if now - loud_at > LASTS / 2:
                        self.heard.append(now)
                    loud_at = now


def find_delays(tones: Sequence[float], heard: Sequence[float]) -> list[float]:
    """How much later than the last tone before it each was heard; a delay beyond EVERY would seem shorter by that."""
    before = [[tone for tone in tones if tone < at] for at in heard]
    return [at - earlier[-1] for at, earlier in zip(heard, before, strict=True) if earlier]


@dataclass
class Bench:
    folder: Path
    icecast: Icecast
    seconds: float
    rounds: int
    clicks: int
    made: Iterator[int] = field(default_factory=itertools.count)

    def make_folder(self) -> Path:
        folder = self.folder / str(next(self.made))
        folder.mkdir()
        return folder


def make_mount(name: str, kind: str) -> Mount:
    return Mount(path=f"/{name.lower()}.{kind}", format="opus" if kind == "opus" else "mp3", bitrate=128)


@contextmanager
def bandstand(bench: Bench, kinds: Sequence[str], recorded: str = "") -> Iterator[Bandstand]:
    engine = Bandstand(
        bench.make_folder(), bench.icecast.port, [make_mount("Bandstand", kind) for kind in kinds], recorded
    )
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def liquidsoap(bench: Bench, harbor: int, buffer: float, more: str = "") -> Iterator[Liquidsoap]:
    template = SCRIPT.format(mount=LIVE.removeprefix("/"), harbor=harbor, password=PASSWORD, buffer=buffer)
    port = bench.icecast.port
    engine = Liquidsoap(bench.make_folder(), port, mount_of("Liquidsoap").path, more, template)
    try:
        until(lambda: answers(port, mount_of("Liquidsoap").path), "Liquidsoap is on the air")
        yield engine
    finally:
        engine.close()


@contextmanager
def microphone(port: int) -> Iterator[Microphone]:
    made = Microphone(port)
    try:
        yield made
    finally:
        made.close()


def print_delays(name: str, dj: Microphone, ear: Ear) -> None:
    delays = find_delays(dj.tones, ear.heard[1:])  # of the first it may have missed the beginning
    if not delays:
        print(f"{name:<44} nothing was heard", flush=True)
        return
    median, slowest = statistics.median(delays), max(delays)
    print(f"{name:<44} {median:6.2f} s, slowest of {len(delays)} {slowest:6.2f} s", flush=True)


def listen(port: int, mounts: Sequence[str], clicks: int) -> list[Ear]:
    """Listeners who have heard so many tones."""
    ears = [Ear(port, mount) for mount in mounts]
    for ear in ears:
        ear.start()
    until(lambda: all(len(ear.heard) > clicks for ear in ears), "the tones are heard", 60 + 2 * EVERY * clicks)
    return ears


def measure_delays(bench: Bench) -> None:
    port = bench.icecast.port
    with bandstand(bench, ("opus", "mp3")) as engine, microphone(port) as dj:
        until(lambda: answers(port, LIVE), "the DJ is connected")
        engine.go_live(LIVE)
        time.sleep(SETTLING)
        opus, mp3, door = listen(port, ("/bandstand.opus", "/bandstand.mp3", LIVE), bench.clicks)
        print_delays("Bandstand, Opus", dj, opus)
        print_delays("Bandstand, MP3", dj, mp3)
        print_delays("of that, to the DJ's mount", dj, door)
        print(f"of that, kept for the next blocks: {engine.find_live(LIVE).delay:.2f} s", flush=True)
    if not which("liquidsoap"):
        return
    harbor = free_port()
    more = OPUS.format(port=port, password=PASSWORD, mount="/liquidsoap.opus")
    with liquidsoap(bench, harbor, 1.0, more), microphone(harbor) as dj:
        time.sleep(SETTLING)
        for name, ear in zip(
            ("Opus", "MP3"), listen(port, ("/liquidsoap.opus", "/liquidsoap.mp3"), bench.clicks), strict=True
        ):
            print_delays(f"Liquidsoap, {name}, a buffer of 1 s", dj, ear)


def print_cost(name: str, costs: Sequence[tuple[float, float]]) -> None:
    share, size = (statistics.median(values) for values in zip(*costs, strict=True))
    print(f"{name:<44} {share:6.2f} %  {size:6.1f} MiB", flush=True)


def measure_on_air(bench: Bench, engine: Bandstand, pid: int) -> tuple[float, float]:
    """What a process costs while the DJ is heard. Where the machine had no time for the DJ's program, again."""
    for _ in range(3):
        engine.go_live(LIVE)
        cost = measure(pid, bench.seconds)
        heard = engine.find_live(LIVE)
        if heard.cue is not None and not heard.lost:
            return cost
        print(f"the DJ was lost meanwhile: {heard}", flush=True)
    raise SystemExit("the DJ could not be kept on the air: the machine is too busy")


def measure_bandstand(bench: Bench) -> None:
    port = bench.icecast.port
    costs: dict[str, list[tuple[float, float]]] = {"silence": [], "live": [], "live, recording": [], "its Icecast": []}
    with bandstand(bench, ("mp3",), '[recordings]\nformats = ["flac", "opus"]\n') as engine:
        for _ in range(bench.rounds):
            engine.silence()
            costs["silence"].append(measure(engine.pid, bench.seconds))
            with microphone(port):
                until(lambda: answers(port, LIVE), "the DJ is connected")
                costs["live"].append(measure_on_air(bench, engine, engine.pid))
                costs["its Icecast"].append(measure_on_air(bench, engine, bench.icecast.pid))
                engine.record(True)
                costs["live, recording"].append(measure_on_air(bench, engine, engine.pid))
                engine.record(False)
    for what, found in costs.items():
        print_cost(f"Bandstand, {what}", found)


def measure_liquidsoap(bench: Bench) -> None:
    costs: dict[str, list[tuple[float, float]]] = {"silence": [], "live": [], "live, recording": []}
    for _ in range(bench.rounds):
        for is_recording in (False, True):
            folder = bench.make_folder()
            files = "".join(f"output.file({FILES[one].format(folder=folder)}, radio)\n" for one in ("flac", "opus"))
            harbor = free_port()
            with liquidsoap(bench, harbor, 1.0, files if is_recording else "") as engine:
                if not is_recording:
                    costs["silence"].append(measure(engine.pid, bench.seconds))
                with microphone(harbor):
                    costs["live, recording" if is_recording else "live"].append(measure(engine.pid, bench.seconds))
    for what, found in costs.items():
        print_cost(f"Liquidsoap, {what}", found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--clicks", type=int, default=15)
    parser.add_argument("--only", choices=("delay", "cost"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="live-") as name:
        folder = Path(name)
        mounts = [make_mount(one, kind) for one in ("Bandstand", "Liquidsoap") for kind in ("mp3", "opus")]
        icecast = Icecast(folder, mounts)
        icecast.start()
        try:
            bench = Bench(folder, icecast, options.seconds, options.rounds, options.clicks)
            if options.only != "cost":
                measure_delays(bench)
            if options.only != "delay":
                measure_bandstand(bench)
                if which("liquidsoap"):
                    measure_liquidsoap(bench)
        finally:
            icecast.kill()


if __name__ == "__main__":
    main()
