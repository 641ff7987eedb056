"""Icecast as a source client sees it: a mount's connection, its title, and the reason of a refusal.

The connection is libshout's in its non-blocking mode, and never waits; the requests beside it have a timeout.
libshout's own `set_metadata` is not used, since it may block for minutes. Needs neither Twisted nor NumPy, so that the
standby can use it, too.
"""

import http.client
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Final, Protocol
from urllib.parse import urlencode

import shout

from bandstand.common.config import Icecast, Mount, Station
from bandstand.common.errors import BandstandError
from bandstand.common.icecast import ADMIN, AGENT, PROBED, SOURCE, STATS, address, basic_authorization, parse_stats
from bandstand.common.types import CHANNELS, RATE, Seconds

TIMEOUT: Final = Seconds(3.0)
ANSWER_TIMEOUT: Final = Seconds(1.5)
"""Longer than it takes a network to send a lost packet again."""
LONGEST_ANSWER: Final = 100_000
SHOUT_FORMATS: Final = {"mp3": "mp3", "opus": "ogg", "flac": "ogg"}
CONTENT_TYPES: Final = {"mp3": "audio/mpeg", "opus": "audio/ogg", "flac": "audio/ogg"}
REFUSALS: Final = {
    "mountpoint in use": "the mount is in use by another source",
    "too many sources connected": "Icecast takes no more sources; its limit is in its own configuration",
    "content-type not supported": "Icecast does not take this format",
}
"""What Icecast 2.4 says, in words for the operator."""
TLS_TROUBLES: Final = {
    -11: "Icecast speaks no TLS there; set icecast.tls = false, or name its other port",
    -12: "Icecast's certificate is not trusted, or is for another host; set icecast.ca_file or icecast.host",
}
"""SHOUTERR_NOTLS and SHOUTERR_TLSBADCERT of shout.h."""
CODES: Final = {
    "Login failed": shout.SHOUTERR_NOLOGIN,
    "TLS requested but not supported by peer": -11,
    "TLS connection can not be established because of bad certificate": -12,
}
"""libshout's words, where `open` fails at once, as its codes. The code itself cannot be asked for then: libshout would
try once more, forget why it failed, and lose 4 KiB of memory. Any other words mean that nothing answers."""


class OffAir(BandstandError):
    """There is no connection, or it was lost; the text says why."""


class IcecastConnection(Protocol):
    """A mount's connection to Icecast. No method waits."""

    @property
    def backlog(self) -> int:
        """Bytes that are still to be sent."""

    def opened(self) -> bool:
        """Whether Icecast has accepted the stream; raises OffAir if it has refused it."""

    def send(self, data: bytes) -> None:
        """Send `data`, or keep it until that is possible; raises OffAir when the connection is lost."""

    def close(self) -> None: ...


class ShoutHandle:
    """One mount's libshout handle, and the connections that are made with it, one after the other.

    There is one handle for each mount of a process, for as long as it lives, and its methods are looked up once:
    python-shout 0.2.8 keeps some memory for good with each handle, each attribute that is set and each method that is
    looked up (docs/packaging.md).
    """

    def __init__(self, icecast: Icecast, station: Station, mount: Mount, path: str) -> None:
        self._icecast = icecast
        self._mount = mount
        self._path = path
        handle = shout.Shout()
        for name, value in self._attributes(station).items():
            setattr(handle, name, value)
        if icecast.tls:
            from bandstand.streamer.libshout_tls import secure  # loads ctypes, which the standby does without otherwise

            secure(handle, icecast)
        self._open: Callable[[], object] = handle.open
        self._close: Callable[[], object] = handle.close
        self.get_state: Callable[[], int] = handle.get_connected
        """One of libshout's codes; does not notice a loss."""
        self.send: Callable[[bytes], object] = handle.send
        """Keeps what cannot be sent yet; raises shout.ShoutException when the connection is lost."""
        self.get_backlog: Callable[[], int] = handle.queuelen
        """Bytes that are still to be sent."""

    def _attributes(self, station: Station) -> dict[str, object]:
        audio = {shout.SHOUT_AI_BITRATE: self._mount.bitrate, shout.SHOUT_AI_SAMPLERATE: RATE}
        audio[shout.SHOUT_AI_CHANNELS] = CHANNELS
        return {
            "host": self._icecast.host,
            "port": self._icecast.port,
            "user": SOURCE,
            "password": self._icecast.password,
            "agent": AGENT,
            "mount": self._path,
            "protocol": "http",
            "format": SHOUT_FORMATS[self._mount.format],
            "name": self._mount.name or station.name,
            "description": self._mount.description or station.description,
            "genre": self._mount.genre or station.genre,
            "url": self._mount.url or station.url,
            "public": int(self._mount.public),
            "audio_info": {key: str(value) for key, value in audio.items()},
            "nonblocking": True,
        }

    def dial(self) -> "ShoutConnection":
        """Begin to connect; raises OffAir if that cannot be. The connection before this one must be closed."""
        try:
            self._open()
        except shout.ShoutException as error:
            self.close()  # or its descriptor would stay open for good
            raise OffAir(self.explain(CODES.get(str(error), shout.SHOUTERR_SOCKET))) from None
        return ShoutConnection(self)

    def close(self) -> None:
        with suppress(shout.ShoutException):  # if it is not open
            self._close()

    def explain(self, code: int) -> str:
        """A sentence for a code with which libshout did not connect; may ask Icecast."""
        if code == shout.SHOUTERR_NOLOGIN:
            return ask_refusal(self._icecast, self._mount.format, self._path)
        return TLS_TROUBLES.get(code, f"no Icecast answers at {address(self._icecast)}")

    def explain_loss(self) -> str:
        return f"the connection to {address(self._icecast)} was lost"


class ShoutConnection:
    """An `IcecastConnection` through libshout, which `ShoutHandle.dial` makes."""

    def __init__(self, handle: ShoutHandle) -> None:
        self._handle = handle

    @property
    def backlog(self) -> int:
        return self._handle.get_backlog()

    def opened(self) -> bool:
        code = self._handle.get_state()
        if code == shout.SHOUTERR_BUSY:
            return False
        if code != shout.SHOUTERR_CONNECTED:
            raise OffAir(self._handle.explain(code))
        return True

    def send(self, data: bytes) -> None:
        try:
            self._handle.send(data)
        except shout.ShoutException:
            raise OffAir(self._handle.explain_loss()) from None

    def close(self) -> None:
        self._handle.close()


def ask_refusal(icecast: Icecast, kind: str, path: str) -> str:
    """Why Icecast does not take a stream. libshout does not say, so the request is made once more and broken off."""
    headers = {**_authorization(icecast), "Content-Type": CONTENT_TYPES[kind], "Expect": "100-continue"}
    connection = open_connection(icecast, TIMEOUT)
    try:
        connection.putrequest("PUT", path)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        assert connection.sock is not None
        answer = connection.sock.recv(4096).decode("latin-1")
    except OSError:
        return f"Icecast at {address(icecast)} refused the stream and says no more"
    finally:
        connection.close()
    head, _, body = answer.partition("\r\n\r\n")
    if head.split(" ")[1:2] == ["401"]:
        return f"Icecast at {address(icecast)} refuses the source password; set icecast.password"
    return REFUSALS.get(body.strip().lower(), f"Icecast at {address(icecast)} refused the stream")


def probe(icecast: Icecast) -> None:
    """Return if Icecast answers anything at all; raises OSError if it does not in time.

    Asks for a plain file: Icecast 2.4.4 may crash when it is asked for figures in its first moments.
    """
    fetch(icecast, PROBED, {})


def fetch_bytes_received(icecast: Icecast, path: str) -> int | None:
    """How many bytes of a mount have arrived at Icecast by its own account, or None if it gives none.

    Raises OSError if it does not answer in time.
    """
    answer = fetch(icecast, f"{STATS}?{urlencode({'mount': path})}", _authorization(icecast))
    try:
        stats = parse_stats(answer).get(path)
    except ValueError:
        return None
    return stats.bytes_received if stats else None


def fetch(icecast: Icecast, what: str, headers: dict[str, str]) -> bytes:
    """The first `LONGEST_ANSWER` bytes of an answer, whatever its status. Raises OSError if there is none in time."""
    connection = open_connection(icecast, ANSWER_TIMEOUT)
    try:
        connection.request("GET", what, headers=headers)
        return connection.getresponse().read(LONGEST_ANSWER)
    except http.client.HTTPException as error:
        raise OSError(f"no HTTP: {error}") from None
    finally:
        connection.close()


def end_source(icecast: Icecast, path: str) -> bool:
    """Have Icecast end the source of a mount, so that its listeners are passed on. Returns whether it did.

    Takes Icecast's admin password.
    """
    headers = {"Authorization": basic_authorization(ADMIN, icecast.admin_password)}
    connection = open_connection(icecast, ANSWER_TIMEOUT)
    try:
        connection.request("GET", f"/admin/killsource?{urlencode({'mount': path})}", headers=headers)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def set_title(icecast: Icecast, path: str, title: str) -> bool:
    """Set the title of an MP3 mount. Returns whether Icecast took it."""
    query = urlencode({"mode": "updinfo", "mount": path, "song": quote_title(title), "charset": "UTF-8"})
    connection = open_connection(icecast, TIMEOUT)
    try:
        connection.request("GET", f"/admin/metadata?{query}", headers=_authorization(icecast))
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def quote_title(title: str) -> str:
    """`title` as it can stand in ICY's `StreamTitle='...';`, which knows no escape: a `';` in it would end it, and what
    follows be taken for further fields, such as an address to open."""
    return title.replace("';", "\N{RIGHT SINGLE QUOTATION MARK};")


def open_connection(icecast: Icecast, timeout: Seconds) -> http.client.HTTPConnection:
    """A connection for one request, which also dials."""
    if not icecast.tls:
        return http.client.HTTPConnection(icecast.host, icecast.port, timeout=timeout)
    return http.client.HTTPSConnection(
        icecast.host, icecast.port, timeout=timeout, context=trusted_certificates(icecast.ca_file)
    )


@cache
def trusted_certificates(ca_file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file or None)


def _authorization(icecast: Icecast) -> dict[str, str]:
    return {"Authorization": basic_authorization(SOURCE, icecast.password)}
