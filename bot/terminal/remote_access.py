"""The ways in for people who are elsewhere, put together: terminals, with telnet and ssh as doors to them."""

from collections.abc import Generator
from pathlib import Path
from typing import Any, Protocol

from twisted.internet.defer import Deferred, inlineCallbacks

from bot.database.store import Store
from bot.frontend import Access, Commands
from bot.terminal.telnet import TelnetDoor
from bot.terminal.terminals import Terminals
from common.config import Config


class Door(Protocol):
    def start(self) -> str:
        """Listen; a sentence where that cannot be."""
        ...

    def stop(self) -> Deferred[None]:
        """Let nobody in any more."""
        ...

    def hang_up(self) -> None:
        """End what connections there still are."""
        ...


class Doors:
    def __init__(self, reactor: Any, config: Config, store: Store, commands: Commands, access: Access) -> None:
        idle = config.telnet.idle_minutes * 60.0
        self.terminals = Terminals(reactor, commands, access, config.paths.histories, idle)
        self._doors: list[Door] = []
        if config.telnet.enabled:
            at = (config.telnet.host, config.telnet.port)
            self._doors.append(TelnetDoor(reactor, at, config.station.name, store, self.terminals))
        if config.ssh.authorized_keys:
            from bot.terminal.ssh import SshDoor  # with the whole of its cryptography

            at = (config.ssh.host, config.ssh.port)
            keys = Path(config.ssh.authorized_keys)
            self._doors.append(SshDoor(reactor, at, keys, config.paths.ssh_host_key, self.terminals))

    def start(self) -> list[str]:
        """Open all that can be opened; a sentence for each of the others."""
        return [trouble for door in self._doors if (trouble := door.start())]

    @inlineCallbacks
    def stop(self) -> Generator[Deferred[Any], Any, None]:
        """Nobody comes in any more, and then everybody is sent away."""
        for door in self._doors:
            yield door.stop()
        yield self.terminals.stop()
        for door in self._doors:
            door.hang_up()
