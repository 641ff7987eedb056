"""What front ends (IRC, terminals, the shell) and the commands hand each other, and what each may ask of the other.

A front end turns what a person typed into a `Line` and shows the `Reply`; it knows no command. The commands know no
front end: a `Place` says where a later answer goes, and only the front end that made it understands its address.
"""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import msgspec
from twisted.internet.defer import Deferred

from bandstand.bot.commands.reply import Reply
from bandstand.bot.station.persons import Visitor
from bandstand.common.api import results
from bandstand.common.api.people import Identity, Place, Requester, Right


class Line(msgspec.Struct, frozen=True):
    """One line that a person, or a program for them, gave."""

    text: str
    by: Requester
    is_terminal: bool = False
    """Typed at a terminal, where unique abbreviations are understood."""


class HelpEntry(msgspec.Struct, frozen=True):
    """One command, as `help` lists it."""

    name: str
    usage: str
    summary: str
    example: str
    aliases: tuple[str, ...] = ()


class Help(results.Base, frozen=True, tag="help"):
    """The value of a reply to `help`: the commands that this person may use, or the one that was asked about."""

    commands: tuple[HelpEntry, ...]


class Goodbye(results.Base, frozen=True, tag="goodbye"):
    """The value of the reply to `logout`."""


class Commands(Protocol):
    """What every front end is given."""

    def answer(self, line: Line) -> Deferred[Reply]:
        """Carry out one command. Fires soon and always with a reply, whatever happens; never errs back."""
        ...

    def complete(self, text: str, right: Right) -> Deferred[list[str]]:
        """What may stand in place of the last word of `text`, the line up to the cursor. Never errs back."""
        ...

    def knows(self, text: str) -> bool:
        """Whether the first word names a command. Where people talk to each other, other lines are not answered."""
        ...


class Access(Protocol):
    """The rights of people, for front ends that do not serve the owner alone."""

    def get_right(self, identity: Identity) -> Deferred[Right]:
        """The right that was granted to them, listener where none was. Fires soon, in the order of asking; never errs
        back."""
        ...


class VisitorAccess(Access, Protocol):
    """The same, and who the visitors of the page are."""

    def recognise(self, identity: Identity) -> Deferred[Visitor]:
        """Whose session this visitor has; nobody's where it is over. Fails with StoreError."""
        ...


class FrontEnd(Protocol):
    """What the bot is given: a way to people."""

    name: str
    """The `front_end` of its places."""

    def tell(self, place: Place, reply: Reply) -> bool:
        """Show a later answer at a place; False if that place is not there (any more)."""
        ...

    def announce(self, reply: Reply) -> None:
        """Show a notice to everyone who is at this front end and wants notices."""
        ...


@runtime_checkable
class SeesPeople(Protocol):
    """A front end where people are present without having asked for anything, and can be told something alone."""

    def tell_present(self, is_meant: Callable[[Identity], bool], reply: Reply) -> None:
        """Show a notice to those who are here and meant, to nobody else."""
        ...


@runtime_checkable
class ShowsProgress(Protocol):
    """A front end with terminals, where a bar can be drawn."""

    def show_progress(self, place: Place, job: str, text: str, fraction: float | None) -> None:
        """Draw how far this job is, at the place that asked for it; None takes the bar away."""
        ...


@runtime_checkable
class CanBeLeft(Protocol):
    """A front end at which people log in."""

    def leave(self, place: Place) -> None:
        """End the session at this place, once it has shown the replies that it has."""
        ...
