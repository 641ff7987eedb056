"""What the bot knows of what each stream has where, and of what it tells others."""

from collections.abc import Sequence

import pytest
from twisted.internet.defer import Deferred

from bandstand.bot.playout.heard import KEPT, HeardKeeper
from bandstand.common import wire
from bandstand.common.api.events import Event
from bandstand.common.api.heard import SpanBegan
from bandstand.common.errors import BandstandError
from bandstand.common.types import CueId, SongCode

WALL = 1000.0


class Stage:
    def __init__(self) -> None:
        self.events: list[SpanBegan] = []
        self.asked: list[CueId] = []
        self.waiting: Deferred[None] | None = None
        self.is_locked = False
        self.keeper = HeardKeeper(self._find_song, self._publish, lambda: WALL)

    async def _find_song(self, cue: CueId) -> SongCode | None:
        self.asked.append(cue)
        if self.waiting is not None:
            await self.waiting
        if self.is_locked:
            raise BandstandError("the database is locked")
        return SongCode(f"song{cue}")

    def _publish(self, events: Sequence[Event]) -> None:
        self.events += [event for event in events if isinstance(event, SpanBegan)]

    def tell(self, *spans: wire.HeardSpan, mount: str = "/a.opus") -> None:
        self.keeper.take(mount, "opus", spans)

    @property
    def known(self) -> list[tuple[str, int, list[int]]]:
        streams = self.keeper.streams
        return [(stream.mount, stream.serial, [span.granule for span in stream.spans]) for stream in streams]


def span(granule: int, cue: int | None = 1, serial: int = 5, ago: float = 0.0) -> wire.HeardSpan:
    return wire.HeardSpan(serial=serial, granule=granule, cue=cue, frame=0, moves=cue is not None, ago=ago)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_each_span_is_kept_with_its_song_and_told(stage: Stage) -> None:
    stage.tell(span(0, None))
    stage.tell(span(312, 7, ago=0.25))
    told = [(each.serial, each.span.song, each.span.rate, each.span.at) for each in stage.events]
    assert told == [(5, None, 0, WALL), (5, "song7", 1, WALL - 0.25)]
    assert stage.known == [("/a.opus", 5, [0, 312])]


def test_what_is_told_again_to_a_new_connection_is_no_news(stage: Stage) -> None:
    stage.tell(span(0), span(100))
    stage.events.clear()
    stage.tell(span(0, ago=3), span(100, ago=2), span(200))
    assert [each.span.granule for each in stage.events] == [200]
    assert stage.known == [("/a.opus", 5, [0, 100, 200])]


def test_what_began_long_ago_is_known_and_no_news(stage: Stage) -> None:
    stage.tell(span(0, ago=60.0))
    assert stage.events == [] and stage.known == [("/a.opus", 5, [0])]


def test_each_stream_of_each_mount_is_kept_for_itself(stage: Stage) -> None:
    stage.tell(span(0))
    stage.tell(span(0), mount="/b.opus")
    stage.tell(span(0, serial=6))
    assert stage.known == [("/a.opus", 5, [0]), ("/a.opus", 6, [0]), ("/b.opus", 5, [0])]


def test_they_stay_in_order_while_a_song_is_looked_up_and_it_is_looked_up_once(stage: Stage) -> None:
    stage.waiting = Deferred()
    stage.tell(span(0, 1))
    stage.tell(span(50, None), span(100, 1))
    assert stage.events == []
    stage.waiting.callback(None)
    assert [each.span.granule for each in stage.events] == [0, 50, 100]
    assert stage.asked == [1]


def test_where_the_database_does_not_answer_the_span_is_told_without_its_song(stage: Stage) -> None:
    stage.is_locked = True
    stage.tell(span(0, 1))
    assert [each.span.song for each in stage.events] == [None]
    stage.is_locked = False
    stage.tell(span(100, 1))
    assert [each.span.song for each in stage.events] == [None, "song1"]


def test_no_more_is_kept_than_listeners_need(stage: Stage) -> None:
    stage.tell(*[span(number) for number in range(KEPT + 10)])
    ((_, _, granules),) = stage.known
    assert len(granules) == KEPT and granules[-1] == KEPT + 9
