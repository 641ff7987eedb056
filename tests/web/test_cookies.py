"""The signed cookie, its key, and the token of forms."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.web.cookies import KEY_BYTES, LONGEST, Kept, Signer, load_key, make_kept

SIGNER = Signer(b"k" * KEY_BYTES)
ANN = Kept("8f3a", "session", "Änn")


def test_what_was_sealed_is_opened_and_with_another_key_or_for_another_purpose_it_is_not() -> None:
    sealed = SIGNER.seal(ANN)
    assert SIGNER.open(sealed) == ANN
    assert SIGNER.open(SIGNER.seal(ANN, "said")) is None
    assert Signer(b"x" * KEY_BYTES).open(sealed) is None


@given(st.text(max_size=300))
def test_any_text_is_opened_to_nothing(text: str) -> None:
    assert SIGNER.open(text) is None


@given(st.integers(0, 200), st.sampled_from("aA0_-="))
def test_no_changed_letter_goes_unnoticed(place: int, letter: str) -> None:
    sealed = SIGNER.seal(ANN)
    changed = sealed[: place % len(sealed)] + letter + sealed[place % len(sealed) + 1 :]
    assert changed == sealed or SIGNER.open(changed) in (None, ANN)


def test_what_is_too_long_is_not_looked_at() -> None:
    assert SIGNER.open("a" * (LONGEST + 1)) is None


def test_a_token_is_the_visitors_own_and_another_after_they_log_in() -> None:
    token = SIGNER.make_token(ANN)
    assert SIGNER.is_token(token, ANN)
    for other in (Kept("other", "session"), Kept("8f3a", ""), make_kept()):
        assert not SIGNER.is_token(token, other)
    assert SIGNER.is_token(token, Kept("8f3a", "session", "Bob"))
    assert not SIGNER.is_token("\ud800é", ANN)


def test_two_visitors_are_two() -> None:
    assert make_kept().id != make_kept().id


def test_a_key_is_made_once_and_is_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "web.key"
    key = load_key(path)
    assert load_key(path) == key
    assert len(key) == KEY_BYTES
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["web.key"]


def test_a_key_that_others_may_read_is_closed_and_one_that_is_none_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "web.key"
    path.write_bytes(b"y" * KEY_BYTES)
    path.chmod(0o644)
    assert load_key(path) == b"y" * KEY_BYTES
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_bytes(b"short")
    key = load_key(path)
    assert len(key) == KEY_BYTES
    assert load_key(path) == key


def test_a_key_that_cannot_be_kept_is_another_each_time(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "nowhere" / "web.key"
    assert load_key(path) != load_key(path)
    assert "not known again" in caplog.text
