"""Live shows: DJs who are let in, wait, go on the air and leave it, as the database has them.

What a DJ sends is a song while it is heard, of the generator `LIVE_SHOW`: its cue takes the air like any other, and
whatever takes the air from it ends the show. Nothing is kept of it but its place in the play log. Who is connected is a
row for each, so that a bot that was away knows whom to look for. The rules are in `bot.station.live`; how it is with
each source comes from the streamer (`Outside.live`).
"""

import secrets
from typing import Final

import msgspec

from bandstand.bot.station import live, live_slots, passwords, scheduling
from bandstand.bot.station.access import get_right
from bandstand.bot.station.bars import find_bars, find_next_bar
from bandstand.bot.station.identity import check_person, identify_person
from bandstand.bot.station.lifecycle import end_cue, put_on_air
from bandstand.bot.station.live import Connection, Guest
from bandstand.bot.station.on_air import LIVE, Asker, cut_in, find_on_air, hold_bars, is_heard, is_stopped, locate
from bandstand.bot.station.ordering import draw_code
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.events import QueueChanged
from bandstand.common.api.live import (
    Dj,
    DjKicked,
    DjState,
    EndLive,
    GetLive,
    GoLive,
    GuestInvited,
    GuestTaken,
    InviteGuest,
    KickDj,
    LiveConnected,
    LiveDisconnected,
    LiveEnding,
    LiveKicked,
    LiveOrdered,
    LiveStatus,
    LiveTitled,
    LiveTookOver,
    NobodyLive,
    NoSuchDj,
    TooManyGuests,
)
from bandstand.common.api.people import Place, Requester, Right
from bandstand.common.api.refusals import NeedsRight, Refused
from bandstand.common.api.values import Bars, Cue, EndReason, Song, SongKind, SongState
from bandstand.common.generators import LIVE_SHOW
from bandstand.common.live import GRACE, PREFIX, LiveInput, make_live_title, make_mount
from bandstand.common.text import one_line
from bandstand.common.types import RATE

FRONT_END: Final = "live"
"""Of the place where a DJ is: nobody answers there."""
KICKED_SECONDS: Final = 600.0
GUEST_SECONDS: Final = 24 * 3600.0
MOST_GUESTS: Final = 50
MARGIN: Final = 0.1
"""Seconds: a bar that begins within them may have begun when the streamer hears of it."""
SHOWN: Final = 40


def find_dj(tx: Transaction, cue: Cue | None) -> str | None:
    """The DJ whom this cue is of."""
    if cue is None or cue.song.kind is not SongKind.LIVE:
        return None
    return str(tx.songs.get(cue.song.code).parameters["dj"])


def find_dj_on_air(tx: Transaction) -> str | None:
    return find_dj(tx, find_on_air(tx))


# Coming and going


def find_password(tx: Transaction, name: str) -> str | None:
    """The hash of the password by which this name may connect; None: it has none."""
    return find_guest_password(tx, name) or tx.people.get_password(name)


def find_guest_password(tx: Transaction, name: str) -> str | None:
    """The hash of a guest's password while it counts."""
    guest = tx.live.find_guest(name)
    return guest.password if guest is not None and guest.expires > tx.now else None


def find_obstacle(tx: Transaction, name: str) -> str:
    """Why somebody with the right password is not let in, a clause of which they are the subject; empty: they are."""
    guest = tx.live.find_guest(name)
    is_guest = guest is not None and guest.expires > tx.now
    if not is_guest and get_right(tx, identify_person(name)) < Right.DJ:
        return f"may not go live: that needs the right {Right.DJ.value} (grant {name} {Right.DJ.value})"
    kicked = tx.live.get_kicked(name)
    if kicked is not None and kicked > tx.now:
        return f"was kicked and may come again in {max(1, round((kicked - tx.now) / 60))} min"
    if len(tx.live.list_connections()) >= live.MOST and tx.live.find_connection(name) is None:
        return f"has no room: {live.MOST} are connected already"
    return ""


def expect(tx: Transaction, name: str) -> None:
    """Icecast lets them in. One who comes back keeps their place in the line."""
    known = tx.live.find_connection(name) or Connection(name=name, since=tx.now, seen=tx.now)
    was_on = known.was_on and (known.is_connected or name == find_dj_on_air(tx))
    tx.live.put_connection(msgspec.structs.replace(known, seen=tx.now, was_on=was_on))


def keep_line(tx: Transaction) -> None:
    """Write down who has come and gone by what the streamer reads, and put on the air whose turn it is."""
    on_air = find_dj_on_air(tx)
    inputs = tx.outside.live
    for one in tx.live.list_connections():
        heard = inputs.get(one.name, live.NOWHERE)
        if heard.is_connected and not one.is_connected:
            tx.live.put_connection(msgspec.structs.replace(one, is_connected=True, seen=tx.now))
            if one.name != on_air:
                tx.publish(LiveConnected(name=one.name, format=one_line(heard.format, SHOWN)))
        elif not heard.is_connected and one.is_connected:
            tx.live.put_connection(msgspec.structs.replace(one, is_connected=False, seen=tx.now))
            if one.name != on_air:
                tx.publish(LiveDisconnected(name=one.name))
    for name in live.find_gone(tx.live.list_connections(), inputs, on_air, tx.now):
        tx.live.remove_connection(name)
    _keep_title(tx, inputs)
    _keep_turn(tx, on_air, inputs)


def _keep_turn(tx: Transaction, on_air: str | None, inputs: dict[str, LiveInput]) -> None:
    line = tx.live.list_connections()
    live_slots.forget_others(tx, on_air)
    slot = live_slots.find_slot(tx)
    if slot is not None and live_slots.has_begun_now(tx, slot):
        _let_come_back(tx, slot.dj)
        line = tx.live.list_connections()
    air = find_on_air(tx)
    is_over = on_air is not None and live_slots.is_over(tx, on_air, slot)
    live_slots.tell_awaited(tx, slot, any(one.name == slot.dj for one in line) if slot else True)
    following = live.find_next(
        line,
        inputs,
        None if is_over else on_air,
        is_automatic=tx.rules.is_live_automatic,
        slot=slot.dj if slot else None,
    )
    if is_over and following in (None, on_air) and air is not None:
        hand_back(tx, air)
        return
    if following is not None and not (is_stopped(tx) and not any(one.is_wanted for one in line)):
        is_interrupted = on_air is not None and live_slots.has_time_left(tx, on_air)
        take_over(tx, following)
        if on_air is not None and is_interrupted:
            _let_come_back(tx, on_air)


def _let_come_back(tx: Transaction, name: str) -> None:
    """Have the schedule put this DJ on the air, even if they were there since they connected."""
    known = tx.live.find_connection(name)
    if known is not None:
        tx.live.put_connection(msgspec.structs.replace(known, was_on=False))


def _keep_title(tx: Transaction, inputs: dict[str, LiveInput]) -> None:
    """What the DJ on the air says that they play is the show's title from then on."""
    air = find_on_air(tx)
    name = find_dj(tx, air)
    if air is None or name is None:
        return
    title = inputs.get(name, live.NOWHERE).title
    song = tx.songs.get(air.song.code)
    if title and song.title != title:
        tx.songs.save(msgspec.structs.replace(song, title=title, artist=name))
        tx.publish(LiveTitled(name=name, title=title))
        tx.publish(QueueChanged())


# On the air and off it


def take_over(tx: Transaction, name: str, *, is_now: bool = False) -> Cue:
    """Put a DJ on the air: at the next bar line of the song if that is near, or over it with a fade."""
    before = find_on_air(tx)
    wait = None if is_now or before is None else _find_wait_for_bar(tx, before)
    song = Song(
        code=draw_code(tx.chance, tx.songs.has_code),
        title=make_live_title(name),
        state=SongState.BEGUN,
        generator=LIVE_SHOW,
        seed=0,
        parameters={"dj": name},
        facts={LIVE: True},
        audio=f"{LIVE}:{name}",
        created=tx.now,
    )
    tx.songs.add(song)
    cue = cut_in(tx, song.brief, Asker(name, Place(FRONT_END, name)), crossfade=None if wait is not None else live.FADE)
    if wait is not None and before is not None:
        bars = _find_bars(tx, before)
        if bars is not None:
            hold_bars(tx, cue, bars)
    known = tx.live.find_connection(name)
    if known is not None:
        tx.live.put_connection(msgspec.structs.replace(known, is_wanted=False, was_on=True))
    tx.publish(LiveTookOver(name=name, song=song.code, cue=cue.id))
    return cue


def _find_bars(tx: Transaction, cue: Cue) -> Bars | None:
    song = tx.songs.get(cue.song.code)
    return find_bars(song.facts, song.parameters)


def _find_wait_for_bar(tx: Transaction, air: Cue) -> float | None:
    """Seconds until the next bar of what is heard; None where there is none soon."""
    bars = _find_bars(tx, air)
    if bars is None or not is_heard(tx, air):
        return None
    frames = round(locate(tx, air) * RATE)
    wait = (find_next_bar(bars, frames + round(MARGIN * RATE)) - frames) / RATE
    return wait if wait <= live.BAR_WAIT else None


def hand_back(tx: Transaction, air: Cue) -> None:
    """End a show: what is next begins, and rises over its last second."""
    end_cue(tx, air, EndReason.SKIPPED, tx.now)
    due = scheduling.find_due(tx.queue.list_open(), is_stopped(tx), tx.now)
    if due is not None:
        tx.queue.save(msgspec.structs.replace(put_on_air(tx, due), crossfade=live.FADE))
    tx.publish(QueueChanged())


# Requests


def get_live(request: GetLive, by: Requester, tx: Transaction) -> LiveStatus:
    on_air = find_dj_on_air(tx)
    known = tx.live.list_connections()
    line = live.sort_line(known, on_air)
    first = [one for one in known if one.name == on_air]
    if on_air is not None and not first:
        first = [Connection(name=on_air, since=tx.now, seen=tx.now)]
    djs = (_describe(tx, one, on_air) for one in (*first, *line))
    return LiveStatus(djs=tuple(djs), is_enabled=tx.rules.is_live_enabled)


def _describe(tx: Transaction, one: Connection, on_air: str | None) -> Dj:
    heard = tx.outside.live.get(one.name, live.NOWHERE)
    state = live.find_state(one.name, on_air, heard)
    return Dj(
        name=one.name, state=state, since=one.since, is_wanted=one.is_wanted,
        level=heard.level, format=heard.format, title=heard.title, trouble=heard.trouble, delay=heard.delay,
        grace_left=max(0.0, GRACE - heard.lost) if state is DjState.GRACE else None,
    )  # fmt: skip


def go_live(request: GoLive, by: Requester, tx: Transaction) -> LiveOrdered:
    on_air = find_dj_on_air(tx)
    name = _find_meant(tx, request.name, by, on_air)
    if name == on_air:
        return LiveOrdered(name=name, is_on_air=True)
    heard = tx.outside.live.get(name, live.NOWHERE)
    if request.is_now and heard.is_connected:
        take_over(tx, name, is_now=True)
        return LiveOrdered(name=name)
    if on_air is None and live.is_ready(heard):
        take_over(tx, name)
        return LiveOrdered(name=name)
    known = tx.live.find_connection(name) or Connection(name=name, since=tx.now, seen=tx.now)
    tx.live.put_connection(msgspec.structs.replace(known, is_wanted=True))
    return LiveOrdered(name=name, after=on_air or "", is_waited_for=not live.is_ready(heard))


def _find_meant(tx: Transaction, name: str, by: Requester, on_air: str | None) -> str:
    """Raises Refused(NoSuchDj)."""
    wanted = name.strip().lower()
    names = [one.name for one in live.sort_line(tx.live.list_connections(), on_air)]
    if wanted and wanted in (*names, on_air):
        return wanted
    account = by.identity.account if by.identity is not None else ""
    if not wanted and names:
        return account if account in names else names[0]
    raise Refused(NoSuchDj(one_line(wanted, SHOWN), tuple(names)))


def end_live(request: EndLive, by: Requester, tx: Transaction) -> LiveEnding:
    air = find_on_air(tx)
    name = find_dj(tx, air)
    if air is None or name is None:
        raise Refused(NobodyLive())
    if by.right < Right.DJ and not (by.identity and by.identity.guest == name):  # a guest ends their own show alone
        raise Refused(NeedsRight("end_live", Right.DJ))
    hand_back(tx, air)
    return LiveEnding(name=name)


def kick_dj(request: KickDj, by: Requester, tx: Transaction) -> DjKicked:
    on_air = find_on_air(tx)
    name = request.name.strip().lower()
    known = tx.live.find_connection(name)
    if known is None and name != find_dj(tx, on_air):
        names = tuple(one.name for one in live.sort_line(tx.live.list_connections()))
        raise Refused(NoSuchDj(one_line(name, SHOWN), names))
    until = tx.now + KICKED_SECONDS
    tx.live.put_kicked(name, until)
    tx.live.remove_guest(name)
    tx.live.remove_connection(name)
    if on_air is not None and name == find_dj(tx, on_air):
        hand_back(tx, on_air)
    tx.publish(LiveKicked(name=name, mount=make_mount(name)))
    return DjKicked(name=name, until=until)


def invite_guest(request: InviteGuest, by: Requester, tx: Transaction) -> GuestInvited:
    """One who was invited before gets another password."""
    name = check_person(request.name)
    if tx.people.get_password(name) is not None:
        raise Refused(GuestTaken(name))
    tx.live.prune(tx.now)
    if tx.live.find_guest(name) is None and tx.live.count_guests() >= MOST_GUESTS:
        raise Refused(TooManyGuests(MOST_GUESTS))
    password = secrets.token_urlsafe(9)
    expires = tx.now + GUEST_SECONDS
    guest = Guest(name=name, password=passwords.hash_password(password), expires=expires, by=by.name, created=tx.now)
    tx.live.put_guest(guest)
    tx.live.put_kicked(name, None)
    return GuestInvited(name=name, password=password, mount=f"{PREFIX}{name}", expires=expires)
