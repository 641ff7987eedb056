"""A sine wave as WAV on standard output: the shortest generator there is. Try it: python3 sine.py > sine.wav"""

import math
import os
import struct
import sys

RATE = 48000
hertz = float(os.environ.get("BANDSTAND_HERTZ", 440))
seconds = float(os.environ.get("BANDSTAND_DURATION", 10))

out = sys.stdout.buffer
form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16)
out.write(b"RIFF\xff\xff\xff\xffWAVE" + form + b"data\xff\xff\xff\xff")  # how long it will be need not be known
for n in range(round(seconds * RATE)):
    out.write(struct.pack("<h", round(8000 * math.sin(2 * math.pi * hertz * n / RATE))))
