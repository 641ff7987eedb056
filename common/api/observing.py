"""What an operator's page watches: how many listened over time, the end of the log, and what is wrong on the machine.
Requests, results and an event; the unions in the modules of these names have them.
"""

from typing import Annotated

import msgspec

from bandstand.common.api.bases import EventBase, RequestBase, ResultBase
from bandstand.common.api.values import ListenerCount, Symptom

# Requests


class GetListeners(RequestBase, frozen=True, tag="get_listeners"):
    """How many listened over time, counted once a minute."""


class GetLog(RequestBase, frozen=True, tag="get_log"):
    """The last lines of the station's log, as far as it is kept in a file."""

    lines: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


class ExamineMachine(RequestBase, frozen=True, tag="examine_machine"):
    """Look at what the station needs of its machine, and say what is wrong; it takes some seconds."""


class GetFigures(RequestBase, frozen=True, tag="get_figures"):
    """The station in figures, for `/metrics`."""


class CountHlsListeners(RequestBase, frozen=True, tag="count_hls_listeners"):
    """Of a process that sends the files of HLS: how many follow them there. It says so as the number changes, and now
    and then."""

    source: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    """The process, by a name that no other has."""
    listeners: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]


ObservingRequest = GetListeners | GetLog | ExamineMachine | GetFigures | CountHlsListeners


# Results


class Listeners(ResultBase, frozen=True, tag="listeners"):
    counts: tuple[ListenerCount, ...]
    """In order of time: of the last day, as far as the bot has run."""


class LogTail(ResultBase, frozen=True, tag="log"):
    lines: tuple[str, ...]
    """The oldest first; none where the log goes elsewhere, as to systemd's journal."""


class Diagnosis(ResultBase, frozen=True, tag="diagnosis"):
    symptoms: tuple[Symptom, ...]
    """The worst first, and what is well last."""


class StockFigure(msgspec.Struct, frozen=True):
    """Songs that were composed ahead and nobody has heard, of one style."""

    style: str
    songs: int
    seconds: float


class Figures(ResultBase, frozen=True, tag="figures"):
    counted: str
    """What the bot has counted and measured since it started, in Prometheus's text format."""
    stock: tuple[StockFigure, ...]
    jobs: dict[str, int]
    """Open jobs by their state."""
    queue: int
    """Songs that wait in the queue."""
    queue_seconds: float
    """The songs' lengths, as far as they are known."""


class ListenersNoted(ResultBase, frozen=True, tag="listeners_noted"):
    pass


ObservingResult = Listeners | LogTail | Diagnosis | Figures | ListenersNoted


# Events


class HlsListenersCounted(EventBase, frozen=True, tag="hls_listeners_counted"):
    """Not kept: who counts them says it again."""

    source: str
    listeners: int
