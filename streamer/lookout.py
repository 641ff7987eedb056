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
    def __init__(self, watches: Sequence[Watch], ask: Callable[[str], int | None], clock: Callable[[], float]) -> None:
        """`ask` has Icecast's figure for a mount (see `Watch.saw`), or raises OSError where there is no answer."""
        self._watches = watches
        self._ask = ask
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
        """Ask what is due. Nobody else is asked about when there was no answer."""
        now = self._clock()
        wanted = [watch for watch in self._watches if watch.due(now)]
        off_air = [watch for watch in self._watches if not watch.on_air]
        if not wanted and off_air and now >= self._next_knock:
            wanted = off_air[:1]
        for watch in wanted:
            if not self._look_at(watch):
                break

    def _look_at(self, watch: Watch) -> bool:
        try:
            figure = self._ask(watch.path)
        except OSError:
            self._answers = False
            for each in self._watches:
                each.saw_nothing(self._clock())
            return False
        finally:
            self._next_knock = self._clock() + PACE
        if watch.on_air:
            watch.saw(figure, self._clock())
        if not self._answers:
            self._answers = True
            for each in self._watches:
                each.again = not each.on_air
        return True
