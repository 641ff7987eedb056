"""The job that the bot sends to a composer worker, and the steps that the worker reports: one JSON line each.

A worker reads one job from standard input, writes steps to standard output, and ends. The bot starts it before a job
exists, and passes it two descriptors: `SPOOL_FD`, an unnamed file to which the worker appends frames as it makes them,
and `GROWTH_FD`, the writing end of a pipe. The worker writes one byte to the pipe after each write to the spool. When
the pipe closes, because the worker closed it or died, the spool is complete. So a reader of the spool knows how much
there is without asking the worker or the bot.

Sound that is live (`Begun.is_live`) has no spool: the frames themselves go through the growth pipe, whose reader takes
them at the pace of the air. The pipe holds a few seconds, and then the worker waits, and whatever makes the sound. A
pipe that somebody gave the station to be heard comes to the worker over `HANDOVER_FD`, a UNIX socket.
"""

from typing import Final

import msgspec

from bandstand.common.bands import Band
from bandstand.common.generators import Generator
from bandstand.common.generators import Value as Value
from bandstand.common.types import SongCode

SPOOL_FD: Final = 3
"""Frames of `common.types.FRAME_BYTES` each."""
GROWTH_FD: Final = 4
HANDOVER_FD: Final = 5
LIVE_BYTES: Final = 1 << 20
"""Of the growth pipe where it carries live sound: 2.7 s, and the most that Linux gives to everybody."""


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """How a song was made, beyond its generator, seed and parameters. Unknown fields are empty."""

    program: str = ""
    """Fingerprint of the program's files when it ran (`common.generator_files.compute_fingerprint`)."""
    version: str = ""
    """The version that the program or its configuration gives."""
    composer: int = 0
    """Version of the composer that wrote a band's song (`composer.compose.VERSION`); 0 for one that gave none, and for
    programs."""
    sound: str = ""
    """SHA-256 of all frames, hexadecimal."""
    status: int | None = None
    """Exit status of the program; the negative signal number if a signal ended it."""
    errors: str = ""
    """The last lines that the program wrote to standard error."""
    notes: list[str] = []
    """Problems of its sound, one sentence each."""


class Original(msgspec.Struct, frozen=True, kw_only=True):
    """The file that a song was imported from, and what the import heard in it."""

    path: str
    """As `common.files.format_location` writes it."""
    size: int
    """Bytes."""
    modified: int
    """Nanoseconds, as the file system has it."""
    sound: str
    """SHA-256 of all frames in 16 bits, hexadecimal."""
    fingerprint: tuple[int, ...] = ()
    """Chromaprint's values of the beginning, in order, which hardly change with the encoding; none where it is not
    installed, or the sound is too short."""


class Section(msgspec.Struct, frozen=True):
    """A part of a song: `bar` is its first bar, from 1; `energy` is from 0 to 1, None where the song does not say."""

    name: str
    bar: int
    energy: float | None = None


class Side(msgspec.Struct, frozen=True, array_like=True):
    """One song of a comparison."""

    path: str
    """Its audio file."""
    loudness: float | None
    """LUFS; None if unknown."""
    bar: int
    """Frames in a bar."""
    phase: int
    """Frame at which the first whole bar begins."""


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two songs to play in alternation, for comparison."""

    first: Side
    second: Side
    bars: int
    """Bars in a turn."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One song to make. The same generator, seed and parameters make the same song."""

    song: SongCode
    generator: str
    seed: int
    parameters: dict[str, Value] = {}
    directory: str
    """Path of the finished song's folder. The worker renames the complete folder to this path."""
    loudness: float = -16.0
    """Target loudness, LUFS."""
    errors: str = ""
    """Path of the file that keeps what the program wrote to standard error, where it fails; empty for none."""
    program: Generator | None = None
    """A user's generator; None for a band of the station."""
    pair: Pair | None = None
    """A comparison of two songs."""
    is_awaited: bool = False
    """Somebody waits to hear it, before it is stored."""
    band: Band | None = None
    """The band as it was when the song was ordered; None to choose by the generator's name."""
    reference: str = ""
    """Of the request that ordered it; see `common.reference`."""


class Begun(msgspec.Struct, frozen=True, tag_field="step", tag="begun"):
    """The first frames are in the spool, so that playing can start."""

    title: str
    artist: str
    seconds: float
    """Length of the finished song; 0 if unknown."""
    facts: dict[str, Value] = {}
    """Properties of the song for a person to read: key, tempo, sections and so on."""
    sections: tuple[Section, ...] = ()
    is_live: bool = False
    """The frames go through the growth pipe, and nothing is kept of them."""
    source: str = ""
    """The file to play from, where that is not the spool."""
    next_at: float | None = None
    """Seconds into the song; see `common.api.values.Song`."""


class Advanced(msgspec.Struct, frozen=True, tag_field="step", tag="advanced"):
    """The spool has grown. Sent a few times a second at most."""

    seconds: float
    """Length of the sound in the spool."""


class Noticed(msgspec.Struct, frozen=True, tag_field="step", tag="noticed"):
    """The sound has a problem, and plays anyway. Sent once for each kind of problem."""

    sentence: str


class Done(msgspec.Struct, frozen=True, tag_field="step", tag="done"):
    """The song is finished and its folder is in place.

    The folder also holds this step as `song.json`, for a bot that was not running when the song was finished.
    """

    song: SongCode
    title: str
    artist: str
    seconds: float
    generator: str
    seed: int
    parameters: dict[str, Value]
    loudness: float | None  # LUFS, integrated; None where it was not measured
    peak: float | None  # dBTP
    making: float  # seconds of work
    album: str = ""
    genre: str = ""
    year: int | None = None
    tags: tuple[str, ...] = ()
    cue_in: float | None = None  # seconds into the song, as the following two; see `common.api.values.Song`
    cue_out: float | None = None
    next_at: float | None = None
    facts: dict[str, Value] = {}
    sections: tuple[Section, ...] = ()
    files: dict[str, str] = {}  # kind -> name in the folder: audio, score, midi, ...
    provenance: Provenance = Provenance()
    original: Original | None = None  # of an import


class Passed(msgspec.Struct, frozen=True, tag_field="step", tag="passed"):
    """Live sound has come to its end."""

    seconds: float
    provenance: Provenance = Provenance()


class Failed(msgspec.Struct, frozen=True, tag_field="step", tag="failed"):
    """The worker made no song. `reason` is a sentence for the person who asked."""

    reason: str
    provenance: Provenance = Provenance()
    is_disk_full: bool = False
    """There was no room for it; nothing else was wrong."""


Step = Begun | Advanced | Noticed | Done | Passed | Failed
