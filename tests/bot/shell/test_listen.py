"""`bandstand listen`: which player, which mount, and what is said where there is none."""

import pytest

from bandstand.bot.shell.listen import build_command, choose_url
from bandstand.common.api.values import MountStatus
from bandstand.common.errors import CommandError, Missing

OFF = MountStatus("/a.mp3", False, 1.0, "http://localhost/a.mp3")
ON = MountStatus("/b.opus", True, 1.0, "http://localhost/b.opus")


@pytest.mark.parametrize("player", ["mpv", "ffplay", "gst-play-1.0"])
def test_whichever_player_is_there_is_taken(player: str) -> None:
    command = build_command("http://x", lambda name: name if name == player else None)
    assert (command[0], command[-1]) == (player, "http://x")


def test_without_a_player_it_is_said_what_to_install() -> None:
    with pytest.raises(Missing, match="apt-get install mpv"):
        build_command("http://x", lambda _: None)


def test_the_first_mount_on_the_air_or_the_one_that_is_named() -> None:
    assert choose_url((OFF, ON), "") == ON.url
    assert choose_url((OFF, ON), "/a.mp3") == OFF.url
    with pytest.raises(CommandError, match=r"there are /a\.mp3, /b\.opus"):
        choose_url((OFF, ON), "/c")
    with pytest.raises(CommandError, match="no mount"):
        choose_url((), "")
