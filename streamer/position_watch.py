"""When bots must be told of a cue's position, because what they believe is no longer true.

A bot that was told of a start reckons on from there with its clock. Three things make that wrong: the playout is held
while no mount is on the air, silence stands in for a source that has fallen behind, and what was missed while this
process stood still is not caught up. So what a bot believes is reckoned here as well, and where it is wrong the bot is
told the position, and whether the cue moves at all.

Pure: the clock's reading is passed in.
"""

from dataclasses import dataclass
from typing import Final

from bandstand.common.types import RATE
from bandstand.streamer.playout import Moved, Position

TOLERANCE: Final = RATE // 4
"""Frames: sound leaves in steps of 96 ms, 48 ms after it is due."""


@dataclass(frozen=True)
class _Belief:
    moved: Moved
    at: float


class PositionWatch:
    """Used by one thread."""

    def __init__(self) -> None:
        self._belief: _Belief | None = None

    def find_error(self, position: Position | None, is_moving: bool, now: float) -> Moved | None:
        """What bots must be told of the current cue; None if they know already. `now` is in seconds, monotonic."""
        if position is None:
            self._belief = None
            return None
        moved = Moved(position.cue, position.frames, is_moving)
        belief = self._belief
        if belief is None or belief.moved.cue != position.cue:
            self._belief = _Belief(moved, now)
            return None if is_moving else moved  # of a start, the report tells
        believed = belief.moved.frames + (round((now - belief.at) * RATE) if belief.moved.is_moving else 0)
        if is_moving == belief.moved.is_moving and abs(position.frames - believed) <= TOLERANCE:
            return None
        self._belief = _Belief(moved, now)
        return moved
