"""Titles in a stream: SHOUTcast's beside MP3 and AAC, Vorbis comments in Ogg.

SHOUTcast's metadata is a block after every so many bytes: a byte that says how many times 16 bytes follow, and then
`StreamTitle='...';`. No document says in which charset. Most send UTF-8; what is none is taken for Windows' Latin 1.

Pure: bytes in, text out. Whatever is in them becomes one line without control characters.
"""

import re
from typing import Final

from bandstand.common.text import one_line

LONGEST: Final = 200
"""Characters of a title."""
TITLE: Final = re.compile(rb"StreamTitle='(.*?)';(?:\s*[A-Za-z]+=|\s*\Z)", re.DOTALL)
VORBIS: Final = b"\x03vorbis"
OPUS: Final = b"OpusTags"
FLAC_COMMENT: Final = 4
MOST_COMMENTS: Final = 200
LONGEST_COMMENT: Final = 4096


def decode_text(data: bytes) -> str:
    """Text in UTF-8, or else in Windows-1252, as one line."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    return one_line(text.replace("\0", " "), LONGEST).strip()


def read_icy_title(block: bytes) -> str | None:
    """The title in a block of SHOUTcast's metadata; None where it says nothing of one."""
    found = TITLE.search(block.rstrip(b"\0"))
    return decode_text(found[1]) if found else None


def read_comment_title(packet: bytes) -> str | None:
    """`artist - title` of a packet of Vorbis, Opus or FLAC that has comments; None where it has none."""
    if packet.startswith((VORBIS, OPUS)):
        body = packet[len(VORBIS) if packet.startswith(VORBIS) else len(OPUS) :]
    elif packet and packet[0] & 0x7F == FLAC_COMMENT:
        body = packet[4:]
    else:
        return None
    comments = _read_comments(body)
    parts = (comments.get("artist", ""), comments.get("title", ""))
    return one_line(" - ".join(part for part in parts if part), LONGEST)


def _read_comments(body: bytes) -> dict[str, str]:
    """The first value of each name; as far as the packet is whole."""
    comments: dict[str, str] = {}
    at = 4 + int.from_bytes(body[:4], "little")
    count = int.from_bytes(body[at : at + 4], "little")
    at += 4
    for _ in range(min(count, MOST_COMMENTS)):
        size = int.from_bytes(body[at : at + 4], "little")
        text = body[at + 4 : at + 4 + min(size, LONGEST_COMMENT)]
        at += 4 + size
        name, equals, value = text.partition(b"=")
        if equals:
            comments.setdefault(name.decode("ascii", "replace").lower(), decode_text(value))
        if at >= len(body):
            break
    return comments


class IcyReader:
    """Takes SHOUTcast's metadata out of a stream that has it after every `interval` bytes; 0: it has none."""

    def __init__(self, interval: int) -> None:
        self._interval = interval
        self._left = interval
        """Bytes of sound until the next block."""
        self._block: bytearray | None = None
        """The block that is being read, its length byte included."""
        self.title: str | None = None

    def take(self, data: bytes) -> bytes:
        """The sound in what came."""
        if not self._interval:
            return data
        sound = bytearray()
        while data:
            data = self._take_block(data) if self._block is not None else self._take_sound(data, sound)
        return bytes(sound)

    def _take_sound(self, data: bytes, sound: bytearray) -> bytes:
        sound += data[: self._left]
        rest = data[self._left :]
        self._left -= len(data) - len(rest)
        if not self._left:
            self._block = bytearray()
        return rest

    def _take_block(self, data: bytes) -> bytes:
        assert self._block is not None
        if not self._block:
            self._block += data[:1]
            data = data[1:]
        missing = 1 + 16 * self._block[0] - len(self._block)
        self._block += data[:missing]
        if len(self._block) == 1 + 16 * self._block[0]:
            title = read_icy_title(bytes(self._block[1:]))
            self.title = self.title if title is None else title
            self._block, self._left = None, self._interval
        return data[missing:] if missing else data
