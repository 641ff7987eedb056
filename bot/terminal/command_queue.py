"""One person's lines, each answered before the next is asked, so that answers come in the order of the questions."""

from collections import deque
from collections.abc import Callable

from twisted.internet.defer import Deferred

from bot.request import Reply


class Turns:
    """`answer` carries out a line; `show` gets each reply. `on_idle` is called when there is none left."""

    def __init__(
        self,
        answer: Callable[[str], Deferred[Reply]],
        show: Callable[[Reply], None],
        on_idle: Callable[[], None] = lambda: None,
    ) -> None:
        self._answer = answer
        self._show = show
        self._on_idle = on_idle
        self._lines: deque[str] = deque()
        self._busy = False
        self._running = False

    @property
    def waiting(self) -> int:
        """Lines that are not answered yet."""
        return len(self._lines) + self._busy

    def take(self, line: str) -> None:
        self._lines.append(line)
        self._run()

    def forget(self) -> None:
        """Nobody is there any more: what has not been asked yet is not asked."""
        self._lines.clear()

    def _run(self) -> None:
        """A loop rather than a chain of callbacks: a thousand answers that come at once are not a thousand calls
        deep."""
        if self._running:
            return
        self._running = True
        while self._lines and not self._busy:
            self._busy = True
            self._answer(self._lines.popleft()).addCallback(self._answered)
        self._running = False
        if not self._busy:
            self._on_idle()

    def _answered(self, reply: Reply) -> None:
        self._busy = False
        self._show(reply)
        self._run()
