"""How it is with DJs who are live, for the booths that are open: the event `booth`, twice a second.

Levels are nobody's business but the DJs', and would be much for a thousand listeners. So they are told to the streams
alone that asked for them and may have them (`web.event_stream`), and the bot is asked only while there are such.
"""

import asyncio
from typing import Final

import msgspec

from bandstand.common.api.live import Dj, GetLive, LiveStatus
from bandstand.common.api.refusals import Refused
from bandstand.common.errors import BandstandError
from bandstand.web.booth_view import Zone, find_zone
from bandstand.web.bot_link import Link
from bandstand.web.event_hub import READER, EventHub, write_event

LOOK_SECONDS: Final = 0.5
"""As often as the streamer tells levels."""


class HeardDj(msgspec.Struct, frozen=True):
    """A DJ, and what their level is called."""

    dj: Dj
    zone: Zone


class BoothState(msgspec.Struct, frozen=True):
    """What the event carries."""

    djs: tuple[HeardDj, ...]


async def tell_booths(hub: EventHub, link: Link, seconds: float = LOOK_SECONDS) -> None:
    """Look every so many seconds, and tell it, until cancelled."""
    told: BoothState | None = None
    while True:
        await asyncio.sleep(seconds)
        if not hub.has_booths:
            told = None
            continue
        try:
            status = await link.carry_out(GetLive(), READER)
        except (BandstandError, Refused):  # the bot is away; it will be looked at again
            continue
        assert isinstance(status, LiveStatus)
        state = BoothState(tuple(HeardDj(one, find_zone(one.level)) for one in status.djs))
        if state.djs or state != told:
            hub.tell_booths(write_event("booth", msgspec.json.encode(state)))
        told = state
