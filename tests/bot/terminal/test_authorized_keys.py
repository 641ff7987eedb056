"""The file of keys: which line lets whom in."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twisted.conch.ssh.keys import Key

from bandstand.bot.terminal.authorized_keys import AuthorizedKeys

HALF = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDZjYWxsaW5nIGFsbCByb2JvdHMgdG8gdGhlIHN0"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"


def let_in(folder: Path, text: str, name: str) -> list[Key]:
    path = folder / "keys"
    path.write_text(text)
    return list(AuthorizedKeys(path).getAuthorizedKeys(name.encode()))


def test_the_comment_names_the_person_and_what_is_after_the_at_does_not_matter(tmp_path: Path) -> None:
    text = f"# keys\n\n{KEY} ann@laptop\n{KEY} Ann\n{KEY} bob@ann\n"
    assert len(let_in(tmp_path, text, "ann")) == 2
    assert len(let_in(tmp_path, text, "ANN")) == 2
    assert len(let_in(tmp_path, text, "bob")) == 1
    assert let_in(tmp_path, text, "laptop") == []


def test_a_line_with_restrictions_without_a_name_or_without_a_key_lets_nobody_in(tmp_path: Path) -> None:
    text = f'no-pty {KEY} ann\ncommand="true" {KEY} ann\n{KEY}\n{HALF} ann\nssh-ed25519 !!! ann\nssh-dss AAAA ann\n'
    assert let_in(tmp_path, text, "ann") == []


def test_a_file_that_is_gone_lets_nobody_in(tmp_path: Path) -> None:
    assert list(AuthorizedKeys(tmp_path / "none").getAuthorizedKeys(b"ann")) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200), st.binary(max_size=20))
def test_any_text_is_a_file_of_keys_and_any_name_is_asked_for(tmp_path: Path, text: str, name: bytes) -> None:
    path = tmp_path / "keys"
    path.write_text(f"ssh-ed25519 {text}\n{text}", "utf-8", errors="replace")
    assert list(AuthorizedKeys(path).getAuthorizedKeys(name)) == []


def test_keys_of_other_people_are_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = []
    monkeypatch.setattr(Key, "fromString", lambda text: decoded.append(text))
    let_in(tmp_path, "".join(f"{KEY} somebody{number}\n" for number in range(1000)) + f"{KEY} ann\n", "ann")
    assert len(decoded) == 1
