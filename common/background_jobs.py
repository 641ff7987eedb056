"""Work that is not making a song, done by a process of its own: the bot gives it one line of JSON and gets one back.

Such a process is started when it is needed, and niced; `python -m composer.background_job` is what carries it out.
"""

from typing import Final

import msgspec

from common.bands import Band
from common.breeding import Heard

EXPORTS: Final = ("midi", "musicxml", "flac", "stems", "score", "pictures")
"""What can be made of a song that has a score."""


class Breed(msgspec.Struct, frozen=True, tag_field="errand", tag="breed"):
    """Find a band's next form from what listeners thought of its takes."""

    band: Band
    archive: tuple[Heard, ...]
    seed: int


class Export(msgspec.Struct, frozen=True, tag_field="errand", tag="export"):
    """Make a file of a song; `folder` is the song's, where its score is and where the file goes.

    What commands do not know of the station, its folders and its sound, is filled in when the errand is sent.
    """

    song: str
    kind: str
    folder: str = ""
    soundfont: str = ""
    loudness: float = -16.0


class Bred(msgspec.Struct, frozen=True, tag_field="result", tag="bred"):
    band: Band | None
    """None where the ratings say nothing that could be followed."""
    candidates: int = 0
    """How many were looked at."""
    changes: tuple[str, ...] = ()
    """What is different about it, the most first."""


class Exported(msgspec.Struct, frozen=True, tag_field="result", tag="exported"):
    files: tuple[str, ...]
    """With their folder."""


class Refused(msgspec.Struct, frozen=True, tag_field="result", tag="refused"):
    reason: str


BackgroundJob = Breed | Export
Result = Bred | Exported | Refused
