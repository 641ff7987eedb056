"""Which port is taken, and what is said where none can be."""

import socket

import pytest

from bandstand.common.errors import ConfigError
from bandstand.common.ports import claim_free_port, find_free_port, list_ports, listen_on_free_port


def test_a_port_that_somebody_has_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < find_free_port("icecast", "127.0.0.1", list_ports(port)) <= port + 100
        with pytest.raises(ConfigError, match=rf"icecast\.port: {port} and the 0 ports after it are all taken"):
            find_free_port("icecast", "127.0.0.1", [port])


def test_two_who_look_at_the_same_moment_get_two_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second has found the port free, and is quicker to listen than the first."""
    first = find_free_port("live", "127.0.0.1", list_ports(18300))
    rival = socket.socket()
    rival.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listen = socket.socket.listen

    def be_late(late: socket.socket, *arguments: int) -> None:
        if rival.getsockname()[1] == 0:
            rival.bind(("127.0.0.1", first))
            listen(rival)
        listen(late, *arguments)

    monkeypatch.setattr(socket.socket, "listen", be_late)
    with rival, listen_on_free_port("live", "127.0.0.1", list_ports(first)) as mine:
        assert mine.getsockname()[1] > first
        assert find_free_port("live", "127.0.0.1", list_ports(first)) > mine.getsockname()[1]


def test_a_port_is_claimed_by_one_at_a_time_before_anybody_listens_there() -> None:
    first = claim_free_port("icecast", "127.0.0.1", list_ports(18400))
    second = claim_free_port("icecast", "127.0.0.1", list_ports(18400))
    assert first.port < second.port
    with pytest.raises(ConfigError, match=rf"{first.port} and the 1 ports after it are all taken"):
        claim_free_port("icecast", "127.0.0.1", [first.port, second.port])
    first.release()
    again = claim_free_port("icecast", "127.0.0.1", [first.port])
    assert again.port == first.port


@pytest.mark.parametrize(("key", "name"), [("icecast", "icecast.bind"), ("telnet", "telnet.host")])
def test_an_address_of_another_machine_is_named_by_its_key(key: str, name: str) -> None:
    with pytest.raises(ConfigError, match=f"{name}: 192.0.2.7 is not an address of this machine"):
        find_free_port(key, "192.0.2.7", [18999])
