"""What is wrong, unknown, too much or gone by now is answered with one sentence, and the music goes on."""

from collections.abc import Iterator
from typing import Final

import pytest

from bandstand.bot.commands.command_line import CommandLine
from bandstand.bot.commands.frontend import Line
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.station import making, on_air
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.rules import Rules
from bandstand.common.api.events import Event, JobFailed, SlotPassed, SongUnplayable
from bandstand.common.api.people import Requester
from bandstand.common.api.values import SongState
from bandstand.common.jobs import Failed
from tests.bot.simulated_week import OWNER, World, add_imports, make_listener
from tests.bot.storage.samples import make_song

BEGIN: Final = "2026-11-26T12:00+00:00"
ANN: Final = make_listener(1)
HUGE: Final = 3000


class Radio:
    """A station on whose air there is music, and people who type."""

    def __init__(self) -> None:
        self.world = World(BEGIN, Rules(zone="Europe/Berlin", stock=600.0))
        self.world.store.do(lambda tx: add_imports(tx, 8, self.world.chance))
        self.commands = CommandLine(self.world.core, [], lambda: self.world.now, lambda: self.world.now)
        self.told: list[Event] = []
        self.world.bus.subscribe(self.told.append)
        self.play(60.0)

    def say(self, text: str, by: Requester = OWNER) -> Reply:
        replies: list[Reply] = []
        self.commands.answer(Line(text, by)).addCallback(replies.append).addErrback(lambda why: why.raiseException())
        [reply] = replies
        return reply

    def play(self, seconds: float) -> None:
        self.world.run(self.world.now + seconds)

    def list_told(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.told if isinstance(event, kind)]


@pytest.fixture
def radio() -> Iterator[Radio]:
    yield from run_radio()


@pytest.fixture(scope="module")
def shared() -> Iterator[Radio]:
    """For what leaves nothing behind."""
    yield from run_radio()


def run_radio() -> Iterator[Radio]:
    """Music is heard all the time, whatever the test does."""
    made = Radio()
    silences = len(made.world.silences)
    yield made
    made.play(1800.0)
    assert made.world.silences[silences:] == []
    assert made.world.streamer.current is not None


def is_sentence(text: str) -> bool:
    return bool(text) and "\n" not in text and "Traceback" not in text and len(text) < 400


REFUSED: Final = {
    'search "blue lantern': "left open",
    "search tempo:fast": "tempo",
    "search key:H9": "key",
    "search year:soon": "year",
    "search colour:blue": "colour",
    'playlist new a "blue': "left open",
    "playlist new a tempo:130-": "tempo",
    "playlist add nothing imp0001": "no such playlist",
    "playlist new all rock --songs=0": "songs",
    "request": "request",
    "request zzzz": "no song",
    "wish": "wish",
    "wish purple": "purple",
    "wish " + "purple " * 40: "purple",
    "schedule add fri 25:00-26:00 swing": "25:00",
    "schedule add fri 20:00-20:00 swing": "no length",
    "schedule add blursday 20:00 swing": "blursday",
    "schedule add 2026-02-30 12:00 swing": "2026-02-30",
    "schedule add 2020-02-20 12:00 swing": "over",
    "schedule add fri 20:00-22:00 swing zone=Europe/Berln": "Europe/Berlin",
    "schedule add fri 20:00-22:00 swing zone=Mars/Olympus": "no time zone",
    "schedule add every 0 minutes jingle": "every",
    "schedule add fri 20:00-22:00 playlist:none": "none",
    "schedule override fri 20:00-22:00 swing": "date",
    "schedule remove 99": "99",
    "clock day = playlist:none": "none",
    "clock day = clock:day": "day",
    "clock use nothing": "nothing",
    "jingle add /no/such/file.wav": "/no/such/file.wav",
    "lucky zzzz": "no song fits",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_done_is_refused_with_a_sentence_that_says_why(text: str, shared: Radio) -> None:
    reply = shared.say(text)
    assert reply.level is not Level.OK
    assert is_sentence(reply.summary)
    assert REFUSED[text] in reply.summary


def test_unknown_words_of_a_wish_are_told_and_the_rest_is_composed(radio: Radio) -> None:
    reply = radio.say("wish slow bossa, purple, with kazoo", ANN)
    assert reply.level is Level.OK
    assert is_sentence(reply.summary) and "purple" in reply.summary and "kazoo" in reply.summary


def test_an_empty_playlist_is_passed_over_and_told_once(radio: Radio) -> None:
    radio.say("playlist new empty")
    radio.say("clock day = playlist:empty any")
    radio.say("clock use day")
    radio.play(4 * 3600.0)
    assert [event.slot for event in radio.list_told(SlotPassed)] == ["playlist:empty"]


@pytest.mark.slow
def test_a_huge_playlist_is_played_from_like_any_other(radio: Radio) -> None:
    def fill(tx: Transaction) -> None:
        for number in range(HUGE):
            code = f"h{number:05}"
            song = make_song(code, title=f"Huge {number}", generator="import", seconds=200.0, audio="song.flac")
            tx.songs.add(song)
            tx.playlists.add_song("huge", code)

    radio.say("playlist new huge")
    radio.world.store.do(fill)
    assert radio.say("playlist huge").level is Level.OK
    radio.say("clock day = playlist:huge")
    radio.say("clock use day")
    played = len(radio.world.played)
    radio.play(2 * 3600.0)
    titles = {one.cue.song.title.partition(" ")[0] for one in radio.world.played[played + 5 :]}
    assert titles == {"Huge"}


def test_a_song_that_failed_or_was_removed_cannot_be_requested(radio: Radio) -> None:
    for number, state in enumerate((SongState.FAILED, SongState.DISCARDED)):
        code = f"gone{number}"
        radio.world.store.do(lambda tx, code=code, state=state: tx.songs.add(make_song(code, state=state)))
        reply = radio.say(f"request {code}", ANN)
        assert reply.level is not Level.OK
        assert is_sentence(reply.summary) and code in reply.summary


def test_a_song_that_is_removed_while_it_is_queued_is_passed_over(radio: Radio) -> None:
    assert radio.say("request imp0003", ANN).level is Level.OK
    assert is_sentence(radio.say("delete imp0003 --yes").summary)


def test_overlapping_shows_are_both_taken_and_it_is_said_which_is_heard(radio: Radio) -> None:
    radio.say("schedule add fri 20:00-23:00 rock --name=Wide")
    reply = radio.say("schedule add fri 21:00-22:00 swing --name=Narrow")
    assert reply.level is Level.OK
    assert is_sentence(reply.summary) and "Wide" in reply.summary


def test_a_time_that_the_clocks_leave_out_is_told(radio: Radio) -> None:
    reply = radio.say("schedule add 2027-03-28 2:15-2:45 swing")
    assert reply.level is not Level.OK
    assert is_sentence(reply.summary) and "Europe/Berlin" in reply.summary


def test_a_file_that_is_gone_when_its_turn_comes_is_told(radio: Radio) -> None:
    radio.say("request imp0004", ANN)
    queue = radio.world.store.do(lambda tx: on_air.scheduling.sort_queue(tx.queue.list_open()))
    cue = next(one for one in queue if one.song.code == "imp0004")
    radio.world.store.do(lambda tx: on_air.record_unplayable(tx, cue.id, "there is no file /music/4.flac any more"))
    assert len(radio.list_told(SongUnplayable)) == 1


def test_a_full_disk_for_the_stock_is_told_once_a_minute_at_most(radio: Radio, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        claimed = radio.world.store.do(making.claim_job)
        if claimed is not None:
            full = Failed("there is no room for it on the disk")
            radio.world.store.do(lambda tx: making.record_failed(tx, claimed.job.id, full))

    radio.world.store.do(lambda tx: add_imports_named(tx, "more", 40))
    monkeypatch.setattr(radio.world.composer, "_take", fail)
    radio.play(3600.0)
    told = radio.list_told(JobFailed)
    assert 0 < len(told) <= 62
    assert all(is_sentence(event.reason) for event in told if isinstance(event, JobFailed))


def add_imports_named(tx: Transaction, prefix: str, number: int) -> None:
    for index in range(number):
        tx.songs.add(
            make_song(f"{prefix}{index}", title=f"{prefix} {index}", artist=f"{prefix} {index}", generator="import",
                      seconds=240.0, audio="song.flac")
        )  # fmt: skip
