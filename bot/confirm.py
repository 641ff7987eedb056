"""Commands that are carried out only when they are said twice. Pure; remembers what was asked last, for each person."""

from bot.commands.grammar import Line
from bot.commands.table import YES, Command
from bot.request import Level, Reply, Request

SECONDS = 30.0
REMEMBERED = 1000


class Confirmations:
    def __init__(self) -> None:
        self._asked: dict[tuple[str, str], tuple[Line, float]] = {}

    def given(self, command: Command, line: Line, request: Request, now: float) -> bool:
        """Whether to go ahead. A program (ctl) means what it says; a person may have slipped."""
        key = (request.who, request.where)
        before, then = self._asked.pop(key, (None, 0.0))  # whatever is said next, the question is over
        by_hand = request.terminal or request.identity is not None
        if not command.confirm or not by_hand or YES in line.options:
            return True
        if before == line and 0 <= now - then <= SECONDS:
            return True
        if len(self._asked) >= REMEMBERED:
            self._asked.clear()
        self._asked[key] = (line, now)
        return False


def question(command: Command) -> Reply:
    return Reply(f"{command.name} --{YES}, or the same again within {SECONDS:.0f} s, to {command.summary}", Level.USAGE)
