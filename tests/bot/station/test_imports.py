"""Files that become songs of the library, and those that are there already."""

from pathlib import Path

import pytest

from bandstand.bot.station import making
from bandstand.common.api.events import JobDone, JobOrdered, SongDiscarded, SongRecognised
from bandstand.common.api.library import FileStamp
from bandstand.common.api.refusals import BadPath, ImportedAlready, NoSongsYet
from bandstand.common.api.requests import GenerateAgain, ImportFile, RecogniseFiles, RemakeSong
from bandstand.common.api.values import JobState, SongState
from bandstand.common.generators import IMPORT
from bandstand.common.jobs import Original
from tests.bot.station.conftest import Station

VALUES = tuple(range(100))


def make_file(folder: Path, name: str = "blue lantern.flac", data: bytes = b"") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def take(station: Station, file: Path, sound: str = "ab", fingerprint: tuple[int, ...] = (), **how: bool) -> str:
    """Import a file; returns the song's code."""
    importing = station.ask(ImportFile(path=str(file), **how))
    claimed = making.claim_import(station.tx)
    assert claimed is not None
    status = file.stat()
    original = Original(
        path=str(file), size=status.st_size, modified=status.st_mtime_ns, sound=sound, fingerprint=fingerprint
    )
    audio = str(file) if how.get("link") else "song.flac"
    parameters = station.get_song(importing.song).parameters
    station.tx.events.clear()
    station.finish(
        importing.job, file.stem, generator=IMPORT, parameters=parameters, original=original, files={"audio": audio}
    )
    return str(importing.song)


def test_a_file_becomes_a_job_that_nobody_hears(station: Station, tmp_path: Path) -> None:
    file = make_file(tmp_path)
    importing = station.ask(ImportFile(path=str(file)))
    assert station.events == [JobOrdered]
    song = station.get_song(importing.song)
    assert (importing.file, song.generator, song.parameters) == ("blue lantern.flac", IMPORT, {"file": str(file)})
    assert station.tx.queue.list_open() == []
    assert station.refuse(ImportFile(path=str(file))) == ImportedAlready(str(file), song.brief)
    assert station.refuse(ImportFile(path=str(file), link=True)) == ImportedAlready(str(file), song.brief)
    assert station.refuse(GenerateAgain()) == NoSongsYet()


def test_imports_do_not_wait_among_the_songs_that_workers_make(station: Station, tmp_path: Path) -> None:
    station.ask(ImportFile(path=str(make_file(tmp_path))))
    assert making.claim_job(station.tx) is None
    claimed = making.claim_import(station.tx)
    assert claimed is not None
    assert claimed.song.generator == IMPORT
    assert making.claim_import(station.tx) is None


def test_a_file_whose_import_failed_may_be_tried_again(station: Station, tmp_path: Path) -> None:
    file = make_file(tmp_path)
    importing = station.ask(ImportFile(path=str(file)))
    station.fail(importing.job)
    assert station.ask(ImportFile(path=str(file))).song != importing.song


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("a.flac", "relative"),
        ("/nowhere/a.flac", "missing"),
        ("/", "folder"),
        ("/dev/null", "device"),
        ("/\x00", "missing"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(station: Station, path: str, problem: str) -> None:
    refused = station.refuse(ImportFile(path=path))
    assert isinstance(refused, BadPath)
    assert refused.problem == problem
    assert refused.path.isprintable()


def test_files_are_known_until_they_change(station: Station, tmp_path: Path) -> None:
    file, other = make_file(tmp_path), make_file(tmp_path, "other.flac")
    take(station, file)

    def stamp(path: Path) -> FileStamp:
        return FileStamp(str(path), path.stat().st_size, path.stat().st_mtime_ns)

    assert station.ask(RecogniseFiles(files=(stamp(file), stamp(other)))).known == (True, False)
    file.write_bytes(b"changed")
    assert station.ask(RecogniseFiles(files=(stamp(file),))).known == (False,)
    assert station.ask(ImportFile(path=str(file))).song


def test_the_same_sound_is_not_taken_twice_and_nothing_is_kept_of_the_copy(station: Station, tmp_path: Path) -> None:
    first = take(station, make_file(tmp_path))
    assert len(station.get_events(JobDone)) == 1
    copy = make_file(tmp_path, "copy.flac", b"other tags")
    again = take(station, copy, duplicates=True)
    assert station.events == [SongDiscarded, SongRecognised]
    [recognised] = station.get_events(SongRecognised)
    assert (recognised.file, recognised.song.code, recognised.is_same_sound) == ("copy.flac", first, True)
    assert station.get_song(again).state is SongState.DISCARDED  # type: ignore[arg-type]
    assert station.tx.songs.count() == 1
    assert station.get_job(recognised.job).state is JobState.DONE
    assert isinstance(station.refuse(ImportFile(path=str(copy))), ImportedAlready)


def test_another_encoding_of_a_recording_is_said_and_taken_only_where_that_is_wanted(
    station: Station, tmp_path: Path
) -> None:
    first = take(station, make_file(tmp_path), fingerprint=VALUES)
    take(station, make_file(tmp_path, "a.opus", b"1"), sound="cd", fingerprint=VALUES)
    [recognised] = station.get_events(SongRecognised)
    assert (recognised.song.code, recognised.is_same_sound) == (first, False)
    take(station, make_file(tmp_path, "b.opus", b"12"), sound="ef", fingerprint=VALUES, duplicates=True)
    assert station.tx.songs.count() == 2


def test_a_linked_file_that_was_moved_is_played_from_where_it_is_now(station: Station, tmp_path: Path) -> None:
    file = make_file(tmp_path)
    code = take(station, file, link=True)
    moved = file.rename(tmp_path / "moved.flac")
    take(station, moved, link=True)
    song = station.get_song(code)  # type: ignore[arg-type]
    assert (song.audio, song.parameters["file"], song.state) == (str(moved), str(moved), SongState.READY)


def test_a_remade_import_is_no_copy(station: Station, tmp_path: Path) -> None:
    file = make_file(tmp_path)
    code = take(station, file)
    job = station.ask(RemakeSong(song=code)).job
    station.finish(job, original=Original(path=str(file), size=0, modified=0, sound="ab"))
    assert station.get_events(SongRecognised) == []
