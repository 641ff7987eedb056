"""Watched generators: what a save leads to, as effects and rows."""

import pytest

from bot.database.models import Job
from bot.effects import Abandon, Compose, CutOnBar, Effect, Rewatch, Sync, Tell
from bot.songs import library, programme, purposes, station, watches
from bot.songs.bars import Bars
from bot.view import StationView
from common.errors import CommandError
from common.generators import Generator, Parameter
from common.jobs import Begun, Failed, Provenance

MINE = Generator(command=["mine"], parameters={"tempo": Parameter(type="int", min=40, max=200, default=120)})


@pytest.fixture
def watching(bench):
    bench.view = StationView(connected=True, generators={"mine": MINE})
    bench.say("watch mine tempo=90 seed=7")
    return bench


def begun(bench, job: int, **facts: object) -> tuple[Effect, ...]:
    bench.now += 1
    while (taken := programme.take_job()) is not None and taken[0] != job:
        pass
    return purposes.begun(job, Begun(f"version {job}", "mine", 0.0, facts), bench.now)  # type: ignore[arg-type]


def save(bench) -> tuple[Effect, ...]:
    bench.now += 1
    return watches.saved("mine", MINE, bench.now, bench.chance)


def heard(bench, cue: int) -> None:
    programme.started(cue, bench.now)


def on_air() -> station.Slot:
    slot = station.on_air(library.slots())
    assert slot is not None
    return slot


def test_watching_runs_it_and_each_save_runs_it_again_with_the_same_seed_and_parameters(watching) -> None:
    for number in (1, 2, 3):
        if number > 1:
            assert [type(effect) for effect in save(watching)][-2:] == [Compose, Rewatch]
        song = library.newest_song()
        assert song is not None
        assert (song.generator, song.seed, song.parameters) == ("mine", 7, {"tempo": 90, "duration": 120.0})
    assert Job.select().count() == 3


def test_the_first_version_cuts_in_at_once_where_nothing_has_bars(watching) -> None:
    assert begun(watching, 1)[-1] == Sync()
    assert on_air().title == "version 1"


def test_a_newer_version_waits_for_the_bar_of_the_older_one(watching) -> None:
    begun(watching, 1, tempo=120)
    first = on_air()
    heard(watching, first.cue)
    save(watching)
    assert begun(watching, 2)[-1] == CutOnBar(2, first.cue, Bars(96_000, 0))  # type: ignore[arg-type]
    assert on_air().title == "version 1"
    effects = watches.cut_in(2, watching.now)
    assert effects == (Abandon(1), Sync())
    assert on_air().title == "version 2"
    assert watches.cut_in(2, watching.now) == ()


def test_a_run_that_nobody_hears_yet_is_ended_by_the_next_save(watching) -> None:
    programme.take_job()
    assert Abandon(1) in save(watching)
    assert watches.cut_in(1, watching.now) == ()
    assert [job.state for job in Job.select().order_by(Job.id)] == ["cancelled", "waiting"]


def test_the_version_on_the_air_is_not_ended_before_a_newer_one_is_heard(watching) -> None:
    begun(watching, 1)
    heard(watching, on_air().cue)
    assert not [effect for effect in save(watching) if isinstance(effect, Abandon)]
    assert on_air().title == "version 1"


def test_a_version_that_fails_leaves_the_old_song_and_says_the_last_of_its_words(watching) -> None:
    begun(watching, 1)
    heard(watching, on_air().cue)
    save(watching)
    programme.take_job()
    words = "\n".join(f"line {number}" for number in range(20))
    effects = purposes.failed(2, Failed("mine: it broke", Provenance(errors=words, status=1)), watching.now)
    [told] = [effect for effect in effects if isinstance(effect, Tell)]
    assert told.where == "console"
    assert told.reply.summary == "job 2: mine: it broke"
    assert [row[0] for row in told.reply.rows] == [f"line {number}" for number in range(14, 20)]
    assert on_air().title == "version 1"


def test_a_version_that_fails_while_it_waits_for_its_bar_is_never_cut_in(watching) -> None:
    begun(watching, 1, tempo=120)
    heard(watching, on_air().cue)
    save(watching)
    begun(watching, 2)
    purposes.failed(2, Failed("mine: it broke"), watching.now)
    assert watches.cut_in(2, watching.now) == ()
    assert on_air().title == "version 1"


def test_a_parameter_that_a_save_took_away_is_forgotten_and_one_that_does_not_fit_is_told(watching) -> None:
    plain = Generator(command=["mine"])
    watches.saved("mine", plain, watching.now, watching.chance)
    song = library.newest_song()
    assert song is not None
    strict = Generator(command=["mine"], parameters={"tempo": Parameter(type="int", min=100)})
    [told] = watches.saved("mine", strict, watching.now, watching.chance)
    assert isinstance(told, Tell)
    assert told.reply.summary == "mine: tempo: 90 is not a whole number from 100"


def test_unwatch_ends_it_and_tells_whoever_watched(watching) -> None:
    outcome = watching.say("unwatch")
    assert outcome.reply.summary == "mine: not watched any more"
    assert outcome.effects[0] == Rewatch()
    assert isinstance(outcome.effects[1], Tell)
    assert outcome.effects[1].reply.job == "watch mine"
    assert save(watching) == ()
    with pytest.raises(CommandError, match="nothing is watched"):
        watching.say("unwatch")
    with pytest.raises(CommandError, match="mine is not watched"):
        watching.say("unwatch mine")


def test_what_is_no_generator_cannot_be_watched(watching) -> None:
    with pytest.raises(CommandError, match="mien: there is no such generator; there are mine"):
        watching.say("watch mien")
    with pytest.raises(CommandError, match="tempo: 9 is not"):
        watching.say("watch mine tempo=9")


def test_watching_again_takes_the_last_songs_seed_and_parameters(watching) -> None:
    watching.say("watch mine")
    song = library.newest_song()
    assert song is not None
    assert (song.seed, song.parameters["tempo"]) == (7, 90)
