"""Events for other processes: their numbers, and those that are kept for who comes back."""

import pytest

from bandstand.bot.shell import event_feed
from bandstand.bot.shell.event_feed import EventFeed
from bandstand.common.api.events import JobAdvanced, MountCameOn, Numbered

BEGAN = 1_800_000_000.0


@pytest.fixture
def feed() -> EventFeed:
    return EventFeed(lambda: BEGAN)


def happen(feed: EventFeed, *names: str) -> None:
    for name in names:
        feed.handle(MountCameOn(mount=name))


def list_names(numbered: list[Numbered]) -> list[str]:
    return [each.event.mount for each in numbered if isinstance(each.event, MountCameOn)]


def test_events_are_numbered_without_holes_and_dated(feed: EventFeed) -> None:
    first = feed.number + 1
    happen(feed, "/a", "/b", "/c")
    assert [(each.number, each.at) for each in feed.list_after(first - 1)] == [
        (first, BEGAN),
        (first + 1, BEGAN),
        (first + 2, BEGAN),
    ]
    assert feed.number == first + 2


def test_a_later_life_of_the_bot_has_higher_numbers() -> None:
    earlier, later = EventFeed(lambda: BEGAN), EventFeed(lambda: BEGAN + 2.0)
    happen(earlier, *["/a"] * 1500)
    assert later.number > earlier.number


def test_only_what_comes_after_a_number_is_listed(feed: EventFeed) -> None:
    happen(feed, "/a", "/b", "/c")
    assert list_names(feed.list_after(feed.number - 1)) == ["/c"]
    assert feed.list_after(feed.number) == []


def test_nothing_is_listed_where_something_in_between_is_not_kept_any_more(feed: EventFeed) -> None:
    before = feed.number
    happen(feed, *["/a"] * event_feed.KEPT)
    assert len(feed.list_after(before)) == event_feed.KEPT
    happen(feed, "/b")
    assert feed.list_after(before) == []
    assert len(feed.list_after(before + 1)) == event_feed.KEPT


def test_a_number_of_another_life_is_not_known(feed: EventFeed) -> None:
    happen(feed, "/a")
    assert feed.list_after(17) == []
    assert feed.list_after(feed.number + 5) == []


def test_each_listener_is_told_everything_in_order_until_it_leaves(feed: EventFeed) -> None:
    stays: list[Numbered] = []
    leaves: list[Numbered] = []
    feed.add_listener(stays.append)
    feed.add_listener(leaves.append)
    happen(feed, "/a")
    feed.remove_listener(leaves.append)
    feed.remove_listener(leaves.append)
    happen(feed, "/b")
    assert (list_names(stays), list_names(leaves)) == (["/a", "/b"], ["/a"])


def test_a_listener_that_is_added_twice_is_told_once(feed: EventFeed) -> None:
    told: list[Numbered] = []
    feed.add_listener(told.append)
    feed.add_listener(told.append)
    happen(feed, "/a")
    assert list_names(told) == ["/a"]


def test_a_listener_that_leaves_while_it_is_told_takes_nothing_from_the_others(feed: EventFeed) -> None:
    told: list[Numbered] = []

    def leave(_: Numbered) -> None:
        feed.remove_listener(leave)

    feed.add_listener(leave)
    feed.add_listener(told.append)
    happen(feed, "/a", "/b")
    assert list_names(told) == ["/a", "/b"]


def test_how_far_a_job_is_is_told_and_neither_numbered_nor_kept(feed: EventFeed) -> None:
    told: list[Numbered] = []
    feed.add_listener(told.append)
    happen(feed, "/a")
    feed.handle(JobAdvanced(job=1, seconds=2.0))
    happen(feed, "/b")
    number = feed.number
    assert [each.number for each in told] == [number - 1, number - 1, number]
    assert len(feed.list_after(number - 2)) == 2


def test_the_last_ones_are_had_without_knowing_a_number(feed: EventFeed) -> None:
    happen(feed, "/a", "/b", "/c")
    included = feed.number
    happen(feed, "/d")
    assert list_names(feed.list_last(2, included)) == ["/b", "/c", "/d"]
    assert list_names(feed.list_last(0, included)) == ["/d"]
    assert list_names(feed.list_last(1000, included)) == ["/a", "/b", "/c", "/d"]
