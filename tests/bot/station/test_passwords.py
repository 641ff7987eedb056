"""Passwords as they are kept."""

import pytest

from bandstand.bot.station import passwords


def test_only_the_password_itself_is_right() -> None:
    stored = passwords.hash_password("päss wörd")
    assert passwords.is_right("päss wörd", stored)
    assert not passwords.is_right("pass word", stored)
    assert not passwords.is_right("", stored)


def test_the_same_password_is_never_kept_alike() -> None:
    assert passwords.hash_password("same") != passwords.hash_password("same")


def test_nobody_has_no_password_that_is_right() -> None:
    assert not passwords.is_right("", None)
    assert not passwords.is_right("anything", None)


@pytest.mark.parametrize("stored", ["", "plain", "scrypt$1$8$1$AA==$AA==", "scrypt$x$8$1$AA==$AA==", "scrypt$$$$$"])
def test_what_it_did_not_make_is_not_well_formed(stored: str) -> None:
    assert passwords.is_well_formed(passwords.hash_password("x"))
    assert not passwords.is_well_formed(stored)
