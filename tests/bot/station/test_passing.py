"""Sound that is heard and not kept: live generators and pipes, and files that are played where they are."""

from pathlib import Path

import pytest

from bandstand.bot.station import making
from bandstand.bot.station.on_air import make_plan
from bandstand.common.api.events import JobDone, LiveEnded
from bandstand.common.api.refusals import BadPath, BadRequest, IsLive, NoSuchSong
from bandstand.common.api.requests import Generate, Play, PlayFile, PlayPipe, RemakeSong, Seek, Skip, Stop
from bandstand.common.api.results import Playing
from bandstand.common.api.values import EndReason, JobState, SongState
from bandstand.common.generators import FILE, IMPORT, PIPE
from bandstand.common.jobs import Begun, Passed
from tests.bot.station.conftest import Station


def begin_live(station: Station, title: str = "Endless") -> int:
    job: int = station.ask(PlayPipe(pipe=7)).job
    station.claim()
    making.record_begun(station.tx, job, Begun(title, "a pipe", 0.0, is_live=True))
    station.listen(0.0)
    return job


def end_current(station: Station, reason: EndReason) -> None:
    station.end(station.get_air().id, reason)


def state_of(station: Station, job: int) -> tuple[SongState, JobState]:
    found = station.get_job(job)
    return station.tx.songs.get(found.song).state, found.state


def test_live_sound_goes_on_until_it_is_skipped_and_is_gone_then(station: Station) -> None:
    job = begin_live(station)
    assert state_of(station, job) == (SongState.BEGUN, JobState.RUNNING)
    station.ask(Skip())
    end_current(station, EndReason.SKIPPED)
    assert state_of(station, job) == (SongState.GONE, JobState.DONE)
    assert [event.job for event in station.get_events(LiveEnded)] == [job]
    assert isinstance(station.refuse(Play(song="Endless")), NoSuchSong)


def test_live_sound_that_is_cut_goes_on_to_the_cut_and_is_over_then(station: Station) -> None:
    song = station.store("Road")
    job = begin_live(station)
    live = station.get_air().id
    station.ask(Play(song=song))
    assert state_of(station, job)[1] is JobState.RUNNING
    station.end(live, EndReason.CUT)
    assert state_of(station, job) == (SongState.GONE, JobState.DONE)


def test_live_sound_that_is_to_come_back_waits(station: Station) -> None:
    song = station.store("Road")
    job = begin_live(station)
    live = station.get_air().id
    station.ask(Play(song=song, resumes=True))
    station.end(live, EndReason.CUT)
    assert state_of(station, job) == (SongState.BEGUN, JobState.RUNNING)


def test_a_stop_keeps_it_for_the_resume(station: Station) -> None:
    job = begin_live(station)
    station.ask(Stop())
    end_current(station, EndReason.STOPPED)
    assert state_of(station, job) == (SongState.BEGUN, JobState.RUNNING)


def test_there_is_no_other_place_in_live_sound(station: Station) -> None:
    begin_live(station)
    assert isinstance(station.refuse(Seek(seconds=10)), IsLive)


def test_at_its_own_end_the_streamer_plays_what_it_has(station: Station) -> None:
    job = begin_live(station)
    making.record_passed(station.tx, job, Passed(12.5))
    assert state_of(station, job) == (SongState.GONE, JobState.DONE)
    assert make_plan(station.tx).keep is not None
    [ended] = station.get_events(LiveEnded)
    assert ended.song.seconds == 12.5
    end_current(station, EndReason.FINISHED)
    assert station.air is None
    making.record_passed(station.tx, job, Passed(99.0))  # late: changes nothing


def test_no_program_can_say_that_it_is_live(station: Station) -> None:
    job = station.ask(Generate()).job
    station.begin(job, "Song", live=True)
    assert "live" not in station.tx.songs.get(station.get_job(job).song).facts


def test_a_file_is_played_where_it_is_and_gone_when_it_was_heard(station: Station, tmp_path: Path) -> None:
    path = tmp_path / "tide.mp3"
    path.touch()
    job = station.ask(PlayFile(path=str(path))).job
    station.claim()
    station.finish(job, "Low Tide", generator=FILE, files={"audio": str(path)})
    assert [event.is_kept for event in station.get_events(JobDone)] == [False]
    assert (station.air, make_plan(station.tx).current.audio) == ("Low Tide", str(path))  # type: ignore[union-attr]
    station.listen(0.0)
    end_current(station, EndReason.FINISHED)
    assert state_of(station, job)[0] is SongState.GONE


def test_a_file_to_keep_is_heard_while_it_is_imported_and_once_it_is_there_at_once(
    station: Station, tmp_path: Path
) -> None:
    path = tmp_path / "tide.mp3"
    path.touch()
    request = PlayFile(path=str(path), keep=True)
    job = station.ask(request).job
    station.claim()
    making.record_begun(station.tx, job, Begun("Low Tide", "Ann", 8.0, source=str(path)))
    assert make_plan(station.tx).current.audio == str(path)  # type: ignore[union-attr]
    station.finish(job, "Low Tide", generator=IMPORT)
    assert make_plan(station.tx).current.audio == "song.flac"  # type: ignore[union-attr]
    station.listen(0.0)
    end_current(station, EndReason.FINISHED)
    assert state_of(station, job)[0] is SongState.READY
    assert isinstance(station.ask(request), Playing)


def test_what_is_no_file_of_this_machine_is_refused(station: Station, tmp_path: Path) -> None:
    assert station.refuse(PlayFile(path="tide.mp3")) == BadPath("tide.mp3", "relative")
    assert station.refuse(PlayFile(path=str(tmp_path))) == BadPath(str(tmp_path), "folder")


@pytest.mark.parametrize("keep", [True, False])
def test_what_was_said_of_a_pipe_goes_to_the_worker(keep: bool, station: Station) -> None:
    request = PlayPipe(pipe=7, keep=keep, format="s16le", rate=44_100, channels=1, title="Low\nTide")
    job = station.ask(request).job
    song = station.tx.songs.get(station.get_job(job).song)
    assert (song.generator, song.parameters) == (
        PIPE,
        {"pipe": 7, "keep": keep, "format": "s16le", "rate": 44_100, "channels": 1, "title": "Low Tide"},
    )


def test_what_the_station_did_not_make_is_not_made_again(station: Station) -> None:
    job = station.ask(PlayPipe(pipe=7, keep=True)).job
    station.claim()
    station.finish(job, "Pipe", generator=PIPE)
    assert isinstance(station.refuse(RemakeSong(song="Pipe")), BadRequest)
