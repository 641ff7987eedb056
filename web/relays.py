"""Which Icecast a listener is sent to: the station's own, or one of its relays.

By load first, in steps of a fifth of what each takes, as figures some seconds old say no more; then by nearness, where
the operator has said which networks are near a relay; then by chance, weighted by the places that are free, so that
many who come at once are spread. One that is full or away comes last or not at all. Pure.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from bandstand.common.api.values import RelayStatus
from bandstand.common.relays import OWN_LIMIT, Relay

STEPS: Final = 5
OWN: Final = ""
"""The base address that stands for the station's own Icecast."""


@dataclass(frozen=True)
class _Place:
    url: str
    listeners: int
    limit: int
    is_near: bool

    @property
    def step(self) -> int:
        return min(STEPS, self.listeners * STEPS // self.limit)


def rank_places(
    path: str,
    own_listeners: int,
    relays: Sequence[RelayStatus],
    near: set[str],
    chance: Random,
) -> list[str]:
    """The base addresses at which this mount is heard, the best first; `OWN` is among them. `own_listeners` are all of
    the station's own Icecast; `near` are the relays near the listener."""
    places = [_Place(OWN, own_listeners, OWN_LIMIT, False)] + [
        _Place(relay.url, relay.listeners, relay.limit, relay.url in near)
        for relay in relays
        if relay.is_well and path in relay.mounts
    ]
    return [
        place.url for place in sorted(places, key=lambda place: (place.step, not place.is_near, _draw(place, chance)))
    ]


def _draw(place: _Place, chance: Random) -> float:
    """A weighted shuffle's key: the smallest is first (Efraimidis and Spirakis 2006, by exponentials)."""
    return chance.expovariate(max(1, place.limit - place.listeners))


def find_near(settings: Sequence[Relay], address: str) -> set[str]:
    """The relays of whose networks this address is one. None where the address is no address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return set()
    found = getattr(found, "ipv4_mapped", None) or found
    return {
        relay.url
        for relay in settings
        if any(found in ipaddress.ip_network(network, strict=False) for network in relay.networks)
    }
