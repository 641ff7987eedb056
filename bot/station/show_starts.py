"""What is done when a show's time comes, so that it begins within a second of it, and what becomes of it otherwise.

Mostly nothing has to be done: the songs before a show are fitted to it (`bot.station.fitting`), and its first entry
begins behind them. Where the programme's own song would last longer all the same, such as one that was on the air when
the show was added, the show's first entry rises over it at its time (`cut_to_show`).

What people order comes first. A song that somebody asked for is heard to its end, and so is everything that they have
queued before the programme's next entry; the show **is held** until then, which is told at once (`ShowHeld`). It begins
behind them, or, where they last until it would be over, it is missed. What listeners request or wish for while it is
held waits behind its first entry (`scheduling.find_place`), or those who never tire would hold it for ever.

`follow_schedule` runs with the programme. It writes down what became of each coming of a show: played, held, missed.
"""

from typing import Final

import msgspec

from bandstand.bot.station import planning, schedule, scheduling, shows
from bandstand.bot.station.fitting import EXACT
from bandstand.bot.station.lifecycle import end_cue, put_on_air
from bandstand.bot.station.on_air import find_on_air
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.schedule import Records, Target
from bandstand.bot.station.scheduling import EARLY, is_ordered
from bandstand.common.api.events import QueueChanged, ShowEnded, ShowHeld, ShowMissed, ShowStarted
from bandstand.common.api.shows import HeldShow, RunState, Show
from bandstand.common.api.values import Cue, EndReason, SlotKind, SongKind

ON: Final = "show"
"""The setting that names the show that is on: `Show.key` and the occurrence's day."""
RISE: Final = 2.0
"""Seconds in which a show's first song rises over the song that it ends."""


def follow_schedule(tx: Transaction, is_playing: bool) -> None:
    """Write down which shows have begun, are held or were missed, and tell it. `is_playing`: the programme plays."""
    listed, records = shows.list_shows(tx), shows.list_records(tx)
    if not listed and tx.settings.get(ON) is None:
        return
    if is_playing:
        _record_begun(tx, listed, records)
    for missed in schedule.find_missed(listed, tx.now, records):
        if missed.show.slot.kind is SlotKind.LIVE:  # whether it was heard is the DJ's affair
            _record(tx, records, missed, RunState.PLAYED)
            continue
        is_held = find_state(missed, records) is RunState.HELD
        _record(tx, records, missed, RunState.MISSED)
        tx.publish(ShowMissed(show=missed.show, start=missed.occurrence.start, is_held=is_held))
    windows = [show for show in listed if not schedule.is_entry(show.rule)]
    target = schedule.find_target(windows, tx.now, records) if is_playing else None
    _switch(tx, None if target and find_state(target, records) is RunState.HELD else target, listed)


def _record_begun(tx: Transaction, listed: list[Show], records: dict[tuple[str, str], RunState]) -> None:
    """A window has begun unless something that people asked for holds it; a single entry begins when it is heard."""
    begun = schedule.find_begun(listed, tx.now, records)
    held = find_held(tx, begun, records) if begun else None
    for target in begun:
        if held is not None and held.show == target.show:
            if find_state(target, records) is None:
                _record(tx, records, target, RunState.HELD)
                tx.publish(ShowHeld(held=held))
        elif not schedule.is_entry(target.show.rule):
            _record(tx, records, target, RunState.PLAYED)


def _record(tx: Transaction, records: dict[tuple[str, str], RunState], target: Target, state: RunState) -> None:
    records[target.show.key, target.occurrence.day] = state
    tx.shows.put_record(target.show.key, target.occurrence, state)


def find_state(target: Target, records: Records) -> RunState | None:
    return records.get((target.show.key, target.occurrence.day))


def _switch(tx: Transaction, target: Target | None, listed: list[Show]) -> None:
    """Tell that another show is on than before."""
    before = tx.settings.get(ON)
    now = f"{target.show.key} {target.occurrence.day}" if target else None
    if now == before:
        return
    if before is not None:
        ended = next((show for show in listed if show.key == before.rpartition(" ")[0]), None)
        if ended is not None:
            tx.publish(ShowEnded(show=ended))
        tx.settings.remove(ON)
    if target is not None and now is not None:
        tx.settings.put(ON, now)
        tx.publish(ShowStarted(show=target.show, start=target.occurrence.start, end=target.occurrence.end))


# What holds a show


def find_held(tx: Transaction, begun: list[Target], records: Records) -> HeldShow | None:
    """The show that would be on, if what people have asked for did not come first; None: nothing holds one.

    `begun` are the shows whose time has come and that have not begun. A show that was on already is held by nothing.
    """
    target = max(begun, key=schedule.rank, default=None)
    if target is None or target != schedule.find_target(shows.list_shows(tx), tx.now, records):
        return None
    if target.show.slot.kind is SlotKind.LIVE:
        return None  # a DJ waits for nothing
    cues = tx.queue.list_open()
    air, queue = scheduling.find_on_air(cues), scheduling.sort_queue(cues)
    ordered = _list_ordered(air, queue)
    if not ordered or (air is not None and _is_heard(target, air)):
        return None
    before = [*([air] if air else []), *queue[: queue.index(ordered[-1]) + 1 if ordered[-1] in queue else 0]]
    until = planning.find_position(tx, before, planning.read_ground(tx)).at
    if until - target.occurrence.start <= EXACT:
        return None
    occurrence = target.occurrence
    return HeldShow(
        show=target.show, start=occurrence.start, end=occurrence.end, song=ordered[0].song, name=ordered[0].name,
        until=until,
    )  # fmt: skip


def find_held_now(tx: Transaction) -> HeldShow | None:
    """The show that is held at this moment."""
    records = shows.list_records(tx)
    return find_held(tx, schedule.find_begun(shows.list_shows(tx), tx.now, records), records)


def _is_heard(target: Target, air: Cue) -> bool:
    """Whether a song of this coming of the show is on the air."""
    is_in_time = (air.started or 0.0) >= target.occurrence.start - EARLY
    return is_in_time and air.choice is not None and air.choice.show == target.show.name


def _list_ordered(air: Cue | None, queue: list[Cue]) -> list[Cue]:
    """What people have asked for that is heard before the programme's next entry, with what is on the air."""
    ordered = [air] if air is not None and is_ordered(air) else []
    for cue in queue:
        if cue.choice is not None:
            break
        if is_ordered(cue):
            ordered.append(cue)
    return ordered


# The show's time has come


def cut_to_show(tx: Transaction) -> None:
    """Where a show's time has come while a song of the programme's is on the air that was to be over by then, have the
    show's first entry rise over it."""
    air = find_on_air(tx)
    if air is None or is_ordered(air) or air.started is None:
        return
    target = shows.find_show_at(tx, tx.now)
    if target is None or not _is_overdue(tx, target, air):
        return
    following = scheduling.find_next(tx.queue.list_open())
    if following is None or following.choice is None or following.choice.show != target.show.name:
        return
    if schedule.is_entry(target.show.rule) and following.choice.slot is None:
        return  # what the show consists of is not there, and what stands in for it cuts nothing
    rise = RISE if following.song.kind is SongKind.SONG and target.show.slot.kind is not SlotKind.FILE else 0.0
    end_cue(tx, air, EndReason.CUT, tx.now)
    tx.queue.save(msgspec.structs.replace(put_on_air(tx, following), crossfade=rise))
    tx.publish(QueueChanged())


def _is_overdue(tx: Transaction, target: Target, air: Cue) -> bool:
    """Whether the show should be heard by now, in place of this song of the programme's. A show that was added while it
    was on begins with the next song instead, and so does one for which it is too late to be on time."""
    start, began = target.occurrence.start, air.started or tx.now
    if (
        target.show.slot.kind in (SlotKind.OFF, SlotKind.LIVE)
        or target.show.created > start
        or tx.now - start >= schedule.LATE
    ):
        return False
    is_filling = air.choice is not None and not air.choice.is_turn
    if began >= (start if is_filling else start - EARLY) or (air.choice and air.choice.show == target.show.name):
        return False
    return planning.find_position(tx, [air], planning.read_ground(tx)).at - tx.now > EXACT


def record_single_show(tx: Transaction) -> None:
    """Have the schedule know that a show of a single entry is heard."""
    air = find_on_air(tx)
    if air is None or air.started is None or air.choice is None or not air.choice.show:
        return
    target = shows.find_show_at(tx, air.started + EARLY)
    if target is not None and schedule.is_entry(target.show.rule) and target.show.name == air.choice.show:
        shows.record_entry(tx, target)
