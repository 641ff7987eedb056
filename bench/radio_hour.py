"""An hour of the radio by itself: whether it is ever silent, and what it costs while it composes ahead.

    python bench/radio_hour.py [--minutes 60] [--settle 0]

Starts a whole station on free loopback ports, with its own Icecast, and listens to the MP3 mount from the first sound
on. Nobody asks for anything. Prints each silence below -50 dBFS that is longer than a second, and the share of one core
that all the station's processes took, those that have ended too, such as workers. Ends with 1 if a silence was longer
than 2 seconds. `--settle` are minutes of playing before the processor is measured, in which the first stock is made.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import av
import numpy as np
import psutil
from rig import free_port

BANDSTAND = str(Path(sys.executable).parent / "bandstand")
THRESHOLD = 10 ** (-50 / 20)
LONGEST = 2.0
SHOWN = 1.0
WINDOW = 0.1
"""Seconds of sound whose root mean square is compared with the threshold."""
PATIENCE = 120.0


class Ear(threading.Thread):
    """Decodes the mount from the first sound on; positions are seconds of sound since then."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url = url
        self.heard = 0.0
        self.silences: list[tuple[float, float]] = []
        """(where it began, how long it was)"""
        self.gaps: list[float] = []
        """Seconds for which nothing came, longer than `LONGEST`."""
        self.trouble = ""
        self._silent = 0.0

    def run(self) -> None:
        try:
            with av.open(self._url, timeout=30.0) as stream:
                self._listen(stream)
        except (OSError, av.FFmpegError) as error:
            self.trouble = str(error)

    def _listen(self, stream: "av.container.InputContainer") -> None:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=48000)
        size, rest, last = round(WINDOW * 48000), np.zeros(0, np.float32), time.monotonic()
        for frame in stream.decode(audio=0):
            now = time.monotonic()
            if now - last > LONGEST:
                self.gaps.append(now - last)
            last = now
            parts = [one.to_ndarray().ravel() for one in resampler.resample(frame)]
            rest = np.concatenate([rest, *parts])
            while len(rest) >= size:
                self._take(float(np.sqrt(np.mean(rest[:size] ** 2))))
                rest = rest[size:]

    def _take(self, level: float) -> None:
        if level < THRESHOLD:
            self._silent += WINDOW if self.heard else 0.0
        else:
            self.finish()
        if self.heard or level >= THRESHOLD:
            self.heard += WINDOW

    def finish(self) -> None:
        """A silence is over, or the time is."""
        if self._silent > SHOWN:
            self.silences.append((self.heard - self._silent, self._silent))
        self._silent = 0.0


def count_processor(parent: psutil.Process) -> float:
    """Processor seconds of the station, with those of children that have ended."""
    total = 0.0
    for one in [parent, *parent.children(recursive=True)]:
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def start_station(folder: Path) -> tuple["subprocess.Popen[bytes]", str]:
    folder.chmod(0o755)  # Icecast's own user must reach what is its own in there
    port = free_port()
    config = folder / "bandstand.toml"
    config.write_text(f"[icecast]\nport = {port}\n[telnet]\nenabled = false\n")
    with (folder / "log").open("wb") as log:
        bot = subprocess.Popen(
            [BANDSTAND, "up", "--config", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    return bot, f"http://127.0.0.1:{port}/stream.mp3"


def listen(url: str) -> Ear:
    """An ear that has heard the first sound."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        ear = Ear(url)
        ear.start()
        while ear.is_alive() and time.monotonic() < ends:
            if ear.heard:
                return ear
            time.sleep(0.1)
        time.sleep(0.3)
    raise SystemExit("the station was never heard")


def report(ear: Ear, processor: float, seconds: float) -> int:
    longest = max((length for _, length in ear.silences), default=0.0)
    print(f"heard            {ear.heard / 60:.1f} min {ear.trouble}")
    print(f"longest silence  {longest:.1f} s below -50 dBFS (at most {LONGEST:.0f})")
    for at, length in ear.silences:
        print(f"                 {length:.1f} s at {at:.0f} s")
    print(f"longest gap      {max(ear.gaps, default=0.0):.1f} s in which nothing came (0: none above {LONGEST:.0f})")
    print(f"processor        {100 * processor / seconds:.1f} % of one core over {seconds / 60:.1f} min")
    return 1 if longest > LONGEST or ear.gaps or ear.trouble else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--settle", type=float, default=0.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hour") as name:
        bot, url = start_station(Path(name))
        try:
            ear, station = listen(url), psutil.Process(bot.pid)
            time.sleep(options.settle * 60)
            before, began = count_processor(station), time.monotonic()
            while time.monotonic() - began < options.minutes * 60 and ear.is_alive() and bot.poll() is None:
                time.sleep(0.5)
            spent, seconds = count_processor(station) - before, time.monotonic() - began
            ear.finish()
            return report(ear, spent, seconds)
        finally:
            bot.send_signal(signal.SIGTERM)
            bot.wait(60)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
