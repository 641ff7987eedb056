"""Reserves 10 GiB of addresses and uses none of them, as the JVM and WebAssembly do, and says so as they do."""

import mmap
import sys

try:
    mmap.mmap(-1, 10 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, prot=0)
except (OSError, MemoryError):
    sys.exit("Error: Could not reserve enough space for object heap")
import runpy

runpy.run_path(__file__.replace("reserves", "twice"), run_name="__main__")
