"""Text that came from outside, made fit to be shown: one line, no control codes."""

import unicodedata

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""The byte order mark that some editors and shells put before a text; it is no part of it."""
_UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Control, format (bidirectional overrides, zero-width), surrogate, and the two Unicode line breaks."""


def harmless(text: str) -> str:
    """`text` with a blank for every control code and line break, and all else as it is."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if unicodedata.category(c) in _UNSAFE else c for c in text)


def one_line(text: str, limit: int = 400) -> str:
    """`text` with every control code and line break as a blank, blanks folded, cut to `limit` characters.

    A newline in a title must never become a second command or header anywhere, so whatever a person, a file
    or a program supplies goes through here before it is shown, sent or stored.
    """
    folded = " ".join(harmless(text).split())
    return folded if len(folded) <= limit else folded[: limit - 1].rstrip() + "…"


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
