"""What people are told of DJs who are live: who is on the air for everybody, the rest for those who run the station."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from bandstand.bot.commands.reply import Level, Reply
from bandstand.common.api import live
from bandstand.common.text import clock, counted, one_line


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
