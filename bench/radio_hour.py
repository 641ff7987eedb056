"""An hour of the radio by itself: whether it is ever silent, and what it costs while it composes ahead.

    python bench/radio_hour.py [--minutes 60] [--settle 0] [--songs 0]

Starts a whole station on free loopback ports, with its own Icecast, and listens to the MP3 mount from the first sound
on. Nobody asks for anything. Prints each silence below -50 dBFS that is longer than a second, and the share of one core
that all the station's processes took, those that have ended too, such as workers. Ends with 1 if a silence was longer
than 2 seconds. `--settle` are minutes of playing before the processor is measured, in which the first stock is made.

A new station composes each song that it plays, as none may come again within two hours. `--songs` imports that many
tones of 150 s at first: with 60 it is in the state of a station that has run for an afternoon, and composes about half.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
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
PARTS = {
    "streamer": "bandstand.streamer --",
    "standby": "streamer.standby",
    "icecast": "icecast",
    "web": "bandstand.web",
    "bot": "bandstand up",
    "workers": "bandstand.composer",
}
"""What each process of the station has in its command."""
PATIENCE = 120.0
SAID = 40
"""Lines of the station's log that are shown where it was never heard."""
TONE = 150
"""Seconds of an imported song: about what the station's own songs last."""


class Ear(threading.Thread):
    """Decodes the mount from the first sound on; positions are seconds of sound since then.

    What Icecast has kept for new listeners mostly begins inside a frame, which no decoder can read. As players do, it
    is left out; who gives up there connects again and again and, on a busy machine, may meet one each time.
    """

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
        for frame in decode(stream):
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


def decode(stream: "av.container.InputContainer") -> Iterator["av.AudioFrame"]:
    """The frames that can be decoded."""
    for packet in stream.demux(audio=0):
        try:
            yield from packet.decode()
        except av.InvalidDataError:
            continue


def count_processor(parent: psutil.Process) -> dict[str, float]:
    """Processor seconds of each part of the station; those of children that have ended are the workers'."""
    spent = dict.fromkeys(PARTS, 0.0)
    for one in [parent, *parent.children(recursive=True)]:
        try:
            times, words = one.cpu_times(), " ".join(one.cmdline())
        except psutil.NoSuchProcess:
            continue
        part = next((part for part, mark in PARTS.items() if mark in words), "bot" if one == parent else "workers")
        spent[part] += times.user + times.system
        spent["workers"] += times.children_user + times.children_system
    return spent


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


def import_tones(folder: Path, number: int) -> None:
    """Take tones into the library, by artists that are enough for their distance."""
    tones = folder / "tones"
    tones.mkdir()
    for index in range(number):
        source = f"sine=frequency={220 + 7 * index}:duration={TONE}:sample_rate=44100"
        labels = ["-metadata", f"title=Tone {index}", "-metadata", f"artist=Player {index % 20}"]
        quietly = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-ac", "2"]
        subprocess.run([*quietly, *labels, str(tones / f"{index}.flac")], check=True)
    config = ["--config", str(folder / "bandstand.toml")]
    subprocess.run([BANDSTAND, "import", str(tones), "--link", *config], check=True, stdout=subprocess.DEVNULL)


def listen(url: str, log: Path) -> Ear:
    """An ear that has heard the first sound."""
    ends = time.monotonic() + PATIENCE
    tried, ear = 0, None
    while time.monotonic() < ends:
        ear, tried = Ear(url), tried + 1
        ear.start()
        while ear.is_alive() and time.monotonic() < ends:
            if ear.heard:
                return ear
            time.sleep(0.1)
        time.sleep(0.3)
    trouble = ear.trouble if ear is not None else ""
    last = "\n".join(log.read_text(errors="replace").splitlines()[-SAID:])
    raise SystemExit(f"the station was never heard ({tried} tries, {trouble or 'only silence'}); its log ends:\n{last}")


def describe_parts(parts: dict[str, float], seconds: float) -> str:
    return ", ".join(
        f"{name} {100 * spent / seconds:.1f}" for name, spent in sorted(parts.items(), key=lambda x: -x[1])
    )


def report(ear: Ear, spent: dict[str, float], seconds: float) -> int:
    longest = max((length for _, length in ear.silences), default=0.0)
    print(f"heard            {ear.heard / 60:.1f} min {ear.trouble}")
    print(f"longest silence  {longest:.1f} s below -50 dBFS (at most {LONGEST:.0f})")
    for at, length in ear.silences:
        print(f"                 {length:.1f} s at {at:.0f} s")
    print(f"longest gap      {max(ear.gaps, default=0.0):.1f} s in which nothing came (0: none above {LONGEST:.0f})")
    print(f"processor        {100 * sum(spent.values()) / seconds:.1f} % of one core over {seconds / 60:.1f} min:")
    print(f"                 {describe_parts(spent, seconds)}")
    return 1 if longest > LONGEST or ear.gaps or ear.trouble else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--settle", type=float, default=0.0)
    parser.add_argument("--songs", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hour") as name:
        bot, url = start_station(Path(name))
        try:
            ear, station = listen(url, Path(name) / "log"), psutil.Process(bot.pid)
            if options.songs:
                import_tones(Path(name), options.songs)
            time.sleep(options.settle * 60)
            before, began = count_processor(station), time.monotonic()
            while time.monotonic() - began < options.minutes * 60 and ear.is_alive() and bot.poll() is None:
                time.sleep(0.5)
            after, seconds = count_processor(station), time.monotonic() - began
            spent = {part: after[part] - before[part] for part in PARTS}
            ear.finish()
            return report(ear, spent, seconds)
        finally:
            bot.send_signal(signal.SIGTERM)
            bot.wait(60)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
