"""The station's configuration: `bandstand.toml`, checked strictly, with a default for every key.

Every fault becomes a ConfigError that names the file, the key and what was expected. Knows what the keys mean to a
person, not what the processes do with them.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from bandstand.common import generators
from bandstand.common import irc as irc_settings
from bandstand.common.errors import ConfigError
from bandstand.common.generators import Generator, Parameter
from bandstand.common.irc import Irc, Network
from bandstand.common.paths import Paths
from bandstand.common.remote_access import Limits, Ssh, Telnet, check_telnet, resolve_ssh
from bandstand.common.types import LONGEST_FADE

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Text = Annotated[str, msgspec.Meta(min_length=1)]
PATH = r"^/[A-Za-z0-9._/-]+$"
MountPath = Annotated[str, msgspec.Meta(pattern=PATH)]
Format = Literal["mp3", "opus", "flac"]

HIGHEST = 320
LOSSLESS = 800
"""kbit/s: what FLAC takes for the band's songs, and what its silence is made to take."""
USUAL = {"mp3": 128, "opus": 96, "flac": LOSSLESS}

ENVIRONMENT = {
    "BANDSTAND_ICECAST_PORT": ("icecast", "port"),
    "BANDSTAND_ICECAST_PASSWORD": ("icecast", "password"),
    "BANDSTAND_ICECAST_ADMIN_PASSWORD": ("icecast", "admin_password"),
    "BANDSTAND_IRC_PASSWORD": ("irc", "password"),
    "BANDSTAND_IRC_SERVER_PASSWORD": ("irc", "server_password"),
}
"""Keys that the environment may give, above the file: secrets, and the port that `bandstand up` chose."""


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Station(_Section, frozen=True):
    name: Text = "Bandstand"
    description: str = "Songs made by a band of small robots, as you listen"
    genre: str = "Generative"
    url: str = ""
    directory: Text = "var"
    """Database, songs, spool and sockets live here; relative to the configuration file."""
    loudness: Annotated[float, msgspec.Meta(ge=-40, le=-5)] = -16.0
    """Every song is brought to this, LUFS."""
    crossfade: Annotated[float, msgspec.Meta(ge=0, le=LONGEST_FADE)] = 0.0
    """Seconds in which a song rises over the end of the one before it; 0: they follow without a gap."""
    workers: Annotated[int, msgspec.Meta(ge=1, le=64)] = 4
    """Songs made at the same time."""
    hold: bool = True
    """While no mount is on the air the programme stands still; false lets it run."""


class Icecast(_Section, frozen=True):
    host: Text = "127.0.0.1"
    port: Port = 8000
    bind: Text = "127.0.0.1"
    """Where our own Icecast listens; 0.0.0.0 lets others hear the station."""
    password: str = ""
    """Empty: made up for our own Icecast; an Icecast that is not ours needs it."""
    password_file: str = ""
    admin_password: str = ""
    manage: Literal["auto", "always", "never"] = "auto"
    """auto: our own Icecast unless a host is configured."""
    tls: bool = False
    """Everything that is said to it is encrypted, and its certificate is checked."""
    ca_file: str = ""
    """The certificates that vouch for its own; empty: those that the system trusts."""


class Mount(_Section, frozen=True):
    path: MountPath
    format: Format
    bitrate: Annotated[int, msgspec.Meta(ge=32, le=LOSSLESS)] = 0
    """kbit/s. 0, or left out: the usual one of the format. FLAC has what it has, about `LOSSLESS`."""
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
        if self.format == "flac" and self.bitrate not in (0, LOSSLESS):
            raise ValueError("A FLAC mount is lossless and takes no bitrate; leave it out")
        if self.format != "flac" and self.bitrate > HIGHEST:
            raise ValueError(f"Expected a bitrate <= {HIGHEST}")
        if self.format == "mp3" and self.titles == "chained":
            raise ValueError("Titles can be chained in opus and flac; an MP3 mount has them beside the stream")
        msgspec.structs.force_setattr(self, "bitrate", self.bitrate or USUAL[self.format])

    @property
    def standby(self) -> str:
        """The Icecast mount whose silence listeners hear while the streamer is away."""
        return f"/standby{self.path}"


DEFAULT_MOUNTS = [
    Mount(path="/stream.mp3", format="mp3", bitrate=128),
    Mount(path="/stream.opus", format="opus", bitrate=96),
]


class Composer(_Section, frozen=True):
    soundfont: str = ""
    """A General MIDI soundfont (.sf2 or .sf3); empty: the one that Debian's packages bring."""


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
    log: Log = Log()
    generators: dict[str, Generator] = {}

    @property
    def paths(self) -> Paths:
        return Paths(Path(self.station.directory))

    @property
    def manages_icecast(self) -> bool:
        return self.icecast.manage == "always"


def find(argument: str | None, environment: Mapping[str, str] = os.environ) -> Path | None:
    """The configuration file: `--config`, then `$BANDSTAND_CONFIG`, then `./bandstand.toml`, or None for defaults."""
    named = argument or environment.get("BANDSTAND_CONFIG")
    if named:
        path = Path(named).resolve()
        if not path.is_file():
            raise ConfigError(f"{named}: there is no such configuration file")
        return path
    path = Path("bandstand.toml").resolve()
    return path if path.is_file() else None


def load(path: Path | None, environment: Mapping[str, str] = os.environ) -> Config:
    """Read and check `path` (None: every default), with what the environment says on top."""
    name = path.name if path else "environment"
    data = _read(path) if path else {}
    base = path.parent if path else Path.cwd()
    configured_host = isinstance(data.get("icecast"), dict) and "host" in data["icecast"]
    for variable, (section, key) in ENVIRONMENT.items():
        if environment.get(variable):
            text = environment[variable]
            data.setdefault(section, {})[key] = int(text) if key == "port" and text.isdigit() else text
    _check_generators(name, data.get("generators"))
    try:
        config = msgspec.convert(data, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(_explained(name, str(error))) from None
    return _settled(config, name, base, configured_host)


def faults(path: Path | None, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Every fault of the file, key by key, where `load` stops at the first; then those that need more than one key."""
    found = []
    try:
        for part in _parts(_read(path) if path else {}):
            try:
                _check_generators(path.name if path else "", part.get("generators"))
                msgspec.convert(part, Config)
            except msgspec.ValidationError as error:
                found.append(_explained(path.name if path else "", str(error)))
            except ConfigError as error:
                found.append(str(error))
        if not found:
            load(path, environment)
    except ConfigError as error:
        found.append(str(error))
    return found


def _parts(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The configuration as one of a single key, or of one mount that stands where it stood, after the other."""
    for section, value in data.items():
        if isinstance(value, dict):
            yield from ({section: {key: one}} for key, one in value.items())
        elif section == "mounts" and isinstance(value, list):
            valid = msgspec.to_builtins(DEFAULT_MOUNTS[0])
            yield from ({section: [valid] * place + [one]} for place, one in enumerate(value))
        else:
            yield {section: value}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path.name}: not TOML: {error}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path.name}: not UTF-8 text") from None
    except OSError as error:
        raise ConfigError(f"{path.name}: cannot be read: {error.strerror}") from None


def _check_generators(name: str, tables: object) -> None:
    """Each by itself, parameter by parameter, so that a fault names them."""
    for key, table in tables.items() if isinstance(tables, dict) else ():
        parts = table.get("parameters") if isinstance(table, dict) else None
        checks = (
            [(Parameter, f"parameters.{one}", part) for one, part in parts.items()] if isinstance(parts, dict) else []
        )
        for kind, where, part in [*checks, (Generator, "", table)]:
            try:
                made = msgspec.convert(part, kind)
            except msgspec.ValidationError as error:
                what, _, place = str(error).partition(" - at `$")
                full = f"generators.{key}.{where}".rstrip(".") + place.rstrip("`")
                raise ConfigError(_explained(name, f"{what} - at `$.{full}`")) from None
            if isinstance(made, Generator):
                for fault in generators.find_faults(key, made):
                    raise ConfigError(f"{name}: generators.{key}{fault}")


def _settled(config: Config, name: str, base: Path, configured_host: bool) -> Config:
    """What needs more than one key to be decided or checked."""
    replace = msgspec.structs.replace
    paths = [mount.path for mount in config.mounts]
    if not paths:
        raise ConfigError(f"{name}: mounts: at least one is needed; leave [[mounts]] out for the usual two")
    for path in paths:
        if paths.count(path) > 1:
            raise ConfigError(
                f"{name}: mounts: {path} is there {paths.count(path)} times; each needs a path of its own"
            )
    icecast = config.icecast
    if icecast.password_file:
        secret = base / icecast.password_file
        try:
            icecast = replace(icecast, password=secret.read_text("utf-8").strip())
        except OSError as error:
            raise ConfigError(f"{name}: icecast.password_file: {secret}: {error.strerror}") from None
    if icecast.manage == "auto":
        icecast = replace(icecast, manage="never" if configured_host else "always")
    if icecast.manage == "never" and not icecast.password:
        raise ConfigError(
            f"{name}: icecast.password: the source password of the Icecast at {icecast.host} is needed "
            "(or $BANDSTAND_ICECAST_PASSWORD)"
        )
    try:
        irc = irc_settings.resolve(config.irc, base)
    except ConfigError as error:
        raise ConfigError(f"{name}: {error}") from None
    if icecast.tls and icecast.manage == "always":
        raise ConfigError(f"{name}: icecast.tls: our own Icecast has none; leave it out, or name a host")
    if icecast.ca_file:
        icecast = replace(icecast, ca_file=str(base / icecast.ca_file))
        if not Path(icecast.ca_file).is_file():
            raise ConfigError(f"{name}: icecast.ca_file: {icecast.ca_file}: there is no such file")
    station = replace(config.station, directory=str(base / config.station.directory))
    check_telnet(config.telnet, name)
    ssh = resolve_ssh(config.ssh, name, base)
    own = {
        key: replace(one, directory=str(base / Path(one.directory).expanduser()))
        for key, one in config.generators.items()
    }
    return replace(config, icecast=icecast, irc=irc, station=station, ssh=ssh, generators=own)


_KEY = r"[^`]+"
_TYPES = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}
_PATTERNS = {PATH: "a path such as /stream.mp3 (letters, digits and . _ - /)", **irc_settings.EXPECTED}


def _explained(name: str, message: str) -> str:
    """msgspec's message as `file: key: what was expected`."""
    where = re.search(r" - at `\$\.?(.*)`$", message)
    key = where.group(1) if where else ""
    what = message[: where.start()] if where else message
    unknown = re.fullmatch(rf"Object contains unknown field `({_KEY})`", what)
    if unknown:
        full = ".".join(part for part in (key, unknown.group(1)) if part)
        known = _keys_at(key)
        near = difflib.get_close_matches(unknown.group(1), known, 1)
        hint = f'did you mean "{near[0]}"?' if near else f"known here: {', '.join(known)}"
        return f"{name}: {full}: no such key; {hint}"
    missing = re.fullmatch(rf"Object missing required field `({_KEY})`", what)
    if missing:
        return f"{name}: {key}.{missing.group(1)}: is missing"
    plain = re.sub(r"`(\w+)`", lambda m: _TYPES.get(m.group(1), f'"{m.group(1)}"'), what)
    for pattern, sentence in _PATTERNS.items():
        plain = plain.replace(f"text matching regex {pattern!r}", sentence)
    return f"{name}: {key}: {plain[0].lower()}{plain[1:]}"


def _keys_at(key: str) -> list[str]:
    """The keys that belong at a place such as `icecast` or `mounts[0]`."""
    tables: dict[str, type[msgspec.Struct]] = {"": Config, "mounts": Mount}
    tables |= {"station": Station, "icecast": Icecast, "composer": Composer, "log": Log}
    tables |= {"telnet": Telnet, "ssh": Ssh, "limits": Limits}
    tables |= {"irc": Irc, "irc.networks": Network}
    table = tables.get(re.sub(r"\[.*", "", key))
    if key.startswith("generators."):
        table = Parameter if key.count(".") > 1 else Generator
    return list(table.__struct_encode_fields__) if table else []
