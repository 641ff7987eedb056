"""What a relay may be in the configuration."""

from pathlib import Path

import pytest

from bandstand.common.plain_values import Fault
from bandstand.common.relays import Relay, is_address, resolve_relays

BASE = Path("/")


def test_what_is_left_out_is_filled_in(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("sesame\n")
    found: list[Fault] = []
    (relay,) = resolve_relays([Relay(url="http://relay.example:8000/", password_file="secret")], tmp_path, found)
    assert (relay.url, relay.name, relay.admin_password) == (
        "http://relay.example:8000",
        "relay.example:8000",
        "sesame",
    )
    assert not found


@pytest.mark.parametrize(
    ("relay", "place"),
    [
        (Relay(url="relay.example:8000", admin_password="x"), "relays[0].url"),
        (Relay(url="http://relay.example/stream.mp3", admin_password="x"), "relays[0].url"),
        (Relay(url="http://relay.example", admin_password="x", networks=["near"]), "relays[0].networks"),
        (Relay(url="http://relay.example"), "relays[0].admin_password"),
        (Relay(url="http://relay.example", password_file="/no/such"), "relays[0].password_file"),
    ],
)
def test_a_fault_names_its_place(relay: Relay, place: str) -> None:
    found: list[Fault] = []
    resolve_relays([relay], BASE, found)
    assert [fault[0] for fault in found] == [place]


def test_two_relays_are_not_the_same() -> None:
    found: list[Fault] = []
    resolve_relays(
        [Relay(url="http://a:1", admin_password="x"), Relay(url="http://a:1/", admin_password="x")], BASE, found
    )
    assert {sentence.split()[0] for _, sentence in found} == {"http://a:1", "a:1"}


@pytest.mark.parametrize("url", ["http://a", "https://a.example:8443", "http://[2001:db8::1]:8000"])
def test_an_address_is_scheme_host_and_port(url: str) -> None:
    assert is_address(url)


@pytest.mark.parametrize(
    "url", ["", "a", "ftp://a", "http://", "http://a:x", "http://u@a", "http://a?b", "http://a b", "//a"]
)
def test_nothing_else_is_an_address(url: str) -> None:
    assert not is_address(url)
