"""Debian's libopus through ctypes: hard constant bit rate, packets of 20 ms. Source: opus_defines.h of libopus 1.3.

The low-delay application is CELT alone, 4 ms quicker and without changes of mode. CELT predicts the energy of its bands
from the packet before; measured on noise, a first packet after silence that was sent without being encoded (see
`encoder.Encoder`) is wrong by 0.2 dB.
"""

import ctypes
from functools import cache

import numpy as np

from bandstand.common.errors import Missing
from bandstand.common.types import CHANNELS, RATE, Frames
from bandstand.streamer.block import Samples, zeros

FRAME = Frames(RATE // 50)
MEMORY = Frames(4 * FRAME)
"""The encoder looks 120 samples ahead and its filters are short; four packets are ample."""
RUN_UP = Frames(4 * FRAME)
"""80 ms, RFC 7845 section 4.6."""
RESTRICTED_LOWDELAY = 2051
SET_BITRATE, SET_VBR, SET_COMPLEXITY, GET_LOOKAHEAD = 4002, 4006, 4010, 4027
COMPLEXITY = 10
LONGEST_PACKET = 1275


@cache
def load_library() -> ctypes.CDLL:
    """Load the shared library and declare its prototypes. Raises Missing."""
    try:
        opus = ctypes.CDLL("libopus.so.0")
    except OSError:
        raise Missing("the Opus encoder is not installed; install the package libopus0") from None
    handle, number, address = ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
    opus.opus_encoder_create.restype = handle
    opus.opus_encoder_create.argtypes = [ctypes.c_int32, number, number, address]
    opus.opus_encoder_destroy.argtypes = [handle]
    opus.opus_encoder_destroy.restype = None
    opus.opus_encode_float.argtypes = [handle, address, number, address, ctypes.c_int32]
    opus.opus_encode_float.restype = ctypes.c_int32
    opus.opus_encoder_ctl.argtypes = [handle, number]  # the rest is variadic
    return opus


class Opus:
    """A `Codec`. `bitrate` in kbit/s; every packet has the same size."""

    frame = FRAME
    memory = MEMORY
    run_up = RUN_UP

    def __init__(self, bitrate: int) -> None:
        self._opus = load_library()
        error = ctypes.c_int()
        self._handle: int | None = self._opus.opus_encoder_create(
            RATE, CHANNELS, RESTRICTED_LOWDELAY, ctypes.addressof(error)
        )
        if not self._handle:
            raise RuntimeError(f"libopus failed with {error.value}")
        for request, value in ((SET_BITRATE, bitrate * 1000), (SET_VBR, 0), (SET_COMPLEXITY, COMPLEXITY)):
            self._opus.opus_encoder_ctl(self._handle, request, ctypes.c_int32(value))
        lookahead = ctypes.c_int32()
        self._opus.opus_encoder_ctl(self._handle, GET_LOOKAHEAD, ctypes.byref(lookahead))
        self.pre_skip = lookahead.value  # RFC 7845 section 4.2
        self._size = min(LONGEST_PACKET, bitrate * 1000 // 8 * FRAME // RATE)
        self._held = zeros(0)
        self._out = ctypes.create_string_buffer(LONGEST_PACKET)

    def packets(self, samples: Samples) -> list[bytes]:
        """Encode samples of shape (any, CHANNELS); one packet for each whole `FRAME`, the rest is kept."""
        data = np.concatenate((self._held, samples)) if len(self._held) else samples
        whole = len(data) // FRAME * FRAME
        self._held = data[whole:].copy()
        return [self._packet(data[at : at + FRAME]) for at in range(0, whole, FRAME)]

    def finish(self, after: Samples) -> list[bytes]:
        """Encode what is left, then the beginning of `after`, up to a whole packet past the encoder's delay."""
        missing = self.pre_skip + -(len(self._held) + self.pre_skip) % FRAME
        return self.packets(np.concatenate((after, zeros(missing)))[:missing])

    def _packet(self, samples: Samples) -> bytes:
        data = np.ascontiguousarray(samples, dtype=np.float32)
        size = self._opus.opus_encode_float(self._handle, data.ctypes.data, FRAME, self._out, self._size)
        if size < 0:
            raise RuntimeError(f"libopus failed with {size}")
        return ctypes.string_at(self._out, size)

    def close(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            self._opus.opus_encoder_destroy(handle)
