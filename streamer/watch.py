"""Whether Icecast passes a mount's sound on: what follows from its own figures, and from none.

Pure: no thread, no clock, no network. A socket takes sound for minutes after the server has stopped reading it, so the
sending side alone would never know.
"""

from dataclasses import dataclass
from typing import Final

PATIENCE: Final = 8.0
"""Seconds without a sign that the sound arrives. Icecast brings its figures up to date every five."""
MOST_PATIENCE: Final = 60.0
SETTLED: Final = 4.5
"""Seconds after a change in which another is not to be expected."""
PACE: Final = 1.0
"""Seconds between two looks otherwise."""
SWALLOWED: Final = "Icecast takes the sound but does not pass it on"
SPEECHLESS: Final = "Icecast does not answer any more"


@dataclass
class Watch:
    """One mount as it is watched. The output's thread calls `begin`, `end`, `verdict` and `take_again`, the lookout's
    the rest; neither waits for the other, and a look that crosses a change of connection does no harm."""

    path: str
    on_air: bool = False
    again: bool = False
    """Icecast answers again since the last attempt to reach it."""
    _proof: float = 0.0
    _figure: int | None = None
    _moved: bool = False
    """The figure has changed before, so the next time it does a whole interval of the server's has passed."""
    _answered: bool = True
    _patience: float = PATIENCE
    _next_look: float = 0.0

    def begin(self, now: float) -> None:
        """The mount came on the air."""
        self._proof, self._figure, self._moved, self._answered = now, None, False, True
        self._next_look = now + PACE
        self.on_air, self.again = True, False

    def end(self) -> None:
        self.on_air = False

    def take_again(self) -> bool:
        again, self.again = self.again, False
        return again

    def verdict(self, now: float) -> str:
        """Why the connection is to be given up, or an empty text.

        Who is wrong about it must not be so at every turn: a server whose figures move more slowly than Icecast's is
        given twice the time after each verdict.
        """
        if not self.on_air or now - self._proof < self._patience:
            return ""
        self._patience = min(MOST_PATIENCE, 2 * self._patience)
        return SWALLOWED if self._answered else SPEECHLESS

    def due(self, now: float) -> bool:
        return self.on_air and now >= self._next_look

    def saw(self, figure: int | None, now: float) -> None:
        """Icecast answered: so many bytes of the mount have arrived there, or None where it does not say.

        A server that never says is believed.
        """
        self._answered = True
        self._next_look = now + PACE
        if figure is None and self._figure is None:
            self._proof = now
        elif figure is not None and figure != self._figure:
            if self._moved:
                self._patience = min(MOST_PATIENCE, max(PATIENCE, 1.5 * (now - self._proof)))
            if self._figure is not None:
                self._moved = True
                self._next_look = now + SETTLED
            self._figure, self._proof = figure, now

    def saw_nothing(self, now: float) -> None:
        """Icecast did not answer."""
        self._answered = False
        self._next_look = now + PACE
