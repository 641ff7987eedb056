"""Ports of this machine: which are free, and whether this process may listen there at all.

A port that one process chooses and another listens on some time later, as Icecast's, is claimed meanwhile: two stations
that start at the same moment would choose the same. A claim is an abstract UNIX socket with the port in its name, which
every process of the machine's network sees, and which the kernel takes away with the process that has it.
"""

import errno
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from bandstand.common.errors import ConfigError

PORTS_TRIED = 100
"""How far above the configured port a free one is looked for."""


def list_ports(first: int) -> range:
    """Those to try, in order."""
    return range(first, min(first + PORTS_TRIED, 65535) + 1)


def find_free_port(key: str, host: str, ports: Sequence[int]) -> int:
    """The first of the ports that nobody listens on. May block for a look-up of the host.

    Raises ConfigError where the host is none of this machine's or the ports may not be taken; `key` is the table of the
    configuration that names them as `bind` (or `host`) and `port`.
    """
    with bind_free_port(key, host, ports) as trial:
        return int(trial.getsockname()[1])


def bind_free_port(key: str, host: str, ports: Sequence[int]) -> socket.socket:
    """A socket that is bound to the first of the ports that nobody listens on. Raises as `find_free_port`."""
    name = f"{key}.{'bind' if key == 'icecast' else 'host'}"
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError):
        raise ConfigError(f"{name}: {host} is not an address of this machine") from None
    for port in ports:
        bound = socket.socket(found[0][0])
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, port))
        except OSError as error:
            bound.close()
            if error.errno == errno.EACCES:
                raise ConfigError(f"{key}.port: only root may listen on port {port}; choose 1024 or more") from None
            if error.errno == errno.EADDRNOTAVAIL:
                raise ConfigError(f"{name}: {host} is not an address of this machine") from None
            if error.errno != errno.EADDRINUSE:
                raise ConfigError(f"{name}: cannot listen on {host}: {error.strerror}") from None
        else:
            return bound
    raise _make_all_taken(key, ports)


def _make_all_taken(key: str, ports: Sequence[int]) -> ConfigError:
    return ConfigError(f"{key}.port: {ports[0]} and the {len(ports) - 1} ports after it are all taken")


@dataclass(frozen=True)
class PortClaim:
    """A port that no other station chooses as long as this is kept."""

    port: int
    keeping: socket.socket | None = None
    """None: the one who has it listens already."""

    def release(self) -> None:
        if self.keeping is not None:
            self.keeping.close()


def claim_free_port(key: str, host: str, ports: Sequence[int]) -> PortClaim:
    """The first of the ports that nobody listens on and no other process has claimed. Raises as `find_free_port`."""
    left = ports
    while left:
        port = find_free_port(key, host, left)
        keeping = socket.socket(socket.AF_UNIX)
        try:
            keeping.bind(f"\0bandstand-port-{port}")
        except OSError:
            keeping.close()
            left = [other for other in left if other != port]
        else:
            return PortClaim(port, keeping)
    raise _make_all_taken(key, ports)


def listen_on_free_port(key: str, host: str, ports: Sequence[int], backlog: int | None = None) -> socket.socket:
    """A socket that listens on the first of the ports that nobody listens on: from now on nobody else gets that port,
    as they might between a look for it and its use. Raises as `find_free_port`."""
    while True:
        bound = bind_free_port(key, host, ports)
        port = int(bound.getsockname()[1])
        try:
            bound.listen() if backlog is None else bound.listen(backlog)
        except OSError:  # somebody else was quicker
            bound.close()
            ports = [later for later in ports if later > port] or [port]
        else:
            return bound
