"""Two songs by turns, heard as one."""

import os
from pathlib import Path

import numpy as np
import pytest

from common.jobs import Done, Job, Pair, Side, Step
from common.types import RATE, SongCode
from composer.generators.compare import FADE, make
from composer.generators.take import Take
from composer.spool import Spool

BAR = RATE // 2


def stored(folder: Path, name: str, bars: int, hertz: float, level: float) -> str:
    """A song that is one tone, rising by 100 Hz with each bar."""
    (folder / name).mkdir()
    take = Take(folder / name, 1)
    take.name(name, "me")
    for bar in range(bars):
        time = np.arange(BAR) / RATE
        tone = level * np.sin(2 * np.pi * (hertz + 100 * bar) * time)
        take.push(np.repeat(tone[:, None], 2, axis=1).astype(np.float32))
    take.finish()
    return str(folder / name / "song.flac")


def pitch(sound: np.ndarray) -> float:
    return float(np.abs(np.fft.rfft(sound[:, 0] * np.hanning(len(sound)))).argmax() * RATE / len(sound))


def compared(folder: Path, pair: Pair) -> tuple[list[Step], np.ndarray]:
    fd = os.open(folder / "spool", os.O_CREAT | os.O_RDWR)
    growth, write = os.pipe()
    said: list[Step] = []
    job = Job(
        song=SongCode("mix"), generator="compare", seed=1, parameters={}, directory=str(folder / "mix"), pair=pair
    )
    said.append(make(job, pair, Spool(fd, write), said.append))
    sound = np.frombuffer(os.pread(fd, os.fstat(fd).st_size, 0), "<f4").reshape(-1, 2)
    os.close(fd)
    os.close(growth)
    return said, sound


def test_each_turn_goes_on_at_the_bar_where_the_other_stopped(tmp_path: Path) -> None:
    one = stored(tmp_path, "one", 8, 1000, 0.1)
    two = stored(tmp_path, "two", 6, 3000, 0.4)
    said, sound = compared(tmp_path, Pair(first=Side(one, -23.0, BAR, 0), second=Side(two, -11.0, BAR, 0), bars=2))
    heard = [pitch(sound[n * BAR + FADE : (n + 1) * BAR - FADE]) for n in range(len(sound) // BAR)]
    assert heard == pytest.approx([1000, 1100, 3200, 3300, 1400, 1500], abs=5)
    done = said[-1]
    assert isinstance(done, Done)
    assert done.facts == {"x": 1.0, "y": 1.0, "lead": 0.0}
    assert Path(tmp_path / "mix" / "song.flac").is_file()


def test_both_are_equally_loud(tmp_path: Path) -> None:
    one, two = stored(tmp_path, "one", 4, 1000, 0.1), stored(tmp_path, "two", 4, 1000, 0.3)
    _, sound = compared(tmp_path, Pair(first=Side(one, -20.0, BAR, 0), second=Side(two, -10.4576, BAR, 0), bars=1))
    levels = [float(np.abs(sound[n * BAR + FADE : (n + 1) * BAR - FADE]).max()) for n in range(4)]
    assert levels == pytest.approx([levels[0]] * 4, rel=0.02)


def test_a_turn_begins_and_ends_without_a_click(tmp_path: Path) -> None:
    one, two = stored(tmp_path, "one", 4, 1010, 0.3), stored(tmp_path, "two", 4, 330, 0.3)
    _, sound = compared(tmp_path, Pair(first=Side(one, None, BAR, 0), second=Side(two, None, BAR, 0), bars=1))
    assert np.abs(np.diff(sound[:, 0])).max() < 0.3 * 2 * np.pi * 1400 / RATE
