"""What front ends and commands hand each other: a request with its rights, and a reply as a value.

Knows no front end, no command and no terminal: how a reply looks is `bot.render`'s business.
"""

import enum
from dataclasses import dataclass


class Right(enum.IntEnum):
    """Rights in order; each includes those below it."""

    LISTENER = 0
    DJ = 1
    ADMIN = 2
    OWNER = 3


class Level(enum.StrEnum):
    """What kind of answer a reply is; the word itself begins the line that a person reads."""

    OK = "ok"
    ERROR = "error"
    """The command was understood and cannot be done; says what to do instead."""
    USAGE = "usage"
    DENIED = "denied"
    BUSY = "busy"
    FAILED = "failed"
    """Work that was promised did not succeed, or the fault is ours; carries a reference into the log."""
    NOTICE = "notice"
    """Not an answer: something that happened on the station."""


@dataclass(frozen=True)
class Identity:
    """Whom a front end can vouch for, so that rights can be granted to them.

    `account` is what the network's services, or the station itself, made sure of; it is empty where nothing did. `mask`
    is `nick!user@host` where a network shows one. A nick alone is nobody: anyone can take it.
    """

    network: str
    """`irc:NAME`, `telnet` or `ssh`."""
    account: str = ""
    mask: str = ""


@dataclass(frozen=True)
class Reply:
    """One answer: a sentence, and where there is more to show, a table whose rows have one text for each column."""

    summary: str
    level: Level = Level.OK
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    job: str = ""
    """The job that was begun, or whose result this is."""
    public: bool = False
    """A notice for listeners as well, not only for whoever runs the station."""
    private: bool = False
    """For whoever asked, even where others read along."""
    repeated: bool = False
    """The same was said to the same person just now: where others read along it is not said again."""

    @property
    def good(self) -> bool:
        return self.level in (Level.OK, Level.NOTICE)


@dataclass(frozen=True)
class Request:
    """One line that a person typed: `who` names them, `where` names the place that later answers go to."""

    line: str
    who: str
    where: str
    right: Right
    identity: Identity | None = None
    """Whom the front end vouches for; None for whoever sits at the machine."""
    terminal: bool = False
    """Typed at a terminal, where unique abbreviations are understood."""
