"""The unit in which sound is made: a fixed number of frames, so that nothing depends on how sound is cut."""

from typing import Final

import numpy as np
import numpy.typing as npt

Block = npt.NDArray[np.float32]
"""Frames in rows, left and right in columns; full scale at 1.0."""

BLOCK: Final = 4800
"""Frames in a block: 100 ms. A multiple of FluidSynth's 64."""
