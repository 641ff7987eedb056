"""How people are written down, so that a right can be granted to them: pure text, no database.

`ann` is a person of the station's own, known by a password (telnet) or a key (ssh). `libera/ann` is an account of that
IRC network's services, and `libera/*!*@host.example` is a mask there, for networks without services. A nick is nobody.
"""

import re
from dataclasses import dataclass

from bot.request import Identity
from common.errors import UsageError

IRC = "irc:"
"""Begins the network of an identity that came over IRC."""
LENGTH = 120
PERSON = re.compile(r"[a-z0-9][a-z0-9_.-]{0,31}")
NETWORK = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
ACCOUNT = re.compile(r"[^\s!@*?,:\x00-\x1f\x7f-\x9f][^\s!@*?,\x00-\x1f\x7f-\x9f]{0,63}")
MASK = re.compile(r"([^\s!@]+)!([^\s!@]+)@([^\s!@]+)")
HOST_LETTERS = 6
"""Characters of a host that a mask with wildcards in it names at least: `*.com` is everybody."""
HOW = (
    "NAME is a person of telnet or ssh (ann), an account on IRC (libera/ann) or a mask there (libera/*!*@host.example)"
)


@dataclass(frozen=True)
class Name:
    """A name as it is granted to: `network` is empty for the station's own people."""

    network: str
    account: str = ""
    mask: str = ""

    def __str__(self) -> str:
        who = self.account or self.mask
        return f"{self.network}/{who}" if self.network else who


def written(text: str) -> Name:
    """The name that a person typed, in the one way in which it is kept. Raises UsageError."""
    text = text.strip()
    network, slash, who = text.partition("/")
    if len(text) > LENGTH:
        raise UsageError(f"a name has at most {LENGTH} characters")
    if not slash:
        if "!" in text or "@" in text or not PERSON.fullmatch(text.lower()):
            raise UsageError(HOW)
        return Name("", text.lower())
    if not NETWORK.fullmatch(network):
        raise UsageError(HOW)
    if "!" in who or "@" in who:
        return Name(network.lower(), mask=_checked(who))
    if not ACCOUNT.fullmatch(who):
        raise UsageError(HOW)
    return Name(network.lower(), who.lower())


def _checked(mask: str) -> str:
    found = MASK.fullmatch(mask)
    if found is None:
        raise UsageError("a mask is NICK!USER@HOST, in which * stands for any text: libera/*!*@host.example")
    host = found.group(3)
    if ("*" in host or "?" in host) and len(re.sub(r"[*?.:]", "", host)) < HOST_LETTERS:
        raise UsageError("that mask fits too many people: name more of the host than that")
    return mask.lower()


def own(name: str) -> Identity:
    """The identity of one of the station's own people."""
    return Identity("telnet", name)


def named(identity: Identity) -> Name | None:
    """The name of somebody whose account is known; None for others."""
    if not identity.account:
        return None
    if identity.network.startswith(IRC):
        return Name(identity.network.removeprefix(IRC).lower(), identity.account.lower())
    return Name("", identity.account.lower())


def fits(name: Name, identity: Identity) -> bool:
    """Whether a right that was granted to `name` is this person's."""
    known = named(identity)
    if name.account:
        return name == known
    network = identity.network.removeprefix(IRC).lower()
    if not identity.mask or name.network != network:
        return False
    return _pattern(name.mask).fullmatch(identity.mask.lower()) is not None


def _pattern(mask: str) -> re.Pattern[str]:
    marks = {"*": ".*", "?": "."}
    return re.compile("".join(marks.get(character, re.escape(character)) for character in mask), re.DOTALL)


def person(identity: Identity | None, where: str) -> str:
    """Whom limits are counted for: an account, or the host behind a mask (a nick is changed too easily), or a place."""
    if identity is None:
        return where.partition(":")[0]
    known = named(identity)
    if known is not None:
        return str(known)
    host = identity.mask.rpartition("@")[2].lower()
    return f"{identity.network.removeprefix(IRC).lower()}/@{host}" if host else where
