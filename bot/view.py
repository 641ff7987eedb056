"""The station as it is outside the database, as plain values for commands to show. Knows figures, no process."""

from dataclasses import dataclass, field

from common.generators import Generator
from common.wire import MountState


@dataclass(frozen=True)
class ProcessView:
    """One process that the bot sees to: `state` is a word or a sentence."""

    name: str
    state: str
    pid: int | None = None
    uptime: float | None = None


@dataclass(frozen=True)
class AirView:
    """What the streamer is playing, as far as the bot has heard."""

    cue: int
    seconds: float


@dataclass(frozen=True)
class PersonView:
    """Somebody at a terminal of the station's: `name` as rights are granted to it."""

    name: str
    where: str


@dataclass(frozen=True)
class LevelView:
    """How loud it is at the moment: LUFS and dBTP, each None in silence."""

    loudness: float | None = None
    peak: float | None = None


@dataclass(frozen=True)
class StationView:
    name: str = "Bandstand"
    uptime: float = 0.0
    air: AirView | None = None
    level: LevelView | None = None
    connected: bool = False
    """Whether the streamer answers."""
    processes: tuple[ProcessView, ...] = ()
    mounts: tuple[MountState, ...] = ()
    urls: dict[str, str] = field(default_factory=dict)
    """Where each mount is to be heard."""
    listeners: dict[str, int] | None = None
    """For each mount, where Icecast was asked and answered."""
    people: tuple[PersonView, ...] = ()
    """Who is at a terminal."""
    generators: dict[str, Generator] = field(default_factory=dict)
    """The users' own, with what their programs say of themselves."""
    generator_troubles: dict[str, str] = field(default_factory=dict)
    """Why a program does not say anything of itself."""
