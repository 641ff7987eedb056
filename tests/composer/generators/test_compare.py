"""Comparisons: two songs in alternation."""

import os
from pathlib import Path

import numpy as np
import pytest

from bandstand.common.jobs import Done, Job, Pair, Side, Step
from bandstand.common.types import RATE, SongCode
from bandstand.composer.generators.compare import FADE_FRAMES, make_comparison
from bandstand.composer.recorder import SoundRecorder
from bandstand.composer.spool import SpoolWriter

pytestmark = pytest.mark.integration

BAR = RATE // 2


def store_song(folder: Path, name: str, bars: int, hertz: float, level: float) -> str:
    """Store a song of one tone that rises by 100 Hz with each bar."""
    (folder / name).mkdir()
    recorder = SoundRecorder(folder / name, 1)
    recorder.set_title(name, "me")
    for bar in range(bars):
        time = np.arange(BAR) / RATE
        tone = level * np.sin(2 * np.pi * (hertz + 100 * bar) * time)
        recorder.push(np.repeat(tone[:, None], 2, axis=1).astype(np.float32))
    recorder.finish()
    return str(folder / name / "song.flac")


def pitch(sound: np.ndarray) -> float:
    return float(np.abs(np.fft.rfft(sound[:, 0] * np.hanning(len(sound)))).argmax() * RATE / len(sound))


def compare(folder: Path, pair: Pair) -> tuple[list[Step], np.ndarray]:
    fd = os.open(folder / "spool", os.O_CREAT | os.O_RDWR)
    growth, write = os.pipe()
    steps: list[Step] = []
    job = Job(
        song=SongCode("mix"), generator="compare", seed=1, parameters={}, directory=str(folder / "mix"), pair=pair
    )
    steps.append(make_comparison(job, pair, SpoolWriter(fd, write), steps.append))
    sound = np.frombuffer(os.pread(fd, os.fstat(fd).st_size, 0), "<f4").reshape(-1, 2)
    os.close(fd)
    os.close(growth)
    return steps, sound


def test_each_turn_begins_at_the_bar_where_the_other_song_stopped(tmp_path: Path) -> None:
    one = store_song(tmp_path, "one", 8, 1000, 0.1)
    two = store_song(tmp_path, "two", 6, 3000, 0.4)
    steps, sound = compare(tmp_path, Pair(first=Side(one, -23.0, BAR, 0), second=Side(two, -11.0, BAR, 0), bars=2))
    heard = [pitch(sound[n * BAR + FADE_FRAMES : (n + 1) * BAR - FADE_FRAMES]) for n in range(len(sound) // BAR)]
    assert heard == pytest.approx([1000, 1100, 3200, 3300, 1400, 1500], abs=5)
    done = steps[-1]
    assert isinstance(done, Done)
    assert done.facts == {"x": 1.0, "y": 1.0, "lead": 0.0}
    assert Path(tmp_path / "mix" / "song.flac").is_file()


def test_both_songs_are_equally_loud(tmp_path: Path) -> None:
    one, two = store_song(tmp_path, "one", 4, 1000, 0.1), store_song(tmp_path, "two", 4, 1000, 0.3)
    _, sound = compare(tmp_path, Pair(first=Side(one, -20.0, BAR, 0), second=Side(two, -10.4576, BAR, 0), bars=1))
    levels = [float(np.abs(sound[n * BAR + FADE_FRAMES : (n + 1) * BAR - FADE_FRAMES]).max()) for n in range(4)]
    assert levels == pytest.approx([levels[0]] * 4, rel=0.02)


def test_a_turn_begins_and_ends_without_a_click(tmp_path: Path) -> None:
    one, two = store_song(tmp_path, "one", 4, 1010, 0.3), store_song(tmp_path, "two", 4, 330, 0.3)
    _, sound = compare(tmp_path, Pair(first=Side(one, None, BAR, 0), second=Side(two, None, BAR, 0), bars=1))
    assert np.abs(np.diff(sound[:, 0])).max() < 0.3 * 2 * np.pi * 1400 / RATE
