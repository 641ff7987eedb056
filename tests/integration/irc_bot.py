"""A program for test_irc.py: the IRC front end with commands that only talk. Its argument is the configuration's path.

`echo TEXT`, `np`, `who`, `rows N`, `long N`, `now TEXT` (announced), `later TEXT` (a second answer after a moment);
`loud` needs the right dj, which the account `boss` has, and whoever has it as the user name in their mask.
"""

import sys
import time
from pathlib import Path
from random import Random

from twisted.internet import reactor
from twisted.internet.defer import Deferred, succeed

from bandstand.bot.commands.frontend import Line
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.irc.frontend import IrcFrontEnd
from bandstand.common import config, log
from bandstand.common.api.people import Identity, Right


class TalkingCommands:
    def answer(self, line: Line) -> Deferred[Reply]:
        command, _, rest = line.text.removeprefix("!").partition(" ")
        match command:
            case "echo":
                return succeed(Reply(rest))
            case "np":
                return succeed(Reply("silence"))
            case "who":
                assert line.by.identity is not None
                return succeed(Reply(f"{line.by.name} [{line.by.identity.account}] {line.by.right.name}"))
            case "rows":
                rows = tuple((str(number), f"row number {number} of the table") for number in range(int(rest)))
                return succeed(Reply(f"{rest} rows", columns=("number", "text"), rows=rows))
            case "later":
                reactor.callLater(0.5, front_end.tell, line.by.place, Reply(rest, Level.NOTICE))
                return succeed(Reply("wait"))
            case "long":
                return succeed(Reply("ä" * int(rest)))
            case "now":
                front_end.announce(Reply(f"now: {rest}", Level.NOTICE, is_public=True))
                return succeed(Reply("announced"))
            case "loud":
                allowed = line.by.right >= Right.DJ
                return succeed(Reply("LOUD") if allowed else Reply('"loud" needs the right dj', Level.DENIED))
        return succeed(Reply("there is no command of that name; help lists them", Level.ERROR))

    def complete(self, text: str, right: Right) -> Deferred[list[str]]:
        return succeed([])

    def knows(self, text: str) -> bool:
        return text.split(" ")[0].lower() in ("echo", "np", "who", "rows", "later", "long", "now", "loud")


class BossAccess:
    def get_right(self, identity: Identity) -> Deferred[Right]:
        boss = identity.account == "boss" or "!boss@" in identity.mask or "!~boss@" in identity.mask
        return succeed(Right.ADMIN if boss else Right.LISTENER)


settings = config.load(Path(sys.argv[1]))
log.begin("bot", settings.log)
settings.paths.directory.mkdir(parents=True, exist_ok=True)
front_end = IrcFrontEnd(
    reactor, settings.irc, settings.paths, TalkingCommands(), BossAccess(), Random(1), time.time
)  # fmt: skip
reactor.callWhenRunning(front_end.start)
reactor.addSystemEventTrigger("before", "shutdown", front_end.stop)
reactor.run()
