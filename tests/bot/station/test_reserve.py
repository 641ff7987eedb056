"""Songs for a time without the database: which they are, and how they are written down."""

import msgspec
import pytest

from bandstand.bot.station import reserve
from bandstand.common.api.events import QueueChanged
from bandstand.common.api.requests import Enqueue, ExplainSong, Play, Stop, SwitchRadio
from bandstand.common.api.values import Cue, EndReason
from bandstand.common.types import CueId
from tests.bot.station.conftest import Station

pytestmark = pytest.mark.usefixtures("either_database")
TITLES = ("Blue Lantern", "Old Road", "Late Island", "Slow Tide")


@pytest.fixture
def played(station: Station) -> Station:
    """A station whose songs were heard once, one a day."""
    for title in TITLES:
        station.ask(Play(song=station.store(title)))
        cue = station.get_air().id
        station.start(cue)
        station.pass_time(90.0)
        station.end(cue)
        station.pass_time(24 * 3600.0)
    return station


def list_titles(station: Station) -> list[str]:
    return [cue.song.title for cue in reserve.draw_reserve(station.tx)]


def take(station: Station, number: int) -> Cue:
    """The first song of the reserve, as the bot gives it a number and has it written down."""
    cue = msgspec.structs.replace(reserve.draw_reserve(station.tx)[0], id=CueId(number))
    reserve.add(station.tx, cue)
    return station.get_cue(number)


def test_the_reserve_has_every_song_that_may_come_again_once(played: Station) -> None:
    assert sorted(list_titles(played)) == sorted(TITLES)


def test_what_is_queued_or_was_just_heard_comes_last(played: Station) -> None:
    played.ask(Play(song="old road"))
    played.start(played.get_air().id)
    played.end(played.get_air().id)
    played.ask(Enqueue(song="late island"))
    assert list_titles(played)[2:] == ["Old Road", "Late Island"]


def test_a_cue_of_the_reserve_is_as_the_queue_would_have_it(played: Station) -> None:
    drawn = reserve.draw_reserve(played.tx)[0]
    taken = take(played, -7)
    played.ask(Enqueue(song=drawn.song.code))
    queued = played.get_queue()[-1]
    for name in ("audio", "loudness", "edges"):
        assert getattr(drawn, name) == getattr(queued, name)
    assert taken.choice is not None and taken.choice.last_started is not None
    explained = played.ask(ExplainSong(which=taken.song.code))
    assert explained.choice == taken.choice


def test_a_cue_of_the_reserve_comes_before_the_queue_and_is_written_down_once(played: Station) -> None:
    played.ask(Play(song="old road"))
    played.ask(Enqueue(song="late island"))
    cue = take(played, -7)
    reserve.add(played.tx, cue)
    assert played.get_queue()[0].id == -7
    assert len(played.get_queue()) == 2
    played.end(played.get_air().id)
    assert played.get_air().id == -7
    played.start(-7)
    played.end(-7)
    over = played.get_cue(-7)
    assert over.reason is EndReason.FINISHED and over.started is not None
    assert played.air == "Late Island"


def test_what_nobody_has_heard_leaves_the_queue_when_the_database_is_back(played: Station) -> None:
    played.ask(Play(song="old road"))
    on_air, waiting = take(played, -7), take(played, -8)
    played.end(played.get_air().id)
    first = played.get_air().id
    assert {first, played.get_queue()[0].id} == {on_air.id, waiting.id}
    played.start(first)
    played.tx.events.clear()
    reserve.withdraw(played.tx)
    assert played.events == [QueueChanged]
    assert (played.get_air().id, played.get_queue()) == (first, [])
    reserve.withdraw(played.tx)
    assert played.events == [QueueChanged], "there was nothing to be told any more"


def test_numbers_of_the_reserve_disturb_no_others(played: Station) -> None:
    before = max(cue.id for cue in played.tx.queue.list_played(10))
    take(played, -1_790_000_000_000)
    played.ask(Play(song="late island"))
    assert played.get_air().id == before + 1


@pytest.mark.parametrize("request_", [Stop(), SwitchRadio(is_on=False)], ids=["stop", "radio off"])
def test_the_reserve_is_silent_where_the_programme_is(request_: Stop | SwitchRadio, played: Station) -> None:
    assert reserve.read_outlook(played.tx).is_playing
    played.ask(request_)
    assert not reserve.read_outlook(played.tx).is_playing
