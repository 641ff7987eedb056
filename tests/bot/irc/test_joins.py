"""Which channels, and when again."""

from bot.irc.joins import GUEST_CHANNELS, REFUSED_LAST, Joins, Place


def test_channels_have_their_keys() -> None:
    joins = Joins.of(["#radio", "#Club secret"])
    assert joins.wanted() == [Place("#radio"), Place("#Club", "secret")]
    assert joins.place("#CLUB") == Place("#Club", "secret")


def test_a_channel_that_kicks_is_left_alone_after_some_times() -> None:
    joins = Joins.of(["#radio"])
    assert [joins.kicked("#radio") for _ in range(7)] == [10, 20, 40, 80, 160, None, None]
    assert joins.kicked("#elsewhere") is None


def test_a_channel_that_does_not_let_it_in_is_tried_ever_more_rarely_and_for_ever() -> None:
    joins = Joins.of(["#radio"])
    waits = [joins.refused("#radio") for _ in range(30)]
    assert waits[:3] == [30, 60, 120]
    assert waits[-1] == REFUSED_LAST
    joins.joined("#radio")
    assert joins.refused("#radio") == 30


def test_an_invitation_forgives_kicks() -> None:
    joins = Joins.of(["#radio"])
    for _ in range(9):
        joins.kicked("#radio")
    assert joins.invited("#radio") == Place("#radio")
    assert joins.kicked("#radio") == 10


def test_it_accepts_so_many_invitations() -> None:
    joins = Joins.of(["#radio"])
    places = [joins.invited(f"#guest{number}") for number in range(GUEST_CHANNELS + 3)]
    assert places.count(None) == 3
    assert joins.invited("#radio") is not None
