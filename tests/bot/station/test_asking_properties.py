"""Requests and wishes by several people at once, while djs order, songs end or break off and the programme plans: in
whatever order it happens, everybody gets their share and no more, and nobody's place is lost.
"""

from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bandstand.bot.station import making, on_air, programme
from bandstand.bot.station.planning import PLANNED
from bandstand.bot.station.requesting import PERSON_WAIT
from bandstand.bot.station.scheduling import find_on_air
from bandstand.bot.station.wish_rules import BURST, REFILL
from bandstand.common.api.asking import Requested, RequestedAlready, RequestSong, RequestTooSoon, SongTooSoon
from bandstand.common.api.people import Right
from bandstand.common.api.refusals import Refused
from bandstand.common.api.requests import Enqueue, RemoveFromQueue, Wish
from bandstand.common.api.values import Cue, EndReason, OnAir
from bandstand.common.api.wishing import Wished, WishTooSoon, WishUnheard
from tests.bot.station.conftest import ANN, LENGTH, Station, make_person
from tests.bot.storage.samples import make_song

PEOPLE = [make_person(name, Right.LISTENER) for name in ("bea", "cal", "dora")]
SONGS = 9
PERSON = st.integers(0, len(PEOPLE) - 1)
SONG = st.integers(0, SONGS - 1)
MOMENTS = st.sampled_from([1.0, 30.0, 90.0, 600.0, PERSON_WAIT, 86400.0])


class AskingMachine(RuleBasedStateMachine):
    @initialize()
    def open(self) -> None:
        self.station = Station()
        self.station.settle_bands()
        self.songs = [self.add_import(number) for number in range(SONGS)]
        self.asked: list[tuple[float, str, int]] = []
        """Requests that were granted and count: when, by whom, the cue."""
        self.wished: list[tuple[float, str, int]] = []
        """The same of wishes, with their jobs."""
        self.plan()

    def add_import(self, number: int) -> str:
        song = make_song(
            f"song{number}", title=f"Song {number}", artist=f"Artist {number}", generator="import", seconds=LENGTH,
            audio="song.flac",
        )  # fmt: skip
        self.station.tx.songs.add(song)
        return song.code

    @property
    def queue(self) -> list[Cue]:
        return self.station.get_queue()

    def plan(self) -> None:
        self.station.pass_time(0.2)
        programme.keep_going(self.station.tx)

    def ask(self, request: Any, by: Any) -> Any:
        """The result, or why it was refused."""
        try:
            return self.station.ask(request, by)
        except Refused as refused:
            return refused.why

    # What people do

    @rule(person=PERSON, song=SONG)
    def request(self, person: int, song: int) -> None:
        by, code = PEOPLE[person], self.songs[song]
        before = [cue.id for cue in self.queue if cue.choice is None]
        waits = any(cue.song.code == code and cue.choice is None for cue in self.queue)
        answer = self.ask(RequestSong(song=code), by)
        now = self.station.tx.now
        if isinstance(answer, Requested):
            assert not waits
            cue = self.queue[answer.position - 1] if answer.position else self.station.get_air()
            assert (cue.song.code, cue.is_request, cue.choice) == (code, True, None)
            assert [one.id for one in self.queue if one.id in before] == before, "nobody is passed"
            self.asked.append((now, by.name, cue.id))
        else:
            assert isinstance(answer, RequestedAlready | RequestTooSoon | SongTooSoon)
            assert isinstance(answer, RequestedAlready) or answer.allowed_at > now
            assert isinstance(answer, RequestedAlready) == waits

    @rule(person=PERSON)
    def request_when_it_is_said_to_be_allowed(self, person: int) -> None:
        """One that is refused is granted from the moment that is told, if nothing happens meanwhile."""
        code = self.songs[person]
        answer = self.ask(RequestSong(song=code), PEOPLE[person])
        if isinstance(answer, RequestTooSoon | SongTooSoon):
            self.station.tx.now = answer.allowed_at
            self.station.tx.now -= 1.0  # asking takes a second here
            answer = self.ask(RequestSong(song=code), PEOPLE[person])
            assert isinstance(answer, Requested)
        if isinstance(answer, Requested):
            cue = self.queue[answer.position - 1] if answer.position else self.station.get_air()
            self.asked.append((self.station.tx.now, PEOPLE[person].name, cue.id))

    @rule(person=PERSON, words=st.sampled_from(["slow bossa", "techno, 2 minutes", "waltz, purple"]))
    def wish(self, person: int, words: str) -> None:
        by = PEOPLE[person]
        answer = self.ask(Wish(words=words), by)
        if isinstance(answer, Wished):
            self.wished.append((self.station.tx.now, by.name, answer.job))
        else:
            assert isinstance(answer, WishTooSoon | WishUnheard)
            is_unknown = isinstance(answer, WishUnheard) and answer.heard_in is None
            assert is_unknown or answer.allowed_at > self.station.tx.now

    @rule(person=PERSON)
    def take_out(self, person: int) -> None:
        own = [cue for cue in self.queue if cue.name == PEOPLE[person].name]
        if own:
            self.ask(RemoveFromQueue(cue=own[-1].id), PEOPLE[person])
            self.asked = [one for one in self.asked if one[2] != own[-1].id]

    @rule(song=SONG)
    def order(self, song: int) -> None:
        self.ask(Enqueue(song=self.songs[song]), ANN)

    # What the station does

    @rule(seconds=MOMENTS)
    def pass_time(self, seconds: float) -> None:
        self.station.pass_time(seconds)
        self.plan()

    @rule()
    def make(self) -> None:
        claimed = making.claim_job(self.station.tx)
        if claimed is not None:
            self.station.begin(claimed.job.id, f"Made {claimed.job.id}")
            self.station.finish(claimed.job.id, f"Made {claimed.job.id}")
            self.plan()

    @rule()
    def fail(self) -> None:
        claimed = making.claim_job(self.station.tx)
        if claimed is not None:
            self.station.fail(claimed.job.id)
            self.wished = [one for one in self.wished if one[2] != claimed.job.id]
            self.plan()

    @rule(reason=st.sampled_from([EndReason.FINISHED, EndReason.SKIPPED]), is_heard=st.booleans())
    def end_song(self, reason: EndReason, is_heard: bool) -> None:
        air = find_on_air(self.station.tx.queue.list_open())
        if air is None:
            return
        if is_heard:
            if air.started is None:
                self.station.start(air.id)
            self.station.end(air.id, reason)
        else:
            self.asked = [one for one in self.asked if one[2] != air.id]
            on_air.record_unplayable(self.station.tx, air.id, "there is no such file")
        air = find_on_air(self.station.tx.queue.list_open())
        if air is not None:
            self.station.start(air.id)
            outside = self.station.tx.outside
            self.station.tx.outside = msgspec.structs.replace(outside, on_air=OnAir(air.id, 0.0))
        self.plan()

    # What always holds

    @invariant()
    def nobody_has_more_than_their_share(self) -> None:
        for name in {name for _, name, _ in self.asked}:
            times = sorted(at for at, who, _ in self.asked if who == name)
            assert all(later - before > PERSON_WAIT - 0.001 for before, later in pairwise(times))
        for name in {name for _, name, _ in self.wished}:
            times = sorted(at for at, who, _ in self.wished if who == name)
            assert all(later - before > REFILL - 0.001 for before, later in zip(times, times[BURST:], strict=False))
            assert sum(cue.is_wish and cue.name == name and cue.started is None for cue in self.queue) <= 1

    @invariant()
    def what_was_asked_for_is_there_once_and_before_what_is_planned(self) -> None:
        wanted = [cue.song.code for cue in self.queue if cue.is_request]
        assert len(set(wanted)) == len(wanted)
        planned = [number for number, cue in enumerate(self.queue) if cue.choice is not None]
        asked = [number for number, cue in enumerate(self.queue) if cue.choice is None]
        assert sum(number < max(asked, default=0) for number in planned) <= 1, "the one that was next when they asked"
        assert sum(cue.choice is not None for cue in self.queue) <= PLANNED

    @invariant()
    def there_is_music_as_long_as_there_are_songs(self) -> None:
        assert find_on_air(self.station.tx.queue.list_open()) is not None


TestAsking = pytest.mark.slow(AskingMachine.TestCase)
TestAsking.settings = settings(max_examples=max(5, settings.default.max_examples // 4), stateful_step_count=30)
