"""One worker as the bot has it: what it is told of its job, and what it says of it.

Knows the lines between the two; not how a worker is started, nor what a step means.
"""

import signal
from collections.abc import Callable
from typing import Any, Final

import msgspec
from twisted.logger import Logger

from bandstand.bot.child import Child
from bandstand.bot.making.spool import Spool
from bandstand.bot.station.bars import find_bars
from bandstand.bot.station.making import ClaimedJob
from bandstand.common import farm, jobs
from bandstand.common.api.values import Song
from bandstand.common.config import Config
from bandstand.common.jobs import Done, Failed, Pair, Passed, Side, Step
from bandstand.common.types import RATE

log = Logger()

WITHOUT_BARS: Final = 2.0
"""Seconds that stand for a bar of a comparison where a song does not say its tempo."""
decode_step = msgspec.json.Decoder(Step).decode


class Worker:
    """One worker process: it waits, is given one job, says its steps and ends."""

    def __init__(self, spool: Spool, on_step: Callable[["Worker", Step], None]) -> None:
        self.spool = spool
        self.job: int | None = None
        self.song = ""
        self.is_for_farm = False
        self.reference = ""
        """Of the request that ordered the job."""
        self.has_pipe = False
        """It plays what comes out of a pipe, which cannot come again."""
        self.is_settled = False
        """It is known what became of the job: nothing that it says, nor its end, counts any more."""
        self.is_filed = False
        """The song's files are in place, so its sound is there and no longer in the spool alone."""
        self.child = Child(self._take_line)
        self._on_step = on_step

    def give(self, job: int, work: jobs.Job) -> None:
        self.job, self.song, self.reference = job, work.song, work.reference
        self.is_for_farm = farm.is_for_farm(work) and work.program is None  # who offers a program is not known here
        self.child.write_line(msgspec.json.encode(work))

    def end(self) -> None:
        self.is_settled = True
        self.child.signal(signal.SIGTERM)

    def _take_line(self, line: bytes) -> None:
        if self.is_settled:
            return
        try:
            step = decode_step(line)
        except msgspec.DecodeError:
            log.warn("a worker said what is no step: {line!r}", line=line[:200])
            return
        self.is_settled = isinstance(step, Done | Passed | Failed)
        self.is_filed = isinstance(step, Done)
        self._on_step(self, step)


def make_work(claimed: ClaimedJob, config: Config) -> jobs.Job:
    """What the worker is told of a job."""
    song = claimed.song
    parameters: dict[str, Any] = song.parameters
    return jobs.Job(
        song=song.code,
        generator=song.generator,
        seed=song.seed,
        parameters=parameters,
        directory=str(config.paths.song(song.code)),
        loudness=config.station.loudness,
        errors=str(config.paths.error(song.code)),
        band=claimed.band,
        is_awaited=claimed.job.cuts_in,
        program=config.generators.get(song.generator),
        pair=_make_pair(claimed.compared, config) if claimed.compared else None,
        reference=claimed.job.reference,
    )


def _make_pair(compared: tuple[Song, Song, int], config: Config) -> Pair:
    first, second, bars = compared
    return Pair(first=_make_side(first, config), second=_make_side(second, config), bars=bars)


def _make_side(song: Song, config: Config) -> Side:
    bars = find_bars(song.facts, song.parameters)
    bar, phase = (bars.bar, bars.phase) if bars else (round(WITHOUT_BARS * RATE), 0)
    return Side(str(config.paths.song(song.code) / song.audio), song.loudness, bar, phase)
