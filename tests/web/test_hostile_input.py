"""Input that is meant to do harm, or that no client in its right mind sends: each has its status, and is a problem."""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient

from bandstand.common.api.requests import RequestSong, SearchSongs, VoteSkip, Wish
from bandstand.common.api.results import Requested, SongsFound
from bandstand.web.problems import MEDIA_TYPE
from tests.web.fake_link import LANTERN, FakeLink, make_settings, open_client
from tests.web.page_samples import make_answers

Client = TestClient[Any]
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
REQUESTED = Requested(song=LANTERN, position=1, heard_in=10.0)


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[TestClient[Any], FakeLink]]:
    link = FakeLink(make_answers() | {RequestSong: REQUESTED, SearchSongs: SongsFound(songs=(), found=0)})
    with open_client(link, make_settings(web={"requests": 0})) as client:
        yield client, link


@pytest.fixture
def client(shared: tuple[TestClient[Any], FakeLink]) -> TestClient[Any]:
    """One application for all tests of this file; it takes longest to make."""
    shared[0].cookies.clear()
    return shared[0]


@pytest.fixture
def link(shared: tuple[TestClient[Any], FakeLink]) -> FakeLink:
    shared[1].asked.clear()
    return shared[1]


def assert_problem(answer: Any, *statuses: int) -> None:
    assert answer.status_code in statuses, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    problem = answer.json()
    assert problem["status"] == answer.status_code and problem["title"] and len(problem.get("detail", "")) <= 500


BODIES = [
    b"", b"[", b"null", b"1", b'"x"', b"[]", b"{}", b'{"song": NaN}', b'{"song": Infinity}', b'{"song": 1e999}',
    b"[" * 60_000, b'{"song":' * 8_000, b'{"song": "\\ud800"}', b'{"song": "\xed\xa0\x80"}', b'{"song": "\xff"}',
    b'{"song": ["x"]}', b'{"song": {"a": 1}}', b'{"song": null}', b'{"song": "x"', b"\xff\xfe{", b"\xef\xbb\xbf{}",
    b'{"song": "' + b"x" * 3000 + b'"}', b'{"song": "a\nb"}', b"{'song': 'x'}", b'{"song": "x"} {"song": "y"}',
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_body_that_is_not_what_it_should_be_is_a_bad_request(client: Client, link: FakeLink, body: bytes) -> None:
    assert_problem(client.post("/api/requests", content=body, headers=JSON), 400)
    assert_problem(client.post("/api/commands", content=body, headers=JSON), 400)
    assert not any(isinstance(asked, RequestSong) for asked, _ in link.asked)


def test_of_two_values_of_one_name_the_last_counts(client: Client, link: FakeLink) -> None:
    answer = client.post("/api/requests", content=b'{"song": "a", "song": "b"}', headers=JSON)
    assert answer.status_code == 201 and link.asked[-1][0] == RequestSong(song="b")


NUMBERS = [
    ("/api/voteskip", b'{"cue": 1000000000000000000000000000000}'),
    ("/api/voteskip", b'{"cue": -1}'),
    ("/api/requests/remove", b'{"cue": 9223372036854775808}'),
    ("/api/ratings", b'{"value": NaN}'),
    ("/api/ratings", b'{"value": 1e999}'),
    ("/api/ratings", b'{"value": 1.5}'),
    ("/api/ratings", b'{"value": 1, "song": "x", "frame": 99999999999999999999}'),
    ("/api/commands", b'{"request": "seek", "seconds": 1e999}'),
]


@pytest.mark.parametrize(("path", "body"), NUMBERS)
def test_a_number_that_nothing_can_have_is_a_bad_request(
    client: Client, link: FakeLink, path: str, body: bytes
) -> None:
    assert_problem(client.post(path, content=body, headers=JSON), 400)
    assert not any(isinstance(asked, VoteSkip) for asked, _ in link.asked)


@pytest.mark.parametrize("path", ["/api/requests/99999999999999999999", "/api/requests/-1", "/api/requests/x"])
def test_an_entry_of_the_queue_that_cannot_be_is_refused(client: Client, path: str) -> None:
    assert_problem(client.delete(path), 400, 404)


FORMS = [b"song=%ED%A0%80", b"song=%FF%FE", b"song=%00", b"song=a%0d%0aSet-Cookie:%20x=y", b"song=%E2%80%AE", b"song=%"]


@pytest.mark.parametrize("body", FORMS)
def test_any_bytes_of_a_form_are_text_by_the_time_that_the_bot_is_asked(
    client: Client, link: FakeLink, body: bytes
) -> None:
    answer = client.post("/api/requests", content=body, headers=FORM)
    assert answer.status_code in (201, 400)
    for asked, _ in link.asked:
        if isinstance(asked, RequestSong):
            asked.song.encode()


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "multipart/form-data"},
        {"content-type": "multipart/form-data; boundary=" + "x" * 500},
        {"content-type": "multipart/form-data; boundary=\x00"},
        {"content-type": "text/plain"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": ""},
        {},
    ],
)
def test_a_form_without_its_form_is_refused(client: Client, headers: dict[str, str]) -> None:
    assert_problem(client.post("/api/requests", content=b"--x\r\nnonsense", headers=headers), 400, 415)


def test_more_than_there_is_room_for_is_too_long(client: Client, link: FakeLink) -> None:
    for headers in (JSON, FORM):
        assert_problem(client.post("/api/requests", content=b"x" * 70_000, headers=headers), 413)


QUERIES = [
    "/api/songs?q=%ED%A0%80", "/api/songs?q=%FF%00", "/api/songs?limit=99999999999999999999", "/api/songs?limit=1e3",
    "/api/songs?limit=", "/api/songs?offset=-1", "/api/songs?limit=1&limit=2", "/api/songs?q=" + "x" * 6000,
    "/library?page=99999999999999999999999", "/library?page=x", "/library?q=%00%0a", "/api/history?limit=nan",
    "/api/heard?serial=1e9", "/api/events?after=x", "/parts/air?song=" + "x" * 3000, "/api/songs/%ED%A0%80",
    "/api/songs/" + "x" * 3000, "/api/bands/%00", "/bands/%ED%A0%80", "/link/%0d%0aX:y", "/songs/%2e%2e%2f",
    "/api/nowplaying/%00", "/api/playlists/" + "y" * 3000,
]  # fmt: skip


@pytest.mark.parametrize("path", QUERIES)
def test_whatever_stands_in_an_address_nothing_breaks(client: Client, link: FakeLink, path: str) -> None:
    for accept in ("application/json", "text/html"):
        answer = client.get(path, headers={"accept": accept})
        assert answer.status_code in (200, 400, 404, 503), answer.text
        assert "x: y" not in answer.headers and "\n" not in "".join(answer.headers.values())


TRAVERSALS = [
    "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static/..%5capp.py", "/static//etc/passwd", "/static/.%2e/app.py",
    "/static/%00style.css", "/api/songs/..%2f..%2fetc%2fpasswd/audio", "/api/songs/7kq3/stems/..%2f..%2fsong.flac",
    "/api/songs/7kq3/stems/%2e%2e", "/api/songs/7kq3/stems/%2fetc%2fpasswd", "/api/songs/7kq3/%2e%2e/%2e%2e/audio",
    "/parts/..%2f..%2fadmin", "/studio/parts/..%2fbase", "/link/../../etc/passwd",
]  # fmt: skip


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_path_leads_out_of_its_folder(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (400, 403, 404) and "import" not in answer.text and "root:" not in answer.text


@pytest.mark.parametrize("method", ["PUT", "PATCH", "TRACE", "FOO", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/api/songs", "/api/requests", "/listen", "/healthz"])
def test_a_method_that_is_not_allowed_is_told_which_are(client: Client, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert_problem(answer, 405)
    assert answer.headers["allow"]


def test_a_wish_may_be_in_any_script(client: Client, link: FakeLink) -> None:
    words = "\N{ARABIC LETTER MEEM}\N{RIGHT-TO-LEFT OVERRIDE} \N{WAVING BLACK FLAG} " + "\u0301" * 200
    client.post("/api/wishes", json={"words": words})
    assert [asked for asked, _ in link.asked if isinstance(asked, Wish)] == [Wish(words=words)]
