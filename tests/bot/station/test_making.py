"""Jobs on their way through workers, and what workers say."""

import msgspec
import pytest

from bandstand.bot.station import bands, making, on_air, ordering, transitions
from bandstand.bot.station.making import compare_provenance
from bandstand.common.api.events import (
    BackgroundJobFailed,
    BackgroundJobOrdered,
    BandBred,
    JobBegun,
    JobDone,
    JobFailed,
    JobHeld,
    JobNoticed,
    JobReturned,
    Likeness,
    QueueChanged,
    SongExported,
    SongRemade,
)
from bandstand.common.api.requests import (
    CancelJob,
    CompareSongs,
    EvolveBand,
    ExportSong,
    Generate,
    Play,
    Rate,
    RemakeSong,
    Stop,
)
from bandstand.common.api.values import JobState, Section, SongState
from bandstand.common.background_jobs import Bred, Exported, Refused
from bandstand.common.generators import COMPARE
from bandstand.common.jobs import Failed, Provenance
from bandstand.common.types import Frames
from tests.bot.station.conftest import CONSOLE, LENGTH, Station, make_done


def test_the_job_that_waits_longest_is_claimed_once(station: Station) -> None:
    first, second = (station.ask(Generate(seed=seed, parameters={"key": "Dm"})) for seed in (1, 2))
    claimed = making.claim_job(station.tx)
    assert claimed is not None
    assert (claimed.job.id, claimed.job.state, claimed.compared) == (first.job, JobState.RUNNING, None)
    assert (claimed.song.code, claimed.song.seed, claimed.song.parameters) == (first.song, 1, {"key": "Dm"})
    assert station.claim() == second.job
    assert making.claim_job(station.tx) is None


def test_a_worker_is_told_who_plays(station: Station) -> None:
    station.settle_bands()
    station.ask(Generate(generator="rock"))
    claimed = making.claim_job(station.tx)
    assert claimed is not None and claimed.band is not None
    assert claimed.band.name == "Gravel Theory"


def test_a_worker_is_told_the_two_songs_of_a_comparison(station: Station) -> None:
    one, two = station.store("One"), station.store("Two")
    station.ask(CompareSongs(first=one, second=two, bars=2))
    claimed = making.claim_job(station.tx)
    assert claimed is not None and claimed.compared is not None
    first, second, bars = claimed.compared
    assert ({first.code, second.code}, bars, claimed.song.generator) == ({one, two}, 2, COMPARE)


def test_a_generated_song_cuts_in_when_it_has_begun_and_not_before(station: Station) -> None:
    ordered = station.ask(Generate())
    assert station.air is None
    station.begin(ordered.job, "Blue\nLantern", Section("intro", 1), tempo=120)
    assert station.air == "Blue Lantern"
    song = station.get_song(ordered.song)
    assert (song.state, song.facts, song.sections) == (SongState.BEGUN, {"tempo": 120}, (Section("intro", 1),))
    [begun] = station.get_events(JobBegun)
    assert (begun.job, begun.song.title, begun.place, begun.seconds) == (ordered.job, "Blue Lantern", CONSOLE, LENGTH)
    assert QueueChanged in station.events


def test_the_stations_own_first_song_cuts_in_on_silence_alone(station: Station) -> None:
    ordering.order_first_song(station.tx)
    job = station.claim()
    station.begin(job)
    assert station.air == "Blue Lantern"


@pytest.mark.parametrize("over", [False, True])
def test_the_stations_own_first_song_cuts_off_nothing_that_somebody_put_on_meanwhile(
    station: Station, over: bool
) -> None:
    ordering.order_first_song(station.tx)
    job = station.claim()
    station.store("Old Road")
    station.ask(Play(song="old road"))
    station.begin(job)
    assert (station.air, station.queue) == ("Old Road", [])
    if over:
        station.end(station.get_air().id)
    station.finish(job)
    assert (station.air, station.queue) == (None if over else "Old Road", [])


def test_the_stations_own_first_song_does_not_undo_a_stop(station: Station) -> None:
    ordering.order_first_song(station.tx)
    job = station.claim()
    station.ask(Stop())
    station.begin(job)
    station.finish(job)
    assert station.air is None and on_air.is_stopped(station.tx)


def test_a_song_made_for_the_queue_waits_its_turn(station: Station) -> None:
    station.store("Old Road")
    station.ask(Play(song="old road"))
    station.begin(station.ask(Generate(cuts_in=False)).job)
    assert (station.air, station.queue) == ("Old Road", ["Blue Lantern"])


def test_a_song_made_for_the_queue_goes_on_the_air_where_nothing_is(station: Station) -> None:
    station.begin(station.ask(Generate(cuts_in=False)).job)
    assert (station.air, station.queue) == ("Blue Lantern", [])


def test_a_finished_song_is_stored_with_all_that_is_known_of_it(station: Station) -> None:
    ordered = station.ask(Generate())
    station.begin(ordered.job)
    station.tx.events.clear()
    came = Provenance(program="abc", version="2", sound="d" * 64, status=0, errors="last words", notes=["it clips"])
    labels = {"album": "Night Buses", "genre": "Dub\none", "year": 1994}
    station.finish(ordered.job, provenance=came, cue_in=0.4, cue_out=88.5, next_at=85.0, **labels)
    song, job = station.get_song(ordered.song), station.get_job(ordered.job)
    assert (song.album, song.genre, song.year) == ("Night Buses", "Dub one", 1994)
    assert (song.cue_in, song.cue_out, song.next_at) == (0.4, 88.5, 85.0)
    assert (song.state, song.audio, song.loudness, song.peak, song.making) == (
        SongState.READY, "song.flac", -16.2, -1.5, 2.0,
    )  # fmt: skip
    assert song.provenance == came
    assert (job.state, job.finished, job.reason) == (JobState.DONE, station.tx.now, "")
    [done] = station.get_events(JobDone)
    assert (done.job, done.song.title, done.place, done.making) == (ordered.job, "Blue Lantern", CONSOLE, 2.0)


def test_a_failed_job_is_told_to_the_place_that_asked_with_the_last_of_its_words(station: Station) -> None:
    ordered = station.ask(Generate())
    station.claim()
    station.tx.events.clear()
    words = "\n".join(f"line {number}" for number in range(20))
    station.fail(ordered.job, "no such\nsoundfont", Provenance(errors=words, status=1))
    [failed] = station.get_events(JobFailed)
    assert (failed.job, failed.place, failed.reason) == (ordered.job, CONSOLE, "no such soundfont")
    assert failed.errors == tuple(f"line {number}" for number in range(14, 20))
    assert (station.get_job(ordered.job).state, station.get_job(ordered.job).reason) == (
        JobState.FAILED, "no such soundfont",
    )  # fmt: skip
    assert station.get_song(ordered.song).provenance.status == 1
    assert station.get_song(ordered.song).state is SongState.FAILED


def hold(station: Station, job: int, made: int = 0) -> None:
    making.record_held(station.tx, job, Failed("the disk is full", is_disk_full=True), Frames(made))


def test_a_job_for_which_there_is_no_room_waits_and_is_told(station: Station) -> None:
    ordered = station.ask(Generate(cuts_in=False))
    station.claim()
    hold(station, ordered.job)
    [held] = station.get_events(JobHeld)
    assert (held.job, held.place, held.reason) == (ordered.job, CONSOLE, "the disk is full")
    assert station.get_job(ordered.job).state is JobState.WAITING
    station.begin(ordered.job)
    assert station.air == "Blue Lantern"


def test_a_song_that_breaks_off_for_want_of_room_goes_on_there_when_it_is_made(station: Station) -> None:
    ordered = station.ask(Generate())
    station.begin(ordered.job)
    [cue] = station.tx.queue.list_open()
    station.tx.queue.save(msgspec.structs.replace(cue, started=station.tx.now))
    hold(station, ordered.job, 48_000)
    assert station.get_song(ordered.song).state is SongState.MAKING
    air, rest = station.tx.queue.list_open()
    assert (air.id, rest.song.code, rest.start) == (cue.id, ordered.song, 48_000)
    assert transitions.plan_transition(air, rest, crossfade=5.0) == transitions.GAPLESS


def test_a_song_of_which_nothing_was_heard_is_first_when_it_is_made(station: Station) -> None:
    ordered = station.ask(Generate())
    station.begin(ordered.job)
    hold(station, ordered.job, 48_000)
    assert station.air is None
    station.begin(ordered.job)
    assert station.air == "Blue Lantern"


def test_a_failed_song_leaves_the_queue(station: Station) -> None:
    ordered = station.ask(Generate(cuts_in=False))
    station.claim()
    station.fail(ordered.job)
    assert station.tx.queue.list_open() == []


@pytest.mark.parametrize("end", ["done", "failed", "cancelled"])
def test_a_step_about_a_job_that_is_over_changes_nothing_at_all(station: Station, end: str) -> None:
    job = station.ask(Generate()).job
    station.begin(job)
    if end == "cancelled":
        station.ask(CancelJob(job=job))
    elif end == "done":
        station.finish(job)
    else:
        station.fail(job)
    before = (station.get_job(job), station.get_song(station.get_job(job).song), station.tx.queue.list_open())
    station.tx.events.clear()
    station.begin(job, "Another")
    station.fail(job, "another")
    station.finish(job, "Another")
    assert before == (station.get_job(job), station.get_song(station.get_job(job).song), station.tx.queue.list_open())
    assert station.events == []


def test_what_is_odd_about_a_song_is_told_to_whoever_asked(station: Station) -> None:
    job = station.ask(Generate()).job
    station.tx.events.clear()
    making.record_noticed(station.tx, job, "it\nclips")
    assert station.tx.events == [JobNoticed(job=job, generator="band", place=CONSOLE, notice="it clips")]


# The bot starts again


def test_jobs_that_ran_when_the_bot_ended_are_made_again(station: Station) -> None:
    ordered = station.ask(Generate())
    station.begin(ordered.job)
    station.tx.events.clear()
    making.return_jobs(station.tx, [])
    assert station.get_events(JobReturned) == [JobReturned(job=ordered.job)]
    assert station.get_song(ordered.song).state is SongState.MAKING
    assert station.claim() == ordered.job


def test_a_job_that_is_begun_again_does_not_cut_in_twice(station: Station) -> None:
    job = station.ask(Generate()).job
    station.begin(job)
    making.return_jobs(station.tx, [])
    station.begin(job)
    assert len(station.tx.queue.list_of_job(job)) == 1
    assert station.air == "Blue Lantern"


def test_what_a_worker_finished_while_the_bot_was_away_is_recorded(station: Station) -> None:
    ordered, other = station.ask(Generate()), station.ask(Generate())
    station.begin(ordered.job)
    station.claim()
    station.tx.events.clear()
    making.return_jobs(station.tx, [make_done(ordered.song), make_done("zzzz")])
    assert station.get_job(ordered.job).state is JobState.DONE
    assert station.get_song(ordered.song).state is SongState.READY
    assert [done.job for done in station.get_events(JobDone)] == [ordered.job]
    assert [back.job for back in station.get_events(JobReturned)] == [other.job]
    assert station.air == "Blue Lantern"


def test_a_song_that_was_begun_and_finished_while_the_bot_was_away_cuts_in_all_the_same(station: Station) -> None:
    ordered = station.ask(Generate())
    station.claim()
    making.return_jobs(station.tx, [make_done(ordered.song)])
    assert station.air == "Blue Lantern"
    assert station.tx.queue.list_of_job(ordered.job) != []


# Songs that are made again


def test_the_verdict_tells_sound_and_program_apart() -> None:
    before = Provenance(sound="a", program="p")
    assert compare_provenance(before, before) is Likeness.SAME
    assert compare_provenance(before, Provenance(sound="a", program="q")) is Likeness.SAME_THOUGH_CHANGED
    assert compare_provenance(before, Provenance(sound="b", program="q")) is Likeness.CHANGED_PROGRAM
    assert compare_provenance(before, Provenance(sound="b", program="p")) is Likeness.CHANGED_SOUND
    older = Provenance(sound="a", composer=1)
    assert compare_provenance(older, Provenance(sound="b", composer=2)) is Likeness.NEWER_COMPOSER
    assert compare_provenance(older, Provenance(sound="a", composer=2)) is Likeness.SAME
    assert compare_provenance(older, Provenance(sound="b", composer=1)) is Likeness.CHANGED_SOUND
    assert compare_provenance(Provenance(), before) is Likeness.NO_FINGERPRINT


def test_a_remake_is_made_unheard_and_the_verdict_told_to_whoever_asked(station: Station) -> None:
    code = station.store("One")
    station.tx.songs.save(
        # as it was made the first time
        msgspec.structs.replace(station.get_song(code), provenance=Provenance(sound="a", program="p"))
    )
    remaking = station.ask(RemakeSong(song="one"))
    claimed = making.claim_job(station.tx)
    assert claimed is not None
    assert (claimed.job.id, claimed.song.code) == (remaking.job, remaking.song)
    station.tx.events.clear()
    station.finish(remaking.job, "One", provenance=Provenance(sound="b", program="q"))
    [remade] = station.get_events(SongRemade)
    assert (remade.job, remade.original.code, remade.song) == (remaking.job, code, remaking.song)
    assert (remade.likeness, remade.program_before, remade.program_now) == (Likeness.CHANGED_PROGRAM, "p", "q")
    assert remade.place == CONSOLE
    assert station.tx.queue.list_open() == []


# Background jobs


def order_breeding(station: Station) -> BackgroundJobOrdered:
    station.settle_bands()
    job = station.ask(Generate(generator="rock")).job
    station.begin(job)
    station.listen(30.0)
    station.ask(Rate(value=1))
    station.ask(EvolveBand(band="rock"))
    [ordered] = station.get_events(BackgroundJobOrdered)
    station.tx.events.clear()
    return ordered


def test_a_bred_band_plays_from_now_on_and_whoever_asked_is_told(station: Station) -> None:
    ordered = order_breeding(station)
    result = Bred(bands.find_band(station.tx, "pop").band, 300, ("tempo 134 to 105",))
    making.record_background_result(station.tx, ordered, result)
    told = BandBred(
        place=CONSOLE, band="Gravel Theory", generation=2, candidates=300, changes=("tempo 134 to 105",)
    )  # fmt: skip
    assert station.tx.events == [told]
    assert next(form for form in station.tx.bands.list_all() if form.slug == ordered.slug).generation == 2
    station.tx.events.clear()
    making.record_background_result(station.tx, ordered, result)
    assert [bred.generation for bred in station.get_events(BandBred)] == [0], "the band has changed meanwhile"


def test_ratings_that_say_nothing_leave_the_band_as_it_is(station: Station) -> None:
    ordered = order_breeding(station)
    making.record_background_result(station.tx, ordered, Bred(None))
    assert [bred.generation for bred in station.get_events(BandBred)] == [None]
    assert bands.find_band(station.tx, "rock").generation == 1


def test_what_went_wrong_in_the_background_is_told(station: Station) -> None:
    ordered = order_breeding(station)
    for result in (Refused("the disk is full"), Exported(("/songs/abc/song.mid",))):
        making.record_background_result(station.tx, ordered, result)
    told, exported = station.tx.events
    assert told == BackgroundJobFailed(place=CONSOLE, subject="Gravel Theory", reason="the disk is full")
    assert isinstance(exported, SongExported)
    assert exported.files == ("/songs/abc/song.mid",)


def test_what_was_bred_without_being_asked_for_changes_nothing(station: Station) -> None:
    order_breeding(station)
    station.store("One")
    station.ask(ExportSong(song="one", kind="midi"))
    [ordered] = station.get_events(BackgroundJobOrdered)
    station.tx.events.clear()
    making.record_background_result(station.tx, ordered, Bred(bands.find_band(station.tx, "pop").band, 1, ()))
    assert station.events == [BackgroundJobFailed]
