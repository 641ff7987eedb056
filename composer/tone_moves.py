"""Controllers and pitch bends in our own synthesiser, whose notes are ready-made waves (`tones.py`).

A controller's moves become a curve over the frames of a note: loudness multiplies the wave, and pitch reads it faster
or slower. Only moves before the end of the note's section count: a section sets what it uses at its first note and
leaves nothing for the next one to undo (`expression.py`), so that a note sounds the same however its song is cut into
chunks.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from bandstand.common.types import RATE
from bandstand.composer.score import EXPRESSION, VIBRATO, Score
from bandstand.composer.streaming_score import LEAD_TICKS, Performance

Wave = npt.NDArray[np.float32]
"""One channel, shape (frames,)."""
Curve = npt.NDArray[np.float64]
FULL: Final = 127
VIBRATO_CENTS: Final = 50
"""Cents either way with the modulation wheel at its end, as FluidSynth has it."""
VIBRATO_HERTZ: Final = 5.5
GLIDE: Final = RATE // 100
"""Frames in which a controller reaches its new value."""


class Track:
    """One controller of a part: at which frames it moves, and to what."""

    def __init__(self, moves: list[tuple[int, float]]) -> None:
        self._frames = np.array([frame for frame, _ in moves], np.int64)
        self._values = np.array([value for _, value in moves], np.float64)

    def draw(self, begin: int, end: int, length: int) -> Curve | None:
        """Its value at each of `length` frames from `begin` on, without moves from `end` on; None if it never moved."""
        first, last = np.searchsorted(self._frames, begin, "right"), np.searchsorted(self._frames, end)
        values = self._values[max(0, first - 1) : max(first, last)]
        if not len(values):
            return None
        at = self._frames[first:last] - begin
        values = values if first else np.concatenate(([values[0]], values))
        points = np.stack((at, at + GLIDE), 1).reshape(-1)
        heights = np.concatenate((values[:1], np.stack((values[:-1], values[1:]), 1).reshape(-1)))
        return np.interp(np.arange(length), np.concatenate(([0], np.maximum.accumulate(points))), heights)


class PartMoves:
    """What the controllers and the pitch wheel of one part do in one chunk of a score."""

    def __init__(self, score: Score, played: Performance) -> None:
        def place(tick: int) -> int:
            return round(score.seconds(tick) * RATE)

        self._loudness, self._vibrato = (
            Track([(place(move.start), move.value / FULL) for move in played.controls if move.number == number])
            for number in (EXPRESSION, VIBRATO)
        )
        self._bends = Track([(place(bend.start), float(bend.cents)) for bend in played.bends])
        self._ends = [place((section.bar + section.bars) * score.bar - LEAD_TICKS) for section in score.sections]

    def shape(self, wave: Wave, frame: int, frames: int) -> Wave:
        """Shape a note that begins at `frame` of the song, is held for `frames`, and then released."""
        end = min(frame + frames, next((end for end in self._ends if end > frame), self._ends[-1]))
        loudness, vibrato, bends = (
            track.draw(frame, end, len(wave)) for track in (self._loudness, self._vibrato, self._bends)
        )
        cents = np.zeros(len(wave)) if bends is None else bends
        if vibrato is not None:
            cents = cents + vibrato * np.sin(2 * np.pi * VIBRATO_HERTZ / RATE * np.arange(len(wave)))
        if cents.any():
            places = np.concatenate(([0.0], np.cumsum(2 ** (cents[:-1] / 1200))))
            wave = np.interp(places, np.arange(len(wave)), wave, right=0.0).astype(np.float32)
        return wave if loudness is None else (wave * loudness**2).astype(np.float32)
