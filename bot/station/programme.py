"""The programme: what is heard where nobody has asked for anything, so that the station never runs dry.

What people order always comes first. Behind it the programme keeps a plan of four entries (`bot.station.planning`),
each filled from the stock, the library or a playlist, or composed for it (`bot.station.filling`), with the reason
for it, which `why` shows. Here it is decided whether the programme plays at all, and what is composed ahead and
removed to make room. There is silence only where somebody wants it: after `radio off` or `stop`, while a
user's generator is watched, and for `WORKING` seconds after one was heard.

`keep_going` brings all of that up to date. It may run at any time and any number of times: what is right already is
left as it is. `bot.playout.programme_keeper` runs it after what happens, and every now and then.
"""

from typing import Final

import msgspec

from bandstand.bot.station import (
    clocks,
    own_jobs,
    planning,
    queueing,
    replacing,
    schedule,
    scheduling,
    show_starts,
    shows,
)
from bandstand.bot.station.filling import ITSELF, add_form, has_failed_lately, is_stock_low
from bandstand.bot.station.lifecycle import OPEN_JOBS, move_song
from bandstand.bot.station.on_air import fill_air, find_on_air, is_stopped
from bandstand.bot.station.ordering import Order, order_song
from bandstand.bot.station.persons import get_person
from bandstand.bot.station.planning import list_planned, plan_ahead, withdraw
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.events import RadioSwitched, SongDiscarded
from bandstand.common.api.people import Requester
from bandstand.common.api.requests import ExplainSong, GetQueue, GetRadio, SwitchRadio
from bandstand.common.api.results import Explanation, Radio
from bandstand.common.api.values import (
    Cue,
    QuietReason,
    Slot,
    SlotKind,
    SongState,
)
from bandstand.common.generators import BAND, COMPARE, FILE, IMPORT, UNLISTED

RADIO: Final = "radio"
"""The setting that `radio on` and `radio off` write; without it the configuration decides."""
ON, OFF = "on", "off"
NO_PROGRAMS: Final = (BAND, COMPARE, FILE, IMPORT, *UNLISTED)
"""Makers of songs that are no program of a user's."""
WORKING: Final = 600.0
"""Seconds after a user's generator was heard in which somebody is taken to work on it."""
DISCARDED_AT_ONCE: Final = 5
DAY: Final = 24 * 3600.0


def is_on(tx: Transaction) -> bool:
    """Whether the programme is to play where nobody has asked for anything."""
    said = tx.settings.get(RADIO)
    return tx.rules.plays_on if said is None else said == ON


def find_quiet_reason(tx: Transaction) -> QuietReason | None:
    """Why the programme plays nothing at the moment; None: it plays."""
    if not is_on(tx):
        return QuietReason.OFF
    if is_stopped(tx):
        return QuietReason.STOPPED
    if tx.watches.list_all():
        return QuietReason.WATCHING
    if _was_user_generator_heard(tx):
        return QuietReason.PROGRAMMING
    return None


def _was_user_generator_heard(tx: Transaction) -> bool:
    """Whether a song of a user's own generator is on the air, or ended not long ago."""
    air, ended = find_on_air(tx), tx.queue.get_last_ended()
    recent = [cue for cue in (air, ended) if cue is not None and tx.now - (cue.ended or tx.now) < WORKING]
    return any(tx.songs.get_generator(cue.song.code) not in NO_PROGRAMS for cue in recent)


def keep_going(tx: Transaction) -> None:
    """Plan ahead, compose ahead and make room, as far as the programme may play; otherwise withdraw what it planned."""
    reason = find_quiet_reason(tx)
    show_starts.follow_schedule(tx, is_playing=reason is None)
    if reason is QuietReason.STOPPED:
        return  # the queue stays as it is until resume
    if reason is not None:
        withdraw(tx, list_planned(tx))
        return
    show_starts.record_single_show(tx)
    replacing.replace_early(tx)
    plan_ahead(tx)
    show_starts.cut_to_show(tx)
    fill_air(tx)
    own_jobs.give_up_strays(tx)
    compose_ahead(tx)
    make_room(tx)


def find_unready(tx: Transaction) -> float | None:
    """In how many seconds the programme decides what is heard in place of what is not ready; None: it need not."""
    return None if find_quiet_reason(tx) is not None else planning.find_unready(tx, lambda: planning.read_ground(tx))


# Composing ahead, and making room


def compose_ahead(tx: Transaction) -> None:
    """Order one song for the stock, where it is low and the machine has nothing else to do.

    Each style and band that the clocks and the shows of the next day need has at least one song there; the rest, up to
    the configured length, is of all bands by turns.
    """
    if not tx.rules.stock or tx.jobs.list_in_state(*OPEN_JOBS) or has_failed_lately(tx):
        return
    stock = tx.rotation.list_stock()
    artists = [one.song.artist for one in stock]
    for slugs, names in _list_needs(tx):
        if not names & set(artists):
            order_song(tx, Order(BAND, ITSELF, {}, is_played=False, form=add_form(tx, artists, slugs)))
            return
    if is_stock_low(tx, stock):
        order_song(tx, Order(BAND, ITSELF, {}, is_played=False, form=add_form(tx, artists)))


def _list_needs(tx: Transaction) -> list[tuple[list[str], set[str]]]:
    """For each style and band that is needed, the bands that can play it: the words that name them, and their names."""
    known = {clock.name: clock for clock in tx.clocks.list_all()}
    ahead = schedule.list_targets(shows.list_shows(tx), tx.now, tx.now + DAY)
    slots = {Slot(SlotKind.CLOCK, clocks.get_current(tx)), *(target.show.slot for target in ahead)}
    for slot in [slot for slot in slots if slot.kind is SlotKind.CLOCK]:
        slots |= set(clocks.list_needs(slot.name, known))
    forms = tx.bands.list_all()
    needs = []
    for slot in sorted(slots, key=str):
        able = [
            form
            for form in forms
            if (slot.kind is SlotKind.STYLE and form.band.style == slot.name)
            or (slot.kind is SlotKind.BAND and form.slug == slot.name)
        ]
        if able:
            needs.append(([form.slug for form in able], {form.band.name for form in able}))
    return needs


def make_room(tx: Transaction) -> None:
    """Remove the least liked of the station's own songs where there are more than the configuration keeps."""
    surplus = tx.rotation.measure_own() - tx.rules.kept
    if surplus <= 0:
        return
    for song in tx.rotation.list_discardable(DISCARDED_AT_ONCE):
        if surplus <= 0:
            return
        surplus -= song.seconds
        move_song(tx, tx.songs.get(song.code), SongState.DISCARDED)
        tx.publish(SongDiscarded(song=song.code))


# Requests


def switch_radio(request: SwitchRadio, by: Requester, tx: Transaction) -> Radio:
    tx.settings.put(RADIO, ON if request.is_on else OFF)
    tx.publish(RadioSwitched(is_on=request.is_on, name=by.name))
    keep_going(tx)
    return describe_radio(tx)


def get_radio(request: GetRadio, by: Requester, tx: Transaction) -> Radio:
    return describe_radio(tx)


def describe_radio(tx: Transaction) -> Radio:
    stock = tx.rotation.list_stock()
    return Radio(
        is_on=is_on(tx),
        quiet=find_quiet_reason(tx),
        planned=len(list_planned(tx)),
        stock=len(stock),
        stock_seconds=sum(one.song.seconds for one in stock),
    )


def explain_song(request: ExplainSong, by: Requester, tx: Transaction) -> Explanation:
    """Why the song is heard, or will be. Raises Refused with NotInQueue or AmbiguousSong."""
    if request.which.strip() or request.cue is not None:
        return _explain_queued(request, by, tx)
    cue = find_on_air(tx)
    if cue is None or is_stopped(tx):
        return Explanation(quiet=find_quiet_reason(tx), is_making=bool(tx.jobs.list_in_state(*OPEN_JOBS)))
    held = show_starts.find_held_now(tx) if find_quiet_reason(tx) is None else None
    return msgspec.structs.replace(_explain(cue), held=held)


def _explain(cue: Cue, position: int = 0, heard_in: float | None = None) -> Explanation:
    return Explanation(
        song=cue.song, name=cue.name, choice=cue.choice, is_request=cue.is_request, is_wish=cue.is_wish,
        position=position, heard_in=heard_in,
    )  # fmt: skip


def _explain_queued(request: ExplainSong, by: Requester, tx: Transaction) -> Explanation:
    queue = scheduling.sort_queue(tx.queue.list_open())
    cue = queueing.find_queued(queue, request, get_person(by))[0]
    position = [one.id for one in queue].index(cue.id)
    heard_in = queueing.get_queue(GetQueue(), by, tx).songs[position].heard_in
    return _explain(cue, position + 1, heard_in)
