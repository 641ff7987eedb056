"""Makes a comparison: two stored songs in alternation, some bars each, as one song for listeners to vote on.

Each turn begins at the bar at which the other song stopped. Both songs get the gain that brings them to the station's
loudness, so that the louder one has no advantage. Knows files, bars and gains, and not whose songs they are.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from bandstand.common.jobs import Begun, Done, Job, Pair, Provenance, Side, Value
from bandstand.common.types import RATE
from bandstand.composer.audio import Block, read_blocks
from bandstand.composer.folder import SongFolder, publish_song, read_finished
from bandstand.composer.generators.run import replay_finished
from bandstand.composer.loudness import round_decibels
from bandstand.composer.recorder import Recorded, SoundRecorder
from bandstand.composer.spool import Report, SpoolWriter

FADE_FRAMES: Final = 240
"""Fade at both ends of a turn, against clicks: 5 ms."""
LARGEST_GAIN: Final = 12.0
"""Decibels, up or down."""
TITLE, ARTIST = "X or Y", "a comparison"


class SideReader:
    """Reads the frames of one song in order, with its gain. `target` is in LUFS."""

    def __init__(self, side: Side, target: float) -> None:
        gain = 0.0 if side.loudness is None else target - side.loudness
        self._gain = np.float32(10 ** (max(-LARGEST_GAIN, min(LARGEST_GAIN, gain)) / 20))
        self._blocks = read_blocks(Path(side.path))
        self._rest: Block = np.zeros((0, 2), np.float32)
        self._at = 0

    def read(self, begin: int, end: int) -> Block:
        """Read the frames from `begin` up to `end`, fewer at the end of the song. Frames before `end` are dropped."""
        parts = []
        while self._at < end:
            if not len(self._rest):
                block = next(self._blocks, None)
                if block is None:
                    break
                self._rest = block
            skipped = min(len(self._rest), max(0, begin - self._at))
            part = self._rest[skipped : skipped + end - max(begin, self._at)]
            parts.append(part)
            self._rest = self._rest[skipped + len(part) :]
            self._at += skipped + len(part)
        return np.concatenate(parts) * self._gain if parts else np.zeros((0, 2), np.float32)


def alternate(pair: Pair, target: float) -> Iterator[Block]:
    """Yield the turns, X first, until one of the songs ends. The first turn of each song has its upbeat."""
    sides = (pair.first, pair.second)
    readers = [SideReader(side, target) for side in sides]
    number = 0
    while True:
        side = sides[number % 2]
        begin = side.phase + number * pair.bars * side.bar if number else 0
        end = side.phase + (number + 1) * pair.bars * side.bar
        block = readers[number % 2].read(begin, end)
        if not len(block):
            return
        yield fade_edges(block)
        if len(block) < end - begin:
            return
        number += 1


def fade_edges(block: Block) -> Block:
    """Fade a block in and out, in place, and return it."""
    length = min(FADE_FRAMES, len(block) // 2)
    if length:
        ramp = np.linspace(0, 1, length, endpoint=False, dtype=np.float32)[:, None]
        block[:length] *= ramp
        block[-length:] *= ramp[::-1]
    return block


def make_comparison(job: Job, pair: Pair, spool: SpoolWriter, report: Report) -> Done:
    """Make the song of a comparison. Raises BandstandError, or OSError if the folder cannot be written."""
    finished = read_finished(job)
    if finished:
        return replay_finished(job, finished, spool, report)
    began = time.perf_counter()
    facts: dict[str, Value] = {
        "x": pair.bars * pair.first.bar / RATE,
        "y": pair.bars * pair.second.bar / RATE,
        "lead": pair.first.phase / RATE,
    }
    with SongFolder(Path(job.directory)) as folder, SoundRecorder(folder.path, job.seed) as recorder:
        recorder.set_title(TITLE, ARTIST)
        for block in alternate(pair, job.loudness):
            is_first = not spool.frames
            spool.write(block)
            if is_first:
                report(Begun(TITLE, ARTIST, 0.0, facts))
            recorder.push(block)
        spool.close()
        done = _make_done(job, recorder.finish(), spool, facts, time.perf_counter() - began)
        return publish_song(folder, job, done)


def _make_done(job: Job, recorded: Recorded, spool: SpoolWriter, facts: dict[str, Value], seconds: float) -> Done:
    return Done(
        song=job.song, title=TITLE, artist=ARTIST, seconds=round(spool.frames / RATE, 3), generator=job.generator,
        seed=job.seed, parameters=job.parameters, loudness=round_decibels(recorded.loudness),
        peak=round_decibels(recorded.peak), making=round(seconds, 3), facts=facts, files=recorded.files,
        provenance=Provenance(sound=spool.checksum),
    )  # fmt: skip
