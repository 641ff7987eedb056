"""The front end `irc`: every configured network with a connection of its own. Makes the parts and joins them."""

from collections.abc import Callable
from random import Random

from twisted.internet.defer import Deferred, DeferredList

from bandstand.bot.commands.frontend import Access, Commands
from bandstand.bot.commands.reply import Reply
from bandstand.bot.irc.chat import FRONT_END, Chat, ReplyAddress
from bandstand.bot.irc.network import INetworkReactor, NetworkConnection, Resources, endpoint_maker
from bandstand.bot.irc.sts import PolicyStore
from bandstand.common.api.people import Identity, Place
from bandstand.common.api.values import ChatNetwork, ProcessStatus
from bandstand.common.irc import Irc
from bandstand.common.paths import Paths
from bandstand.common.timers import MonotonicClock


class IrcFrontEnd:
    name = FRONT_END

    def __init__(
        self,
        reactor: INetworkReactor,
        settings: Irc,
        paths: Paths,
        commands: Commands,
        access: Access,
        chance: Random,
        wall: Callable[[], float],
    ) -> None:
        clock = MonotonicClock(reactor)
        policies = PolicyStore(paths.directory / "irc-sts.json")
        resources = Resources(endpoint_maker(reactor), policies, clock, wall, chance)
        self._connections = [NetworkConnection(network, resources) for network in settings.configured]
        self._chats = {
            connection.network.label: Chat(connection, commands, access, clock) for connection in self._connections
        }

    def start(self) -> None:
        for connection in self._connections:
            connection.start()

    def stop(self) -> Deferred[list[tuple[bool, None]]]:
        """Fires when every connection has ended, after two seconds at most."""
        return DeferredList([connection.stop() for connection in self._connections])

    def tell(self, place: Place, reply: Reply) -> bool:
        """Say a later answer; False if the place names no configured network. While a network is away, answers wait."""
        address = ReplyAddress.parse(place)
        chat = self._chats.get(address.network) if address else None
        if address is None or chat is None:
            return False
        chat.tell(address, reply)
        return True

    def announce(self, reply: Reply) -> None:
        for chat in self._chats.values():
            chat.announce(reply)

    def tell_present(self, is_meant: Callable[[Identity], bool], reply: Reply) -> None:
        for chat in self._chats.values():
            chat.tell_present(is_meant, reply)

    def list_networks(self, is_whole: bool) -> dict[str, ChatNetwork]:
        """Each network by its label in small letters; `is_whole`: with the people who are there."""
        return {label.lower(): chat.describe_network(is_whole) for label, chat in self._chats.items()}

    def list_status(self) -> tuple[ProcessStatus, ...]:
        """Each network as a line of `status`."""
        return tuple(
            ProcessStatus(f"irc {connection.network.label}", connection.status) for connection in self._connections
        )
