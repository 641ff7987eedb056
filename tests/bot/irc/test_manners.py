"""What is left unanswered."""

from bot.irc.manners import MOST_REMEMBERED, Buckets, Manners, ServerClock


def test_a_person_gets_so_many_answers_at_once_and_more_with_time() -> None:
    buckets = Buckets(3, 10.0)
    assert [buckets.take("ann", 0) for _ in range(5)] == [True, True, True, False, False]
    assert buckets.take("bob", 0)
    assert not buckets.take("ann", 9)
    assert buckets.take("ann", 10.1)
    assert not buckets.take("ann", 10.2)


def test_few_people_are_remembered_and_the_latest_of_them() -> None:
    buckets = Buckets(1, 1000.0)
    for number in range(MOST_REMEMBERED * 3):
        buckets.take("always", number)
        buckets.take(f"person {number}", number)
    assert len(buckets._left) <= MOST_REMEMBERED
    assert not buckets.take("always", MOST_REMEMBERED * 3)


def test_complaints_run_out_before_answers() -> None:
    manners = Manners()
    assert sum(manners.complaint("a@b", 0) for _ in range(50)) < sum(manners.answer("a@b", 0) for _ in range(50))


def test_history_is_measured_by_the_servers_own_clock() -> None:
    clock = ServerClock()
    assert clock.stale(900, now=1000)
    clock.live(900, now=1000)
    assert not clock.stale(900, now=1030)
    assert clock.stale(900, now=1100)
