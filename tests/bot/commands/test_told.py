"""What visitors of the page are told of what they did: the sentences of the commands that do the same."""

import pytest

from bandstand.bot.commands.told import say_result
from bandstand.bot.station.table import REQUESTS
from bandstand.common.api import requests
from bandstand.common.api.people import Requester, Right
from bandstand.common.api.requests import Request
from bandstand.common.api.results import WishRead
from bandstand.common.api.wishing import Understood
from tests.bot.commands.samples import RESULTS

ANN = Requester("ann", right=Right.DJ)


@pytest.mark.parametrize("kind", RESULTS, ids=lambda kind: kind.__name__)
def test_whatever_changes_something_is_told(kind: type[Request]) -> None:
    if REQUESTS[kind].writes and kind is not requests.PlayPipe:  # that comes from a shell alone
        assert say_result(kind, RESULTS[kind], ANN)


def test_another_like_a_song_is_told_as_a_wish() -> None:
    said = say_result(requests.WishAlike, RESULTS[requests.Wish], ANN)
    assert said.startswith("your wish is composed: bossa by Trio Maresol")


def test_what_nobody_says_in_words_is_told_by_the_page_itself() -> None:
    assert say_result(requests.LogOut, RESULTS[requests.Wish], ANN) == ""


def test_a_wish_that_is_only_read_is_told_with_the_moment_from_which_it_would_be_granted() -> None:
    understood = Understood(band="Trio Maresol", style="bossa", parameters={"key": "Dm"}, unknown=("purple",))
    read = WishRead(understood=understood)
    said = "bossa by Trio Maresol, in Dm; did not understand: purple"
    assert say_result(requests.ReadWish, read, ANN) == said
    busy = WishRead(understood=understood, refused="wish_too_soon", allowed_at=600.0, wait=60.0)
    assert say_result(requests.ReadWish, busy, ANN).startswith(f"{said}; you may wish again from ")
    full = WishRead(understood=understood, refused="too_many_wishes")
    assert say_result(requests.ReadWish, full, ANN) == f"{said}; you may wish again later"
