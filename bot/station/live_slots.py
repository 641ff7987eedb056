"""A DJ's time by the schedule: a show whose slot is `live:NAME`.

When it begins, the DJ is put on the air if they are connected, also in place of another DJ; if they come later, then;
until they do, the ordinary programme plays. Whoever is on the air by the schedule is warned `WARNINGS` minutes before
the end, and handed back to the programme then, unless their next slot begins at that moment. A DJ who is on the air
without a slot, by `live go`, is ended by no time but another DJ's.

The setting `SLOT` says which slot the DJ on the air has, and what was told of it.
"""

from typing import Final, NamedTuple

import msgspec

from bandstand.bot.station import schedule, shows
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.live import LiveAwaited, LiveWarned
from bandstand.common.api.values import SlotKind

SLOT: Final = "live_slot"
AWAITED: Final = "live_awaited"
"""The setting that says of which coming of a show it was told that its DJ is not there."""
BEGUN: Final = "live_begun"
"""The setting that has the last comings of shows that began, one in a line."""
REMEMBERED: Final = 20
WARNINGS: Final = (5, 1)
"""Minutes before the end."""
MINUTE: Final = 60.0


class LiveSlot(NamedTuple):
    """A DJ's time: `show` and `day` name the coming of the show."""

    dj: str
    show: str
    day: str
    start: float
    end: float


class Kept(msgspec.Struct, frozen=True):
    """The slot by which the DJ on the air is there."""

    dj: str
    end: float
    warned: int = 0
    """The minutes of the last warning; 0: there was none."""


def find_slot(tx: Transaction) -> LiveSlot | None:
    """The DJ's time that it is now, whatever the programme does."""
    target = schedule.find_target(shows.list_shows(tx), tx.now, schedule.NOTHING_YET)
    if target is None or target.show.slot.kind is not SlotKind.LIVE:
        return None
    occurrence = target.occurrence
    return LiveSlot(target.show.slot.name, target.show.key, occurrence.day, occurrence.start, occurrence.end)


def has_begun_now(tx: Transaction, slot: LiveSlot) -> bool:
    """Whether this is the first look at this coming of the show."""
    mark = f"{slot.show} {slot.day}"
    begun = (tx.settings.get(BEGUN) or "").splitlines()
    if mark in begun:
        return False
    tx.settings.put(BEGUN, "\n".join([*begun, mark][-REMEMBERED:]))
    return True


def is_over(tx: Transaction, on_air: str, slot: LiveSlot | None) -> bool:
    """Whether the DJ on the air was there by the schedule, and their time is over. Keeps what is known of it, and
    warns them. A narrower slot of another DJ's ends nothing by itself: that one may not be there."""
    if slot is not None and slot.dj == on_air:
        _keep_slot(tx, slot)
        return False
    kept = _read(tx)
    if kept is None or kept.dj != on_air or (slot is not None and kept.end > tx.now):
        return False
    tx.settings.remove(SLOT)
    return True


def forget_others(tx: Transaction, on_air: str | None) -> None:
    """Who has left the air is not there by their slot any more, should they come back later."""
    kept = _read(tx)
    if kept is not None and kept.dj != on_air:
        tx.settings.remove(SLOT)


def has_time_left(tx: Transaction, on_air: str) -> bool:
    """Whether the DJ on the air is there by a slot that goes on behind one of another DJ's."""
    kept = _read(tx)
    return kept is not None and kept.dj == on_air and kept.end > tx.now


def _keep_slot(tx: Transaction, slot: LiveSlot) -> None:
    kept = _read(tx)
    if kept is None or (kept.dj, kept.end) != (slot.dj, slot.end):
        kept = Kept(slot.dj, slot.end)
        _write(tx, kept)
    left, length = (slot.end - tx.now) / MINUTE, (slot.end - slot.start) / MINUTE
    due = [minutes for minutes in WARNINGS if left <= minutes < length and (not kept.warned or minutes < kept.warned)]
    if due:
        _write(tx, msgspec.structs.replace(kept, warned=min(due)))
        tx.publish(LiveWarned(name=slot.dj, minutes=min(due)))


def tell_awaited(tx: Transaction, slot: LiveSlot | None, is_there: bool) -> None:
    """Tell once that the DJ whose time it is is not there."""
    if slot is None or is_there:
        return
    mark = f"{slot.show} {slot.day}"
    if tx.settings.get(AWAITED) != mark:
        tx.settings.put(AWAITED, mark)
        tx.publish(LiveAwaited(name=slot.dj))


def find_wait(tx: Transaction) -> float | None:
    """Seconds until a DJ's time begins or ends, or they are to be warned; None: not for long."""
    if not any(show.slot.kind is SlotKind.LIVE for show in shows.list_shows(tx)):
        return None
    change = shows.find_change_after(tx, tx.now)
    moments = [] if change is None else [change.at]
    slot = find_slot(tx)
    if slot is not None:
        moments += [slot.end - minutes * MINUTE for minutes in WARNINGS]
    waits = [moment - tx.now for moment in moments if moment > tx.now]
    return min(waits, default=None)


def _read(tx: Transaction) -> Kept | None:
    text = tx.settings.get(SLOT)
    return None if text is None else msgspec.json.decode(text, type=Kept)


def _write(tx: Transaction, kept: Kept) -> None:
    tx.settings.put(SLOT, msgspec.json.encode(kept).decode())
