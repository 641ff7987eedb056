"""Where an imported song begins, where it ends, and where the next one may begin over it: its cue points.

The method is that of Liquidsoap's autocue: momentary loudness (EBU R 128, the last 400 ms) each 100 ms against the
integrated loudness of the whole. The song begins with the first value above I - 34 and ends with the last above I - 42;
the next one may begin with the last above I - 7, but at most `LONGEST_OVERLAP` before the end.

A window reaches 400 ms back. So the sound that lifts the first value begins within the last 100 ms of its window, and
what keeps the last value up ends 300 to 400 ms before it: both are reckoned, so that nothing audible is cut off. The
station's own songs need none of this, because the score says where they begin and end.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from bandstand.common.types import Lufs

STEP: Final = 0.1
"""Seconds from one value to the next."""
LINGERING: Final = 0.3
"""Seconds for which a value stays up after the sound, at least."""
FILLING: Final = 3
"""Values at the beginning that tell nothing, as there are no 400 ms before them; the next tells of all of these."""
BEGINS: Final = 34.0
"""Decibels below the integrated loudness, as the following two."""
ENDS: Final = 42.0
FADES: Final = 7.0
LONGEST_OVERLAP: Final = 6.0
SILENCE: Final = -69.0
"""LUFS; EBU R 128 counts nothing that is quieter than -70."""


class CuePoints(NamedTuple):
    """Seconds into the song; None where that is its very beginning or end."""

    cue_in: float | None = None
    cue_out: float | None = None
    next_at: float | None = None


def find_cue_points(momentary: Sequence[float], integrated: Lufs, seconds: float) -> CuePoints:
    """The cue points of a song of so many seconds. `momentary` has a value (LUFS) for each 100 ms."""
    if integrated < SILENCE:
        return CuePoints()
    first = next((index for index, value in enumerate(momentary) if value > integrated - BEGINS), 0)
    if first <= FILLING:
        first = 0
    cue_in = first * STEP
    cue_out = _find_last(momentary, integrated - ENDS, seconds)
    next_at = max(cue_in, cue_out - LONGEST_OVERLAP, _find_last(momentary, integrated - FADES, seconds))
    return CuePoints(
        cue_in=round(cue_in, 3) if first else None,
        cue_out=round(cue_out, 3) if cue_out < seconds - STEP else None,
        next_at=round(next_at, 3) if next_at < cue_out - STEP else None,
    )


def _find_last(momentary: Sequence[float], threshold: float, seconds: float) -> float:
    """Where the sound ends that keeps the last value above `threshold`; the end where that is the last of all."""
    last = next((index for index in range(len(momentary) - 1, -1, -1) if momentary[index] > threshold), None)
    if last is None or last == len(momentary) - 1:
        return seconds
    return min(seconds, max(0.0, (last + 1) * STEP - LINGERING))
