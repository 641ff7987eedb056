"""The two sides of a front end: what it may ask of the bot, and what the bot may ask of it."""

from typing import Protocol, runtime_checkable

from twisted.internet.defer import Deferred

from bot.request import Identity, Reply, Request, Right


class Commands(Protocol):
    """What every front end is given."""

    def answer(self, request: Request) -> Deferred[Reply]:
        """Carry out one command. Fires soon and always with a reply, whatever happens; never errs back."""
        ...

    def completions(self, text: str, right: Right) -> Deferred[list[str]]:
        """What may stand in place of the last word of `text`, the line up to the cursor. Never errs back."""
        ...

    def knows(self, line: str) -> bool:
        """Whether the line's first word names a command; where others talk, what does not is left unanswered."""
        ...


class Access(Protocol):
    """Who may do what, for front ends whose people are not all the owner."""

    def right_of(self, identity: Identity) -> Deferred[Right]:
        """The right that was granted to them, listener where none was. Fires soon, in the order of asking; never errs
        back."""
        ...


class FrontEnd(Protocol):
    """What the bot is given: a way to people. A place is `NAME` or `NAME:something that this front end knows`."""

    name: str

    def tell(self, where: str, reply: Reply) -> bool:
        """Show a later answer at a place; False if that place is not there (any more)."""
        ...

    def announce(self, reply: Reply) -> None:
        """Show a notice to everyone who is at this front end and wants notices."""
        ...


@runtime_checkable
class ShowsProgress(Protocol):
    """A front end with terminals, where a bar can be drawn."""

    def progress(self, where: str, job: str, text: str, fraction: float | None) -> None:
        """Draw how far this job is, at the place that asked for it; None takes the bar away."""
        ...


@runtime_checkable
class CanBeLeft(Protocol):
    """A front end at which people log in."""

    def leave(self, where: str) -> None:
        """End the session at this place."""
        ...
