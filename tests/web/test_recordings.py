"""Recordings on the page: who sees which, ranges of their files, chapters, and no file but theirs."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bandstand.common.api.people import Right
from bandstand.common.api.recordings import GetRecording, ListRecordings, Recording, RecordingDetails, RecordingList
from bandstand.common.api.refusals import NoSuchRecording
from bandstand.common.recordings import SheetFile
from bandstand.web import recordings
from bandstand.web.bot_link import Declined
from bandstand.web.recordings import name_file
from tests.web.fake_link import FakeLink, make_settings, open_client
from tests.web.page_samples import HOSTILE, make_answers, make_recording

FILE = "2027-01-15-0803-8wq2z.opus"
HTML = {"accept": "text/html"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "recordings" / "2027-01-15-0803-8wq2z"
    made.mkdir(parents=True)
    (made / FILE).write_bytes(bytes(range(250)) * 2)
    (made / "recording.json").write_text("{}")
    return tmp_path


def ask(path: str, folder: Path, found: Recording | Exception | None = None, headers: Any = None) -> Any:
    answer = found if isinstance(found, Exception) else RecordingDetails(recording=found or make_recording())
    with open_client(FakeLink({GetRecording: answer}), make_settings(folder)) as client:
        return client.get(path, headers=headers or {})


def test_a_file_is_sent_whole_or_in_ranges(folder: Path) -> None:
    answer = ask(f"/recordings/8wq2z/{FILE}", folder)
    assert (answer.status_code, len(answer.content), answer.headers["content-type"]) == (200, 500, "audio/ogg")
    assert (answer.headers["accept-ranges"], answer.headers["cache-control"]) == ("bytes", "public, max-age=3600")
    part = ask(f"/recordings/8wq2z/{FILE}", folder, headers={"range": "bytes=100-199"})
    assert (part.status_code, part.headers["content-range"], len(part.content)) == (206, "bytes 100-199/500", 100)
    again = ask(f"/recordings/8wq2z/{FILE}", folder, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_file_that_is_stored_has_the_shows_name(folder: Path) -> None:
    said = ask(f"/recordings/8wq2z/{FILE}?download=true", folder).headers["content-disposition"]
    assert said.startswith("attachment") and 'filename="Blue Lantern 2027-01-15-0803-8wq2z.opus"' in said
    assert all("\n" not in name_file(make_recording(title), ".opus") for title in HOSTILE)


@pytest.mark.parametrize("name", ["recording.json", "..%2f..%2frecording.json", "2027-01-15-0803-8wq2z.flac", "x.opus"])
def test_no_other_file_is_given(name: str, folder: Path) -> None:
    (folder / "recording.json").write_text("secret")
    answer = ask(f"/recordings/8wq2z/{name}", folder)
    assert answer.status_code == 404 and b"secret" not in answer.content


def test_a_sheet_that_somebody_has_changed_names_no_file_elsewhere(folder: Path) -> None:
    (folder / "secret.opus").write_text("secret")
    evil = replace(make_recording(), files=(SheetFile("opus", "../../secret.opus", 6),))
    assert ask("/recordings/8wq2z/..%2f..%2fsecret.opus", folder, evil).status_code == 404


def test_what_is_not_public_is_not_there(folder: Path) -> None:
    why = Declined(NoSuchRecording("8wq2z"), "there is no recording 8wq2z")
    for path in ("", "/chapters.json", f"/{FILE}"):
        assert ask(f"/recordings/8wq2z{path}", folder, why).status_code == 404


def test_of_what_only_djs_see_no_cache_keeps_anything(folder: Path) -> None:
    for path in ("chapters.json", FILE):
        answer = ask(f"/recordings/8wq2z/{path}", folder, make_recording(is_public=False))
        assert answer.headers["cache-control"] == "private, no-store"


def test_chapters_are_as_players_read_them(folder: Path) -> None:
    answer = ask("/recordings/8wq2z/chapters.json", folder, headers={"origin": "https://player.example"})
    assert answer.headers["content-type"] == "application/json+chapters"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json() == {
        "version": "1.2.0",
        "title": "Blue Lantern",
        "podcastName": "Test Radio",
        "chapters": [
            {"startTime": 0.0, "title": "Blue Lantern - Blue Lantern", "url": "http://testserver.local/songs/7kq3"},
            {"startTime": 105.25, "title": "Blue Lantern"},
        ],
    }


def test_a_recordings_page_has_a_player_its_titles_and_its_files() -> None:
    with open_client(FakeLink(make_answers())) as client:
        page = client.get("/recordings/8wq2z", headers=HTML).text
    base = "/recordings/8wq2z/2027-01-15-0803-8wq2z"
    for shown in (f'<source src="{base}.opus" type="audio/ogg; codecs=opus">', f'href="{base}.opus#t=105.25"', "1:45",
                  f'href="{base}.flac?download=true"', "/songs/7kq3", "2 songs", "1:00:05"):  # fmt: skip
        assert shown in page, shown
    assert "a jingle" not in page and "Hide it" not in page


def test_the_list_has_pages_and_the_pages_link_to_it_where_there_is_something() -> None:
    with open_client(FakeLink(make_answers())) as client:
        assert 'href="/recordings?page=2"' in client.get("/recordings", headers=HTML).text
        assert 'href="/recordings"' in client.get("/", headers=HTML).text
    none = RecordingList(recordings=(), total=0, is_on=False)
    with open_client(FakeLink(make_answers() | {ListRecordings: none})) as client:
        assert 'href="/recordings"' not in client.get("/", headers=HTML).text
        assert "There are none yet" in client.get("/recordings", headers=HTML).text


def test_listeners_ask_for_what_is_public_and_djs_for_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    link = FakeLink(make_answers() | {GetRecording: RecordingDetails(recording=make_recording(is_public=False))})
    with open_client(link) as client:
        client.get("/recordings", headers=HTML)
        assert [request.is_public for request, _ in link.asked if isinstance(request, ListRecordings)] == [True, True]
        link.asked.clear()
        monkeypatch.setattr("bandstand.web.people.Visitor.right", Right.DJ)
        client.get("/recordings", headers=HTML)
        assert ListRecordings(limit=recordings.PAGE) in [request for request, _ in link.asked]
        details = client.get("/recordings/8wq2z", headers=HTML).text
    assert "not public" in details and "Publish it" in details


def test_the_api_has_the_public_ones() -> None:
    link = FakeLink(make_answers())
    with open_client(link) as client:
        assert client.get("/api/recordings?limit=5&offset=5").json()["total"] == 40
        assert client.get("/api/recordings/8wq2z").json()["recording"]["code"] == "8wq2z"
        assert client.get("/api/recordings/8wq2z%00").status_code in (400, 404)
    assert ListRecordings(limit=5, offset=5, is_public=True) in [request for request, _ in link.asked]
