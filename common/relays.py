"""Relays: Icecasts on other machines that fetch the station's mounts from ours and pass them on to more listeners.

What `[[relays]]` has in the configuration, of which it is a part. Who watches over them is `bot.supervision.relays`;
which of them a listener is sent to, `web.relays`.
"""

import ipaddress
from collections import Counter
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec

from bandstand.common.errors import UnusableFile
from bandstand.common.files import read_secret, resolve_path
from bandstand.common.plain_values import Fault, PathText, Secret

OWN_LIMIT: Final = 500
"""Listeners that our own Icecast takes at most, as deploy/icecast.xml says."""


class Relay(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    url: str
    """Where listeners and the station reach it: scheme, host and port."""
    name: str = ""
    """As `status` and the log call it; empty: its host and port."""
    admin_password: Secret = ""
    """Of the relay's Icecast, which tells nobody else how many listen."""
    password_file: PathText = ""
    """Read where there is no `admin_password`."""
    listeners: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = OWN_LIMIT
    """How many it takes at most."""
    networks: list[str] = []
    """Networks, such as 192.0.2.0/24, whose listeners are near it."""


def resolve_relays(relays: list[Relay], base: Path, found: list[Fault]) -> list[Relay]:
    """With what is left out filled in. What is wrong is added to `found`; `base` is what paths are relative to."""
    settled = [_resolve_relay(relay, base, f"relays[{number}]", found) for number, relay in enumerate(relays)]
    for key in ("url", "name"):
        for value, times in Counter(getattr(relay, key) for relay in settled).items():
            if times > 1:
                found.append(("relays", f"{value} is there {times} times; each needs a {key} of its own"))
    return settled


def _resolve_relay(relay: Relay, base: Path, place: str, found: list[Fault]) -> Relay:
    url = relay.url.rstrip("/")
    if not is_address(url):
        found.append((f"{place}.url", f"expected an address such as http://relay.example:8000, got {relay.url}"))
    for network in relay.networks:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError:
            found.append((f"{place}.networks", f"expected a network such as 192.0.2.0/24, got {network}"))
    password = relay.admin_password or _read_password(relay, base, place, found)
    if not password and not relay.password_file:
        found.append((f"{place}.admin_password", "the relay's Icecast needs it to say how many listen"))
    name = relay.name or urlsplit(url).netloc
    return msgspec.structs.replace(relay, url=url, name=name, admin_password=password)


def is_address(url: str) -> bool:
    """Whether it is an address of HTTP without a path, a user or a query."""
    try:
        parts = urlsplit(url)
        has_host = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return has_host and url.isprintable() and not set(url) & set(" @\\") and url == f"{parts.scheme}://{parts.netloc}"


def _read_password(relay: Relay, base: Path, place: str, found: list[Fault]) -> str:
    if not relay.password_file:
        return ""
    try:
        return read_secret(resolve_path(relay.password_file, base))
    except UnusableFile as error:
        found.append((f"{place}.password_file", f"{relay.password_file}: {error}"))
        return ""
