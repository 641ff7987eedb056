"""How somebody logs in with a name and a password: what is typed, and how long who has failed must wait. Pure.

Takes any bytes; `now` is in seconds. Whether a password is right is `people.passwords`' business.
"""

import codecs
from collections.abc import Iterator

TRIES = 3
TYPING_SECONDS = 60.0
"""For a name and a password, not counting the time of the checks."""
LENGTH = 128
LONGEST_WAIT = 15.0
FORGOTTEN = 600.0
"""Seconds after which an address that has failed is as any other."""
ADDRESSES = 1000
CALM = 20
"""Failures in a minute, from all addresses, up to which nobody else waits for them."""
CROWD_WAIT = 5.0


class Typing:
    """A line without an editor: characters, backspace, and Ctrl-U. Bytes after a line's end are kept for the next."""

    def __init__(self) -> None:
        self._ahead = bytearray()
        self._text = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, data: bytes) -> None:
        self._ahead += data

    def left(self) -> bytes:
        """What came after the last line that was taken."""
        ahead = bytes(self._ahead)
        self._ahead.clear()
        return ahead

    def steps(self) -> Iterator[tuple[str, str | None]]:
        """What to echo for each key, and the line at its end (None before); whoever has their line stops asking."""
        while self._ahead:
            byte = bytes(self._ahead[:1])
            del self._ahead[:1]
            if byte in (b"\r", b"\n"):
                line, self._text = self._text, ""
                self._decoder.reset()
                yield "", line
            else:
                yield self._key(byte), None

    def _key(self, byte: bytes) -> str:
        if byte in (b"\x7f", b"\x08"):
            gone, self._text = self._text[-1:], self._text[:-1]
            return "\b \b" * len(gone)
        if byte == b"\x15":
            gone, self._text = self._text, ""
            return "\b \b" * len(gone)
        character = self._decoder.decode(byte)
        if not character.isprintable() or len(self._text) >= LENGTH:
            return ""
        self._text += character
        return character


class Attempts:
    """Who has failed, and how long each must wait before the next password is looked at."""

    def __init__(self) -> None:
        self._failed: dict[str, tuple[int, float]] = {}
        self._recent: list[float] = []

    def wait(self, address: str, now: float) -> float:
        """Seconds: doubled with each failure of this address, and more for everybody while many fail."""
        count, when = self._failed.get(address, (0, now))
        own = 0.0 if not count or now - when > FORGOTTEN else min(LONGEST_WAIT, 2.0 ** (count - 1))
        self._recent = [then for then in self._recent if now - then < 60]
        return max(own, CROWD_WAIT if len(self._recent) > CALM else 0.0)

    def failed(self, address: str, now: float) -> None:
        count, when = self._failed.pop(address, (0, now))
        if now - when > FORGOTTEN:
            count = 0
        while len(self._failed) >= ADDRESSES:
            self._failed.pop(next(iter(self._failed)))  # the one that failed longest ago
        self._failed[address] = (count + 1, now)
        self._recent = [*self._recent[-CALM:], now]

    def succeeded(self, address: str) -> None:
        self._failed.pop(address, None)
