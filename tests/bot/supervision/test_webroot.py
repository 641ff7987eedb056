"""What our Icecast serves as files: its own pages and the last fallback, where it can reach them."""

from pathlib import Path

import pytest

from bandstand.bot.supervision import webroot
from bandstand.bot.supervision.webroot import ICECAST_WEB, make_webroot


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Icecast's own pages, and a /run of the test's."""
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "status.xsl").write_text("status")
    monkeypatch.setattr(webroot, "ICECAST_WEB", folder)
    monkeypatch.setattr(webroot, "RUN", tmp_path / "run")
    return folder


def test_icecasts_own_pages_are_there_and_a_second_time_is_no_fault(tmp_path: Path, pages: Path) -> None:
    folder = tmp_path / "var" / "webroot"
    for _ in range(2):
        assert make_webroot(folder, is_for_another_user=False) == folder
    assert (folder / "status.xsl").read_text() == "status"
    assert folder.stat().st_mode & 0o777 == 0o755


def test_another_user_who_may_not_pass_is_given_a_folder_elsewhere(tmp_path: Path, pages: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    folder = home / "webroot"
    for _ in range(2):
        root = make_webroot(folder, is_for_another_user=True)
        assert root.parent == tmp_path / "run"
        assert folder.resolve() == root
    (folder / "silence.mp3").write_text("silence")
    assert (root / "silence.mp3").read_text() == "silence"


def test_where_it_cannot_be_made_icecasts_own_folder_is_served(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert make_webroot(tmp_path / "file" / "webroot", is_for_another_user=False) == ICECAST_WEB
