"""What the booth shows of a DJ, in words and numbers: state, level, time. Pure; knows no HTTP.

The level is the root mean square of a tenth of a second, so that music at the usual loudness is between -20 and -9
dBFS; what is above -5 can only be sound that is squashed or clipped.
"""

import enum
from typing import Final

import msgspec

from bandstand.common.api.live import Booth, Dj, DjState

LOWEST: Final = -60.0
"""dBFS at the meter's left end; at its right end is full scale, 0."""
WIDTH: Final = 600
"""Of the meter in its own units."""


class Zone(enum.StrEnum):
    """What a level is called."""

    SILENCE = "silence"
    QUIET = "quiet"
    GOOD = "good"
    LOUD = "loud"
    TOO_LOUD = "too loud"


BELOW: Final = ((-50.0, Zone.SILENCE), (-30.0, Zone.QUIET), (-9.0, Zone.GOOD), (-5.0, Zone.LOUD))
"""The zones by the level, dBFS, below which they are; -50 is where the station itself hears silence."""
STATES: Final = {
    DjState.OFFLINE: "Not connected",
    DjState.WAITING: "Waiting, nobody hears you",
    DjState.ON_AIR: "On the air",
    DjState.GRACE: "On the air, but gone or silent",
}
OTHERS: Final = {
    DjState.OFFLINE: "is expected",
    DjState.WAITING: "waits",
    DjState.ON_AIR: "on the air",
    DjState.GRACE: "gone or silent",
}
"""The same of others in the line."""


class BoothView(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the booth that changes with the DJ's state."""

    booth: Booth
    own: Dj | None
    on_air: Dj | None
    """Whoever is on the air."""
    state: DjState
    words: str
    zone: Zone
    level_words: str
    lit: float
    """Of the meter, in its own units."""
    may_go: bool
    """They connect, and have the right to put themselves on the air."""
    is_on: bool

    @property
    def others(self) -> tuple[Dj, ...]:
        return tuple(one for one in self.booth.live.djs if one is not self.own)


def find_zone(level: float | None) -> Zone:
    """`level` is dBFS; None of digital silence."""
    if level is None:
        return Zone.SILENCE
    return next((zone for limit, zone in BELOW if level < limit), Zone.TOO_LOUD)


def measure_lit(level: float | None) -> float:
    """How much of the meter is lit."""
    if level is None:
        return 0.0
    return round(min(1.0, max(0.0, 1 - level / LOWEST)) * WIDTH, 1)


def say_level(level: float | None) -> str:
    """`-18 dBFS, good`."""
    zone = find_zone(level)
    return zone.value if level is None else f"{level:.0f} dBFS, {zone.value}"


def make_view(booth: Booth, *, may_command: bool) -> BoothView:
    """`may_command`: they have the right dj."""
    djs = booth.live.djs
    own = next((one for one in djs if booth.name and one.name == booth.name), None)
    state = own.state if own else DjState.OFFLINE
    level = own.level if own else None
    words = "You are next" if own and own.is_wanted and state is DjState.WAITING else STATES[state]
    return BoothView(
        booth=booth,
        own=own,
        on_air=next((one for one in djs if one.state in (DjState.ON_AIR, DjState.GRACE)), None),
        state=state,
        words=words,
        zone=find_zone(level),
        level_words=say_level(level),
        lit=measure_lit(level),
        may_go=may_command and state is DjState.WAITING,
        is_on=state in (DjState.ON_AIR, DjState.GRACE),
    )
