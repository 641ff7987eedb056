"""The front end `irc`: every configured network, with a connection of its own. Wires its parts; no rule is here."""

from collections.abc import Callable
from random import Random
from typing import Any

from twisted.internet.defer import Deferred, DeferredList

from bot.frontend import Access, Commands
from bot.irc.network import Link
from bot.irc.sts import Policies
from bot.irc.talk import FRONT_END, Place, Talk
from bot.request import Reply
from bot.view import ProcessView
from common.irc import Irc
from common.paths import Paths


class IrcFrontEnd:
    name = FRONT_END

    def __init__(
        self,
        reactor: Any,
        settings: Irc,
        paths: Paths,
        commands: Commands,
        access: Access,
        chance: Random,
        wall: Callable[[], float],
    ) -> None:
        policies = Policies(paths.directory / "irc-sts.json")
        self.links = [Link(reactor, network, policies, chance, wall) for network in settings.all]
        self._talks = {link.network.label: Talk(link, commands, access, reactor) for link in self.links}

    def start(self) -> None:
        for link in self.links:
            link.start()

    def stop(self) -> Deferred[Any]:
        """Fires when every connection has ended, which takes a moment at most."""
        return DeferredList([link.stop() for link in self.links])

    def tell(self, where: str, reply: Reply) -> bool:
        """A network that is away for now counts as being there: what is to be said waits for it."""
        place = Place.parsed(where)
        talk = self._talks.get(place.network) if place else None
        if place is None or talk is None:
            return False
        talk.tell(place, reply)
        return True

    def announce(self, reply: Reply) -> None:
        for talk in self._talks.values():
            talk.announce(reply)

    def views(self) -> tuple[ProcessView, ...]:
        """Each network as a line of `status`."""
        return tuple(ProcessView(f"irc {link.network.label}", link.state) for link in self.links)
