"""What the bot counts and measures for `/metrics`, in Prometheus's text format.

Counts facts as the events tell them, and times the database. What can be looked up when it is asked for (songs, jobs,
the queue, mounts) is not here: the web process makes that of what it reads. No title, no person and no address is a
label. Names end as Prometheus asks for (https://prometheus.io/docs/practices/naming/): units in full, `_total` for what
only grows.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest

from bandstand.bot.supervision.silence import SilenceCause, SilenceClock
from bandstand.common.api.events import (
    DatabaseFailed,
    Event,
    JobCancelled,
    JobDone,
    JobFailed,
    MountCameOn,
    MountWentOff,
    PlaybackResumed,
    PlaybackStopped,
    SongEnded,
    SongStarted,
    StreamerWentAway,
)
from bandstand.common.api.people import STATION
from bandstand.common.api.values import ProcessStatus

FIRST_AUDIO_BUCKETS: Final = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5, 15, 60, 300, 1200)
MAKING_BUCKETS: Final = (0.5, 1, 2, 5, 10, 20, 40, 80, 160, 320)
DATABASE_BUCKETS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2)
OUTCOMES: Final = {JobDone: "done", JobFailed: "failed", JobCancelled: "cancelled"}
TICKS: Final = os.sysconf("SC_CLK_TCK")
PAGE: Final = os.sysconf("SC_PAGE_SIZE")


class Playout(Protocol):
    """What is asked of the playout controller."""

    @property
    def is_connected(self) -> bool: ...

    def get_on_air(self) -> object | None: ...


class Making(Protocol):
    """What is asked of the job runner."""

    @property
    def is_busy(self) -> bool: ...


def find_silence(playout: Playout, making: Making) -> SilenceCause | None:
    """Why it is silent now, as far as these know; None: a song is on the air."""
    if not playout.is_connected:
        return SilenceCause.STREAMER
    if playout.get_on_air() is not None:
        return None
    return SilenceCause.MAKING if making.is_busy else SilenceCause.IDLE


class Figures:
    """`clock` is monotonic; `look` says why it is silent now; `list_processes` those that the bot looks after."""

    def __init__(
        self,
        clock: Callable[[], float],
        look: Callable[[], SilenceCause | None],
        list_processes: Callable[[], Iterable[ProcessStatus]],
    ) -> None:
        self._is_stopped = False
        self._off: set[str] = set()
        self._on: set[str] = set()
        self._silence = SilenceClock(clock, lambda: self._find_cause(look))
        self._list_processes = list_processes
        self._registry = CollectorRegistry()
        self._make_metrics()
        self._registry.register(_Collector(self._collect_silence))
        self._registry.register(_Collector(self._collect_processes))

    def _make_metrics(self) -> None:
        own: dict[str, Any] = {"namespace": "bandstand", "registry": self._registry}
        self._first_audio = Histogram(
            "first_audio_seconds",
            "From the asking for a song to its first sample on the air; requests and wishes wait for their turn.",
            ["kind"], buckets=FIRST_AUDIO_BUCKETS, **own,
        )  # fmt: skip
        for kind in ("command", "request", "wish"):
            self._first_audio.labels(kind)
        self._making = Histogram(
            "song_making_seconds", "What a worker took for a whole song.", buckets=MAKING_BUCKETS, **own
        )
        self._jobs = Counter("jobs", "Songs that were made, or not.", ["outcome"], **own)
        for outcome in OUTCOMES.values():
            self._jobs.labels(outcome)
        self._songs = Counter("songs_started", "Songs that went on the air, without those that went on.", **own)
        self._endings = Counter("songs_ended", "Songs that left the air.", ["reason"], **own)
        self._underruns = Counter("underruns", "Times that a song had nothing ready, and silence stood in.", **own)
        self._losses = Counter("streamer_losses", "Times that the streamer went away.", **own)
        self._mount_losses = Counter("mount_losses", "Times that a mount went off the air.", ["mount"], **own)
        self._database_failures = Counter("database_failures", "Times that the database took nothing.", **own)
        self._database = Histogram(
            "database_seconds", "A transaction, from its begin to its end.", ["kind"], buckets=DATABASE_BUCKETS, **own
        )
        for kind in ("read", "write"):
            self._database.labels(kind)

    def react(self, event: Event) -> None:
        match event:
            case SongStarted(is_first=True):
                self._count_start(event)
            case SongEnded():
                self._endings.labels(event.reason.value).inc()
            case JobDone() | JobFailed() | JobCancelled():
                self._jobs.labels(OUTCOMES[type(event)]).inc()
                if isinstance(event, JobDone):
                    self._making.observe(event.making)
            case StreamerWentAway():
                self._losses.inc()
            case MountWentOff():
                self._mount_losses.labels(event.mount).inc()
                self._off, self._on = self._off | {event.mount}, self._on - {event.mount}
            case MountCameOn():
                self._off, self._on = self._off - {event.mount}, self._on | {event.mount}
            case DatabaseFailed():
                self._database_failures.inc()
            case PlaybackStopped() | PlaybackResumed():
                self._is_stopped = isinstance(event, PlaybackStopped)
        self._silence.note()

    def _count_start(self, event: SongStarted) -> None:
        self._songs.inc()
        if event.waited is not None and event.place != STATION:
            kind = "wish" if event.is_wish else "request" if event.is_request else "command"
            self._first_audio.labels(kind).observe(event.waited)

    def take_underrun(self, seconds: float) -> None:
        """So much silence has stood in for a song."""
        self._underruns.inc()
        self._silence.add_underrun(seconds)

    def take_transaction(self, is_writing: bool, seconds: float) -> None:
        """Of the database's thread."""
        self._database.labels("write" if is_writing else "read").observe(seconds)

    async def look(self) -> dict[str, Any]:
        """As a field of `Outside`."""
        return {"figures": generate_latest(self._registry).decode("utf-8")}

    def _find_cause(self, look: Callable[[], SilenceCause | None]) -> SilenceCause | None:
        """`look` knows neither mounts nor whether somebody has stopped the music."""
        cause = look()
        if cause is SilenceCause.STREAMER:
            return cause
        if self._off and not self._on:
            return SilenceCause.MOUNTS
        return SilenceCause.STOPPED if cause is not None and self._is_stopped else cause

    def _collect_silence(self) -> Iterable[Metric]:
        family = CounterMetricFamily("bandstand_silence_seconds", "Seconds without sound.", labels=["cause"])
        for cause, seconds in self._silence.read().items():
            family.add_metric([cause.value], seconds)
        yield family

    def _collect_processes(self) -> Iterable[Metric]:
        cpu = CounterMetricFamily("bandstand_process_cpu_seconds", "Processor time.", labels=["process"])
        memory = GaugeMetricFamily("bandstand_process_resident_bytes", "Memory.", labels=["process"])
        files = GaugeMetricFamily("bandstand_process_open_descriptors", "Open files.", labels=["process"])
        for process in self._list_processes():
            if process.pid is not None and (usage := read_usage(Path(f"/proc/{process.pid}"))):
                cpu.add_metric([process.name], usage[0])
                memory.add_metric([process.name], usage[1])
                files.add_metric([process.name], usage[2])
        yield from (cpu, memory, files)


class _Collector:
    """What prometheus-client asks for its figures."""

    def __init__(self, collect: Callable[[], Iterable[Metric]]) -> None:
        self.collect = collect

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that nothing is collected before it is asked for."""
        return ()


def read_usage(process: Path) -> tuple[float, float, float] | None:
    """Seconds of processor time, bytes of memory, and open descriptors, by proc(5); None where that cannot be seen."""
    try:
        fields = (process / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
        descriptors = len(os.listdir(process / "fd"))  # noqa: PTH208 - only their number
        return (int(fields[11]) + int(fields[12])) / TICKS, float(int(fields[21]) * PAGE), float(descriptors)
    except (OSError, ValueError, IndexError):
        return None
