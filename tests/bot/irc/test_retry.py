"""When to connect again."""

from bot.irc.retry import FIRST, LAST, LASTING_FIRST, STEADY, Retry


def test_it_waits_ever_longer_up_to_a_bound() -> None:
    retry = Retry(lambda: 0.0)
    waits = [retry.wait() for _ in range(12)]
    assert waits[:3] == [FIRST, 2 * FIRST, 4 * FIRST]
    assert waits[-1] == LAST


def test_no_two_bots_come_at_once() -> None:
    assert Retry(lambda: 1.0).wait() == FIRST / 2


def test_only_minutes_on_the_network_make_it_quick_again() -> None:
    retry = Retry(lambda: 0.0)
    for _ in range(5):
        retry.wait()
    retry.lived(STEADY - 1)
    assert retry.wait() > 10 * FIRST
    retry.lived(STEADY)
    assert retry.wait() == FIRST


def test_a_ban_is_not_asked_about_at_once() -> None:
    assert Retry(lambda: 0.0).wait(lasting=True) == LASTING_FIRST
