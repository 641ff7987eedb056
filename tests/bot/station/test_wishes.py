"""Wishes: what is composed, who may wish when, and whose turn it is."""

import pytest

from bandstand.bot.station import programme
from bandstand.bot.station.wish_rules import LONGEST, MOST_WAITING, REFILL
from bandstand.common.api.events import JobFailed, JobOrdered, WishBegun
from bandstand.common.api.people import Right
from bandstand.common.api.refusals import (
    BandsMissing,
    NotComposed,
    NotUnderstood,
    TooManyWishes,
    WishTooSoon,
    WishUnheard,
)
from bandstand.common.api.requests import CancelJob, Enqueue, Generate, GetQueue, MoveInQueue, ReadWish, Wish, WishAlike
from bandstand.common.api.values import JobState, Purpose
from bandstand.common.generators import Generator
from tests.bot.station.conftest import LISTENER, Station, make_person

BEA, CAL = make_person("bea", Right.LISTENER), make_person("cal", Right.LISTENER)


@pytest.fixture
def radio(station: Station) -> Station:
    """Something is on the air, and the house bands are there."""
    station.settle_bands()
    code = station.store("One")
    station.ask(Enqueue(song=code))
    station.listen(10)
    return station


def hear(radio: Station) -> None:
    """What is on the air ends, and what follows begins."""
    radio.end(radio.get_air().id)
    radio.listen(1)


def make(radio: Station, job: int, title: str) -> None:
    radio.begin(job, title)
    radio.finish(job, title)


def test_a_wish_is_composed_at_once_as_it_was_described(radio: Station) -> None:
    wished = radio.ask(Wish(words="slow bosa in Dm, 2 minutes, with flute, purple"), LISTENER)
    song, job = radio.tx.songs.get(wished.song), radio.get_job(wished.job)
    assert radio.get_events(JobOrdered)
    assert (job.purpose, job.cuts_in, job.name) == (Purpose.WISH, False, "eve")
    assert {"key": "Dm", "seconds": 120.0, "with": "flute"}.items() <= song.parameters.items()
    assert (wished.understood.style, wished.understood.unknown) == ("bossa", ("purple",))
    assert (wished.position, wished.heard_in) == (1, pytest.approx(80, abs=2))


def test_nothing_that_is_understood_is_no_wish_and_costs_none(radio: Station) -> None:
    assert radio.refuse(Wish(words="purple"), LISTENER) == NotUnderstood(("purple",))
    assert not radio.tx.jobs.list_wishes("libera/@host.example", 0)
    assert radio.ask(Wish(words="something"), LISTENER).understood.band


def test_a_station_without_bands_grants_no_wishes(station: Station) -> None:
    assert station.refuse(Wish(words="bossa"), LISTENER) == BandsMissing()


def test_a_wish_has_at_most_five_minutes(radio: Station) -> None:
    understood = radio.ask(Wish(words="techno, 10 minutes"), LISTENER).understood
    assert understood.parameters["seconds"] == LONGEST
    assert understood.taken == {"10 minutes": "5:00, the longest"}


@pytest.mark.parametrize(
    ("words", "parameters"),
    [
        ("rock in d-moll, ninety bpm, without drums", {"key": "Dm", "tempo": 90.0, "without": "drums"}),
        ("B flat minor waltz for two minutes", {"key": "Bbm", "seconds": 120.0}),
        ("pop in la mineur, half a minute, no flute", {"key": "Am", "seconds": 30.0, "without": "flute"}),
        ("bossa -drums, 2-3 minutes", {"without": "drums", "seconds": 150.0}),
        ("techno, not in a minor key", {"mode": "major"}),
    ],
)
def test_wish_and_generate_understand_the_same(radio: Station, words: str, parameters: dict[str, object]) -> None:
    wished, ordered = radio.ask(Wish(words=words), LISTENER), radio.ask(Generate(generator=words, cuts_in=False))
    assert ordered.understood is not None
    assert wished.understood.parameters == ordered.understood.parameters == parameters
    assert (wished.understood.style, wished.understood.unknown) == (ordered.understood.style, ())


def test_a_style_that_is_not_wanted_is_not_played(radio: Station) -> None:
    styles = set()
    for number in range(40):
        read = radio.ask(ReadWish(words="something but no waltz" + " please" * number), LISTENER)
        styles.add(read.understood.style)
    assert len(styles) > 5
    assert "waltz" not in styles
    read = radio.ask(ReadWish(words="by slow harbour, no ballad"), LISTENER)
    assert read.understood.taken == {"not ballad": "ballad, which Slow Harbour plays"}


def test_a_wish_that_is_too_long_is_said_to_be_cut(radio: Station) -> None:
    assert radio.ask(ReadWish(words="rock " + "purple " * 300), LISTENER).understood.is_cut


def test_there_is_one_unheard_wish_of_a_person_at_a_time(radio: Station) -> None:
    first = radio.ask(Wish(words="bossa"), LISTENER)
    refused = radio.refuse(Wish(words="rock"), LISTENER)
    assert isinstance(refused, WishUnheard)
    assert (refused.song.code, refused.position) == (first.song, 1)
    assert refused.wait == pytest.approx(refused.heard_in)
    radio.ask(Wish(words="rock"), BEA)
    make(radio, first.job, "Wish")
    hear(radio)
    assert radio.air == "Wish"
    radio.ask(Wish(words="rock"), LISTENER)


def test_the_third_wish_waits_until_the_moment_that_is_told(radio: Station) -> None:
    times = []
    for title in ("First", "Second"):
        wished = radio.ask(Wish(words="bossa"), LISTENER)
        times.append(radio.tx.now)
        make(radio, wished.job, title)
        hear(radio)
    refused = radio.refuse(Wish(words="bossa"), LISTENER)
    assert isinstance(refused, WishTooSoon)
    assert refused.allowed_at == pytest.approx(times[0] + REFILL)
    radio.tx.now = refused.allowed_at - 2
    assert isinstance(radio.refuse(Wish(words="bossa"), LISTENER), WishTooSoon)
    radio.tx.now = refused.allowed_at
    radio.ask(Wish(words="bossa"), LISTENER)


def test_a_wish_that_fails_is_told_and_given_back(radio: Station) -> None:
    for _ in range(3):
        wished = radio.ask(Wish(words="bossa"), LISTENER)
        radio.claim()
        radio.fail(wished.job, "no soundfont")
    assert [event.is_wish for event in radio.get_events(JobFailed)] == [True]
    assert radio.get_job(wished.job).state is JobState.FAILED
    assert not [cue for cue in radio.tx.queue.list_open() if cue.is_wish]


def test_a_wish_that_a_dj_cancels_is_given_back(radio: Station) -> None:
    for _ in range(3):
        radio.ask(CancelJob(job=radio.ask(Wish(words="bossa"), LISTENER).job))


def test_the_wisher_is_told_when_it_begins(radio: Station) -> None:
    wished = radio.ask(Wish(words="bossa"), LISTENER)
    make(radio, wished.job, "Wish")
    radio.tx.events.clear()
    hear(radio)
    assert [(told.name, told.place, told.song.title) for told in radio.get_events(WishBegun)] == [
        ("eve", LISTENER.place, "Wish")
    ]
    radio.tx.events.clear()
    radio.start(radio.get_air().id)  # after an interruption
    assert not radio.get_events(WishBegun)


def test_wishes_come_behind_orders_and_before_what_is_planned(radio: Station) -> None:
    radio.set_position(60.0)
    programme.plan_ahead(radio.tx)
    assert radio.queue
    radio.ask(Wish(words="bossa"), LISTENER)
    radio.ask(Wish(words="rock"), BEA)
    radio.ask(Generate(cuts_in=False))
    queue = radio.get_queue()
    assert [cue.name for cue in queue] == ["ann", "the station", "eve", "bea"]  # what was next is frozen
    assert [cue.is_wish for cue in queue] == [False, False, True, True]


def test_persons_take_turns(radio: Station) -> None:
    wished = radio.ask(Wish(words="bossa"), LISTENER)
    make(radio, wished.job, "Wish")
    hear(radio)
    radio.ask(Wish(words="rock"), LISTENER)
    radio.ask(Wish(words="rock"), BEA)
    radio.ask(Wish(words="rock"), CAL)
    assert [cue.name for cue in radio.get_queue()] == ["bea", "cal", "eve"]


def test_a_wish_that_a_dj_moves_keeps_that_place(radio: Station) -> None:
    radio.ask(Wish(words="rock"), LISTENER)
    radio.ask(Wish(words="rock"), BEA)
    bea = radio.ask(GetQueue()).songs[1].cue
    radio.ask(MoveInQueue(cue=bea, place=1))
    radio.ask(Generate(cuts_in=False))
    assert [cue.name for cue in radio.get_queue()] == ["bea", "ann", "eve"]


def test_only_so_many_wishes_wait_at_a_time(radio: Station) -> None:
    for number in range(MOST_WAITING):
        radio.ask(Wish(words="rock"), make_person(f"p{number}", Right.LISTENER))
    refused = radio.refuse(Wish(words="rock"), LISTENER)
    assert isinstance(refused, TooManyWishes)
    assert refused.waiting == MOST_WAITING
    assert refused.wait == pytest.approx(refused.allowed_at - radio.tx.now)


# What is shown before a wish is sent, and another like a song


def test_what_a_wish_is_read_as_is_what_comes_and_reading_costs_nothing(radio: Station) -> None:
    for words in ("something slow", "jazz or so, with flute", "sad"):
        read = radio.ask(ReadWish(words=words), BEA)
        assert read == radio.ask(ReadWish(words=words), BEA)
        assert not read.refused
        wished = radio.ask(Wish(words=words), BEA)
        assert wished.understood == read.understood
        make(radio, wished.job, words)
        hear(radio)
        radio.pass_time(REFILL)


def test_reading_says_from_when_the_person_may_wish(radio: Station) -> None:
    radio.ask(Wish(words="bossa"), BEA)
    read = radio.ask(ReadWish(words="techno"), BEA)
    assert (read.refused, read.understood.style) == ("wish_unheard", "techno")
    assert read.wait == pytest.approx(read.allowed_at - radio.tx.now)
    assert radio.refuse(ReadWish(words="purple"), BEA) == NotUnderstood(("purple",))


def test_another_like_a_song_is_by_its_band_with_its_parameters_and_another_seed(radio: Station) -> None:
    radio.ask(Generate(generator="bossa", parameters={"key": "Dm", "seconds": 600}))
    like = radio.tx.songs.get_newest()
    assert like is not None
    wished = radio.ask(WishAlike(song=like.code), BEA)
    song = radio.get_song(wished.song)
    assert song.parameters == {"key": "Dm", "seconds": LONGEST}
    assert song.seed != like.seed
    assert wished.understood.style == "bossa"
    assert radio.get_job(wished.job).purpose is Purpose.WISH
    assert isinstance(radio.refuse(WishAlike(song=like.code), BEA), WishUnheard)


def test_what_no_band_composed_has_nothing_like_it(radio: Station) -> None:
    radio.declare(mine=Generator(command=["mine"]))
    job = radio.ask(Generate(generator="mine")).job
    radio.begin(job, "Mine")
    radio.finish(job, "Mine")
    code = radio.get_job(job).song
    assert radio.refuse(WishAlike(song=code), BEA) == NotComposed(radio.get_song(code).brief)
