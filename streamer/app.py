"""Wires the streamer's parts, starts them in order and stops them in reverse."""

import os
import random
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec
from twisted.internet.defer import Deferred, DeferredList, succeed
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import (
    IListeningPort,
    IReactorCore,
    IReactorFromThreads,
    IReactorTime,
    IReactorUNIX,
)
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from bandstand.common import wire
from bandstand.common.config import LOSSLESS, Config, Mount
from bandstand.common.errors import BandstandError
from bandstand.common.lock import ProcessLock
from bandstand.common.reference import refer_to
from bandstand.common.show_times import find_local_zone, load_zone
from bandstand.common.shutdown import stop_once
from bandstand.common.station_folder import make_folder
from bandstand.common.types import RATE, CueId, Seconds
from bandstand.streamer import silence
from bandstand.streamer.block import NOTHING, Title
from bandstand.streamer.bus import Bus, Sink
from bandstand.streamer.codecs.containers import Comments
from bandstand.streamer.codecs.formats import FORMATS
from bandstand.streamer.control import ControlFactory
from bandstand.streamer.controller import PlayoutController
from bandstand.streamer.delivery import Delivery, DeliveryMonitor
from bandstand.streamer.heard import SpanBegan, SpanLog
from bandstand.streamer.heartbeat import Heartbeat
from bandstand.streamer.hls import HlsOutput, HlsSettings, HlsStream
from bandstand.streamer.icecast import ShoutHandle, fetch_bytes_received, probe, set_title
from bandstand.streamer.limiter import DELAY
from bandstand.streamer.live.input import make_input
from bandstand.streamer.live.inputs import LiveInputs
from bandstand.streamer.meter import Level, OutputProcessor, round_level
from bandstand.streamer.output import CameOnAir, EncodedMount, MountEvent, MountParts, Output, WentOffAir
from bandstand.streamer.playout import Ended, Event, Moved, Playout, Position, Started, Underrun
from bandstand.streamer.recording.gate import RecordingOutput
from bandstand.streamer.recording.recorder import Recorder, RecorderSettings, RecordingEvent
from bandstand.streamer.reports import Reports
from bandstand.streamer.titles import Titles

log = Logger()
WIDEST: Final = {"mp3": 320, "opus": 510, "flac": LOSSLESS}
"""kbit/s."""
LEVELS: Final = Seconds(1.0)
"""How often connected bots are told how loud it is."""
LIVE_LOOKS: Final = Seconds(0.5)
"""How often they are told how it is with DJs' mounts."""
LONGEST_DETAIL: Final = 1000
"""Characters of a decoder's own words that are reported: AMP takes no value above 65,535 bytes."""
PATIENCE: Final = Seconds(0.4)
"""How long to wait for each kind of thread to end; a thread that is stuck ends with the process."""


class StreamerReactor(IReactorCore, IReactorTime, IReactorFromThreads, IReactorUNIX):
    """What the streamer needs of Twisted's reactor."""


class Streamer:
    """The process. Raises BandstandError from `start` where it cannot run on this machine or in this directory."""

    def __init__(self, reactor: StreamerReactor, config: Config) -> None:
        self._reactor = reactor
        self._config = config
        self._lock = ProcessLock(config.paths.streamer_lock, config.get_streaming_mark())
        self._begun = time.monotonic()
        deliveries = [Delivery(mount.path) for mount in config.mounts]
        self._monitor = DeliveryMonitor(
            deliveries,
            fetch_figure=lambda path: fetch_bytes_received(config.icecast, path),
            probe=lambda: probe(config.icecast),
            clock=time.monotonic,
            wall=time.time,
        )
        self._outputs = [
            self._output(mount, delivery) for mount, delivery in zip(config.mounts, deliveries, strict=True)
        ]
        self._playout = Playout()
        self._processor = OutputProcessor()
        self._recording = self._make_recording()
        self._hls = self._make_hls()
        self._written: list[RecordingOutput | HlsOutput] = [self._recording, *([self._hls] if self._hls else [])]
        sinks: list[Sink] = [*self._outputs, *self._written]
        self._bus = Bus(
            self._playout, sinks, time.monotonic, self._from_thread, config.station.hold, self._processor, DELAY
        )
        self._spans = SpanLog(time.monotonic)
        self._reports = Reports(time.monotonic)
        self._told = Level()
        self._levels = LoopingCall(self._tell_level)
        self._levels.clock = reactor
        self._factory = ControlFactory(PlayoutController(reactor, self._bus), self._reports, self._state, self.end)
        self._live_looks = LoopingCall(self._look_at_live)
        self._live_looks.clock = reactor
        self._factory.live = LiveInputs(lambda mount: make_input(config.icecast, mount), self._retitle)
        self._factory.list_heard = lambda: [self._tell_heard(*kept) for kept in self._spans.list_mounts()]
        self._factory.note_cue = self._recording.gate.note_cue
        self._factory.switch_recording = lambda on, ends_shows: self._recording.gate.switch(on, ends_shows=ends_shows)
        self._factory.retag = self._recording.gate.retag
        self._port: IListeningPort | None = None
        self.failed = False

    def start(self, before: Callable[[], None] | None = None) -> None:
        """Start everything. With `before`, which is called when all is ready, first wait until the streamer that runs
        in this directory has ended, however long that takes."""
        make_folder(self._config.paths)
        self._keep_silence()
        if before:
            before()
            self._lock.wait()
        else:
            self._lock.acquire("the streamer")
        try:
            self._listen()
        except BandstandError:
            self._lock.release()
            raise
        threading.excepthook = self._thread_failed
        for output in self._outputs:
            output.start()
        self._monitor.start()
        for written in self._written:
            written.start()
        self._bus.start()
        self._levels.start(LEVELS, now=False)
        self._live_looks.start(LIVE_LOOKS, now=False)

    def end(self) -> None:
        """End the process in order. May be called more than once."""
        stop_once(self._reactor)

    def stop(self) -> Deferred[None]:
        """End the connections first, so that bots have their answers; then the sound, the mounts and the lock."""
        for looking in (self._levels, self._live_looks):
            if looking.running:
                looking.stop()
        self._factory.live.watch([])
        answered = self._factory.disconnect().addTimeout(PATIENCE, self._reactor)
        closed = self._port.stopListening() if self._port else None
        ended = DeferredList([answered, closed or succeed(None)], consumeErrors=True)
        return ended.addCallback(lambda _: self._stop_threads())

    def _stop_threads(self) -> None:
        self._bus.stop()
        self._bus.join(PATIENCE)
        self._monitor.stop()
        stopping: list[Output | RecordingOutput | HlsOutput] = [*self._outputs, *self._written]
        for output in stopping:
            output.stop()
        last = time.monotonic() + PATIENCE
        for output in stopping:
            output.join(Seconds(max(0.0, last - time.monotonic())))
        self._lock.release()

    def _listen(self) -> None:
        path = self._config.paths.streamer_socket
        path.unlink(missing_ok=True)  # a crash leaves it behind, and the lock is ours
        try:
            self._port = self._reactor.listenUNIX(str(path), self._factory, mode=0o600)
        except (CannotListenError, OSError) as error:
            raise BandstandError(f"the socket {path} cannot be made: {error}") from None

    def _keep_silence(self) -> None:
        for mount in self._config.mounts:
            encoder = FORMATS[mount.format].encoder(mount.bitrate)
            quiet = encoder.standby_silence(mount.format)
            encoder.close()
            self._save_files_of_icecast(mount, quiet)  # before the standby is let on the air by its own file
            silence.save(self._config.paths.standby, mount, quiet)

    def _save_files_of_icecast(self, mount: Mount, quiet: silence.Silence) -> None:
        webroot = self._config.paths.webroot
        try:
            silence.save_intro(webroot, mount, quiet)
            silence.save_last_fallback(webroot, mount, make_wide_silence)
        except OSError as error:
            log.warn("{mount} has no intro or no last fallback: {error}", mount=mount.path, error=error)

    def _output(self, mount: Mount, delivery: Delivery) -> Output:
        icecast, station, kind = self._config.icecast, self._config.station, FORMATS[mount.format]
        standby = self._config.paths.standby
        titles = Titles(lambda title: set_title(icecast, mount.path, title or station.name)) if kind.icy else None

        def comments(title: Title) -> Comments:
            """The song's, or the station's name while nothing is on the air."""
            return [("ARTIST", title.artist), ("TITLE", title.title)] if title != NOTHING else [("TITLE", station.name)]

        parts = MountParts(
            dial=ShoutHandle(icecast, station, mount, mount.path).dial,
            new_encoder=lambda: kind.encoder(mount.bitrate),
            set_title=lambda title: titles.set(title.line) if titles else None,
            report=self._from_thread,
            clock=time.monotonic,
            random=random.random,
            delivery=delivery,
            heartbeat=_make_heartbeat(standby, mount),
            comments=comments if mount.titles == "chained" else None,
            has_standby=lambda: not self._config.paths.standby_lock.exists() or silence.has_standby(standby, mount),
        )
        return Output(EncodedMount(mount, parts), titles)

    def _make_recording(self) -> RecordingOutput:
        config, wanted = self._config, self._config.recordings
        settings = RecorderSettings(
            folder=wanted.get_folder(config.paths),
            formats=tuple(dict.fromkeys(wanted.formats)),
            bitrate=wanted.bitrate,
            station=config.station.name,
            zone=load_zone(config.radio.zone or find_local_zone()),
        )
        return RecordingOutput(settings, Recorder(settings, self._from_thread), wanted.cut == "hour")

    def _make_hls(self) -> HlsOutput | None:
        """None where it is not wanted: it costs nothing then."""
        wanted = self._config.hls
        if not wanted.enabled:
            return None
        folder = wanted.get_folder(self._config.paths)
        settings = HlsSettings(folder, wanted.formats, wanted.bitrate, wanted.segment, wanted.listed)
        return HlsOutput(HlsStream(settings, self._from_thread, time.time, time.monotonic))

    def _state(self) -> Deferred[wire.StreamerState]:
        return self._factory.controller.read(self._snapshot)

    def _snapshot(self, playout: Playout) -> wire.StreamerState:
        level = self._processor.level()
        return wire.StreamerState(
            pid=os.getpid(),
            streamer=self._reports.streamer,
            uptime=time.monotonic() - self._begun,
            current=_on_air(playout.current),
            is_moving=self._bus.is_moving,
            following=_on_air(playout.following),
            mounts=[*(output.state() for output in self._outputs), *([self._hls.describe()] if self._hls else [])],
            underruns=playout.underruns,
            loudness=level.loudness,
            peak=level.peak,
            recording=self._recording.folder,
        )

    def _tell_level(self) -> None:
        """Tell connected bots the level, if it has changed."""
        level = round_level(self._processor.level()) if self._factory.connected else self._told
        if level != self._told:
            self._told = level
            self._factory.tell(wire.Level, loudness=level.loudness, peak=level.peak)

    def _look_at_live(self) -> None:
        """Have titles that have changed shown, and tell connected bots how it is with DJs' mounts."""
        states = self._factory.live.look()
        if states is not None:
            self._factory.tell(wire.LiveInputs, inputs=msgspec.json.encode(states))

    def _retitle(self, cue: CueId, title: str) -> None:
        self._bus.submit(lambda playout: playout.retitle(cue, title), heard=False)

    def _tell_heard(self, mount: str, spans: Sequence[wire.HeardSpan]) -> dict[str, object]:
        """The values of a `wire.Heard`."""
        formats = {each.path: each.format for each in self._config.mounts}
        return {"mount": mount, "format": formats[mount], "spans": msgspec.json.encode(spans)}

    def _from_thread(self, event: Event | MountEvent | RecordingEvent) -> None:
        self._reactor.callFromThread(self._report, event)

    def _report(self, event: Event | MountEvent | RecordingEvent) -> None:
        """Tell the log and everyone who is connected."""
        cue = getattr(event, "cue", None)
        with refer_to("" if cue is None else self._factory.get_reference(cue)):
            self._tell(event)

    def _tell(self, event: Event | MountEvent | RecordingEvent) -> None:
        tell = self._factory.tell
        match event:
            case Started(cue, frames):
                log.info("cue {cue} is on the air", cue=cue)
                self._factory.report(wire.Started(cue, frames))
            case Ended(cue, reason, frames, detail):
                why = f" ({detail})" if detail else ""
                log.info("cue {cue} ended: {reason}{why}", cue=cue, reason=reason, why=why)
                self._factory.report(wire.Ended(cue, reason, frames, detail[:LONGEST_DETAIL]))
            case Underrun(cue, frames):
                log.warn("cue {cue} was not ready: {seconds:.2f} s of silence instead", cue=cue, seconds=frames / RATE)
                tell(wire.Underrun, cue=cue, frames=frames)
            case Moved(cue, frames, is_moving):
                log.debug("cue {cue} is at frame {frames}", cue=cue, frames=frames)
                tell(wire.Moved, cue=cue, frames=frames, is_moving=is_moving)
            case SpanBegan(mount):
                tell(wire.Heard, **self._tell_heard(mount, [self._spans.add(event)]))
            case RecordingEvent(state, folder, reason):
                why = f": {reason}" if reason else ""
                log.info("the recording {folder} {state}{why}", folder=folder, state=state, why=why)
                tell(wire.RecordingChanged, state=state, folder=folder, reason=reason[:LONGEST_DETAIL])
            case CameOnAir(mount):
                log.info("{mount} is on the air", mount=mount)
                tell(wire.CameOnAir, mount=mount)
            case WentOffAir(mount, reason):
                log.warn("{mount} is off the air: {reason}", mount=mount, reason=reason)
                tell(wire.WentOffAir, mount=mount, reason=reason)

    def _thread_failed(self, failed: threading.ExceptHookArgs) -> None:
        """End the process, which its keeper starts again: without one of its threads there would be dead air."""
        failure = Failure(failed.exc_value, failed.exc_type, failed.exc_traceback)
        self._reactor.callFromThread(self._give_up, failure)

    def _give_up(self, failure: Failure) -> None:
        log.failure("a thread of the streamer failed", failure=failure)
        self.failed = True
        self.end()


def make_wide_silence(mount: Mount) -> silence.Silence:
    """Silence for a mount's last fallback, at the highest bit rate that the format has.

    Icecast sends a file at 640 kbit/s whatever is in it, and a listener is put back by what it gets too much of.
    """
    encoder = FORMATS[mount.format].encoder(WIDEST[mount.format])
    try:
        return encoder.standby_silence(mount.format)
    finally:
        encoder.close()


def _make_heartbeat(directory: Path, mount: Mount) -> Heartbeat | None:
    """None where there is no room for it: the stream goes on without."""
    try:
        return Heartbeat(directory, mount)
    except OSError as error:
        log.warn("{mount} has no heartbeat for the standby: {error}", mount=mount.path, error=error)
        return None


def _on_air(position: Position | None) -> wire.OnAir | None:
    return wire.OnAir(position.cue, position.frames) if position else None
