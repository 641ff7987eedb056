"""The booth: what a DJ has to know before and during their show, all of it in one answer.

As whom they connect, how it is with them and with the others in the line, when they are on by the schedule, and what
listeners ask for. It is for those with the right dj, and for guests of live shows who gave their password on the page
(`bot.station.sessions`). Changes nothing; what a DJ does goes by the requests of `bot.station.live_shows`.
"""

from typing import Final

from bandstand.bot.station import dj_messages, live_shows, schedule, shows
from bandstand.bot.station.identity import get_name
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.live import Asked, Booth, GetBooth, GetLive, LiveTime
from bandstand.common.api.people import Requester
from bandstand.common.api.values import Cue, CueState, SlotKind

AHEAD: Final = 7 * 24 * 3600.0
"""Seconds in which a DJ's next time is looked for."""
ASKED_SECONDS: Final = 6 * 3600.0
"""For which it is told what listeners asked for."""
MOST_ASKED: Final = 12


def get_booth(request: GetBooth, by: Requester, tx: Transaction) -> Booth:
    name = find_own_name(tx, by)
    guest = tx.live.find_guest(name) if by.identity and by.identity.guest else None
    return Booth(
        name=name,
        is_guest=guest is not None,
        expires=guest.expires if guest else None,
        obstacle=live_shows.find_obstacle(tx, name) if name else "",
        live=live_shows.get_live(GetLive(), by, tx),
        time=find_time(tx, name) if name else None,
        asked=tuple(map(_describe, tx.queue.list_asked(tx.now - ASKED_SECONDS, MOST_ASKED))),
        messages=dj_messages.list_messages(tx, name if guest else None),
    )


def find_own_name(tx: Transaction, by: Requester) -> str:
    """The name of the mount on which this person can be live: a guest's, or that of an account of the station's own
    with a password. Empty for others, such as somebody who is known by IRC alone."""
    if by.identity is None:
        return ""
    if by.identity.guest:
        return by.identity.guest
    known = get_name(by.identity)
    is_own = known is not None and not known.network and tx.people.get_password(known.account) is not None
    return known.account if known is not None and is_own else ""


def find_time(tx: Transaction, dj: str) -> LiveTime | None:
    """The DJ's time by the schedule that it is now, or the next one. Slots without a pause between them are one."""
    targets = schedule.list_targets(shows.list_shows(tx), tx.now, tx.now + AHEAD)
    own = sorted(
        (LiveTime(show=show.name, start=one.start, end=one.end) for show, one in targets
         if show.slot.kind is SlotKind.LIVE and show.slot.name == dj and one.end > tx.now),
        key=lambda time: time.start,
    )  # fmt: skip
    if not own:
        return None
    found = own[0]
    for following in own[1:]:
        if following.start > found.end:
            break
        found = LiveTime(show=found.show, start=found.start, end=max(found.end, following.end))
    return found


def _describe(cue: Cue) -> Asked:
    return Asked(
        song=cue.song,
        name=cue.name,
        at=cue.created,
        is_wish=cue.is_wish,
        is_waiting=cue.state is CueState.QUEUED,
    )
