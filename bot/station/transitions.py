"""How one song goes over into the next: when the next begins, and what is faded. Values in, values out.

Four things may say it, and the first that does decides:

1. A jingle, an ident and a bridge are never faded, nor is anything faded over them.
2. Somebody asked for a crossfade: for this playing of the song, or in the configuration. Then one rises over the other.
3. The score of one of the station's own songs. It has a composed ending, so nothing is faded: the next song begins with
   the bar that would come after the last one, while the last chord rings on.
4. The cue points of an imported song, which are heard in its sound. The next begins where the song has become quiet, at
   most `LONGEST_OVERLAP` before its end, and the song fades out in at most `LONGEST_FADE_OUT` until then.

What comes is never faded in, as in radio practice; silence at its head is left out. Where nothing is known, the next
song begins in the frame after the last: an album that goes on without a gap is heard without one.
"""

from typing import Final

import msgspec

from bandstand.common.api.values import Cue, SongBrief, SongKind
from bandstand.common.types import RATE

LONGEST_OVERLAP: Final = 6.0
"""Seconds for which an imported song is heard together with the next."""
LONGEST_FADE_OUT: Final = 4.0
"""Seconds."""
SHORTEST_OVERLAP: Final = 0.15
"""Seconds. Cue points are known to a tenth of a second, so less than this says nothing."""


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """What is done at the seam. Times are seconds into the song that ends; the defaults are a seam without a gap."""

    at: float | None = None
    """The next song begins here; None: at the end, or by the crossfade."""
    end: float | None = None
    """The song is silent from here on; None: it rings on to its end, and is not faded out."""
    fade: float = 0.0
    """Seconds before `end` in which it fades out."""
    crossfade: float = 0.0
    """Seconds for which one song rises over the other, as long as neither gives more than half of itself."""


GAPLESS: Final = Transition()


def find_start(cue: Cue) -> float:
    """The second of its song with which a cue begins."""
    lead = cue.edges.cue_in or 0.0
    return cue.start / RATE if cue.start or lead < SHORTEST_OVERLAP else lead


def plan_transition(ending: Cue, beginning: Cue, crossfade: float = 0.0) -> Transition:
    """How `beginning` follows `ending`; `crossfade` is the station's, in seconds."""
    if is_between(ending) or is_between(beginning):
        return _join_unfaded(ending)
    wanted = crossfade if beginning.crossfade is None else beginning.crossfade
    if wanted or beginning.crossfade is not None:
        return Transition(crossfade=wanted)
    if ending.edges.is_composed:
        return _follow_score(ending)
    return _follow_cue_points(ending, beginning)


def is_between(cue: Cue) -> bool:
    """Whether it is no song, but heard between songs."""
    return not is_song(cue.song)


def is_song(song: SongBrief) -> bool:
    """Whether it is a song, and not a jingle or its like."""
    return song.kind is SongKind.SONG


def find_end(ending: Cue, transition: Transition) -> float:
    """The second of the song that ends with which the next begins; half of a song is its own in a crossfade."""
    seconds = ending.song.seconds
    if transition.at is not None:
        return transition.at
    return max(seconds - transition.crossfade, (seconds + find_start(ending)) / 2 if transition.crossfade else 0.0)


def _join_unfaded(ending: Cue) -> Transition:
    """A jingle and its like begin when the song before is over; the last chord of a score may still ring."""
    if ending.edges.is_composed:
        return _follow_score(ending)
    out = ending.edges.cue_out
    return GAPLESS if out is None or ending.song.seconds - out < SHORTEST_OVERLAP else Transition(at=out, end=out)


def _follow_score(ending: Cue) -> Transition:
    at = ending.edges.next_at
    return GAPLESS if at is None or at <= find_start(ending) else Transition(at=at)


def _follow_cue_points(ending: Cue, beginning: Cue) -> Transition:
    seconds, edges = ending.song.seconds, ending.edges
    out = seconds if edges.cue_out is None else min(edges.cue_out, seconds)
    overlap = min(
        out - (out if edges.next_at is None else edges.next_at),
        LONGEST_OVERLAP,
        (out - find_start(ending)) / 2,
        (beginning.song.seconds or LONGEST_OVERLAP * 2) / 2,
    )
    if overlap >= SHORTEST_OVERLAP:
        return Transition(at=out - overlap, end=out, fade=min(overlap, LONGEST_FADE_OUT))
    return Transition(at=out, end=out) if 0.0 < out <= seconds - SHORTEST_OVERLAP else GAPLESS
