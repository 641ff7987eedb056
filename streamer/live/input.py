"""One DJ's mount: a thread that reads and decodes it for as long as it is watched, and what is known of it.

While the mount has no source it is asked for again and again. What comes is decoded at the pace at which it comes, but
no further ahead than `AHEAD`. Of a source that sends a whole file at once parts are left out: the mount is let go of
until there is room, and then read from what comes newest. (To read it more slowly would not do: the kernel keeps
megabytes, minutes of sound, which would be heard after the source is long gone.) Whatever a source sends, the thread
goes on; what is wrong is kept as a sentence.

Knows one mount, and no playout.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

import av
from av.audio.frame import AudioFrame

from bandstand.common.config import Icecast
from bandstand.common.errors import BandstandError
from bandstand.common.sound.container import WHITELIST
from bandstand.common.sound.mixdown import Mixdown
from bandstand.common.types import RATE
from bandstand.streamer.block import Samples
from bandstand.streamer.live.buffer import LiveBuffer
from bandstand.streamer.live.gate import Gate
from bandstand.streamer.live.stream import PIECE, MountStream, NoStream
from bandstand.streamer.sources import limit_samples

AGAIN: Final = 0.25
"""Seconds between two looks for a source."""
AFTER_TROUBLE: Final = 1.0
AT_ONCE: Final = 0.0
"""The first look after the sound has ended: it shows whether Icecast has ended with it."""
AHEAD: Final = 4 * RATE
"""Frames ahead of time by which a source sends too fast."""
KEPT: Final = RATE // 2
"""Of those, as many are still to be heard when the mount is read again."""
FLOOD: Final = "it sends its sound faster than it is heard, so parts of it are lost"
DAMAGED: Final = "its sound cannot be decoded: it is damaged, or of a kind that is not known here"
MOST_FAULTS: Final = 200
"""Packets that cannot be decoded, one after the other, until it is asked for anew."""
OPTIONS: Final = {**WHITELIST, "probesize": "32768", "analyzeduration": "300000"}


class SoundMissing(BandstandError):
    """What comes has none; the text says so."""


class LiveInput:
    """`open_stream` opens the mount; it blocks, and raises NoStream."""

    def __init__(
        self,
        open_stream: Callable[[], MountStream],
        clock: Callable[[], float] = time.monotonic,
        name: str = "live",
    ) -> None:
        self._open_stream = open_stream
        self._clock = clock
        self._stopped = threading.Event()
        self._stream: MountStream | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._gate = Gate()
        self._frames = 0
        self._began: float | None = None
        self._was_flooded = False
        self.buffer = LiveBuffer(clock)
        self.is_cut_off = False
        """Since the sound came last there was no Icecast to send it to: that is not the source's fault."""
        self.trouble = ""
        """A sentence about what the source sends; empty while it is right."""
        self.format = ""
        """`mp3, 44100 Hz, stereo`."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """The thread ends soon; what it has decoded may still be heard."""
        self._stopped.set()
        stream = self._stream
        if stream is not None:
            stream.close()

    # What is known

    @property
    def is_connected(self) -> bool:
        """Whether its sound comes."""
        return self._began is not None

    @property
    def seconds(self) -> float:
        """Since when."""
        began = self._began
        return 0.0 if began is None else self._clock() - began

    @property
    def level(self) -> float | None:
        return self._gate.level if self.is_connected else None

    @property
    def heard(self) -> float:
        """See `Gate.heard`."""
        return self._gate.heard if self.is_connected else 0.0

    @property
    def title(self) -> str:
        stream = self._stream
        return (stream.title or "") if stream is not None and self.is_connected else ""

    # The thread

    def _run(self) -> None:
        while not self._stopped.is_set():
            wait = AGAIN
            try:
                self._stream = self._open_stream()
            except NoStream as error:
                self.is_cut_off |= error.is_unanswered
                self.trouble = "" if error.is_missing else str(error)
                wait = AGAIN if error.is_missing or error.is_unanswered else AFTER_TROUBLE
            else:
                wait = self._follow(self._stream)
            self._stopped.wait(wait)

    def _follow(self, stream: MountStream) -> float:
        """Decode until the stream ends; how long to wait before it is asked for again."""
        try:
            while self._decode(stream) and stream.go_on():
                pass
        except SoundMissing as error:
            self.trouble = str(error)
            return AFTER_TROUBLE
        except (av.FFmpegError, OSError, ValueError, StopIteration):
            self.trouble = DAMAGED
            return AFTER_TROUBLE
        finally:
            stream.close()
            if self._was_flooded:
                self._stopped.wait((AHEAD - KEPT) / RATE)
            self._began = None
        return AT_ONCE

    def _decode(self, stream: MountStream) -> bool:
        """Whether it was decoded to its end. Raises SoundMissing where it has no sound, and what PyAV raises where no
        more of it can be decoded."""
        with av.open(
            stream, "r", format=stream.format, options=OPTIONS, metadata_errors="replace", buffer_size=PIECE
        ) as container:
            if not container.streams.audio:
                raise SoundMissing("there is no sound in what it sends")
            if not self.is_connected:
                self._begin()
            mixdown: Mixdown | None = None
            faults = 0
            for packet in container.demux(container.streams.audio[0]):
                try:
                    frames = packet.decode()
                    faults = 0
                except av.FFmpegError:
                    frames = []
                    faults += 1
                    if faults > MOST_FAULTS:
                        raise
                for frame in frames:
                    if mixdown is None or not mixdown.is_for(frame):
                        self._describe(stream.format, frame)
                        mixdown = Mixdown(frame)
                    for samples in mixdown.push(frame):
                        self._take(samples)
                if self._stopped.is_set() or self._is_flooded():
                    return False
        return True

    def _begin(self) -> None:
        self.buffer.restart()
        self._gate = Gate()
        self._frames = 0
        self._began = self._clock()
        self.is_cut_off = False
        self.trouble = FLOOD if self._was_flooded else ""
        self._was_flooded = False

    def _describe(self, name: str, frame: AudioFrame) -> None:
        codec = name
        channels = {1: "mono", 2: "stereo"}.get(len(frame.layout.channels), frame.layout.name)
        self.format = f"{codec}, {frame.sample_rate} Hz, {channels}"

    def _take(self, samples: Samples) -> None:
        samples = limit_samples(samples)
        self.buffer.append(samples)
        self._gate.push(samples)
        self._frames += len(samples)

    def _is_flooded(self) -> bool:
        """Whether the source is so far ahead of time that the mount is to be read anew, when there is room again."""
        ahead = self._frames - self.seconds * RATE
        if ahead <= AHEAD:
            return False
        self.trouble, self._was_flooded = FLOOD, True
        return True


def make_input(icecast: Icecast, mount: str) -> LiveInput:
    return LiveInput(lambda: MountStream(icecast, mount), name=f"live {mount}")
