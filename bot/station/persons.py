"""Who counts as one person: the one policy behind every limit, quota, rating and vote.

A front end vouches for an `Identity`; what is known of it best names the person, in this order:

1. an account of the station's own: `ann`
2. an account of an IRC network's services: `libera/ann`
3. a guest of live shows, who has no account: `guest:bob`
4. a cookie that the web process signed: `~8f3a`
5. an address, of a visitor of the page or in an IRC mask: `@203.0.113.9`. Of IPv6 it is the network of 64 bits,
   `@2001:db8:0:1::/64`, as every household has that many addresses for itself
6. the host name in an IRC mask: `libera/@host.example`. Networks give these out, so they are a network's own
7. the place that somebody asks from, as long as nothing is known of them: `irc:libera/#radio`

A nick is nobody: anyone can change it at any time. Whoever sits at the station's machine is named by the front end.
A key is kept in the database, so it never changes its form without a migration.
"""

import ipaddress
from typing import Final, NamedTuple

from bandstand.bot.station.identity import IRC, get_name
from bandstand.common.api.people import Identity, Requester, Right

COOKIE: Final = "~"
"""Begins the key of a visitor of the page; no name of an account or of a network can begin so."""
GUEST: Final = "guest:"
"""Begins the key of a guest of live shows; no name of an account has a colon in it."""
WEB: Final = "web"
"""The network of visitors of the page."""
IPV6_PREFIX: Final = 64
"""Bits of an address that a household has for itself."""
LOOPBACK: Final = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::/64"))
"""Of IPv4, and of IPv6 as a household's network."""


class Visitor(NamedTuple):
    """A visitor of the page, as the station knows them by their session."""

    identity: Identity
    right: Right
    name: str
    """Empty for somebody who is not logged in."""


def get_person(by: Requester) -> str:
    """The key of the person who asks."""
    if by.identity is None:
        return by.place.front_end
    return find_key(by.identity) or str(by.place)


def find_key(identity: Identity) -> str:
    """The key of whoever this is; empty where nothing but the place is known."""
    name = get_name(identity)
    if name is not None:
        return str(name)
    if identity.guest:
        return GUEST + identity.guest
    if identity.cookie:
        return COOKIE + identity.cookie
    if identity.address:
        return key_host(identity.address, identity.network)
    return key_host(identity.mask.rpartition("@")[2], identity.network)


def find_household(identity: Identity | None) -> str:
    """The key of the address that a visitor of the page comes from, who is known by nothing better than a cookie; empty
    for others, and for this machine, from which a proxy brings everybody."""
    if identity is None or identity.network != WEB or identity.account or identity.session:
        return ""
    address = key_address(identity.address)
    return "" if not address or is_loopback(address) else f"@{address}"


def find_voter(by: Requester) -> str:
    """The key of the person who votes, where an address has one vote unless its people log in."""
    return find_household(by.identity) or get_person(by)


def is_loopback(address: str) -> bool:
    """Whether what `key_address` wrote is this machine."""
    return ipaddress.ip_network(address).overlaps(LOOPBACK[":" in address])


def key_host(host: str, network: str) -> str:
    """`@203.0.113.9`, or `libera/@host.example` where the host is no address; empty for no host."""
    if not host:
        return ""
    address = key_address(host)
    return f"@{address}" if address else f"{network.removeprefix(IRC).lower()}/@{host.lower()}"


def key_address(text: str) -> str:
    """An IPv4 address, or the /64 network of an IPv6 one; empty where the text is neither."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
        address = address.ipv4_mapped
    return str(address)
