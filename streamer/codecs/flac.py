"""FLAC through PyAV: frames of 24 ms of 16 bits, each out as soon as it is full.

Samples that are whole steps of 16 bits leave as they came, bit for bit; others are dithered (triangular, one step).
"""

from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from bandstand.common.config import LOSSLESS
from bandstand.common.types import CHANNELS, RATE, Frames
from bandstand.streamer.block import Samples, zeros
from bandstand.streamer.codecs.flacframe import make_verbatim_frame

FRAME: Final = Frames(1152)
FULL_SCALE: Final = 32768
STORED: Final = FRAME * CHANNELS * 2
"""Bytes of a frame that is not compressed."""


class Flac:
    """A `Codec` without delay. Its frames are numbered from 0; the container numbers them anew."""

    frame = FRAME
    memory = FRAME
    pre_skip = 0
    run_up = Frames(0)

    def __init__(self) -> None:
        context = av.CodecContext.create("flac", "w")
        assert isinstance(context, AudioCodecContext)
        context.sample_rate = RATE
        context.layout = "stereo"
        context.format = "s16"
        context.time_base = Fraction(1, RATE)
        context.thread_count = 1
        context.options = {"frame_size": str(FRAME)}
        self._context = context
        self._held = zeros(0)
        self._chance = np.random.default_rng(0)

    def packets(self, samples: Samples) -> list[bytes]:
        data = np.concatenate((self._held, samples)) if len(self._held) else samples
        whole = len(data) // FRAME * FRAME
        self._held = data[whole:].copy()
        return [packet for at in range(0, whole, FRAME) for packet in self._encoded(data[at : at + FRAME])]

    def finish(self, after: Samples) -> list[bytes]:
        last = self._encoded(self._held) if len(self._held) else []
        self._held = zeros(0)
        return last + [bytes(packet) for packet in self._context.encode(None) if packet.size]

    def _encoded(self, samples: Samples) -> list[bytes]:
        frame = av.AudioFrame.from_ndarray(quantise(samples, self._chance).reshape(1, -1), format="s16")
        frame.sample_rate = RATE
        return [bytes(packet) for packet in self._context.encode(frame)]

    def close(self) -> None:
        """Nothing to do: the codec's memory is freed with this object."""


def quantise(samples: Samples, chance: "np.random.Generator") -> NDArray[np.int16]:
    """Round to steps of 16 bits, with triangular noise of one step unless all samples are whole steps already.

    float32 (frames, 2) in, int16 of the same shape out.
    """
    scaled = samples * np.float32(FULL_SCALE)
    nearest = np.rint(scaled)
    if not np.array_equal(nearest, scaled):
        nearest = np.rint(scaled + chance.random(samples.shape, np.float32) - chance.random(samples.shape, np.float32))
    steps: NDArray[np.int16] = np.clip(nearest, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    return steps


def make_silent_frames(number: int) -> list[bytes]:
    """Frames of noise of one step of 16 bits in either direction, at the bit rate that a song has (`LOSSLESS`).

    Compressed, such noise takes a fifth of that. Icecast's burst counts bytes, so a listener who joins in silence would
    be given five times as much of it. So some frames are stored without compression, as many as the bit rate needs.
    """
    chance = np.random.default_rng(0)
    codec = Flac()
    made: list[bytes] = []
    owed = 0.0
    for _ in range(number):
        steps = np.rint(chance.triangular(-1, 0, 1, (FRAME, CHANNELS))).astype(">i2")
        owed += LOSSLESS * 125 * FRAME / RATE
        if owed > STORED / 2:
            made.append(make_verbatim_frame((steps[:, 0].tobytes(), steps[:, 1].tobytes())))
        else:
            made += codec.packets(steps.astype(np.float32) / np.float32(FULL_SCALE))
        owed -= len(made[-1])
    return made
