"""The rules of rotation: distances, weights, and which rule is left out when nothing else is left."""

import math
from collections import Counter
from collections.abc import Iterator
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.station.rotation import (
    ARTIST_DISTANCE,
    BROKEN_REST,
    RESTED,
    SONG_DISTANCE,
    Candidate,
    Draw,
    Heard,
    draw_song,
    find_broken,
    get_weight,
    split_artist,
)
from bandstand.common.api.values import Distance, SongBrief, SongState
from bandstand.common.types import SongCode

NOW = 1_000_000.0


def song(code: str, title: str = "", artist: str = "") -> SongBrief:
    return SongBrief(SongCode(code), title or f"title {code}", artist or f"artist {code}", SongState.READY, 180.0, 0.0)


def heard(one: SongBrief, ago: float) -> Heard:
    return Heard(one, NOW - ago)


def test_the_same_song_title_and_artist_keep_their_distance() -> None:
    before = heard(song("a", "Low Tide", "Trio"), 600)
    assert find_broken(song("a", "Low Tide", "Trio"), [before], NOW) == set(Distance)
    assert find_broken(song("b", "low  tide", "Quartet"), [before], NOW) == {Distance.TITLE}
    assert find_broken(song("c", "High Tide", "TRIO"), [before], NOW) == {Distance.ARTIST}
    assert find_broken(song("c", "High Tide", "Trio"), [heard(before.song, ARTIST_DISTANCE)], NOW) == set()
    assert find_broken(before.song, [heard(before.song, SONG_DISTANCE)], NOW) == set()


def test_a_song_without_title_or_artist_is_told_apart_by_its_code_alone() -> None:
    bare = SongBrief(SongCode("a"), "", "", SongState.READY, 0.0, 0.0)
    other = SongBrief(SongCode("b"), "", "", SongState.READY, 0.0, 0.0)
    assert find_broken(other, [heard(bare, 10)], NOW) == set()
    assert find_broken(bare, [heard(bare, 10)], NOW) == {Distance.SONG}


def test_a_song_that_could_not_be_played_rests_even_where_nothing_else_is_left() -> None:
    broken, fine = song("a"), song("b")
    history = [Heard(broken, NOW - 60, is_broken=True), heard(fine, 30)]
    draw = draw_song([Candidate(broken), Candidate(fine)], history, NOW, Random(1))
    assert draw is not None and draw.candidate.song == fine
    assert draw_song([Candidate(broken)], history, NOW, Random(1)) is None
    later = draw_song([Candidate(broken)], history, NOW + BROKEN_REST, Random(1))
    assert later is not None and later.candidate.song == broken


def test_a_song_that_breaks_no_rule_is_drawn() -> None:
    tired, free = song("a", artist="Trio"), song("b", artist="Quartet")
    for seed in range(20):
        draw = draw_song([Candidate(tired), Candidate(free)], [heard(tired, 60)], NOW, Random(seed))
        assert draw is not None and draw.candidate.song == free and draw.relaxed == ()


def test_the_artist_s_distance_is_the_first_to_be_left_out() -> None:
    draw = draw_song([Candidate(song("b", artist="Trio"))], [heard(song("a", artist="Trio"), 60)], NOW, Random(1))
    assert draw is not None and draw.relaxed == (Distance.ARTIST,)


def test_where_every_rule_is_broken_the_song_comes_that_was_heard_least_lately() -> None:
    first, second = song("a", artist="Trio"), song("b", artist="Trio")
    both = [Candidate(first, NOW - 500), Candidate(second, NOW - 300)]
    draw = draw_song(both, [heard(first, 500), heard(second, 300)], NOW, Random(1))
    assert draw is not None and draw.candidate.song == first and Distance.SONG in draw.relaxed


def test_without_a_song_there_is_none() -> None:
    assert draw_song([], [], NOW, Random(1)) is None


def test_a_song_that_rested_and_one_that_is_liked_come_more_often() -> None:
    candidates = [
        Candidate(song("just"), NOW - SONG_DISTANCE),
        Candidate(song("rested"), NOW - RESTED),
        Candidate(song("liked"), NOW - RESTED, 1.0, 8),
        Candidate(song("disliked"), NOW - RESTED, -1.0, 8),
    ]
    chance = Random(7)
    drawn = Counter(
        draw.candidate.song.code for _ in range(4000) if (draw := draw_song(candidates, [], NOW, chance)) is not None
    )
    assert drawn["liked"] > drawn["rested"] > drawn["disliked"] > drawn["just"] * 0.9 > 0
    expected = get_weight(candidates[1], NOW) / sum(get_weight(one, NOW) for one in candidates)
    assert abs(drawn["rested"] / 4000 - expected) < 0.03, "the shuffle is weighted as it says"


def test_one_rating_moves_a_song_less_than_many() -> None:
    one, many = Candidate(song("a"), None, 1.0, 1), Candidate(song("b"), None, 1.0, 20)
    assert 1.0 < get_weight(one, NOW) < get_weight(many, NOW)


@given(st.floats(-1, 1), st.integers(0, 500), st.integers(0, 500))
def test_every_favourite_makes_a_song_likelier_the_first_ones_most(rating: float, before: int, more: int) -> None:
    weights = [get_weight(Candidate(song("a"), None, rating, 3, count), NOW) for count in (before, before + 1)]
    assert 0 < weights[0] < weights[1]
    one, many = (get_weight(Candidate(song("a"), None, rating, 3, count), NOW) for count in (0, more))
    assert many <= 6 * one, "a crowd does not have the rotation to itself"


@given(
    st.lists(
        st.tuples(st.integers(0, 8), st.integers(0, 4), st.one_of(st.none(), st.floats(0, 3e6)), st.floats(-1, 1)),
        min_size=1,
        max_size=12,
        unique_by=lambda row: row[0],
    ),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 4), st.floats(0, 10_000)), max_size=12),
    st.integers(0, 1000),
)
def test_whatever_was_heard_a_song_is_drawn_and_says_what_it_breaks(
    rows: list[tuple[int, int, float | None, float]], before: list[tuple[int, int, float]], seed: int
) -> None:
    candidates = [
        Candidate(song(f"s{code}", artist=f"a{artist}"), None if ago is None else NOW - ago, rating, 3)
        for code, artist, ago, rating in rows
    ]
    history = [heard(song(f"s{code}", artist=f"a{artist}"), ago) for code, artist, ago in before]
    draw = draw_song(candidates, history, NOW, Random(seed))
    assert draw is not None
    broken = find_broken(draw.candidate.song, history, NOW)
    assert broken <= set(draw.relaxed), "no rule is broken without a word"
    fewest = min(len(find_broken(one.song, history, NOW)) for one in candidates)
    assert fewest > 0 or not draw.relaxed, "no rule is left out while a song keeps them all"


# An evening of draws


class Listing(msgspec.Struct):
    """One song of a library, as hypothesis makes it up."""

    code: int
    title: int
    artists: list[int]
    rating: float
    favourites: int

    def make(self) -> SongBrief:
        names = ["Ann", "Bob", "The Ferrymen", "Ida Marsh", "Trio", "Nils"]
        joiners = [" feat. ", ", ", " & ", " vs. "]
        artist = names[self.artists[0]]
        for number, one in enumerate(self.artists[1:]):
            artist += joiners[(self.code + number) % len(joiners)] + names[one]
        return song(f"s{self.code}", f"title {self.title}", artist)


LISTINGS = st.lists(
    st.builds(
        Listing, code=st.integers(0, 40), title=st.integers(0, 20),
        artists=st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True),
        rating=st.floats(-1, 1), favourites=st.integers(0, 9),
    ),
    min_size=1, max_size=25, unique_by=lambda one: one.code,
)  # fmt: skip
LENGTHS = st.lists(st.floats(20.0, 900.0), min_size=1, max_size=40)


def play(library: list[Listing], lengths: list[float], seed: int) -> Iterator[tuple[list[Heard], float, Draw]]:
    """One song after the other as they are drawn, each with what was heard before it and when it begins."""
    songs = {one.make().code: one for one in library}
    last: dict[str, float] = {}
    history: list[Heard] = []
    now, chance = NOW, Random(seed)
    for length in lengths:
        candidates = [
            Candidate(one.make(), last.get(code), one.rating, 3, one.favourites) for code, one in songs.items()
        ]
        draw = draw_song(candidates, history, now, chance)
        assert draw is not None
        yield history, now, draw
        last[draw.candidate.song.code] = now
        history = [*history, Heard(draw.candidate.song, now)]
        now += length


@given(LISTINGS, LENGTHS, st.integers(0, 1000))
def test_no_song_title_or_artist_comes_too_soon_unless_that_is_said(
    library: list[Listing], lengths: list[float], seed: int
) -> None:
    for history, now, draw in play(library, lengths, seed):
        one = draw.candidate.song
        for before in history:
            age = now - before.started
            if age < SONG_DISTANCE:
                assert before.song.code != one.code or Distance.SONG in draw.relaxed
                assert before.song.title != one.title or Distance.TITLE in draw.relaxed
            if age < ARTIST_DISTANCE:
                assert not split_artist(before.song.artist) & split_artist(one.artist) or (
                    Distance.ARTIST in draw.relaxed
                )


@given(LISTINGS, LENGTHS, st.integers(0, 1000))
def test_no_more_rules_are_left_out_than_the_song_that_keeps_most_of_them_needs(
    library: list[Listing], lengths: list[float], seed: int
) -> None:
    songs, order = [one.make() for one in library], list(Distance)
    for history, now, draw in play(library, lengths, seed):
        needs = [max((order.index(rule) + 1 for rule in find_broken(one, history, now)), default=0) for one in songs]
        assert len(draw.relaxed) <= min(needs)


@given(LISTINGS, st.integers(0, 1000))
def test_a_song_alone_in_its_library_is_heard_again_and_again(library: list[Listing], seed: int) -> None:
    drawn = [draw.candidate.song.code for _, _, draw in play(library[:1], [180.0] * 5, seed)]
    assert drawn == [library[0].make().code] * 5


@given(LISTINGS, st.integers(0, 1000))
def test_where_all_was_heard_lately_songs_come_in_the_order_in_which_they_were_heard(
    library: list[Listing], seed: int
) -> None:
    drawn = [draw.candidate.song.code for _, _, draw in play(library, [20.0] * (3 * len(library)), seed)]
    for number, code in enumerate(drawn):
        since = drawn[:number][::-1]
        if code in since:
            between = since[: since.index(code)]
            assert len(set(between)) == len(between), "nothing comes twice before it"


@given(st.floats(0, 1e7), st.floats(0, 1e7), st.floats(-1, 1), st.integers(0, 50), st.integers(0, 50))
def test_the_longer_a_song_rests_the_likelier_it_is_and_never_out_of_the_question(
    rest: float, longer: float, rating: float, ratings: int, favourites: int
) -> None:
    weights = [
        get_weight(Candidate(song("a"), NOW - ago, rating, ratings, favourites), NOW) for ago in (rest, rest + longer)
    ]
    never = get_weight(Candidate(song("a"), None, rating, ratings, favourites), NOW)
    assert 0.0 < weights[0] <= weights[1] <= never


@given(st.floats(-1, 1), st.floats(-1, 1), st.integers(1, 50), st.integers(0, 9), st.floats(0, 3e6))
def test_the_better_a_song_is_rated_the_likelier_it_is(
    worse: float, better: float, ratings: int, favourites: int, ago: float
) -> None:
    worse, better = sorted((worse, better))
    weights = [get_weight(Candidate(song("a"), NOW - ago, one, ratings, favourites), NOW) for one in (worse, better)]
    assert weights[0] <= weights[1]
    assert weights[1] <= weights[0] * math.exp(2.0), "those who dislike a song are heard, too"


@pytest.mark.parametrize("artists", [5, 60])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_song_with_better_ratings_comes_more_often_and_its_distances_hold(seed: int, artists: int) -> None:
    """A day of a library of which one half is liked and the other disliked, all else being equal."""
    library = [
        Listing(code=number, title=number, artists=[0], rating=0.8 if number % 2 else -0.8, favourites=0)
        for number in range(60)
    ]
    liked, heard_before = Counter[bool](), list[Heard]()
    songs = {one.code: Candidate(song(f"s{one.code}", artist=f"a{one.code % artists}"), None, one.rating, 10)
             for one in library}  # fmt: skip
    now, chance = NOW, Random(seed)
    for _ in range(300):
        draw = draw_song(list(songs.values()), heard_before, now, chance)
        assert draw is not None
        assert find_broken(draw.candidate.song, heard_before, now) <= set(draw.relaxed)
        code = int(draw.candidate.song.code[1:])
        songs[code] = msgspec.structs.replace(draw.candidate, last_started=now)
        liked[draw.candidate.rating > 0] += 1
        heard_before = [*heard_before[-40:], Heard(draw.candidate.song, now)]
        now += 240.0
    assert liked[True] > 1.15 * liked[False]
    assert liked[False] > 0
