"""A mono tone at -6 dBFS, at the rate of the first argument."""

import math
import struct
import sys

rate = int(sys.argv[1])
data = b"".join(struct.pack("<h", int(16384 * math.sin(2 * math.pi * 440 * n / rate))) for n in range(rate * 5))
sys.stdout.buffer.write(
    struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + len(data),
        b"WAVE",
        b"fmt ",
        16,
        1,
        1,
        rate,
        rate * 2,
        2,
        16,
        b"data",
        len(data),
    )
    + data
)
