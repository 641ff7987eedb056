"""Background jobs: work other than making a song. The bot sends one line of JSON to a process and reads one line back.

The bot starts `python -m bandstand.composer.background_job` for each job, at low priority.
"""

from typing import Final

import msgspec

from bandstand.common.bands import Band
from bandstand.common.breeding import Heard

PEAKS: Final = "peaks"
"""The kind of file that can be made of any song: its waveform and spectrum as numbers."""
EXPORTS: Final = ("midi", "musicxml", "flac", "stems", "score", "pictures", PEAKS)
"""Kinds of files that can be made of a song; all but `PEAKS` need a score."""


class Breed(msgspec.Struct, frozen=True, tag_field="job", tag="breed"):
    """Find a band's next form from the ratings of its variations."""

    band: Band
    archive: tuple[Heard, ...]
    seed: int


class Export(msgspec.Struct, frozen=True, tag_field="job", tag="export"):
    """Make a file of a song, beside its score in the song's folder.

    A command sets `song`, `kind` and `audio`; the bot fills in the rest from the configuration when it sends the job.
    """

    song: str
    kind: str
    """One of `EXPORTS`."""
    folder: str = ""
    """Absolute path of the song's folder."""
    soundfont: str = ""
    """The configured soundfont; empty for Debian's."""
    loudness: float = -16.0
    """Target of a rendered file, LUFS."""
    audio: str = ""
    """The sound file, as `common.api.values.Song.audio` has it."""


class Bred(msgspec.Struct, frozen=True, tag_field="result", tag="bred"):
    """The result of `Breed`."""

    band: Band | None
    """The new form; None if the ratings show no preference."""
    candidates: int = 0
    """Number of candidates that were compared."""
    changes: tuple[str, ...] = ()
    """The largest changes, a few words each, the largest first."""


class Exported(msgspec.Struct, frozen=True, tag_field="result", tag="exported"):
    """The result of `Export`."""

    files: tuple[str, ...]
    """Absolute paths."""


class Refused(msgspec.Struct, frozen=True, tag_field="result", tag="refused"):
    """The job failed. `reason` is a sentence for the person who asked."""

    reason: str


BackgroundJob = Breed | Export
Result = Bred | Exported | Refused
