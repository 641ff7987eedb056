"""Text that came from outside, made fit to be shown: one line, no control codes.

Characters that hold other characters together stay, or a family of emoji falls apart into its members and Persian words
join: ZWJ and ZWNJ, soft hyphens, word joiners, the signs that Arabic numbers stand on, and the tags by which a black
flag becomes Scotland's. What reverses or hides text goes.
"""

import re
import unicodedata

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""The byte order mark that some editors and shells put before a text; it is no part of it."""
_UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Control, format (bidirectional overrides, zero-width), surrogate, and the two Unicode line breaks."""

_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # control sequences: colours, moves, erasing
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)"  # strings: titles, links
    r"|\x1b[ -/]*[0-~]?"  # the rest: character sets, modes, a reset, one that is cut
)
"""The escape sequences of terminals (ECMA-48), whole."""


def strip_escapes(text: str) -> str:
    """`text` without the escape sequences that a program writes for a terminal, such as colours."""
    return _ESCAPES.sub("", text) if not text.isprintable() else text


_JOINERS = "\u200c\u200d\u00ad\u2060"
_KEPT = set(_JOINERS) | set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
_INVISIBLE = re.compile("[\u200b\u200e\u200f\ufeff]")
"""Of no width, and between two letters rather than two words: a blank in its place would be seen."""
_IDLE_JOINERS = re.compile(rf"(?:(?<=[{_JOINERS}\s])|^)[{_JOINERS}]+|[{_JOINERS}]+(?=\s|$)")
"""Joiners that join nothing."""
_FLAG = re.compile("(?<=\U0001f3f4)[\U000e0020-\U000e007e]{1,6}\U000e007f")


def harmless(text: str) -> str:
    """`text` with a blank for every control code and line break, and all else as it is."""
    if text.isascii() and text.isprintable():
        return text
    shown = "".join(" " if unicodedata.category(c) in _UNSAFE and c not in _KEPT else c for c in text)
    for flag in _FLAG.finditer(text):
        shown = shown[: flag.start()] + flag[0] + shown[flag.end() :]
    return shown


def one_line(text: str, limit: int = 400) -> str:
    """`text` with every control code and line break as a blank, blanks folded, cut to `limit` characters.

    A newline in a title must never become a second command or header anywhere, so whatever a person, a file
    or a program supplies goes through here before it is shown, sent or stored.
    """
    if not text.isascii():
        text = _INVISIBLE.sub("", text)
    folded = _fold(harmless(text))
    return folded if len(folded) <= limit else _fold(folded[: limit - 1]) + "…"


def _fold(text: str) -> str:
    folded = " ".join(text.split())
    return folded if folded.isascii() else " ".join(_IDLE_JOINERS.sub("", folded).split())


def cut_bytes(text: str, limit: int) -> str:
    """The text, or as much of its beginning as has room in so many bytes of UTF-8 with a mark behind it."""
    data = text.encode("utf-8", "replace")
    return text if len(data) <= limit else data[: limit - 3].decode("utf-8", "ignore").rstrip() + "…"


def counted(number: int, noun: str) -> str:
    """`counted(1, "song")` is `1 song`, `counted(2, "song")` is `2 songs`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def clock(seconds: float) -> str:
    """A length as `3:05`, or `1:03:05` from an hour on; whole seconds, rounded down."""
    minutes, second = divmod(max(0, int(seconds)), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def say_bytes(size: int) -> str:
    """`3.1 MB`, `1.2 GB`."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
