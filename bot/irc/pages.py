"""A reply as lines of a channel: one at a time, the rest kept for whoever says `!more`. Pure but for what is kept.

Everything goes through `common.text.one_line`: no title, nick or file name brings a line break or a control code along.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.irc.text import cut, pieces, size
from bot.request import Level, Reply
from common.text import one_line

MORE = "more"
KEPT_SECONDS = 600.0
MOST_KEPT = 200
"""People whose rests are kept; the oldest make room."""
BETWEEN_ROWS = " | "
SUMMARY_LIMIT = 1000
NOTHING = Reply("there is nothing more to show", Level.ERROR)
HINT_BYTES = len(" (+999 more: !more)")


def sentence(reply: Reply) -> str:
    """The summary behind its mark; a notice has none."""
    text = one_line(reply.summary, SUMMARY_LIMIT)
    return text if reply.level is Level.NOTICE else f"{reply.level}: {text}"


def rows(reply: Reply) -> list[str]:
    return [text for row in reply.rows if (text := _row([one_line(cell) for cell in row]))]


def _row(cells: Sequence[str]) -> str:
    """A row is its cells; of two, the first is a name and the second what is said of it."""
    return (": " if len(cells) == 2 else " ").join(cell for cell in cells if cell)


@dataclass
class Rest:
    """What has not been shown yet."""

    rows: list[str]
    until: float


@dataclass
class Pages:
    """Answers of one connection to its people. `person` is whoever may ask for more of it."""

    _rests: dict[str, Rest] = field(default_factory=dict)

    def first(self, person: str, reply: Reply, room: int, now: float, count: int = 1) -> list[str]:
        """The reply in at most `count` lines of `room` bytes each; what is left is kept for a while."""
        self._rests.pop(person, None)
        head, *further = pieces(sentence(reply), room - HINT_BYTES)
        return self._lines(person, head, further + rows(reply), room, now, count)

    def more(self, person: str, room: int, now: float, count: int = 1) -> list[str]:
        rest = self._rests.pop(person, None)
        if rest is None or rest.until < now:
            return [cut(sentence(NOTHING), room)]
        return self._lines(person, "", rest.rows, room, now, count)

    def _lines(self, person: str, head: str, texts: list[str], room: int, now: float, count: int) -> list[str]:
        shown: list[str] = []
        while len(shown) < count and (head or texts):
            # Only the last line says how many more there are, but any may turn out to be it.
            line, texts = packed(head, texts, room - HINT_BYTES)
            shown.append(line)
            head = ""
        if texts and shown:
            self._rests[person] = Rest(texts, now + KEPT_SECONDS)
            shown[-1] += f" (+{len(texts)} more: !{MORE})"
        while len(self._rests) > MOST_KEPT:
            self._rests.pop(next(iter(self._rests)))
        return shown


def packed(head: str, texts: list[str], room: int) -> tuple[str, list[str]]:
    """One line of the head and as many rows as fit whole, and the rows that are left. At least one thing is shown."""
    line, left = head, list(texts)
    if not line and left:
        line = left.pop(0)
    elif left and size(line) + size(_joint(head)) + size(left[0]) <= room:
        line += _joint(head) + left.pop(0)
    while left and size(line) + size(BETWEEN_ROWS) + size(left[0]) <= room and line != head:
        line += BETWEEN_ROWS + left.pop(0)
    return cut(line, room), left


def _joint(head: str) -> str:
    return " " if head.endswith((".", ":", "?", "!")) else ": "


def lines(reply: Reply, room: int, count: int) -> Iterator[str]:
    """A reply that nobody can ask more of: what fits into `count` lines."""
    text, left = packed(sentence(reply), rows(reply), room)
    yield text
    for _ in range(count - 1):
        if not left:
            return
        text, left = packed("", left, room)
        yield text
