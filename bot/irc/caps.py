"""What a server offers beyond the plain protocol (IRCv3 capabilities): asked for, granted, withdrawn. Pure.

Only what the bot knows is ever requested: there are servers that disconnect whoever requests all that they offer.
"""

from collections.abc import Collection, Iterator

from bot.irc.line import Line, built

WANTED = (
    "account-notify",
    "account-tag",
    "cap-notify",
    "chghost",
    "extended-join",
    "message-tags",
    "multi-prefix",
    "server-time",
    "setname",
    "userhost-in-names",
)
SASL = "sasl"
REQUEST_CHARACTERS = 300
"""Of the names in one request: the answer repeats them after the server's name and our nick."""
MOST_OFFERED = 200
"""Capabilities of one server that are looked at."""


class Capabilities:
    """`take` is given each CAP line and returns lines to send; `open` says whether any request is still unanswered."""

    def __init__(self, with_sasl: bool) -> None:
        self._wanted = (*WANTED, SASL) if with_sasl else WANTED
        self._requested: set[str] = set()
        self.offered: dict[str, str] = {}
        self.enabled: set[str] = set()
        self.listed = False
        """The server's first list is here whole."""

    @property
    def open(self) -> bool:
        return bool(self._requested)

    def take(self, line: Line) -> list[str]:
        names = dict(_pairs(line[-1]))
        match line[1].upper():
            case "LS":
                self._offer(names)
                if len(line.params) > 3 and line[2] == "*":
                    return []
                self.listed = True
                return self._request(self.offered)
            case "NEW":
                self._offer(names)
                return self._request(names)
            case "DEL":
                for name in names:
                    self.offered.pop(name, None)
                self.enabled.difference_update(names)
            case "ACK":
                self._granted(names)
            case "NAK":
                return self._denied(names)
        return []

    def _offer(self, names: dict[str, str]) -> None:
        for name, value in names.items():
            if len(self.offered) < MOST_OFFERED or name in self._wanted:
                self.offered[name] = value

    def _request(self, names: Collection[str]) -> list[str]:
        missing = [name for name in self._wanted if name in names and name not in self.enabled | self._requested]
        self._requested.update(missing)
        return [built("CAP", "REQ", " ".join(group)) for group in _groups(missing)]

    def _granted(self, names: Collection[str]) -> None:
        for name in names:
            if name.startswith("-"):
                self.enabled.discard(name[1:])
            elif name in self._requested:
                self.enabled.add(name)
        self._requested.difference_update(names)

    def _denied(self, names: Collection[str]) -> list[str]:
        """One refusal is for all names of a request, so they are asked for again one by one, and that once."""
        ours = self._requested.intersection(names)
        if len(ours) <= 1:
            self._requested -= ours
            return []
        return [built("CAP", "REQ", name) for name in sorted(ours)]


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for word in text.split(" "):
        name, _, value = word.partition("=")
        if name:
            yield name, value


def _groups(names: list[str]) -> Iterator[list[str]]:
    group: list[str] = []
    for name in names:
        if group and len(" ".join([*group, name])) > REQUEST_CHARACTERS:
            yield group
            group = []
        group.append(name)
    if group:
        yield group
