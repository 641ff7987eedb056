"""The thread that looks after all mounts at their Icecast: asks for their figures, and whether it answers again.

One small request for a mount every few seconds; while a mount is off the air, one every second in all. Knows neither
sound nor connections. What follows from the answers is `streamer.watch`.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Final

from common.types import Seconds
from streamer.watch import PACE, Watch

TICK: Final = Seconds(0.25)


class Lookout:
    def __init__(
        self,
        watches: Sequence[Watch],
        ask: Callable[[str], int | None],
        knock: Callable[[], None],
        clock: Callable[[], float],
    ) -> None:
        """`ask` has Icecast's figure for a mount (see `Watch.saw`); it and `knock` raise OSError without an answer."""
        self._watches = watches
        self._ask = ask
        self._knock = knock
        self._clock = clock
        self._answers = True
        self._next_knock = clock()
        self._stopped = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="lookout", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(TICK):
            self.look()

    def look(self) -> None:
        """Ask what is due. After no answer nobody else is asked about."""
        now = self._clock()
        due = [watch for watch in self._watches if watch.due(now)]
        try:
            for watch in due:
                watch.saw(self._ask(watch.path), self._clock())
                self._answered()
            if not due and now >= self._next_knock and not all(watch.on_air for watch in self._watches):
                self._next_knock = now + PACE
                self._knock()
                self._answered()
        except OSError:
            self._answers = False
            for watch in self._watches:
                watch.saw_nothing(self._clock())

    def _answered(self) -> None:
        if not self._answers:
            self._answers = True
            for watch in self._watches:
                watch.again = not watch.on_air
