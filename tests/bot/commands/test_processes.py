"""Starting parts of the station anew."""

from typing import Any

import pytest

from bot.effects import Restart
from common.errors import UsageError


def test_the_streamer_is_replaced_and_whoever_asked_hears_if_it_is_not(bench: Any) -> None:
    (effect,) = bench.say("restart streamer").effects
    assert isinstance(effect, Restart) and effect.where


@pytest.mark.parametrize("part", ["icecast", "bot", "everything"])
def test_what_cannot_be_restarted_says_what_can(part: str, bench: Any) -> None:
    with pytest.raises(UsageError, match="restart streamer"):
        bench.say(f"restart {part}")
