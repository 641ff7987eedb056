"""Remote access: the telnet and the ssh server, and the terminals of the people who come in by them.

Decides which servers there are, from the configuration. Knows no protocol and no command.
"""

from pathlib import Path
from typing import Protocol

from twisted.internet.defer import Deferred

from bandstand.bot.commands.frontend import Access, Commands
from bandstand.bot.terminal.password_check import PasswordCheck
from bandstand.bot.terminal.telnet import TelnetServer
from bandstand.bot.terminal.terminals import Reactor, Terminals
from bandstand.common.config import Config


class Server(Protocol):
    """A way in for people."""

    def start(self) -> str:
        """Listen. Returns an empty string, or the sentence for a person why that cannot be."""
        ...

    def stop(self) -> Deferred[None]:
        """Accept no more connections."""
        ...

    def hang_up(self) -> None:
        """Close the connections that are still open."""
        ...


class RemoteAccess:
    def __init__(
        self, reactor: Reactor, config: Config, commands: Commands, access: Access, passwords: PasswordCheck
    ) -> None:
        idle = config.telnet.idle_minutes * 60.0
        self.terminals = Terminals(reactor, commands, access, config.paths.histories, idle)
        self._servers: list[Server] = []
        if config.telnet.enabled:
            at = (config.telnet.host, config.telnet.port)
            self._servers.append(TelnetServer(reactor, at, config.station.name, passwords, self.terminals))
        if config.ssh.authorized_keys:
            from bandstand.bot.terminal.ssh import SshServer  # here, because it loads the whole of its cryptography

            at = (config.ssh.host, config.ssh.port)
            keys = Path(config.ssh.authorized_keys)
            self._servers.append(SshServer(reactor, at, keys, config.paths.ssh_host_key, self.terminals))

    def start(self) -> list[str]:
        """Start every server that can be started. Returns one sentence for each of the others."""
        return [trouble for server in self._servers if (trouble := server.start())]

    def stop(self) -> Deferred[None]:
        """Accept nobody any more, then end all sessions, then close what is left open."""
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        for server in self._servers:
            await server.stop()
        await self.terminals.stop()
        for server in self._servers:
            server.hang_up()
