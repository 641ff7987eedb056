"""Ordering songs: generate, again, import, remake, export, cancel, and what one person may have under way."""

import msgspec
import pytest

from bandstand.bot.station import bands, ordering
from bandstand.common.api.events import BackgroundJobOrdered, JobCancelled, JobOrdered, QueueChanged
from bandstand.common.api.people import Place, Right
from bandstand.common.api.refusals import (
    BadParameter,
    GeneratorGone,
    IsComparison,
    NoSongsYet,
    NoSuchBand,
    NoSuchExport,
    NoSuchJob,
    StillBeingMade,
    TooManyJobs,
    TooManyQueued,
)
from bandstand.common.api.requests import (
    CancelJob,
    CompareSongs,
    Enqueue,
    ExportSong,
    Generate,
    GenerateAgain,
    RemakeSong,
)
from bandstand.common.api.values import JobState, Purpose, Song, SongState
from bandstand.common.background_jobs import EXPORTS, Export
from bandstand.common.generators import Generator, Parameter
from tests.bot.station.conftest import CONSOLE, Station, make_person

MINE = Generator(command=["mine"], parameters={"tempo": Parameter(type="int", min=40, max=200, default=120)})


def get_newest(station: Station) -> Song:
    song = station.tx.songs.get_newest()
    assert song is not None
    return song


def get_band(station: Station, song: Song) -> str:
    return bands.get_slug(station.tx, song.form)


def test_generate_answers_with_its_job_and_wakes_the_workers(station: Station) -> None:
    ordered = station.ask(Generate(parameters={"key": "Dm"}))
    assert station.tx.events == [JobOrdered(job=ordered.job, song=ordered.song, place=CONSOLE)]
    song, job = get_newest(station), station.get_job(ordered.job)
    assert (song.code, song.parameters, song.state) == (ordered.song, {"key": "Dm"}, SongState.MAKING)
    assert (job.state, job.name, job.person, job.cuts_in) == (JobState.WAITING, "ann", "console", True)
    assert station.tx.queue.list_open() == []


def test_a_song_for_the_queue_has_its_place_at_once(station: Station) -> None:
    ordered = station.ask(Generate(cuts_in=False))
    assert station.events == [QueueChanged, JobOrdered]
    [cue] = station.get_queue()
    assert (cue.job, cue.song.code, cue.name) == (ordered.job, ordered.song, "ann")


def test_seeds_are_kept_and_else_drawn(station: Station) -> None:
    assert station.get_song(station.ask(Generate(seed=5)).song).seed == 5
    assert station.get_song(station.ask(Generate(seed=0)).song).seed == 0
    drawn = {station.get_song(station.ask(Generate()).song).seed for _ in range(5)}
    assert len(drawn) == 5


def test_again_takes_the_last_songs_parameters_with_a_new_seed(station: Station) -> None:
    assert station.refuse(GenerateAgain()) == NoSongsYet()
    station.ask(Generate(parameters={"key": "Dm", "tempo": "90"}, seed=5))
    station.ask(GenerateAgain(parameters={"tempo": "100"}))
    song = get_newest(station)
    assert (song.parameters, song.seed != 5) == ({"key": "Dm", "tempo": 100}, True)


@pytest.mark.parametrize("words", ["trio-maresol", "trio maresol", "bossa", "Bossa"])
def test_a_band_or_a_style_can_be_asked_for_and_again_keeps_it(station: Station, words: str) -> None:
    station.settle_bands()
    station.ask(Generate(generator=words, parameters={"key": "Dm", "tempo": "130", "minutes": "2"}))
    song = get_newest(station)
    assert (get_band(station, song), song.parameters) == ("trio-maresol", {"key": "Dm", "tempo": 130, "minutes": 2})
    station.ask(GenerateAgain())
    assert get_band(station, get_newest(station)) == "trio-maresol"
    assert get_newest(station).form != song.form, "each song is a variation of its own"


def test_words_for_a_song_are_understood_and_what_is_not_is_told(station: Station) -> None:
    station.settle_bands()
    ordered = station.ask(Generate(generator="slow bosa in Dm, purple", parameters={"energy": 0.2}))
    song = station.tx.songs.get(ordered.song)
    assert (song.parameters["key"], song.parameters["energy"]) == ("Dm", 0.2)
    assert 80 < song.parameters["tempo"] < 115
    assert (ordered.understood.style, ordered.understood.unknown) == ("bossa", ("purple",))
    assert ordered.understood.taken == {"bosa": "bossa"}


@pytest.mark.parametrize("words", ["purple", "mine fast", "something purple"])
def test_words_that_say_nothing_are_no_song(station: Station, words: str) -> None:
    station.settle_bands()
    station.declare(mine=Generator(callable="mine:make"))
    assert isinstance(station.refuse(Generate(generator=words)), NoSuchBand)


def test_a_song_without_a_band_gets_one_and_one_made_again_keeps_it(station: Station) -> None:
    station.settle_bands()
    ordered = station.ask(Generate())
    assert get_band(station, station.get_song(ordered.song)) != ""
    station.begin(ordered.job)
    station.finish(ordered.job)
    remaking = station.ask(RemakeSong(song=ordered.song))
    first, again = station.get_song(ordered.song), station.get_song(remaking.song)
    assert (first.form, first.seed, first.parameters) == (again.form, again.seed, again.parameters)


def test_the_users_generators_are_checked_before_anything_is_written(station: Station) -> None:
    station.declare(mine=MINE)
    refused = station.refuse(Generate(generator="mine", parameters={"tempo": "9"}))
    assert refused == BadParameter("tempo: 9 is not a whole number from 40 to 200")
    unknown = station.refuse(Generate(generator="mien"))
    assert isinstance(unknown, NoSuchBand)
    assert (unknown.words, unknown.generators) == ("mien", ("mine",))
    assert station.tx.songs.get_newest() is None
    station.ask(Generate(generator="Mine", parameters={"tempo": "90"}))
    song = get_newest(station)
    assert (song.generator, song.parameters, song.form) == ("mine", {"tempo": 90, "duration": 120.0}, None)
    station.ask(GenerateAgain(parameters={"duration": "30"}))
    assert get_newest(station).parameters == {"tempo": 90, "duration": 30.0}
    station.declare()
    assert station.refuse(GenerateAgain()) == GeneratorGone("mine")


@pytest.mark.parametrize(
    ("generator", "parameters", "said"),
    [
        ("", {"tempo": "9"}, "tempo: 9 is not a number of beats a minute from 50 to 200"),
        ("rock", {"tempo": "fast"}, "tempo: fast is not"),
        ("bossa", {"key": "H"}, "key: 'H' is not a key"),
        ("", {"temp": "100"}, "did you mean tempo"),
    ],
)
def test_what_is_asked_of_a_band_is_checked_before_anything_is_written(
    station: Station, generator: str, parameters: dict[str, str], said: str
) -> None:
    station.settle_bands()
    refused = station.refuse(Generate(generator=generator, parameters=parameters))  # type: ignore[arg-type]
    assert isinstance(refused, BadParameter)
    assert said in refused.problem
    assert station.tx.jobs.list_in_state(*JobState) == []


def test_a_person_has_only_so_many_open_jobs(station: Station) -> None:
    station.tx.rules = msgspec.structs.replace(station.tx.rules, open_jobs=2)
    ann = make_person("ann")
    jobs = [station.ask(Generate(), ann).job for _ in range(2)]
    assert station.refuse(Generate(), ann) == TooManyJobs(2)
    assert station.refuse(GenerateAgain(), ann) == TooManyJobs(2)
    station.ask(Generate(), make_person("bob"))
    station.ask(Generate(), make_person("ann", Right.ADMIN))
    station.ask(CancelJob(job=jobs[0]), ann)
    assert station.refuse(Generate(), ann) == TooManyJobs(2)  # the one that was asked for as an admin counts, too
    station.ask(CancelJob(job=jobs[1]), ann)
    station.ask(Generate(), ann)


def test_a_song_for_the_queue_counts_as_one_in_the_queue(station: Station) -> None:
    station.tx.rules = msgspec.structs.replace(station.tx.rules, queued_songs=1)
    ann = make_person("ann")
    station.ask(Generate(cuts_in=False), ann)
    assert isinstance(station.refuse(Generate(cuts_in=False), ann), TooManyQueued)
    station.ask(Generate(), ann)


def test_cancel_ends_the_job_and_gives_up_the_place_in_the_queue(station: Station) -> None:
    ordered = station.ask(Generate(cuts_in=False))
    station.claim()
    bob = make_person("bob")
    station.ask(CancelJob(job=ordered.job), bob)
    assert station.queue == []
    assert station.get_events(JobCancelled) == [
        JobCancelled(job=ordered.job, song=ordered.song, place=CONSOLE, name="ann", by="bob", by_place=bob.place)
    ]
    assert station.get_job(ordered.job).state is JobState.CANCELLED
    assert station.get_song(ordered.song).state is SongState.FAILED
    assert station.refuse(CancelJob(job=ordered.job)) == NoSuchJob(ordered.job)
    assert station.refuse(CancelJob(job=10**12)) == NoSuchJob(10**12)


def test_a_new_station_makes_a_song_by_itself_and_another_one_does_not(station: Station) -> None:
    ordering.order_first_song(station.tx)
    ordering.order_first_song(station.tx)
    [job] = station.tx.jobs.list_in_state(JobState.WAITING)
    assert (job.place, job.cuts_in) == (Place("station"), True)


# Remake and export


def test_what_is_not_made_cannot_be_made_again_nor_exported(station: Station) -> None:
    assert station.refuse(RemakeSong()) == NoSongsYet()
    song = station.get_song(station.ask(Generate()).song)
    assert station.refuse(RemakeSong()) == StillBeingMade(song.brief, "remake")
    assert station.refuse(ExportSong(song=song.code, kind="midi")) == StillBeingMade(song.brief, "export")


def test_a_remake_is_of_the_song_on_the_air_or_else_the_newest(station: Station) -> None:
    one, two = station.store("One"), station.store("Two")
    remaking = station.ask(RemakeSong())
    assert remaking.original.code == two
    job = station.get_job(remaking.job)
    assert (job.purpose, job.original, job.cuts_in) == (Purpose.REMAKE, two, False)
    station.ask(Enqueue(song=one))
    assert station.ask(RemakeSong()).original.code == one


def test_a_comparison_is_not_made_again(station: Station) -> None:
    comparing = station.ask(CompareSongs(first=station.store("One"), second=station.store("Two")))
    station.begin(comparing.job, "One or Two")
    station.finish(comparing.job, "Mix")
    assert station.refuse(RemakeSong(song=comparing.song)) == IsComparison(station.get_song(comparing.song).brief)


def test_an_export_is_a_background_job_for_a_stored_song(station: Station) -> None:
    code = station.store("Blue Lantern")
    exporting = station.ask(ExportSong(song="blue lantern", kind="MusicXML"))
    assert (exporting.song.code, exporting.kind) == (code, "musicxml")
    [ordered] = station.get_events(BackgroundJobOrdered)
    assert (ordered.work, ordered.place) == (Export(code, "musicxml", audio="song.flac"), CONSOLE)
    assert ordered.subject == f'"Blue Lantern" ({code})'
    assert station.refuse(ExportSong(song=code, kind="cassette\x07")) == NoSuchExport("cassette", EXPORTS)
