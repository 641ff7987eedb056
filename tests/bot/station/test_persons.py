"""Who counts as one person."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.station.persons import find_key, get_person
from bandstand.common.api.people import Identity, Place, Requester

ANN = Identity("irc:libera", account="Ann", mask="ann_!~ann@host.example")
WEB = "web"


def count_as(identity: Identity | None, place: str = "irc:#x") -> str:
    return get_person(Requester("x", Place.parse(place), identity=identity))


@pytest.mark.parametrize(
    ("identity", "key"),
    [
        (Identity("telnet", "ann"), "ann"),
        (Identity("ssh", "Ann"), "ann"),
        (Identity(WEB, "ann", cookie="8f3a", address="203.0.113.9"), "ann"),
        (ANN, "libera/ann"),
        (Identity(WEB, cookie="8f3a", address="203.0.113.9"), "~8f3a"),
        (Identity(WEB, address="203.0.113.9"), "@203.0.113.9"),
        (Identity(WEB, address="::ffff:203.0.113.9"), "@203.0.113.9"),
        (Identity(WEB, address="2001:db8:0:1:f00::7"), "@2001:db8:0:1::/64"),
        (Identity(WEB, address="fe80::7%eth0"), "@fe80::/64"),
        (Identity("irc:Libera", mask="ann!~a@Host.Example"), "libera/@host.example"),
        (Identity("irc:libera", mask="ann!~a@203.0.113.9"), "@203.0.113.9"),
        (Identity("irc:libera", mask="ann!~a@0::1"), "@::/64"),
        (Identity("irc:libera", mask="ann!~a@8.abcd:ef::IP"), "libera/@8.abcd:ef::ip"),
        (Identity("irc:libera", mask="ann!~a@"), "irc:#x"),
        (Identity("irc:libera"), "irc:#x"),
    ],
)
def test_a_person_is_named_by_what_is_known_best(identity: Identity, key: str) -> None:
    assert count_as(identity) == key


def test_whoever_sits_at_the_machine_is_named_by_the_front_end_and_not_by_the_connection() -> None:
    assert count_as(None, "ctl:4") == count_as(None, "ctl:5") == "ctl"


def test_another_nick_or_user_name_is_no_other_person() -> None:
    assert find_key(Identity("irc:n", mask="ann!~a@h.example")) == find_key(Identity("irc:n", mask="bob!b@h.example"))


def test_the_same_host_name_on_two_networks_is_two_persons_and_the_same_address_one() -> None:
    assert find_key(Identity("irc:n", mask="a!a@h.example")) != find_key(Identity("irc:m", mask="a!a@h.example"))
    assert find_key(Identity("irc:n", mask="a!a@192.0.2.1")) == find_key(Identity(WEB, address="192.0.2.1"))


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_all_addresses_of_one_household_are_one_person(address: ipaddress.IPv6Address, host: int) -> None:
    neighbour = ipaddress.IPv6Address(int(address) >> 64 << 64 | host)
    if address.ipv4_mapped is None and neighbour.ipv4_mapped is None:
        assert find_key(Identity(WEB, address=str(address))) == find_key(Identity(WEB, address=str(neighbour)))


names = st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,8}", fullmatch=True)


@given(names, names, names)
def test_no_account_is_the_same_person_as_a_cookie_or_an_address(network: str, account: str, cookie: str) -> None:
    own = find_key(Identity(WEB, account))
    keys = [own, find_key(Identity(f"irc:{network}", account)), find_key(Identity(WEB, cookie=cookie))]
    keys += [find_key(Identity(WEB, address="192.0.2.1")), find_key(Identity(f"irc:{network}", mask="a!a@h.example"))]
    assert len(set(keys)) == len(keys)
