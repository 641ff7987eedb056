"""Files of the station's machine that become songs of the library: asking for them, and recognising what is there.

A file is recognised three times. By its path, size and time before anything is done, so that an import that broke off
goes on where it was. By the hash of its sound when that has been decoded: the same sound under another name, in another
container or with other tags is one song. And by its fingerprint: the same recording in another encoding is not taken
twice either, unless that was asked for. Whoever imports is told which song it is.
"""

from pathlib import Path

import msgspec

from bandstand.bot.station.lifecycle import end_job, move_song
from bandstand.bot.station.on_air import get_asker
from bandstand.bot.station.ordering import DUPLICATES, LINK, PATH_SHOWN, Order, check_path, find_import, order_song
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.events import SongDiscarded, SongRecognised
from bandstand.common.api.people import Requester
from bandstand.common.api.refusals import ImportedAlready, Refused
from bandstand.common.api.requests import ImportFile, RecogniseFiles
from bandstand.common.api.results import FilesRecognised, Importing
from bandstand.common.api.values import Job, JobState, Purpose, Song, SongBrief, SongState
from bandstand.common.files import format_location, parse_location, show_path
from bandstand.common.generators import IMPORT
from bandstand.common.jobs import Done, Value
from bandstand.common.text import one_line


def import_file(request: ImportFile, by: Requester, tx: Transaction) -> Importing:
    path = check_path(request.path)
    there = _find_imported(tx, path)
    if there is not None:
        raise Refused(ImportedAlready(one_line(show_path(path), PATH_SHOWN), there))
    parameters: dict[str, Value] = {"file": format_location(path)}
    if request.link:
        parameters[LINK] = True
    if request.duplicates:
        parameters[DUPLICATES] = True
    job = order_song(tx, Order(IMPORT, get_asker(by), parameters, seed=0, is_played=False))
    return Importing(job=job.id, song=job.song, file=show_path(path.name))


def _find_imported(tx: Transaction, path: Path) -> SongBrief | None:
    """The song that the file is, unless the file has changed since."""
    location = format_location(path)
    known = tx.originals.find(location)
    if known is None:
        song = find_import(tx, location)
        return song.brief if song else None
    status = path.stat()
    return known.song if (known.size, known.modified) == (status.st_size, status.st_mtime_ns) else None


def recognise_files(request: RecogniseFiles, by: Requester, tx: Transaction) -> FilesRecognised:
    """Which of the files are in the library as they are now."""
    known = []
    for file in request.files:
        found = tx.originals.find(format_location(parse_location(file.path)))
        known.append(found is not None and (found.size, found.modified) == (file.size, file.modified))
    return FilesRecognised(known=tuple(known))


def recognise(tx: Transaction, job: Job, step: Done) -> bool:
    """Whether the library has what was imported already; then the job is over, and nothing is kept of the copy."""
    original = step.original
    if original is None or job.cuts_in or job.purpose is not Purpose.HEAR:
        return False
    same = tx.originals.find_by_sound(original.sound)
    is_same_sound = same is not None
    if same is None and not step.parameters.get(DUPLICATES):
        same = tx.originals.find_by_fingerprint(original.fingerprint, step.seconds)
    if same is None:
        return False
    tx.originals.put(original, same.code)
    _follow_moved_file(tx, tx.songs.get(same.code), step)
    end_job(tx, job, JobState.DONE)
    song = move_song(tx, tx.songs.get(job.song), SongState.READY)
    move_song(tx, song, SongState.DISCARDED)
    tx.publish(SongDiscarded(song=song.code))
    file = show_path(parse_location(original.path).name)
    tx.publish(SongRecognised(job=job.id, place=job.place, file=file, song=same, is_same_sound=is_same_sound))
    return True


def _follow_moved_file(tx: Transaction, song: Song, step: Done) -> None:
    """A linked song is played from where its file is now, if it is not where it was."""
    location = step.files.get("audio", "")
    if "/" in song.audio and "/" in location and not parse_location(song.audio).is_file():
        parameters = {**song.parameters, "file": step.parameters["file"]}
        tx.songs.save(msgspec.structs.replace(song, audio=location, parameters=parameters))


def remember(tx: Transaction, job: Job, step: Done) -> None:
    """Have an imported song recognised from now on."""
    if step.original is not None and job.purpose is Purpose.HEAR:
        tx.originals.put(step.original, job.song)
        tx.originals.put_marks(job.song, step.original.fingerprint)
