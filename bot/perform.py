"""The one place that carries out what transactions decide, and that tells them what happened.

Knows the order of things (commit, then act) and who does them; no rule of the programme, no wiring.
"""

import os
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from twisted.internet.defer import Deferred, inlineCallbacks
from twisted.logger import Logger
from twisted.python.failure import Failure

from bot.database.store import Store, StoreError
from bot.effects import (
    Abandon,
    Announce,
    Compose,
    CutOnBar,
    Effect,
    Leave,
    Quit,
    Restart,
    Rewatch,
    Seek,
    Send,
    Skip,
    Sync,
    Tell,
    Underway,
)
from bot.frontend import CanBeLeft, FrontEnd
from bot.making import background_jobs
from bot.making.background_jobs import Errands
from bot.making.generator_reload import Live
from bot.making.workers import Workers
from bot.playout.controller import Player, Source
from bot.progress import Progress
from bot.request import Level, Reply
from bot.songs import comparisons, library, programme, purposes, station
from bot.songs.station import Programme, Slot
from common.background_jobs import Export, Result
from common.config import Config
from common.errors import Missing
from common.generators import COMPARE
from common.jobs import Advanced, Begun, Done, Failed, Job, Noticed, Step
from common.types import SongCode
from common.wire import Ended

log = Logger()

GAIN_LIMIT = 12.0
"""Decibels; a song that is further from the station's loudness than this was not meant to be near it."""


class Performer:
    """Carries out effects, and is the station that `processes.player` asks (`bot.playout.controller.Station`)."""

    player: Player
    workers: Workers
    live: Live
    errands: Errands

    def __init__(
        self,
        store: Store,
        wall: Callable[[], float],
        config: Config,
        *,
        quit_station: Callable[[], None],
        restart_streamer: Callable[[str], None],
        streamer_away: Callable[[], None],
    ) -> None:
        self._store = store
        self._wall = wall
        self._config = config
        self._quit = quit_station
        self._restart = restart_streamer
        self.away = streamer_away
        self.front_ends: list[FrontEnd] = []
        self._progress = Progress(self.front_ends)
        self._composing = False

    def perform(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            match effect:
                case Sync():
                    self.player.sync()
                case Skip(cue):
                    self.player.skip(cue).addErrback(self._unforeseen)
                case Seek(cue, frames):
                    self.player.seek(cue, frames).addErrback(self._unforeseen)
                case Compose():
                    self.compose()
                case Abandon(job):
                    self._progress.over(job)
                    self.workers.abandon(job)
                case Tell(where, reply):
                    self.tell(where, reply)
                case Announce(reply):
                    self.announce(reply)
                case Underway():
                    self._progress.begun(effect)
                case Leave(where):
                    self._leave(where)
                case CutOnBar():
                    self.live.cut_on_bar(effect)
                case Rewatch():
                    self.live.rewatch()
                case Restart(where):
                    self._restart(where)
                case Send():
                    self._send(effect)
                case Quit():
                    self._quit()

    def tell(self, where: str, reply: Reply) -> None:
        """A later answer, to the place that asked; where that is gone, the log keeps it."""
        name = where.partition(":")[0]
        if not any(front.tell(where, reply) for front in self.front_ends if front.name == name):
            log.info("nobody at {where} to be told: {text}", where=where, text=reply.summary)

    def announce(self, reply: Reply) -> None:
        log.info("{text}", text=reply.summary)
        for front in self.front_ends:
            front.announce(reply)

    def _leave(self, where: str) -> None:
        name = where.partition(":")[0]
        for front in self.front_ends:
            if front.name == name and isinstance(front, CanBeLeft):
                front.leave(where)

    def change(self, work: Callable[..., tuple[Effect, ...]], *arguments: Any) -> Deferred[None]:
        """One transaction that is nobody's command, and what it decides."""
        return self._store.transact(work, *arguments).addCallbacks(self.perform, self._unforeseen)

    def _unforeseen(self, failure: Failure) -> None:
        if failure.check(StoreError):
            log.error("not recorded: {why}", why=str(failure.value))
        else:
            log.failure("a change failed", failure)

    def _send(self, sent: Send) -> None:
        errand = sent.errand
        if isinstance(errand, Export):
            errand = msgspec.structs.replace(
                errand,
                folder=str(self._config.paths.song(SongCode(errand.song))),
                soundfont=self._config.composer.soundfont,
                loudness=self._config.station.loudness,
            )

        def came(result: Result) -> Deferred[None]:
            return self.change(background_jobs.done, sent, result, self._wall())

        self.errands.run(errand).addCallbacks(came, self._unforeseen)

    def compose(self) -> None:
        """Hand waiting jobs to workers, as long as there is room."""
        if not self._composing and self.workers.room:
            self._composing = True
            self._hand_out().addErrback(self._unforeseen)

    @inlineCallbacks
    def _hand_out(self) -> Generator[Deferred[Any], Any, None]:
        try:
            while self.workers.room:
                taken = yield self._store.transact(programme.take_job)
                if taken is None:
                    return
                number, song = taken
                pair = None
                if song.generator == COMPARE:
                    pair = yield self._store.transact(comparisons.pair, song.code, self._config.paths)
                work = Job(
                    song=song.code,
                    generator=song.generator,
                    seed=song.seed,
                    parameters=song.parameters,
                    directory=str(self._config.paths.song(song.code)),
                    loudness=self._config.station.loudness,
                    band=song.band,
                    program=self._config.generators.get(song.generator),
                    pair=pair,
                )
                try:
                    self.workers.take(number, work)
                except OSError as error:
                    self.stepped(number, Failed(f"no worker could be started: {error.strerror}"))
        finally:
            self._composing = False

    def stepped(self, job: int, step: Step) -> None:
        """A worker said something of its job."""
        now = self._wall()
        if isinstance(step, Done | Failed):
            self._progress.over(job)
        match step:
            case Begun():
                self.change(purposes.begun, job, step, now)
            case Done():
                self.change(purposes.done, job, step, now)
            case Failed(reason):
                log.warn("job {job} failed: {reason}", job=job, reason=reason)
                self.change(purposes.failed, job, step, now)
            case Noticed(sentence):
                self.change(programme.noticed, job, sentence)
            case Advanced(seconds):
                self._progress.advanced(job, seconds)

    def wanted(self) -> Deferred[Programme]:
        crossfade = self._config.station.crossfade
        return self._store.transact(
            lambda: station.programme(library.slots(), library.stopped(), crossfade, library.stop_fade())
        )

    def source(self, slot: Slot) -> Source:
        spool = self.workers.spool(slot.song)
        if spool is not None:
            return Source(os.dup(spool.file.fileno()), raw=True, growth=os.dup(spool.growth))
        path: Path = self._config.paths.song(slot.song) / (slot.audio or "song.flac")
        try:
            audio = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise Missing(f"its file {path.name} is not to be had: {error.strerror}") from None
        gain = 0.0 if slot.loudness is None else self._config.station.loudness - slot.loudness
        return Source(audio, gain=max(-GAIN_LIMIT, min(GAIN_LIMIT, gain)))

    def found(self, current: int | None, uptime: float) -> Deferred[None]:
        now = self._wall()
        return self.change(programme.found, current, now - uptime, now)

    def lost(self, cue: int, frames: int) -> Deferred[None]:
        return self._store.transact(programme.stopped_at, cue, frames).addErrback(self._unforeseen)

    def started(self, cue: int, ago: float) -> Deferred[None]:
        return self.change(programme.started, cue, self._wall() - ago)

    def ended(self, report: Ended, ago: float) -> Deferred[None]:
        cue, reason, frames, detail = report.cue, report.reason, report.frames, report.detail
        return self.change(programme.ended, cue, reason, frames, detail, self._wall() - ago)

    def unplayable(self, cue: int, reason: str) -> None:
        self.change(programme.unplayable, cue, reason, self._wall())

    def mount_notice(self, text: str) -> None:
        for front in self.front_ends:
            front.announce(Reply(text, Level.NOTICE))
