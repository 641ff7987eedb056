"""The page's own files: kept by browsers for a year, and new at once when they change."""

from configparser import ConfigParser
from fnmatch import fnmatch
from pathlib import Path

import pytest

from bandstand.web.static_files import FOLDER, StaticFiles
from tests.web.fake_link import FakeLink, open_client


def test_a_file_has_a_mark_of_its_content_and_is_read_again_when_it_changes(tmp_path: Path) -> None:
    files = StaticFiles(tmp_path)
    (tmp_path / "a.js").write_text("one")
    before = files.get_url("a.js")
    (tmp_path / "a.js").write_text("two, longer")
    after = files.get_url("a.js")
    assert before.startswith("/static/a.js?v=") and before != after


@pytest.mark.parametrize(
    "name", ["../app.py", "", "a/../../app.py", ".hidden", "a//b", "x" * 5000, "\x00", "/etc/passwd"]
)
def test_nothing_but_the_files_of_the_folder_is_given(name: str) -> None:
    assert StaticFiles(FOLDER).find(name) is None


def test_browsers_keep_what_is_named_with_its_mark() -> None:
    url = StaticFiles().get_url("style.css")
    with open_client(FakeLink()) as client:
        marked = client.get(url)
        plain = client.get("/static/style.css")
        again = client.get(url, headers={"if-none-match": marked.headers["etag"]})
        missing = client.get("/static/none.css")
        plain_bytes = client.get(url, headers={"accept-encoding": "identity"})
    assert "immutable" in marked.headers["cache-control"] and "immutable" not in plain.headers["cache-control"]
    assert marked.headers["content-type"] == "text/css; charset=utf-8"
    assert marked.headers["content-encoding"] == "gzip" and "content-encoding" not in plain_bytes.headers
    assert marked.text == plain_bytes.text == (FOLDER / "style.css").read_text()
    assert (again.status_code, again.content) == (304, b"")
    assert missing.status_code == 404


def test_every_file_of_the_page_is_installed_with_it() -> None:
    setup = ConfigParser()
    setup.read(Path(__file__).parents[2] / "setup.cfg")
    patterns = [one.strip() for one in setup["options.package_data"]["bandstand.web"].split(",")]
    found = [path for folder in ("static", "templates") for path in FOLDER.with_name(folder).rglob("*")]
    names = [path.relative_to(FOLDER.parent) for path in found if path.is_file()]
    missing = [
        str(name) for name in names
        if not any(fnmatch(str(name), one) and one.count("/") == len(name.parts) - 1 for one in patterns)
    ]  # fmt: skip
    assert names and not missing


def test_browsers_that_were_told_of_no_icon_find_one() -> None:
    with open_client(FakeLink()) as client:
        answer = client.get("/favicon.ico")
    assert answer.status_code == 200 and answer.content.startswith(b"\0\0\1\0")
    assert answer.headers["content-type"] == "image/vnd.microsoft.icon"
