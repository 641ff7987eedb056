"""What a look at the machine saw: plain values, from which `probes` concludes what is wrong. Nothing here looks."""

from dataclasses import dataclass, field

from bandstand.common.check import Need
from bandstand.common.port_holders import Holder


@dataclass(frozen=True)
class PythonSeen:
    version: tuple[int, int]
    missing: tuple[str, ...] = ()
    """Packages that Bandstand requires and that are not installed."""
    broken: dict[str, str] = field(default_factory=dict)
    """Modules that are installed and cannot be loaded, with the reason."""


@dataclass(frozen=True)
class LibrariesSeen:
    found: tuple[Need, ...] = ()
    missing: tuple[Need, ...] = ()


@dataclass(frozen=True)
class CodecsSeen:
    """Names of FFmpeg's: of the library inside PyAV, and of the program, which exports songs."""

    without_encoder: tuple[str, ...] = ()
    without_decoder: tuple[str, ...] = ()
    program_without: tuple[str, ...] = ()
    """Encoders that the program `ffmpeg` lacks; none where it is not installed, which is another probe's."""


@dataclass(frozen=True)
class SoundfontSeen:
    path: str = ""
    """Empty: there is none."""
    size: int = 0
    """Bytes."""
    is_soundfont: bool = True
    """It begins as one."""
    trouble: str = ""
    """Why it cannot be read."""
    is_configured: bool = False


@dataclass(frozen=True)
class PortSeen:
    key: str
    """The section of the configuration."""
    host: str
    port: int
    is_needed: bool = False
    """Nobody hears anything without it."""
    trouble: str = ""
    """Why nothing can listen there, a sentence that names the key."""
    is_taken: bool = False
    holder: Holder | None = None
    """None where it cannot be seen."""
    is_ours: bool = False
    """This station's own processes have it."""


@dataclass(frozen=True)
class ClockSeen:
    """Seconds; the wall clock's are Unix time."""

    now: float
    is_synchronised: bool | None = None
    """None: the kernel does not say."""
    newest: float = 0.0
    """When the station last wrote its database or its lock, by the clock of that moment; 0: never."""
    jumped: float = 0.0
    """By how much the wall clock was set since the station started, forwards or (below 0) backwards."""
    asleep: float = 0.0
    """How long the machine has been suspended since it started."""


@dataclass(frozen=True)
class DiskSeen:
    what: str
    """What is kept there: `station`, `recordings`, `temporary files`."""
    folder: str
    free: int
    """Bytes that this user may still write."""
    inodes: int | None = None
    """Files that can still be made; None where the file system sets no limit."""
    is_read_only: bool = False
    sync: float | None = None
    """Seconds that it took to bring a small file to the disk."""


@dataclass(frozen=True)
class RightsSeen:
    user: str
    """As whom the station runs, whoever asks."""
    is_root: bool = False
    faults: tuple[str, ...] = ()
    """Why the station cannot live in its folder."""
    exposed: tuple[str, ...] = ()
    """Files with passwords that everybody here may read."""


@dataclass(frozen=True)
class IcecastSeen:
    is_own: bool
    """It is, or would be, started by the station."""
    place: str = ""
    """`host:port`."""
    said: str = ""
    """What it calls itself, with its version."""
    trouble: str = ""
    """Why it did not answer; empty for one of ours that is not running."""
    is_running: bool = False
    refuses_admin: bool = False
    """The admin password that is configured is not its own."""
    clients: int | None = None
    """How many it lets in at most."""
    listeners: int | None = None
    absent: tuple[str, ...] = ()
    """Mounts that a station which has run for a while does not have on it."""
    sources: int = 0
    """That the station needs on one that is not its own; each mount has one for the standby."""
    descriptors: int | None = None
    """Files and connections that it may have open."""


@dataclass(frozen=True)
class NameSeen:
    what: str
    """A key of the configuration, or `this machine's name`."""
    host: str
    is_found: bool = True
    is_loopback: bool = False
    is_reached: bool | None = None
    """Whether a connection could be made; None: not tried."""


@dataclass(frozen=True)
class SandboxSeen:
    trouble: str = ""
    """Why bubblewrap does not work."""
    is_installed: bool = True
    is_wanted: bool = True
    """`composer.sandbox` is not off."""
    has_generators: bool = False
    is_root: bool = False
    """The station is root's."""
    as_whom: str = ""
    """The user that programs have instead of root; empty where that does not work."""


@dataclass(frozen=True)
class ToolSeen:
    """A program or library that nothing depends on."""

    name: str
    package: str
    gives: str
    """What there is with it."""
    is_there: bool


@dataclass(frozen=True)
class MemorySeen:
    available: int
    """Bytes."""


@dataclass(frozen=True)
class StationSeen:
    pid: int | None
    """Of the bot that runs in the station's folder."""
    faults: int
    """Of the configuration."""
