"""Two WAVs one behind the other on standard output, the second at another rate, as a script of two commands writes them."""

import math
import struct
import sys


def wav(seconds, rate, channels):
    data = b"".join(
        struct.pack("<h", int(6000 * math.sin(2 * math.pi * 440 * n / rate))) * channels
        for n in range(int(seconds * rate))
    )
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + len(data),
        b"WAVE",
        b"fmt ",
        16,
        1,
        channels,
        rate,
        rate * channels * 2,
        channels * 2,
        16,
        b"data",
        len(data),
    )
    return head + data


sys.stdout.buffer.write(wav(3, 48000, 2) + wav(3, int(sys.argv[1]) if len(sys.argv) > 1 else 24000, 1))
