"""How a song is found, and what is shown of songs, plays and jobs."""

from pathlib import Path

import msgspec
import pytest

from bandstand.bot.station import library, making
from bandstand.common.api.people import Right
from bandstand.common.api.refusals import AmbiguousSong, NoSongsYet, NoSuchJob, NoSuchSong, Refused, StillBeingMade
from bandstand.common.api.requests import (
    AddBookmark,
    CancelJob,
    Enqueue,
    Generate,
    GetJob,
    GetSong,
    GetSongFiles,
    ImportFile,
    ListHistory,
    ListJobs,
    ListSongs,
    Play,
)
from bandstand.common.api.values import EndReason, JobState, SongState
from bandstand.common.jobs import Provenance
from bandstand.common.types import SongCode
from tests.bot.station.conftest import LISTENER, Station


@pytest.mark.parametrize("words", ["blue lantern", "LANTERN", "Straße", "strasse", "ÉTÉ d'azur", " Blue  Lantern "])
def test_a_song_is_found_by_its_words_in_any_case(station: Station, words: str) -> None:
    for title in ("Blue Lantern", "Die Straße", "Été d'Azur"):
        station.store(title)
    assert library.find_song(station.tx, words).title


def test_a_song_is_named_by_its_code_in_any_case(station: Station) -> None:
    code = station.store("One")
    assert library.find_song(station.tx, code.upper()).code == code


def test_a_whole_title_goes_before_words_of_others_and_the_newest_of_the_same_before_older_ones(
    station: Station,
) -> None:
    station.store("Blue Lantern Road")
    station.store("Blue Lantern")
    newest = station.store("Blue Lantern")
    assert library.find_song(station.tx, "blue lantern").code == newest


def test_words_that_fit_several_songs_name_the_first_few(station: Station) -> None:
    for number in range(6):
        station.store(f"Blue Road {number}")
    with pytest.raises(Refused) as refused:
        library.find_song(station.tx, "blue")
    assert isinstance(refused.value.why, AmbiguousSong)
    assert (refused.value.why.count, len(refused.value.why.songs)) == (6, 4)


@pytest.mark.parametrize("words", ["two", "on", "one two"])
def test_an_unknown_song_says_how_many_there_are(station: Station, words: str) -> None:
    station.store("One")
    assert station.refuse(GetSong(song=words)) == NoSuchSong(words, 1)


def test_a_song_that_was_given_up_is_not_found(station: Station) -> None:
    ordered = station.ask(Generate())
    station.ask(CancelJob(job=ordered.job))
    assert station.refuse(GetSong(song=ordered.song)) == NoSuchSong(ordered.song, 0)


def test_without_a_name_it_is_the_song_on_the_air_or_else_the_newest(station: Station) -> None:
    with pytest.raises(Refused) as refused:
        library.find_song_or_current(station.tx, " ")
    assert refused.value.why == NoSongsYet()
    station.store("One")
    station.store("Two")
    assert library.find_song_or_current(station.tx, "").title == "Two"
    station.ask(Play(song="one"))
    assert library.find_song_or_current(station.tx, "").title == "One"
    assert library.find_song_or_current(station.tx, "two").title == "Two"


def test_the_newest_songs_are_listed_with_how_many_there_are(station: Station) -> None:
    for title in ("One", "Two", "Three"):
        station.store(title)
    songs = station.ask(ListSongs(limit=2))
    assert ([song.title for song in songs.songs], songs.total) == (["Three", "Two"], 3)
    rest = station.ask(ListSongs(limit=2, offset=2))
    assert ([song.title for song in rest.songs], rest.total) == (["One"], 3)


def test_the_files_of_a_stored_song_are_told_to_the_process_that_serves_them(station: Station) -> None:
    code = station.store("One")
    files = station.ask(GetSongFiles(song=code))
    assert (files.song.code, files.is_own) == (code, True)
    assert files.audio == f"{files.folder}/song.flac"
    band = station.tx.bands.get_form(station.get_song(code).form or 0)
    assert band is None or files.players == {member.name: member.player for member in band.band.members}
    making = station.get_song(station.ask(Generate()).song)
    assert station.refuse(GetSongFiles(song=making.code)) == StillBeingMade(making.brief, "download")
    assert station.refuse(GetSongFiles(song=SongCode("none"))) == NoSuchSong("none", 1)


def test_the_time_from_the_command_to_the_air_is_that_of_the_first_playing(station: Station) -> None:
    ordered = station.ask(Generate())
    asked = station.tx.now
    assert station.ask(GetSong(song=ordered.song)).to_air is None
    station.begin(ordered.job)
    station.tx.now = asked + 1.5
    station.start(station.get_air().id)
    station.finish(ordered.job)
    station.ask(Play(song=ordered.song))
    station.start(station.get_air().id)
    details = station.ask(GetSong(song=ordered.song))
    assert (details.to_air, details.song.state) == (2.5, SongState.READY)


def test_a_song_is_shown_with_its_ratings_and_bookmarks(station: Station) -> None:
    code = station.store("One")
    station.ask(Play(song=code))
    station.listen(20.0)
    station.ask(AddBookmark(note="here"))
    details = station.ask(GetSong(song=code))
    assert [bookmark.note for bookmark in details.bookmarks] == ["here"]
    assert details.rating.count == 0


def test_what_was_heard_is_listed_the_newest_first_and_what_was_not_is_left_out(station: Station) -> None:
    assert station.ask(ListHistory()).plays == ()
    for title in ("One", "Two", "Three"):
        station.store(title)
        station.ask(Enqueue(song=title))
    for _ in range(2):
        cue = station.listen(1.0)
        station.end(cue.id, EndReason.FINISHED, 90.0)
    plays = station.ask(ListHistory()).plays
    assert [(play.title, play.seconds, play.reason, play.name) for play in plays] == [
        ("Two", 90.0, "finished", "ann"),
        ("One", 90.0, "finished", "ann"),
    ]
    assert len(station.ask(ListHistory(limit=1)).plays) == 1


def test_the_history_begins_with_what_is_on_the_air_and_how_far_it_is(station: Station) -> None:
    for title in ("One", "Two"):
        station.store(title)
        station.ask(Enqueue(song=title))
    assert station.ask(ListHistory()).plays == (), "it is about to begin"
    cue = station.listen(1.0)
    station.end(cue.id, EndReason.FINISHED, 90.0)
    station.listen(20.0)
    plays = station.ask(ListHistory()).plays
    assert [(play.title, play.reason, play.seconds) for play in plays] == [("Two", "", 20.0), ("One", "finished", 90.0)]
    assert len(station.ask(ListHistory(limit=1)).plays) == 1


def test_a_job_is_shown_with_what_its_program_said(station: Station) -> None:
    job = station.ask(Generate()).job
    station.fail(job, "it crashed", Provenance(errors="last"))
    details = station.ask(GetJob(job=job))
    assert (details.job.state, details.generator, details.errors) == (JobState.FAILED, "band", ("last",))
    assert station.refuse(GetJob(job=job + 1)) == NoSuchJob(job + 1, must_be_open=False)


def test_open_jobs_are_listed_the_oldest_first_and_then_the_last_ended(station: Station) -> None:
    jobs = [station.ask(Generate()).job for _ in range(4)]
    making.claim_job(station.tx)
    station.fail(jobs[0], "no")
    station.ask(CancelJob(job=jobs[1]))
    listed = station.ask(ListJobs())
    assert ([job.id for job in listed.jobs], listed.open) == ([jobs[2], jobs[3], jobs[1], jobs[0]], 2)
    assert [job.state for job in listed.jobs[2:]] == [JobState.CANCELLED, JobState.FAILED]
    assert [job.id for job in station.ask(ListJobs(limit=1)).jobs] == [jobs[2], jobs[3]]


def test_a_list_of_jobs_does_not_say_where_somebody_was_or_by_which_address_they_are_counted(station: Station) -> None:
    station.ask(Generate(), msgspec.structs.replace(LISTENER, right=Right.DJ))
    said = msgspec.json.encode(station.ask(ListJobs(), LISTENER)).decode()
    assert '"name":"eve"' in said
    assert "host.example" not in said
    assert "#radio" not in said


def test_what_tells_of_the_stations_machine_is_only_for_those_who_run_it(station: Station, tmp_path: Path) -> None:
    file = tmp_path / "lantern.flac"
    file.touch()
    job = station.ask(ImportFile(path=str(file))).job
    station.begin(job)
    station.finish(job, provenance=Provenance(errors="No such file: /home/ann/x"))

    def see(right: Right) -> tuple[str, str]:
        song = station.ask(GetSong(song="lantern"), msgspec.structs.replace(LISTENER, right=right)).song
        return song.parameters["file"], song.provenance.errors

    assert see(Right.LISTENER) == ("lantern.flac", "")
    assert see(Right.DJ) == ("lantern.flac", "No such file: /home/ann/x")
    assert see(Right.OWNER) == (str(file), "No such file: /home/ann/x")


def test_songs_that_are_still_to_be_made_are_not_counted(station: Station) -> None:
    station.store("Blue Lantern")
    ordered = station.ask(Generate())
    assert station.ask(ListSongs()).total == 1
    station.begin(ordered.job, "Old Road")
    assert [song.title for song in station.ask(ListSongs()).songs] == ["Old Road", "Blue Lantern"]
    assert station.ask(ListSongs()).total == 2
