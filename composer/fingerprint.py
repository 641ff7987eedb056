"""Chromaprint's fingerprint of a sound, by Debian's libchromaprint through ctypes: the same recording in another
encoding has nearly the same one.

This is what the program `fpcalc` computes; but that would decode the file a second time, and the library is there
wherever FFmpeg is. Where it is missing, there are no fingerprints, and nothing else is missed.
"""

import ctypes
from functools import cache
from typing import Final

import numpy as np

from bandstand.common.types import CHANNELS, RATE, Frames
from bandstand.composer.audio import Samples

LENGTH: Final = Frames(60 * RATE)
"""Of the sound's beginning, which is listened to."""
SHORTEST: Final = 24
"""Different values, below which a fingerprint tells nothing: of a few seconds, or of one tone."""
ALGORITHM: Final = 1
"""CHROMAPRINT_ALGORITHM_TEST2, the default of `fpcalc`."""


@cache
def _load_library() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL("libchromaprint.so.1")
    except OSError:
        return None
    context, values = ctypes.c_void_p, ctypes.POINTER(ctypes.POINTER(ctypes.c_uint32))
    library.chromaprint_new.restype = context
    library.chromaprint_new.argtypes = [ctypes.c_int]
    library.chromaprint_start.argtypes = [context, ctypes.c_int, ctypes.c_int]
    library.chromaprint_feed.argtypes = [context, ctypes.c_void_p, ctypes.c_int]
    library.chromaprint_finish.argtypes = [context]
    library.chromaprint_get_raw_fingerprint.argtypes = [context, values, ctypes.POINTER(ctypes.c_int)]
    library.chromaprint_dealloc.argtypes = [ctypes.c_void_p]
    library.chromaprint_free.argtypes = [context]
    return library


class Fingerprinter:
    """Listens to the beginning of a sound, block by block."""

    def __init__(self) -> None:
        self._library = _load_library()
        self._context = None
        self._left = int(LENGTH)
        if self._library is not None:
            self._context = self._library.chromaprint_new(ALGORITHM)
            self._library.chromaprint_start(self._context, RATE, CHANNELS)

    def push(self, samples: Samples) -> None:
        """The next 16-bit samples, of shape (frames, CHANNELS)."""
        if self._library is None or not self._left:
            return
        taken = np.ascontiguousarray(samples[: self._left], dtype=np.int16)
        self._left -= len(taken)
        self._library.chromaprint_feed(self._context, taken.ctypes.data, taken.size)

    def finish(self) -> tuple[int, ...]:
        """The fingerprint; empty where it would tell nothing. Nothing can be pushed after it."""
        if self._library is None:
            return ()
        values, size = ctypes.POINTER(ctypes.c_uint32)(), ctypes.c_int(0)
        self._library.chromaprint_finish(self._context)
        is_there = self._library.chromaprint_get_raw_fingerprint(self._context, values, size)
        found = tuple(values[: size.value]) if is_there else ()
        if is_there:
            self._library.chromaprint_dealloc(values)
        self._library.chromaprint_free(self._context)
        self._library, self._context = None, None
        return found if len(set(found)) >= SHORTEST else ()
