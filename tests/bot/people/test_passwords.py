"""Passwords as they are kept."""

import pytest

from bot.people import passwords


def test_only_the_password_itself_is_right() -> None:
    stored = passwords.kept("päss wörd")
    assert passwords.right("päss wörd", stored)
    assert not passwords.right("pass word", stored)
    assert not passwords.right("", stored)


def test_the_same_password_is_never_kept_alike() -> None:
    assert passwords.kept("same") != passwords.kept("same")


def test_nobody_has_no_password_that_is_right() -> None:
    assert not passwords.right("", None)
    assert not passwords.right("anything", None)


@pytest.mark.parametrize("stored", ["", "plain", "scrypt$1$8$1$AA==$AA==", "scrypt$x$8$1$AA==$AA==", "scrypt$$$$$"])
def test_what_it_did_not_make_is_not_well_formed(stored: str) -> None:
    assert passwords.well_formed(passwords.kept("x"))
    assert not passwords.well_formed(stored)
