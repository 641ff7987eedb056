"""Songs on the air that give way to others, since they cannot stay there: what gives no sound, and what came too early.

A song that is made more slowly than it is heard starves the streamer (`replace_starved`). And where a song breaks off,
as its file is damaged or its worker died, the streamer goes on by itself to what follows: before a fixed time that is
too early for it, be it a show's first song or one that is made to end at the hour. It is taken off after a moment, and
what is left is filled anew (`replace_early`), as after a skip.
"""

from typing import Final

from bandstand.bot.station import filling, planning, scheduling
from bandstand.bot.station.fitting import EXACT
from bandstand.bot.station.lifecycle import end_cue, put_on_air
from bandstand.bot.station.on_air import find_on_air, is_stopped
from bandstand.bot.station.planning import list_planned, plan_entry, read_ground, withdraw
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.scheduling import is_too_early
from bandstand.common.api.events import QueueChanged
from bandstand.common.api.values import Cue, EndReason, SongState
from bandstand.common.types import CueId

BEGUN: Final = 3.0
"""Seconds after its beginning in which a song that came too early is taken off; later it is left alone."""


def replace_starved(tx: Transaction, cue: CueId) -> None:
    """The song on the air gives no sound, as it is made more slowly than it is heard. Where the programme has chosen
    it, go on at once to what is next and there, or else to a song of the library; what people ordered is waited for."""
    air = find_on_air(tx)
    if air is None or air.id != cue or air.choice is None or air.song.state is not SongState.BEGUN or is_stopped(tx):
        return
    following = _find_whole(tx)
    if following is None:
        planned = list_planned(tx)
        if not plan_entry(tx, read_ground(tx), [], is_ready=True):
            return
        withdraw(tx, planned)
        following = _find_whole(tx)
    if following is not None:
        end_cue(tx, air, EndReason.CUT, tx.now)
        put_on_air(tx, following)
        tx.publish(QueueChanged())


def _find_whole(tx: Transaction) -> Cue | None:
    """What is next in the queue, if it is whole and does not come too early."""
    following = scheduling.find_next(tx.queue.list_open())
    is_whole = following is not None and following.song.state is SongState.READY
    return following if following is not None and is_whole and not is_too_early(following, tx.now) else None


def replace_early(tx: Transaction) -> None:
    """The song on the air was planned for a fixed time, and has begun before it, as the one before it broke off: have
    what is left filled by something else."""
    air, ended = find_on_air(tx), tx.queue.get_last_ended()
    if air is None or ended is None or ended.reason is not EndReason.BROKEN or not _has_begun_early(tx, air):
        return
    planned = list_planned(tx)
    before = [cue for cue in scheduling.sort_queue(tx.queue.list_open()) if cue.choice is None]
    if plan_entry(tx, read_ground(tx), before):
        withdraw(tx, planned)
        end_cue(tx, air, EndReason.CUT, tx.now)
        tx.publish(QueueChanged())


def _has_begun_early(tx: Transaction, air: Cue) -> bool:
    """Whether it began a moment ago, and so early that what is left behind it cannot be filled."""
    if air.choice is None or air.started is None or tx.now - air.started > BEGUN or is_stopped(tx):
        return False
    if is_too_early(air, air.started):
        return True
    if air.choice.ends_at is None or not air.song.seconds:
        return False
    left = air.choice.ends_at - planning.find_position(tx, [air], read_ground(tx)).at
    return EXACT < left < filling.SHORTEST_SONG - filling.get_overlap(tx)
