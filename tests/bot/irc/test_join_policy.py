"""Which channels to join, and when again."""

from bandstand.bot.irc.join_policy import LAST_REFUSAL_SECONDS, MAX_INVITED_CHANNELS, JoinPolicy, WantedChannel


def test_channels_have_their_keys() -> None:
    policy = JoinPolicy(["#radio", "#Club secret"])
    assert policy.channels() == [WantedChannel("#radio"), WantedChannel("#Club", "secret")]
    assert policy.find("#CLUB") == WantedChannel("#Club", "secret")


def test_a_channel_is_not_joined_again_after_too_many_kicks() -> None:
    policy = JoinPolicy(["#radio"])
    assert [policy.delay_after_kick("#radio") for _ in range(7)] == [10, 20, 40, 80, 160, None, None]
    assert policy.delay_after_kick("#elsewhere") is None


def test_a_channel_that_refuses_the_bot_is_tried_ever_more_rarely_and_for_ever() -> None:
    policy = JoinPolicy(["#radio"])
    waits = [policy.delay_after_refusal("#radio") for _ in range(30)]
    assert waits[:3] == [30, 60, 120]
    assert waits[-1] == LAST_REFUSAL_SECONDS
    policy.record_join("#radio")
    assert policy.delay_after_refusal("#radio") == 30


def test_an_invitation_forgives_kicks() -> None:
    policy = JoinPolicy(["#radio"])
    for _ in range(9):
        policy.delay_after_kick("#radio")
    assert policy.accept_invitation("#radio") == WantedChannel("#radio")
    assert policy.delay_after_kick("#radio") == 10


def test_invitations_are_bounded() -> None:
    policy = JoinPolicy(["#radio"])
    channels = [policy.accept_invitation(f"#guest{number}") for number in range(MAX_INVITED_CHANNELS + 3)]
    assert channels.count(None) == 3
    assert policy.accept_invitation("#radio") is not None
