"""What is on the air, frame by frame: a current cue, the cue that follows it, and silence around them.

The life of a cue: it becomes the current one, by a cut, or when the cue before it ends or crossfades into it. `Started`
is reported with its first frame, not before, so a cue whose source is not ready has not started. Silence stands in for
a source that falls behind, and `Underrun` is reported when it goes on. `Ended` is reported exactly once, with the
reason: `finished`, `broken`, `skipped`, `cut` or `stopped`. After that its source may still be heard for a moment while
it fades out under what comes; nothing is reported of that. At most one further cue is due, at a frame of the current
one (a cut that waits for a bar).

Pure: no thread, no clock, no reactor. Time is the number of frames asked for. What happens while they are made becomes
a list of events, in order.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from bandstand.common.errors import UnknownCue
from bandstand.common.types import CueId, Frames
from bandstand.streamer.block import AudioSource, Block, Samples, zeros
from bandstand.streamer.fades import FadingSource, fade_in, fade_in_gain

BEGINNING = Frames(0)
CUT_FADE = Frames(480)
"""10 ms: no click, and nothing that sounds like a fade."""
STOP_FADE = Frames(9600)
"""200 ms."""


@dataclass(frozen=True)
class Join:
    """Where a cue begins over the one before it, which goes on underneath. It is not faded in."""

    after: CueId
    """The cue that it means; behind another one it begins without a gap."""
    at: Frames
    """The frame of that cue with which it begins."""
    end: Frames | None = None
    """The frame of that cue by which that one is silent; None: it goes on to its end, and is not faded out."""
    fade: Frames = BEGINNING
    """The frames before `end` in which that one fades out."""


@dataclass(frozen=True)
class Cue:
    """One playing of a song."""

    id: CueId
    source: AudioSource
    title: str = ""
    artist: str = ""
    start: Frames = BEGINNING
    """Where in the song the source begins."""
    crossfade: Frames = BEGINNING
    """The longest overlap with the cue before it; it never overlaps more than half of either song."""
    join: Join | None = None
    """Takes the place of the crossfade behind the cue that it means."""


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


@dataclass(frozen=True)
class Moved:
    """Where this cue is now, against what a clock since the last event would say; whether it goes on from there."""

    cue: CueId
    frames: Frames
    is_moving: bool


@dataclass(frozen=True)
class Retitled:
    """From this block on this cue has another title."""

    cue: CueId
    title: str
    artist: str = ""


Event = Started | Ended | Underrun | Moved | Retitled


@dataclass(frozen=True)
class Position:
    cue: CueId
    frames: Frames


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a block has from its frame `offset` on."""

    offset: int
    cue: CueId | None
    """None while no cue has started."""
    position: Frames = BEGINNING
    is_moving: bool = False
    """False while silence stands in for the cue."""


@dataclass
class _Playing:
    cue: Cue
    position: Frames
    rise: Frames
    """Frames of its fade-in, counted from where its source begins."""
    started: bool = False
    starved: int = 0

    @property
    def played(self) -> int:
        """Frames played since the beginning of its source."""
        return self.position - self.cue.start


@dataclass
class Playout:
    """The programme of one bus. `next_block` makes the sound; every other method changes what comes next."""

    underruns: int = 0
    _current: _Playing | None = None
    _following: Cue | None = None
    _due: tuple[Cue, Frames] | None = None
    """The cue that is to cut in, and the position in the current song at which it does."""
    _fading: list[FadingSource] = field(default_factory=list)
    _events: list[Event] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    """What the last block had, in order. A cue that goes out under another, or into silence, is not counted."""

    @property
    def current(self) -> Position | None:
        return Position(self._current.cue.id, self._current.position) if self._current else None

    @property
    def is_starved(self) -> bool:
        """Whether silence stands in for the current cue."""
        return self._current is not None and self._current.starved > 0

    def is_late(self, frames: int) -> bool:
        """Whether the next `frames` frames would have a hole in the song that is heard, which may be filled soon."""
        playing = self._current
        if playing is None or not playing.started or playing.starved or playing.cue.source.ready >= frames:
            return False
        if playing.cue.source.remaining is not None:
            return False
        before = self._frames_until_due(playing)
        return before is None or playing.cue.source.ready < before

    @property
    def following(self) -> Position | None:
        return Position(self._following.id, self._following.start) if self._following else None

    @property
    def silent(self) -> bool:
        """Whether nothing can be heard until another cue is put on the air."""
        return self._current is None and not self._fading

    def cut(self, cue: Cue, until: Frames | None = None) -> None:
        """Put `cue` on the air with the next frame; what was on it ends as `cut`. What follows stays, if it is another.

        `until` lets the song on the air go on to that frame of it, or to its end.
        """
        if self._following is not None and self._following.id == cue.id:
            self._drop_following()
        self._cancel_due("cut")
        if until is None or self._current is None:
            self._cut(cue)
        else:
            self._due = (cue, until)

    def follow(self, cue: Cue) -> None:
        """Let `cue` follow the current one, in place of any other; on silence it begins with the next frame.

        A cue that is on the air does not follow itself: the bot asks for that before it has heard that the cue began.
        """
        self._drop_following()
        if self._current is not None and self._current.cue.id == cue.id:
            cue.source.close()
            return
        self._following = cue
        self._prepare_crossfade()
        self._start_next()

    def unfollow(self, cue: CueId) -> None:
        """Take back `follow`; UnknownCue if it is not that one, or has begun."""
        if self._following is None or self._following.id != cue:
            raise UnknownCue(f"cue {cue} is not the one that follows")
        self._drop_following()

    def skip(self, cue: CueId) -> None:
        """End `cue` and go on with what follows; UnknownCue if another, or nothing, is on the air."""
        self._require_current(cue)
        self._end_current("skipped", CUT_FADE)
        self._start_next()

    def seek(self, cue: Cue) -> None:
        """Go on with this source of the cue that is on the air; UnknownCue if it is not. It neither ends nor starts."""
        playing = self._require_current(cue.id)
        self._report_starved(playing)
        self._fade_away(playing, CUT_FADE)
        playing.cue, playing.position, playing.rise = cue, cue.start, CUT_FADE
        self._prepare_crossfade()

    def stop(self, fade: Frames = STOP_FADE) -> Position | None:
        """Fade to silence and close both sources. Returns the position of the current cue, None if there was none."""
        stopped = self.current
        self._end_current("stopped", fade)
        self._cancel_due("stopped")
        self._drop_following()
        return stopped

    def retitle(self, cue: CueId, title: str) -> None:
        """Give the cue on the air another title; nothing, if it is not there any more."""
        if self._current is not None and self._current.cue.id == cue and self._current.started:
            self._events.append(Retitled(cue, title))

    def next_block(self, frames: int) -> tuple[Block, list[Event]]:
        """The next `frames` frames, and what happened in them. The samples are None if all of it is silence outside a
        song."""
        parts: list[Samples] = []
        missing = frames
        self.stretches = []
        while missing and (playing := self._current):
            before = self._frames_until_due(playing)
            if before == 0:
                self._cut_due(frames - missing)
                continue
            alone = self._frames_until_crossfade(playing)
            if alone == 0:
                self._crossfade(playing, frames - missing)
                continue
            asked = min(limit for limit in (missing, alone, before) if limit is not None)
            part = playing.cue.source.read(asked)
            if len(part):
                parts.append(fade_in(part, playing.played, playing.rise))
                self.stretches.append(Stretch(frames - missing, playing.cue.id, playing.position, is_moving=True))
                self._advance(playing, len(part))
                missing -= len(part)
            if playing.cue.source.ended:
                self._end_at_its_end(playing)
                playing.cue.source.close()
                self._start_next()
            elif len(part) < asked:
                parts.append(self._stand_in(playing, missing))
                self.stretches.append(self.stand_still(frames - missing))
                missing = 0
        if missing:
            self.stretches.append(self.stand_still(frames - missing))
        samples = self._mix(parts, frames)
        events, self._events = self._events, []
        return Block(frames, samples), events

    def stand_still(self, offset: int = 0) -> Stretch:
        """The current cue where it is, or nothing if none has started."""
        playing = self._current
        return (
            Stretch(offset, playing.cue.id, playing.position) if playing and playing.started else Stretch(offset, None)
        )

    def close(self) -> None:
        """Close every source, without events."""
        if self._current:
            self._current.cue.source.close()
        self._current = None
        if self._due is not None:
            self._due[0].source.close()
            self._due = None
        self._drop_following()
        for fading in self._fading:
            fading.source.close()
        self._fading.clear()

    def _require_current(self, cue: CueId) -> _Playing:
        if self._current is None or self._current.cue.id != cue:
            raise UnknownCue(f"cue {cue} is not on the air")
        return self._current

    def _cut(self, cue: Cue, offset: int = 0) -> None:
        heard = self._current is not None and self._current.started
        overlap = self._overlap(cue) if heard else BEGINNING
        self._end_current("cut", overlap or CUT_FADE, offset)
        self._start_cue(cue, overlap)

    def _frames_until_due(self, playing: _Playing) -> int | None:
        """Frames until the cue that is due cuts in, None if there is none. Silence that stands in for a late source
        counts, so a late song does not delay the cut."""
        return None if self._due is None else max(0, self._due[1] - playing.position - playing.starved)

    def _cut_due(self, offset: int) -> None:
        assert self._due is not None
        cue, self._due = self._due[0], None
        self._cut(cue, offset)

    def _cancel_due(self, reason: str) -> None:
        """End the cue that was due, unheard."""
        if self._due is not None:
            cue, self._due = self._due[0], None
            self._events.append(Ended(cue.id, reason, cue.start))
            cue.source.close()

    def _start_next(self) -> None:
        """After an end, make the next cue the current one at once, before `follow` can replace it."""
        if self._current is None and self._due is not None:
            self._cut_due(0)
        if self._current is None and self._following is not None:
            cue, self._following = self._following, None
            self._start_cue(cue)

    def _start_cue(self, cue: Cue, overlap: Frames = BEGINNING) -> None:
        self._current = _Playing(cue, cue.start, overlap or (CUT_FADE if cue.start else BEGINNING))
        self._prepare_crossfade()

    def _prepare_crossfade(self) -> None:
        if self._current and self._following and self._following.crossfade:
            self._current.cue.source.keep_ready(self._following.crossfade)

    def _overlap(self, cue: Cue) -> Frames:
        """Frames for which `cue` and the current cue are heard together."""
        if not cue.crossfade or self._current is None:
            return BEGINNING
        lengths = [cue.crossfade]
        for whole, left in ((0, cue.source.remaining), (self._current.played, self._current.cue.source.remaining)):
            lengths += [] if left is None else [Frames((whole + left) // 2), left]
        return Frames(min(lengths))

    def _frames_until_crossfade(self, playing: _Playing) -> Frames | None:
        """Frames until the following cue begins over this one; None if that is not known or there is no crossfade."""
        if self._due is not None or self._following is None:
            return None
        join = self._find_join(playing)
        if join is not None:
            return Frames(max(0, join.at - playing.position))
        if not self._following.crossfade:
            return None
        if playing.cue.source.remaining is None:
            return None
        overlap = self._overlap(self._following)
        return Frames(playing.cue.source.remaining - overlap) if overlap else None

    def _crossfade(self, playing: _Playing, offset: int) -> None:
        """Start the following cue over the last frames of `playing`, which ends with that."""
        assert self._following is not None
        left, join = playing.cue.source.remaining or BEGINNING, self._find_join(playing)
        if join is None:
            self._fade_away(playing, left, offset)
        else:
            left = self._let_ring(playing, join, offset)
        playing.position = Frames(playing.position + left)
        self._end_at_its_end(playing)
        cue, self._following = self._following, None
        self._start_cue(cue, left if join is None else BEGINNING)

    def _find_join(self, playing: _Playing) -> Join | None:
        """Where what follows says to begin over this cue; None behind a cue that began later than that."""
        join = self._following.join if self._following is not None else None
        if join is None or join.after != playing.cue.id or playing.cue.start >= join.at:
            return None
        return join

    def _let_ring(self, playing: _Playing, join: Join, offset: int) -> Frames:
        """Let the source go on under what begins, as far as `join` says; its frames that are known to be left."""
        left = playing.cue.source.remaining
        if not playing.started:
            playing.cue.source.close()
            return BEGINNING
        level = fade_in_gain(playing.played, playing.rise)
        if join.end is None:
            self._fading.append(FadingSource(playing.cue.source, CUT_FADE, level, offset, hold=None))
            return left or BEGINNING
        rest = Frames(max(0, join.end - playing.position))
        fade = Frames(min(rest, max(join.fade, CUT_FADE)))
        self._fading.append(FadingSource(playing.cue.source, fade, level, offset, hold=rest - fade))
        return rest if left is None else min(rest, left)

    def _advance(self, playing: _Playing, frames: int) -> None:
        self._report_started(playing)
        self._report_starved(playing)
        playing.position = Frames(playing.position + frames)

    def _report_started(self, playing: _Playing) -> None:
        if not playing.started:
            playing.started = True
            cue = playing.cue
            self._events.append(Started(cue.id, playing.position, cue.title, cue.artist))

    def _stand_in(self, playing: _Playing, frames: int) -> Samples:
        self.underruns += not playing.starved
        playing.starved += frames
        return zeros(frames)

    def _report_starved(self, playing: _Playing) -> None:
        if playing.starved:
            self._events.append(Underrun(playing.cue.id, Frames(playing.starved)))
            playing.starved = 0

    def _end_at_its_end(self, playing: _Playing) -> None:
        self._report_started(playing)
        trouble = playing.cue.source.trouble
        self._end(playing, "broken" if trouble else "finished", trouble)

    def _end_current(self, reason: str, fade: Frames, offset: int = 0) -> None:
        """End the current cue now; it fades out under what comes."""
        self._shorten_fades()
        if self._current is not None:
            playing = self._current
            self._fade_away(playing, fade, offset)
            self._end(playing, reason)

    def _end(self, playing: _Playing, reason: str, detail: str = "") -> None:
        self._report_starved(playing)
        self._events.append(Ended(playing.cue.id, reason, playing.position, detail))
        self._current = None

    def _fade_away(self, playing: _Playing, fade: Frames, offset: int = 0) -> None:
        """Fade out the source from its current level; close it if it was never heard."""
        if playing.started and fade:
            self._fading.append(
                FadingSource(playing.cue.source, fade, fade_in_gain(playing.played, playing.rise), offset)
            )
        else:
            playing.cue.source.close()

    def _shorten_fades(self) -> None:
        for fading in self._fading:
            fading.shorten(CUT_FADE)

    def _drop_following(self) -> None:
        if self._following is not None:
            self._following.source.close()
            self._following = None

    def _mix(self, parts: list[Samples], frames: int) -> Samples | None:
        if not parts and not (frames and self._fading):
            return None
        made = sum(map(len, parts))
        if made < frames:
            parts.append(zeros(frames - made))
        samples = parts[0] if len(parts) == 1 else np.concatenate(parts)
        for fading in self._fading:
            fading.mix_into(samples)
            if fading.is_over:
                fading.source.close()
        self._fading = [fading for fading in self._fading if not fading.is_over]
        return samples


Action = Callable[[Playout], None]
"""A change of the programme, carried out between two blocks."""
