"""`bandstand passwd` where no station runs; with one it is in the integration tests."""

import sys
from io import StringIO
from pathlib import Path

import pytest

from bandstand.bot import passwd
from bandstand.bot.station import passwords
from bandstand.bot.storage.store import run_once
from bandstand.common.cli import main as bandstand
from bandstand.common.lock import ProcessLock
from bandstand.common.paths import Paths


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def give(monkeypatch: pytest.MonkeyPatch, *words: str, given: str = "") -> int:
    monkeypatch.setattr(sys, "stdin", StringIO(given))
    return bandstand(["passwd", *words])


def stored(folder: Path, name: str) -> str | None:
    return run_once(Paths(folder / "var"), lambda tx: tx.people.get_password(name))


def test_an_account_is_made_changed_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert give(monkeypatch, "Ann", given="a long secret\n") == 0
    assert passwords.is_right("a long secret", stored(tmp_path, "ann"))
    assert give(monkeypatch, "ann", given="another secret\n") == 0
    assert passwords.is_right("another secret", stored(tmp_path, "ann"))
    assert give(monkeypatch, "--remove", "ann") == 0
    assert stored(tmp_path, "ann") is None
    assert [line.split(";")[0] for line in capsys.readouterr().out.splitlines()] == [
        "ok: ann may log in",
        "ok: ann has a new password",
        "ok: ann has no account and no right any more",
    ]


@pytest.mark.parametrize(
    ("words", "given", "complaint"),
    [
        (["ann"], "short\n", "at least 8 characters; nothing was changed"),
        (["ann"], "", "at least 8 characters; nothing was changed"),
        (["../ann"], "a long secret\n", "a name is of at most 32"),
        (["--remove", "nobody"], "", "no account nobody"),
    ],
)
def test_what_cannot_be_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], given: str, complaint: str
) -> None:
    assert give(monkeypatch, *words, given=given) == 1
    assert complaint in capsys.readouterr().err


def test_a_bot_that_does_not_answer_keeps_the_database_to_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "var").mkdir()
    lock = ProcessLock(tmp_path / "var" / "bot.lock")
    lock.acquire("bandstand")
    try:
        assert give(monkeypatch, "ann", given="a long secret\n") == 1
    finally:
        lock.release()
    assert "already running" in capsys.readouterr().err


def test_two_passwords_that_differ_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    typed = iter(["one secret", "another one"])
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(passwd.getpass, "getpass", lambda _: next(typed))
    assert bandstand(["passwd", "ann"]) == 1
