"""What people are told without having asked just now: later answers, notices for everyone, and progress bars.

A subscriber of the core's events. A later answer goes to the place that asked; where that place is gone, the log keeps
it. A notice goes to everyone; one that is not public only to those who run the station. Each type of event has one
function that makes its reply, and types without one are told to nobody.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
from twisted.logger import Logger

from bandstand.bot.commands import live_notices
from bandstand.bot.commands.frontend import FrontEnd, ShowsProgress
from bandstand.bot.commands.generators import name_watch, say_revealed
from bandstand.bot.commands.phrases import name_song
from bandstand.bot.commands.recordings import name_recording
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.commands.schedule import name_show, say_held, say_moment
from bandstand.bot.commands.sentences import say_refusal
from bandstand.bot.commands.song_words import say_ordered
from bandstand.common.api import events, recordings
from bandstand.common.api.events import Event, Likeness
from bandstand.common.api.people import STATION, STATION_NAME, Place
from bandstand.common.api.values import EndReason, SongBrief, SongKind
from bandstand.common.text import clock, counted, one_line, say_bytes
from bandstand.common.types import SongCode

log = Logger()

ANNOUNCED: Final = 50
"""Songs of which it is remembered that they were announced."""
LONGEST_WAIT: Final = 60.0
"""Seconds; nobody wonders how quick the station is with a song that was asked for longer ago."""
SHORTEST_WAIT: Final = 10.0
"""Seconds; whoever asked for a song so short a time before it begins has just been answered."""
LIKENESSES: Final = {
    Likeness.NO_FINGERPRINT: (
        "there is nothing to compare with, as the sound's fingerprint was not recorded when it was first made"
    ),
    Likeness.SAME: "the sound is the same, bit for bit",
    Likeness.SAME_THOUGH_CHANGED: "the sound is the same, bit for bit, though the program has changed",
    Likeness.CHANGED_PROGRAM: "the sound is different, and so is the program ({before} then, {now} now)",
    Likeness.NEWER_COMPOSER: (
        "the sound is different, because the station's composer is newer than the one that wrote it; "
        "the song itself stays as it is"
    ),
    Likeness.CHANGED_SOUND: "the sound is different though the program is the same: it depends on more than its seed",
}


# Later answers, each for the place of its event; None where there is nothing to tell


def _tell_job_done(event: events.JobDone) -> Reply:
    song = event.song
    if not event.is_kept:
        length = f", {clock(song.seconds)}" if song.seconds else ""
        return Reply(f"job {event.job}: playing {name_song(song)}{length}; it is not kept", job=str(event.job))
    made = f"{name_song(song)} is made: {clock(song.seconds)}, in {event.making:.1f} s"
    return Reply(f"job {event.job}: {made}", job=str(event.job))


def _tell_recognised(event: events.SongRecognised) -> Reply:
    name = name_song(event.song)
    if event.is_same_sound:
        return Reply(f"job {event.job}: {event.file} is {name}, which is there already", job=str(event.job))
    said = f"job {event.job}: {event.file} is {name} in another encoding, so it was not taken again"
    return Reply(said, job=str(event.job))


def _tell_live_ended(event: events.LiveEnded) -> Reply:
    after = f" after {clock(event.song.seconds)}" if event.song.seconds else ""
    return Reply(f"job {event.job}: {name_song(event.song)} is over{after}", job=str(event.job))


def _tell_job_failed(event: events.JobFailed) -> Reply:
    rows = tuple((line,) for line in event.errors)
    columns = ("the end of its standard error",) if rows else ()
    wish = "; your wish could not be composed, and you have it back" if event.is_wish else ""
    return Reply(f"job {event.job}: {one_line(event.reason)}{wish}", Level.FAILED, columns, rows, job=str(event.job))


def _tell_job_held(event: events.JobHeld) -> Reply:
    said = f"job {event.job} waits: {one_line(event.reason)}; it is made when there is room"
    return Reply(said, Level.FAILED, job=str(event.job))


def _tell_wish_begun(event: events.WishBegun) -> Reply:
    song = event.song
    length = f", {clock(song.seconds)}" if song.seconds else ""
    said = f"your wish begins: {name_song(song)} by {song.artist}{length}"
    return Reply(said, Level.NOTICE, is_private=True)


def _tell_job_noticed(event: events.JobNoticed) -> Reply:
    return Reply(f"job {event.job}: {event.generator}: {one_line(event.notice)}", Level.NOTICE)


def _tell_job_cancelled(event: events.JobCancelled) -> Reply | None:
    """None where a newer version replaced it, or for the one who cancelled it and has an answer already."""
    if event.by_place is None or event.by_place == event.place:
        return None
    what = say_ordered(event.song, event.title, event.name, event.is_wish)
    free = "; the wish does not count" if event.is_wish else ""
    return Reply(f"{event.by} cancelled job {event.job}: {what}{free}", Level.ERROR, job=str(event.job))


def _tell_remade(event: events.SongRemade) -> Reply:
    likeness = LIKENESSES[event.likeness].format(before=event.program_before, now=event.program_now)
    return Reply(f"{name_song(event.original)} made again as {event.song}: {likeness}")


def _tell_ended(event: events.SongEnded) -> Reply | None:
    """Only of a song that broke off."""
    if event.reason is not EndReason.BROKEN:
        return None
    why = f": {one_line(event.detail)}" if event.detail else ""
    return Reply(f"{name_song(event.song)} broke off after {clock(event.seconds)}{why}", Level.FAILED)


def _tell_unplayable(event: events.SongUnplayable) -> Reply:
    free = "; it does not count as your request" if event.is_request else ""
    return Reply(f"{name_song(event.song)} cannot be played: {one_line(event.reason)}{free}", Level.FAILED)


def _tell_started(event: events.SongStarted) -> Reply | None:
    """None where nobody asked, or did so just now and knows: the answer said so."""
    is_known = event.waited is None or event.waited < SHORTEST_WAIT
    if not event.is_first or event.is_wish or is_known or event.place == STATION:
        return None
    did = "requested" if event.is_request else "asked for"
    return Reply(f"now: {_describe_song(event.song)}, which you {did}", Level.NOTICE)


def _tell_removed(event: events.SongsRemoved) -> Reply | None:
    """None for the one who removed them and has an answer already."""
    if event.by_place == event.place:
        return None
    names = ", ".join(name_song(song) for song in event.songs)
    return Reply(f"{event.by} took {names} out of the queue", Level.NOTICE)


def _tell_watch_ended(event: events.WatchEnded) -> Reply | None:
    """None for the one who ended it and has an answer already."""
    if event.by_place == event.place:
        return None
    return Reply(f"{event.generator} is not watched any more", job=name_watch(event.generator))


def _tell_watch_failed(event: events.WatchFailed) -> Reply:
    """Has no `job`: the watch goes on, and the next save may be right."""
    return Reply(f"{event.generator}: {say_refusal(event.why)}", Level.FAILED)


def _tell_exported(event: events.SongExported) -> Reply:
    return Reply(f"{event.subject} is exported: {', '.join(event.files)}")


def _tell_bred(event: events.BandBred) -> Reply:
    if event.generation is None:
        said = f"{event.band} stays as it is: its ratings do not yet say clearly what listeners like"
        return Reply(said, Level.NOTICE)
    if not event.generation:
        return Reply(f"{event.band} has changed meanwhile, so nothing was done; evolve it again", Level.ERROR)
    best = f"the best of {counted(event.candidates, 'candidate')}"
    changes = f"; {'; '.join(event.changes)}" if event.changes else ""
    return Reply(f"{event.band} is in generation {event.generation} now, {best}{changes}")


def _tell_background_job_failed(event: events.BackgroundJobFailed) -> Reply:
    return Reply(f"{event.subject}: {one_line(event.reason)}", Level.FAILED)


def _tell_restart_failed(event: events.StreamerRestartFailed) -> Reply:
    return Reply(f"the streamer was not replaced and goes on as it was: {one_line(event.reason)}", Level.FAILED)


ANSWERS: Final[Mapping[type, Callable[[Any], Reply | None]]] = {
    events.JobDone: _tell_job_done,
    events.SongRecognised: _tell_recognised,
    events.LiveEnded: _tell_live_ended,
    events.JobFailed: _tell_job_failed,
    events.JobHeld: _tell_job_held,
    events.JobNoticed: _tell_job_noticed,
    events.JobCancelled: _tell_job_cancelled,
    events.WishBegun: _tell_wish_begun,
    events.SongRemade: _tell_remade,
    events.SongStarted: _tell_started,
    events.SongEnded: _tell_ended,
    events.SongUnplayable: _tell_unplayable,
    events.SongsRemoved: _tell_removed,
    events.WatchEnded: _tell_watch_ended,
    events.WatchFailed: _tell_watch_failed,
    events.SongExported: _tell_exported,
    events.BandBred: _tell_bred,
    events.BackgroundJobFailed: _tell_background_job_failed,
    events.StreamerRestartFailed: _tell_restart_failed,
}


# Notices for everyone; those that are public are for listeners, too


def _announce_started(event: events.SongStarted) -> Reply | None:
    """None where the song goes on after an interruption, and of what is no song."""
    if not event.is_first or event.song.kind is not SongKind.SONG:
        return None
    did = "requested" if event.is_request else "wished for"
    requested = f"; {one_line(event.name, 40)} {did} it" if event.is_request or event.is_wish else ""
    said = f"now: {_describe_song(event.song)}{requested}{_say_waited(event)}"
    besides = event.place if _tell_started(event) else None
    return Reply(said, Level.NOTICE, is_public=True, besides=besides)


def _describe_song(song: SongBrief) -> str:
    artist = f" by {song.artist}" if song.artist else ""
    length = f", {clock(song.seconds)}" if song.seconds else ""
    return f"{name_song(song)}{artist}{length}"


def _say_waited(event: events.SongStarted) -> str:
    """The time from the command to the air; nothing of a song that waited for its turn, or that nobody asked for."""
    waits_its_turn = event.is_wish or event.is_request or event.name == STATION_NAME
    if event.waited is None or waits_its_turn or event.waited > LONGEST_WAIT:
        return ""
    return f"; on the air {event.waited:.{2 if event.waited < 10 else 0}f} s after it was asked for"


def _announce_revealed(event: events.ComparisonRevealed) -> Reply:
    said = say_revealed(name_song(event.x), name_song(event.y), event.x_votes, event.y_votes)
    return Reply(said, Level.NOTICE, is_public=True, besides=event.by_place)


def _announce_skip_vote(event: events.SkipVoteBegan) -> Reply:
    votes = f"1 of {counted(event.needed, 'vote')}; voteskip adds one"
    said = f"{one_line(event.name, 40)} votes to skip {name_song(event.song)}: {votes}"
    return Reply(said, Level.NOTICE, is_public=True, besides=event.by_place)


def _announce_skipped(event: events.SkippedByVote) -> Reply:
    said = f"{name_song(event.song)} is skipped by {counted(event.votes, 'vote')}"
    return Reply(said, Level.NOTICE, is_public=True, besides=event.by_place)


def _announce_mount_on(event: events.MountCameOn) -> Reply:
    return Reply(f"{event.mount} is on the air", Level.NOTICE)


def _announce_mount_off(event: events.MountWentOff) -> Reply:
    return Reply(f"{event.mount} is off the air: {one_line(event.reason)}", Level.NOTICE)


def _announce_database_failed(event: events.DatabaseFailed) -> Reply:
    said = "nothing can be written down, and the queue waits"
    return Reply(f"{said}; it is tried again and again: {one_line(event.reason)}", Level.NOTICE)


def _announce_database_recovered(_: events.DatabaseRecovered) -> Reply:
    return Reply("the database takes everything again; what had waited is written down", Level.NOTICE)


def _announce_room(event: events.RoomChanged) -> Reply:
    if event.is_short:
        return Reply("there is no room for songs on the disk: jobs wait until some space is free", Level.NOTICE)
    return Reply("there is room for songs on the disk again: the jobs that waited are made", Level.NOTICE)


def _announce_farm(event: events.FarmChanged) -> Reply | None:
    if not event.is_told:
        return None
    if event.trouble:
        return Reply(f"songs are composed here: {event.trouble}", Level.NOTICE)
    return Reply("songs are composed on the farm again", Level.NOTICE)


def _announce_seek_failed(event: events.SeekFailed) -> Reply:
    return Reply(
        f'"{event.title}" goes on where it was, because it could not be moved: {one_line(event.reason)}', Level.NOTICE
    )


def _announce_show(event: events.ShowStarted) -> Reply:
    until = say_moment(event.end, event.show.zone, event.start)
    return Reply(f"{name_show(event.show)} is on, until {until}", Level.NOTICE, is_public=True)


def _announce_read(event: events.ScheduleRead) -> Reply:
    if event.faults:
        rows = tuple((line,) for line in (*event.faults[1:], "the programme stays as it was"))
        return Reply(one_line(event.faults[0]), Level.NOTICE, columns=("",), rows=rows)
    if not event.playlists + event.clocks + event.shows:
        said_gone = "it has no shows any more; playlists and clocks that it had stay until they are deleted"
        return Reply(f"{event.file} is empty or gone: {said_gone}", Level.NOTICE)
    said = (
        counted(event.playlists, "playlist"), counted(event.clocks, "clock"), counted(event.shows, "show"),
    )  # fmt: skip
    rows = tuple((line,) for line in event.unknown)
    return Reply(f"{event.file} was read: {', '.join(said)}", Level.NOTICE, columns=("",) if rows else (), rows=rows)


def _announce_held(event: events.ShowHeld) -> Reply:
    return Reply(say_held(event.held, event.held.start), Level.NOTICE)


def _announce_missed(event: events.ShowMissed) -> Reply:
    when = say_moment(event.start, event.show.zone)
    why = "what people had asked for lasted until it was over" if event.is_held else "the radio did not play"
    return Reply(f"{name_show(event.show)} was missed: it was to begin at {when}, and {why}", Level.NOTICE)


def _announce_reloaded(event: events.GeneratorsReloaded) -> Reply | None:
    """None where the file was saved and nothing in it concerns the station now."""
    became = {"new": event.added, "changed": event.changed, "removed": event.removed}
    said = [f"{what}: {', '.join(names)}" for what, names in became.items() if names]
    said += ["what else has changed there is taken up at the next start"] if event.is_rest_changed else []
    if event.faults:
        rows = tuple((line,) for line in (*event.faults[1:], *said))
        return Reply(one_line(event.faults[0]), Level.NOTICE, columns=("",) if rows else (), rows=rows)
    return Reply(f"{event.file}: {'; '.join(said)}", Level.NOTICE) if said else None


def _announce_recording_ended(event: recordings.RecordingEnded) -> Reply:
    recording = event.recording
    early = ", as far as it got: a crash or a full disk ended it" if recording.is_mended else ""
    return Reply(f"{name_recording(recording)} is recorded: {clock(recording.seconds)}{early}", Level.NOTICE)


def _announce_recording_failed(event: recordings.RecordingFailed) -> Reply:
    said = "what there is of it is kept, and it is tried again with the next song"
    return Reply(f"nothing is recorded now: {one_line(event.reason)}; {said}", Level.NOTICE)


def _announce_recording_due(event: recordings.RecordingDue) -> Reply:
    if event.reason is recordings.Reason.AGE:
        why = "it is nearly as old as recordings may be"
    else:
        why = f"recordings take {say_bytes(event.bytes)} of {say_bytes(event.limit)}"
    return Reply(f"{name_recording(event.recording)} will be removed soon: {why}", Level.NOTICE)


def _announce_recording_removed(event: recordings.RecordingRemoved) -> Reply | None:
    """None where somebody removed it and has an answer."""
    if event.reason is recordings.Reason.ASKED:
        return None
    why = "to make room" if event.reason is recordings.Reason.LIMIT else "as its time is over"
    return Reply(f"{name_recording(event.recording)} is removed {why}", Level.NOTICE)


NOTICES: Final[Mapping[type, Callable[[Any], Reply | None]]] = {
    events.SongStarted: _announce_started,
    events.ScheduleRead: _announce_read,
    events.ShowStarted: _announce_show,
    events.ShowHeld: _announce_held,
    events.ShowMissed: _announce_missed,
    recordings.RecordingEnded: _announce_recording_ended,
    recordings.RecordingFailed: _announce_recording_failed,
    recordings.RecordingDue: _announce_recording_due,
    recordings.RecordingRemoved: _announce_recording_removed,
    events.SkipVoteBegan: _announce_skip_vote,
    events.SkippedByVote: _announce_skipped,
    events.ComparisonRevealed: _announce_revealed,
    events.MountCameOn: _announce_mount_on,
    events.MountWentOff: _announce_mount_off,
    events.DatabaseFailed: _announce_database_failed,
    events.RoomChanged: _announce_room,
    events.FarmChanged: _announce_farm,
    events.DatabaseRecovered: _announce_database_recovered,
    events.SeekFailed: _announce_seek_failed,
    events.GeneratorsReloaded: _announce_reloaded,
    **live_notices.NOTICES,
}


class Announcer:
    """`front_ends` is the list that others fill; `handle` is to be subscribed to the core's events."""

    def __init__(self, front_ends: Sequence[FrontEnd]) -> None:
        self._front_ends = front_ends
        self._progress = Progress(front_ends)
        self._heard: deque[SongCode] = deque(maxlen=ANNOUNCED)
        """Songs that were announced, the latest last."""
        self._is_behind = False
        """What is told now has happened while the database was away."""
        self._late: events.SongStarted | None = None
        """The last song of those that began then: the others are over, and nobody is told of them."""

    def handle(self, event: Event) -> None:
        self._handle(event)
        if isinstance(event, events.DatabaseFailed):
            self._is_behind = True
        if isinstance(event, events.DatabaseRecovered):
            self._is_behind = False
            late, self._late = self._late, None
            if late is not None:
                self._announce(late)

    def _handle(self, event: Event) -> None:
        self._progress.handle(event)
        if isinstance(event, events.SongStarted):
            self._heard.append(event.song.code)
        tell = ANSWERS.get(type(event))
        if tell is not None:
            reply, place = tell(event), getattr(event, "place", STATION)
            if reply is not None:
                is_heard = isinstance(event, events.JobDone) and event.song.code in self._heard
                self.tell(place, msgspec.structs.replace(reply, value=event, is_heard=is_heard))
        if self._is_behind and isinstance(event, events.SongStarted):
            self._late = event
        else:
            self._announce(event)

    def _announce(self, event: Event) -> None:
        announce = NOTICES.get(type(event))
        reply = None if announce is None else announce(event)
        if reply is not None:
            self.announce(msgspec.structs.replace(reply, value=event))

    def tell(self, place: Place, reply: Reply) -> None:
        """A later answer for the place that asked; the log keeps it where that is gone, or was the station itself."""
        if place == STATION:
            log.info("{text}", text=reply.summary)
            return
        front_ends = [front_end for front_end in self._front_ends if front_end.name == place.front_end]
        if not any(front_end.tell(place, reply) for front_end in front_ends):
            log.info("nobody at {place} to be told: {text}", place=str(place), text=reply.summary)

    def announce(self, reply: Reply) -> None:
        """A notice for everyone who wants notices."""
        log.info("{text}", text=reply.summary)
        for front_end in self._front_ends:
            front_end.announce(reply)


class Progress:
    """How far the songs are that are being made, as a bar at the place that asked for each.

    Knows only jobs that have begun; what a bar looks like is the front end's.
    """

    def __init__(self, front_ends: Sequence[FrontEnd]) -> None:
        self._front_ends = front_ends
        self._jobs: dict[int, events.JobBegun] = {}

    def handle(self, event: Event) -> None:
        match event:
            case events.JobBegun():
                self._jobs[event.job] = event
                self._show(event, 0.0, 0.0)
            case events.JobAdvanced(job=number, seconds=seconds):
                job = self._jobs.get(number)
                if job is not None:
                    self._show(job, seconds, min(1.0, seconds / job.seconds) if job.seconds else 0.0)
            case (
                events.JobDone()
                | events.SongRecognised()
                | events.LiveEnded()
                | events.JobFailed()
                | events.JobHeld()
                | events.JobCancelled()
                | events.JobReturned()
            ):
                job = self._jobs.pop(event.job, None)
                if job is not None:
                    self._show(job, 0.0, None)

    def _show(self, job: events.JobBegun, seconds: float, fraction: float | None) -> None:
        """Draw the bar; None takes it away."""
        length = f"{clock(seconds)} of {clock(job.seconds)}" if job.seconds else clock(seconds)
        text = f"job {job.job}, {length}: {one_line(f'{job.song.title} ({job.song.code})', 60)}"
        for front_end in self._front_ends:
            if front_end.name == job.place.front_end and isinstance(front_end, ShowsProgress):
                front_end.show_progress(job.place, str(job.job), text, fraction)
