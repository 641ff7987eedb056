"""How many listen, for the page: in words, and told over the event stream as it changes.

Icecast says it only to those who ask. So the bot is asked every few seconds, once for all who follow the events and
not at all while nobody does, and what changed is told as the event `listeners`. It carries the words as the page shows
them: a page puts them in their places and asks for nothing, so a thousand pages cost as much as one.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec

from bandstand.common.api.refusals import Refused
from bandstand.common.api.requests import GetStatus
from bandstand.common.api.values import MountStatus
from bandstand.common.errors import BandstandError
from bandstand.common.text import counted
from bandstand.web.event_hub import EventHub, write_event
from bandstand.web.reader import Reader

LOOK_SECONDS: Final = 5.0


class MountAudience(msgspec.Struct, frozen=True):
    path: str
    is_on_air: bool
    words: str
    """Such as `2 listeners`, or `off the air`; empty where Icecast does not say."""


class Audience(msgspec.Struct, frozen=True):
    """Who listens. `words` are about all mounts together; empty where Icecast does not say."""

    listeners: int | None
    words: str
    mounts: tuple[MountAudience, ...]


def count_audience(mounts: Sequence[MountStatus]) -> Audience:
    known = [mount.listeners for mount in mounts if mount.listeners is not None]
    total = sum(known)
    words = "1 person is listening." if total == 1 else f"{total} people are listening."
    described = tuple(MountAudience(mount.path, mount.is_on_air, _say_mount(mount)) for mount in mounts)
    return Audience(total if known else None, words if known else "", described)


def _say_mount(mount: MountStatus) -> str:
    if not mount.is_on_air:
        return "off the air"
    return "" if mount.listeners is None else counted(mount.listeners, "listener")


async def tell_audience(hub: EventHub, reader: Reader, seconds: float = LOOK_SECONDS) -> None:
    """Look every so many seconds, and tell what changed, until cancelled."""
    told: Audience | None = None
    while True:
        await asyncio.sleep(seconds)
        if not hub.streams:
            continue
        try:
            status = await reader.read(GetStatus())
        except (BandstandError, Refused):  # the bot is away; it will be looked at again
            continue
        audience = count_audience(status.station.mounts)  # type: ignore[union-attr]
        if audience != told:
            told = audience
            hub.tell(write_event("listeners", msgspec.json.encode(audience)))
