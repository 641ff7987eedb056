"""Which frame of which song is where in each mount's stream, to the sample.

A listener is a second or ten behind the station, each by another delay. A player that takes an Ogg stream apart knows
which sample of the stream is in the ear: each page has the stream's serial number and a granule position. What it lacks
is which frame of which song that sample is, and this is said here, in spans: from this granule position of this stream
on, it is that cue from that frame on, frame by frame, until the next span begins. MP3 has no such pages: of its streams
only the time of each span is of use, to players that know about how many seconds they are behind.

The way from song to stream, each step exact:

1. The playout says what each block has (`playout.Stretch`). `MarkFinder` makes a `Mark` of it wherever a song does not
   go on as a clock would say: at a start, an end, a seek, where it stands still and where it goes on. A cue that fades
   out under another is not counted.
2. The bus numbers the frames that leave it; the limiter's delay is added to the mark. Marks go to every mount, in order
   with the blocks.
3. A mount knows where a block begins in its logical stream (`codecs.encoder.Encoder.find_place`, with pre-skip), and
   that where nothing is lost, the stream and the bus go on side by side. `SpanFinder` makes a span of each mark, and of
   the mark that holds wherever a stream begins or blocks were lost.
4. `SpanLog` keeps the last spans of each mount, for bots that connect later.

Steps 1 to 3 run in the threads of bus and mounts, and wait for nothing. Pure: the clock is passed in.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bandstand.common import wire
from bandstand.common.types import RATE, CueId, Frames
from bandstand.streamer.block import Block, Mark
from bandstand.streamer.codecs.encoder import StreamPlace
from bandstand.streamer.playout import Stretch

KEPT: Final = 128
"""Spans of a mount: hours of songs, and minutes where a source falls behind all the time. They must fit into one value
of AMP, which has 65,535 bytes."""
SILENT: Final = Mark(Frames(0), None, Frames(0), is_moving=False)


class MarkFinder:
    """Used by the bus's thread."""

    def __init__(self) -> None:
        self._last = SILENT

    def find(self, at: Frames, stretches: Iterable[Stretch]) -> list[Mark]:
        """The marks within a block whose first frame leaves as frame `at` of the bus; none while all goes on."""
        found: list[Mark] = []
        for stretch in stretches:
            here, last = Frames(at + stretch.offset), self._last
            if (stretch.cue, stretch.is_moving) != (last.cue, last.is_moving) or (
                stretch.position != last.find_position(here)
            ):
                self._last = Mark(here, stretch.cue, stretch.position, stretch.is_moving)
                found.append(self._last)
        return found


@dataclass(frozen=True, slots=True)
class SpanBegan:
    """From `place` on, this mount's stream has this cue from `position` on; as in `Mark`."""

    mount: str
    place: StreamPlace
    cue: CueId | None
    position: Frames
    is_moving: bool
    ago: Frames
    """How long before the newest sound of the bus."""


class SpanFinder:
    """One mount's. Used by its thread."""

    def __init__(self, mount: str) -> None:
        self._mount = mount
        self._current = SILENT
        self._new: deque[Mark] = deque()
        self._joint: tuple[int, int] | None = None
        """The stream that the last block went into, and how far its granule positions are ahead of the bus."""

    def take_mark(self, mark: Mark) -> None:
        """Take in a mark, before the block that it is in. Only the newest are kept while the mount is off the air."""
        self._new.append(mark)
        if len(self._new) > KEPT:
            self._current = self._new.popleft()

    def find(self, block: Block, place: StreamPlace) -> list[SpanBegan]:
        """The spans that begin with or within `block`, which was put into the stream at `place`."""
        joint = (place.serial, place.granule - block.at)
        begun: list[Mark] = []
        if joint != self._joint:
            self._joint = joint
            while self._new and self._new[0].at <= block.at:
                self._current = self._new.popleft()
            current = self._current
            begun.append(Mark(block.at, current.cue, current.find_position(block.at), current.is_moving))
        while self._new:
            self._current = self._new.popleft()
            begun.append(self._current)
        return [self._make_span(mark, block, joint) for mark in begun]

    def _make_span(self, mark: Mark, block: Block, joint: tuple[int, int]) -> SpanBegan:
        serial, ahead = joint
        return SpanBegan(
            mount=self._mount,
            place=StreamPlace(serial, mark.at + ahead),
            cue=mark.cue,
            position=mark.position,
            is_moving=mark.is_moving,
            ago=Frames(block.at + block.frames + block.behind - mark.at),
        )


@dataclass(frozen=True)
class _Kept:
    happened: float
    """By the log's clock, in seconds."""
    begun: SpanBegan


class SpanLog:
    """The last spans of all mounts. Used by the reactor's thread."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` counts seconds and must be monotonic."""
        self._clock = clock
        self._kept: dict[str, deque[_Kept]] = {}

    def add(self, begun: SpanBegan) -> wire.HeardSpan:
        """Keep it; returns it as it is told."""
        kept = _Kept(self._clock() - begun.ago / RATE, begun)
        self._kept.setdefault(begun.mount, deque(maxlen=KEPT)).append(kept)
        return self._describe(kept)

    def list_mounts(self) -> list[tuple[str, Sequence[wire.HeardSpan]]]:
        """What is kept of each mount, the newest last."""
        return [(mount, [self._describe(each) for each in kept]) for mount, kept in self._kept.items()]

    def _describe(self, kept: _Kept) -> wire.HeardSpan:
        begun = kept.begun
        return wire.HeardSpan(
            serial=begun.place.serial,
            granule=begun.place.granule,
            cue=begun.cue,
            frame=begun.position,
            moves=begun.is_moving,
            ago=round(self._clock() - kept.happened, 4),
        )
