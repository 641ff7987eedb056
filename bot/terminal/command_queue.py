"""The command queue of one person: each line is answered before the next is asked.

So answers come in the order of the questions, and a command sees what the one before it has done. Knows no terminal and
no command.
"""

from collections import deque
from collections.abc import Callable

from twisted.internet.defer import Deferred

from bandstand.bot.commands.reply import Reply


class CommandQueue:
    """`answer` carries out a line; `show` gets each reply. `on_idle` is called whenever no line is left."""

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
        self._is_asking = False
        self._is_running = False

    @property
    def unanswered(self) -> int:
        """Number of lines that are not answered yet."""
        return len(self._lines) + self._is_asking

    def add(self, line: str) -> None:
        self._lines.append(line)
        self._run()

    def clear(self) -> None:
        """Drop the lines that have not been asked yet: their person has left."""
        self._lines.clear()

    def _run(self) -> None:
        """Ask until an answer has to be waited for. This is a loop, because a chain of callbacks would be a thousand
        calls deep with a thousand answers that come at once."""
        if self._is_running:
            return
        self._is_running = True
        while self._lines and not self._is_asking:
            self._is_asking = True
            self._answer(self._lines.popleft()).addCallback(self._show_answer)
        self._is_running = False
        if not self._is_asking:
            self._on_idle()

    def _show_answer(self, reply: Reply) -> None:
        self._is_asking = False
        self._show(reply)
        self._run()
