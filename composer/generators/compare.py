"""Two stored songs by turns, a few bars each, as one song. A turn begins at the bar where the other one stopped.

Knows files, bars and gains; not which song is whose.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from common.jobs import Begun, Done, Job, Pair, Provenance, Side
from common.types import RATE
from composer.block import Block
from composer.folder import RECORD, Folder, kept
from composer.generators import stored
from composer.generators.run import Say, again
from composer.generators.take import Take
from composer.loudness import finite
from composer.spool import Spool

FADE: Final = 240
"""Frames, 5 ms: from one to the other without a click."""
GAIN_LIMIT: Final = 12.0
TITLE, ARTIST = "X or Y", "a comparison"


class Reader:
    """One of the two, read on from where it was."""

    def __init__(self, side: Side, target: float) -> None:
        off = 0.0 if side.loudness is None else target - side.loudness
        self._gain = np.float32(10 ** (max(-GAIN_LIMIT, min(GAIN_LIMIT, off)) / 20))
        self._blocks = stored.blocks(Path(side.path))
        self._rest: Block = np.zeros((0, 2), np.float32)
        self._at = 0

    def between(self, begin: int, end: int) -> Block:
        """Those frames, as far as there are any; what is before them is gone."""
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


def turns(pair: Pair, target: float) -> Iterator[Block]:
    """X, Y, X, Y, ... until one of them has no more."""
    sides = (pair.first, pair.second)
    readers = [Reader(side, target) for side in sides]
    number = 0
    while True:
        side = sides[number % 2]
        begin = side.phase + number * pair.bars * side.bar if number else 0
        end = side.phase + (number + 1) * pair.bars * side.bar
        block = readers[number % 2].between(begin, end)
        if not len(block):
            return
        yield faded(block)
        if len(block) < end - begin:
            return
        number += 1


def faded(block: Block) -> Block:
    """Softly in and out at both ends."""
    length = min(FADE, len(block) // 2)
    if length:
        ramp = np.linspace(0, 1, length, endpoint=False, dtype=np.float32)[:, None]
        block[:length] *= ramp
        block[-length:] *= ramp[::-1]
    return block


def make(job: Job, pair: Pair, spool: Spool, say: Say) -> Done:
    """Raises BandstandError, or OSError where the folder cannot be written."""
    done = kept(job)
    if done:
        return again(job, done, spool, say)
    began = time.perf_counter()
    facts = {
        "x": pair.bars * pair.first.bar / RATE,
        "y": pair.bars * pair.second.bar / RATE,
        "lead": pair.first.phase / RATE,
    }
    with Folder(Path(job.directory)) as folder, Take(folder.path, job.seed) as take:
        take.name(TITLE, ARTIST)
        for block in turns(pair, job.loudness):
            first = not spool.frames
            spool.write(block)
            if first:
                say(Begun(TITLE, ARTIST, 0.0, {**facts}))
            take.push(block)
        spool.close()
        taken = take.finish()
        done = Done(
            song=job.song, title=TITLE, artist=ARTIST, seconds=round(spool.frames / RATE, 3), generator=job.generator,
            seed=job.seed, parameters=job.parameters, loudness=finite(taken.loudness), peak=finite(taken.peak),
            making=round(time.perf_counter() - began, 3), facts={**facts}, files=taken.files,
            provenance=Provenance(sound=spool.checksum),
        )  # fmt: skip
        (folder.path / RECORD).write_bytes(msgspec.json.encode(done))
        return done if folder.publish() else kept(job) or done
