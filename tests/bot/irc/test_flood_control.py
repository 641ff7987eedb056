"""Which messages are left unanswered."""

from bandstand.bot.irc.flood_control import FloodControl, ServerClock


def test_a_person_gets_some_answers_at_once_and_more_with_time() -> None:
    control = FloodControl()
    assert sum(control.allows_answer("ann@host", 0) for _ in range(50)) == 12
    assert control.allows_answer("bob@host", 0)
    assert not control.allows_answer("ann@host", 1.9)
    assert control.allows_answer("ann@host", 2)


def test_errors_run_out_before_answers() -> None:
    control = FloodControl()
    errors = sum(control.allows_error("ann@host", 0) for _ in range(50))
    assert errors < sum(control.allows_answer("ann@host", 0) for _ in range(50))


def test_ctcp_has_one_limit_for_everybody() -> None:
    control = FloodControl()
    assert [control.allows_ctcp(0) for _ in range(4)] == [True, True, True, False]


def test_history_is_measured_by_the_servers_own_clock() -> None:
    clock = ServerClock(offset=0)
    assert clock.is_stale(900, now=1000)
    clock.set(900, now=1000)
    assert not clock.is_stale(900, now=1030)
    assert clock.is_stale(900, now=1100)
