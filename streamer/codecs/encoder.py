"""The encoder of a mount, and how it avoids the work of encoding silence.

A frame of a codec without bit reservoir stands by itself, so a frame of silence that was encoded once can be sent again
and again. While it is, the encoder is simply not fed: it holds silence inside, and leaving out whole frames of silence
changes nothing of what it holds. So a song after an hour of silence is encoded just as after a second of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from random import Random
from typing import Protocol

import numpy as np

from bandstand.common.types import CHANNELS, RATE, Frames
from bandstand.streamer.block import Samples
from bandstand.streamer.codecs.containers import Comments, Container
from bandstand.streamer.silence import Silence

DITHER_LEVEL = 2.0**-16
"""Peak of the noise that stands for silence: half a step of 16 bits, below hearing, yet not digital silence."""
SILENT_PACKETS = 25


class Codec(Protocol):
    """Turns frames of sound into packets, keeping what does not fill one."""

    frame: Frames
    """Frames of sound in one packet."""
    memory: Frames
    """Frames of silence after which nothing that was fed before is left inside."""
    pre_skip: int
    """Samples that a decoder is told to drop at the start of a stream; 0 where the format has no such thing."""
    run_up: Frames
    """Frames of earlier sound with which a stream that continues another begins; the decoder drops them (RFC 7845,
    section 4.6)."""

    def packets(self, samples: Samples) -> list[bytes]:
        """Encode samples of shape (any, CHANNELS), float32 from -1 to 1; the packets that are full by now."""

    def finish(self, after: Samples) -> list[bytes]:
        """The last packets, with what the codec still holds.

        `after`, of shape (any, CHANNELS), is the sound that comes next, for a codec that looks ahead.
        """

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class StreamPlace:
    """A place in a logical stream."""

    serial: int
    granule: int
    """The samples of the stream before it as they are decoded, with those that a decoder drops at the start."""


class Encoder:
    """One connection's encoding: sound in, bytes out. Not thread-safe."""

    def __init__(
        self,
        codec: Callable[[], Codec],
        container: Callable[[int, int, Comments], Container],
        silence: Callable[[Codec], list[bytes]],
    ) -> None:
        """`container` makes one for a logical stream from the codec's `frame` and `pre_skip`."""
        self._new_codec = codec
        self._new_container = container
        self._codec = codec()
        self._container = container(self._codec.frame, self._codec.pre_skip, ())
        self.silence = silence(self._codec)
        self._silence_packets = cycle(self.silence)
        self._silent: int = self._codec.memory
        self._left_out = 0
        self._frames = 0
        """Of sound, since the logical stream began."""
        self._lead = self._codec.pre_skip
        """Samples of the logical stream before the first of those."""
        self._quiet = dither(self._codec.run_up)
        self._recent = self._quiet
        self._next_comments: Comments | None = None

    def standby_silence(self, format: str) -> Silence:
        """The encoded silence, for the standby, which has no encoder."""
        return Silence(format, self._codec.frame, self._codec.pre_skip, self.silence)

    def header(self, comments: Comments = ()) -> bytes:
        """Begin a new stream, and return the bytes that it begins with."""
        self._container = self._new_container(self._codec.frame, self._codec.pre_skip, comments)
        self._frames = 0
        self._lead = self._codec.pre_skip
        return self._container.header()

    def find_place(self, ago: int) -> StreamPlace:
        """Where in its stream the sound is that came in `ago` frames ago."""
        return StreamPlace(self._container.serial, self._lead + self._frames - ago)

    def begin_next_stream(self, comments: Comments) -> None:
        """End the logical stream after exactly the samples that came in, and go on in another one.

        The joint itself is made with the next sound: so the old stream ends, and the new one begins, in the middle of
        it, as RFC 7845 section 4.2 advises, and whoever decodes both hears no seam.
        """
        self._next_comments = comments

    def _encode_joint(self, comments: Comments, after: Samples) -> bytes:
        codec, self._next_comments = self._codec, None
        data = self._container.end(codec.packets(dither(self._left_out)) + codec.finish(after), self._frames)
        codec.close()
        self._codec = codec = self._new_codec()
        fill_with_silence(codec)
        self._silent = self._left_out = self._frames = 0
        self._lead = codec.pre_skip + codec.run_up
        self._container = self._new_container(codec.frame, self._lead, comments)
        return data + self._container.header() + self._container.pack(codec.packets(self._recent))

    def encode(self, samples: Samples) -> bytes:
        """Samples of shape (any, CHANNELS) in, whole packets out; b"" while none is full."""
        joint = b"" if self._next_comments is None else self._encode_joint(self._next_comments, samples)
        packets = self._codec.packets(dither(self._left_out)) if self._left_out else []
        self._left_out = 0
        self._silent = 0
        self._frames += len(samples)
        self._remember(samples)
        return joint + self._container.pack(packets + self._codec.packets(samples))

    def encode_silence(self, frames: int) -> bytes:
        """As `encode`, for silence: it is really encoded only until the sound before it is out of the codec."""
        joint = b"" if self._next_comments is None else self._encode_joint(self._next_comments, self._quiet)
        packets: list[bytes] = []
        sounding = min(frames, max(0, self._codec.memory - self._silent))
        if sounding:
            packets += self._codec.packets(dither(sounding))
            self._silent += sounding
        self._left_out += frames - sounding
        self._frames += frames
        whole, self._left_out = divmod(self._left_out, self._codec.frame)
        packets += [next(self._silence_packets) for _ in range(whole)]
        self._remember(self._quiet[:frames])
        return joint + self._container.pack(packets)

    def _remember(self, samples: Samples) -> None:
        if self._codec.run_up:
            self._recent = np.concatenate((self._recent, samples))[-self._codec.run_up :]

    def close(self) -> None:
        self._codec.close()


def fill_with_silence(codec: Codec) -> None:
    """Fill a fresh codec with silence, such that it has just given a packet: with every `codec.frame` frames from now
    on it gives another at once."""
    codec.packets(dither(codec.memory))
    while not codec.packets(dither(32)):
        pass


def silent_packets(codec: Codec) -> list[bytes]:
    """Encoded silence from a primed codec, which then holds silence."""
    fill_with_silence(codec)
    return codec.packets(dither(SILENT_PACKETS * codec.frame))


def dither(frames: int) -> Samples:
    """Triangular noise at `DITHER_LEVEL`: the same second of it over and over, since nobody hears it."""
    return np.resize(_noise(), (frames, CHANNELS))


@cache
def _noise() -> Samples:
    """From the standard library's chance: NumPy's would cost 2.5 MiB that most streamers need for nothing else."""
    numbers = np.frombuffer(Random(0).randbytes(4 * RATE * CHANNELS), np.uint16).astype(np.float32)
    numbers = numbers.reshape(2, RATE, CHANNELS) * np.float32(DITHER_LEVEL / 2**16)
    noise: Samples = numbers[0] - numbers[1]
    return noise
