"""Measures how loud the programs and drums of soundfonts are, and writes composer/levels.

    python bench/levels.py [FILE ...]

Without a file, Debian's soundfonts that are installed. Prints how far each is from the reference.
"""

import statistics
import sys
import time
from pathlib import Path

import msgspec

from bandstand.common.instruments import INSTRUMENTS
from bandstand.composer.fluid import SOUNDFONTS, make_dry_synth
from bandstand.composer.soundfont_levels import (
    DRUMS,
    FOLDER,
    REFERENCE,
    correct_drum,
    correct_program,
    hash_file,
    measure_levels,
)


def main() -> None:
    paths = [Path(name) for name in sys.argv[1:] or SOUNDFONTS if Path(name).is_file() and not Path(name).is_symlink()]
    for path in sorted(paths, key=lambda path: path.stem != REFERENCE):  # the reference first
        began = time.perf_counter()
        levels = measure_levels(path, make_dry_synth, hash_file(path))
        target = FOLDER / f"{path.stem}.json"
        target.write_bytes(msgspec.json.format(msgspec.json.encode(levels), indent=0).replace(b",\n", b", ") + b"\n")
        programs = [correct_program(levels, program) for program in range(128)]
        drums = [correct_drum(levels, 0, drum) for drum in DRUMS]
        far = max(range(128), key=lambda program: abs(programs[program]))
        print(
            f"{path.name}: measured in {time.perf_counter() - began:.1f} s; corrections of programs"
            f" {min(programs):+.1f} to {max(programs):+.1f} dB (mean {statistics.mean(map(abs, programs)):.1f},"
            f" farthest {INSTRUMENTS[far]}), of drums {min(drums):+.1f} to {max(drums):+.1f} dB"
        )


if __name__ == "__main__":
    main()
