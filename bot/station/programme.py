"""The programme: what is heard where nobody has asked for anything, so that the station never runs dry.

What people order always comes first. Behind it the programme keeps `PLANNED` entries in the queue, chosen by the rules
of the rotation (`bot.station.rotation`), each with the reason for it, which `why` shows. Chance decides which
of these two it looks at first, and the first that has a song which breaks no rule gives it:

- the **stock**: songs that the station composed ahead, while the machine had nothing else to do;
- the **rotation**: songs of the library that were heard before, or were imported.

Where both have only songs that break a rule, the one that breaks the fewest is taken; where there is no song at all,
one is composed for the moment. So there is silence only where somebody wants it: after `radio off` or `stop`, while a
user's generator is watched, and for `WORKING` seconds after one was heard.

`keep_going` brings all of that up to date. It may run at any time and any number of times: what is right already is
left as it is. `bot.playout.programme_keeper` runs it after what happens, and every now and then.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec

from bandstand.bot.station import bands, rotation, scheduling, shows
from bandstand.bot.station.lifecycle import OPEN_JOBS, end_cue, move_song
from bandstand.bot.station.on_air import Asker, fill_air, find_on_air, is_stopped, line_up
from bandstand.bot.station.ordering import Order, order_song
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.rotation import ARTIST_DISTANCE, Heard
from bandstand.common.api.events import QueueChanged, RadioSwitched, SongDiscarded
from bandstand.common.api.people import STATION, STATION_NAME, Requester
from bandstand.common.api.requests import ExplainSong, GetRadio, SwitchRadio
from bandstand.common.api.results import Explanation, Radio
from bandstand.common.api.values import (
    Choice,
    Cue,
    CueState,
    EndReason,
    JobState,
    QuietReason,
    SongBrief,
    SongState,
    Source,
)
from bandstand.common.generators import BAND, BETWEEN, COMPARE, FILE, IMPORT

RADIO: Final = "radio"
"""The setting that `radio on` and `radio off` write; without it the configuration decides."""
ON, OFF = "on", "off"
NO_PROGRAMS: Final = (BAND, COMPARE, FILE, IMPORT, *BETWEEN)
"""Makers of songs that are no program of a user's."""
ITSELF: Final = Asker(STATION_NAME, STATION)
PLANNED: Final = 4
"""Entries of the queue that are planned ahead."""
WORKING: Final = 600.0
"""Seconds after a user's generator was heard in which somebody is taken to work on it."""
FRESH: Final = 0.5
"""How often the stock is looked at before the rotation."""
CANDIDATES: Final = 300
"""Songs of a large library among which one entry is chosen."""
HISTORY: Final = 100
"""Songs that are looked at for distances: more than anybody can hear within the longest of them."""
SHORTEST: Final = 60.0
"""Seconds that stand for the length of a song that does not say it yet: rather too few, so that what is planned behind
it keeps its distances."""
RETRY: Final = 60.0
"""Seconds until the station composes again after a song of its own has failed."""
DISCARDED_AT_ONCE: Final = 5


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
    return any(tx.songs.get(cue.song.code).generator not in NO_PROGRAMS for cue in recent)


def keep_going(tx: Transaction) -> None:
    """Plan ahead, compose ahead and make room, as far as the programme may play; otherwise withdraw what it planned."""
    reason = find_quiet_reason(tx)
    shows.follow_schedule(tx, is_playing=reason is None)
    if reason is QuietReason.STOPPED:
        return  # the queue stays as it is until resume
    if reason is not None:
        withdraw(tx)
        return
    plan_ahead(tx)
    compose_ahead(tx)
    make_room(tx)


def withdraw(tx: Transaction) -> None:
    """Take what the programme planned out of the queue. What is on the air is heard to its end."""
    for cue in list_planned(tx):
        end_cue(tx, cue, EndReason.REMOVED, tx.now)
        tx.publish(QueueChanged())


def list_planned(tx: Transaction) -> list[Cue]:
    return [cue for cue in scheduling.sort_queue(tx.queue.list_open()) if cue.choice is not None]


# Planning


def plan_ahead(tx: Transaction) -> None:
    """Fill the plan up to `PLANNED` entries, and put the first on the air where nothing is."""
    missing = PLANNED - len(list_planned(tx))
    while missing > 0 and _plan_entry(tx):
        missing -= 1
    fill_air(tx)


def _plan_entry(tx: Transaction) -> bool:
    """Add one entry; False where there is nothing to add and enough is on its way already."""
    cues = tx.queue.list_open()
    heard, at = list_heard(tx, cues)
    queued = {cue.song.code for cue in cues}
    pools = {
        Source.STOCK: tx.rotation.list_stock(),
        Source.ROTATION: [one for one in tx.rotation.draw_candidates(CANDIDATES) if one.song.code not in queued],
    }
    order = [Source.STOCK, Source.ROTATION] if tx.chance.random() < FRESH else [Source.ROTATION, Source.STOCK]
    drawn = [
        (source, draw)
        for source in order
        if (draw := rotation.draw_song(pools[source], heard, at, tx.chance)) is not None
    ]
    if not drawn:
        return _plan_composition(tx, cues, [one.song.artist for one in heard if at - one.started < ARTIST_DISTANCE])
    source, draw = min(drawn, key=lambda one: len(one[1].relaxed))
    last = draw.candidate.last_started
    choice = Choice(source=source, among=len(pools[source]), relaxed=draw.relaxed, last_started=last)
    line_up(tx, draw.candidate.song, ITSELF, choice=choice)
    return True


def _plan_composition(tx: Transaction, cues: list[Cue], artists: Sequence[str]) -> bool:
    """Compose a song for the moment, unless something follows already; by none of these artists if there are
    others."""
    if any(cue.state is CueState.QUEUED or not cue.is_audible for cue in cues) or _has_failed_lately(tx):
        return False
    job = order_song(tx, Order(BAND, ITSELF, {}, is_played=False, form=_add_form(tx, artists)))
    line_up(tx, tx.songs.get(job.song).brief, ITSELF, job.id, choice=Choice(source=Source.COMPOSED))
    return True


def list_heard(tx: Transaction, cues: list[Cue]) -> tuple[list[Heard], float]:
    """What was heard lately and what is queued, with the times at which it begins as far as that can be told; and the
    time at which the next entry would begin."""
    played = [Heard(cue.song, cue.started or cue.created) for cue in tx.queue.list_played(HISTORY)]
    at, air = tx.now, scheduling.find_on_air(cues)
    if air is not None:
        started = air.started or tx.now
        played.append(Heard(_name_artist(tx, air.song), started))
        at = max(at, started + (air.song.seconds or SHORTEST))
    for cue in scheduling.sort_queue(cues):
        played.append(Heard(_name_artist(tx, cue.song), at))
        at += cue.song.seconds or SHORTEST
    return played, at


def _name_artist(tx: Transaction, song: SongBrief) -> SongBrief:
    """The song with its artist, also where a band has only been asked to play it."""
    if song.artist:
        return song
    form = tx.songs.get(song.code).form
    found = tx.bands.get_form(form) if form is not None else None
    return msgspec.structs.replace(song, artist=found.band.name) if found else song


# Composing ahead, and making room


def compose_ahead(tx: Transaction) -> None:
    """Order one song for the stock, where it is low and the machine has nothing else to do."""
    if tx.jobs.list_in_state(*OPEN_JOBS) or _has_failed_lately(tx):
        return
    stock = tx.rotation.list_stock()
    if sum(one.song.seconds for one in stock) < tx.rules.stock:
        order_song(tx, Order(BAND, ITSELF, {}, is_played=False, form=_add_form(tx, [one.song.artist for one in stock])))


def _add_form(tx: Transaction, artists: Sequence[str]) -> int | None:
    """A variation of a band that is named least often among these artists; chance decides where there are several."""
    counts = Counter(artists)
    rarest = min(
        ((counts[form.band.name], tx.chance.random(), form.slug) for form in tx.bands.list_all()), default=(0, 0.0, "")
    )
    return bands.add_variation(tx, rarest[2])


def _has_failed_lately(tx: Transaction) -> bool:
    """Whether the last song that ended was the station's own and failed: a full disk, most often."""
    return any(
        job.state is JobState.FAILED and job.place == STATION and tx.now - (job.finished or tx.now) < RETRY
        for job in tx.jobs.list_ended(1)
    )


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
    cue = find_on_air(tx)
    if cue is None or is_stopped(tx):
        return Explanation(quiet=find_quiet_reason(tx), is_making=bool(tx.jobs.list_in_state(*OPEN_JOBS)))
    return Explanation(song=cue.song, name=cue.name, choice=cue.choice)
