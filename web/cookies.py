"""What a visitor's browser keeps for us: one signed cookie, and the key that signs it.

The cookie says which visitor this is (random, theirs for a year), the session if they logged in (`bot.station.sessions`
says whose), and what they want to be called. It is signed (HMAC with SHA-256), so that nobody can take another one's or
make up their own; it is not encrypted, as it is the browser's own. Two processes of this station, and the next one
after a restart, read each other's cookies: the key is a file of the station's directory that nobody else may read.

The token against forged forms comes from the same key and the cookie: a page of somebody else's can have a browser send
the cookie along, but cannot know the token.
"""

import base64
import hashlib
import hmac
import logging
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

log = logging.getLogger(__name__)

KEY_BYTES: Final = 32
MAC_BYTES: Final = 20
LONGEST: Final = 2000
"""Characters of a cookie; a longer one is none of ours."""
AGE: Final = 365 * 24 * 3600
"""Seconds for which a browser keeps it, from when it was last set."""


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """What the cookie says."""

    id: str
    session: str = ""
    name: str = ""
    """What the visitor chose to be called; it proves nothing."""


def make_kept(session: str = "", name: str = "") -> Kept:
    """A new visitor's."""
    return Kept(secrets.token_hex(8), session, name)


class Signer:
    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, kept: object, purpose: str = "visitor") -> str:
        """Any msgspec value as a text for a cookie; `purpose` keeps one kind from being taken for another."""
        data = msgspec.json.encode(kept)
        return _write(data + self._sign(purpose, data))

    def open(self, text: str, kind: type[msgspec.Struct] = Kept, purpose: str = "visitor") -> msgspec.Struct | None:
        """The value; None where it was not sealed here for this purpose."""
        data = _read(text) if len(text) <= LONGEST else b""
        body, mac = data[:-MAC_BYTES], data[-MAC_BYTES:]
        if not body or not hmac.compare_digest(mac, self._sign(purpose, body)):
            return None
        with suppress(msgspec.DecodeError, UnicodeDecodeError):  # of an older version
            return msgspec.json.decode(body, type=kind)
        return None

    def make_token(self, kept: Kept) -> str:
        """The token of this visitor's forms; another one after they log in or out."""
        return _write(self._sign("form", f"{kept.id} {kept.session}".encode()))

    @property
    def tag(self) -> str:
        """Tells this station from another one on the same host, whose cookies the browser sends along: ports count for
        nothing there (RFC 6265, section 8.5)."""
        return self._sign("name", b"").hex()[:8]

    def is_token(self, token: str, kept: Kept) -> bool:
        return hmac.compare_digest(token.encode("utf-8", "replace"), self.make_token(kept).encode())

    def _sign(self, purpose: str, data: bytes) -> bytes:
        return hmac.new(self._key, purpose.encode() + b"\0" + data, hashlib.sha256).digest()[:MAC_BYTES]


def _write(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _read(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""


def load_key(path: Path) -> bytes:
    """The station's key, made where there is none. Whoever comes second takes the first one's.

    Where it can be neither read nor kept, it is a new one each time: visitors are others after a restart.
    """
    try:
        key = _read_key(path)
        if len(key) == KEY_BYTES:
            return key
        return _make_key(path)
    except OSError as error:
        log.error("%s: %s; visitors of the page are not known again after a restart", path, error.strerror)
        return os.urandom(KEY_BYTES)


def _read_key(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                os.fchmod(file.fileno(), 0o600)
            return file.read(KEY_BYTES + 1)
    except FileNotFoundError:
        return b""


def _make_key(path: Path) -> bytes:
    new = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(os.urandom(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        if path.exists():  # it has another length, so it is none
            new.replace(path)
        with suppress(FileExistsError, FileNotFoundError):
            os.link(new, path)
    finally:
        new.unlink(missing_ok=True)
    return _read_key(path)
