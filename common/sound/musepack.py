"""Musepack's stream version 8, of which FFmpeg reads the packets, but neither the length nor the delay.

A file is `MPCK` and packets: two letters, a length that counts both, and what is in it. Source: its authors'
description (SV8 specification).
"""

import os
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from bandstand.common.sound.part import Part

MUSEPACK: Final = "mpc8"
"""FFmpeg's name of the format."""
DELAY: Final = 481
"""Samples that a decoder gives before the sound."""
KEY: Final = re.compile(rb"[A-Z]{2}.", re.DOTALL)
LAST: Final = b"SE"
MARK: Final = b"MPCK"
HEAD: Final = re.compile(rb"MPCKSH[\0-\x7f].{5}", re.DOTALL)
RATES: Final = (44_100, 48_000, 37_800, 32_000)
LONGEST_NUMBER: Final = 10


class Head(NamedTuple):
    """What the first packet says of the sound; without one it is empty."""

    samples: int = 0
    silence: int = 0
    """Samples at the beginning that are not to be heard."""
    rate: int = RATES[0]

    @property
    def seconds(self) -> float:
        return (self.samples - self.silence) / self.rate


def read_musepack(part: Part) -> Head:
    data = part.read_at(0, 64)
    found = HEAD.match(data)
    if not found:
        return Head()
    samples, at = _read_number(data, found.end())
    silence, at = _read_number(data, at)
    return Head(samples, silence, RATES[data[at] >> 5 & 3])


def list_packets(fd: int, begin: int) -> Iterator[int]:
    """Where the packets begin, and where the last one ends."""
    at = begin + len(MARK)
    yield at
    while (data := os.pread(fd, 2 + LONGEST_NUMBER, at)) and KEY.match(data):
        length, head = _read_number(data, 2)
        if length < head:
            return
        at += length
        yield at
        if data.startswith(LAST):
            return


def _read_number(data: bytes, at: int) -> tuple[int, int]:
    """The number at `at`, and where it ends: seven bits in each byte, the highest first; the last has no eighth."""
    number = 0
    for byte in data[at : at + LONGEST_NUMBER]:
        number, at = number << 7 | byte & 0x7F, at + 1
        if not byte & 0x80:
            break
    return number, at
