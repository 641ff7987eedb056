"""A reply as a value: what a person reads, and the same for programs.

Imports little of the station, so that `bandstand ctl` is quick.
"""

import enum
from typing import Any

import msgspec

from bandstand.common.api.people import Place


class Level(enum.StrEnum):
    """What kind of answer a reply is; the word itself begins the line that a person reads."""

    OK = "ok"
    ERROR = "error"
    """The command was understood and cannot be done; the sentence says what to do instead."""
    USAGE = "usage"
    """The words of the command are not right."""
    DENIED = "denied"
    BUSY = "busy"
    FAILED = "failed"
    """Work that was promised did not succeed, or the fault is ours; then the sentence has a reference into the log."""
    NOTICE = "notice"
    """Not an answer: something that happened on the station."""


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """One answer: a sentence, and where there is more to show, a table whose rows have one text for each column."""

    summary: str
    level: Level = Level.OK
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    only_at_terminals: tuple[str, ...] = ()
    """Columns by their names, and rows by their first cells, that are not said where people talk to each other."""
    job: str = ""
    """What `ctl --wait` follows: the number of the job that was begun or has ended, or `watch NAME`."""
    is_public: bool = False
    """A notice for listeners as well, not only for those who run the station."""
    is_private: bool = False
    """For the one who asked, even where others read along."""
    is_repeated: bool = False
    """The same was said to the same person just now: where others read along, it is not said again."""
    is_heard: bool = False
    """Of a later answer: it says that a song is done which was announced already. Where people talk to each other, one
    of the two is enough."""
    besides: Place | None = None
    """Of a notice: the place that has the same as an answer already, and is not to be told twice."""
    value: Any = None
    """The same in values: a `Result`, a `Refusal` or an `Event`, or one of the structs below. A dictionary after the
    reply has travelled as JSON. None where there is only the sentence."""

    @property
    def is_good(self) -> bool:
        return self.level in (Level.OK, Level.NOTICE)


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """A reply on its way to a program. `answers` is the number of the connection's request, from 1; 0: a later answer.

    After the way its `reply.value` is a dictionary, which `as_json` writes as it was.
    """

    reply: Reply
    answers: int = 0
    fraction: float | None = None
    """Where it is set, this is no reply but a progress bar for its job."""
