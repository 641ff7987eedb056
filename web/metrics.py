"""`/metrics`: the station in figures, as Prometheus reads them; and `/readyz`, whether sound leaves.

Figures of the station are the bot's, read when they are asked for; what the bot has counted (`bot.supervision.figures`)
comes as Prometheus's text and is passed on. Those of the web process are of the worker that
answers, which `worker` names. No title and no name of a person is a label.
"""

import os
from collections.abc import Iterable
from typing import Final, cast

from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from bandstand.common.api.requests import GetFigures, GetStatus, ListSongs
from bandstand.common.api.results import Figures, Songs, Status
from bandstand.web.bot_link import BotAway, BotHindered
from bandstand.web.event_hub import EventHub
from bandstand.web.given import TheHub, TheReader
from bandstand.web.health import Health
from bandstand.web.problems import Trouble
from bandstand.web.reader import Reader

WORKER: Final = str(os.getpid())
OWN: Final = CollectorRegistry()
"""What this process counts."""
REQUESTS: Final = Counter("bandstand_web_requests", "Answered requests.", ["status", "worker"], registry=OWN)
STREAMS: Final = Gauge("bandstand_web_event_streams", "Readers of the events.", ["worker"], registry=OWN)


def count_request(status: int) -> None:
    """`status`: HTTP's."""
    REQUESTS.labels(f"{status // 100}xx", WORKER).inc()


class _Station:
    """A collector of figures that were read already."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def make_gauge(name: str, help: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"bandstand_{name}", help, value=value)


def describe_status(status: Status) -> Iterable[Metric]:
    station = status.station
    yield make_gauge("healthy", "The music goes on by itself.", float(status.is_healthy))
    yield make_gauge("uptime_seconds", "Of the bot.", station.uptime)
    yield make_gauge("streamer_connected", "The streamer answers.", float(station.is_connected))
    yield make_gauge("database_ok", "The database takes what is written.", float(not station.database))
    yield make_gauge("recording", "What is on the air is recorded.", float(bool(status.recordings.current)))
    yield make_gauge("recordings", "Recordings that are kept.", status.recordings.total)
    yield make_gauge("recordings_bytes", "Of all recordings.", status.recordings.bytes)
    if station.loudness is not None and station.loudness.momentary is not None:
        yield make_gauge("loudness_lufs", "Momentary loudness.", station.loudness.momentary)
    mounts = GaugeMetricFamily("bandstand_mount_on_air", "The mount is on the air.", labels=["mount"])
    listeners = GaugeMetricFamily("bandstand_listeners", "Listeners of the mount.", labels=["mount"])
    for mount in station.mounts:
        mounts.add_metric([mount.path], float(mount.is_on_air))
        if mount.listeners is not None:
            listeners.add_metric([mount.path], mount.listeners)
    processes = GaugeMetricFamily("bandstand_process_running", "The process runs.", labels=["process"])
    for process in station.processes:
        processes.add_metric([process.name], float(process.pid is not None))
    yield from (mounts, listeners, processes)


def describe_figures(figures: Figures) -> Iterable[Metric]:
    songs = GaugeMetricFamily("bandstand_stock_songs", "Songs composed ahead and unheard.", labels=["style"])
    seconds = GaugeMetricFamily("bandstand_stock_seconds", "Their lengths.", labels=["style"])
    for one in figures.stock:
        songs.add_metric([one.style], one.songs)
        seconds.add_metric([one.style], one.seconds)
    jobs = GaugeMetricFamily("bandstand_jobs_in_state", "Open jobs.", labels=["state"])
    for state, count in figures.jobs.items():
        jobs.add_metric([state], count)
    yield from (songs, seconds, jobs)
    yield make_gauge("jobs_open", "Songs being made, or waiting for it.", sum(figures.jobs.values()))
    yield make_gauge("queue_songs", "Songs in the queue, without the one on the air.", figures.queue)
    yield make_gauge("queue_seconds", "Their lengths, as far as they are known.", figures.queue_seconds)


async def read_station(reader: Reader, hub: EventHub) -> tuple[list[Metric], str]:
    """Empty but for `bandstand_up` while the bot is away, and what needs no database while that is; and what the bot
    has counted."""
    try:
        status = cast(Status, await reader.read(GetStatus()))
    except BotAway:
        return [make_gauge("up", "The bot answers.", 0.0)], ""
    metrics: list[Metric] = [make_gauge("up", "The bot answers.", 1.0), *describe_status(status)]
    if hub.state is not None:
        is_playing = hub.state.now_playing.state == "playing"
        metrics.append(make_gauge("playing", "A song is on the air.", float(is_playing)))
    try:
        songs = cast(Songs, await reader.read(ListSongs(limit=1)))
        figures = cast(Figures, await reader.read(GetFigures()))
    except (BotAway, BotHindered):
        return metrics, ""
    metrics.append(make_gauge("songs", "Songs in the library.", songs.total))
    return [*metrics, *describe_figures(figures)], figures.counted


@get(
    "/metrics",
    summary="Figures for Prometheus",
    media_type="text/plain",
    responses={200: ResponseSpec(str, description="Prometheus's text format.", media_type="text/plain")},
    tags=["operation"],
)
async def get_metrics(reader: TheReader, hub: TheHub) -> Response[bytes]:
    station = CollectorRegistry()
    metrics, counted = await read_station(reader, hub)
    station.register(_Station(metrics))
    STREAMS.labels(WORKER).set(len(hub.streams))
    data = generate_latest(station) + counted.encode() + generate_latest(OWN)
    return Response(data, media_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"cache-control": "no-store"})


@get("/readyz", summary="Sound leaves the station", tags=["operation"])
async def get_readiness(reader: TheReader) -> Health:
    status = cast(Status, await reader.read(GetStatus()))
    if not status.is_healthy:
        raise Trouble(503, "not every mount is on the air", retry_after=5)
    return Health("ready")


ROUTES = [get_metrics, get_readiness]
