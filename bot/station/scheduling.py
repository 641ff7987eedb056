"""The rules of what is heard: what is on the air, what follows, what goes on the air next. Values in, values out.

A song that is still being made holds nobody up: the next one that can be heard is heard in its place. Only what the
programme has planned for a fixed time, such as a show's first song, does not come early by that; what is heard instead
is for the programme's plan to say, shortly before (`bot.station.planning.keep_ready`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from bandstand.bot.station import transitions, wish_rules
from bandstand.bot.station.transitions import GAPLESS, Transition
from bandstand.common.api.people import STATION
from bandstand.common.api.values import Cue, CueState
from bandstand.common.types import RATE, CueId, Frames

EARLY: Final = 1.0
"""Seconds before a fixed time in which an entry may begin that belongs to what comes then."""
NOTHING_HEARD: Mapping[str, int] = {}


@dataclass(frozen=True)
class Plan:
    """What the streamer should be doing. `current` and `following` both None: silence."""

    current: Cue | None = None
    following: Cue | None = None
    """What comes without a gap after the current cue, or over its last seconds."""
    transition: Transition = GAPLESS
    """From the current cue to the one that follows."""
    keep: CueId | None = None
    """May go on if the streamer has it, though its song cannot be opened here: it is being made again."""
    fade: float | None = None
    """Seconds in which it goes silent, where somebody said how long."""


def sort_queue(cues: Sequence[Cue]) -> list[Cue]:
    """The queue as people see it: by order, then by age."""
    return sorted((cue for cue in cues if cue.state is CueState.QUEUED), key=lambda cue: (cue.order, cue.id))


def find_on_air(cues: Sequence[Cue]) -> Cue | None:
    return next((cue for cue in cues if cue.state is CueState.AIR), None)


def find_next(cues: Sequence[Cue]) -> Cue | None:
    """The first in the queue that can be heard. One that is still being made keeps its place and holds nobody up."""
    return next((cue for cue in sort_queue(cues) if cue.is_audible), None)


def is_too_early(cue: Cue, at: float) -> bool:
    """Whether the programme has planned it for a fixed time that is later than `at`, Unix seconds."""
    return cue.choice is not None and cue.choice.not_before is not None and at < cue.choice.not_before - EARLY


def is_ordered(cue: Cue) -> bool:
    """Whether somebody asked for it, so that nothing of the programme's ends it."""
    return cue.choice is None and cue.place != STATION


def find_due(cues: Sequence[Cue], is_stopped: bool, now: float = math.inf) -> Cue | None:
    """The cue to be put on the air where nothing is; None while stopped, or with nothing to play yet."""
    if is_stopped or find_on_air(cues) is not None:
        return None
    due = find_next(cues)
    if due is None or not is_too_early(due, now):
        return due
    return find_next([cue for cue in cues if cue.choice is None])


def plan_playout(cues: Sequence[Cue], stop_fade: float | None, crossfade: float, now: float = math.inf) -> Plan:
    """What should be heard now, and what follows. `stop_fade` is None unless the station is stopped."""
    current = find_on_air(cues)
    if stop_fade is not None or current is None:
        return Plan(fade=stop_fade)
    if not current.is_audible:
        return Plan(keep=current.id)
    following = find_next(cues)
    if following is None or (is_too_early(following, now) and following != sort_queue(cues)[0]):
        return Plan(_skip_silence(current))
    transition = transitions.plan_transition(current, following, crossfade)
    if transition.crossfade != (following.crossfade or 0.0):
        following = msgspec.structs.replace(following, crossfade=transition.crossfade)
    return Plan(_skip_silence(current), _skip_silence(following), transition)


def _skip_silence(cue: Cue) -> Cue:
    """The cue, to begin where its sound does."""
    return msgspec.structs.replace(cue, start=Frames(round(transitions.find_start(cue) * RATE)))


def estimate_waits(cues: Sequence[Cue], at: float, crossfade: float) -> list[float | None]:
    """For each cue of the queue, in its order, how many seconds from now it will be heard.

    `at` is how far the song on the air is, in seconds; `crossfade` is the station's. None: a song before it does not
    say how long it is. One that is still being made is expected to be there when its turn comes.
    """
    before = find_on_air(cues)
    waits: list[float | None] = []
    wait: float | None = 0.0
    for cue in sort_queue(cues):
        if before is not None and wait is not None:
            wait = wait + _get_rest(before, at, cue, crossfade) if before.song.seconds else None
        waits.append(wait)
        before, at = cue, transitions.find_start(cue)
    return waits


def _get_rest(cue: Cue, at: float, following: Cue, crossfade: float) -> float:
    """Seconds from `at` in a cue until the one that follows begins."""
    transition = transitions.plan_transition(cue, following, crossfade)
    return max(0.0, transitions.find_end(cue, transition) - at)


def find_place(
    queue: Sequence[Cue], cue: Cue, heard: Mapping[str, int] = NOTHING_HEARD, *, is_show_held: bool = False
) -> int:
    """How many entries of the sorted queue come before a new one.

    What people order comes first, then what listeners requested or wished for, then what the programme planned, each in
    the order in which it came; a wish also comes before those of persons who had more wishes `heard` lately. Only where
    a planned entry is next of all do listeners leave it there: the streamer may have it ready. While a show is held by
    what they asked for before, what they ask for now comes behind its first entry, which is the next that is planned.
    """
    if cue.choice is not None:
        return len(queue)
    if cue.is_wish:
        place = wish_rules.find_turn([_weigh_turn(one, heard) for one in queue], heard.get(cue.person, 0))
    else:
        is_behind = [one.choice is None and (cue.is_request or not _is_listeners(one)) for one in queue]
        place = max((number for number, is_one in enumerate(is_behind, 1) if is_one), default=0)
    planned = next((number for number, one in enumerate(queue, 1) if one.choice is not None), 0)
    return max(place, planned) if _is_listeners(cue) and (is_show_held or planned == 1) else place


def _is_listeners(cue: Cue) -> bool:
    return cue.is_request or cue.is_wish


def _weigh_turn(cue: Cue, heard: Mapping[str, int]) -> float:
    """How many wishes of its person were heard; of an entry that every wish waits for, none."""
    if cue.choice is not None:
        return math.inf
    return heard.get(cue.person, 0) if cue.is_wish else 0


def order_last(cues: Sequence[Cue]) -> float:
    """The order of a cue that is to be the last in the queue."""
    queue = sort_queue(cues)
    return queue[-1].order + 1.0 if queue else 1.0


def order_first(cues: Sequence[Cue]) -> float:
    """The order of a cue that is to be the first in the queue."""
    queue = sort_queue(cues)
    return queue[0].order - 1.0 if queue else 1.0
