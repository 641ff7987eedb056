"""What is meant for the bot, and what people say to one another."""

import pytest

from bot.commands import BY_NAME, grammar
from bot.irc.address import Said, in_channel, in_private


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("!skip", Said("skip", named=False)),
        ("!Generate mine --seed=3", Said("Generate mine --seed=3", named=False)),
        ("bandstand: skip", Said("skip", named=True)),
        ("BANDSTAND, !np", Said("!np", named=True)),
        ("!", None),
        ("!!!", None),
        ("! skip", Said("skip", named=False)),
        ("!+1", Said("+1", named=False)),
        ("!-1 blue lantern", Said("-1 blue lantern", named=False)),
        ("bandstand skip", None),
        ("bandstand:", None),
        ("bandstander: skip", None),
        ("skip", None),
        ("", None),
    ],
)
def test_a_channels_line(text: str, said: Said | None) -> None:
    assert in_channel(text, "bandstand", "rfc1459") == said


def test_the_nick_is_compared_as_the_server_does() -> None:
    assert in_channel("radio{1}: np", "Radio[1]", "rfc1459") == Said("np", named=True)
    assert in_channel("radio{1}: np", "Radio[1]", "ascii") is None


def test_everything_in_private_is_meant() -> None:
    assert in_private(" np ") == Said("np", named=True)
    assert in_private("  ") is None


@pytest.mark.parametrize("name", sorted(BY_NAME))
@pytest.mark.parametrize("beginning", ["!", "! ", "bandstand:", "bandstand: ", "Bandstand, ", "bandstand: !"])
@pytest.mark.parametrize("ending", ["", " ", " a1b2 five"])
def test_every_command_and_alias_can_be_given_in_a_channel(name: str, beginning: str, ending: str) -> None:
    said = in_channel(f"{beginning}{name}{ending}", "bandstand", "rfc1459")
    assert said is not None
    assert grammar.parse(said.line).command == name
