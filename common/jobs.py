"""What the bot hands a composer worker, and the steps that come back: one JSON line each, on stdin and stdout.

A worker takes one job and ends. It is started ahead of need with two descriptors that are its own: `SPOOL_FD`, an
unnamed file into which it writes frames as they are made, and `GROWTH_FD`, the writing end of a pipe. After each write
to the spool it puts one byte into the pipe; that it closes the pipe, or dies, says that the spool will not grow. So
whoever plays the spool needs neither the worker nor the bot to know how much there is.
"""

from typing import Final

import msgspec

from common.bands import Band
from common.generators import Generator
from common.generators import Value as Value
from common.types import SongCode

SPOOL_FD: Final = 3
GROWTH_FD: Final = 4


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Where a song came from, beyond its generator, seed and parameters; what is not known is empty."""

    program: str = ""
    """The fingerprint of the program's files as they were run."""
    version: str = ""
    sound: str = ""
    """The fingerprint of every frame that was made."""
    status: int | None = None
    """The program's exit status; a signal is below 0."""
    errors: str = ""
    """The end of what it wrote to standard error."""
    notes: list[str] = []
    """What is odd about its sound, a sentence each."""


class Section(msgspec.Struct, frozen=True):
    """A part of a song: `bar` is its first bar, from 1; `energy` is from 0 to 1, None where the song does not say."""

    name: str
    bar: int
    energy: float | None = None


class Side(msgspec.Struct, frozen=True, array_like=True):
    """One song of a comparison: its file, its loudness (LUFS), and its bars in frames."""

    path: str
    loudness: float | None
    bar: int
    phase: int


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two songs that are to be heard by turns of so many bars."""

    first: Side
    second: Side
    bars: int


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One song to make. The same generator, seed and parameters make the same song."""

    song: SongCode
    generator: str
    seed: int
    parameters: dict[str, Value] = {}
    directory: str
    """Where the finished song's folder goes; it appears there whole, by a rename, or not at all."""
    loudness: float = -16.0
    """The station's target, LUFS."""
    program: Generator | None = None
    """A user's generator; None: the built-in band."""
    pair: Pair | None = None
    """A comparison of two songs."""
    band: Band | None = None
    """Who plays, as they were when the song was asked for; None leaves it to the generator's name."""


class Begun(msgspec.Struct, frozen=True, tag_field="step", tag="begun"):
    """The first frames are in the spool: it can be played from now on."""

    title: str
    artist: str
    seconds: float
    """How long the song will be, 0 where that is not known."""
    facts: dict[str, Value] = {}
    """What a person may want to know of it: key, tempo, form, ..."""
    sections: tuple[Section, ...] = ()


class Advanced(msgspec.Struct, frozen=True, tag_field="step", tag="advanced"):
    """So many seconds of sound are in the spool; sent a few times a second at the most."""

    seconds: float


class Noticed(msgspec.Struct, frozen=True, tag_field="step", tag="noticed"):
    """Something is odd about the sound, which is played all the same; said once for each kind."""

    sentence: str


class Done(msgspec.Struct, frozen=True, tag_field="step", tag="done"):
    """The song's folder is in place. Also kept in that folder as `song.json`, for a bot that was away."""

    song: SongCode
    title: str
    artist: str
    seconds: float
    generator: str
    seed: int
    parameters: dict[str, Value]
    loudness: float  # LUFS, integrated
    peak: float  # dBTP
    making: float  # seconds of work
    facts: dict[str, Value] = {}
    sections: tuple[Section, ...] = ()
    files: dict[str, str] = {}  # kind -> name in the folder: audio, score, midi, ...
    provenance: Provenance = Provenance()


class Failed(msgspec.Struct, frozen=True, tag_field="step", tag="failed"):
    """No song. `reason` is a sentence for whoever asked."""

    reason: str
    provenance: Provenance = Provenance()


Step = Begun | Advanced | Noticed | Done | Failed
