"""When the programme is brought up to date: after what concerns it, once for several events, and every now and then."""

import pytest
from twisted.internet.task import Clock
from twisted.logger import capturedLogs, formatEvent

from bandstand.bot.playout.programme_keeper import DELAY, EVERY, ProgrammeKeeper
from bandstand.bot.station import bands, programme
from bandstand.bot.station.planning import GRACE
from bandstand.common.api.events import QueueChanged, RightsChanged, ShowHeld, ShowMissed
from bandstand.common.api.shows import HeldShow, Show
from bandstand.common.api.values import OnAir, Outside, Slot, SlotKind, SongBrief, SongState
from bandstand.common.errors import BandstandError
from bandstand.common.show_times import read_rule
from bandstand.common.types import CueId, SongCode
from tests.bot.memory import DirectStore


class CountingStore(DirectStore):
    runs = 0

    def transact(self, *arguments, **more):
        self.runs += 1
        return super().transact(*arguments, **more)


@pytest.fixture
def store() -> CountingStore:
    made = CountingStore()
    made.do(bands.settle_house_bands)
    return made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keeper(clock: Clock, store: CountingStore) -> ProgrammeKeeper:
    made = ProgrammeKeeper(clock, store)
    made.start()
    return made


def test_a_song_is_planned_as_soon_as_it_starts(keeper: ProgrammeKeeper, store: CountingStore) -> None:
    assert store.runs == 1
    assert store.do(lambda tx: [cue.choice is not None for cue in tx.queue.list_open()]) == [True]


def test_events_that_come_together_are_one_occasion(
    keeper: ProgrammeKeeper, store: CountingStore, clock: Clock
) -> None:
    for _ in range(5):
        keeper.react(QueueChanged())
    assert store.runs == 1, "a command is answered first"
    clock.advance(DELAY)
    assert store.runs == 2


def test_what_does_not_concern_the_programme_is_no_occasion(
    keeper: ProgrammeKeeper, store: CountingStore, clock: Clock
) -> None:
    keeper.react(RightsChanged(name="ann"))
    clock.advance(DELAY)
    assert store.runs == 1


def switch_off(store: CountingStore) -> None:
    store.do(lambda tx: tx.settings.put(programme.RADIO, programme.OFF))


def test_it_is_looked_at_every_now_and_then(store: CountingStore, clock: Clock) -> None:
    switch_off(store)
    ProgrammeKeeper(clock, store).start()
    assert store.runs == 1
    clock.advance(EVERY)
    assert store.runs == 2


def test_the_programme_is_told_how_far_the_song_on_the_air_is(
    clock: Clock, store: CountingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Outside] = []
    monkeypatch.setattr(programme, "keep_going", lambda tx: seen.append(tx.outside))
    now = Outside(on_air=OnAir(CueId(1), 30.0), is_connected=True)
    ProgrammeKeeper(clock, store, lambda: now).start()
    assert seen == [now]


def test_once_stopped_it_does_nothing(keeper: ProgrammeKeeper, store: CountingStore, clock: Clock) -> None:
    keeper.react(QueueChanged())
    keeper.stop()
    keeper.react(QueueChanged())
    clock.advance(EVERY)
    assert store.runs == 1
    assert not clock.getDelayedCalls()


def test_it_is_looked_at_in_the_moment_in_which_a_show_begins(store: CountingStore, clock: Clock) -> None:
    """The store's clock stands at 0:16:40."""
    store.do(lambda tx: tx.shows.add(Show(name="x", rule=read_rule("daily 0:17-1:00"), slot=Slot(SlotKind.ANY))))
    switch_off(store)
    keeper = ProgrammeKeeper(clock, store)
    keeper.start()
    clock.advance(19.9)
    assert store.runs == 1
    clock.advance(0.2)
    assert store.runs == 2
    keeper.stop()
    assert not clock.getDelayedCalls()


def test_it_is_looked_at_when_a_song_should_have_begun_that_is_being_composed(
    keeper: ProgrammeKeeper, store: CountingStore, clock: Clock
) -> None:
    clock.advance(GRACE - 0.1)
    assert store.runs == 1
    clock.advance(0.1)
    assert store.runs == 2


def test_a_show_that_does_not_begin_at_its_time_is_logged(keeper: ProgrammeKeeper) -> None:
    show = Show(name="x", rule=read_rule("daily 0:17-1:00"), slot=Slot(SlotKind.ANY))
    song = SongBrief(SongCode("7kq3"), "Blue Lantern", "The Robots", SongState.READY, 90.0, 900.0)
    held = HeldShow(show=show, start=1020.0, end=3600.0, song=song, name="ann", until=1050.0)
    with capturedLogs() as records:
        keeper.react(ShowHeld(held=held))
        keeper.react(ShowMissed(show=show, start=1020.0, is_held=True))
    assert [formatEvent(record) for record in records] == [
        "the show x waits for 30 s, as ann asked for Blue Lantern",
        "the show x was missed: what people had asked for lasted until it was over",
    ]


def test_a_programme_that_cannot_be_planned_is_told_once_and_when_it_is_again(
    keeper: ProgrammeKeeper, store: CountingStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BandstandError("the disk is full")

    with capturedLogs() as logs:
        with monkeypatch.context() as broken:
            broken.setattr(store, "transact", refuse)
            clock.pump([EVERY] * 5)
        clock.pump([EVERY] * 2)
    said = [text for log in logs if "planned" in (text := formatEvent(log))]
    assert said == ["the programme could not be planned: the disk is full", "the programme is planned again"]
