"""How a reply looks: on a terminal, in a pipe, and as JSON. Pure text; knows no front end and no command.

Everything that a person sees goes through `common.text.one_line`: no title, nick or file name brings a control code
along. Widths are counted in the cells of a terminal, of which wide characters take two and combining ones none.
"""

from collections.abc import Sequence

import msgspec
from wcwidth import wcswidth

from bandstand.bot.commands.reply import Level, Reply
from bandstand.common.text import one_line

GAP = "  "
NARROWEST = 4
"""Columns are not made narrower than this so that a table fits."""
SUMMARY_LIMIT = 1000
"""Characters of a summary that are shown; a table's cell has the limit of `one_line`."""
BAR = 24
"""Cells of a progress bar."""
NOTICE = "*"
"""Begins a line that is not an answer."""

PLAIN = "\x1b[0m"
FAINT = "\x1b[2m"
COLOURS = {
    Level.OK: "\x1b[32m",
    Level.ERROR: "\x1b[31m",
    Level.USAGE: "\x1b[33m",
    Level.DENIED: "\x1b[31m",
    Level.BUSY: "\x1b[33m",
    Level.FAILED: "\x1b[1;31m",
    Level.NOTICE: "\x1b[36m",
}


def as_json(reply: Reply) -> str:
    """The reply in values, as one line: a `Result`, a `Refusal` or an `Event`.

    Words that were not understood are the refusal `bad_request`. What has no value is an object with the sentence.
    """
    value = {"summary": reply.summary, "level": reply.level} if reply.value is None else reply.value
    return msgspec.json.encode(value).decode()


def render_text(reply: Reply, width: int | None = None, colour: bool = False) -> str:
    """The summary's line and the table's, without a last newline. `width` is in terminal cells, None for no limit."""
    mark = NOTICE if reply.level is Level.NOTICE else f"{reply.level}:"
    painted = f"{COLOURS[reply.level]}{mark}{PLAIN}" if colour else mark
    return "\n".join([f"{painted} {one_line(reply.summary, SUMMARY_LIMIT)}", *_render_table(reply, width, colour)])


def _render_table(reply: Reply, width: int | None, colour: bool) -> list[str]:
    header = [tuple(one_line(name) for name in reply.columns)] if any(reply.columns) else []
    rows = header + [tuple(one_line(cell) for cell in row) for row in reply.rows]
    if not reply.rows:
        return []
    widths = [max(count_cells(cell) for cell in column) for column in zip(*rows, strict=True)]
    if width is not None:
        widths = narrow_columns(widths, width - 2)
    lines = [
        "  " + GAP.join(pad_cell(cell, cell_width) for cell, cell_width in zip(row, widths, strict=True))
        for row in rows
    ]
    lines = [cut_text(line.rstrip(), width) if width is not None else line.rstrip() for line in lines]
    if header and colour:
        lines[0] = f"{FAINT}{lines[0]}{PLAIN}"
    return lines


def render_bar(fraction: float) -> str:
    fraction = min(1.0, max(0.0, fraction))
    filled = round(BAR * fraction)
    return f"[{'=' * filled}{' ' * (BAR - filled)}] {100 * fraction:3.0f} %"


def count_cells(text: str) -> int:
    """How many cells of a terminal one line takes; wide characters take two, combining ones none."""
    return max(0, wcswidth(text))


def narrow_columns(widths: Sequence[int], room: int) -> list[int]:
    """Column widths that fit into `room` with their gaps, taken cell by cell from whichever column is widest."""
    widths = list(widths)
    excess = sum(widths) + len(GAP) * (len(widths) - 1) - room
    while excess > 0 and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
        excess -= 1
    return widths


def pad_cell(text: str, width: int) -> str:
    text = cut_text(text, width)
    return text + " " * (width - count_cells(text))


def cut_text(text: str, width: int) -> str:
    """`text` in at most `width` cells, its end replaced by an ellipsis where it is longer."""
    if count_cells(text) <= width:
        return text
    # The whole is measured each time: what a mark takes depends on the character that it stands on.
    end = min(len(text), width)
    while end > 0 and count_cells(text[:end] + "…") > width:
        end -= 1
    return text[:end] + "…" if width > 0 else ""
