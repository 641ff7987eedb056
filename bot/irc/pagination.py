"""Replies as lines of a channel: one line at a time, the rest kept until its reader says `!more`.

A reply is a sentence and perhaps a table. Its first line holds the sentence and as many whole rows as fit, and ends
with `(+7 more: !more)` if something is left. There are no columns in a channel, so each value follows the heading of
its column (`3:12, asked by ann`), unless anybody sees what it is. What only helps at a terminal is left out, and long
fingerprints are cut. Lengths are in bytes of UTF-8, because IRC's limit is. Everything goes through
`common.text.one_line`: no title, nick or file name brings a line break or a control character along.

Knows no connection; `now` is in seconds of a monotonic clock and comes from the caller.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.irc.message import ELLIPSIS, count_bytes, cut_text, split_text
from bandstand.common.text import one_line

MORE = "more"
KEPT_SECONDS = 600.0
MAX_READERS = 200
"""Readers whose remainders are kept; the oldest make room."""
ROW_SEPARATOR = " | "
NAME_SEPARATOR = ", "
"""Between rows of a single cell, which are names."""
NUMBERING_HEADINGS = ("#", "code")
"""Values that stand before the next one without a comma."""
PLAIN_HEADINGS = (
    *("", *NUMBERING_HEADINGS, "title", "name", "part", "state", "when", "length", "end", "is", "who", "how", "chosen"),
    *("command", "band", "parameter"),
)
"""Headings that say nothing which the value does not say itself."""
FINGERPRINT = re.compile("([0-9a-f]{8})[0-9a-f]{16,}")
SUMMARY_CHARACTERS = 1000
NOTHING_LEFT = Reply("there is nothing more to show", Level.ERROR)
HINT_BYTES = len(" (+999 more: !more)")


def format_summary(reply: Reply) -> str:
    """The sentence behind its level; a notice has none."""
    text = _cut_fingerprints(one_line(reply.summary, SUMMARY_CHARACTERS))
    return text if reply.level is Level.NOTICE else f"{reply.level}: {text}"


def format_rows(reply: Reply) -> list[str]:
    """Each row as one text; empty rows, and what is for terminals alone, are left out."""
    hidden = reply.only_at_terminals
    columns = reply.columns or ("",) * max(map(len, reply.rows), default=0)
    kept = [number for number, heading in enumerate(columns) if not heading or heading not in hidden]
    headings = [columns[number] for number in kept]
    rows = [[row[number] for number in kept if number < len(row)] for row in reply.rows if row[0] not in hidden]
    return [text for row in rows if (text := _format_row(headings, [one_line(cell) for cell in row]))]


def _format_row(headings: Sequence[str], cells: Sequence[str]) -> str:
    """The cells of a row, each behind its heading; without headings, the first of two is a name and the second its
    value."""
    if not any(headings):
        return _cut_fingerprints((": " if len(cells) == 2 else " ").join(filter(None, cells)))
    return _cut_fingerprints("".join(_join_cells(headings, cells)))


def _join_cells(headings: Sequence[str], cells: Sequence[str]) -> Iterator[str]:
    joint = ""
    for heading, cell in zip(headings, cells, strict=False):
        if cell:
            yield joint + (cell if heading in PLAIN_HEADINGS else f"{heading} {cell}")
            joint = " " if heading in NUMBERING_HEADINGS else ", "


def _cut_fingerprints(text: str) -> str:
    return FINGERPRINT.sub(lambda found: found[1] + ELLIPSIS, text)


def _get_separator(reply: Reply) -> str:
    columns = [name for name in reply.columns if name not in reply.only_at_terminals]
    return NAME_SEPARATOR if len(columns) == 1 else ROW_SEPARATOR


@dataclass
class Remainder:
    """Rows that have not been shown yet."""

    rows: list[str]
    until: float
    separator: str = ROW_SEPARATOR


class Pager:
    """What is left of the replies of one connection, by reader: a text that stands for one person in one channel."""

    def __init__(self) -> None:
        self._remainders: dict[str, Remainder] = {}

    def show_first(self, reader: str, reply: Reply, limit: int, now: float, count: int = 1) -> list[str]:
        """The reply in at most `count` lines of `limit` bytes each; what is left is kept for KEPT_SECONDS.

        A reply of which nothing is left leaves what is kept of one before as it is.
        """
        head, *further = split_text(format_summary(reply), limit - HINT_BYTES)
        remainder = Remainder(further + format_rows(reply), now + KEPT_SECONDS, _get_separator(reply))
        return self._show(reader, head, remainder, limit, count)

    def show_more(self, reader: str, limit: int, now: float, count: int = 1) -> list[str]:
        """The next lines of what is left, or an error if nothing is."""
        remainder = self._remainders.pop(reader, None)
        if remainder is None or remainder.until < now:
            return [cut_text(format_summary(NOTHING_LEFT), limit)]
        remainder.until = now + KEPT_SECONDS
        return self._show(reader, "", remainder, limit, count)

    def _show(self, reader: str, head: str, remainder: Remainder, limit: int, count: int) -> list[str]:
        lines: list[str] = []
        while len(lines) < count and (head or remainder.rows):
            # Only the last line has the hint, but any line may turn out to be the last.
            line, remainder.rows = fill_line(head, remainder.rows, limit - HINT_BYTES, remainder.separator)
            lines.append(line)
            head = ""
        if remainder.rows and lines:
            self._remainders.pop(reader, None)
            self._remainders[reader] = remainder
            lines[-1] += f" (+{len(remainder.rows)} more: !{MORE})"
        while len(self._remainders) > MAX_READERS:
            del self._remainders[next(iter(self._remainders))]
        return lines


def fill_line(head: str, rows: list[str], limit: int, separator: str = ROW_SEPARATOR) -> tuple[str, list[str]]:
    """One line of the head and as many rows as fit whole, and the rows that are left. At least one thing is shown."""
    line, left = head, list(rows)
    if not line and left:
        line = left.pop(0)
    elif left and count_bytes(line) + count_bytes(_joint(head)) + count_bytes(left[0]) <= limit:
        line += _joint(head) + left.pop(0)
    while left and count_bytes(line) + count_bytes(separator) + count_bytes(left[0]) <= limit and line != head:
        line += separator + left.pop(0)
    return cut_text(line, limit), left


def _joint(head: str) -> str:
    """What stands between a sentence and its first row."""
    return " " if head.endswith((".", ":", "?", "!")) else ": "


def format_announcement(reply: Reply, limit: int, count: int) -> list[str]:
    """What fits into `count` lines; nobody can ask for the rest."""
    separator = _get_separator(reply)
    line, left = fill_line(format_summary(reply), format_rows(reply), limit, separator)
    lines = [line]
    while left and len(lines) < count:
        line, left = fill_line("", left, limit, separator)
        lines.append(line)
    return lines
