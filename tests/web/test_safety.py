"""Headers that keep a browser from being used against its visitor, and forms that come from elsewhere."""

from typing import Any

import pytest

from bandstand.common.api.requests import ListFavourites, RemoveFavourite, RequestSong, Skip
from bandstand.common.api.results import FavouriteRemoved, Favourites, Requested, Skipped
from bandstand.web.safety import find_origin, name_source
from tests.web.fake_link import LANTERN, FakeLink, make_settings, open_client
from tests.web.page_samples import make_answers
from tests.web.test_people import get_token

ANSWERS: dict[Any, Any] = {
    RequestSong: Requested(song=LANTERN, position=1, heard_in=10.0),
    Skip: Skipped(song=LANTERN, following=None),
    ListFavourites: Favourites(name="", songs=(LANTERN,), total=1),
    RemoveFavourite: FavouriteRemoved(song=LANTERN, was_there=True, favourites=0),
}


def test_a_page_runs_no_script_that_stands_in_it_and_is_shown_in_no_frame() -> None:
    with open_client(FakeLink()) as client:
        headers = client.get("/account").headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert (headers["x-frame-options"], headers["x-content-type-options"]) == ("DENY", "nosniff")
    assert (headers["referrer-policy"], headers["cross-origin-opener-policy"]) == ("same-origin", "same-origin")
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cache-control"] in ("no-cache", "no-cache, private", "no-store")


@pytest.mark.parametrize("path", ["/", "/login", "/link/x", "/account", "/library", "/nonsense"])
def test_no_page_has_a_script_or_a_style_in_it(path: str) -> None:
    with open_client(FakeLink()) as client:
        page = client.get(path, headers={"accept": "text/html"}).text
    assert "<style" not in page
    assert " style=" not in page
    assert not [part for part in page.split("<script")[1:] if not part.partition("</script>")[0].endswith(">")]
    assert " onclick" not in page and " onload" not in page and "javascript:" not in page


def read_policy(url: str, **web: str) -> dict[str, str]:
    with open_client(FakeLink(make_answers()), make_settings(web=web)) as client:
        header = client.get(url, headers={"accept": "text/html"}).headers["content-security-policy"]
    return dict(part.split(" ", 1) for part in header.split("; "))


def test_a_page_connects_to_its_own_site_and_the_mounts_and_to_nobody_else() -> None:
    policy = read_policy("http://radio.example:8080/")
    assert policy["connect-src"] == "'self' http://radio.example:8000"
    assert policy["media-src"] == "'self' blob: http://radio.example:8000"
    proxied = read_policy("/library", streams_url="https://sound.example/radio")
    assert proxied["connect-src"] == "'self' https://sound.example"
    assert read_policy("/nonsense")["connect-src"] == "'self'"


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("http://127.0.0.1:8000/stream.opus", "http://127.0.0.1:8000"),
        ("https://Radio.example/x?y;z", "https://radio.example"),
        ("http://[::1]:8000/x", "http:"),
        ("https://r\N{LATIN SMALL LETTER A WITH DIAERESIS}dio.example", "https:"),
        ("http://x; script-src */", "http:"),
        ("http://x'unsafe-inline'", "http:"),
        ("javascript:alert(1)", ""),
        ("/listen", ""),
    ],
)
def test_no_address_says_more_in_the_policy_than_where_it_is(url: str, source: str) -> None:
    assert name_source(url) == source


@pytest.mark.parametrize(
    "host", ["a b", "x/y", "x?y", "a@b", "x:y", '"><script>', "[::1", "x" * 300, "x:123456", "x:99999"]
)
def test_a_host_that_is_none_is_no_part_of_an_answer(host: str) -> None:
    with open_client(FakeLink(make_answers())) as client:
        answer = client.get("/listen.m3u", headers={"host": host})
    assert answer.status_code == 400 and "Host" in answer.json()["detail"]


def test_errors_and_the_api_have_the_headers_too() -> None:
    with open_client(FakeLink()) as client:
        for path in ("/api/nonsense", "/healthz", "/static/style.css"):
            headers = client.get(path).headers
            assert headers["x-content-type-options"] == "nosniff", path
            assert "frame-ancestors 'none'" in headers["content-security-policy"]


FROM_ELSEWHERE = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://testserver.local.evil.example"},
    {"origin": "http://testserver.local:8081"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "origin": "http://testserver.local"},
]


@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
def test_what_another_site_sends_is_not_done_even_without_a_cookie(headers: dict[str, str]) -> None:
    link = FakeLink(ANSWERS)
    with open_client(link) as client:
        answers = [
            client.post("/api/requests", json={"song": "x"}, headers=headers),
            client.post("/api/requests", data={"song": "x"}, headers=headers),
            client.delete("/api/favourites/x", headers=headers),
        ]
    assert [answer.status_code for answer in answers] == [403] * 3
    assert not any(isinstance(request, RequestSong) for request, _ in link.asked)


def test_our_own_page_is_known_behind_a_proxy_and_under_its_public_address() -> None:
    with open_client(FakeLink(ANSWERS), make_settings(web={"public_url": "https://Radio.example/"})) as client:
        for headers in (
            {"origin": "https://radio.example"},
            {"origin": "http://testserver.local"},
            {"sec-fetch-site": "same-origin", "origin": "https://elsewhere.example"},
            {"sec-fetch-site": "none"},
        ):
            assert client.post("/api/requests", json={"song": "x"}, headers=headers).status_code == 201, headers


def test_with_our_cookie_nothing_is_done_without_the_token() -> None:
    link = FakeLink(ANSWERS)
    with open_client(link) as client:
        token = get_token(client)
        for answer in (
            client.post("/api/requests", json={"song": "x"}),
            client.post("/api/requests", json={"song": "x", "csrf": token}),
            client.post("/api/requests", data={"song": "x"}),
            client.post("/api/requests", data={"song": "x", "csrf": "wrong"}),
            client.post("/api/requests", json={"song": "x"}, headers={"x-csrf-token": "wrong"}),
            client.delete("/api/favourites/x"),
            client.post("/api/commands", json={"request": "skip"}),
        ):
            assert answer.status_code == 403
            assert "load it again" in answer.json()["detail"]
        assert client.post("/api/requests", json={"song": "x"}, headers={"x-csrf-token": token}).status_code == 201
        form = {"song": "x", "csrf": token}
        assert client.post("/api/requests", data=form, headers={"accept": "application/json"}).status_code == 201
        assert client.delete("/api/favourites/x", headers={"x-csrf-token": token}).status_code == 200
    assert len([one for one, _ in link.asked if isinstance(one, RequestSong)]) == 2


def test_the_token_of_another_visitor_is_none_of_ours() -> None:
    with open_client(FakeLink(ANSWERS)) as client:
        token = get_token(client)
        client.cookies.clear()
        client.get("/account")
        assert client.post("/api/requests", json={}, headers={"x-csrf-token": token}).status_code == 403


def test_others_may_read_what_everybody_may_but_with_no_cookie_and_nothing_is_changed_from_there() -> None:
    with open_client(FakeLink(ANSWERS)) as client:
        answer = client.get("/healthz", headers={"origin": "https://other.example"})
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        asked = {"origin": "https://other.example", "access-control-request-method": "POST"}
        preflight = client.options("/api/requests", headers=asked)
        assert preflight.status_code == 400 or "POST" not in preflight.headers.get("access-control-allow-methods", "")


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://radio.example/", "https://radio.example"),
        ("HTTPS://Radio.Example:443/x", "https://radio.example"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("null", ""),
        ("", ""),
        ("https://", ""),
        ("https://x:99999", ""),
        ("http://[", ""),
        ("ftp://x", ""),
    ],
)
def test_an_origin_is_written_in_one_way(url: str, origin: str) -> None:
    assert find_origin(url) == origin
