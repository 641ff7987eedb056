"""Keeping the library: the requests and results about files that become songs, and about what is written of songs.
`requests` and `results` have the unions.
"""

import msgspec

from bandstand.common.api.bases import RequestBase, ResultBase
from bandstand.common.api.values import SongBrief
from bandstand.common.types import SongCode


class FileStamp(msgspec.Struct, frozen=True):
    """A file of the station's machine, by which it is known without being read."""

    path: str
    """As in `ImportFile`."""
    size: int
    """Bytes."""
    modified: int
    """Nanoseconds since 1970."""


# Requests


class ImportFile(RequestBase, frozen=True, tag="import_file"):
    """Take a sound file of the station's machine into the library."""

    path: str
    """From /; or a `file:` URI, for a name whose bytes are no UTF-8."""
    link: bool = False
    """Leave the file where it is and play it from there, rather than keeping a copy of it."""
    duplicates: bool = False
    """Take it also where the library has the same recording in another encoding."""


class RecogniseFiles(RequestBase, frozen=True, tag="recognise_files"):
    """Which of these files are in the library as they are now."""

    files: tuple[FileStamp, ...]


class EditSong(RequestBase, frozen=True, tag="edit_song"):
    """Change what is written of a song. What is left out stays as it is; an empty text, or the year 0, removes it."""

    song: str = ""
    """A code or words of the title; empty: the song on the air."""
    title: str | None = None
    artist: str | None = None
    album: str | None = None
    genre: str | None = None
    year: int | None = None


class TagSong(RequestBase, frozen=True, tag="tag_song"):
    """Give a song words by which it is found, or take some away."""

    song: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class DeleteSong(RequestBase, frozen=True, tag="delete_song"):
    """Remove a song from the library and the queue, with its sound. A file outside of the station's folder stays."""

    song: str


class GetSongFiles(RequestBase, frozen=True, tag="get_song_files"):
    """Where a song's files are on the station's machine, for the process that serves them."""

    song: SongCode


# Results


class Importing(ResultBase, frozen=True, tag="importing"):
    job: int
    song: SongCode
    file: str
    """The file's name, without its folder."""


class FilesRecognised(ResultBase, frozen=True, tag="files_recognised"):
    known: tuple[bool, ...]
    """For each of the files, in their order."""


class SongFiles(ResultBase, frozen=True, tag="song_files"):
    song: SongBrief
    folder: str
    """An absolute path, as the following ones."""
    audio: str
    """May be a `file:` URI, for a name whose bytes are no UTF-8."""
    files: tuple[str, ...]
    """Names in the folder, and `stems/NAME`."""
    is_own: bool
    """It was made here, by a band or a generator; others came as files."""
    is_whole: bool = True
    """False: the song is still being made, and of its files there is the score, as far as it is composed."""
    players: dict[str, str] = {}
    """Part of its score -> the name of whoever plays it."""


class SongEdited(ResultBase, frozen=True, tag="song_edited"):
    song: SongBrief
    album: str
    genre: str
    year: int | None


class SongTagged(ResultBase, frozen=True, tag="song_tagged"):
    song: SongBrief
    tags: tuple[str, ...]
    """All that it has now."""


class SongDeleted(ResultBase, frozen=True, tag="song_deleted"):
    song: SongBrief
    queued: int
    """How many times it was taken out of the queue."""
    is_linked: bool
    """Its file is not the station's, and stays where it is."""
