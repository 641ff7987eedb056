"""Thousands of requests by many people on many songs: nobody and nothing is served against the rules.

The rules are kept here a second time, in the words of whoever wrote them down: a log of what was served, and a job that
takes 1 from each count every day. Nothing of `bot.station.requesting` but its figures is asked.
"""

import math
from random import Random
from typing import Any

import pytest

from bandstand.bot.station import on_air, planning, requesting, song_requests
from bandstand.bot.station.requesting import DAY, FORGETTING, PERSON_WAIT, SHORTEST, reckon_wait
from bandstand.common.api.asking import Requested, RequestSong
from bandstand.common.api.people import Identity, Place, Requester, Right
from bandstand.common.api.refusals import Refused, RequestedAlready, RequestTooSoon, SongTooSoon
from bandstand.common.api.requests import RemoveFromQueue
from bandstand.common.api.values import Choice, EndReason, Source
from tests.bot.station.conftest import Station

LISTENERS = [
    *(Identity("irc:libera", f"account{number}", f"n!u@h{number}.example") for number in range(8)),
    *(Identity("irc:oftc", mask=f"nick{number}!u@h{number % 4}.example") for number in range(8)),
    *(Identity("web", cookie=str(number), address="192.0.2.1") for number in range(8)),
    *(Identity("web", address=f"2001:db8:0:{number % 4}::{number}") for number in range(8)),
]


def name_person(identity: Identity) -> str:
    """Who is one person, as the station's rules have it."""
    if identity.account or identity.cookie:
        return identity.account or identity.cookie
    return identity.mask.partition("@")[2] or identity.address[: len("2001:db8:0:0")]


class Book:
    """What was served: requests as (time, person, song), and plays as (time, song)."""

    def __init__(self) -> None:
        self.requests: list[tuple[float, str, str]] = []
        self.plays: list[tuple[float, str]] = []

    def count(self, song: str, now: float) -> int:
        count, last = 0, -math.inf
        for at, _, _ in (one for one in self.requests if one[2] == song):
            count, last = min(30, self._forget(count, last, at) + 2), at
        return self._forget(count, last, now)

    def _forget(self, count: int, last: float, now: float) -> int:
        """The daily job, from the last request until now."""
        day = last + FORGETTING * DAY
        while count and day <= now:
            count, day = count - 1, day + DAY
        return count

    def find_broken(self, person: str, song: str, now: float) -> set[str]:
        broken = set()
        if any(now < at + PERSON_WAIT for at, who, _ in self.requests if who == person):
            broken.add("person")
        wait = max(SHORTEST, reckon_wait(self.count(song, now)))
        times = [at for at, _, what in self.requests if what == song] + [at for at, what in self.plays if what == song]
        if any(now < at + wait for at in times):
            broken.add("song")
        return broken


class Evening:
    """The station with its programme, a streamer that plays, and listeners who request at random."""

    def __init__(self, station: Station, seed: int, songs: int) -> None:
        self.station, self.chance, self.book = station, Random(seed), Book()
        self.songs = [station.store(f"Song {number}") for number in range(songs)]
        self.served = self.refused = 0

    def play(self) -> None:
        """What is on the air ends, and the programme plans on."""
        air = on_air.find_on_air(self.station.tx)
        if air is not None:
            self.station.end(air.id, self.chance.choice([EndReason.FINISHED, EndReason.SKIPPED]))
        while sum(cue.choice is not None for cue in self.station.get_queue()) < planning.PLANNED:
            song = self.station.tx.songs.get(self.chance.choice(self.songs)).brief
            on_air.line_up(self.station.tx, song, planning.ITSELF, choice=Choice(source=Source.ROTATION))
        on_air.fill_air(self.station.tx)
        cue = self.station.get_air()
        self.station.start(cue.id)
        self.book.plays.append((self.station.tx.now, cue.song.code))

    def ask(self) -> None:
        identity, song = self.chance.choice(LISTENERS), self.chance.choice(self.songs)
        person = name_person(identity)
        by = Requester("x", Place("web", "1"), Right.LISTENER, identity)
        asked = [cue for cue in self.station.get_queue() if cue.choice is None]
        waiting = any(cue.song.code == song for cue in asked)
        before = [cue.id for cue in asked]
        try:
            result = self.station.ask(RequestSong(song=song), by)
        except Refused as refused:
            self.check_refusal(refused.why, person, song, waiting)
            return
        assert isinstance(result, Requested) and not waiting
        assert self.book.find_broken(person, song, self.station.tx.now) == set()
        self.book.requests.append((self.station.tx.now, person, song))
        self.served += 1
        queue = self.station.get_queue()
        assert queue[result.position - 1].song.code == song
        assert [cue.id for cue in queue if cue.id in before] == before, "a request passes nobody's"
        behind = [cue.choice is None for cue in queue[1:]]
        assert behind == sorted(behind, reverse=True), "what was planned comes behind, but for the first"
        if self.chance.random() < 0.1:
            self.station.ask(RemoveFromQueue(cue=queue[result.position - 1].id), by)
            self.book.requests.pop()

    def check_refusal(self, why: Any, person: str, song: str, waiting: bool) -> None:
        """It is right to refuse, and from the moment that is told it is not any more."""
        self.refused += 1
        if waiting:
            assert isinstance(why, RequestedAlready)
            return
        assert isinstance(why, SongTooSoon | RequestTooSoon)
        now = self.station.tx.now
        assert why.allowed_at == pytest.approx(now + why.wait) and why.wait > 0
        assert ("song" if isinstance(why, SongTooSoon) else "person") in self.book.find_broken(person, song, now)
        assert self.book.find_broken(person, song, why.allowed_at - 0.001)
        assert not self.book.find_broken(person, song, why.allowed_at)


def simulate(monkeypatch: pytest.MonkeyPatch, evening: Evening, rounds: int) -> None:
    for module in (requesting, song_requests):
        monkeypatch.setattr(module, "FULL_LIBRARY", len(evening.songs))  # so that the whole waits hold
    evening.play()
    for _ in range(rounds):
        evening.station.pass_time(evening.chance.choice([1.0, 60.0, 300.0, 3600.0, DAY, 5 * DAY]))
        if evening.chance.random() < 0.6:
            evening.play()
        evening.ask()


def test_nobody_and_no_song_is_served_against_the_rules(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    evening = Evening(station, 1, 10)
    simulate(monkeypatch, evening, 25)
    assert evening.served > 4 and evening.refused > 4


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
def test_nor_in_more_than_a_thousand_requests(seed: int, station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    evening = Evening(station, seed, 40)
    simulate(monkeypatch, evening, 600)
    assert evening.served > 100 and evening.refused > 100
