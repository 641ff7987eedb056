"""One line of IRC, taken apart and put together. Pure; knows the grammar and no command's meaning.

Whatever bytes a server sends, `parsed` answers with a line or with nothing, and never raises.
"""

from dataclasses import dataclass, field

from irctokens.line import tokenise

LINE_BYTES = 512
"""RFC 1459's limit, with CR LF, for what is sent and for what is passed on with a prefix before it."""

FOLDS = {
    "ascii": str.maketrans({}),
    "rfc1459": str.maketrans("[]\\^", "{}|~"),
    "rfc1459-strict": str.maketrans("[]\\", "{}|"),
}
"""What CASEMAPPING adds to ASCII's own lower case."""
ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True)
class Source:
    """Who sent a line. A server's name stands in `nick`, with no user and no host."""

    nick: str = ""
    user: str = ""
    host: str = ""

    @property
    def mask(self) -> str:
        """`nick!user@host`, or empty where that is not known whole."""
        return f"{self.nick}!{self.user}@{self.host}" if self.user and self.host else ""


@dataclass(frozen=True)
class Line:
    """`params` may be shorter than the command's rule says: `line[n]` is then empty."""

    command: str
    params: tuple[str, ...] = ()
    source: Source = Source()
    tags: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, place: int) -> str:
        return self.params[place] if -len(self.params) <= place < len(self.params) else ""


def parsed(data: bytes) -> Line | None:
    """The line that these bytes are; None for what is no line (blanks, a source without a command, broken tags)."""
    try:
        token = tokenise(data.lstrip(b" "))
    except (ValueError, IndexError):
        return None
    return Line(token.command, tuple(token.params), source(token.source or ""), token.tags or {})


def source(text: str) -> Source:
    """`nick!user@host`, or the parts of it that are there."""
    rest, _, host = text.partition("@")
    nick, _, user = rest.partition("!")
    return Source(nick, user, host)


def built(command: str, *params: str) -> str:
    """A line to send; what it is made of is cleaned so that nobody's text becomes a second line or a parameter more.

    Raises ValueError where a parameter before the last cannot stand in one.
    """
    *middle, last = ("".join(c for c in param if c not in "\r\n\0") for param in params)
    if any(not param or " " in param or param.startswith(":") for param in middle):
        raise ValueError("only the last parameter may be empty, begin with a colon or have a blank in it")
    needs_colon = not last or " " in last or last.startswith(":")
    return " ".join([command, *middle, f":{last}" if needs_colon else last])


def fold(text: str, mapping: str = "rfc1459") -> str:
    """`text` as the server compares nicks and channels."""
    return text.translate(ASCII_LOWER).translate(FOLDS.get(mapping, FOLDS["rfc1459"]))
