"""Strict transport security: what a policy says, and that it is kept."""

from pathlib import Path

import pytest

from bandstand.bot.irc.sts import MAX_SECONDS, Policy, PolicyStore, parse_policy


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("port=6697", Policy(6697, None)),
        ("duration=3600,port=6697,preload", Policy(6697, 3600)),
        ("duration=0", Policy(None, 0)),
        ("duration=9999999999", Policy(None, MAX_SECONDS)),
        ("port=0,duration=1", Policy(None, 1)),
        ("port=99999", None),
        ("port=-1", None),
        ("", None),
        ("port=٣", None),
    ],
)
def test_a_policys_text(text: str, found: Policy | None) -> None:
    assert parse_policy(text) == found


def test_it_is_kept_across_a_restart_until_it_expires_or_is_withdrawn(tmp_path: Path) -> None:
    path = tmp_path / "sts.json"
    PolicyStore(path).store("IRC.example", 6697, 100, now=1000)
    again = PolicyStore(path)
    assert again.find_port("irc.example", 1099) == 6697
    assert again.find_port("irc.example", 1100) is None
    assert again.find_port("other.example", 1000) is None
    again.store("irc.example", 6697, 0, now=1001)
    assert PolicyStore(path).find_port("irc.example", 1002) is None


def test_a_damaged_file_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "sts.json"
    path.write_text('{"irc.example": 3')
    assert PolicyStore(path).find_port("irc.example", 0) is None
