"""Sound that comes from outside: one reading of audio files for every process, with one tolerance.

What the streamer plays, the import takes, and measuring, comparing and generators' files hear the same samples.

    tags.py        title and artist         decode.py   the sound of a file, part after part
    outer_tags.py  where tags stand         mixdown.py  any channels at any rate -> stereo at RATE
    parts.py       where its parts lie      gapless_trim.py, seek.py  exact to the sample
    container.py   FFmpeg's view of a part
"""

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Shape (frames, CHANNELS), full scale at 1.0, `common.types.RATE` frames a second."""

Pieces = Generator[Samples, None, None]
"""Sound in order, in pieces of any length."""
