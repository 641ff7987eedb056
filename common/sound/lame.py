"""Debian's libmp3lame through ctypes: constant bit rate, no bit reservoir, float input in pieces of any size.

The reservoir holds frames back for 50 ms and ties them together; without it every frame stands by itself.
Source: lame.h of LAME 3.100.
"""

import ctypes
from functools import cache

import numpy as np

from bandstand.common.errors import ConfigError, Missing
from bandstand.common.sound import Samples
from bandstand.common.types import CHANNELS, RATE, Frames

QUALITY = 5
FRAME = Frames(1152)
MEMORY = Frames(4 * FRAME)
"""LAME delays by 1,105 samples (ENCDELAY 576 in its encoder.h, and 529 of the decoder) and looks one frame ahead, so
after four frames of silence nothing of the sound is left inside."""
BITRATES = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
"""kbit/s of MPEG-1 layer III, ISO 11172-3; LAME would take the nearest without a word."""
JOINT_STEREO = 1
SETTINGS = (
    ("in_samplerate", RATE),
    ("out_samplerate", RATE),
    ("num_channels", CHANNELS),
    ("mode", JOINT_STEREO),
    ("quality", QUALITY),
    ("disable_reservoir", 1),
    ("bWriteVbrTag", 0),
    ("write_id3tag_automatic", 0),
)


@cache
def load_library() -> ctypes.CDLL:
    """Load the shared library and declare its prototypes. Raises Missing."""
    try:
        lame = ctypes.CDLL("libmp3lame.so.0")
    except OSError:
        raise Missing("the MP3 encoder is not installed; install the package libmp3lame0") from None
    handle = ctypes.c_void_p
    lame.lame_init.restype = handle
    for name in ("brate", *(name for name, _ in SETTINGS)):
        getattr(lame, f"lame_set_{name}").argtypes = [handle, ctypes.c_int]
    lame.lame_init_params.argtypes = [handle]
    lame.lame_close.argtypes = [handle]
    lame.lame_encode_buffer_interleaved_ieee_float.argtypes = [
        handle,
        ctypes.c_void_p,
        ctypes.c_int,
        ctypes.c_void_p,
        ctypes.c_int,
    ]
    return lame


class Lame:
    """A `Codec`: MPEG-1 layer III frames of 1,152 samples at `RATE`.

    `bitrate` in kbit/s; raises ConfigError for one that MP3 does not have.
    """

    frame = FRAME
    memory = MEMORY
    pre_skip = 0
    run_up = Frames(0)

    def __init__(self, bitrate: int) -> None:
        if bitrate not in BITRATES:
            raise ConfigError(f"mounts: MP3 has no bit rate of {bitrate}; it has {', '.join(map(str, BITRATES))}")
        self._lame = load_library()
        self._handle: int | None = self._lame.lame_init()
        for name, value in (*SETTINGS, ("brate", bitrate)):
            getattr(self._lame, f"lame_set_{name}")(self._handle, value)
        if self._lame.lame_init_params(self._handle) < 0:
            self.close()
            raise RuntimeError(f"LAME refuses its settings at {bitrate} kbit/s")
        self._size = bitrate * 1000 // 8 * FRAME // RATE
        self._held = b""
        self._out = ctypes.create_string_buffer(0)
        """Grows as needed: to make one for each call costs more than all else here but the encoding."""

    def packets(self, samples: Samples) -> list[bytes]:
        """Encode samples of shape (any, CHANNELS) into whole frames of one size: no padding at 48 kHz."""
        data = samples.astype(np.float32, copy=False).tobytes()
        bound = len(samples) * 5 // 4 + 7200  # as lame.h gives it
        if len(self._out) < bound:
            self._out = ctypes.create_string_buffer(bound)
        written = self._lame.lame_encode_buffer_interleaved_ieee_float(
            self._handle, data, len(samples), self._out, len(self._out)
        )
        if written < 0:
            raise RuntimeError(f"LAME failed with {written}")
        encoded = self._held + ctypes.string_at(self._out, written)
        whole = len(encoded) // self._size * self._size
        self._held = encoded[whole:]
        return [encoded[at : at + self._size] for at in range(0, whole, self._size)]

    def finish(self, after: Samples) -> list[bytes]:
        """Push out what LAME holds with silence. MP3 has no end of its own, so `after` is not needed."""
        return self.packets(np.zeros((MEMORY, CHANNELS), np.float32))

    def close(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            self._lame.lame_close(handle)
