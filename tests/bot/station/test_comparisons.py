"""X and Y: who is which, whose turn it is, and the votes."""

import pytest

from bandstand.bot.station.comparisons import find_turn
from bandstand.common.api.events import ComparisonRevealed, JobOrdered
from bandstand.common.api.people import Right
from bandstand.common.api.refusals import BadChoice, NoComparison, NoSuchSong, SameSong, StillBeingMade, VotesClosed
from bandstand.common.api.requests import CompareSongs, Generate, Reveal, Vote
from bandstand.common.api.values import Comparison, Purpose
from tests.bot.station.conftest import CONSOLE, Station, make_person


@pytest.fixture
def compared(station: Station) -> Station:
    station.ask(CompareSongs(first=station.store("One"), second=station.store("Two"), bars=2))
    return station


def get_latest(station: Station) -> Comparison:
    comparison = station.tx.comparisons.get_latest()
    assert comparison is not None
    return comparison


def test_a_comparison_is_a_song_that_is_made_and_cuts_in(compared: Station) -> None:
    [ordered] = compared.get_events(JobOrdered)
    song, job = compared.get_song(ordered.song), compared.get_job(ordered.job)
    assert (song.parameters, job.purpose, job.cuts_in) == ({"bars": 2}, Purpose.COMPARE, True)
    assert get_latest(compared).song == song.code
    compared.begin(ordered.job, "Mix")
    assert compared.air == "Mix"


def test_which_one_is_x_is_drawn(station: Station) -> None:
    one, two = station.store("One"), station.store("Two")
    firsts = set()
    for _ in range(20):
        station.ask(CompareSongs(first=one, second=two))
        firsts.add(get_latest(station).first)
    assert firsts == {one, two}


def test_the_last_vote_of_each_person_counts_until_it_is_revealed(compared: Station) -> None:
    for choice, person in (("x", "ann"), ("X", "bob"), ("y", "ann"), ("Y", "cy")):
        assert compared.ask(Vote(choice=choice), make_person(person, Right.LISTENER)).choice == choice.lower()
    revealed = compared.ask(Reveal())
    latest = get_latest(compared)
    assert (revealed.x.code, revealed.y.code) == (latest.first, latest.second)
    assert (revealed.x_votes, revealed.y_votes) == (1, 2)
    told = ComparisonRevealed(x=revealed.x, y=revealed.y, x_votes=1, y_votes=2, by_place=CONSOLE)
    assert compared.tx.events == [told]
    assert compared.refuse(Vote(choice="x")) == VotesClosed()
    closed = latest.revealed
    compared.ask(Reveal())
    assert get_latest(compared).revealed == closed


def test_a_vote_is_for_x_or_y(compared: Station) -> None:
    assert compared.refuse(Vote(choice="z")) == BadChoice()


def test_what_cannot_be_compared_is_refused(station: Station) -> None:
    one = station.store("One")
    brief = station.get_song(one).brief
    assert station.refuse(CompareSongs(first=one, second="one")) == SameSong(brief)
    assert station.refuse(CompareSongs(first=one, second="nothing")) == NoSuchSong("nothing", 1)
    making = station.get_song(station.ask(Generate()).song)
    assert station.refuse(CompareSongs(first=one, second=making.code)) == StillBeingMade(making.brief, "compare")


def test_without_a_comparison_there_is_nothing_to_vote_for(station: Station) -> None:
    assert station.refuse(Vote(choice="x")) == NoComparison()
    assert station.refuse(Reveal()) == NoComparison()


def test_turns_follow_each_other_from_the_first_bar_on() -> None:
    facts = {"x": 4.0, "y": 2.0, "lead": 1.0}
    assert [find_turn(facts, at) for at in (0, 0.5, 4.9, 5.1, 6.9, 7.1, 11.5)] == list("XXXYYXY")
    assert find_turn({}, 3) == ""
