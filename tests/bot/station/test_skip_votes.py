"""Skipping by vote: whose votes count, how many are needed, and which song they are for."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.station.between import ITSELF
from bandstand.bot.station.on_air import fill_air, insert_first
from bandstand.bot.station.skip_votes import FEWEST, count_needed, count_people
from bandstand.common.api import refusals, requests
from bandstand.common.api.events import CueSkipped, SkippedByVote, SkipVoteBegan
from bandstand.common.api.people import Identity, Place, Requester
from bandstand.common.api.values import ChatNetwork, MountStatus, Outside
from tests.bot.station.conftest import Station, make_person
from tests.bot.station.test_between import add_jingle

ANN, BOB, CYD = make_person("ann"), make_person("bob"), make_person("cyd")


def fill(station: Station, listeners: int = 0, speakers: int = 0) -> None:
    """A song is heard by so many, and so many have said something."""
    for title in ("Blue Lantern", "Old Road"):
        station.ask(requests.Enqueue(song=station.store(title)))
    station.listen(20.0)
    there = tuple(Identity("irc:libera", account=f"p{number}") for number in range(speakers))
    station.tx.outside = msgspec.structs.replace(
        station.tx.outside,
        mounts=(MountStatus("/radio.mp3", True, 1.0, listeners=listeners), MountStatus("/radio.ogg", True, 1.0)),
        networks={"libera": ChatNetwork(speakers=there)},
    )


def test_two_of_a_few_skip_a_song_and_no_one_alone(station: Station) -> None:
    fill(station)
    first = station.ask(requests.VoteSkip(), ANN)
    assert (first.votes, first.needed, first.is_skipped) == (1, 2, False)
    assert station.events == [SkipVoteBegan]
    again = station.ask(requests.VoteSkip(), ANN)
    assert (again.is_new, again.votes, again.is_skipped) == (False, 1, False)
    assert station.events == []
    second = station.ask(requests.VoteSkip(), BOB)
    assert second.is_skipped and second.following.title == "Old Road"
    assert station.events == [CueSkipped, SkippedByVote]
    assert station.get_events(CueSkipped)[0].cue == station.get_air().id


def test_a_new_song_starts_the_count_anew(station: Station) -> None:
    fill(station)
    first = station.get_air()
    station.ask(requests.VoteSkip(), ANN)
    station.end(first.id)
    station.listen(5.0)
    assert station.refuse(requests.VoteSkip(cue=first.id), BOB) == refusals.NothingOnAir()
    assert station.ask(requests.VoteSkip(), BOB).votes == 1
    assert station.ask(requests.VoteSkip(), ANN).is_skipped


def test_half_of_those_who_listen_or_of_those_who_talk_are_needed(station: Station) -> None:
    fill(station, listeners=9, speakers=3)
    assert station.ask(requests.VoteSkip(), ANN).needed == 5
    fill(station, listeners=2, speakers=7)
    assert station.ask(requests.VoteSkip(), ANN).needed == 4
    station.tx.rules = msgspec.structs.replace(station.tx.rules, skip_share=1.0)
    assert station.ask(requests.VoteSkip(), CYD).needed == 9


def test_what_is_heard_between_songs_is_not_voted_on(station: Station) -> None:
    add_jingle(station, "hour")
    insert_first(station.tx, station.get_song("jhour").brief, ITSELF)
    fill_air(station.tx)
    assert isinstance(station.refuse(requests.VoteSkip(), BOB), refusals.BadRequest)


def test_silence_and_a_station_without_votes_skip_nothing(station: Station) -> None:
    assert station.refuse(requests.VoteSkip(), ANN) == refusals.NothingOnAir()
    fill(station)
    station.ask(requests.Stop())
    assert station.refuse(requests.VoteSkip(), ANN) == refusals.NothingOnAir()
    station.tx.rules = msgspec.structs.replace(station.tx.rules, skip_share=0.0)
    assert station.refuse(requests.VoteSkip(), ANN) == refusals.SkipVotesOff()


@given(st.integers(0, 10_000), st.floats(0.01, 1))
def test_as_many_votes_are_needed_as_the_share_says_and_two_at_least(people: int, share: float) -> None:
    needed = count_needed(people, share)
    assert needed >= FEWEST
    assert needed == FEWEST or share * people - 0.001 <= needed < share * people + 1
    assert needed <= max(FEWEST, people)


@given(st.integers(0, 50), st.lists(st.sampled_from("abcdef")), st.sets(st.sampled_from("abcdef")))
def test_nobody_counts_twice(listeners: int, speakers: list[str], voters: set[str]) -> None:
    outside = Outside(
        mounts=(MountStatus("/radio.mp3", True, 1.0, listeners=listeners), MountStatus("/radio.ogg", True, 1.0)),
        networks={"home": ChatNetwork(speakers=tuple(Identity("irc:home", mask=f"n!u@{name}.x") for name in speakers))},
    )
    keys = {f"home/@{name}.x" for name in voters}
    assert count_people(outside, keys) == max(listeners, len({*speakers, *voters}))


def test_visitors_of_one_address_have_one_vote_unless_they_log_in(station: Station) -> None:
    fill(station, listeners=9)

    def make_visitor(cookie: str, address: str = "203.0.113.9", account: str = "") -> Requester:
        return Requester("x", Place("web"), identity=Identity("web", account, cookie=cookie, address=address))

    votes = [
        station.ask(requests.VoteSkip(), by).votes
        for by in (
            make_visitor("c1"),
            make_visitor("c2"),
            make_visitor("c3", account="ann"),
            make_visitor("c4", "203.0.113.10"),
        )
    ]
    assert votes == [1, 1, 2, 3]
