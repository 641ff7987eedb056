"""What goes on the air and comes off it: the writes behind every command that is heard, and the streamer's reports.

The database says what should be heard; the streamer is brought into step with that after each commit (`QueueChanged`),
and reports what really happened. Three things follow from their being two:

- A song that cuts in puts the cue on the air off it at once. How far that was played is written when the streamer
  reports its end (`record_ended` on a cue that is over already).
- The streamer goes on by itself to the cue that follows, even while the bot is away. So a queued cue may be reported as
  started, and takes the air then, unless somebody put another one there meanwhile.
- A report may come twice, if the streamer did not hear that it was recorded. Each has a number, and the last number of
  a streamer's life is written in the same transaction (`is_new_report`).
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from bandstand.bot.station import schedule, scheduling, wish_rules
from bandstand.bot.station.lifecycle import NEW, OPEN_JOBS, add_cue, end_cue, end_job, move_song, put_on_air
from bandstand.bot.station.persons import get_person
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.scheduling import NOTHING_HEARD, Plan
from bandstand.common.api.events import (
    LiveEnded,
    PlaybackResumed,
    PlaybackStopped,
    QueueChanged,
    SongEnded,
    SongStarted,
    SongUnplayable,
    WishBegun,
)
from bandstand.common.api.live import LeftReason, LiveLeft
from bandstand.common.api.people import Place, Requester
from bandstand.common.api.shows import RunState
from bandstand.common.api.values import (
    Bars,
    Choice,
    Cue,
    CueState,
    EndReason,
    Job,
    JobState,
    Song,
    SongBrief,
    SongState,
)
from bandstand.common.generators import IMPORT, LIVE_SHOW
from bandstand.common.text import one_line
from bandstand.common.types import RATE, CueId, Frames

STOPPED: Final = "stopped"
"""The setting that is there while the station is stopped: in how many seconds it was to go silent."""
LIVE: Final = "live"
"""The fact that says of a song that it is live."""
LAST_REPORT: Final = "last_report"
"""The setting that names the last report that was recorded: `STREAMER NUMBER`."""


class Asker(NamedTuple):
    """Whoever a song is played for: what they are called, where they are told, and whom limits count."""

    name: str
    place: Place
    person: str = ""


def get_asker(by: Requester) -> Asker:
    return Asker(by.name, by.place, get_person(by))


def get_asker_of(asked: Job | Cue) -> Asker:
    return Asker(asked.name, asked.place, asked.person)


def get_stop_fade(tx: Transaction) -> float | None:
    """In how many seconds it was to go silent, while stopped; None while it is not."""
    value = tx.settings.get(STOPPED)
    return None if value is None else float(value)


def is_stopped(tx: Transaction) -> bool:
    return get_stop_fade(tx) is not None


def find_on_air(tx: Transaction) -> Cue | None:
    return scheduling.find_on_air(tx.queue.list_open())


def is_heard(tx: Transaction, cue: Cue) -> bool:
    """Whether the streamer plays it, so that the place is the streamer's to say."""
    return tx.outside.on_air is not None and tx.outside.on_air.cue == cue.id and not is_stopped(tx)


def locate(tx: Transaction, cue: Cue) -> float:
    """Where a song on the air is, in seconds."""
    air = tx.outside.on_air
    return air.seconds if is_heard(tx, cue) and air else cue.start / RATE


def make_plan(tx: Transaction) -> Plan:
    """What the streamer should be doing now."""
    return scheduling.plan_playout(tx.queue.list_open(), get_stop_fade(tx), tx.rules.crossfade, tx.now)


# Changes that somebody asked for


def cut_in(
    tx: Transaction, song: SongBrief, asker: Asker, job: int | None = None, crossfade: float | None = None
) -> Cue:
    """Put a song on the air in place of what is there."""
    tx.settings.remove(STOPPED)
    before = find_on_air(tx)
    if before is not None:
        end_cue(tx, before, EndReason.CUT, tx.now)
    cue = _make_cue(tx, song, asker, job, crossfade)
    tx.publish(QueueChanged())
    return add_cue(tx, msgspec.structs.replace(cue, state=CueState.AIR, cuts=before.id if before else None))


def line_up(
    tx: Transaction,
    song: SongBrief,
    asker: Asker,
    job: int | None = None,
    crossfade: float | None = None,
    choice: Choice | None = None,
) -> Cue:
    """Put a song into the queue, where `scheduling.find_place` says: with `choice` the programme chose it."""
    cue = msgspec.structs.replace(_make_cue(tx, song, asker, job, crossfade), choice=choice)
    return add_cue(tx, _take_place(tx, cue, scheduling.sort_queue(tx.queue.list_open())))


def line_up_request(tx: Transaction, song: SongBrief, asker: Asker, queue: list[Cue]) -> Cue:
    """Put a song that a listener requested into the sorted queue."""
    cue = msgspec.structs.replace(_make_cue(tx, song, asker, None, None), is_request=True)
    return add_cue(tx, _take_place(tx, cue, queue))


def line_up_wish(tx: Transaction, song: SongBrief, asker: Asker, job: int) -> Cue:
    """Put a song into the queue that is composed as a listener wished: persons take turns, by what was heard lately."""
    cue = msgspec.structs.replace(_make_cue(tx, song, asker, job, None), is_wish=True)
    heard = tx.queue.count_wishes_heard(tx.now - wish_rules.ROUND)
    return add_cue(tx, _take_place(tx, cue, scheduling.sort_queue(tx.queue.list_open()), heard))


def request_planned(tx: Transaction, planned: Cue, asker: Asker, queue: list[Cue]) -> Cue:
    """Make an entry of the programme's a listener's request; it moves before the others, unless it is next already."""
    cue = msgspec.structs.replace(
        planned, name=asker.name, place=asker.place, person=asker.person, created=tx.now, choice=None, is_request=True
    )
    if queue[0].id != cue.id:
        cue = _take_place(tx, cue, [queued for queued in queue if queued.id != cue.id])
    tx.queue.save(cue)
    tx.publish(QueueChanged())
    return cue


def _take_place(tx: Transaction, cue: Cue, queue: list[Cue], heard: Mapping[str, int] = NOTHING_HEARD) -> Cue:
    """The cue with its order in this sorted queue, of which those behind it make room where there is none; `heard`
    as in `find_place`."""
    tx.publish(QueueChanged())
    is_held = RunState.HELD in tx.shows.list_records(tx.now - schedule.REMEMBERED).values()
    place = scheduling.find_place(queue, cue, heard, is_show_held=is_held)
    order = scheduling.order_last(queue[:place])
    if 0 < place < len(queue):
        before, behind = queue[place - 1].order, queue[place].order
        between = (before + behind) / 2
        if before < between < behind:
            return msgspec.structs.replace(cue, order=between)
    for number, queued in enumerate(queue[place:], 1):
        tx.queue.save(msgspec.structs.replace(queued, order=order + number))
    return msgspec.structs.replace(cue, order=order)


def insert_first(tx: Transaction, song: SongBrief, asker: Asker) -> Cue:
    """Put a track before the whole queue: what is heard between the song on the air and the next."""
    cue = _make_cue(tx, song, asker, None, None)
    tx.publish(QueueChanged())
    return add_cue(tx, msgspec.structs.replace(cue, order=scheduling.order_first(tx.queue.list_open())))


def _make_cue(tx: Transaction, song: SongBrief, asker: Asker, job: int | None, crossfade: float | None) -> Cue:
    return Cue(
        id=NEW, song=song, state=CueState.QUEUED, name=asker.name, place=asker.place, person=asker.person, job=job,
        created=tx.now, crossfade=crossfade, reference=tx.reference,
    )  # fmt: skip


def hold_bars(tx: Transaction, cue: Cue, bars: Bars) -> None:
    """Have this cue begin on a bar of the song that it cuts."""
    tx.queue.save(msgspec.structs.replace(cue, bars=bars))


def come_back(tx: Transaction, cue: Cue, frames: Frames) -> None:
    """Let this cue, which is about to be cut off at about `frames`, go on from there as the next in the queue.

    Where exactly is known when the streamer reports its end.
    """
    _go_on_first(tx, cue, frames, returns=cue.id)


def _go_on_first(
    tx: Transaction, cue: Cue, start: Frames, returns: CueId | None = None, crossfade: float | None = None
) -> None:
    rest = _make_cue(tx, cue.song, get_asker_of(cue), None, crossfade)
    order = scheduling.order_first(tx.queue.list_open())
    rest = msgspec.structs.replace(rest, order=order, start=start, returns=returns, reference=cue.reference)
    add_cue(tx, rest)


def drop(tx: Transaction, cue: Cue) -> None:
    """Skip a cue that is on the air in the database alone. The streamer does not have it, or is to go on to what is
    next, which the plan says."""
    ended = end_cue(tx, cue, EndReason.SKIPPED, tx.now)
    _publish_end(tx, ended, EndReason.SKIPPED)
    fill_air(tx)
    let_go(tx, cue.song.code)
    tx.publish(QueueChanged())


def stop(tx: Transaction, fade: float) -> None:
    tx.settings.put(STOPPED, str(fade))
    tx.publish(PlaybackStopped(fade=fade))
    tx.publish(QueueChanged())


def resume(tx: Transaction) -> None:
    tx.settings.remove(STOPPED)
    tx.publish(PlaybackResumed())
    fill_air(tx)
    tx.publish(QueueChanged())


def keep_place(tx: Transaction, cue: Cue, frames: Frames) -> None:
    """Have a cue that the streamer does not play go on from here."""
    tx.queue.save(msgspec.structs.replace(cue, start=frames))
    tx.publish(QueueChanged())


def fill_air(tx: Transaction) -> None:
    """Where nothing is on the air, put there what is next."""
    due = scheduling.find_due(tx.queue.list_open(), is_stopped(tx), tx.now)
    if due is not None:
        put_on_air(tx, due)
        tx.publish(QueueChanged())


def give_up_song(tx: Transaction, code: str) -> None:
    """There is no such song after all: it leaves the air and the queue."""
    for cue in tx.queue.list_open():
        if cue.song.code == code:
            end_cue(tx, cue, EndReason.BROKEN, tx.now)
    fill_air(tx)
    tx.publish(QueueChanged())


def _bring_back_cut(tx: Transaction, cue: Cue) -> None:
    """Let what this cue has cut off go on, as the next in the queue, unless it does already."""
    cut = tx.queue.get(cue.cuts) if cue.cuts is not None else None
    if cut is None or cut.reason is not EndReason.CUT or cut.song.state.is_lost or tx.queue.list_rests(cut.id):
        return
    heard = int((cue.created - cut.started) * RATE) if cut.started else 0
    _go_on_first(tx, cut, Frames(cut.frames or cut.start + heard))


def break_off_song(tx: Transaction, job: Job) -> None:
    """There will be no more of this song. What is on the air of it is heard to where it breaks off, and what it had cut
    off goes on after it; where none of it was heard, or the station is stopped, it leaves the air and the queue."""
    for cue in tx.queue.list_of_job(job.id):
        if cue.state is CueState.AIR:
            _bring_back_cut(tx, cue)
    for cue in tx.queue.list_open():
        if cue.song.code == job.song and (cue.started is None or is_stopped(tx)):
            end_cue(tx, cue, EndReason.BROKEN, tx.now)
    fill_air(tx)
    tx.publish(QueueChanged())


def hold_song(tx: Transaction, job: Job, made: Frames) -> None:
    """This song, of which `made` frames can be heard, is to be made again: what is on the air of it is heard to there,
    and the rest is first in the queue, before what it had cut off; a cue that nothing was heard of waits."""
    for cue in tx.queue.list_of_job(job.id):
        if cue.state is CueState.AIR:
            _bring_back_cut(tx, cue)
            _go_on_first(tx, cue, made if cue.started else cue.start, crossfade=0.0)
            if cue.started is None:
                end_cue(tx, cue, EndReason.BROKEN, tx.now)
    fill_air(tx)
    tx.publish(QueueChanged())


# Sound that is heard and not kept


def is_live(song: Song) -> bool:
    """Whether its sound goes by at the pace of the air."""
    return song.state is SongState.BEGUN and song.facts.get(LIVE) is True


def is_passing(song: Song) -> bool:
    """Whether nothing is kept of it once it was heard: it is live, or a file that is played where it is and was not
    imported."""
    return is_live(song) or (song.state is SongState.READY and song.generator != IMPORT and "/" in song.audio)


def let_go(tx: Transaction, code: str, reason: EndReason | None = None) -> None:
    """A cue of this song is over: if nothing is kept of it and it is to be heard no more, it is gone."""
    song = tx.songs.get(code)
    if not is_passing(song) or any(cue.song.code == code for cue in tx.queue.list_open()):
        return
    move_song(tx, song, SongState.GONE)
    if song.generator == LIVE_SHOW:
        left = LeftReason.LOST if reason in (EndReason.FINISHED, EndReason.BROKEN) else LeftReason.ENDED
        tx.publish(LiveLeft(name=str(song.parameters["dj"]), reason=left, seconds=tx.now - song.created))
    for job in tx.jobs.list_in_state(*OPEN_JOBS):
        if job.song == code:
            end_job(tx, job, JobState.DONE)
            tx.publish(LiveEnded(job=job.id, song=song.brief, place=job.place))


# Reports of the streamer


def is_new_report(tx: Transaction, streamer: str, number: int) -> bool:
    """Whether this report was not recorded before; from now on it was. `streamer` names one life of a streamer."""
    last = (tx.settings.get(LAST_REPORT) or "").rpartition(" ")
    if last[0] == streamer and int(last[2]) >= number:
        return False
    tx.settings.put(LAST_REPORT, f"{streamer} {number}")
    return True


def record_started(tx: Transaction, cue_id: int, at: float) -> None:
    """The streamer began this cue, perhaps by itself after the one before it."""
    tx.publish(QueueChanged())
    cue = tx.queue.get(cue_id)
    if cue is None or cue.state is CueState.OVER:
        return
    if cue.state is CueState.QUEUED:
        before = find_on_air(tx)
        if before is not None and before.started is None:
            return  # somebody asked for another one meanwhile; it is on its way and cuts this one off
        if before is not None:
            end_cue(tx, before, None, at)  # why, its own report says
        cue = put_on_air(tx, cue)
    is_first = cue.started is None
    if is_first:
        cue = msgspec.structs.replace(cue, started=at)
        tx.queue.save(cue)
    is_rest = cue.start > 0 and cue.job is None
    waited = None if is_rest or not is_first else max(0.0, at - _get_time_asked(tx, cue))
    if cue.is_wish and is_first:
        tx.publish(WishBegun(song=cue.song, name=cue.name, place=cue.place))
    tx.publish(
        SongStarted(
            cue=cue.id,
            song=cue.song,
            name=cue.name,
            is_first=is_first,
            waited=waited,
            place=cue.place,
            is_request=cue.is_request,
            is_wish=cue.is_wish,
        )
    )


def _get_time_asked(tx: Transaction, cue: Cue) -> float:
    """When somebody asked for this: for the song to be made, or for it to be played."""
    return cue.created if cue.job is None else tx.jobs.get(cue.job).created


def record_ended(tx: Transaction, cue_id: int, reason: EndReason, frames: Frames, detail: str, at: float) -> None:
    """The streamer ended this cue at `frames` of its song; what is next goes on the air."""
    tx.publish(QueueChanged())
    cue = tx.queue.get(cue_id)
    if cue is None:
        return
    if reason is EndReason.STOPPED and cue.state is not CueState.OVER and not cue.song.state.is_lost:
        if cue.state is CueState.AIR:
            tx.queue.save(msgspec.structs.replace(cue, start=frames, frames=frames))
        return  # it may have been resumed before this was known; one that is queued keeps its place
    if reason is EndReason.CUT and cue.state is CueState.QUEUED:
        _queue_again(tx, cue)
    ended = end_cue(tx, cue, reason, at, frames)
    _settle_rest(tx, ended, reason)
    fill_air(tx)
    let_go(tx, ended.song.code, ended.reason)
    _publish_end(tx, ended, reason, detail)


def _publish_end(tx: Transaction, cue: Cue, reason: EndReason, detail: str = "") -> None:
    tx.publish(
        SongEnded(cue=cue.id, song=cue.song, place=cue.place, reason=reason, seconds=cue.frames / RATE, detail=detail)
    )


def _queue_again(tx: Transaction, cue: Cue) -> None:
    """It began by itself in the moment in which another was put on the air: it gets its place in the queue back."""
    add_cue(tx, msgspec.structs.replace(cue, id=NEW, started=None, frames=Frames(0)))


def _settle_rest(tx: Transaction, cue: Cue, reason: EndReason) -> None:
    """What was to come back goes on where it was cut off, or where the station was stopped before the streamer had cut
    it off; if it ended before that, there is nothing to come back."""
    for rest in tx.queue.list_rests(cue.id):
        if reason in (EndReason.CUT, EndReason.STOPPED):
            tx.queue.save(msgspec.structs.replace(rest, start=cue.frames))
        else:
            end_cue(tx, rest, reason, tx.now)


def record_found(tx: Transaction, current: int | None) -> None:
    """The streamer answers, all its reports are recorded, and `current` is on the air there (None: silence)."""
    air = find_on_air(tx)
    if current is not None and (air is None or air.id != current or air.started is None):
        record_started(tx, current, tx.now)
    elif current is None and air is not None:
        record_missing(tx, air.id)
    tx.publish(QueueChanged())


def record_missing(tx: Transaction, cue_id: int) -> None:
    """The streamer does not have this cue, whose song cannot be opened here (`Plan.keep`). A song that is being made
    again will be heard; what there was of one that was given up went with the streamer, so its cue is over."""
    cue = tx.queue.get(cue_id)
    if cue is not None and cue.state is CueState.AIR and cue.song.state.is_lost:
        record_ended(tx, cue.id, EndReason.BROKEN, cue.frames, "the streamer was away", tx.now)


def record_lost(tx: Transaction, cue_id: int, frames: Frames) -> None:
    """The streamer went away, or let this cue go, about here; the cue goes on from here."""
    cue = tx.queue.get(cue_id)
    if cue is not None and cue.state is CueState.AIR:
        tx.queue.save(msgspec.structs.replace(cue, start=frames))


def record_unplayable(tx: Transaction, cue_id: int, reason: str) -> None:
    """The streamer would not take this cue. It had its turn all the same, so the history has it; what it had cut off
    goes on."""
    cue = tx.queue.get(cue_id)
    if cue is None or cue.state is CueState.OVER:
        return
    if cue.state is CueState.AIR and cue.started is None:
        _bring_back_cut(tx, cue)
    tried = msgspec.structs.replace(cue, started=tx.now if cue.started is None else cue.started)
    end_cue(tx, tried, EndReason.BROKEN, tx.now)
    fill_air(tx)
    let_go(tx, cue.song.code, EndReason.BROKEN)
    tx.publish(
        SongUnplayable(cue=cue.id, song=cue.song, place=cue.place, reason=one_line(reason), is_request=cue.is_request)
    )
    tx.publish(QueueChanged())
