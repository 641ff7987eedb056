"""The plan: what the programme will play next, entry by entry, each with the reason for it.

`PLANNED` entries wait in the queue behind what people asked for. Each is filled in three steps.

*What is wanted* at the time at which it will begin (`list_wanted`): a playlist whose turn it is; else the slot of the
show that is on then; else the next slot of the clock; else anything. *What fills it* (`bot.station.filling`): a song
drawn by the rules of rotation, or one that is composed. A slot that nothing fills is passed over, which is written down
with the entry and told once. *Whether it fits* a fixed time that comes next (`bot.station.fitting`).

When requests, playlists, clocks or the schedule change, entries that are still what is wanted stay as they are. From
the first one that is not, the plan is made anew. The entry that is next of all is frozen: it stays, though it would not
be chosen any more, unless a fixed time or a rule of rotation is at stake, and then too in the last `FROZEN` seconds.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from bandstand.bot.station import clocks, filling, passed_slots, playlists, schedule, scheduling, shows, transitions
from bandstand.bot.station.filling import Filled, Need
from bandstand.bot.station.fitting import EXACT, SHORTEST, find_fixed_time, is_beginning, leaves_room
from bandstand.bot.station.lifecycle import OPEN_JOBS, end_cue
from bandstand.bot.station.on_air import Asker, is_heard, is_stopped, line_up
from bandstand.bot.station.ordering import give_up_job
from bandstand.bot.station.radio_repositories import LastTurn
from bandstand.bot.station.repositories import PlayLogEntry, Transaction
from bandstand.bot.station.rotation import SONG_DISTANCE, Heard, find_broken
from bandstand.bot.station.scheduling import EARLY, is_ordered, is_too_early
from bandstand.bot.station.timetable import Timetable
from bandstand.bot.station.transitions import is_between, is_song
from bandstand.common.api.events import QueueChanged
from bandstand.common.api.people import STATION, STATION_NAME
from bandstand.common.api.playlists import Clock, Playlist
from bandstand.common.api.values import (
    Choice,
    ClockPlace,
    Cue,
    CueState,
    EndReason,
    JobState,
    PassedSlot,
    Slot,
    SlotKind,
    SongBrief,
)
from bandstand.common.generators import BAND

ITSELF: Final = Asker(STATION_NAME, STATION)
PLANNED: Final = 4
"""Entries of the queue that are planned ahead."""
HISTORY: Final = 100
"""Entries of the play log that are looked at for where a clock within a clock stands, however long ago they were."""
JINGLE_AGAIN: Final = "a jingle comes just before it"
"""Why a jingle is passed over: two in a row are no programme, wherever a clock's other slots cannot be filled."""
FROZEN: Final = 5.0
"""Seconds before it begins in which the next entry stays whatever happens: the streamer may begin it at any moment."""
SOON: Final = 60.0
"""Seconds before an entry begins in which a song is composed for it, whatever the machine has to do, if there is none.
Before that there is time for one of the stock, which is composed when the machine is idle."""
RECOMPOSED: Final = 15.0
"""Seconds before it begins up to which a song that was composed for an entry gives way to one of another length."""
HURRY: Final = 3.0
"""Seconds before its turn from which on an entry that cannot be heard yet gives way to one that can."""
GRACE: Final = 1.5
"""Seconds in which a song is waited for in any case, even in silence, after it was ordered: bands begin within one."""
UNKNOWN_LENGTH: Final = 60.0
"""Seconds that stand for the length of a song that does not say it yet: rather too few, so that what is planned behind
it keeps its distances."""


class Wanted(NamedTuple):
    """What an entry is to be. `slot` None: whatever there is."""

    slot: Slot | None = None
    clocks: tuple[ClockPlace, ...] = ()
    playlist: str = ""
    """The playlist whose turn it is."""
    show: str = ""


class Ground(NamedTuple):
    """What all entries of one plan are judged by, read once: the play log and everything that says what is wanted."""

    played: list[PlayLogEntry]
    """Within the longest of the distances, with what was heard between songs; the last one first."""
    turns: dict[str, LastTurn]
    playlists: list[Playlist]
    clocks: dict[str, Clock]
    clock: str
    """The name of the clock to go by where no show says otherwise."""
    timetable: Timetable


class Position(NamedTuple):
    """The place of an entry: when it begins, and what was before."""

    at: float
    heard: list[Heard]
    turns: dict[str, LastTurn]
    paths: list[tuple[ClockPlace, ...]]
    """Of the programme's entries before, the last one first."""
    shows: list[str]
    """Shows of entries that are planned or on the air."""


def plan_ahead(tx: Transaction) -> None:
    """Withdraw what is not wanted any more, and fill the plan up to `PLANNED` entries."""
    ground = read_ground(tx)
    _keep_fitting(tx, ground)
    keep_ready(tx, ground)
    missing = PLANNED - len(list_planned(tx))
    while missing > 0 and plan_entry(tx, ground, _list_in_order(tx)):
        missing -= 1


def read_ground(tx: Transaction) -> Ground:
    known = {clock.name: clock for clock in tx.clocks.list_all()}
    return Ground(
        played=tx.queue.list_heard(tx.now - SONG_DISTANCE, HISTORY if known else 1),
        turns=dict(tx.playlists.get_last_turns()),
        playlists=playlists.count_in_utc(tx.playlists.list_all(), schedule.find_hour_start(tx.rules.zone, tx.now)),
        clocks=known,
        clock=clocks.get_current(tx),
        timetable=shows.make_timetable(tx),
    )


def list_planned(tx: Transaction) -> list[Cue]:
    return [cue for cue in scheduling.sort_queue(tx.queue.list_open()) if cue.choice is not None]


def withdraw(tx: Transaction, cues: Sequence[Cue]) -> None:
    """Take planned entries out of the queue. What is on the air is heard to its end.

    A song that was to be composed for one is not composed, unless that has begun: the workers are for others then.
    """
    for cue in cues:
        end_cue(tx, cue, EndReason.REMOVED, tx.now)
        job = tx.jobs.get(cue.job) if cue.job is not None else None
        if job is not None and job.state is JobState.WAITING and job.place == STATION:
            give_up_job(tx, job)
        tx.publish(QueueChanged())


# What is wanted


def list_wanted(ground: Ground, position: Position) -> Iterator[Wanted]:
    """What the entry at this position may be, the best first; the last is always whatever there is."""
    at = position.at + EARLY
    for due in playlists.find_due(ground.playlists, position.turns, at):
        yield Wanted(Slot(SlotKind.PLAYLIST, due.name), playlist=due.name)
    target = ground.timetable.find_target(at)
    is_planned = target and schedule.is_entry(target.show.rule) and target.show.name in position.shows
    if target is not None and (is_planned or target.show.slot.kind in (SlotKind.OFF, SlotKind.LIVE)):
        target = None
    show = target.show.name if target else ""
    slot = target.show.slot if target else Slot(SlotKind.CLOCK, ground.clock) if ground.clock else None
    if slot is not None and slot.kind is SlotKind.CLOCK:
        for inner, path in clocks.take_slots(slot.name, ground.clocks, position.paths):
            yield Wanted(inner, path, show=show)
    elif slot is not None:
        yield Wanted(slot, show=show)
    yield Wanted(show=show)


# Positions


def find_position(tx: Transaction, cues: Sequence[Cue], ground: Ground) -> Position:
    """The position behind these cues, which are those on the air and in the queue, in their order."""
    heard = [Heard(entry.song, entry.started, entry.is_broken) for entry in ground.played if is_song(entry.song)]
    turns, at = ground.turns, tx.now
    choices = [entry.choice for entry in ground.played if entry.choice is not None]
    for cue, begin, end in _lay_out(cues, tx):
        if not is_between(cue):
            heard.append(Heard(name_artist(tx, cue.song), begin))
        at = max(at, end)
        if cue.choice is not None:
            choices.insert(0, cue.choice)
        if cue.started is None:
            turns = {name: LastTurn(one.started, one.songs + 1) for name, one in turns.items()}
            if cue.choice is not None and cue.choice.playlist:
                turns[cue.choice.playlist] = LastTurn(begin, 0)
    paths = [choice.clocks for choice in choices if not choice.is_turn]
    return Position(at, heard, turns, paths, [cue.choice.show for cue in cues if cue.choice and cue.choice.show])


def _lay_out(cues: Sequence[Cue], tx: Transaction) -> Iterator[tuple[Cue, float, float]]:
    """Each cue with when it begins and when the next one would."""
    at = tx.now
    for number, cue in enumerate(cues):
        begin = cue.started or at
        if not cue.song.seconds:
            at = max(tx.now, begin) + _get_ordered_length(tx, cue)
        else:
            following = cues[number + 1] if number + 1 < len(cues) else cue
            transition = transitions.plan_transition(cue, following, tx.rules.crossfade)
            at = max(tx.now, _find_zero(tx, cue, begin) + transitions.find_end(cue, transition))
        yield cue, begin, at


def _find_zero(tx: Transaction, cue: Cue, begin: float) -> float:
    """When the song's very beginning was heard, or would have been: somebody may have sought or paused since it began,
    so of what is heard now the streamer is asked."""
    air = tx.outside.on_air
    if air is not None and is_heard(tx, cue):
        return tx.now - air.seconds
    return begin - transitions.find_start(cue)


def _get_ordered_length(tx: Transaction, cue: Cue) -> float:
    """How long the air is expected to be a song's that does not say its length yet."""
    seconds = tx.songs.get(cue.song.code).parameters.get("seconds")
    return float(seconds) - filling.get_overlap(tx) if seconds else UNKNOWN_LENGTH


def name_artist(tx: Transaction, song: SongBrief) -> SongBrief:
    """The song with its artist, also where a band has only been asked to play it."""
    if song.artist:
        return song
    form = tx.songs.get(song.code).form
    found = tx.bands.get_form(form) if form is not None else None
    return msgspec.structs.replace(song, artist=found.band.name) if found else song


def _list_in_order(tx: Transaction) -> list[Cue]:
    """What is on the air, and the queue behind it."""
    cues = tx.queue.list_open()
    air = scheduling.find_on_air(cues)
    return [*([air] if air else []), *scheduling.sort_queue(cues)]


# Keeping and adding


def _keep_fitting(tx: Transaction, ground: Ground) -> None:
    """Withdraw the entries from the first one on that is not what is wanted at its place."""
    cues = _list_in_order(tx)
    planned = [cue for cue in cues if cue.choice is not None and cue.state is CueState.QUEUED]
    for number, cue in enumerate(planned):
        before = cues[: cues.index(cue)]
        position = find_position(tx, before, ground)
        is_next = number == 0 and all(one.state is CueState.AIR or is_between(one) for one in before)
        is_frozen = is_next and not cue.song.state.is_lost and not is_too_early(cue, position.at)
        if is_frozen and position.at - tx.now < FROZEN:
            continue
        if not _fits(tx, cue, position, ground, is_next):
            withdraw(tx, planned[number:])
            return


def _fits(
    tx: Transaction, cue: Cue, position: Position, ground: Ground, is_frozen: bool, recomposed: float = RECOMPOSED
) -> bool:
    choice = cue.choice
    if choice is None or cue.song.state.is_lost:
        return choice is None
    early, left = _begin_early(tx, position, ground)
    if not _fits_time(tx, cue, position.at, left, recomposed) or not _is_wanted(choice, early, ground, is_frozen):
        return False
    broken = find_broken(name_artist(tx, cue.song), early.heard, early.at)
    return is_between(cue) or broken <= set(choice.relaxed)


def _is_wanted(choice: Choice, early: Position, ground: Ground, is_frozen: bool) -> bool:
    """Whether it is what is wanted there; of a frozen entry, whether it is of the right show."""
    passed = [one.slot for one in choice.passed]
    listed = list(list_wanted(ground, early))
    if is_frozen:
        return choice.is_turn or choice.show == listed[-1].show
    wanted = next((one for one in listed if one.slot not in passed), Wanted())
    is_wanted = Wanted(choice.slot, choice.clocks, choice.playlist if choice.is_turn else "", choice.show) == wanted
    return is_wanted and (not choice.playlist or choice.playlist in [one.name for one in ground.playlists])


def _fits_time(tx: Transaction, cue: Cue, at: float, left: float | None, recomposed: float) -> bool:
    """Whether an entry that begins `at` ends where it has to, or leaves room until a fixed time in `left` seconds.
    What is composed for it stays in the last `recomposed` seconds."""
    choice = cue.choice
    if choice is not None and choice.ends_at is not None:
        length = (cue.song.seconds or _get_ordered_length(tx, cue) + filling.get_overlap(tx)) - filling.get_overlap(tx)
        return abs(at + length - choice.ends_at) <= EXACT
    if choice is None or left is None or (choice.overruns and choice.fixed_at == round(at + left, 1)):
        return True
    # Where hardly anything is left another song that is composed would be no shorter, and it needs some time as well.
    if cue.job is not None and (left < SHORTEST or at - tx.now < recomposed):
        return True
    return not cue.song.seconds or leaves_room(left, cue.song.seconds)


def plan_skip(tx: Transaction, air: Cue) -> bool:
    """Make the plan anew where what is next would begin at a wrong time, if the song on the air were skipped, such as a
    show long before its time. True where the plan is another one."""
    ground = read_ground(tx)
    cues = [cue for cue in _list_in_order(tx) if cue.id != air.id]
    following = scheduling.find_next(cues)
    if following is None or following.choice is None:
        return False
    if _fits(tx, following, find_position(tx, [], ground), ground, is_frozen=True, recomposed=0.0):
        return False
    withdraw(tx, list_planned(tx))
    return plan_entry(tx, ground, [cue for cue in cues if cue.choice is None])


# What is not ready in time


def keep_ready(tx: Transaction, ground: Ground) -> None:
    """Where the next entry cannot be heard when its turn comes, as the machine has had too much to do, plan one that
    can, unless what is behind it is right there too. What is being made for the entry is heard another time."""
    wait = find_unready(tx, lambda: ground)
    if wait is None or wait > 0:
        return
    planned = list_planned(tx)
    before = [cue for cue in _list_in_order(tx) if cue.choice is None or cue.state is CueState.AIR]
    if plan_entry(tx, ground, before, is_ready=True):
        withdraw(tx, planned)


def find_unready(tx: Transaction, get_ground: Callable[[], Ground]) -> float | None:
    """In how many seconds it is to be decided what is heard in place of what is not ready; None: nothing is amiss.
    Mostly nothing is, and then the ground is not needed."""
    cues = _list_in_order(tx)
    air = cues[0] if cues and cues[0].state is CueState.AIR else None
    queue = cues[1:] if air else cues
    if not queue or queue[0].is_audible or is_stopped(tx) or (air is not None and air.started is None):
        return None
    following = scheduling.find_next(cues)
    if following is not None and following.choice is None:
        return None
    ground = get_ground()
    turn = _find_turn(tx, air, ground)
    at = max(turn, tx.now)
    if following is not None and not is_too_early(following, at):
        position = find_position(tx, [], ground)._replace(at=at)
        if _fits(tx, following, position, ground, is_frozen=True):
            return None
    return max(turn - HURRY if air else turn + GRACE, queue[0].created + GRACE) - tx.now


def _find_turn(tx: Transaction, air: Cue | None, ground: Ground) -> float:
    """When the next entry is to begin, Unix seconds: behind the song on the air, or over it where a show begins
    meanwhile; where nothing is on the air, when the last song ended."""
    if air is None:
        ended = tx.queue.get_last_ended()
        return (ended.ended or 0.0) if ended else 0.0
    end = find_position(tx, [air], ground).at
    change = ground.timetable.find_next_change(tx.now)
    is_cut = change is not None and is_beginning(change) and not is_ordered(air) and end - change.at > EXACT
    return change.at if change is not None and is_cut else end


def plan_entry(tx: Transaction, ground: Ground, cues: list[Cue], is_ready: bool = False) -> bool:
    """Add one entry behind these cues, with `is_ready` one that can be heard at once; False where there is nothing to
    add and enough is on its way already."""
    position, left = _begin_early(tx, find_position(tx, cues, ground), ground)
    is_needed_now = is_ready or _is_needed_now(tx, cues, position.at)
    passed: list[PassedSlot] = []
    last = cues[-1].song if cues else ground.played[0].song if ground.played else None
    is_after_jingle = last is not None and not is_song(last)
    for wanted in list_wanted(ground, position):
        if is_after_jingle and wanted.slot is not None and wanted.slot.kind is SlotKind.JINGLE and not is_needed_now:
            passed.append(PassedSlot(wanted.slot, JINGLE_AGAIN))
            continue
        need = Need(wanted.slot, position.at, position.heard, frozenset(cue.song.code for cue in cues), left, is_ready)
        filled = filling.fill_slot(tx, need, is_needed_now)
        if isinstance(filled, Filled):
            choice = msgspec.structs.replace(
                _note_fixed_time(filled, need),
                passed=tuple(passed),
                not_before=_find_earliest(tx, wanted, cues, position.at, ground),
            )
            _add(tx, wanted, filled._replace(choice=choice))
            return True
        if wanted.slot is not None:
            passed.append(PassedSlot(wanted.slot, filled))
    return False


def _find_earliest(tx: Transaction, wanted: Wanted, cues: Sequence[Cue], at: float, ground: Ground) -> float | None:
    """The fixed time at which an entry that begins `at` comes: the start of its show, or when the entry before it has
    to end."""
    target = ground.timetable.find_target(at + EARLY) if wanted.show else None
    start = target.occurrence.start if target is not None else None
    before = cues[-1].choice if cues else None
    moments = [one for one in (start, before.ends_at if before else None) if one is not None and one > tx.now]
    return max(moments, default=None)


def _is_needed_now(tx: Transaction, cues: Sequence[Cue], at: float) -> bool:
    """Whether nothing else is there, or on its way, for an entry that is to begin `at`, which is soon."""
    if at - tx.now > SOON or any(cue.state is CueState.QUEUED or not cue.is_audible for cue in cues):
        return False
    # A band's song that is to cut in is heard within a second: with another one beside it both would be late.
    coming = [job.song for job in tx.jobs.list_in_state(*OPEN_JOBS) if job.cuts_in] if not cues else []
    return not any(tx.songs.get_generator(song) == BAND for song in coming)


def _begin_early(tx: Transaction, position: Position, ground: Ground) -> tuple[Position, float | None]:
    """The position, and the seconds from it until a fixed time. Where these are too few even for the shortest song,
    what comes at the fixed time begins early, as if it were that time, unless it is a show."""
    fixed = find_fixed_time(position.at, ground.timetable, ground.playlists, shows.find_kept_hour(tx))
    if fixed is None:
        return position, None
    left = fixed.at - position.at
    is_early = left < filling.SHORTEST_SONG - filling.get_overlap(tx) and not fixed.is_show
    return (position._replace(at=fixed.at), None) if is_early else (position, left)


def _note_fixed_time(filled: Filled, need: Need) -> Choice:
    """The choice, with whether it leaves room until the fixed time that comes next."""
    if need.left is None or filled.choice.ends_at is not None:
        return filled.choice
    overruns = not leaves_room(need.left, filled.song.seconds)
    return msgspec.structs.replace(filled.choice, fixed_at=round(need.at + need.left, 1), overruns=overruns)


def _add(tx: Transaction, wanted: Wanted, filled: Filled) -> None:
    passed_slots.tell_passed(tx, filled.choice.passed, str(wanted.slot or ""))
    playlist = tx.playlists.get(filled.choice.playlist) if filled.choice.playlist else None
    choice = msgspec.structs.replace(
        filled.choice, slot=wanted.slot, clocks=wanted.clocks, show=wanted.show, is_turn=bool(wanted.playlist)
    )
    line_up(tx, filled.song, ITSELF, filled.job, playlist.crossfade if playlist else None, choice)
