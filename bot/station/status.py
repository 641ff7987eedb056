"""The requests about the station itself: its status and version, names for completion, a new streamer, and its end."""

from collections import Counter
from functools import cache
from importlib import metadata
from typing import Final

from bandstand.bot.station import recordings, scheduling
from bandstand.bot.station.lifecycle import OPEN_JOBS
from bandstand.bot.station.repositories import Transaction
from bandstand.common import lineups
from bandstand.common.api.events import HlsListenersCounted, StationQuit, StreamerRestartOrdered
from bandstand.common.api.observing import StockFigure
from bandstand.common.api.people import Requester
from bandstand.common.api.recordings import ListRecordings
from bandstand.common.api.refusals import BadRequest, Refused
from bandstand.common.api.requests import (
    CountHlsListeners,
    ExamineMachine,
    GetFigures,
    GetListeners,
    GetLog,
    GetStatus,
    GetVersion,
    ListNames,
    Quit,
    RestartStreamer,
)
from bandstand.common.api.results import (
    Diagnosis,
    Figures,
    Listeners,
    ListenersNoted,
    LogTail,
    Names,
    Quitting,
    Restarting,
    Status,
    Version,
)
from bandstand.common.api.values import CueState, Outside, StationStatus
from bandstand.common.text import harmless, strip_escapes

PARTS: Final = ("twisted", "python-shout", "av", "peewee", "pyfluidsynth")
LOG_CHARACTERS: Final = 1000
"""Of each line of the log that are shown."""
OTHER_STYLE: Final = "other"
"""Of songs whose band is not known any more."""
SONGS: Final = 300
"""Songs, the newest, whose names are offered."""
RECORDINGS: Final = 100
"""Recordings, the newest, whose codes are offered."""
read_version = cache(metadata.version)  # which reads files


def get_status(request: GetStatus, by: Requester, tx: Transaction) -> Status:
    """Only what everybody may know of the station: not who is here, nor how its generators are started."""
    station = StationStatus(**{name: getattr(tx.outside, name) for name in StationStatus.__struct_fields__})
    return Status(station=station, is_healthy=is_healthy(station), recordings=recordings.get_status(tx))


def get_status_alone(outside: Outside, trouble: str) -> Status:
    """What is known of the station while its database does not answer. `trouble`: why, a sentence."""
    known = {name: getattr(outside, name) for name in StationStatus.__struct_fields__}
    return Status(station=StationStatus(**(known | {"database": trouble})), is_healthy=False)


def is_healthy(station: StationStatus) -> bool:
    """Whether the music goes on by itself. Where the streamer does not say how its mounts are, it stands still."""
    is_on_air = bool(station.mounts) and all(mount.is_on_air for mount in station.mounts)
    return station.is_connected and is_on_air and not station.database


def get_listeners(request: GetListeners, by: Requester, tx: Transaction) -> Listeners:
    return Listeners(counts=tx.outside.listener_counts)


def count_hls_listeners(request: CountHlsListeners, by: Requester, tx: Transaction) -> ListenersNoted:
    tx.publish(HlsListenersCounted(source=request.source, listeners=request.listeners))
    return ListenersNoted()


def get_log(request: GetLog, by: Requester, tx: Transaction) -> LogTail:
    """Without what a terminal would take for commands."""
    return LogTail(lines=tuple(harmless(strip_escapes(line))[:LOG_CHARACTERS] for line in tx.read_log(request.lines)))


def examine_machine(request: ExamineMachine, by: Requester, tx: Transaction) -> Diagnosis:
    return Diagnosis(symptoms=tx.outside.machine)


def get_figures(request: GetFigures, by: Requester, tx: Transaction) -> Figures:
    styles = {form.band.name: form.band.style for form in tx.bands.list_all()}
    stock: dict[str, list[float]] = {}
    for one in tx.rotation.list_stock():
        stock.setdefault(styles.get(one.song.artist, OTHER_STYLE), []).append(one.song.seconds)
    queue = [cue for cue in tx.queue.list_open() if cue.state is CueState.QUEUED]
    jobs = Counter(job.state.value for job in tx.jobs.list_in_state(*OPEN_JOBS))
    return Figures(
        counted=tx.outside.figures,
        stock=tuple(StockFigure(style, len(lengths), sum(lengths)) for style, lengths in sorted(stock.items())),
        jobs={state.value: jobs[state.value] for state in OPEN_JOBS},
        queue=len(queue),
        queue_seconds=sum(cue.song.seconds for cue in queue),
    )


def get_version(request: GetVersion, by: Requester, tx: Transaction) -> Version:
    return Version(bandstand=read_version("bandstand"), parts={part: read_version(part) for part in PARTS})


def list_names(request: ListNames, by: Requester, tx: Transaction) -> Names:
    match request.kind:
        case "song":
            songs = tx.songs.list_newest(SONGS)
            return Names(names=tuple(name for song in songs for name in (song.code, song.title) if name))
        case "queued":
            queue = scheduling.sort_queue(tx.queue.list_open())
            return Names(names=tuple(name for cue in queue for name in (cue.song.code, cue.song.title) if name))
        case "job":
            return Names(names=tuple(str(job.id) for job in tx.jobs.list_in_state(*OPEN_JOBS)))
        case "person":
            return Names(names=(*(grant.name for grant in tx.people.list_grants()), *tx.people.list_accounts()))
        case "band":
            return Names(names=(*(form.slug for form in tx.bands.list_all()), *lineups.STYLES))
        case "recording":
            newest = recordings.list_recordings(ListRecordings(limit=RECORDINGS), by, tx)
            return Names(names=tuple(recording.code for recording in newest.recordings))
    raise Refused(BadRequest("kind is one of song, queued, job, person, band and recording"))


def restart_streamer(request: RestartStreamer, by: Requester, tx: Transaction) -> Restarting:
    tx.publish(StreamerRestartOrdered(place=by.place))
    return Restarting()


def quit_station(request: Quit, by: Requester, tx: Transaction) -> Quitting:
    tx.publish(StationQuit())
    return Quitting()
