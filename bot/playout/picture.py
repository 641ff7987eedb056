"""The picture that the bot has of the streamer: which cue is on the air there, how far it is, and which follows.

The picture follows the streamer's own rule, which is that when a cue ends, the one that follows is the current one. So
it is right at every moment without asking. Two things arrive out of step with it, and are remembered for that: the
answer to a request may come after the report of what it led to, so a cue that has ended is never taken to be on the air
again; and between two reports the position goes on with the clock, unless the streamer said that the cue stands still.

Pure: the clock is passed in.
"""

from collections.abc import Callable

from bandstand.common import wire
from bandstand.common.api.values import Cue, OnAir
from bandstand.common.types import RATE, CueId, Frames


class StreamerPicture:
    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` counts seconds and must be monotonic."""
        self._clock = clock
        self.current: CueId | None = None
        self.following: CueId | None = None
        self._following_start = 0
        self._following_join: wire.Join | None = None
        self._heard = (0.0, 0)
        """By the clock, and the frames that the current cue had then."""
        self._is_moving = True
        self._ended: set[int] = set()

    def clear(self) -> None:
        """Forget all: another connection begins."""
        self.current = self.following = None
        self._ended.clear()

    def record_state(self, state: wire.StreamerState) -> None:
        """What the streamer itself says that it has."""
        self.current = CueId(state.current.cue) if state.current else None
        self.following = CueId(state.following.cue) if state.following else None
        self._following_start = state.following.frames if state.following else 0
        self._following_join = None  # it does not say that; where there is one, it is told again
        self._heard = (self._clock(), state.current.frames if state.current else 0)
        self._is_moving = state.is_moving

    def record_report(self, report: wire.PlayoutReport, ago: float) -> None:
        """What became of a cue, `ago` seconds before now."""
        if isinstance(report, wire.Started):
            self._begin(CueId(report.cue), report.frames, ago)
        else:
            self._end(CueId(report.cue), report.reason)

    def _begin(self, cue: CueId, frames: int, ago: float = 0.0) -> None:
        self.current = cue
        self._heard = (self._clock() - ago, frames)
        self._is_moving = True
        if self.following == cue:
            self.following = None

    def _end(self, cue: CueId, reason: str) -> None:
        if reason == "stopped":
            self.following = None  # a stop lets go of that, too
        else:
            self._ended.add(cue)
        if self.current == cue and reason == "cut":
            self.current = None  # the cue that cuts in begins, and what follows stays
        elif self.current == cue:
            self.current, self.following = self.following, None
        if self.following == cue:
            self.following = None

    def record_played(self, cue: Cue) -> None:
        """The streamer has taken this cue to play now; nothing changes, if its end was reported before the answer."""
        if not self.has_ended(cue.id):
            self._begin(cue.id, cue.start)

    def record_followed(self, cue: Cue, join: wire.Join | None = None) -> None:
        """The streamer has taken this cue to follow. If nothing was on the air, it began at once."""
        if self.has_ended(cue.id) or self.current == cue.id:
            return
        if self.current is None:
            self._begin(cue.id, cue.start)
        else:
            self.following, self._following_start, self._following_join = cue.id, cue.start, join

    def record_sought(self, cue: CueId, frames: Frames) -> None:
        """The current cue goes on from here."""
        if self.current == cue:
            self._heard = (self._clock(), frames)

    def record_moved(self, cue: CueId, frames: Frames, is_moving: bool) -> None:
        """The current cue is here, by the streamer's own account, and goes on from here or stands still."""
        if self.current == cue:
            self._heard = (self._clock(), frames)
            self._is_moving = is_moving

    def record_unfollowed(self) -> None:
        self.following = None

    def has_ended(self, cue: CueId) -> bool:
        """Whether this cue's end was reported; it may still be on its way to the database."""
        return cue in self._ended

    def lacks_following(self, cue: Cue, join: wire.Join | None = None) -> bool:
        """Whether the streamer is still to be told that this cue follows, from where, or at which moment."""
        known = (self.following, self._following_start, self._following_join)
        return cue.id != self.current and (cue.id, cue.start, join) != known

    def get_position(self) -> Frames:
        """How far the current cue is by now, in frames of its song."""
        then, frames = self._heard
        return Frames(frames + (int((self._clock() - then) * RATE) if self._is_moving else 0))

    def get_on_air(self) -> OnAir | None:
        return None if self.current is None else OnAir(self.current, self.get_position() / RATE)
