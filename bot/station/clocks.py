"""Clocks: wheels of slots that the programme goes round, an entry for each slot.

A slot may be another clock: each time the outer wheel comes to it, the inner one moves on by one slot, from where it
was. Where a wheel stands is not written down: each entry's choice says which slot it was, so the next one is behind the
last entry of that clock (`find_place`). A clock begins with its first slot where the programme was not going by it just
before, such as at the start of a show.

A clock that would contain itself is refused when it is made; `take_slots` ends all the same if there should be one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bandstand.bot.station.playlists import LONGEST_NAME, fold_name
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.slots import find_slot
from bandstand.common.api.events import ProgrammeChanged
from bandstand.common.api.people import Requester
from bandstand.common.api.playlists import Clock
from bandstand.common.api.refusals import BadSlot, ClockCycle, NoSuchClock, Refused, TooManyLists
from bandstand.common.api.requests import DeleteClock, ListClocks, SetClock, UseClock
from bandstand.common.api.results import ClockDeleted, Clocks
from bandstand.common.api.values import ClockPlace, Slot, SlotKind
from bandstand.common.bands import slug
from bandstand.common.radio_file import find_cycle
from bandstand.common.text import one_line

CURRENT: Final = "clock"
"""The setting that names the clock to go by; without it the configuration decides."""
MOST: Final = 100
MOST_SLOTS: Final = 100
SHOWN: Final = 60
Path = tuple[ClockPlace, ...]


def find_place(name: str, before: Sequence[Path], is_outermost: bool) -> int:
    """The slot at which a clock goes on, counted from 0 and not bounded by its size. `before` are the places of the
    entries before, the last one first."""
    if is_outermost and before and (not before[0] or before[0][0].clock != name):
        return 0
    return next((place.slot + 1 for path in before for place in path if place.clock == name), 0)


def take_slots(name: str, clocks: Mapping[str, Clock], before: Sequence[Path]) -> Iterator[tuple[Slot, Path]]:
    """The slots that are to be tried for the next entry, each with its place: one whole round of the clock from where
    it stands. No slot of it is a clock any more, unless there is no clock of that name."""
    yield from _go_round(Slot(SlotKind.CLOCK, name), clocks, before, ())


def _go_round(
    slot: Slot, clocks: Mapping[str, Clock], before: Sequence[Path], path: Path
) -> Iterator[tuple[Slot, Path]]:
    clock = clocks.get(slot.name) if slot.kind is SlotKind.CLOCK else None
    if clock is None or not clock.slots or any(place.clock == clock.name for place in path):
        yield slot, path
        return
    begin = find_place(clock.name, before, not path)
    for step in range(len(clock.slots)):
        at = (begin + step) % len(clock.slots)
        yield from _go_round(clock.slots[at], clocks, before, (*path, ClockPlace(clock.name, at)))


def list_needs(name: str, clocks: Mapping[str, Clock]) -> list[Slot]:
    """Every slot that a clock comes to, within those in it too."""
    needed, names = list[Slot](), [name]
    for one in names:
        for slot in clocks[one].slots if one in clocks else ():
            if slot.kind is not SlotKind.CLOCK:
                needed.append(slot)
            elif slot.name not in names:
                names.append(slot.name)
    return needed


# Requests


def get_current(tx: Transaction) -> str:
    """The clock that the programme goes by where no show says otherwise; empty: none."""
    said = tx.settings.get(CURRENT)
    return tx.rules.clock if said is None else said


def find_clock(tx: Transaction, text: str) -> Clock:
    """Raises Refused(NoSuchClock)."""
    known = tx.clocks.list_all()
    found = next((clock for clock in known if clock.name == slug(text)), None)
    if found is None:
        raise Refused(NoSuchClock(one_line(text, LONGEST_NAME), tuple(clock.name for clock in known)))
    return found


def set_clock(request: SetClock, by: Requester, tx: Transaction) -> Clocks:
    name, known = fold_name(request.name), {clock.name: clock for clock in tx.clocks.list_all()}
    if name not in known and len(known) >= MOST:
        raise Refused(TooManyLists("clocks", MOST))
    if len(request.slots) > MOST_SLOTS:
        raise Refused(TooManyLists("slots", MOST_SLOTS))
    if not request.slots:
        raise Refused(BadSlot("", "a clock needs at least one slot, such as any"))
    if Slot(SlotKind.CLOCK, name) in map(_read_clock_slot, request.slots):
        raise Refused(ClockCycle((name, name)))
    slots = tuple(find_slot(tx, text, by, "set_clock") for text in request.slots)
    clock = Clock(name=name, slots=slots, created=tx.now)
    cycle = find_cycle({**known, name: clock}, name)
    if cycle:
        raise Refused(ClockCycle(cycle))
    tx.clocks.put(clock)
    tx.publish(ProgrammeChanged())
    return _list(tx, name)


def _read_clock_slot(text: str) -> Slot | None:
    """The slot, where it is a clock."""
    kind, _, name = text.partition(":")
    return Slot(SlotKind.CLOCK, slug(name)) if kind.strip().lower() == SlotKind.CLOCK else None


def delete_clock(request: DeleteClock, by: Requester, tx: Transaction) -> ClockDeleted:
    clock = find_clock(tx, request.name)
    tx.clocks.remove(clock.name)
    if tx.settings.get(CURRENT) == clock.name:
        tx.settings.remove(CURRENT)
    tx.publish(ProgrammeChanged())
    return ClockDeleted(name=clock.name)


def list_clocks(request: ListClocks, by: Requester, tx: Transaction) -> Clocks:
    return _list(tx, find_clock(tx, request.name).name if request.name.strip() else "")


def use_clock(request: UseClock, by: Requester, tx: Transaction) -> Clocks:
    if request.name:
        tx.settings.put(CURRENT, find_clock(tx, request.name).name)
    else:
        tx.settings.remove(CURRENT)
    tx.publish(ProgrammeChanged())
    return _list(tx)


def _list(tx: Transaction, changed: str = "") -> Clocks:
    return Clocks(clocks=tuple(tx.clocks.list_all()), current=get_current(tx), changed=changed)
