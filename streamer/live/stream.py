"""A DJ's mount as bytes: asks Icecast for it as a listener does, and finds out what kind of sound it is.

The content type is the source's word, and is not believed: what the first bytes are decides. A listener comes in the
middle of a stream, so MP3 and AAC are looked for frame by frame; FFmpeg, which looks for a file's beginning, would need
131,072 bytes, eight seconds. Ogg is sent from its heads on, as Icecast keeps those; but Icecast believes the content
type: what is called Ogg and is none it does not pass on, and of Ogg that is called MP3 it keeps no heads.

Blocks: belongs into a thread of its own. `close` may be called by any other.
"""

import socket
import ssl
from contextlib import suppress
from typing import Final
from urllib.parse import quote

from bandstand.common.config import Icecast
from bandstand.common.errors import BandstandError
from bandstand.common.icecast import AGENT, SOURCE, basic_authorization
from bandstand.common.sound import framed
from bandstand.common.text import one_line
from bandstand.streamer.live.metadata import IcyReader
from bandstand.streamer.live.ogg import OggReader, is_cut_ogg

CONNECT_SECONDS: Final = 3.0
STALLED_SECONDS: Final = 10.0
"""A mount that sends nothing for so long is given up; Icecast does so after `source-timeout`."""
PIECE: Final = 4096
LONGEST_HEAD: Final = 16_384
LONGEST_TYPE: Final = 40
"""Characters of a content type that are shown."""
SEARCHED: Final = 65_536
"""Bytes in which sound has to be found."""
BEGINNINGS: Final = ((b"OggS", "ogg"), (b"\x1aE\xdf\xa3", "matroska"))
FORMATS: Final = {"mp3": "mp3", "aac": "aac", "mp2": "mp3", "mp1": "mp3"}
"""What frames are of -> FFmpeg's name of the format; the usual ones first."""
PREFERRED: Final = tuple(FORMATS)
FIRST_SECONDS: Final = 4.0
"""In which a source that Icecast lets in has to send something. Icecast lets go of one that sends nothing at all."""
REFUSALS: Final = {
    "404": "there is no source",
    "401": "Icecast passes nothing of it on: what it calls Ogg has to be Ogg",
}
"""What Icecast's answers mean; with 401 it also answers for a source that calls itself Ogg and has sent none yet."""
NOTHING: Final = "it is connected, and nothing comes of it: what it calls Ogg has to be Ogg"


class NoStream(BandstandError):
    """The mount cannot be read; the text says why. `is_missing`: there is no source. `is_unanswered`: there is no
    Icecast."""

    def __init__(self, reason: str, *, is_missing: bool = False, is_unanswered: bool = False) -> None:
        super().__init__(reason)
        self.is_missing = is_missing
        self.is_unanswered = is_unanswered


class MountStream:
    """An open mount. `read` is what PyAV wants of a file; `format` is FFmpeg's name of what is read."""

    def __init__(self, icecast: Icecast, path: str) -> None:
        """Raises NoStream."""
        self._is_closed = False
        self._ogg: OggReader | None = None
        self._called = ""
        """The content type."""
        try:
            self._socket = _connect(icecast)
        except OSError as error:
            raise NoStream(f"Icecast does not answer: {error}", is_unanswered=True) from None
        try:
            headers, rest = self._ask(icecast, path)
            self._icy = IcyReader(_read_number(headers.get("icy-metaint", "")))
            self._data = self._icy.take(rest)
            self._called = headers.get("content-type", "")
            self.format = self._find_format()
            self._socket.settimeout(STALLED_SECONDS)
        except OSError:
            self.close()
            raise NoStream(NOTHING) from None
        except NoStream:
            self.close()
            raise

    @property
    def title(self) -> str | None:
        return self._ogg.title if self._ogg is not None else self._icy.title

    def read(self, size: int = PIECE) -> bytes:
        """Some bytes of the sound, at most `size`; none at the end, where nothing came for long, and where another kind
        of sound begins (`go_on`)."""
        while not self._data:
            if self._ogg is not None and self._ogg.has_changed:
                return b""
            try:
                came = self._socket.recv(PIECE)
            except OSError:
                return b""
            if not came:
                return b""
            came = self._icy.take(came)
            self._data = came if self._ogg is None else self._ogg.take(came)
        data, self._data = self._data[:size], self._data[size:]
        return data

    def go_on(self) -> bool:
        """Whether `read` ended before another kind of sound, which it gives from now on."""
        if self._ogg is None or not self._ogg.has_changed or self._is_closed:
            return False
        self._data = self._ogg.go_on()
        return True

    def close(self) -> None:
        """End a `read` that waits, too."""
        if not self._is_closed:
            self._is_closed = True
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()

    def _ask(self, icecast: Icecast, path: str) -> tuple[dict[str, str], bytes]:
        """The answer's headers, and what of the sound has come with them."""
        lines = (
            f"GET {quote(path)} HTTP/1.0",
            f"Host: {icecast.host}:{icecast.port}",
            f"User-Agent: {AGENT}",
            f"Authorization: {basic_authorization(SOURCE, icecast.password)}",
            "Icy-MetaData: 1",
            "Initial-Burst: 0",  # where Icecast's configuration says no burst-size for the mount
        )
        self._socket.sendall("".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1", "replace"))
        data = b""
        while b"\r\n\r\n" not in data:
            came = self._socket.recv(PIECE)
            data += came
            if not came or len(data) > LONGEST_HEAD:
                raise NoStream("Icecast did not answer as expected")
        head, _, rest = data.partition(b"\r\n\r\n")
        status, *found = head.decode("latin-1").split("\r\n")
        code = status.split(" ")[1:2]
        if code != ["200"]:
            reason = REFUSALS.get(" ".join(code), f"Icecast answers {one_line(status, LONGEST_TYPE)}")
            raise NoStream(reason, is_missing=code == ["404"])
        headers = dict(line.partition(":")[::2] for line in found)
        return {name.strip().lower(): value.strip() for name, value in headers.items()}, rest

    def _find_format(self) -> str:
        """What the sound is; whatever stands before its first frame is dropped."""
        while True:
            name = next((name for begin, name in BEGINNINGS if self._data.startswith(begin)), "")
            if name:
                if name == "ogg":
                    self._ogg = OggReader()
                    self._data = self._ogg.take(self._data)
                return name
            at = find_frames(self._data)
            if at is not None:
                self._data = self._data[at:]
                frame = framed.parse_header(self._data)
                return FORMATS[frame.kind] if frame is not None else "mp3"
            if is_cut_ogg(self._data):
                raise NoStream(f"it sends Ogg and calls it {self._name_type()}: its program has to say application/ogg")
            if len(self._data) > SEARCHED:
                raise NoStream("what it sends is neither MP3, AAC, Ogg nor WebM")
            came = self._socket.recv(PIECE)
            if not came:
                raise NoStream("it ended before it began")
            self._data += self._icy.take(came)

    def _name_type(self) -> str:
        return one_line(self._called, LONGEST_TYPE) or "nothing"


def find_frames(data: bytes) -> int | None:
    """Where frames of MP3 or AAC begin; None while that is not certain.

    A steady tone is sent as frames that are alike, and then what looks like a header within one stands in the next ones
    as well, at a distance that is a number of whole frames. So of all that could be frames the shortest are.
    """
    found: list[tuple[int, int, int]] = []
    at = data.find(0xFF)
    while 0 <= at < len(data) - framed.HEADER and (not found or at < found[0][2] + framed.MPEG_LONGEST):
        frame = framed.parse_header(data, at)
        if frame is not None and frame.kind in FORMATS and framed.is_certain(data, at):
            found.append((frame.size, PREFERRED.index(frame.kind), at))
        at = data.find(0xFF, at + 1)
    return min(found)[2] if found else None


def _connect(icecast: Icecast) -> socket.socket:
    """Raises OSError."""
    plain = socket.create_connection((icecast.host, icecast.port), CONNECT_SECONDS)
    plain.settimeout(FIRST_SECONDS)
    if not icecast.tls:
        return plain
    context = ssl.create_default_context(cafile=icecast.ca_file or None)
    return context.wrap_socket(plain, server_hostname=icecast.host)


def _read_number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 8 else 0
