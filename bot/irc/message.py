"""IRC messages: parsing them, building them, and fitting text into their 512 bytes. Pure; knows no command's meaning.

A message is `[@tags] [:source] COMMAND parameters`, ended by CR LF (RFC 1459, and IRCv3 for the tags). Whatever bytes a
server sends, `parse` returns a message or None and never raises.

Its limit of 512 counts bytes, not characters, with CR LF, and counts them where they arrive: the server puts our source
(`:nick!user@host `) before a message when it passes it on. The server cuts what is then too
long, without a word.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from irctokens.line import tokenise

MESSAGE_BYTES = 512
"""RFC 1459's limit, with CR LF, for what is sent and for what arrives with a source before it."""
MAX_LINE_BYTES = 16_384
"""Longer lines are dropped: tags have at most 8,191 bytes, so no server sends them."""
TIME_CHARACTERS = 40
"""A longer `time` tag is not looked at."""

COLOURS = re.compile("\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?|\x04(?:[0-9A-Fa-f]{6})?")
"""Colour codes, whose digits go with them; the other formatting codes are single control characters."""
ELLIPSIS = "…"


@dataclass(frozen=True)
class Hostmask:
    """The source of a message. A server's name stands in `nick`, with no user and no host."""

    nick: str = ""
    user: str = ""
    host: str = ""

    def __str__(self) -> str:
        """`nick!user@host`, or empty if a part is unknown."""
        return f"{self.nick}!{self.user}@{self.host}" if self.user and self.host else ""

    @property
    def user_host(self) -> str:
        """`user@host`: what a person cannot change from message to message, unlike the nick."""
        return f"{self.user}@{self.host}"


@dataclass(frozen=True)
class Message:
    """`params` may be shorter than the command's rule says: `message[n]` is then empty."""

    command: str
    params: tuple[str, ...] = ()
    source: Hostmask = Hostmask()
    tags: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, index: int) -> str:
        return self.params[index] if -len(self.params) <= index < len(self.params) else ""

    @property
    def time(self) -> float | None:
        """Unix time of the `time` tag (IRCv3 server-time); None without one, or if it is wrong or names no zone."""
        text = self.tags.get("time", "")
        if not text or len(text) > TIME_CHARACTERS:
            return None
        try:
            then = datetime.fromisoformat(text)
        except ValueError:
            return None
        return then.timestamp() if then.tzinfo is not None else None


class LineBuffer:
    """Splits received bytes into lines. A line that is longer than MAX_LINE_BYTES is dropped whole.

    A server that has never sent LF may end its lines with CR alone. Of any other a CR ends nothing, or whoever gets one
    through it could make a line of their own.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._is_too_long = False
        self._ends_with_cr = True

    def split(self, data: bytes) -> list[bytes]:
        """The lines that this data completes, without CR and LF."""
        self._ends_with_cr = self._ends_with_cr and b"\n" not in data
        data = data.replace(b"\r", b"\n" if self._ends_with_cr else b"")
        *lines, self._rest = (self._rest + data).split(b"\n")
        if lines and self._is_too_long:
            self._is_too_long = False
            del lines[0]
        if len(self._rest) > MAX_LINE_BYTES:
            self._rest, self._is_too_long = b"", True
        return [line for line in lines if len(line) <= MAX_LINE_BYTES]


def parse(data: bytes) -> Message | None:
    """Parse one line; None for blanks, a source without a command, broken tags. What is not UTF-8 is Latin-1."""
    try:
        token = tokenise(data.lstrip(b" "))
    except (ValueError, IndexError):
        return None
    return Message(token.command, tuple(token.params), parse_hostmask(token.source or ""), token.tags or {})


def parse_hostmask(text: str) -> Hostmask:
    """`nick!user@host`, or those parts of it that are there."""
    rest, _, host = text.partition("@")
    nick, _, user = rest.partition("!")
    return Hostmask(nick, user, host)


def build(command: str, *params: str) -> str:
    """Build a message, without CR LF. Line breaks and NULs are removed, so no text becomes a second message.

    Raises ValueError if a parameter before the last is empty, begins with a colon or has a blank in it.
    """
    *middle, last = ("".join(c for c in param if c not in "\r\n\0") for param in params)
    if any(not param or " " in param or param.startswith(":") for param in middle):
        raise ValueError("only the last parameter may be empty, begin with a colon or have a blank in it")
    needs_colon = not last or " " in last or last.startswith(":")
    return " ".join([command, *middle, f":{last}" if needs_colon else last])


def encode(message: str) -> bytes:
    return message.encode("utf-8", "replace") + b"\r\n"


def strip_formatting(text: str) -> str:
    """Remove colours, bold and all other control characters; a tab becomes a blank."""
    bare = COLOURS.sub("", text)
    return "".join(" " if c == "\t" else c for c in bare if c == "\t" or unicodedata.category(c) not in ("Cc", "Cf"))


def text_bytes(source_bytes: int, command: str, target: str) -> int:
    """Bytes of text that fit into a message. `source_bytes`: length of our `nick!user@host`, which the server adds."""
    return MESSAGE_BYTES - 2 - len(f": {command} {target} :".encode()) - source_bytes


def count_bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def cut_text(text: str, limit: int) -> str:
    """`text` in at most `limit` bytes of UTF-8, with an ellipsis if something is missing."""
    if count_bytes(text) <= limit:
        return text
    return _head(text, max(0, limit - count_bytes(ELLIPSIS))).rstrip() + ELLIPSIS


def split_text(text: str, limit: int) -> Iterator[str]:
    """`text` in parts of at most `limit` bytes, split between words if that leaves the part more than half full."""
    while count_bytes(text) > limit:
        head = _head(text, limit)
        if not head:
            return
        blank = head.rfind(" ")
        if blank * 2 > len(head) and not text[len(head)].isspace():
            head = head[:blank]
        yield head.rstrip()
        text = text[len(head) :].lstrip()
    if text:
        yield text


def _head(text: str, limit: int) -> str:
    """As much of the beginning as fits, without splitting a character or separating it from its combining marks."""
    whole = end = len(text.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore"))
    while 0 < end < len(text) and unicodedata.combining(text[end]):
        end -= 1
    return text[: end or whole]
