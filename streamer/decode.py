"""A file of any format that FFmpeg's libraries decode, as frames at the bus's rate, gapless to the sample.

Knows files and codecs; nothing of threads or of the programme.
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

from common.errors import BandstandError, NotAudio
from common.text import counted
from common.types import CHANNELS, RATE, Frames, Seconds
from streamer.block import Pieces, Samples
from streamer.seek import frames_near

OPTIONS: Final = {"protocol_whitelist": "file"}
"""A playlist handed over as a song must not make the streamer open connections."""
MP4: Final = "mov,mp4,m4a,3gp,3g2,mj2"
EXACT_LENGTH: Final = {"flac", MP4}
"""Formats whose header says how long they are, so that a missing piece is noticed where libavcodec passes over it."""
TOLERANCE: Final = Seconds(0.01)
"""MP4 counts in milliseconds."""
ITUNES_LENGTH: Final = 3
"""The field of an iTunSMPB comment, counted from 0, that holds the number of samples, in hexadecimal."""


BEGINNING: Final = Frames(0)


class Broken(BandstandError):
    """The sound ended before it should have, or has holes; what could be decoded was given."""


def decoded(fd: int, start: Frames = BEGINNING) -> Pieces:
    """The sound of the file behind `fd` from frame `start` on, in pieces of any length; `fd` is closed in every case.

    Raises NotAudio instead of the first piece if there is no sound, Broken after the last if some of it is missing.
    """
    with _opened(fd) as container:
        sound = _Sound(container, container.streams.audio[0])
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

    def __init__(self, container: InputContainer, stream: AudioStream) -> None:
        self._container = container
        self._stream = stream
        self._resampler: AudioResampler | None = None
        self._input: tuple[object, ...] = ()
        self._faults = 0
        self._given = 0
        self._limit = _itunes_limit(container, stream)
        self._origin: int | None = None

    def pieces(self, start: Frames) -> Pieces:
        try:
            frames, begin = frames_near(self._container, self._stream, start, self._decoded)
        except av.FFmpegError as error:
            raise Broken(f"The file cannot be played from the middle: {_reason(error)}.") from None
        self._given, self._faults = int(begin), 0
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
        if self._faults and not self._given:
            raise NotAudio("This cannot be played: nothing in the file could be decoded.")
        if self._faults:
            raise Broken(f"The file is damaged: {counted(self._faults, 'piece')} of it could not be decoded.")
        duration, time_base = self._stream.duration, self._stream.time_base
        if self._container.format.name not in EXACT_LENGTH or not duration or time_base is None:
            return
        length, reached = float(duration * time_base), self._given / RATE
        if self._limit is not None:
            length = min(length, self._limit / RATE)
        if reached < length - TOLERANCE:
            raise Broken(f"The file is damaged or incomplete: {reached:.1f} s of {length:.1f} s could be decoded.")

    def _packets(self) -> "Iterator[Packet[AudioStream]]":
        try:
            yield from self._container.demux(self._stream)
        except av.FFmpegError:
            self._faults += 1

    def _frames(self, packet: "Packet[AudioStream]") -> list[AudioFrame]:
        try:
            return packet.decode()
        except av.FFmpegError:
            self._faults += 1
            return []

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


def _itunes_limit(container: InputContainer, stream: AudioStream) -> int | None:
    """The song's length in frames at RATE, from iTunes' comment, if there is one and it can be read."""
    fields = container.metadata.get("iTunSMPB", "").split()
    try:
        return round(int(fields[ITUNES_LENGTH], 16) * RATE / stream.rate)
    except (IndexError, ValueError):
        return None
