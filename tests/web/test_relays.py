"""Which Icecast a listener is sent to."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bandstand.common.api.values import RelayStatus
from bandstand.common.relays import OWN_LIMIT, Relay
from bandstand.web.relays import OWN, find_near, rank_places

PATH = "/stream.mp3"


def make_relay(name: str, listeners: int = 0, limit: int = 100, *, is_well: bool = True) -> RelayStatus:
    return RelayStatus(name, f"http://{name}", is_well, listeners, limit, (PATH,) if is_well else ())


def rank(own: int, *relays: RelayStatus, near: set[str] | None = None, seed: int = 1) -> list[str]:
    return rank_places(PATH, own, relays, near or set(), Random(seed))


def test_without_relays_everybody_is_sent_to_the_station() -> None:
    assert rank(10_000) == [OWN]


def test_the_least_loaded_is_best_by_what_each_takes() -> None:
    assert rank(OWN_LIMIT // 2, make_relay("small", 9, 10), make_relay("large", 100, 1000)) == [
        "http://large",
        OWN,
        "http://small",
    ]


def test_of_those_about_equally_loaded_a_near_one_is_best() -> None:
    for seed in range(20):
        best = rank(0, make_relay("far", 0), make_relay("near", 19), near={"http://near"}, seed=seed)[0]
        assert best == "http://near"


def test_a_near_one_that_is_loaded_gives_way() -> None:
    assert rank(0, make_relay("near", 60), near={"http://near"})[0] == OWN


def test_nobody_is_sent_to_one_that_is_away_or_lacks_the_mount() -> None:
    other = RelayStatus("other", "http://other", True, 0, 100, ("/stream.opus",))
    assert rank(OWN_LIMIT, make_relay("away", is_well=False), other) == [OWN]


def test_a_crowd_that_comes_between_two_looks_is_spread_by_the_free_places() -> None:
    chosen = Counter(rank(0, make_relay("a", 0, 500), make_relay("b", 0, 1000), seed=seed)[0] for seed in range(2000))
    assert 400 < chosen[OWN] < 600 and 400 < chosen["http://a"] < 600 and 850 < chosen["http://b"] < 1150


@given(
    st.integers(0, 2000),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 1000), st.booleans()), max_size=6),
    st.integers(),
)
def test_every_place_that_is_well_is_there_once(own: int, relays: list[tuple[int, int, bool]], seed: int) -> None:
    known = [make_relay(str(number), *one[:2], is_well=one[2]) for number, one in enumerate(relays)]
    ranked = rank(own, *known, seed=seed)
    assert sorted(ranked) == sorted([OWN, *(relay.url for relay in known if relay.is_well)])


def test_near_is_who_is_in_a_network_of_the_relay() -> None:
    settings = [
        Relay(url="http://a", networks=["192.0.2.0/24", "2001:db8::/32"]),
        Relay(url="http://b", networks=["198.51.100.7"]),
    ]
    assert find_near(settings, "192.0.2.9") == find_near(settings, "::ffff:192.0.2.9") == {"http://a"}
    assert find_near(settings, "2001:db8::5") == {"http://a"}
    assert find_near(settings, "198.51.100.7") == {"http://b"}
    assert find_near(settings, "203.0.113.1") == find_near(settings, "testclient") == set()
