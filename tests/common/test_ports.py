"""Which port is taken, and what is said where none can be."""

import socket

import pytest

from bandstand.common.errors import ConfigError
from bandstand.common.ports import find_free_port, list_ports


def test_a_port_that_somebody_has_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < find_free_port("icecast", "127.0.0.1", list_ports(port)) <= port + 100
        with pytest.raises(ConfigError, match=rf"icecast\.port: {port} and the 0 ports after it are all taken"):
            find_free_port("icecast", "127.0.0.1", [port])


@pytest.mark.parametrize(("key", "name"), [("icecast", "icecast.bind"), ("telnet", "telnet.host")])
def test_an_address_of_another_machine_is_named_by_its_key(key: str, name: str) -> None:
    with pytest.raises(ConfigError, match=f"{name}: 192.0.2.7 is not an address of this machine"):
        find_free_port(key, "192.0.2.7", [18999])
