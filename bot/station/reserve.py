"""The reserve: songs that are heard while the database is away for longer than the queue lasts.

While the database answers, the bot reads now and then what it would need without it (`read_outlook`): the queue as it
is, and some dozens of songs in the order in which the rules of the rotation would bring them. When the database is
away, `bot.playout.outage` goes on with the queue, and then with the reserve. The numbers of cues are the database's, so
a song of the reserve gets one that the database never gives: it is negative, and counts down. Its cue is a fact like
any other: it waits to be written down before the report that it has begun (`add`). A cue that was lined up but not
heard when the database is back leaves the queue again (`withdraw`).

What a clock or a show asks for at that hour is not looked at.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from bandstand.bot.station import on_air, programme, rotation, scheduling
from bandstand.bot.station.filling import ITSELF
from bandstand.bot.station.lifecycle import NEW, add_cue, end_cue
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.rotation import Candidate, Heard
from bandstand.common.api.events import QueueChanged
from bandstand.common.api.values import Choice, Cue, CueState, Edges, EndReason, Source
from bandstand.common.generators import COMPOSED

KEPT: Final = 36
"""Songs in the reserve: about two hours."""
CANDIDATES: Final = 100
"""Songs among which these are drawn."""
USUAL_LENGTH: Final = 180.0
"""Seconds that a song is taken to last which does not say it."""


class Outlook(msgspec.Struct, frozen=True):
    """What is to be heard if the database cannot be asked any more."""

    cues: tuple[Cue, ...] = ()
    """On the air and queued."""
    crossfade: float = 0.0
    is_stopped: bool = False
    is_playing: bool = False
    """The programme plays where nobody has asked for anything."""


def read_outlook(tx: Transaction) -> Outlook:
    return Outlook(
        cues=tuple(tx.queue.list_open()),
        crossfade=tx.rules.crossfade,
        is_stopped=on_air.is_stopped(tx),
        is_playing=programme.find_quiet_reason(tx) is None,
    )


def draw_reserve(tx: Transaction) -> tuple[Cue, ...]:
    """Cues of the reserve, the first to be heard first; they have no number yet."""
    log = tx.queue.list_heard(tx.now - rotation.SONG_DISTANCE, 0)
    heard = [Heard(entry.song, entry.started, entry.is_broken) for entry in log]
    at = tx.now
    for cue in tx.queue.list_open():
        at += cue.song.seconds or USUAL_LENGTH
        heard.append(Heard(cue.song, at))
    pool = [*tx.rotation.draw_candidates(CANDIDATES), *tx.rotation.list_stock()[:KEPT]]
    drawn: list[Cue] = []
    while pool and len(drawn) < KEPT:
        draw = rotation.draw_song(pool, heard, at, tx.chance)
        if draw is None:
            break
        pool.remove(draw.candidate)
        heard.append(Heard(draw.candidate.song, at))
        at += draw.candidate.song.seconds or USUAL_LENGTH
        drawn.append(_make_cue(tx, draw.candidate, len(pool) + 1))
    return tuple(drawn)


def _make_cue(tx: Transaction, candidate: Candidate, among: int) -> Cue:
    song = tx.songs.get(candidate.song.code)
    return Cue(
        id=NEW, song=candidate.song, state=CueState.QUEUED, name=ITSELF.name, place=ITSELF.place, created=tx.now,
        audio=song.audio, loudness=song.loudness, crossfade=None,
        edges=Edges(song.cue_in, song.cue_out, song.next_at, song.generator in COMPOSED),
        choice=Choice(source=Source.ROTATION, among=among, last_started=candidate.last_started),
    )  # fmt: skip


def is_of_reserve(cue: Cue) -> bool:
    return cue.id < NEW


def add(tx: Transaction, cue: Cue) -> None:
    """Write down a cue of the reserve that the streamer was given, before the whole queue, which waits."""
    if tx.queue.get(cue.id) is None:
        order = scheduling.order_first(tx.queue.list_open())
        add_cue(tx, msgspec.structs.replace(cue, order=order, created=tx.now))


def withdraw(tx: Transaction) -> None:
    """Take out of the queue what the reserve lined up and nobody has heard: the database is back."""
    unheard = list_unheard(tx.queue.list_open())
    for cue in unheard:
        end_cue(tx, cue, EndReason.REMOVED, tx.now)
    if unheard:
        tx.publish(QueueChanged())


def list_unheard(cues: Sequence[Cue]) -> list[Cue]:
    return [cue for cue in cues if is_of_reserve(cue) and cue.state is CueState.QUEUED]
