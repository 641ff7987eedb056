"""What people are told of DJs who are live: who is on the air for everybody, the rest for those who run the station.

What is written to a DJ is told to them alone, where a front end sees that they are there. A DJ is an account of the
station's own; on IRC they are whoever is known to the network's services by the same name and was granted the right dj
there. So somebody who took the name of a DJ on some network is told nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from bandstand.bot.commands.frontend import FrontEnd, SeesPeople
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.station.identity import get_name, parse_name
from bandstand.bot.station.repositories import Store, Transaction
from bandstand.common.api import live
from bandstand.common.api.events import Event
from bandstand.common.api.people import Right
from bandstand.common.text import clock, counted, one_line

log = Logger()


def _announce_connected(event: live.LiveConnected) -> Reply:
    sends = f" ({event.format})" if event.format else ""
    said = f"{event.name} is connected{sends} and waits; live go {event.name} puts them on the air"
    return Reply(said, Level.NOTICE)


def _announce_took_over(event: live.LiveTookOver) -> Reply:
    return Reply(f"{event.name} is live", Level.NOTICE, is_public=True)


def _announce_left(event: live.LiveLeft) -> Reply:
    why = "was lost" if event.reason is live.LeftReason.LOST else "is over"
    said = f"the live show of {event.name} {why} after {clock(event.seconds)}"
    return Reply(said, Level.NOTICE, is_public=True)


def _announce_dropped(event: live.LiveDropped) -> Reply:
    return Reply(f"{event.name} is gone or silent; the programme goes on in 10 s unless they are back", Level.NOTICE)


NOTICES: Final[Mapping[type, Callable[[Any], Reply | None]]] = {
    live.LiveConnected: _announce_connected,
    live.LiveDisconnected: lambda event: Reply(f"{event.name}, who waited to be live, is gone", Level.NOTICE),
    live.LiveTookOver: _announce_took_over,
    live.LiveDropped: _announce_dropped,
    live.LiveReturned: lambda event: Reply(f"{event.name} is heard again", Level.NOTICE),
    live.LiveLeft: _announce_left,
    live.LiveTitled: lambda event: Reply(
        f"live, {event.name}: {one_line(event.title, 200)}", Level.NOTICE, is_public=True
    ),
    live.LiveTroubled: lambda event: Reply(
        f"something is wrong with what {event.name} sends: {one_line(event.trouble, 200)}", Level.NOTICE
    ),
    live.LiveAwaited: lambda event: Reply(
        f"it is the time of {event.name}, who is not connected; the programme plays on", Level.NOTICE
    ),
    live.LiveWarned: lambda event: Reply(
        f"{event.name}: your time on the air is over in {counted(event.minutes, 'minute')}", Level.NOTICE
    ),
    live.LiveRefused: lambda event: Reply(
        f"{event.name} wants to be live and was refused: {event.name} {event.reason}", Level.NOTICE
    ),
}


class DjNotices:
    """`front_ends` is the list that others fill; `react` is to be subscribed to the core's events."""

    def __init__(self, store: Store, front_ends: Sequence[FrontEnd]) -> None:
        self._store = store
        self._front_ends = front_ends

    def react(self, event: Event) -> None:
        if isinstance(event, live.DjTold):
            Deferred.fromCoroutine(self._tell(event.message)).addErrback(_log_failure)

    async def _tell(self, message: live.DjMessage) -> None:
        names = await self._store.read(lambda tx: list_names_of_dj(tx, message.dj))
        reply = Reply(f"{message.name} to you on the air: {message.text}", Level.NOTICE)
        for front_end in self._front_ends:
            if names and isinstance(front_end, SeesPeople):
                front_end.tell_present(lambda identity: str(get_name(identity)) in names, reply)


def list_names_of_dj(tx: Transaction, dj: str) -> frozenset[str]:
    """The DJ's accounts on IRC networks, as `Name` writes them."""
    grants = (parse_name(grant.name) for grant in tx.people.list_grants() if grant.right >= Right.DJ)
    return frozenset(str(name) for name in grants if name.network and name.account == dj)


def _log_failure(failure: Failure) -> None:
    log.warn("a DJ was not told what was written to them: {why}", why=failure.getErrorMessage())
