"""Where listeners may request songs: a switch for everywhere, and one for each IRC network, channel, and the page.

What was said of the narrowest place holds: of a channel before its network, of a network before everything. Whoever
switches a wider place means all of it, so what was said of the places in it before is forgotten.

A place is written `libera`, `libera/#radio` or `page`; empty is everywhere. All switches are one setting, as JSON.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.asking import GetRequestSwitches, RequestSwitch, RequestSwitches, SwitchRequests
from bandstand.common.api.events import RequestsSwitched
from bandstand.common.api.people import Place, Requester
from bandstand.common.api.refusals import NoSuchPlace, Refused
from bandstand.common.text import one_line

SWITCHES: Final = "requests"
"""The setting."""
EVERYWHERE: Final = ""
PAGE: Final = "page"
HERE: Final = "here"
WEB: Final = "web"
IRC: Final = "irc"
"""Front ends of which there are places to be switched."""
CHANNEL_SIGNS: Final = "#&+!"
DECODER: Final = msgspec.json.Decoder(dict[str, bool])


def list_places(place: Place) -> list[str]:
    """The places to be switched in which this one lies, the narrowest first, `EVERYWHERE` last."""
    if place.front_end == WEB:
        return [PAGE, EVERYWHERE]
    network, channel, *_ = (*place.address.lower().split(" "), "", "")
    if place.front_end != IRC or not network:
        return [EVERYWHERE]
    named = [f"{network}/{channel}"] if channel.startswith(tuple(CHANNEL_SIGNS)) else []
    return [*named, network, EVERYWHERE]


def find_closed(switches: Mapping[str, bool], place: Place) -> str | None:
    """The switch that keeps requests from being made at this place; None: they may be."""
    named = next(one for one in (*list_places(place), None) if one is None or one in switches)
    return named if named is not None and not switches[named] else None


def change_switch(switches: Mapping[str, bool], where: str, is_on: bool) -> dict[str, bool]:
    """The switches after one was set."""

    def is_within(other: str) -> bool:
        return where == EVERYWHERE or other == where or other.startswith(f"{where}/")

    kept = {other: was_on for other, was_on in switches.items() if not is_within(other)}
    return {**kept, where: is_on}


def read_switches(tx: Transaction) -> dict[str, bool]:
    return DECODER.decode(tx.settings.get(SWITCHES) or "{}")


def parse_place(text: str, by: Requester, tx: Transaction) -> str:
    """The place that a person typed. Raises Refused(NoSuchPlace)."""
    where = text.strip().lower()
    own, networks = list_places(by.place), sorted(tx.outside.networks)
    if where in (EVERYWHERE, PAGE):
        return where
    if where == HERE and own[0] != EVERYWHERE:
        return own[0]
    network, slash, channel = where.partition("/")
    if where.startswith(tuple(CHANNEL_SIGNS)):
        network, slash, channel = _guess_network(own, networks), "/", where
    if network in networks and bool(slash) == channel.startswith(tuple(CHANNEL_SIGNS)) and " " not in channel:
        return f"{network}{slash}{channel}"
    raise Refused(NoSuchPlace(one_line(text, 60), tuple(networks)))


def _guess_network(own: list[str], networks: list[str]) -> str:
    """The network of a channel that was named without one: that of whoever asks, or the only one."""
    asked_from = own[-2] if len(own) > 1 and own[-2] != PAGE else ""
    return asked_from or (networks[0] if len(networks) == 1 else "")


# Requests


def switch_requests(request: SwitchRequests, by: Requester, tx: Transaction) -> RequestSwitches:
    where = parse_place(request.where, by, tx)
    switches = change_switch(read_switches(tx), where, request.is_on)
    tx.settings.put(SWITCHES, msgspec.json.encode(switches).decode())
    tx.publish(RequestsSwitched(is_on=request.is_on, where=where, name=by.name))
    return _describe(switches, by.place)


def get_request_switches(request: GetRequestSwitches, by: Requester, tx: Transaction) -> RequestSwitches:
    return _describe(read_switches(tx), by.place)


def _describe(switches: Mapping[str, bool], place: Place) -> RequestSwitches:
    return RequestSwitches(
        is_on=switches.get(EVERYWHERE, True),
        here=find_closed(switches, place) is None,
        exceptions=tuple(RequestSwitch(where, is_on) for where, is_on in sorted(switches.items()) if where),
    )
