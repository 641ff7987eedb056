"""A planned restart: the next streamer is started and made ready, and only then does the one that plays let go.

Knows the order of things; the processes are `processes.supervise`'s, the song's place `processes.player`'s.
"""

from collections.abc import Generator
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks

from bot.playout.controller import Player
from bot.supervision.keeper import Keeper
from common.errors import CommandError


@inlineCallbacks
def replace_streamer(keeper: Keeper | None, player: Player) -> Generator[Deferred[Any], Any, None]:
    """Fails with CommandError where the one that plays was left as it was."""
    if keeper is None:
        raise CommandError("it is not this process that keeps it; end it, and whoever started it starts the next")
    yield keeper.succeed()
    yield player.let_go()
