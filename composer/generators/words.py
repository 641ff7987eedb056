"""What a program says on standard error: the end of it is kept, and lines that tell of the song are understood.

`bandstand: {"title": "Low Tide", "tempo": 96}` is such a line. Pure.
"""

from typing import Any, Final

import msgspec

from common.jobs import Value
from common.text import one_line

KEPT: Final = 2000
"""Characters of the end that are kept."""
LINE_LIMIT: Final = 1 << 16
MARK: Final = "bandstand:"
FACTS_LIMIT: Final = 30


class Words:
    """Takes bytes as they come."""

    def __init__(self) -> None:
        self.facts: dict[str, Value] = {}
        self._lines: list[str] = []
        self._open = b""

    def push(self, data: bytes) -> None:
        *lines, self._open = (self._open + data).split(b"\n")
        self._open = self._open[-LINE_LIMIT:]
        for line in lines:
            self._take(line.decode("utf-8", "replace"))

    def _take(self, line: str) -> None:
        if line.startswith(MARK):
            self._understand(line.removeprefix(MARK))
        elif line.strip():
            self._lines = [*self._lines[-40:], one_line(line)]

    def _understand(self, text: str) -> None:
        try:
            said = msgspec.json.decode(text, type=dict[str, Any])
        except msgspec.DecodeError as error:
            self._lines.append(f"a line that begins with {MARK} is no JSON object: {error}")
            return
        for name, value in said.items():
            if len(self.facts) < FACTS_LIMIT:
                self.facts[one_line(name, 30)] = fact(name, value)

    @property
    def tail(self) -> str:
        """The last lines."""
        last = self._open.decode("utf-8", "replace")
        lines = [*self._lines, *([one_line(last)] if last.strip() and not last.startswith(MARK) else [])]
        return "\n".join(lines)[-KEPT:]

    @property
    def last(self) -> str:
        return self.tail.rpartition("\n")[2]


def fact(name: str, value: Any) -> Value:
    """A fact as it is kept: a plain value; sections as `intro 1, verse 5`, each with its first bar."""
    if isinstance(value, bool | int | float):
        return value
    if name == "sections" and isinstance(value, list):
        pairs = [pair for pair in value if isinstance(pair, list) and len(pair) == 2]
        return one_line(", ".join(f"{pair[0]} {pair[1]}" for pair in pairs), 1000)
    return one_line(value if isinstance(value, str) else msgspec.json.encode(value).decode(), 200)
