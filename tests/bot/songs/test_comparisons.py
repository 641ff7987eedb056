"""X and Y: who is which, whose turn it is, and the votes."""

from pathlib import Path

import pytest

from bot.database.models import Song
from bot.songs import comparisons, library, programme
from common.errors import CommandError, UsageError
from common.jobs import Side
from common.paths import Paths

HERE = Paths(Path("/station"))


@pytest.fixture
def compared(bench):
    bench.one, bench.two = bench.stored("One"), bench.stored("Two")
    Song.update(facts='{"tempo": 120}').where(Song.code == bench.one).execute()
    bench.reply = bench.say(f"compare {bench.one} {bench.two} bars=2").reply
    return bench


def test_the_worker_gets_both_files_with_their_bars_and_nobody_is_told_which_is_which(compared) -> None:
    _, song = programme.take_job()
    pair = comparisons.pair(song.code, HERE)
    assert pair is not None
    sides = {side.path: side for side in (pair.first, pair.second)}
    assert sides == {
        f"/station/songs/{compared.one}/song.flac": Side(f"/station/songs/{compared.one}/song.flac", -16.2, 96_000, 0),
        f"/station/songs/{compared.two}/song.flac": Side(f"/station/songs/{compared.two}/song.flac", -16.2, 96_000, 0),
    }
    assert pair.bars == 2
    shown = compared.say(f"song {song.code}").reply
    assert compared.one not in str(shown)
    assert compared.one not in compared.reply.summary


def test_which_one_is_x_is_drawn(bench) -> None:
    one, two = bench.stored("One"), bench.stored("Two")
    firsts = set()
    for _ in range(20):
        bench.say(f"compare {one} {two}")
        firsts.add(comparisons.latest().first)
    assert firsts == {one, two}


def test_the_last_vote_of_each_person_counts_until_it_is_revealed(compared) -> None:
    for choice, person in (("x", "ann"), ("x", "bob"), ("y", "ann"), ("y", "cy")):
        comparisons.vote(choice, person, compared.now)
    outcome = compared.say("reveal")
    row = comparisons.latest()
    names = library.song(row.first).name, library.song(row.second).name
    assert outcome.reply.summary == f"X is {names[0]}, 1 vote; Y is {names[1]}, 2 votes"
    assert outcome.effects[0].reply.public
    with pytest.raises(CommandError, match="revealed already"):
        compared.say("vote x")


def test_a_vote_is_for_x_or_y(compared) -> None:
    assert compared.say("vote Y").reply.summary.startswith("your vote is for Y")
    with pytest.raises(UsageError, match="vote X, or vote Y"):
        compared.say("vote z")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("compare {one} {one}", "twice is no comparison"),
        ("compare {one} {two} bars=0", "bars=NUMBER"),
        ("compare {one} {two} bars=x", "bars=NUMBER"),
        ("compare {one} nothing", 'no song "nothing"'),
        ("remake {mix}", "is a comparison"),
    ],
)
def test_what_cannot_be_compared_is_told(line: str, said: str, bench) -> None:
    one, two = bench.stored("One"), bench.stored("Two")
    bench.say(f"compare {one} {two}")
    mix = comparisons.latest().song
    Song.update(state="ready").where(Song.code == mix).execute()
    with pytest.raises((CommandError, UsageError), match=said):
        bench.say(line.format(one=one, two=two, mix=mix))


def test_without_a_comparison_there_is_nothing_to_vote_for(bench) -> None:
    for line in ("vote x", "reveal"):
        with pytest.raises(CommandError, match="there has been no comparison"):
            bench.say(line)


def test_turns_follow_each_other_from_the_first_bar_on() -> None:
    facts = {"x": 4.0, "y": 2.0, "lead": 1.0}
    assert [comparisons.turn(facts, at) for at in (0, 0.5, 4.9, 5.1, 6.9, 7.1, 11.5)] == list("XXXYYXY")
    assert comparisons.turn({}, 3) == ""
