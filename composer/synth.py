"""A score as finished sound: the synthesiser that this machine has, the song's loudness, the master.

The first seconds have the usual gain, so that nothing has to be measured before they are heard; then a little of it is
rendered ahead and measured, and the gain moves gently to what it says.
"""

from collections.abc import Callable, Generator, Iterator
from typing import Final, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from common.jobs import Value
from common.types import RATE, Frames, Lufs, Seconds
from composer import fluid
from composer.block import Block
from composer.fluid import Fluid
from composer.loudness import integrated
from composer.master import Gains, mastered
from composer.piece import Piece
from composer.score import Note, Score, Section
from composer.tones import Tones

TAIL: Final = Seconds(2.5)
"""What rings on after the last bar."""
FADE: Final = Seconds(6.0)
"""The end of the song, which falls to nothing: it begins while the last chord is held."""
HEAD: Final = Seconds(3.0)
"""How long the usual gain holds, and how much is in the listener's hands while the chorus is measured."""
GLIDE: Final = Seconds(4.0)
MEASURED: Final = ("chorus", "verse")
EXCERPT: Final = 2
"""Bars of each that are measured."""
LOUDEST: Final = 12.0
"""The most that a song is turned up or down against the usual gain, decibels."""


class Instrument(Protocol):
    """Plays one score, once, and is closed."""

    def blocks(self, piece: Piece) -> Iterator[Block]: ...
    def close(self) -> None: ...


class Synthesiser(msgspec.Struct, frozen=True):
    """Where instruments come from, and how loud songs come out of them at no gain: both are the machine's."""

    facts: dict[str, Value]
    """What made the sound: recorded with each song, as other software or another font makes another."""
    make: Callable[[], Instrument]
    usual: Lufs
    """The integrated loudness of the average song."""
    above: float
    """How much louder what is measured of a song is than the whole of it, LU."""


def synthesiser(soundfont: str) -> Synthesiser:
    """FluidSynth with the configured or Debian's soundfont; raises Missing where the configured one is not there."""
    path = fluid.font(soundfont)
    if path is None or not fluid.available():
        return Synthesiser({"synthesiser": "tones"}, Tones, usual=Lufs(-19.1), above=0.5)
    return Synthesiser(fluid.facts(path), lambda: Fluid(path), usual=Lufs(-19.9), above=0.5)


def frames(score: Score) -> Frames:
    """The whole song's length."""
    return Frames(round((score.seconds(score.ticks) + TAIL) * RATE))


def render(piece: Piece, first: Instrument, source: Synthesiser, target: Lufs) -> Generator[Block, None, None]:
    """The finished song. `first` is an instrument that was made ready; it is closed at the end."""
    gain = _Gain(piece, source, target)
    try:
        yield from mastered(first.blocks(piece), frames(piece.head), gain, Frames(round(FADE * RATE)))
    finally:
        first.close()


class _Gain:
    """The gain over time: measures the song when the head is over, and never before."""

    def __init__(self, piece: Piece, source: Synthesiser, target: Lufs) -> None:
        self._piece = piece
        self._source = source
        self._target = target
        self._usual = target - source.usual
        self._right: float | None = None

    def __call__(self, at: npt.NDArray[np.int64]) -> Gains:
        through = np.clip((at / RATE - HEAD) / GLIDE, 0, 1)
        decibels = np.full(len(at), self._usual)
        if through[-1] > 0:
            if self._right is None:
                self._right = self._measured()
            decibels += (self._right - self._usual) * through
        return np.asarray(10 ** (decibels / 20))

    def _measured(self) -> float:
        """The gain, in decibels, that brings the whole song to the target."""
        sample = excerpt(self._piece.whole())
        instrument = self._source.make()
        try:
            blocks = mastered(
                instrument.blocks(Piece.of(sample)), _bars_long(sample), lambda at: np.ones(len(at)), Frames(1)
            )
            loud = integrated(blocks)
        finally:
            instrument.close()
        gain = self._target - (loud - self._source.above)
        return max(self._usual - LOUDEST, min(self._usual + LOUDEST, gain))


def _bars_long(score: Score) -> Frames:
    return Frames(round(score.seconds(score.ticks) * RATE))


def excerpt(score: Score) -> Score:
    """The first bars of the last chorus, and of the last verse after them, as a score of its own.

    Half loud and half quiet is nearer to how loud a whole song is than a chorus alone.
    """
    chosen = [[section for section in score.sections if section.kind == kind][-1:] for kind in MEASURED]
    sections, begin = list[Section](), 0
    notes: list[list[Note]] = [[] for _ in score.parts]
    for section in (section for found in chosen for section in found):
        bars = min(EXCERPT, section.bars)
        _cut(score, section.bar * score.bar, bars * score.bar, begin * score.bar, notes)
        sections.append(msgspec.structs.replace(section, bar=begin, bars=bars))
        begin += bars
    return msgspec.structs.replace(
        score,
        tempi=score.tempi[:1],
        sections=tuple(sections),
        parts=tuple(
            msgspec.structs.replace(part, notes=tuple(own)) for part, own in zip(score.parts, notes, strict=True)
        ),
    )


def _cut(score: Score, begin: int, length: int, to: int, notes: list[list[Note]]) -> None:
    """Add what is struck from `begin` on to `notes`, moved to `to`; a note ends with the cut."""
    early = begin - score.bar // 16
    for part, own in zip(score.parts, notes, strict=True):
        for note in part.notes:
            if early <= note.start < begin + length:
                start = max(0, note.start - begin)
                own.append(Note(to + start, min(note.length, length - start), note.pitch, note.velocity))
