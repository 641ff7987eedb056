"""Decodes a file of any format that FFmpeg's libraries know to frames at the bus's rate, gapless to the sample.

Knows files and codecs; nothing of threads or of the playout.
"""

import os
from collections.abc import Iterator
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet

from bandstand.common.errors import BandstandError, NotAudio
from bandstand.common.text import counted
from bandstand.common.types import CHANNELS, RATE, Frames, Seconds
from bandstand.streamer.block import Pieces, Samples
from bandstand.streamer.gapless_trim import MP4, GaplessTrim, find_trim, read_ends
from bandstand.streamer.seek import seek_frames

OPTIONS: Final = {"protocol_whitelist": "file", "max_probe_packets": "4"}
"""The whitelist keeps a playlist that is given as a song from opening connections. The limit on probing keeps
libavformat from searching megabytes of a WAV's samples for other codecs, which takes 30 ms."""
TOLERANCE: Final = Seconds(0.01)
"""MP4 counts in milliseconds, and the duration of Opus has its pre-skip in it."""


BEGINNING: Final = Frames(0)


class Broken(BandstandError):
    """The sound ended before it should have, or has holes; what could be decoded was given."""


def decode(fd: int, start: Frames = BEGINNING) -> Pieces:
    """The sound of the file behind `fd` from frame `start` on, in pieces of shape (any, CHANNELS). Always closes `fd`.

    Raises NotAudio instead of the first piece if there is no sound, Broken after the last if some of it is missing.
    """
    ends = read_ends(fd)
    with _opened(fd) as container:
        stream = container.streams.audio[0]
        sound = _Sound(container, stream, find_trim(container, stream, ends))
        yield from sound.pieces(start)
        sound.check()


def _opened(fd: int) -> InputContainer:
    try:
        # Opened anew by its path: the offset behind a descriptor is shared with whoever sent it.
        container = av.open(f"/proc/self/fd/{fd}", metadata_errors="replace", options=OPTIONS)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise NotAudio(f"This cannot be played: {_reason(error)}.") from None
    finally:
        os.close(fd)
    if not container.streams.audio:
        container.close()
        raise NotAudio("This cannot be played: there is no sound in the file.")
    return container


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and not isinstance(error, av.InvalidDataError):
        return (error.strerror or "the file cannot be read").lower()
    return "it is not a sound file, or not of a known format"


class _Sound:
    """One pass through a file, with what is learnt on the way."""

    def __init__(self, container: InputContainer, stream: AudioStream, trim: GaplessTrim) -> None:
        self._container = container
        self._stream = stream
        self._trim = trim
        self._resampler: AudioResampler | None = None
        self._input: tuple[object, ...] = ()
        self._faults = 0
        self._given = 0
        self._limit = trim.limit
        self._origin: int | None = None
        self._leading = trim.vorbis
        """The next packet is the first, of which nothing is to be heard."""
        if trim.vorbis:
            stream.codec_context.options = {"flags2": "+skip_manual"}

    def pieces(self, start: Frames) -> Pieces:
        try:
            frames, begin = seek_frames(self._container, self._stream, start, self._decoded)
        except av.FFmpegError as error:
            raise Broken(f"The file cannot be played from the middle: {_reason(error)}.") from None
        self._given, self._faults = begin - self._trim.lead, 0
        for frame in frames:
            for piece in self._resampled(frame):
                yield from self._cut(piece, start)
        for piece in self._flushed():
            yield from self._cut(piece, start)

    def _decoded(self) -> Iterator[AudioFrame]:
        for packet in self._packets():
            self._learn_limit(packet)
            yield from self._frames(packet)

    def check(self) -> None:
        """Raise NotAudio if nothing could be decoded, Broken if not all could."""
        if self._faults and self._given <= 0:
            raise NotAudio("This cannot be played: nothing in the file could be decoded.")
        if self._faults:
            raise Broken(f"The file is damaged: {counted(self._faults, 'piece')} of it could not be decoded.")
        if self._trim.cut_off:
            raise Broken("The file is incomplete: its end is missing.")
        length, reached = self._trim.promised, self._given / RATE
        if length is None:
            return
        if self._limit is not None:
            length = min(length, Seconds(self._limit / RATE))
        if reached < length - TOLERANCE:
            raise Broken(f"The file is damaged or incomplete: {reached:.1f} s of {length:.1f} s could be decoded.")

    def _packets(self) -> "Iterator[Packet[AudioStream]]":
        try:
            yield from self._container.demux(self._stream)
        except av.FFmpegError:
            self._faults += 1

    def _frames(self, packet: "Packet[AudioStream]") -> list[AudioFrame]:
        leading, self._leading = self._leading, False
        try:
            frames = packet.decode()
        except av.FFmpegError:
            self._faults += 1
            return []
        return [] if leading else frames

    def _resampled(self, frame: AudioFrame) -> list[AudioFrame]:
        """`frame` at the bus's rate and layout; a stream may change its own on the way."""
        frame.pts = None
        kind = (frame.rate, frame.layout.name, frame.format.name)
        ready = []
        if kind != self._input:
            ready = self._flushed()
            self._input = kind
            self._resampler = AudioResampler(format="flt", layout="stereo", rate=RATE)
        assert self._resampler is not None
        return ready + self._resampler.resample(frame)

    def _flushed(self) -> list[AudioFrame]:
        return self._resampler.resample(None) if self._resampler else []

    def _cut(self, piece: AudioFrame, start: Frames) -> Iterator[Samples]:
        """What of `piece` lies between `start` and the sound's end, if anything does."""
        samples = np.asarray(piece.to_ndarray(), dtype=np.float32).reshape(-1, CHANNELS)
        if self._limit is not None:
            samples = samples[: max(0, self._limit - self._given)]
        before = max(0, start - self._given)
        self._given += len(samples)
        if before < len(samples):
            yield samples[before:]

    def _learn_limit(self, packet: "Packet[AudioStream]") -> None:
        """In MP4 the last packet's duration says how much of it is sound; libavcodec gives the rest, too."""
        if self._container.format.name != MP4 or packet.pts is None or packet.duration is None:
            return
        if self._origin is None:
            self._origin = max(0, packet.pts)
        if "iTunSMPB" not in self._container.metadata:
            end = (packet.pts + packet.duration - self._origin) * packet.time_base
            self._limit = max(self._limit or 0, round(end * RATE))
