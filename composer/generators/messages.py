"""Reads standard error of a generator's program: facts of the song, and text.

The last lines are kept for sentences and with the song. The whole is kept too, within bounds, for whoever looks for the
fault of a failed job; its beginning as well, because the first complaint is often the one that matters. A line such as
`bandstand: {"title": "Low Tide", "tempo": 96}` sets facts; any other line is text. Pure: takes bytes.
"""

from typing import Any, Final

import msgspec

from bandstand.common.jobs import Section, Value
from bandstand.common.text import one_line, strip_escapes

TAIL_LENGTH: Final = 2000
"""Characters of text that are kept."""
TAIL_LINES: Final = 41
LONGEST_LINE: Final = 1 << 16
"""Bytes; of a longer line only the end is kept."""
HEAD_BYTES: Final = 1 << 18
REST_BYTES: Final = 3 << 18
"""Of what is longer than both together, the middle is left out."""
PREFIX: Final = "bandstand:"
"""Beginning of a line with facts."""
MARK: Final = PREFIX.encode()
MOST_FACTS: Final = 30
MOST_SECTIONS: Final = 200


class MessageReader:
    """Collects `facts`, `sections` and the end of the text from standard error."""

    def __init__(self) -> None:
        self.facts: dict[str, Value] = {}
        self.sections: tuple[Section, ...] = ()
        self._lines: list[str] = []
        self._incomplete = b""
        self._head = bytearray()
        self._rest = bytearray()
        self._left_out = 0

    def push(self, data: bytes) -> None:
        """Read further bytes, cut anywhere."""
        self._keep(data)
        *lines, self._incomplete = (self._incomplete + data).split(b"\n")
        self._incomplete = self._incomplete[-LONGEST_LINE:]
        for number, line in enumerate(lines):
            if line.startswith(MARK):
                lines[number] = self._read_facts(line[len(MARK) :].decode("utf-8", "replace")).encode()
        self._show(lines)

    def _show(self, lines: list[bytes]) -> None:
        """Keep the last that have text; of a program that says megabytes, all others are never looked at."""
        shown: list[str] = []
        for line in reversed(lines):
            if len(shown) == TAIL_LINES:
                break
            if text := clean_line(line.decode("utf-8", "replace")):
                shown.append(text)
        self._lines = [*self._lines, *reversed(shown)][-TAIL_LINES:]

    def _keep(self, data: bytes) -> None:
        room = HEAD_BYTES - len(self._head)
        self._head += data[:room]
        self._rest += data[room:]
        if len(self._rest) > 2 * REST_BYTES:
            self._left_out += len(self._rest) - REST_BYTES
            del self._rest[:-REST_BYTES]

    @property
    def whole(self) -> bytes:
        """All that came, as it came; of very much the beginning and the end."""
        rest = bytes(self._rest[-REST_BYTES:])
        left_out = self._left_out + len(self._rest) - len(rest)
        gap = f"\n... {left_out} bytes are left out here ...\n".encode() if left_out else b""
        return bytes(self._head) + gap + rest

    def _read_facts(self, text: str) -> str:
        """Returns what is wrong with them; empty if nothing is."""
        try:
            facts = msgspec.json.decode(text, type=dict[str, Any])
        except msgspec.DecodeError as error:
            return f"a line that begins with {PREFIX} is no JSON object: {error}"
        if "sections" in facts:
            self.sections = read_sections(facts.pop("sections"))
        for name, value in facts.items():
            if len(self.facts) < MOST_FACTS:
                self.facts[one_line(name, 30)] = simplify_fact(value)
        return ""

    @property
    def tail(self) -> str:
        """The last lines of text."""
        last = self._incomplete.decode("utf-8", "replace")
        shown = "" if last.startswith(PREFIX) else clean_line(last)
        lines = [*self._lines, *([shown] if shown else [])]
        return "\n".join(lines)[-TAIL_LENGTH:]

    @property
    def last_line(self) -> str:
        return self.tail.rpartition("\n")[2]


def clean_line(line: str) -> str:
    """A line as a terminal would show it in the end: without colours, and of a progress bar only its last state."""
    states = [one_line(state) for state in strip_escapes(line).split("\r")]
    return next((state for state in reversed(states) if state), "")


def read_sections(value: Any) -> tuple[Section, ...]:
    """The sections of a list of [name, first bar]; what is not of that form is left out."""
    pairs = [pair for pair in value if isinstance(pair, list) and len(pair) == 2] if isinstance(value, list) else []
    return tuple(
        Section(one_line(str(name), 30), bar)
        for name, bar in pairs[:MOST_SECTIONS]
        if isinstance(bar, int) and not isinstance(bar, bool)
    )


def simplify_fact(value: Any) -> Value:
    """Convert a fact to a number, a boolean or one line of text."""
    if isinstance(value, bool | int | float):
        return value
    return one_line(value if isinstance(value, str) else msgspec.json.encode(value).decode(), 200)
