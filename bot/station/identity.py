"""How people are written down, so that rights can be granted to them; whom limits count is in `persons`.

`ann` is a person of the station's own, known by a password (telnet) or a key (ssh). `libera/ann` is an account of that
IRC network's services. `libera/*!*@host.example` is a mask there, for networks without services: `*` stands for any
text, `?` for one character. A nick alone is nobody, because anyone can take it.
"""

import re
from dataclasses import dataclass
from typing import Final

from bandstand.common.api.people import Identity
from bandstand.common.api.refusals import BadName, Refused

IRC: Final = "irc:"
"""Begins the network of an identity that came over IRC."""
LENGTH: Final = 120
PERSON: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,31}")
NETWORK: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
ACCOUNT: Final = re.compile(r"[^\s!@*?,:\x00-\x1f\x7f-\x9f][^\s!@*?,\x00-\x1f\x7f-\x9f]{0,63}")
MASK: Final = re.compile(r"([^\s!@]+)!([^\s!@]+)@([^\s!@]+)")
HOST_LETTERS: Final = 6
"""A mask with wildcards in its host names at least so many characters of it: `*.com` is everybody."""


@dataclass(frozen=True)
class Name:
    """A name that rights are granted to; `network` is empty for the station's own people."""

    network: str
    account: str = ""
    mask: str = ""

    def __str__(self) -> str:
        who = self.account or self.mask
        return f"{self.network}/{who}" if self.network else who


def parse_name(text: str) -> Name:
    """The name that a person typed, in the one way in which it is kept. Raises Refused(BadName)."""
    text = text.strip()
    network, slash, who = text.partition("/")
    if len(text) > LENGTH:
        raise Refused(BadName(text[:LENGTH], "too_long"))
    if not slash:
        return Name("", check_person(text, "form"))
    if not NETWORK.fullmatch(network):
        raise Refused(BadName(text, "form"))
    if "!" in who or "@" in who:
        return Name(network.lower(), mask=_check_mask(who))
    if not ACCOUNT.fullmatch(who):
        raise Refused(BadName(text, "form"))
    return Name(network.lower(), who.lower())


def check_person(text: str, problem: str = "account_form") -> str:
    """A name of the station's own people in small letters. Raises Refused(BadName)."""
    if not PERSON.fullmatch(text.lower()):
        raise Refused(BadName(text, problem))
    return text.lower()


def _check_mask(mask: str) -> str:
    found = MASK.fullmatch(mask)
    if found is None:
        raise Refused(BadName(mask, "mask_form"))
    host = found.group(3)
    if ("*" in host or "?" in host) and len(re.sub(r"[*?.:]", "", host)) < HOST_LETTERS:
        raise Refused(BadName(mask, "mask_too_wide"))
    return mask.lower()


def identify_person(name: str) -> Identity:
    """The identity of one of the station's own people."""
    return Identity("telnet", name)


def get_name(identity: Identity) -> Name | None:
    """The name of somebody whose account is known; None for others."""
    if not identity.account:
        return None
    if identity.network.startswith(IRC):
        return Name(identity.network.removeprefix(IRC).lower(), identity.account.lower())
    return Name("", identity.account.lower())


def get_network(identity: Identity) -> str:
    """The label of the IRC network that somebody came over; empty for others."""
    return identity.network.removeprefix(IRC).lower() if identity.network.startswith(IRC) else ""


def is_granted_to(name: Name, identity: Identity) -> bool:
    """Whether a right that was granted to `name` belongs to this identity."""
    if name.account:
        return name == get_name(identity)
    network = identity.network.removeprefix(IRC).lower()
    if not identity.mask or name.network != network:
        return False
    return _compile_mask(name.mask).fullmatch(identity.mask.lower()) is not None


def _compile_mask(mask: str) -> re.Pattern[str]:
    wildcards = {"*": ".*", "?": "."}
    return re.compile("".join(wildcards.get(character, re.escape(character)) for character in mask), re.DOTALL)
