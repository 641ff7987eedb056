"""What is on the air, frame by frame: a current source, the one that follows it, and silence around them.

Pure: no thread, no clock, no reactor. Time is the number of frames asked for. What happens while they are made becomes
a list of events, in order.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import pi
from typing import Protocol

import numpy as np

from common.errors import UnknownCue
from common.types import CueId, Frames
from streamer.block import Block, Samples, zeros

BEGINNING = Frames(0)
CUT_FADE = Frames(480)
"""10 ms: no click, and nothing that sounds like a fade."""
STOP_FADE = Frames(9600)
"""200 ms."""


class Source(Protocol):
    """Sound that is decoded ahead by someone else. No method waits."""

    @property
    def ended(self) -> bool:
        """Nothing is left to be read and nothing more will come."""

    @property
    def trouble(self) -> str:
        """A sentence if the sound ended before it should have, else empty."""

    def read(self, frames: int) -> Samples:
        """Up to `frames` frames of shape (frames, CHANNELS), the caller's own; fewer where no more is ready."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class Cue:
    """One playing of a song."""

    id: CueId
    source: Source
    title: str = ""
    artist: str = ""
    start: Frames = BEGINNING
    """Where in the song the source begins."""


@dataclass(frozen=True)
class Started:
    """This cue's first frame is in the block."""

    cue: CueId
    frames: Frames
    title: str
    artist: str


@dataclass(frozen=True)
class Ended:
    """This cue's last frame is in the block, or would be; `frames` is the position in the song."""

    cue: CueId
    reason: str
    frames: Frames
    detail: str = ""


@dataclass(frozen=True)
class Underrun:
    """`frames` of silence stood in for a source that was not ready."""

    cue: CueId
    frames: Frames


Event = Started | Ended | Underrun


@dataclass(frozen=True)
class Position:
    cue: CueId
    frames: Frames


@dataclass
class _Playing:
    cue: Cue
    position: Frames
    started: bool = False
    starved: int = 0


@dataclass
class Playout:
    """The programme of one bus. `next_block` makes the sound; every other method changes what comes next."""

    underruns: int = 0
    _current: _Playing | None = None
    _following: Cue | None = None
    _tail: Samples = field(default_factory=lambda: zeros(0))
    """What is left of sources that are being faded out, mixed and faded already."""
    _events: list[Event] = field(default_factory=list)

    @property
    def current(self) -> Position | None:
        return Position(self._current.cue.id, self._current.position) if self._current else None

    @property
    def following(self) -> Position | None:
        return Position(self._following.id, self._following.start) if self._following else None

    @property
    def silent(self) -> bool:
        """Until something is cut in there will be nothing to hear."""
        return self._current is None and self._following is None and not len(self._tail)

    def cut(self, cue: Cue) -> None:
        """Put `cue` on the air with the next frame; what was on it ends as `cut`. What follows stays."""
        self._drop("cut", CUT_FADE)
        self._begin(cue)

    def follow(self, cue: Cue) -> None:
        """Let `cue` follow the current one, in place of any other; on silence it begins with the next frame."""
        self._let_go()
        self._following = cue

    def unfollow(self, cue: CueId) -> None:
        """Take back `follow`; UnknownCue if it is not that one, or has begun."""
        if self._following is None or self._following.id != cue:
            raise UnknownCue(f"cue {cue} is not the one that follows")
        self._let_go()

    def skip(self, cue: CueId) -> None:
        """End `cue` and go on with what follows; UnknownCue if another, or nothing, is on the air."""
        if self._current is None or self._current.cue.id != cue:
            raise UnknownCue(f"cue {cue} is not on the air")
        self._drop("skipped", CUT_FADE)

    def stop(self) -> Position | None:
        """Fade to silence and let both sources go; where the current one was, if there was one."""
        stopped = self.current
        self._drop("stopped", STOP_FADE)
        self._let_go()
        return stopped

    def next_block(self, frames: int) -> tuple[Block, list[Event]]:
        """The next `frames` frames, and what happened in them. Silence is None, unless it is inside a song."""
        parts: list[Samples] = []
        missing = frames
        while missing and (playing := self._next_playing()):
            part = playing.cue.source.read(missing)
            if len(part):
                self._resumed(playing, len(part))
                parts.append(part)
                missing -= len(part)
            if playing.cue.source.ended:
                self._finish(playing)
            elif missing:
                parts.append(self._starve(playing, missing))
                missing = 0
        samples = self._mixed(parts, frames)
        events, self._events = self._events, []
        return Block(frames, samples), events

    def close(self) -> None:
        """Let every source go, without a word."""
        if self._current:
            self._current.cue.source.close()
        self._current = None
        self._let_go()

    def _next_playing(self) -> _Playing | None:
        if self._current is None and self._following is not None:
            cue, self._following = self._following, None
            self._begin(cue)
        return self._current

    def _begin(self, cue: Cue) -> None:
        self._current = _Playing(cue, cue.start)

    def _resumed(self, playing: _Playing, frames: int) -> None:
        self._start(playing)
        self._report_starved(playing)
        playing.position = Frames(playing.position + frames)

    def _start(self, playing: _Playing) -> None:
        if not playing.started:
            playing.started = True
            cue = playing.cue
            self._events.append(Started(cue.id, playing.position, cue.title, cue.artist))

    def _starve(self, playing: _Playing, frames: int) -> Samples:
        self.underruns += not playing.starved
        playing.starved += frames
        return zeros(frames)

    def _report_starved(self, playing: _Playing) -> None:
        if playing.starved:
            self._events.append(Underrun(playing.cue.id, Frames(playing.starved)))
            playing.starved = 0

    def _finish(self, playing: _Playing) -> None:
        self._start(playing)
        trouble = playing.cue.source.trouble
        self._end(playing, "broken" if trouble else "finished", trouble)

    def _drop(self, reason: str, fade: Frames) -> None:
        """End the current cue now; its next `fade` frames, as far as they are ready, sink under what comes."""
        playing = self._current
        if playing is None:
            return
        if playing.started:
            self._mix_into_tail(faded_out(playing.cue.source.read(fade), fade))
        self._end(playing, reason)

    def _end(self, playing: _Playing, reason: str, detail: str = "") -> None:
        self._report_starved(playing)
        self._events.append(Ended(playing.cue.id, reason, playing.position, detail))
        playing.cue.source.close()
        self._current = None

    def _let_go(self) -> None:
        if self._following is not None:
            self._following.source.close()
            self._following = None

    def _mix_into_tail(self, samples: Samples) -> None:
        longer, shorter = sorted((self._tail, samples), key=len, reverse=True)
        longer[: len(shorter)] += shorter
        self._tail = longer

    def _mixed(self, parts: list[Samples], frames: int) -> Samples | None:
        if not parts and not len(self._tail):
            return None
        made = sum(map(len, parts))
        if made < frames:
            parts.append(zeros(frames - made))
        samples = parts[0] if len(parts) == 1 else np.concatenate(parts)
        if len(self._tail):
            sinking = self._tail[:frames]
            samples[: len(sinking)] += sinking
            self._tail = self._tail[frames:]
        return samples


def faded_out(samples: Samples, fade: Frames) -> Samples:
    """The head of an equal-power fade of `fade` frames (a quarter of a cosine) over `samples`."""
    angle = (np.arange(len(samples), dtype=np.float32) + 0.5) * np.float32(pi / 2 / fade)
    faded: Samples = samples * np.cos(angle)[:, None]
    return faded


Action = Callable[[Playout], None]
"""A change of the programme, carried out between two blocks."""
