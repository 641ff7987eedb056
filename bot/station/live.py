"""DJs who are live: their states, and who goes on the air next. Values in, values out.

    OFFLINE -> WAITING -> ON_AIR <-> GRACE
       ^          |          |         |
       +----------+----------+---------+        (a DJ who was on the air and is still connected waits again)

A DJ is **expected** from the moment in which Icecast let them in; OFFLINE means that no sound of theirs comes yet, or
any more. **WAITING** they are decoded and measured, and nobody hears them, so that they can connect long before their
show. They stand in a line, in the order in which they came.

They go **on the air** when they are wanted: by `live go`, by the schedule, or, where the station is set so, by
connecting. It takes `NEEDED` seconds of sound, so that nobody is put on the air with a microphone that is off. One who
is wanted while another is on the air follows that one, unless somebody said `now`.

**GRACE** is the streamer's: it plays a bed while nothing comes, and ends the show by itself after ten seconds
(`streamer.live.source`), since the bot may be away.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from bandstand.common.api.live import DjState
from bandstand.common.live import LiveInput

NEEDED: Final = 2.0
"""Seconds of sound."""
EXPECTED: Final = 15.0
"""Seconds for which somebody who was let in, or is gone, is waited for."""
LOST: Final = 0.3
"""Seconds of the bed after which it is told that a DJ is lost."""
BAR_WAIT: Final = 2.0
"""Seconds for which the next bar line is waited for."""
FADE: Final = 1.0
"""Seconds in which a DJ rises over a song that has no bar line by then, and a song over a DJ."""
MOST: Final = 20
"""DJs who are connected at a time."""
NOWHERE: Final = LiveInput(mount="")


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """A DJ whom Icecast let in, as the database has it."""

    name: str
    since: float
    """When they came; the line goes by it."""
    seen: float
    """When their sound came last, as far as that was written down; or when they were let in."""
    is_connected: bool = False
    """That their sound comes was told."""
    is_wanted: bool = False
    was_on: bool = False
    """They were on the air since they came: they are not put there again without being asked for."""


class Guest(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody without an account who may connect for a while."""

    name: str
    password: str
    """Its hash."""
    expires: float
    by: str
    created: float


def find_state(name: str, on_air: str | None, heard: LiveInput) -> DjState:
    """`on_air` is the DJ whose show is on the air."""
    if name == on_air:
        return DjState.GRACE if heard.lost > LOST else DjState.ON_AIR
    return DjState.WAITING if heard.is_connected else DjState.OFFLINE


def is_ready(heard: LiveInput) -> bool:
    """Whether enough was heard of them to be put on the air."""
    return heard.is_connected and heard.heard >= NEEDED


def sort_line(connections: Sequence[Connection], on_air: str | None = None) -> list[Connection]:
    """Those who are not on the air, the newest last."""
    return sorted((one for one in connections if one.name != on_air), key=lambda one: (one.since, one.name))


def find_next(
    connections: Sequence[Connection],
    inputs: Mapping[str, LiveInput],
    on_air: str | None,
    *,
    is_automatic: bool = False,
    slot: str | None = None,
) -> str | None:
    """Who is to go on the air now; None: nobody. `slot` is the DJ whose time it is by the schedule."""
    line = [one for one in sort_line(connections, on_air) if is_ready(inputs.get(one.name, NOWHERE))]
    fresh = [one for one in line if not one.was_on]
    if slot is not None and slot != on_air and any(one.name == slot for one in fresh):
        return slot
    if on_air is not None:
        return None
    wanted = [one for one in line if one.is_wanted] or (fresh if is_automatic else [])
    return wanted[0].name if wanted else None


def find_gone(connections: Sequence[Connection], inputs: Mapping[str, LiveInput], on_air: str | None, now: float,
              ) -> list[str]:  # fmt: skip
    """Those who are not expected any more. One who sends something that is no sound is there."""

    def is_there(name: str) -> bool:
        heard = inputs.get(name, NOWHERE)
        return name == on_air or heard.is_connected or bool(heard.trouble)

    return [one.name for one in connections if not is_there(one.name) and now - one.seen > EXPECTED]
