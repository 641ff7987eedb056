"""Decodes a file of any format that FFmpeg's libraries know to stereo at `RATE`, gapless to the sample.

A file's parts (parts.py) follow each other. What is damaged is passed over, as players do, and said at the end.
Knows files and codecs; nothing of threads or of the playout.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet

from bandstand.common.errors import BandstandError
from bandstand.common.sound import Pieces, Samples
from bandstand.common.sound.container import Unplayable, explain, find_parts, open_file, open_part
from bandstand.common.sound.gapless_trim import MP4, find_ogg_trim, find_trim
from bandstand.common.sound.mixdown import Mixdown, mute_burst, replace_nonsense
from bandstand.common.sound.ogg import OggLink
from bandstand.common.sound.open_ended import FlacPart, FramedPart
from bandstand.common.sound.part import Part
from bandstand.common.sound.seek import seek_frames
from bandstand.common.text import counted
from bandstand.common.types import RATE, Frames, Seconds

TOLERANCE: Final = Seconds(0.01)
"""MP4 counts in milliseconds."""
ATTEMPTS: Final = 1000
"""Times that reading is taken up again behind something broken, without a packet in between."""
BEGINNING: Final = Frames(0)
LEAST: Final = RATE // 10
LEAST_FAULTS: Final = 10
"""Where less sound than `LEAST` came out of more broken pieces than this, it is noise made of something else."""
LARGEST: Final = Frames(18432)
"""384 ms: how large the pieces become. Each costs as much as decoding 50 ms of MP3."""


class Broken(BandstandError):
    """The sound ended before it should have, or has holes; what could be decoded was given.

    `reason` is a clause of which the file is the subject.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"The file {reason}.")
        self.reason = f"it {reason}"


class HasJunk(Broken):
    """All the sound that there is was given; among it, or behind it, stands something that is none."""


def decode_path(path: Path, start: Frames = BEGINNING) -> Pieces:
    """As `decode`. Raises OSError if the file cannot be opened."""
    yield from decode(open_file(path), start)


def decode(fd: int, start: Frames = BEGINNING) -> Pieces:
    """The sound of the file behind `fd` from frame `start` on, in pieces of shape (any, CHANNELS). Always closes `fd`.

    Raises Unplayable instead of the first piece if there is no sound, Broken after the last if some of it is missing.
    """
    try:
        yield from _decode_parts(fd, start)
    except OSError as error:
        raise Unplayable(explain(error)) from None
    finally:
        os.close(fd)


def _decode_parts(fd: int, start: Frames) -> Pieces:
    faults: list[BandstandError] = []
    is_playable = False
    for part in find_parts(fd):
        if start:
            part.guess_end()
        try:
            with _Sound(*open_part(fd, part), part) as sound:
                try:
                    yield from sound.pieces(start)
                    sound.check()
                finally:
                    start = Frames(max(0, start - sound.given))
        except (Unplayable, Broken) as error:
            faults.append(error)
            is_playable = is_playable or isinstance(error, Broken)
        else:
            is_playable = True
        if part.junk and is_playable:
            faults.append(HasJunk(f"has {part.junk:,} bytes before its sound that are none"))
    if faults and (not is_playable or len(faults) == 1):
        raise faults[0] if not is_playable or isinstance(faults[0], Broken) else Broken("has a part without sound")
    if faults and all(isinstance(fault, HasJunk) for fault in faults):
        raise HasJunk(f"has bytes that are no sound in {counted(len(faults), 'part')}")
    if faults:
        raise Broken(f"is damaged or incomplete in {counted(len(faults), 'part')}")


class _Sound:
    """One pass through a part, with what is learnt on the way."""

    def __init__(self, container: InputContainer, stream: AudioStream, part: Part) -> None:
        self._container = container
        self._stream = stream
        self._part = part
        self._trim = find_trim(container, stream, part)
        self._mixdown: Mixdown | None = None
        self._faults = 0
        self._limit = self._trim.limit
        self._origin: int | None = None
        self._until = 0
        """Where the packets of FLAC have come to, in the stream's time."""
        self._leading = self._trim.vorbis
        """The next packet is the first, of which nothing is to be heard."""
        self.given = 0
        """Frames of the part's sound up to where it has been decoded."""
        if self._trim.vorbis:
            stream.codec_context.options = {"flags2": "+skip_manual"}
        name = stream.codec_context.name
        self._may_be_nonsense = name.startswith("pcm_f") or name == "wavpack"
        """Its samples are floats as somebody wrote them, so they may be no numbers."""
        if name == "flac":  # whose broken frames are bursts of noise otherwise
            stream.codec_context.options = {"err_detect": "crccheck+explode"}

    def __enter__(self) -> "_Sound":
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    def pieces(self, start: Frames) -> Pieces:
        """The sound from `start` on. If another part follows, the length is counted rather than sought."""
        wanted = start if self._part.is_last else BEGINNING
        try:
            frames, begin = seek_frames(self._container, self._stream, wanted, self._decoded)
        except av.FFmpegError as error:
            raise Broken(f"cannot be played from the middle: {explain(error)}") from None
        self.given, self._faults = begin - self._trim.lead, 0
        for frame in frames:
            for piece in self._mixed(frame):
                yield from self._cut(piece, start)
        for piece in self._flushed():
            yield from self._cut(piece, start)

    def check(self) -> None:
        """Raise Unplayable if nothing could be decoded, Broken if not all could."""
        if self._faults and self.given <= 0:
            raise Unplayable("nothing in the file could be decoded")
        if self._faults > LEAST_FAULTS and self.given < LEAST:
            raise Unplayable("hardly anything in the file could be decoded")
        passed = self._part.passed_over if isinstance(self._part, FramedPart) else []
        if self._faults > len(passed):
            raise Broken(f"is damaged: {counted(self._faults, 'piece')} of it could not be decoded")
        if passed:
            raise HasJunk(f"has {sum(passed):,} bytes in {counted(len(passed), 'place')} that are no sound")
        trim = self._trim
        if isinstance(self._part, OggLink) and self._part.is_ended:
            trim = find_ogg_trim(self._part, self._stream, self._origin)
        if trim.cut_off:
            raise Broken("is incomplete: its end is missing")
        length, reached = trim.promised, self.given / RATE
        if length is None:
            return
        if self._limit is not None:
            length = min(length, Seconds(self._limit / RATE))
        if reached < length - TOLERANCE:
            raise Broken(f"is damaged or incomplete: {reached:.1f} s of {length:.1f} s could be decoded")

    def _decoded(self) -> Iterator[AudioFrame]:
        for packet in self._packets():
            self._learn_limit(packet)
            yield from self._frames(packet)

    def _packets(self) -> "Iterator[Packet[AudioStream]]":
        """All packets; behind something broken, those that follow it."""
        attempts = ATTEMPTS
        self._until = 0
        while attempts:
            try:
                for packet in self._container.demux(self._stream):
                    attempts = ATTEMPTS
                    if isinstance(self._part, FlacPart) and self._is_beyond(packet, self._part):
                        return
                    yield packet
                return
            except av.InvalidDataError:
                self._faults += attempts == ATTEMPTS
                attempts -= 1
            except av.FFmpegError:
                self._faults += 1
                return

    def _is_beyond(self, packet: "Packet[AudioStream]", part: FlacPart) -> bool:
        """Whether a packet of FLAC belongs to another file, which follows: the first is over, or time begins anew."""
        if packet.pts is None or packet.pos is None:
            return False
        if packet.pts < self._until or (self._stream.duration and packet.pts >= self._stream.duration):
            return True
        self._until = packet.pts + (packet.duration or 0)
        part.reached = max(part.reached, part.begin + packet.pos)
        return False

    def _frames(self, packet: "Packet[AudioStream]") -> list[AudioFrame]:
        leading, self._leading = self._leading, False
        try:
            frames = packet.decode()
        except av.FFmpegError:
            self._faults += 1
            return []
        return [] if leading else frames

    def _mixed(self, frame: AudioFrame) -> list[Samples]:
        """`frame` in stereo at `RATE`; a stream may change its rate and channels on the way."""
        ready = []
        if self._may_be_nonsense and frame.format.name[:3] in ("flt", "dbl"):
            frame, is_changed = replace_nonsense(frame)
            self._faults += is_changed
        if self._mixdown is None or not self._mixdown.is_for(frame):
            ready = self._flushed()
            self._mixdown = Mixdown(frame, LARGEST)
        return ready + self._without_bursts(self._mixdown.push(frame))

    def _flushed(self) -> list[Samples]:
        return self._without_bursts(self._mixdown.flush()) if self._mixdown else []

    def _without_bursts(self, pieces: list[Samples]) -> list[Samples]:
        """`pieces` with silence in place of what a decoder made of a broken frame and is no music."""
        if not self._may_be_nonsense:
            self._faults += sum(map(mute_burst, pieces))
        return pieces

    def _cut(self, piece: Samples, start: Frames) -> Iterator[Samples]:
        """What of `piece` lies between `start` and the sound's end, if anything does."""
        if self._limit is not None:
            piece = piece[: max(0, self._limit - self.given)]
        before = max(0, start - self.given)
        self.given += len(piece)
        if before < len(piece):
            yield piece[before:]

    def _learn_limit(self, packet: "Packet[AudioStream]") -> None:
        """Where the sound ends: Ogg's last page says it, in MP4 the last packet's duration. libavcodec gives more."""
        if packet.pts is None:
            return
        if self._origin is None:
            self._origin = max(0, packet.pts)
        if self._trim.vorbis and self._limit is None and isinstance(self._part, OggLink) and self._part.has_last_page:
            self._part.find_end()
            self._limit = find_ogg_trim(self._part, self._stream, self._origin).limit
        elif self._container.format.name == MP4 and packet.duration and "iTunSMPB" not in self._container.metadata:
            end = (packet.pts + packet.duration - self._origin) * packet.time_base
            self._limit = max(self._limit or 0, round(end * RATE))
