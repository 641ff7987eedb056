"""Looks at the machine: each function returns what it saw, as `observed` has it. It judges nothing.

The edge of the doctor: everything that may block, fail or be missing is here. Functions may raise OSError, and may take
seconds; `examination` gives each a thread and a time limit. Nothing that runs is disturbed: ports are tried and let go,
a small file is written and removed.
"""

import ctypes
import http.client
import importlib
import json
import os
import pwd
import re
import resource
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from bandstand.bot.doctor.observed import (
    ClockSeen,
    CodecsSeen,
    DiskSeen,
    IcecastSeen,
    LibrariesSeen,
    MemorySeen,
    NameSeen,
    PortSeen,
    PythonSeen,
    RightsSeen,
    SandboxSeen,
    SoundfontSeen,
    StationSeen,
    ToolSeen,
)
from bandstand.bot.supervision.icecast import Files, find_running, read_kept, read_template
from bandstand.common import sandbox, station_folder
from bandstand.common.check import (
    ICECAST,
    NEEDS,
    find_owner,
    has_library,
    has_program,
    has_soundfont,
    list_listening,
    list_missing_packages,
)
from bandstand.common.config import Config
from bandstand.common.errors import BandstandError, ConfigError
from bandstand.common.icecast import ADMIN, STATS, address, basic_authorization
from bandstand.common.lock import find_holder
from bandstand.common.port_holders import find_holder_of_port, find_parent
from bandstand.common.ports import find_free_port, list_ports
from bandstand.common.remote_access import is_loopback

LOADED: Final = ("numpy", "av", "shout", "mutagen", "twisted", "litestar")
"""Packages with parts that need the system's libraries, or that everything needs."""
ENCODERS: Final = {"flac": "flac", "aac": "aac", "opus": "libopus"}
"""Of the library in PyAV: what the station needs an encoder for, and its name."""
DECODERS: Final = ("mp3", "flac", "vorbis", "opus", "aac", "pcm_s16le")
PROGRAMS_ENCODERS: Final = ("libmp3lame", "libvorbis")
"""Of the program, which exports songs."""
SOUNDFONT_BEGINS: Final = b"RIFF"
SYNC_BYTES: Final = 4096
PATIENCE: Final = 3.0
"""Seconds for an answer of another program, or of the network."""
ANCESTORS: Final = 6
SETTLED: Final = 30.0
"""Seconds in which a station that starts has all its mounts on the air."""
TIME_ERROR: Final = 5
"""adjtimex(2): the clock is not synchronised."""
TOOLS: Final = (
    ("espeak-ng", "espeak-ng", "the station's name is spoken over its idents (radio.voice)"),
    ("libchromaprint.so.1", "libchromaprint1", "files that were imported before are recognised by their sound"),
)


def look_at_python(_: Config) -> PythonSeen:
    broken = {}
    missing = tuple(list_missing_packages())
    for name in LOADED:
        try:
            importlib.import_module(name)
        except ImportError as error:
            broken[name] = str(error)
        except OSError as error:
            broken[name] = error.strerror or str(error)
    return PythonSeen(sys.version_info[:2], missing, broken)


def look_at_libraries(config: Config) -> LibrariesSeen:
    wanted = [need for need in NEEDS if need.is_there is not has_soundfont]  # which has a look of its own
    wanted = [ICECAST, *wanted] if config.manages_icecast else wanted
    found = {need: need.is_there(need.name) for need in wanted}
    return LibrariesSeen(
        tuple(need for need, is_there in found.items() if is_there),
        tuple(need for need, is_there in found.items() if not is_there),
    )


def look_at_codecs(config: Config) -> CodecsSeen:
    import av

    hls = config.hls.formats if config.hls.enabled else ()
    encoders = [ENCODERS[name] for name in ("flac", *hls)]
    program = ""
    if has_program("ffmpeg"):
        command = ["ffmpeg", "-hide_banner", "-encoders"]
        program = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False).stdout
    return CodecsSeen(
        tuple(name for name in encoders if not _has_codec(av, name, "w")),
        tuple(name for name in DECODERS if not _has_codec(av, name, "r")),
        tuple(name for name in PROGRAMS_ENCODERS if program and f" {name} " not in program),
    )


def _has_codec(av: Any, name: str, mode: str) -> bool:
    try:
        av.Codec(name, mode)
    except ValueError:  # PyAV's own is one
        return False
    return True


def look_at_soundfont(config: Config) -> SoundfontSeen:
    named = config.composer.soundfont
    paths = [Path(named)] if named else sorted(Path("/usr/share/sounds").glob("sf[23]/*.sf[23]"))
    if not paths:
        return SoundfontSeen()
    path = max(paths, key=lambda one: one.stat().st_size if one.exists() else 0)
    try:
        with path.open("rb") as stream:
            begins = stream.read(len(SOUNDFONT_BEGINS))
        size = path.stat().st_size
    except OSError as error:
        return SoundfontSeen(str(path), trouble=error.strerror or str(error), is_configured=bool(named))
    return SoundfontSeen(str(path), size, begins == SOUNDFONT_BEGINS, is_configured=bool(named))


def look_at_ports(config: Config) -> tuple[PortSeen, ...]:
    return tuple(_look_at_port(config, *one) for one in list_listening(config))


def _look_at_port(config: Config, key: str, host: str, port: int, is_needed: bool) -> PortSeen:
    try:
        free = find_free_port(key, host, list_ports(port))
    except ConfigError as error:
        return PortSeen(key, host, port, is_needed, trouble=str(error))
    if free == port:
        return PortSeen(key, host, port, is_needed)
    holder = find_holder_of_port(port)
    is_ours = holder is not None and holder.pid is not None and _is_ours(config, holder.pid)
    return PortSeen(key, host, port, is_needed, is_taken=True, holder=holder, is_ours=is_ours)


def _is_ours(config: Config, pid: int) -> bool:
    """Whether one of this station's processes is that one, or has started it."""
    paths = config.paths
    locks = (paths.bot_lock, paths.web_lock, paths.streamer_lock, paths.standby_lock)
    ours = {*_find_holders(locks), find_running(paths)} - {None}
    for _ in range(ANCESTORS):
        if pid in ours:
            return True
        pid = find_parent(pid)
    return False


def _find_holders(locks: tuple[Path, ...]) -> Iterator[int | None]:
    for lock in locks:
        with suppress(OSError):
            yield find_holder(lock)


class _Timex(ctypes.Structure):
    """The beginning of `struct timex`, as long as any kernel may write."""

    _fields_ = [
        ("modes", ctypes.c_uint),
        ("values", ctypes.c_long * 4),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 512),
    ]


def look_at_clock(config: Config) -> ClockSeen:
    now = time.time()
    state = ctypes.CDLL(None).adjtimex(ctypes.byref(_Timex()))
    asleep = time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
    return ClockSeen(
        now=now,
        is_synchronised=None if state < 0 else state != TIME_ERROR,
        newest=max(map(_read_date, (config.paths.database, config.paths.bot_lock))),
        jumped=_measure_jump(config.paths.bot_lock, now),
        asleep=max(0.0, asleep),
    )


def _read_date(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _measure_jump(lock: Path, now: float) -> float:
    """Compare how long the bot has run by the clock that nobody sets with how old the file is that it wrote first."""
    try:
        pid = find_holder(lock)
        if pid is None:
            return 0.0
        ticks = int(Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return 0.0
    has_run = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return now - lock.stat().st_mtime - has_run


def look_at_disks(config: Config) -> tuple[DiskSeen, ...]:
    folders = {"station": config.paths.directory, "temporary files": Path(tempfile.gettempdir())}
    if config.recordings.enabled:
        folders["recordings"] = config.recordings.get_folder(config.paths)
    return tuple(_look_at_disk(what, folder) for what, folder in folders.items())


def _look_at_disk(what: str, folder: Path) -> DiskSeen:
    folder = next(one for one in (folder, *folder.parents) if one.is_dir())
    found = os.statvfs(folder)
    return DiskSeen(
        what,
        str(folder),
        free=found.f_bavail * found.f_frsize,
        inodes=found.f_favail if found.f_files else None,
        is_read_only=bool(found.f_flag & os.ST_RDONLY),
        sync=_measure_sync(folder),
    )


def _measure_sync(folder: Path) -> float | None:
    """None where nothing can be written, which others say."""
    try:
        with tempfile.TemporaryFile(prefix=".try", dir=folder) as stream:
            began = time.monotonic()
            stream.write(bytes(SYNC_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
            return time.monotonic() - began
    except OSError:
        return None


def look_at_rights(config: Config, configuration: Path | None) -> RightsSeen:
    owner = find_owner(config)
    private = [Path(path) for path in sandbox.list_secrets(config, configuration)]
    has_secret = bool(config.icecast.password or config.icecast.admin_password or config.irc.password)
    private = [path for path in private if path != configuration or has_secret]
    return RightsSeen(
        user=_name_user(owner),
        is_root=owner == 0,
        faults=tuple(station_folder.find_faults(config.paths)),
        exposed=tuple(str(path) for path in private if path.exists() and path.stat().st_mode & 0o004),
    )


def _name_user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def look_at_icecast(config: Config) -> IcecastSeen:
    return _look_at_own_icecast(config) if config.manages_icecast else _look_at_operators_icecast(config)


def _look_at_own_icecast(config: Config) -> IcecastSeen:
    program = shutil.which("icecast2", path=f"{os.environ.get('PATH', os.defpath)}:/usr/bin")
    if program is None:
        return IcecastSeen(is_own=True)  # which the libraries' look says
    asked = subprocess.run([program, "-v"], capture_output=True, text=True, timeout=PATIENCE, check=False)
    files = Files(config.paths.icecast)
    pid, kept = find_running(config.paths), read_kept(files)
    try:
        text = files.xml.read_text("utf-8", "replace") if files.xml.exists() else read_template()
    except (OSError, BandstandError):
        text = ""
    limit = re.search(r"<clients>(\d+)</clients>", text)
    sources: list[dict[str, Any]] | None = None
    if pid and kept:
        with suppress(OSError, http.client.HTTPException, ValueError):
            sources = _read_sources(_ask("127.0.0.1", kept.port, "/status-json.xsl")[1])
    return IcecastSeen(
        is_own=True,
        place=address(config.icecast, kept.port if kept else None),
        said=(asked.stdout or asked.stderr).strip(),
        is_running=pid is not None,
        clients=int(limit[1]) if limit else None,
        listeners=None if sources is None else _count_listeners(sources),
        absent=() if sources is None else _find_absent(config, sources),
        descriptors=_read_descriptor_limit(pid),
    )


def _read_descriptor_limit(pid: int | None) -> int | None:
    """Of that process; without one, of those that we start."""
    if pid is None:
        return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    try:
        found = re.search(r"^Max open files +(\d+)", Path(f"/proc/{pid}/limits").read_text("ascii"), re.MULTILINE)
    except OSError:  # it runs as another user
        return None
    return int(found[1]) if found else None


def _look_at_operators_icecast(config: Config) -> IcecastSeen:
    icecast, place = config.icecast, address(config.icecast)
    context = ssl.create_default_context(cafile=icecast.ca_file or None) if icecast.tls else None
    try:
        answer, body = _ask(icecast.host, icecast.port, "/status-json.xsl", context)
        status = None
        if icecast.admin_password:
            header = {"Authorization": basic_authorization(ADMIN, icecast.admin_password)}
            status = _ask(icecast.host, icecast.port, STATS, context, header)[0].status
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return IcecastSeen(is_own=False, place=place, trouble=why)
    with suppress(ValueError):
        sources = _read_sources(body)
        return IcecastSeen(
            is_own=False,
            place=place,
            said=answer.getheader("Server", ""),
            is_running=True,
            refuses_admin=status == http.HTTPStatus.UNAUTHORIZED,
            listeners=_count_listeners(sources),
            absent=_find_absent(config, sources),
            sources=2 * len(config.mounts),
        )
    return IcecastSeen(is_own=False, place=place, said=answer.getheader("Server", ""), trouble="that is no Icecast")


def _ask(
    host: str, port: int, path: str, context: ssl.SSLContext | None = None, headers: dict[str, str] | None = None
) -> tuple[http.client.HTTPResponse, bytes]:
    """Raises OSError or HTTPException."""
    if context is None:
        connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    else:
        connection = http.client.HTTPSConnection(host, port, timeout=PATIENCE, context=context)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer, answer.read(1 << 20)
    finally:
        connection.close()


def _read_sources(body: bytes) -> list[dict[str, Any]]:
    """All mounts that have a source. Raises ValueError where that is not Icecast's status."""
    status = json.loads(body)
    stats = status.get("icestats") if isinstance(status, dict) else None
    if not isinstance(stats, dict):
        raise ValueError("this is not Icecast's status")
    sources = stats.get("source", [])
    sources = sources if isinstance(sources, list) else [sources]
    return [one for one in sources if isinstance(one, dict)]


def _count_listeners(sources: list[dict[str, Any]]) -> int:
    return sum(int(one.get("listeners", 0)) for one in sources)


def _find_absent(config: Config, sources: list[dict[str, Any]]) -> tuple[str, ...]:
    """The station's mounts that have no source, if it has run for long enough to bring them there."""
    lock = config.paths.bot_lock
    with suppress(OSError):
        if find_holder(lock) is not None and time.time() - lock.stat().st_mtime > SETTLED:
            there = {urlsplit(str(one.get("listenurl", ""))).path for one in sources}
            return tuple(mount.path for mount in config.mounts if mount.path not in there)
    return ()


def look_at_names(config: Config) -> tuple[NameSeen, ...]:
    names: list[tuple[str, str, int]] = [("this machine's name", socket.gethostname(), 0)]
    if not config.manages_icecast:
        names.append(("icecast.host", config.icecast.host, 0))
    for key in ("public_url", "streams_url"):
        if url := getattr(config.web, key):
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
            names.append((f"web.{key}", parts.hostname or "", port))
    names += [(f"irc.networks ({one.label})", one.server, 0) for one in config.irc.configured]
    return tuple(_look_at_name(*one) for one in names)


def _look_at_name(what: str, host: str, port: int) -> NameSeen:
    try:
        found = socket.getaddrinfo(host, port or None, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        return NameSeen(what, host, is_found=False)
    is_local = all(is_loopback(str(one[4][0])) for one in found)
    return NameSeen(what, host, is_loopback=is_local, is_reached=_is_reached(host, port) if port else None)


def _is_reached(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=PATIENCE).close()
    except OSError:
        return False
    return True


def look_at_sandbox(config: Config, configuration: Path | None) -> SandboxSeen:
    owner = find_owner(config)
    made = sandbox.protect_programs(config, configuration, owner).sandbox
    return SandboxSeen(
        trouble=sandbox.find_trouble(config, sandbox.plan_sandbox(config, configuration)),
        is_installed=has_program(sandbox.PROGRAM),
        is_wanted=config.composer.sandbox != "off",
        has_generators=bool(config.generators),
        as_whom=str(made.user) if made and made.user else "",
        is_root=owner == 0,
    )


def look_at_tools(_: Config) -> tuple[ToolSeen, ...]:
    return tuple(
        ToolSeen(name, package, gives, has_library(name) if ".so." in name else has_program(name))
        for name, package, gives in TOOLS
    )


def look_at_memory(_: Config) -> MemorySeen:
    found = re.search(r"^MemAvailable: +(\d+) kB", Path("/proc/meminfo").read_text("ascii"), re.MULTILINE)
    if found is None:
        raise OSError("the kernel does not say how much memory is free")
    return MemorySeen(int(found[1]) * 1024)


def look_at_station(config: Config, faults: int) -> StationSeen:
    with suppress(OSError):
        return StationSeen(find_holder(config.paths.bot_lock), faults)
    return StationSeen(None, faults)
