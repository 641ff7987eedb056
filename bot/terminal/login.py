"""A login by name and password: the line that is typed, and how long those who fail must wait. Pure.

Whoever guesses has to be slow, and nobody else may have to wait for that. So what is counted is an account at an
address: after failures there, its next password waits before it is looked at, and another account at the same address
does not. Whoever tries many accounts from one address meets another wait, which comes after a password that was wrong,
before that is said; a right one never meets it. (On the station's own machine everybody has the same address.) And an
account that fails from everywhere is slowed down everywhere, except where its person has logged in before.

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
"""Seconds after which failures no longer count."""
KEPT = 1000
"""Accounts and addresses whose failures are kept; the one that failed longest ago makes room."""
FREE_FAILURES = 3
"""Failures of one address, whatever the accounts, until its wrong passwords are answered late."""
CALM_FAILURES = 20
"""Failures of one account in a minute, from all addresses, up to which only those addresses wait."""
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


class Failures:
    """Counts the failures of each key. After FORGET_SECONDS without one, a key begins anew."""

    def __init__(self) -> None:
        self._failed: dict[str, tuple[int, float]] = {}

    def __len__(self) -> int:
        return len(self._failed)

    def number(self, key: str, now: float) -> int:
        count, when = self._failed.get(key, (0, now))
        return 0 if now - when > FORGET_SECONDS else count

    def count(self, key: str, now: float) -> None:
        number = self.number(key, now) + 1
        self._failed.pop(key, None)
        while len(self._failed) >= KEPT:
            self._failed.pop(next(iter(self._failed)))  # the one that failed longest ago
        self._failed[key] = (number, now)

    def forget(self, key: str) -> None:
        self._failed.pop(key, None)


class FailedLogins:
    """How long a password waits, by its account and its address."""

    def __init__(self) -> None:
        self._pairs = Failures()
        self._addresses = Failures()
        self._recent: dict[str, list[float]] = {}
        """When each account failed last, anywhere; at most CALM_FAILURES + 1 times."""
        self._trusted: dict[str, None] = {}
        """Accounts at addresses where they have logged in."""

    def wait(self, name: str, address: str, now: float) -> float:
        """Seconds until the next password of this account from this address may be looked at."""
        own = _double(self._pairs.number(f"{name} {address}", now))
        recent = [then for then in self._recent.get(name, ()) if now - then < 60]
        is_crowd = len(recent) > CALM_FAILURES and f"{name} {address}" not in self._trusted
        return max(own, CROWD_WAIT if is_crowd else 0.0)

    def penalty(self, address: str, now: float) -> float:
        """Seconds until this address is told that a password was wrong."""
        return _double(self._addresses.number(address, now) - FREE_FAILURES)

    def count(self, name: str, address: str, now: float) -> None:
        """Count one failure."""
        self._pairs.count(f"{name} {address}", now)
        self._addresses.count(address, now)
        recent = [*self._recent.pop(name, ())[-CALM_FAILURES:], now]
        while len(self._recent) >= KEPT:
            self._recent.pop(next(iter(self._recent)))
        self._recent[name] = recent

    def record_success(self, name: str, address: str) -> None:
        """The account has logged in from this address."""
        pair = f"{name} {address}"
        self._pairs.forget(pair)
        self._trusted.pop(pair, None)
        while len(self._trusted) >= KEPT:
            self._trusted.pop(next(iter(self._trusted)))
        self._trusted[pair] = None


def _double(failures: int) -> float:
    """0 s without a failure, then 1, 2, 4 and so on."""
    return min(LONGEST_WAIT, 2.0 ** (failures - 1)) if failures > 0 else 0.0
