"""A server of PostgreSQL for tests, from Debian's package: in a folder of its own, on a UNIX socket, without fsync.

It refuses to run as root, so there it runs as another user. With `BANDSTAND_TEST_DATABASE=postgresql` in the
environment, tests that would have SQLite have PostgreSQL: `tests/bot/conftest.py` sees to those of the bot's parts, and
`put_database` to those of whole stations.
"""

import atexit
import contextlib
import itertools
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from urllib.parse import quote

ALL_ON_POSTGRES = os.environ.get("BANDSTAND_TEST_DATABASE") == "postgresql"
OLDEST = 15
PATIENCE = 60.0
FAST = {"fsync": "off", "synchronous_commit": "on", "full_page_writes": "off", "shared_buffers": "32MB"}


@cache
def find_programs() -> Path | None:
    """The folder of the newest PostgreSQL that the station can use; None where Debian's package is not installed."""
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    new = [path for path in found if path.parent.name.isdecimal() and int(path.parent.name) >= OLDEST]
    return max(new, key=lambda path: int(path.parent.name), default=None)


WHY_NOT = "PostgreSQL 15 or newer is not installed (Debian: postgresql)"


class PostgresServer:
    """Starts when it is made; `end` it. `port`: a port of loopback as well, 0 for the UNIX socket alone."""

    def __init__(self, port: int = 0, settings: dict[str, str] | None = None) -> None:
        programs = find_programs()
        assert programs is not None, WHY_NOT
        self._programs = programs
        self.port = port
        self._settings = FAST | (settings or {})
        self.folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # a short path, for the socket
        self.user: str | None = None
        if os.getuid() == 0:
            self.user = "postgres" if _has_user("postgres") else "nobody"
            shutil.chown(self.folder, self.user)
        self.folder.chmod(0o755)
        self._process: subprocess.Popen[bytes] | None = None
        self._run(
            *("initdb", "-D", str(self.folder / "data"), "-U", "station", "-A", "trust", "--no-sync"),
            *("-E", "UTF8", "--locale", "C.UTF-8"),
        )
        self.start()

    def start(self) -> None:
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        address = ["-c", f"listen_addresses={'127.0.0.1' if self.port else ''}", "-p", str(self.port or 5432)]
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", self.folder / "data", "-k", self.folder, *address, *options],
            stdout=log, stderr=log, user=self.user, cwd="/",
        )  # fmt: skip
        log.close()
        self._run("pg_isready", "-h", str(self.folder), "-p", str(self.port or 5432), "-t", "1", until=True)

    def kill(self) -> None:
        """As `kill -9` of the whole server; `start` has it recover."""
        assert self._process is not None
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self._process.pid)], capture_output=True, text=True, check=False
        )
        self._process.kill()
        self._process.wait(PATIENCE)
        for pid in children.stdout.split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def end(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(PATIENCE)
        shutil.rmtree(self.folder, ignore_errors=True)

    def make_database(self, name: str) -> str:
        """An empty database; returns its address."""
        self._run("createdb", "-h", str(self.folder), "-p", str(self.port or 5432), "-U", "station", name)
        return self.get_address(name)

    def get_address(self, name: str) -> str:
        if self.port:
            return f"postgresql://station@127.0.0.1:{self.port}/{name}"
        return f"postgresql://station@{quote(str(self.folder), safe='')}/{name}"

    def _run(self, program: str, *arguments: str, until: bool = False) -> None:
        command = [self._programs / program, *arguments]
        for _ in range(int(PATIENCE * 10) if until else 1):
            done = subprocess.run(command, capture_output=True, text=True, user=self.user, cwd="/", check=False)
            if done.returncode == 0:
                return
            if until:
                assert self._process is not None
                try:
                    self._process.wait(0.1)
                except subprocess.TimeoutExpired:
                    continue
            break
        raise AssertionError(f"{program}: {done.stdout} {done.stderr}")


def _has_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


NUMBERS = itertools.count(1)


@cache
def share_server() -> PostgresServer:
    """One for all stations of this process's tests."""
    server = PostgresServer()
    atexit.register(server.end)
    return server


def put_database(config: Path) -> str:
    """Give the station of this configuration a new database, where all are to have one and it names none; returns what
    it names then, '' for the file that is usual."""
    text = config.read_text("utf-8")
    named = re.search(r'^database = "(postgresql:.*)"$', text, re.MULTILINE)
    if named or not ALL_ON_POSTGRES:
        return named[1] if named else ""
    address = share_server().make_database(f"station{next(NUMBERS)}")
    section, line = "[station]\n", f'database = "{address}"\n'
    has_section = text.startswith(section) or f"\n{section}" in text
    config.write_text(text.replace(section, section + line, 1) if has_section else section + line + text, "utf-8")
    return address


def empty_database(config: Path) -> None:
    """As if the server of the station of this configuration, if it has one, was set up anew."""
    address = put_database(config)
    if address:
        import psycopg

        with psycopg.connect(address, autocommit=True) as server:
            server.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
