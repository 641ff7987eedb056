"""Our own Icecast: its configuration from the template, its port and passwords, and whether it runs already.

Knows how Icecast 2.4 is configured. Does not start it or watch over it, and knows nothing of songs. `prepare`, `probe`,
`find_running` and `end` may block for a moment: call them before the reactor runs, or in a thread.
"""

import http.client
import os
import pwd
import re
import secrets
import select
import shutil
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from xml.sax.saxutils import escape

import msgspec

from bandstand.bot.live.door import DoorPlace
from bandstand.bot.supervision.webroot import make_webroot
from bandstand.common.config import Config, Mount
from bandstand.common.errors import Missing
from bandstand.common.files import write_whole
from bandstand.common.icecast import ADMIN, STATS, basic_authorization, get_burst_seconds
from bandstand.common.paths import Paths
from bandstand.common.ports import PortClaim, claim_free_port, list_ports, listen_on_free_port

STANDBY_BURST_SECONDS = 0.5
"""Of silence, for those who come to the standby: also listeners of the streamer, who are later by it for good."""
SPARE_SOURCES = 4
ACCOUNTS = (("icecast2", "icecast"), ("nobody", "nogroup"))
"""User and group that Icecast changes to when root starts it, the first that is there: it refuses to run as root."""
LOG_BYTES = 4_000_000
"""A log longer than this is put aside when Icecast is prepared."""
WILDCARDS = ("0.0.0.0", "::")
ANSWER_SECONDS = 1.0
END_SECONDS = 3.0

_SHOWN = re.compile(r"<(location|admin|hostname)>.*?</\1>")
LISTEN = """
    <listen-socket>
        <port>$port</port>
        <bind-address>$address</bind-address>
    </listen-socket>
"""
MOUNT = """
    <mount type="normal">
        <mount-name>$path</mount-name>
        <charset>UTF-8</charset>
        <burst-size>$burst</burst-size>
        <intro>$intro</intro>
        <fallback-mount>$standby</fallback-mount>
        <fallback-override>1</fallback-override>
    </mount>
    <mount type="normal">
        <mount-name>$standby</mount-name>
        <charset>UTF-8</charset>
        <burst-size>$standby_burst</burst-size>
        <intro>$intro</intro>
        <hidden>1</hidden>
        <fallback-mount>$file</fallback-mount>
        <fallback-override>1</fallback-override>
    </mount>
"""
LIVE = """
    <!-- DJs' mounts: the bot says who may send, and nobody but the station listens. They are not hidden, nor kept from
         directories: Icecast would do the same with every mount that has an entry of its own. -->
    <mount type="default">
        <charset>UTF-8</charset>
        <burst-size>0</burst-size>
        <authentication type="url">
            <option name="stream_auth" value="$url" />
            <option name="listener_add" value="$url" />
        </authentication>
    </mount>
    <!-- Icecast's own pages and playlists: it would ask for these as well. -->
$pages"""
PAGE = """    <mount type="normal">
        <mount-name>$path</mount-name>
    </mount>
"""
PAGES = (
    *("/", "/status.xsl", "/status-json.xsl", "/server_version.xsl", "/auth.xsl"),
    *("/style.css", "/icecast.png", "/key.png", "/tunein.png", "/favicon.ico", "/robots.txt"),
)
"""What everybody may have of Icecast 2.4; the streamer sees by one of them that it answers."""
PLAYLISTS = (".m3u", ".xspf", ".vclt")
"""Behind a mount's path: Icecast makes a playlist for it."""
LIVE_SOURCES = 20
"""DJs at a time."""
INTRO = "        <intro>$intro</intro>\n"
"""The line of MOUNT that only an MP3 mount has."""
CHANGEOWNER = """
        <changeowner>
            <user>$user</user>
            <group>$group</group>
        </changeowner>"""


class Kept(msgspec.Struct, frozen=True):
    """What is decided once and kept in the station's directory, so that whatever starts later agrees with it."""

    asked: int
    """The port that the configuration named when `port` was chosen."""
    port: int
    password: str
    admin_password: str
    live_port: int = 0
    """Where Icecast asks whom to let in; 0: nowhere."""
    live_key: str = ""


@dataclass(frozen=True)
class Prepared:
    """An Icecast that can be started with `argv`, unless one that is ours already runs as process `pid`."""

    port: int
    password: str
    admin_password: str
    argv: list[str]
    moved_from: int | None
    """The configured port, where another program has it."""
    pid: int | None
    live: DoorPlace | None = None
    """Where it asks whether a DJ may send; None: there are none."""
    was_ended: bool = False
    """One of ours ran, and had to be ended because its configuration is another now: its listeners connect anew."""
    claim: PortClaim | None = field(default=None, compare=False)
    """Keeps `port` from other stations that start before Icecast listens there."""


@dataclass(frozen=True)
class Files:
    """What our Icecast has in the station's directory."""

    directory: Path

    @property
    def xml(self) -> Path:
        return self.directory / "icecast.xml"

    @property
    def kept(self) -> Path:
        return self.directory / "kept.json"

    @property
    def pid(self) -> Path:
        return self.directory / "icecast.pid"

    @property
    def log(self) -> Path:
        return self.directory / "icecast.log"


def render(template: str, config: Config, kept: Kept, account: tuple[str, str] | None, webroot: Path) -> str:
    """Icecast's configuration as XML; `account` is the user and group to change to, None to stay who we are."""
    addresses = [config.icecast.bind]
    if config.icecast.bind not in WILDCARDS and not config.icecast.bind.startswith("127."):
        addresses.insert(0, "127.0.0.1")  # where the streamer sends
    door = _find_door(config, kept)
    blocks = {
        "listen": "".join(_fill(LISTEN, port=kept.port, address=address) for address in addresses),
        "mounts": "".join(map(_render_mount, config.mounts)) + (_render_live(door, config.mounts) if door else ""),
        "changeowner": _fill(CHANGEOWNER, user=account[0], group=account[1]) if account else "",
    }
    files = Files(config.paths.icecast)
    values = {
        "location": config.station.name,
        "admin": config.station.url or "nobody@localhost",
        "hostname": "localhost" if config.icecast.bind in WILDCARDS else config.icecast.bind,
        "sources": 2 * len(config.mounts) + SPARE_SOURCES + (LIVE_SOURCES if door else 0),
        "password": kept.password,
        "admin_password": kept.admin_password,
        "directory": files.directory,
        "pidfile": files.pid,
        "webroot": webroot,
    }
    return Template(template).substitute(blocks, **{key: escape(str(value)) for key, value in values.items()})


def _render_mount(mount: Mount) -> str:
    return _fill(
        MOUNT if mount.intro else MOUNT.replace(INTRO, ""),
        path=mount.path,
        standby=mount.standby,
        file=mount.last_fallback,
        intro=mount.intro,
        burst=int(mount.bitrate * 125 * get_burst_seconds(mount)),
        standby_burst=int(mount.bitrate * 125 * STANDBY_BURST_SECONDS),
    )


def _render_live(door: DoorPlace, mounts: Sequence[Mount]) -> str:
    paths = [*PAGES, *(f"{mount.path}{ending}" for mount in mounts for ending in PLAYLISTS)]
    pages = "".join(_fill(PAGE, path=path) for path in paths)
    return Template(LIVE).substitute(url=escape(door.url), pages=pages)


def _fill(template: str, **values: object) -> str:
    return Template(template).substitute({key: escape(str(value)) for key, value in values.items()})


def find_program() -> str:
    program = shutil.which("icecast2", path=f"{os.environ.get('PATH', os.defpath)}:/usr/bin")
    if program is None:
        raise Missing("Icecast is missing: install the Debian package icecast2")
    return program


def prepare(config: Config) -> Prepared:
    """Choose port and passwords, write the configuration, and say how to start Icecast or that it runs already.

    One of ours that runs with another configuration is ended first. Raises Missing without Debian's icecast2, and
    ConfigError where Icecast cannot listen as configured.
    """
    program = find_program()
    files = Files(config.paths.icecast)
    files.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = read_kept(files)
    pid = find_running(config.paths)
    door = _open_door(config, before) if config.live.enabled else None
    claim = _choose_port(config, before, before.port if before and pid else None)
    kept = _settle(config, before, claim.port, door)
    account = find_account()
    webroot = make_webroot(config.paths.webroot, is_for_another_user=account is not None)
    xml = render(read_template(), config, kept, account, webroot)
    was_ended = False
    if pid and (kept != before or not _is_same(files.xml, xml) or not probe(kept.port, kept.admin_password)):
        end(pid)
        pid, was_ended = None, True
    write_whole(files.kept, msgspec.json.encode(kept), is_private=True)  # both hold passwords
    write_whole(files.xml, xml.encode(), is_private=True)
    if pid is None and files.log.is_file() and files.log.stat().st_size > LOG_BYTES:
        files.log.replace(files.log.with_suffix(".log.1"))
    return Prepared(
        port=kept.port,
        password=kept.password,
        admin_password=kept.admin_password,
        argv=_make_argv(program, files),
        moved_from=config.icecast.port if kept.port != config.icecast.port else None,
        pid=pid,
        live=_find_door(config, kept, door),
        was_ended=was_ended,
        claim=claim,
    )


def read_template() -> str:
    """The template, which in a checkout is a link to the one in deploy/."""
    try:
        return Path(__file__).with_name("icecast.xml").read_text("utf-8")
    except OSError as error:
        raise Missing(f"icecast.xml, which comes with Bandstand, cannot be read ({error}): install it anew") from None


def _make_argv(program: str, files: Files) -> list[str]:
    shell = 'exec "$0" -c "$1" </dev/null >>"$2" 2>&1'
    return ["sh", "-c", shell, program, str(files.xml), str(files.log)]


def read_kept(files: Files) -> Kept | None:
    try:
        return msgspec.json.decode(files.kept.read_bytes(), type=Kept)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _choose_port(config: Config, before: Kept | None, in_use: int | None) -> PortClaim:
    """`in_use` is the port that our Icecast has."""
    icecast = config.icecast
    is_as_before = before is not None and before.asked == icecast.port
    if before and is_as_before and before.port == in_use:
        return PortClaim(in_use)
    first = [before.port] if before and is_as_before else []
    return claim_free_port("icecast", icecast.bind, [*first, *list_ports(icecast.port)])


def _settle(config: Config, before: Kept | None, port: int, door: socket.socket | None) -> Kept:
    """Passwords from the configuration, else from before, else made up; at `door` Icecast will ask whom to let in."""
    icecast = config.icecast
    return Kept(
        asked=icecast.port,
        port=port,
        password=icecast.password or (before.password if before else secrets.token_urlsafe(18)),
        admin_password=icecast.admin_password or (before.admin_password if before else secrets.token_urlsafe(18)),
        live_port=door.getsockname()[1] if door else 0,
        live_key=config.live.key or (before.live_key if before else "") or secrets.token_urlsafe(18),
    )


def _open_door(config: Config, before: Kept | None) -> socket.socket:
    """On the port from before as long as it is free: with another, Icecast would have to be started again."""
    ports = list_ports(config.live.port)
    first = [before.live_port] if before and before.live_port in ports else []
    claim = claim_free_port("live", config.live.host, [*first, *ports])
    try:
        return listen_on_free_port("live", config.live.host, [claim.port, *ports])
    finally:
        claim.release()


def _find_door(config: Config, kept: Kept, listening: socket.socket | None = None) -> DoorPlace | None:
    return DoorPlace(config.live.host, kept.live_port, kept.live_key, listening) if config.live.enabled else None


def find_account() -> tuple[str, str] | None:
    """None where Icecast can stay who we are. Raises Missing where it could not, and has nobody to change to."""
    if os.geteuid() != 0:
        return None
    users = {entry.pw_name for entry in pwd.getpwall()}
    for account in ACCOUNTS:
        if account[0] in users:
            return account
    names = " nor ".join(user for user, _ in ACCOUNTS)
    raise Missing(f"Icecast does not run as root, and there is no user {names} here: add one, or use another user")


def _is_same(path: Path, text: str) -> bool:
    """Whether the file says the same, but for what only Icecast's own pages show: no listener is sent away for that."""
    return path.is_file() and _SHOWN.sub("", path.read_text("utf-8", "replace")) == _SHOWN.sub("", text)


def find_running(paths: Paths) -> int | None:
    """The process of our own Icecast, if one runs: named by its pid file, and started with our configuration."""
    files = Files(paths.icecast)
    try:
        pid = int(files.pid.read_text("ascii"))
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if os.fsencode(files.xml) in words else None


def end(pid: int) -> None:
    """Ask that process to end and wait until it has; after three seconds it is killed."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        gone = select.poll()
        gone.register(process, select.POLLIN)
        signal.pidfd_send_signal(process, signal.SIGTERM)
        if not gone.poll(END_SECONDS * 1000):
            signal.pidfd_send_signal(process, signal.SIGKILL)
            gone.poll(END_SECONDS * 1000)
    except ProcessLookupError:
        pass
    finally:
        os.close(process)


def probe(port: int, admin_password: str, host: str = "127.0.0.1") -> bool:
    """Whether an Icecast that takes this admin password answers there."""
    connection = http.client.HTTPConnection(host, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", STATS, headers={"Authorization": basic_authorization(ADMIN, admin_password)})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
