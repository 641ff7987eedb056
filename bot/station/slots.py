"""The slots that clocks and shows are made of, as people write them: read, and checked for what they name.

A name that nothing has is refused when it is given, with the names that there are. It may still be gone when its turn
comes, since playlists are deleted and files moved; the programme then passes the slot over and says so.
"""

import difflib
from typing import Final

from bandstand.bot.station.ordering import check_path
from bandstand.bot.station.repositories import Transaction
from bandstand.common import lineups
from bandstand.common.api.people import Requester, Right
from bandstand.common.api.refusals import BadSlot, NeedsRight, NoSuchTarget, Refused
from bandstand.common.api.values import Slot, SlotKind, read_slot
from bandstand.common.bands import slug
from bandstand.common.generators import JINGLE
from bandstand.common.text import one_line

SHOWN: Final = 60
ADD_SHOW: Final = "add_show"
"""The request that a show is added by."""
MOST_JINGLES: Final = 200
Names = dict[SlotKind, list[str]]


def find_slot(tx: Transaction, text: str, by: Requester, request: str) -> Slot:
    """The slot that a person means: written as one, or by the name of a playlist, a clock, a band or a style.
    `request` is what they ask for with it.

    Raises Refused with BadSlot, NoSuchTarget, BadPath or NeedsRight.
    """
    known = list_names(tx)
    kind, colon, name = text.strip().partition(":")
    if not colon and kind.lower() not in (SlotKind.ANY, SlotKind.JINGLE):
        return _find_named({kind: names for kind, names in known.items() if kind is not SlotKind.JINGLE}, text)
    try:
        slot = read_slot(text)
    except ValueError as error:
        raise Refused(BadSlot(one_line(text, SHOWN), str(error))) from None
    if slot.kind is SlotKind.OFF:
        raise Refused(BadSlot(one_line(text, SHOWN), "off is for overrides: schedule override DATE off"))
    if slot.kind is SlotKind.LIVE:
        return _find_dj(tx, slot, request)
    if slot.kind is SlotKind.FILE:
        if by.right < Right.OWNER:
            raise Refused(NeedsRight(request, Right.OWNER, ()))
        check_path(slot.name)
    if slot.kind not in known or not slot.name:
        return slot
    return _find_named({slot.kind: known[slot.kind]}, name)


def _find_dj(tx: Transaction, slot: Slot, request: str) -> Slot:
    name = slot.name.lower()
    if request != ADD_SHOW:
        raise Refused(BadSlot(str(slot), "live is for shows: schedule add TIMES live:NAME"))
    if tx.people.get_password(name) is None and tx.live.find_guest(name) is None:
        raise Refused(BadSlot(str(slot), f"there is no account {one_line(name, SHOWN)}, and no guest of that name"))
    return Slot(SlotKind.LIVE, name)


def list_names(tx: Transaction) -> Names:
    """What there is that a slot may name, in the order in which a bare name is looked for."""
    jingles = tx.songs.list_made_by(JINGLE, MOST_JINGLES)
    return {
        SlotKind.PLAYLIST: [one.name for one in tx.playlists.list_all()],
        SlotKind.CLOCK: [one.name for one in tx.clocks.list_all()],
        SlotKind.BAND: [form.slug for form in tx.bands.list_all()],
        SlotKind.STYLE: list(lineups.STYLES),
        SlotKind.JINGLE: [str(song.parameters.get("name", "")) for song in jingles],
    }


def _find_named(known: Names, text: str) -> Slot:
    for kind, names in known.items():
        wanted = fold_slot_name(kind, text)
        found = next((name for name in names if fold_slot_name(kind, name) == wanted), None)
        if found is not None:
            return Slot(kind, found)
    slots = {name: Slot(kind, name) for kind, names in reversed(known.items()) for name in names}
    near = difflib.get_close_matches(slug(text), slots, 2)
    only = next(iter(known)) if len(known) == 1 else None
    there = tuple(known[only]) if only is not None else ()
    raise Refused(NoSuchTarget(one_line(text, SHOWN), tuple(str(slots[name]) for name in near), only, there))


def fold_slot_name(kind: SlotKind, name: str) -> str:
    """Jingles are named as people like; all else by a word of its own."""
    return name.strip().casefold() if kind is SlotKind.JINGLE else slug(name)
