"""Reads standard error of a generator's program: facts of the song, and text, of which the end is kept.

A line such as `bandstand: {"title": "Low Tide", "tempo": 96}` sets facts; any other line is text. Pure: takes bytes.
"""

from typing import Any, Final

import msgspec

from bandstand.common.jobs import Section, Value
from bandstand.common.text import one_line

TAIL_LENGTH: Final = 2000
"""Characters of text that are kept."""
TAIL_LINES: Final = 41
LONGEST_LINE: Final = 1 << 16
"""Bytes; of a longer line only the end is kept."""
PREFIX: Final = "bandstand:"
"""Beginning of a line with facts."""
MOST_FACTS: Final = 30
MOST_SECTIONS: Final = 200


class MessageReader:
    """Collects `facts`, `sections` and the end of the text from standard error."""

    def __init__(self) -> None:
        self.facts: dict[str, Value] = {}
        self.sections: tuple[Section, ...] = ()
        self._lines: list[str] = []
        self._incomplete = b""

    def push(self, data: bytes) -> None:
        """Read further bytes, cut anywhere."""
        *lines, self._incomplete = (self._incomplete + data).split(b"\n")
        self._incomplete = self._incomplete[-LONGEST_LINE:]
        for line in lines:
            self._read_line(line.decode("utf-8", "replace"))

    def _read_line(self, line: str) -> None:
        if line.startswith(PREFIX):
            self._read_facts(line.removeprefix(PREFIX))
        elif line.strip():
            self._lines = [*self._lines[-TAIL_LINES + 1 :], one_line(line)]

    def _read_facts(self, text: str) -> None:
        try:
            facts = msgspec.json.decode(text, type=dict[str, Any])
        except msgspec.DecodeError as error:
            self._lines.append(f"a line that begins with {PREFIX} is no JSON object: {error}")
            return
        if "sections" in facts:
            self.sections = read_sections(facts.pop("sections"))
        for name, value in facts.items():
            if len(self.facts) < MOST_FACTS:
                self.facts[one_line(name, 30)] = simplify_fact(value)

    @property
    def tail(self) -> str:
        """The last lines of text."""
        last = self._incomplete.decode("utf-8", "replace")
        lines = [*self._lines, *([one_line(last)] if last.strip() and not last.startswith(PREFIX) else [])]
        return "\n".join(lines)[-TAIL_LENGTH:]

    @property
    def last_line(self) -> str:
        return self.tail.rpartition("\n")[2]


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
