"""Which frame of which song each mount's stream has where, as the streamer tells it, with the songs' codes.

The streamer tells each span as it begins, and all that it keeps to a new connection; so what is told twice is passed
over, and an event is published only of what is new and recent. A bot that has just started knows all that the streamer
knows. Spans of a streamer that is gone are kept: listeners are still to hear them.

The song of a cue is looked up before a span counts, one span after the other, so that events come in their order.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from itertools import groupby
from typing import Final

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from bandstand.common import wire
from bandstand.common.api.events import Event
from bandstand.common.api.heard import HeardSpan, HeardStream, SpanBegan
from bandstand.common.types import CueId, Frames, SongCode

log = Logger()
KEPT: Final = 256
"""Spans of each mount; the streamer keeps half of that."""
RECENT: Final = 10.0
"""Seconds: a span that began longer ago is no news."""

Told = tuple[str, str, wire.HeardSpan, float]
"""Mount, format, span, and when it began in Unix seconds."""


class HeardKeeper:
    def __init__(
        self,
        find_song: Callable[[CueId], Awaitable[SongCode | None]],
        publish: Callable[[Sequence[Event]], None],
        wall: Callable[[], float],
    ) -> None:
        """`find_song` may raise where the database does not answer; `wall` gives Unix seconds."""
        self._find_song = find_song
        self._publish = publish
        self._wall = wall
        self._waiting: deque[Told] = deque()
        self._is_working = False
        self._known: dict[tuple[str, str], deque[tuple[int, HeardSpan]]] = {}
        """By mount and format: serial and span."""
        self._songs: dict[int, SongCode | None] = {}
        self.streams: tuple[HeardStream, ...] = ()
        """All that is known, for each mount the newest last."""

    def take(self, mount: str, format: str, spans: Sequence[wire.HeardSpan]) -> None:
        """Take in what the streamer has told."""
        now = self._wall()
        self._waiting.extend((mount, format, span, now - span.ago) for span in spans)
        if not self._is_working:
            self._is_working = True
            working = Deferred.fromCoroutine(self._work())
            working.addErrback(lambda failure: log.failure("what is heard is not known", failure))

    async def _work(self) -> None:
        try:
            while self._waiting:
                mount, format, told, at = self._waiting.popleft()
                known = self._known.setdefault((mount, format), deque(maxlen=KEPT))
                if any(told.serial == serial and told.granule == span.granule for serial, span in known):
                    continue
                song = await self._look_up(told.cue)
                span = HeardSpan(
                    granule=told.granule,
                    cue=None if told.cue is None else CueId(told.cue),
                    song=song,
                    frame=Frames(told.frame),
                    rate=int(told.moves),
                    at=round(at, 3),
                )
                known.append((told.serial, span))
                self.streams = self._list_streams()
                if self._wall() - at < RECENT:
                    self._publish([SpanBegan(mount=mount, format=format, serial=told.serial, span=span)])
        finally:
            self._is_working = False

    async def _look_up(self, cue: int | None) -> SongCode | None:
        if cue is None:
            return None
        if cue not in self._songs:
            try:
                song = await self._find_song(CueId(cue))
            except Exception as error:
                log.warn("the song of cue {cue} could not be looked up: {error}", cue=cue, error=error)
                return None
            if len(self._songs) > KEPT:
                self._songs.clear()
            self._songs[cue] = song
        return self._songs[cue]

    def _list_streams(self) -> tuple[HeardStream, ...]:
        return tuple(
            HeardStream(mount=mount, format=format, serial=serial, spans=tuple(span for _, span in spans))
            for (mount, format), known in self._known.items()
            for serial, spans in groupby(known, key=lambda each: each[0])
        )
