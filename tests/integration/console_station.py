"""A reactor with the console and commands that only talk: `echo TEXT`, `later TEXT`, `flood N`, `tick`, `quit`.

`flood N` says N notices every hundredth of a second for a second, and then writes to the FIFO named after the history.
`tick` answers how late the reactor's clock ran at worst since it was last asked, in milliseconds. A program for
test_console.py: its one argument is the history file.
"""

import sys
from pathlib import Path

from twisted.internet import reactor, task
from twisted.internet.defer import Deferred, succeed

from bandstand.bot.commands.frontend import Line
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.terminal.console import Console
from bandstand.common.api.people import Right

PERIOD = 0.02


class TalkingCommands:
    def __init__(self) -> None:
        self.latest = 0.0
        self._before = reactor.seconds()
        task.LoopingCall(self._tick).start(PERIOD)

    def _tick(self) -> None:
        now = reactor.seconds()
        self.latest = max(self.latest, now - self._before - PERIOD)
        self._before = now

    def answer(self, line: Line) -> Deferred[Reply]:
        command, _, rest = line.text.partition(" ")
        if command == "quit":
            reactor.callLater(0.05, reactor.stop)
        elif command == "later":
            reactor.callLater(0.2, console.tell, line.by.place, Reply(rest, Level.NOTICE))
        elif command == "flood":
            self._flood(int(rest), 100)
        elif command == "tick":
            latest, self.latest = self.latest, 0.0
            return succeed(Reply(f"late by {latest * 1000:.0f} ms"))
        return succeed(Reply(f"{line.by.name} said [{line.text}]"))

    def _flood(self, number: int, rounds: int) -> None:
        for notice in range(number):
            console.announce(Reply(f"{notice} " + "x" * 300, Level.NOTICE))
        if rounds:
            reactor.callLater(0.01, self._flood, number, rounds - 1)
        else:
            Path(sys.argv[1] + ".flooded").write_text("over")

    def complete(self, text: str, right: Right) -> Deferred[list[str]]:
        words = ["echo", "flood", "later", "quit", "tick"]
        return succeed([word for word in words if word.startswith(text)])

    def knows(self, text: str) -> bool:
        return True


console = Console(reactor, TalkingCommands(), Path(sys.argv[1]), reactor.stop)
reactor.callWhenRunning(console.start)
reactor.addSystemEventTrigger("before", "shutdown", console.stop)
reactor.run()
