"""Keeping the library: the requests and results about files that become songs, and about what is written of songs.
`requests` and `results` have the unions.
"""

import msgspec

from bandstand.common.api.bases import RequestBase, ResultBase


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


# Results


class FilesRecognised(ResultBase, frozen=True, tag="files_recognised"):
    known: tuple[bool, ...]
    """For each of the files, in their order."""
