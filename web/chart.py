"""How many listened over time, as the paths of a chart. Pure."""

from collections.abc import Sequence
from typing import Final

import msgspec

from bandstand.common.api.values import ListenerCount
from bandstand.common.text import counted

WIDTH: Final = 1000
HEIGHT: Final = 200
"""Of the chart, in its own units."""
HEADROOM: Final = 1.15
LONGEST_GAP: Final = 300.0
"""Seconds without a count after which the line begins anew."""


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """The data of SVG paths: `line`, and the `area` below it."""

    line: str
    area: str
    begin: float
    end: float
    words: str
    """The same for those who do not see it."""


def make_chart(counts: Sequence[ListenerCount]) -> Chart | None:
    """None where nothing was counted. `counts` are in order of time."""
    if not counts:
        return None
    begin, end = counts[0].at, max(counts[-1].at, counts[0].at + 1)
    most = max(one.listeners for one in counts)
    scale = HEIGHT / max(1.0, most * HEADROOM)
    line, area, last = [], [], None
    for one in counts:
        x, y = (one.at - begin) / (end - begin) * WIDTH, HEIGHT - one.listeners * scale
        is_new = last is None or one.at - last.at > LONGEST_GAP
        if is_new and last is not None:
            area.append(f"V{HEIGHT}Z")
        line.append(f"{'M' if is_new else 'L'}{x:.1f} {y:.1f}")
        area.append(f"M{x:.1f} {HEIGHT}L{x:.1f} {y:.1f}" if is_new else f"L{x:.1f} {y:.1f}")
        last = one
    now = counts[-1].listeners
    words = f"{counted(now, 'person')} listening now" if now == 1 else f"{now} people listening now"
    return Chart(
        line="".join(line), area="".join(area) + f"V{HEIGHT}Z", begin=begin, end=end, words=f"{words}, {most} at most."
    )
