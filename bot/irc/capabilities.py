"""IRCv3 capability negotiation (CAP, version 302): what the server offers, what is requested, what it granted. Pure.

Only capabilities that the bot knows are requested: there are servers that disconnect clients which request everything
that is offered.

A request is granted (ACK) or refused (NAK) as a whole, and the servers answer in order. A refusal may repeat only the
first 100 characters of its request, or nothing of it. So an answer belongs to the oldest request that it can be of.
"""

from collections.abc import Collection, Iterator

from bandstand.bot.irc.message import Message, build

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
"""Length of the names in one request: the server repeats them behind its own name and our nick."""
MAX_OFFERED = 200
"""Unknown capabilities of one server beyond this number are ignored."""


class Capabilities:
    """The negotiation of one connection."""

    def __init__(self, with_sasl: bool) -> None:
        self._wanted = (*WANTED, SASL) if with_sasl else WANTED
        self._requests: list[list[str]] = []
        """The names of each request that has not been answered, in the order of sending."""
        self._asked: set[str] = set()
        """All names that were requested on this connection."""
        self.offered: dict[str, str] = {}
        """Names and values."""
        self.enabled: set[str] = set()
        self.is_list_complete = False
        """Whether the server's first list has arrived whole."""

    @property
    def has_open_requests(self) -> bool:
        return bool(self._requests)

    def handle(self, message: Message) -> list[str]:
        """Handle a CAP message and return the messages to send."""
        names = dict(_parse_capabilities(message[-1]))
        match message[1].upper():
            case "LS":
                self._add_offered(names)
                if len(message.params) > 3 and message[2] == "*":
                    return []
                self.is_list_complete = True
                return self._request(self.offered)
            case "NEW":
                self._add_offered(names)
                return self._request(names)
            case "DEL":
                for name in names:
                    self.offered.pop(name, None)
                self.enabled.difference_update(names)
            case "ACK":
                self._enable(names, is_last=len(message.params) < 4 or message[2] != "*")
            case "NAK":
                return self._request_one_by_one(names)
        return []

    def stop_waiting(self) -> list[str]:
        """Go on without the answers that have not come. Returns the messages to send."""
        self._requests.clear()
        if self.is_list_complete:
            return []
        self.is_list_complete = True
        return self._request(self.offered)

    def _add_offered(self, names: dict[str, str]) -> None:
        for name, value in names.items():
            if len(self.offered) < MAX_OFFERED or name in self._wanted:
                self.offered[name] = value

    def _request(self, names: Collection[str]) -> list[str]:
        requested = {name for request in self._requests for name in request}
        missing = [name for name in self._wanted if name in names and name not in self.enabled | requested]
        groups = list(_split_names(missing))
        self._requests += groups
        self._asked.update(missing)
        return [build("CAP", "REQ", " ".join(group)) for group in groups]

    def _enable(self, names: Collection[str], is_last: bool) -> None:
        """`is_last`: the answer to this request has no further line."""
        request = self._find_request(names)
        for name in names:
            if name.startswith("-"):
                self.enabled.discard(name[1:])
            elif name in self._asked:  # also in a second line, which no `*` announced
                self.enabled.add(name)
        if is_last and request is not None:
            self._requests.remove(request)

    def _request_one_by_one(self, names: Collection[str]) -> list[str]:
        """A refusal is for a request as a whole, so its names are requested again one by one, and that once."""
        request = self._find_request(names)
        if request is None:
            return []
        self._requests.remove(request)
        if len(request) == 1:
            return []
        self._requests += [[name] for name in request]
        return [build("CAP", "REQ", name) for name in request]

    def _find_request(self, names: Collection[str]) -> list[str] | None:
        """The request that is answered: the oldest with one of these names, or the oldest of all."""
        oldest = self._requests[0] if self._requests else None
        bare = {name.lstrip("-~=") for name in names}
        return next((request for request in self._requests if bare.intersection(request)), oldest)


def _parse_capabilities(text: str) -> Iterator[tuple[str, str]]:
    """Names and values of `name name=value ...`."""
    for word in text.split(" "):
        name, _, value = word.partition("=")
        if name:
            yield name, value


def _split_names(names: list[str]) -> Iterator[list[str]]:
    """Groups of names that fit into one request each."""
    group: list[str] = []
    for name in names:
        if group and len(" ".join([*group, name])) > REQUEST_CHARACTERS:
            yield group
            group = []
        group.append(name)
    if group:
        yield group
