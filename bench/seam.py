"""Two halves of one sine, and what of the place where they meet can be measured in a recorded stream."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rig import Listener

RATE: Final = 48_000
TONE: Final = 1000
HALF: Final = RATE + 123
"""Frames; no whole number of periods, so that the second half goes on where the first one ended."""
FORMATS: Final = {
    "wav": (".wav", ()),
    "flac": (".flac", ()),
    "mp3": (".mp3", ("-b:a", "320k")),
    "aac": (".m4a", ("-b:a", "256k")),
    "vorbis": (".ogg", ("-c:a", "libvorbis", "-q:a", "8")),
    "opus": (".opus", ("-b:a", "256k")),
}
PERIOD: Final = RATE // TONE
QUIET: Final = 0.25
"""Half of the tone's level: what is below it is a gap."""


@dataclass(frozen=True)
class Seam:
    gap_ms: float
    """How long the tone was not there."""
    degrees: float
    """How far its phase after the joint is from what it was before."""


def halves(folder: Path) -> dict[str, tuple[Path, Path]]:
    """Format -> two files that were one."""
    made = {}
    for name, (suffix, options) in FORMATS.items():
        pair = []
        for number, first in enumerate((0, HALF)):
            path = folder / f"half{number}{suffix}"
            wave = f"0.5*sin(2*PI*{TONE}*(n+{first})/{RATE})"
            sine = f"aevalsrc={wave}|{wave}:s={RATE},atrim=end_sample={HALF}"
            command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", sine, *options, str(path)]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
            pair.append(path)
        made[name] = (pair[0], pair[1])
    return made


class Recorder(Listener):
    def __init__(self, port: int, mount: str) -> None:
        super().__init__(port, mount)
        self.data = bytearray()
        self.there = threading.Event()

    def take(self, data: bytes) -> None:
        self.data += data
        self.there.set()


@contextmanager
def recorded(port: int, mount: str) -> Iterator[Callable[[], NDArray[np.float32]]]:
    """What a mount carries meanwhile; decoded, shape (frames, 2), when it is asked for."""
    recorder = Recorder(port, mount)
    recorder.start()
    if not recorder.there.wait(10):
        raise TimeoutError(f"nothing came from {mount}")
    try:
        yield lambda: decoded(bytes(recorder.data))
    finally:
        recorder.end()


def decoded(data: bytes) -> NDArray[np.float32]:
    command = ["ffmpeg", "-v", "quiet", "-i", "-", "-f", "f32le", "-ar", str(RATE), "-ac", "2", "-"]
    made = subprocess.run(command, input=data, stdout=subprocess.PIPE, check=False).stdout
    return np.frombuffer(made[: len(made) // 8 * 8], dtype=np.float32).reshape(-1, 2)


def measured(sound: NDArray[np.float32]) -> Seam:
    """The largest hole in the tone, and how its phase differs around its middle, by a steady rotation at TONE."""
    whole = sound[: len(sound) // PERIOD * PERIOD, 0].reshape(-1, PERIOD)
    there = np.flatnonzero(np.abs(whole).max(axis=1) > QUIET)
    if len(there) < 2 * HALF // PERIOD * 0.9:
        raise RuntimeError(f"only {len(there)} ms of the tone were heard")
    tone = whole[there[0] + 20 : there[-1] - 20]
    gap = float(np.count_nonzero(np.abs(tone).max(axis=1) <= QUIET)) * 1000 / TONE
    turning = np.exp(-2j * np.pi * np.arange(PERIOD) / PERIOD)
    phases = tone @ turning
    middle = HALF // PERIOD - 20
    before, after = phases[middle - 400 : middle - 100].sum(), phases[middle + 100 : middle + 400].sum()
    return Seam(gap, abs(float(np.angle(after / before, deg=True))))
