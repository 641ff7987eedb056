"""A workshop: writes short generator programs to a folder and runs them as jobs, in this process."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from bandstand.common.errors import Missing
from bandstand.common.generators import Generator
from bandstand.common.jobs import Begun, Done, Failed, Job, Noticed, Step, Value
from bandstand.common.types import SongCode
from bandstand.composer.generators.staging import Staging
from bandstand.composer.spool import SpoolWriter
from bandstand.composer.worker import run_job

SINE = """
import math, os, struct, sys
seconds = float(os.environ.get("BANDSTAND_DURATION", 1))
def frames(hertz=440, level=0.5, rate=48000, seconds=seconds):
    for n in range(int(rate * seconds)):
        yield level * math.sin(2 * math.pi * hertz * n / rate)
def s16(samples, channels=1):
    return b"".join(struct.pack("<h", round(x * 32767)) * channels for x in samples)
def wav(data, channels=1, rate=48000, bits=16, tag=1, length=None):
    length = len(data) if length is None else length
    fmt = struct.pack("<HHIIHH", tag, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits)
    head = b"RIFF" + struct.pack("<I", 0xffffffff) + b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt
    return head + b"data" + struct.pack("<I", length) + data
out = sys.stdout.buffer
"""
"""Beginning of most programs in these tests."""


class Run:
    """The outcome of one job: reported steps, spooled sound of shape (frames, 2), and the song's folder."""

    def __init__(self, steps: list[Step], sound: npt.NDArray[np.float32], folder: Path, ended: bool) -> None:
        self.steps = steps
        self.sound = sound
        self.folder = folder
        self.ended = ended
        """Whether the growth pipe was closed."""

    @property
    def begun(self) -> Begun | None:
        return next((step for step in self.steps if isinstance(step, Begun)), None)

    @property
    def done(self) -> Done:
        last = self.steps[-1]
        assert isinstance(last, Done), last
        return last

    @property
    def failed(self) -> Failed:
        last = self.steps[-1]
        assert isinstance(last, Failed), last
        return last

    @property
    def notes(self) -> list[str]:
        """The problems that were reported, without the one that depends on the load of this machine."""
        sentences = [step.sentence for step in self.steps if isinstance(step, Noticed)]
        return [sentence for sentence in sentences if "made slower than it is played" not in sentence]


class Workshop:
    """Runs generators in a folder, one job for each run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs = 0
        self.staging: Staging | None = None
        """For the next run; without it the program runs in no sandbox."""

    def write(self, name: str, text: str, *, mode: int = 0o644) -> Path:
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def python(self, text: str, **keys: Any) -> Generator:
        """Make a generator whose program is `SINE` and then `text`, in Python."""
        self.write("mine.py", SINE + text)
        return Generator(command=[sys.executable, "mine.py"], directory=str(self.folder), **keys)

    def run(
        self, generator: Generator, *, seed: int = 7, song: str = "", spool: Path | None = None, **values: Value
    ) -> Run:
        self.runs += 1
        code = song or f"s{self.runs}"
        folder = self.folder / "songs" / code
        file = os.open(spool or self.folder / f"spool{self.runs}", os.O_CREAT | os.O_TRUNC | os.O_RDWR)
        growth, write = os.pipe()
        steps: list[Step] = []
        job = Job(
            song=SongCode(code), generator="mine", seed=seed, parameters=values or {"duration": 1}, program=generator,
            directory=str(folder), errors=str(self.folder / "errors" / f"{code}.txt"),
        )  # fmt: skip
        run_job(job, Missing("no synthesiser is needed"), SpoolWriter(file, write), steps.append, self.staging)
        sound = np.frombuffer(os.pread(file, os.fstat(file).st_size, 0), "<f4").reshape(-1, 2)
        os.set_blocking(growth, False)
        while ended := os.read(growth, 65536):
            pass
        os.close(growth)
        os.close(file)
        return Run(steps, sound, folder, ended == b"")


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    (tmp_path / "songs").mkdir()
    yield Workshop(tmp_path)
