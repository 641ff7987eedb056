"""A mount's title, set by a thread of its own, so that a slow Icecast never holds up the sound."""

import threading
from collections.abc import Callable
from typing import Final

RETRIES: Final = (0.1, 0.5, 2.0, 8.0)
"""Seconds between attempts; right after a mount came on the air Icecast may not know it yet."""


class Titles:
    """Gives the newest title to `tell`; drops older ones that were not sent yet."""

    def __init__(self, tell: Callable[[str], bool]) -> None:
        """`tell` sends a title, may block, and returns whether Icecast took it."""
        self._tell = tell
        self._wanted: str | None = None
        self._stopped = False
        self._changed = threading.Condition()

    def start(self) -> None:
        threading.Thread(target=self._run, name="titles", daemon=True).start()

    def set(self, title: str) -> None:
        with self._changed:
            self._wanted = title
            self._changed.notify()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify()

    def _run(self) -> None:
        while (title := self._next()) is not None:
            for delay in RETRIES:
                if self._tell(title) or self._newer_within(delay):
                    break

    def _next(self) -> str | None:
        with self._changed:
            self._changed.wait_for(lambda: self._wanted is not None or self._stopped)
            title, self._wanted = self._wanted, None
            return None if self._stopped else title

    def _newer_within(self, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._wanted is not None or self._stopped, seconds)
