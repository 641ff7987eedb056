"""Text on its way into a channel, or out of one: bytes counted, control codes taken out. Pure."""

import re
import unicodedata
from collections.abc import Iterator

from bot.irc.line import LINE_BYTES

COLOURS = re.compile("\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?|\x04(?:[0-9A-Fa-f]{6})?")
"""mIRC's colour codes, whose digits go with them; the other codes are single control characters."""
ELLIPSIS = "…"


def plain(text: str) -> str:
    """What a person typed, without colours, bold and the like."""
    bare = COLOURS.sub("", text)
    return "".join(" " if c == "\t" else c for c in bare if c == "\t" or unicodedata.category(c) not in ("Cc", "Cf"))


def room(prefix_bytes: int, command: str, target: str) -> int:
    """Bytes of text that fit where the server puts our prefix (`nick!user@host`) before the line and passes it on."""
    return LINE_BYTES - 2 - len(f": {command} {target} :".encode()) - prefix_bytes


def size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def cut(text: str, limit: int) -> str:
    """`text` in at most `limit` bytes of UTF-8, with an ellipsis where something is missing."""
    if size(text) <= limit:
        return text
    return _head(text, max(0, limit - size(ELLIPSIS))).rstrip() + ELLIPSIS


def pieces(text: str, limit: int) -> Iterator[str]:
    """`text` in parts of at most `limit` bytes, between words where that loses less than half a line."""
    while size(text) > limit:
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
    """As much of the beginning as fits, no part of a character, and no character without the marks that follow it."""
    whole = end = len(text.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore"))
    while 0 < end < len(text) and unicodedata.combining(text[end]):
        end -= 1
    return text[: end or whole]
