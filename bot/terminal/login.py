"""A login by name and password: the line that is typed, and how long an address that has failed must wait. Pure.

Takes any bytes; `now` is in seconds of a monotonic clock. Whether a password is right is `people.passwords`' business.
"""

import codecs
from collections.abc import Iterator

TRIES = 3
TYPING_SECONDS = 60.0
"""For a name and a password, without the time of the checks."""
LINE_CHARACTERS = 128
LOGIN_BYTES = 4096
"""Keys that one connection may type until it has logged in; each costs the reactor some microseconds."""
LONGEST_WAIT = 15.0
FORGET_SECONDS = 600.0
"""Seconds after which the failures of an address no longer count."""
ADDRESSES = 1000
"""Addresses whose failures are kept; the one that failed longest ago makes room."""
CALM_FAILURES = 20
"""Failures in a minute, from all addresses, up to which only their own addresses wait."""
CROWD_WAIT = 5.0


class LineEditor:
    """Edits a line without a terminal's help: characters, backspace and Ctrl-U. Bytes after the line's end are kept for
    the next line."""

    def __init__(self) -> None:
        self._ahead = bytearray()
        self._text = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, data: bytes) -> None:
        self._ahead += data

    def take_rest(self) -> bytes:
        """The bytes after the last line that was read."""
        ahead = bytes(self._ahead)
        self._ahead.clear()
        return ahead

    def read_keys(self) -> Iterator[tuple[str, str | None]]:
        """For each key what to echo, and the line if the key ended it. Stop iterating to leave the rest unread."""
        while self._ahead:
            byte = bytes(self._ahead[:1])
            del self._ahead[:1]
            if byte in (b"\r", b"\n"):
                line, self._text = self._text, ""
                self._decoder.reset()
                yield "", line
            else:
                yield self._press(byte), None

    def _press(self, byte: bytes) -> str:
        """Change the line; returns what to echo."""
        if byte in (b"\x7f", b"\x08"):
            removed, self._text = self._text[-1:], self._text[:-1]
            return "\b \b" * len(removed)
        if byte == b"\x15":
            removed, self._text = self._text, ""
            return "\b \b" * len(removed)
        character = self._decoder.decode(byte)
        if not character.isprintable() or len(self._text) >= LINE_CHARACTERS:
            return ""
        self._text += character
        return character


class FailedLogins:
    """Which addresses have failed, and how long each must wait before its next password is checked."""

    def __init__(self) -> None:
        self._failed: dict[str, tuple[int, float]] = {}
        self._recent: list[float] = []

    def wait(self, address: str, now: float) -> float:
        """Seconds: doubled with each failure of this address, and at least `CROWD_WAIT` while many fail."""
        count, when = self._failed.get(address, (0, now))
        own = 0.0 if not count or now - when > FORGET_SECONDS else min(LONGEST_WAIT, 2.0 ** (count - 1))
        self._recent = [then for then in self._recent if now - then < 60]
        return max(own, CROWD_WAIT if len(self._recent) > CALM_FAILURES else 0.0)

    def count(self, address: str, now: float) -> None:
        """Count one failure."""
        count, when = self._failed.pop(address, (0, now))
        if now - when > FORGET_SECONDS:
            count = 0
        while len(self._failed) >= ADDRESSES:
            self._failed.pop(next(iter(self._failed)))  # the one that failed longest ago
        self._failed[address] = (count + 1, now)
        self._recent = [*self._recent[-CALM_FAILURES:], now]

    def forget(self, address: str) -> None:
        """The address has logged in."""
        self._failed.pop(address, None)
