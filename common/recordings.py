"""Recordings of what was on the air: where they are, and what is written down of each.

Each has a folder of its own below `[recordings] directory`, named by its time and code (`2026-11-27-2000-7kq3`), with
one sound file for each format and a sheet (`recording.json`): every title with its song and its time. While it is
written the folder's name ends in `PARTIAL`; one rename makes all of it whole at once. Knows names and values; makes
nothing.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec

from bandstand.common.errors import UnusableFile
from bandstand.common.files import resolve_path
from bandstand.common.paths import Paths
from bandstand.common.plain_values import Fault, PathText
from bandstand.common.text import cut_bytes, one_line

SHEET: Final = "recording.json"
PARTIAL: Final = ".partial"
NAME: Final = re.compile(r"\d{4}-\d\d-\d\d-\d{4}-([a-z0-9]{4,12})")
"""Of the folder of a recording that is whole."""
LONGEST_TITLE: Final = 300
"""Bytes of a title on a sheet."""
SUFFIXES: Final = {"flac": "flac", "opus": "opus", "mp3": "mp3"}
TYPES: Final = {"flac": "audio/flac", "opus": "audio/ogg", "mp3": "audio/mpeg"}
"""What a file of each format is called on the web."""
RecordingFormat = Literal["flac", "opus", "mp3"]
PublicRecordings = Literal["own", "shows", "all", "none"]


class Recordings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The section `[recordings]`."""

    enabled: bool = False
    """Everything is recorded, until somebody says `record off`; otherwise shows with `record = true`, and what
    `record on` begins."""
    formats: Annotated[list[RecordingFormat], msgspec.Meta(min_length=1, max_length=3)] = msgspec.field(
        default_factory=lambda: ["flac", "opus"]
    )
    bitrate: Annotated[int, msgspec.Meta(ge=32, le=320)] = 128
    """kbit/s of Opus and MP3."""
    directory: PathText = ""
    """Relative to the configuration file; empty: `recordings` in the station's directory."""
    cut: Literal["show", "hour"] = "show"
    """`show`: one recording for each show, and for each hour outside of shows; `hour`: for each hour of a show, too.
    Always at a song's start."""
    limit: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] = 50.0
    """GB that all recordings may take; beyond that the oldest are removed. 0: no limit."""
    days: Annotated[float, msgspec.Meta(ge=0, le=100_000)] = 0.0
    """Days for which a recording is kept; 0: as long as there is room."""
    public: PublicRecordings = "own"
    """Which are on the page and in the podcast by themselves; `recording publish` and `recording hide` change that.
    `own`: shows in which every song was made here; imported ones are somebody else's. `shows`: every show."""

    def list_written(self) -> list[Any]:
        """What the streamer goes by."""
        return [self.formats, self.bitrate, self.directory, self.cut]

    def get_folder(self, paths: Paths) -> Path:
        """Where they are; `paths` are those of the station's directory."""
        return Path(self.directory) if self.directory else paths.recordings


def resolve_recordings(recordings: Recordings, base: Path, found: list[Fault]) -> Recordings:
    """Make the directory absolute by the folder `base`. What is wrong is added to `found`."""
    try:
        directory = str(resolve_path(recordings.directory, base)) if recordings.directory else ""
    except UnusableFile as error:
        found.append(("recordings.directory", str(error)))
        return recordings
    return msgspec.structs.replace(recordings, directory=directory)


class CueTag(msgspec.Struct, frozen=True):
    """What a recording has to know of a cue beside its title."""

    song: str = ""
    """The song's code."""
    show: str = ""
    """The key of the show that it belongs to; empty: none."""
    name: str = ""
    """The show's name."""
    is_recorded: bool = False
    """The show is to be recorded."""
    is_between: bool = False
    """It is a jingle or the like, between songs."""


class SheetTitle(msgspec.Struct, frozen=True):
    """A song on the sheet."""

    title: str
    artist: str
    song: str
    """Its code; empty where the station has none."""
    start: float
    """Seconds from the recording's beginning."""
    at: float
    """When it was on the air, Unix seconds."""
    is_between: bool = False
    """It is a jingle or the like, between songs, and no chapter."""


class SheetFile(msgspec.Struct, frozen=True):
    format: str
    name: str
    bytes: int = 0


class Sheet(msgspec.Struct, frozen=True):
    """All that is known of a recording."""

    code: str
    name: str
    """Of the show, or of the station."""
    show: str
    """The show's key; empty: no show."""
    began: float
    """Unix seconds."""
    seconds: float = 0.0
    titles: tuple[SheetTitle, ...] = ()
    files: tuple[SheetFile, ...] = ()
    is_whole: bool = False
    """False: it is still written, or was left behind by a crash."""
    is_mended: bool = False
    """It was left behind by a crash or on a full disk, and has what was written until then."""
    lost: float = 0.0
    """Seconds of silence in it that stand for sound which could not be written in time."""


def clean_title(text: str) -> str:
    """A title as it stands on a sheet and in files: one line, without what reverses or hides text."""
    return cut_bytes(one_line(text, LONGEST_TITLE), LONGEST_TITLE)


def find_code(folder: str) -> str:
    """The code in the name of a whole recording's folder; empty where that is none."""
    found = NAME.fullmatch(folder)
    return found[1] if found else ""
