"""The pace of a song that is heard while it is made: it must stay ahead of the ear, on a busy machine too.

A worker gives way to everything else (`common.priority`), and on a busy machine it may get a tenth of a core, which is
less than the song needs: it would be heard in pieces. So from the job on, and whenever little of the song is ahead of
the ear, the worker's session takes its fair share, which costs some seconds of processor time for each song. Once
enough is ahead it gives way again. Only a kernel that shares the processor by sessions lets a session be less nice
again; elsewhere nothing changes.

Knows neither the song nor who hears it: the ear is taken to begin with the first frame that is written.
"""

from collections.abc import Callable
from typing import Final

from bandstand.common.types import RATE, Frames, Seconds

SHORT: Final = Seconds(15.0)
"""With less than this ahead of the ear the worker hurries..."""
AMPLE: Final = Seconds(30.0)
"""... until this is ahead: then all that takes long in one piece, such as the measuring of the song, is behind it."""


class Pace:
    """Told of what is written, it says when to hurry."""

    def __init__(self, clock: Callable[[], float], set_hurry: Callable[[bool], bool]) -> None:
        """`clock` counts seconds and is monotonic. `set_hurry` returns False where it has to be called again."""
        self._clock = clock
        self._set_hurry = set_hurry
        self._is_hurrying = False
        self._began: float | None = None

    def begin(self) -> None:
        """There is a job, and somebody may wait for its first sound."""
        self._change(True)

    def note_written(self, frames: Frames) -> None:
        """So many frames of the song are there now."""
        now = self._clock()
        if self._began is None:
            self._began = now
        ahead = frames / RATE - (now - self._began)
        if ahead < SHORT:
            self._change(True)
        elif ahead > AMPLE:
            self._change(False)

    def end(self) -> None:
        """What is left to do is heard by nobody, or goes at the pace of the air."""
        self._change(False)

    def _change(self, is_hurrying: bool) -> None:
        if is_hurrying != self._is_hurrying and self._set_hurry(is_hurrying):
            self._is_hurrying = is_hurrying
