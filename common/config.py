"""The station's configuration: `bandstand.toml`, checked strictly, with a default for every key.

Every fault becomes a ConfigError that names the file, the key and what was expected. Knows what the keys mean to a
person, not what the processes do with them.
"""

import hashlib
import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec

from bandstand.common import generator_files, generators
from bandstand.common import irc as irc_settings
from bandstand.common.database_address import is_postgres, resolve_database
from bandstand.common.errors import ConfigError, UnusableFile
from bandstand.common.farm import Farm, resolve_farm
from bandstand.common.files import find_problem, read_secret, read_text, resolve_path
from bandstand.common.generators import Generator
from bandstand.common.hls import Hls, resolve_hls
from bandstand.common.irc import Irc
from bandstand.common.live import Live
from bandstand.common.paths import Paths
from bandstand.common.plain_values import Fault, Host, PathText, Port, Secret, Text
from bandstand.common.podcast import Podcast
from bandstand.common.radio import Radio, resolve_radio
from bandstand.common.recordings import Recordings, resolve_recordings
from bandstand.common.relays import Relay, resolve_relays
from bandstand.common.remote_access import Limits, Ssh, Telnet, find_telnet_faults, resolve_ssh
from bandstand.common.text import counted, cut_bytes, one_line
from bandstand.common.types import LONGEST_FADE
from bandstand.common.web import Web, resolve_web

MountPath = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^/[A-Za-z0-9._/-]{1,200}\Z", description="a path such as /stream.mp3 (letters, digits and . _ - /)"
    ),
]
Format = Literal["mp3", "opus", "flac"]
S = TypeVar("S", "Station", "Mount")

STANDBY: Final = "/standby"
"""Before a mount's path: the mount of its silence."""
ICECASTS_OWN: Final = ("/admin", "/admin.cgi")
"""Paths, besides those below /admin/, that Icecast answers itself; nobody would hear a mount there."""
ICECASTS_SUFFIXES: Final = (".xsl", ".m3u", ".xspf", ".vclt")
LONGEST_SHOWN: Final = 600
"""Bytes of each text that players show. Icecast takes 4 KiB of headers in all, and hangs on more."""
HIGHEST = 320
LOSSLESS = 800
"""kbit/s: what FLAC takes for the band's songs, and what its silence is made to take."""
USUAL = {"mp3": 128, "opus": 96, "flac": LOSSLESS}

DEFAULT_FILE = Path("bandstand.toml")
"""Where one stands: the configuration if no other is named."""
ENVIRONMENT = {
    "BANDSTAND_ICECAST_PORT": ("icecast", "port"),
    "BANDSTAND_ICECAST_PASSWORD": ("icecast", "password"),
    "BANDSTAND_ICECAST_ADMIN_PASSWORD": ("icecast", "admin_password"),
    "BANDSTAND_IRC_PASSWORD": ("irc", "password"),
    "BANDSTAND_IRC_SERVER_PASSWORD": ("irc", "server_password"),
    "BANDSTAND_DATABASE": ("station", "database"),
}
"""Keys that the environment may give, above the file: secrets, and the port that `bandstand up` chose."""


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Station(_Section, frozen=True):
    name: Text = "Bandstand"
    description: str = "Songs made by a band of small robots, as you listen"
    genre: str = "Generative"
    url: str = ""
    directory: Annotated[PathText, msgspec.Meta(min_length=1)] = "var"
    """Database, songs, spool and sockets live here; relative to the configuration file."""
    database: Secret = ""
    """A file, relative to the configuration file, or postgresql://USER@HOST/NAME; empty: bandstand.db in the station's
    directory."""
    loudness: Annotated[float, msgspec.Meta(ge=-40, le=-5)] = -16.0
    """Every song is brought to this, LUFS."""
    crossfade: Annotated[float, msgspec.Meta(ge=0, le=LONGEST_FADE)] = 0.0
    """Seconds in which a song rises over the end of the one before it; 0: they follow without a gap."""
    workers: Annotated[int, msgspec.Meta(ge=1, le=64)] = 4
    """Songs made at the same time."""
    hold: bool = True
    """While no mount is on the air the programme stands still; false lets it run."""


class Icecast(_Section, frozen=True):
    host: Host = "127.0.0.1"
    port: Port = 8000
    bind: Host = "127.0.0.1"
    """Where our own Icecast listens; 0.0.0.0 lets others hear the station."""
    password: Secret = ""
    """Empty: made up for our own Icecast; an Icecast that is not ours needs it."""
    password_file: PathText = ""
    """Read where there is no `password`."""
    admin_password: Secret = ""
    manage: Literal["auto", "always", "never"] = "auto"
    """auto: our own Icecast unless a host is configured."""
    tls: bool = False
    """Everything that is said to it is encrypted, and its certificate is checked."""
    ca_file: PathText = ""
    """The certificates that vouch for its own; empty: those that the system trusts."""


class Mount(_Section, frozen=True):
    path: MountPath
    format: Format
    bitrate: Annotated[int, msgspec.Meta(ge=32, le=LOSSLESS)] = 0
    """kbit/s. 0, or left out: the usual one of the format. FLAC has what it has, about `LOSSLESS`."""
    burst: Annotated[float, msgspec.Meta(ge=0, le=60)] = 0.0
    """Seconds of sound that a new listener is given at once: players start sooner, and stay that much later. 0, or left
    out: what players need."""
    titles: Literal["unbroken", "chained"] = "unbroken"
    """Of an Ogg mount. chained: a new logical stream with its own title for each song, which upsets some players."""
    name: str = ""
    """What players show; where it and the next three are empty, the station's."""
    description: str = ""
    genre: str = ""
    url: str = ""
    public: bool = False
    """Listed in directories."""

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "bitrate", self.bitrate or USUAL[self.format])

    @property
    def standby(self) -> str:
        """The Icecast mount whose silence listeners hear while the streamer is away."""
        return f"{STANDBY}{self.path}"

    @property
    def last_fallback(self) -> str:
        """The file below Icecast's webroot that listeners are sent while the standby is away as well. Icecast goes by
        the end of its name."""
        return f"/silence_{self.file_name}.{'mp3' if self.format == 'mp3' else 'ogg'}"

    @property
    def intro(self) -> str:
        """The file below Icecast's webroot that each new listener is sent before the stream, so that players know at
        once what comes; empty for Ogg, which they know anyway."""
        return f"/intro_{self.file_name}.mp3" if self.format == "mp3" else ""

    @property
    def file_name(self) -> str:
        """The path as part of a file's name."""
        return self.path.strip("/").replace("/", "_")


DEFAULT_MOUNTS = [
    Mount(path="/stream.mp3", format="mp3", bitrate=128),
    Mount(path="/stream.opus", format="opus", bitrate=96),
]


class Composer(_Section, frozen=True):
    soundfont: PathText = ""
    """A General MIDI soundfont (.sf2 or .sf3); empty: the one that Debian's packages bring."""
    sandbox: Literal["auto", "off"] = "auto"
    """auto: generators' programs run in a sandbox where bubblewrap works."""
    writable: list[PathText] = []
    """Folders that they may write in it, beside their own; relative to the configuration file."""
    waiting: bool = True
    """A worker waits for the next song, all that it needs in its memory; without, each is started when it is needed."""


class Log(_Section, frozen=True):
    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warn", "error"] = "info"


class Config(_Section, frozen=True):
    """The whole configuration. `source` and `base` are not keys: where it came from, and what paths are relative to."""

    station: Station = Station()
    icecast: Icecast = Icecast()
    mounts: list[Mount] = msgspec.field(default_factory=lambda: list(DEFAULT_MOUNTS))
    irc: Irc = Irc()
    composer: Composer = Composer()
    telnet: Telnet = Telnet()
    ssh: Ssh = Ssh()
    limits: Limits = Limits()
    radio: Radio = Radio()
    recordings: Recordings = Recordings()
    podcast: Podcast = Podcast()
    web: Web = Web()
    hls: Hls = Hls()
    live: Live = Live()
    relays: list[Relay] = []
    farm: Farm = Farm()
    log: Log = Log()
    generators: dict[str, Generator] = {}

    @property
    def paths(self) -> Paths:
        return make_paths(Path(self.station.directory), self.station.database)

    def get_streaming_mark(self, *, is_admin: bool = False) -> str:
        """A short text that is the same for all that streams in the same way: to the same mounts of the same Icecast.

        The streamer and the standby note it, so that a bot can tell those that were started with other settings.
        `is_admin`: the process uses Icecast's administration, too.
        """
        shown = ("name", "description", "genre", "url", "hold")
        station = {key: getattr(self.station, key) for key in shown}
        icecast = self.icecast if is_admin else msgspec.structs.replace(self.icecast, admin_password="")
        written = [self.recordings.list_written(), self.radio.zone, self.hls.list_written()]
        parts = msgspec.json.encode([station, icecast, self.mounts, self.log, *written])
        return hashlib.sha256(parts).hexdigest()[:16]

    def get_web_mark(self) -> str:
        """As `get_streaming_mark`, for the web process: it is the same for all that serve the same page."""
        relays = [msgspec.structs.replace(relay, admin_password="") for relay in self.relays]
        shown = [self.station, self.mounts, self.web, self.log, self.recordings, self.podcast, self.hls, relays]
        parts = msgspec.json.encode([metadata.version("bandstand"), *shown])
        return hashlib.sha256(parts).hexdigest()[:16]

    @property
    def manages_icecast(self) -> bool:
        return self.icecast.manage == "always"


def find(argument: str | None, environment: Mapping[str, str] = os.environ) -> Path | None:
    """The configuration file: `--config`, then `$BANDSTAND_CONFIG`, then `./bandstand.toml`, or None for defaults."""
    named = argument or environment.get("BANDSTAND_CONFIG")
    if not named and not os.path.lexists(DEFAULT_FILE):
        return None
    named = named or str(DEFAULT_FILE)
    try:
        path = resolve_path(named, Path.cwd())
    except UnusableFile as error:
        raise ConfigError(str(error)) from None
    if problem := find_problem(path):
        problem = "there is no such configuration file" if not os.path.lexists(path) else problem
        raise ConfigError(f"{named}: {problem}")
    return path.resolve()


def load(path: Path | None, environment: Mapping[str, str] = os.environ) -> Config:
    """Read and check `path` (None: every default), with what the environment says on top.

    Raises ConfigError for the first fault, which says how many more there are.
    """
    config, found = examine(path, environment)
    if config is None or found:
        more = f" (and {counted(len(found) - 1, 'more fault')}: bandstand check lists them)" if found[1:] else ""
        raise ConfigError(found[0] + more)
    return config


def faults(path: Path | None, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Every fault of the file: of each value, and of all that is good together."""
    return examine(path, environment)[1]


def make_paths(directory: Path, database: str) -> Paths:
    """`database`: absolute, an address, or nothing."""
    if is_postgres(database):
        return Paths(directory, database)
    return Paths(directory, file=Path(database) if database else None)


def find_directory(path: Path | None, environment: Mapping[str, str] = os.environ) -> Paths:
    """Where the station of this configuration lives, whatever else is wrong in it, or half written while it runs.

    Raises ConfigError.
    """
    known = _read_station(path) if path else None
    station = known if isinstance(known, dict) else {}
    base = path.parent if path else Path.cwd()
    directory, database = station.get("directory"), environment.get("BANDSTAND_DATABASE") or station.get("database")
    if not isinstance(directory, str) or not directory:
        directory = Station().directory
    key = "directory"
    try:
        folder = resolve_path(directory, base)
        key = "database"
        return make_paths(folder, resolve_database(database if isinstance(database, str) else "", base))
    except UnusableFile as error:
        raise ConfigError(f"station.{key}: {error}") from None


def _read_station(path: Path) -> object:
    """The section `station`; of a file that is no TOML, directory and database alone, as far as they are named."""
    try:
        return read(path).get("station")
    except ConfigError:
        try:
            section = path.read_text("utf-8", "replace").partition("[station]")[2].partition("\n[")[0]
        except OSError:
            return None
        found = re.findall(r"""^\s*(directory|database)\s*=\s*(["'])(.+?)\2""", section, re.MULTILINE)
        return {key: value for key, _, value in found}


def examine(path: Path | None, environment: Mapping[str, str] = os.environ) -> tuple[Config | None, list[str]]:
    """The configuration, with defaults in place of what is wrong, and its faults as they are shown.

    None where the file cannot be read as TOML.
    """
    name = path.name if path else "configuration"
    try:
        data = read(path) if path else {}
    except ConfigError as error:
        return None, [str(error)]
    base = path.parent if path else Path.cwd()
    given = _add_environment(data, environment)
    config = None
    try:
        config = msgspec.convert(data, Config)
    except msgspec.ValidationError as error:
        config, found = _settle_good(data, base)
        found = found or [(str(path), str(error))]
    else:
        config, found = _settle(config, base, _has_host(data))
    return config, [f"{given[key]}: {what}" if key in given else f"{name}: {key}: {what}" for key, what in found]


def _has_host(data: object) -> bool:
    """Whether the Icecast is somebody else's."""
    section = data.get("icecast") if isinstance(data, dict) else None
    return isinstance(section, dict) and "host" in section


def _settle_good(data: dict[str, Any], base: Path) -> tuple[Config | None, list[Fault]]:
    """As `_settle`, of the values that are good by themselves, with the faults of the others first.

    What follows from those alone is left out.
    """
    from bandstand.common.config_values import find_faults, leave_out_faults  # seldom needed, and slow to import

    found = find_faults(data, Config)
    repaired = leave_out_faults(data, Config)
    try:
        config, further = _settle(msgspec.convert(repaired.value, Config), base, _has_host(repaired.value))
    except msgspec.ValidationError:  # a value of a kind that only msgspec knows
        return None, found
    return config, found + repaired.list_further(further, found)


def read(path: Path) -> dict[str, Any]:
    """The file as TOML gives it. Raises ConfigError."""
    try:
        text = read_text(path)
    except UnusableFile as error:
        raise ConfigError(f"{path.name}: {error}") from None
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ConfigError(f"{path.name}: not TOML: there are too many brackets in one another") from None
    except ValueError as error:  # TOML's own, and numbers of thousands of digits
        raise ConfigError(f"{path.name}: not TOML: {error}") from None


def _add_environment(data: dict[str, Any], environment: Mapping[str, str]) -> dict[str, str]:
    """Put what the environment gives into the data; return the variable that gave a key, as `$NAME`."""
    given = {}
    for variable, (section, key) in ENVIRONMENT.items():
        table = data.setdefault(section, {})
        if environment.get(variable) and isinstance(table, dict):
            text = environment[variable]
            table[key] = int(text) if key == "port" and text.isdecimal() and len(text) < 10 else text
            given[f"{section}.{key}"] = f"${variable}"
    return given


def _settle(config: Config, base: Path, has_host: bool) -> tuple[Config, list[Fault]]:
    """Decide and check what takes more than one key, or a look at a file. `base` is what paths are relative to."""
    replace = msgspec.structs.replace
    found: list[Fault] = []
    station = _fold(config.station)
    if not station.name:
        found.append(("station.name", "expected text that is not empty, got only blanks"))
    station = replace(station, directory=_resolve(station.directory, base, "station.directory", found))
    try:
        station = replace(station, database=resolve_database(station.database, base))
    except UnusableFile as error:
        found.append(("station.database", str(error)))
    soundfont = _resolve(config.composer.soundfont, base, "composer.soundfont", found)
    writable = [_resolve(one, base, "composer.writable", found) for one in config.composer.writable]
    found += _find_mount_faults(config.mounts)
    icecast = _settle_icecast(config.icecast, base, has_host, found)
    irc = irc_settings.resolve(config.irc, base, found)
    found += find_telnet_faults(config.telnet)
    radio = resolve_radio(config.radio, base, found)
    recordings = resolve_recordings(config.recordings, base, found)
    ssh = resolve_ssh(config.ssh, base, found)
    web = resolve_web(config.web, base, found)
    hls = resolve_hls(config.hls, base, found)
    relays = resolve_relays(config.relays, base, found)
    for name, generator in config.generators.items():
        for fault in generators.find_faults(name, generator):
            place, _, sentence = fault.partition(": ")
            found.append((f"generators.{name}{place}", sentence))
    settled = replace(
        config,
        station=station,
        icecast=icecast,
        mounts=[_fold(mount) for mount in config.mounts],
        irc=irc,
        composer=replace(config.composer, soundfont=soundfont, writable=writable),
        ssh=ssh,
        radio=radio,
        recordings=recordings,
        web=web,
        hls=hls,
        relays=relays,
        farm=resolve_farm(config.farm, base, found),
        generators={
            name: generator_files.resolve_paths(name, one, base, found) for name, one in config.generators.items()
        },
    )
    return settled, found


def _fold(section: S) -> S:
    """With each text that players show on one line: it becomes a header of what is sent to Icecast."""
    texts = {
        key: cut_bytes(one_line(getattr(section, key), LONGEST_SHOWN), LONGEST_SHOWN)
        for key in ("name", "description", "genre", "url")
    }
    return msgspec.structs.replace(section, **texts)


def _resolve(text: str, base: Path, key: str, found: list[Fault]) -> str:
    """The path as an absolute one; empty remains empty."""
    try:
        return str(resolve_path(text, base)) if text else ""
    except UnusableFile as error:
        found.append((key, str(error)))
        return text


def _settle_icecast(icecast: Icecast, base: Path, has_host: bool, found: list[Fault]) -> Icecast:
    replace = msgspec.structs.replace
    if icecast.password_file and not icecast.password:
        secret = _resolve(icecast.password_file, base, "icecast.password_file", found)
        try:
            icecast = replace(icecast, password=read_secret(Path(secret)))
        except UnusableFile as error:
            found.append(("icecast.password_file", f"{secret}: {error}"))
    if icecast.manage == "auto":
        icecast = replace(icecast, manage="never" if has_host else "always")
    if icecast.manage == "never" and not (icecast.password or icecast.password_file):
        sentence = f"the source password of the Icecast at {icecast.host} is needed (or $BANDSTAND_ICECAST_PASSWORD)"
        found.append(("icecast.password", sentence))
    if icecast.tls and icecast.manage == "always":
        found.append(("icecast.tls", "our own Icecast has none; leave it out, or name a host"))
    icecast = replace(icecast, ca_file=_resolve(icecast.ca_file, base, "icecast.ca_file", found))
    if icecast.ca_file and (problem := find_problem(Path(icecast.ca_file))):
        found.append(("icecast.ca_file", f"{icecast.ca_file}: {problem}"))
    return icecast


def _find_mount_faults(mounts: list[Mount]) -> Iterator[Fault]:
    if not mounts:
        yield "mounts", "at least one is needed; leave [[mounts]] out for the usual two"
    for number, mount in enumerate(mounts):
        yield from ((f"mounts[{number}].{key}", sentence) for key, sentence in _find_faults_of(mount))
    paths = [mount.path for mount in mounts]
    for path, times in Counter(paths).items():
        if times > 1:
            yield "mounts", f"{path} is there {times} times; each needs a path of its own"
        if f"{STANDBY}{path}" in paths:
            yield "mounts", f"{STANDBY}{path} is where the silence behind {path} goes; give one of them another path"


def _find_faults_of(mount: Mount) -> Iterator[Fault]:
    if mount.path in ICECASTS_OWN or mount.path.startswith("/admin/") or mount.path.endswith(ICECASTS_SUFFIXES):
        yield "path", f"{mount.path} is one of Icecast's own pages; take another, such as /stream.{mount.format}"
    elif any(part in ("", ".", "..") for part in mount.path.split("/")[1:]):
        yield "path", f"{mount.path} has a part that is empty or only dots; take one such as /stream.{mount.format}"
    if mount.format == "flac" and mount.bitrate != LOSSLESS:
        yield "bitrate", "a FLAC mount is lossless and takes no bitrate; leave it out"
    if mount.format != "flac" and mount.bitrate > HIGHEST:
        yield "bitrate", f"expected kbit/s up to {HIGHEST} for {mount.format}, got {mount.bitrate}"
    if mount.format == "mp3" and mount.titles == "chained":
        yield "titles", "titles can be chained in opus and flac; an MP3 mount has them beside the stream"
