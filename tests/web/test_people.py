"""Who visits: the cookie that everybody gets, logging in and out, and what somebody is told on the next page."""

import re
import stat
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from bandstand.common.api.people import Right
from bandstand.common.api.refusals import LinkOver, TooManyLogIns, WrongPassword
from bandstand.common.api.requests import ChooseName, GetSelf, LogIn, LogOut, OpenLink, RequestSong
from bandstand.common.api.results import LoggedIn, LoggedOut, NameChosen, Requested, You
from bandstand.web.bot_link import Declined
from bandstand.web.people import COOKIE, SAID, SECURE
from tests.web.fake_link import LANTERN, Answers, FakeLink, make_settings, open_client

IN: Answers = {
    LogIn: LoggedIn(session="s3cret", name="ann", known_as="ann", right=Right.DJ, expires=2e9),
    OpenLink: LoggedIn(session="s3cret", name="Ann_", known_as="libera/ann", right=Right.DJ, expires=2e9),
    GetSelf: You(name="ann", right=Right.DJ, known_as="ann"),
    LogOut: LoggedOut(sessions=1),
    ChooseName: NameChosen(name="Eve", shown="Eve (page)"),
    RequestSong: Requested(song=LANTERN, position=1, heard_in=10.0),
}
HTML = {"accept": "text/html"}


def get_token(client: TestClient[Any], path: str = "/account") -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def send_form(client: TestClient[Any], path: str, **fields: str) -> Any:
    """As a browser without scripts."""
    fields = {"csrf": get_token(client), **fields}
    return client.post(path, data=fields, headers=HTML, follow_redirects=False)


def get_by(link: FakeLink, kind: type) -> Any:
    """For whom this was asked last."""
    return [by for request, by in link.asked if isinstance(request, kind)][-1]


def test_a_visitor_of_a_page_gets_a_cookie_that_scripts_cannot_read_and_keeps_it() -> None:
    with open_client(FakeLink(IN)) as client:
        first = client.get("/account")
        cookie = first.headers["set-cookie"]
        assert cookie.startswith(f"{COOKIE}-")
        assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
        assert "Secure" not in cookie
        assert "set-cookie" not in client.get("/account").headers


def test_over_https_the_cookie_is_for_this_host_and_https_alone(tmp_path: Path) -> None:
    with open_client(FakeLink(IN), make_settings(tmp_path)) as client:
        client.base_url = "https://radio.example"  # type: ignore[assignment]
        cookie = client.get("/account").headers["set-cookie"]
    assert cookie.startswith(f"{SECURE}-")
    assert "Secure" in cookie


def test_what_programs_and_other_pages_read_sets_no_cookie() -> None:
    with open_client(FakeLink(IN)) as client:
        for path in ("/api/me", "/healthz", "/static/style.css", "/api/nonsense"):
            assert "set-cookie" not in client.get(path).headers, path


def test_a_visitor_is_the_same_for_the_bot_after_a_restart(tmp_path: Path) -> None:
    link = FakeLink(IN)
    cookies: dict[str, str] = {}
    names = []
    for _ in range(2):
        with open_client(link, make_settings(tmp_path)) as client:
            client.cookies.update(cookies)
            send_form(client, "/api/requests", song="7kq3")
            cookies = {one.name: one.value or "" for one in client.cookies.jar if not one.name.startswith(SAID)}
        names.append(get_by(link, RequestSong).identity.cookie)
    assert names[0] == names[1] != ""
    assert stat.S_IMODE((tmp_path / "web.key").stat().st_mode) == 0o600


def test_two_stations_on_one_host_have_cookies_of_their_own(tmp_path: Path) -> None:
    names: set[str] = set()
    for folder in (tmp_path / "one", tmp_path / "two"):
        folder.mkdir()
        with open_client(FakeLink(IN), make_settings(folder)) as client:
            client.get("/account")
            names |= set(client.cookies)
    assert len(names) == 2


def test_a_cookie_that_was_changed_is_none() -> None:
    link = FakeLink(IN)
    with open_client(link) as client:
        client.get("/account")
        ((name, value),) = client.cookies.items()
        client.cookies.set(name, value[:-3] + "abc")
        assert client.post("/api/requests", json={"song": "7kq3"}).status_code == 201
    assert get_by(link, RequestSong).identity.cookie == ""


def test_a_program_without_a_cookie_is_known_by_its_address_alone() -> None:
    link = FakeLink(IN)
    with open_client(link) as client:
        answer = client.post("/api/requests", json={"song": "7kq3"})
    assert (answer.status_code, answer.json()["sentence"]) == (201, "so it was done")
    assert answer.json()["result"]["song"]["code"] == "7kq3"
    identity = get_by(link, RequestSong).identity
    assert (identity.network, identity.cookie, identity.account, identity.session) == ("web", "", "", "")
    assert identity.address


def test_who_logs_in_has_another_cookie_and_token_and_is_known_from_then_on() -> None:
    link = FakeLink(IN)
    with open_client(link) as client:
        before = get_token(client)
        cookie = dict(client.cookies)
        answer = send_form(client, "/api/login", account="ann", password="hunter2", back="/library")
        assert (answer.status_code, answer.headers["location"]) == (303, "/library")
        assert dict(client.cookies) != cookie
        assert get_token(client) != before
        page = client.get("/account").text
        assert "with the right dj" in page
    assert get_by(link, GetSelf).identity.session == "s3cret"
    assert LogIn(account="ann", password="hunter2") in [request for request, _ in link.asked]


def test_the_session_is_in_no_answer_but_the_cookie() -> None:
    with open_client(FakeLink(IN)) as client:
        answer = client.post("/api/login", json={"account": "ann", "password": "x"})
        assert answer.status_code == 200
        assert answer.json()["result"]["account"] == "ann"
        assert "s3cret" not in answer.text


def test_a_link_is_used_by_its_form_and_not_by_looking_at_it() -> None:
    link = FakeLink(IN)
    with open_client(link) as client:
        page = client.get("/link/abc-123")
        assert page.status_code == 200
        assert 'value="abc-123"' in page.text
        assert not any(isinstance(request, OpenLink) for request, _ in link.asked)
        send_form(client, "/api/login/link", code="abc-123")
    assert OpenLink(code="abc-123") in [request for request, _ in link.asked]


def test_to_log_out_forgets_the_session_and_the_visitor() -> None:
    link = FakeLink(IN)
    with open_client(link) as client:
        send_form(client, "/api/login", account="ann", password="x")
        send_form(client, "/api/logout", everywhere="true")
        assert "You are not logged in" in client.get("/account").text
    assert LogOut(is_everywhere=True) in [request for request, _ in link.asked]


def test_a_session_that_the_bot_does_not_know_any_more_is_forgotten() -> None:
    link = FakeLink(IN)
    with open_client(link) as client:
        send_form(client, "/api/login", account="ann", password="x")
        link.answers[GetSelf] = You(name="a visitor", right=Right.LISTENER, is_visitor=True)
        page = client.get("/account")
        assert "You are not logged in" in page.text
        assert "set-cookie" in page.headers
        link.answers[GetSelf] = You(name="ann", right=Right.DJ, known_as="ann")
        assert client.get("/api/me").json()["account"] == ""


def test_while_the_bot_is_away_nobody_is_logged_out() -> None:
    link = FakeLink(IN)
    with open_client(link) as client:
        send_form(client, "/api/login", account="ann", password="x")
        link.is_connected = False
        assert client.get("/api/me").json()["right"] == "listener"
        link.is_connected = True
        assert client.get("/api/me").json() | {"csrf": ""} == {
            "name": "ann",
            "account": "ann",
            "right": "dj",
            "csrf": "",
        }


@pytest.mark.parametrize(
    ("why", "status", "retry"),
    [(WrongPassword(), 403, None), (LinkOver(), 403, None), (TooManyLogIns(5.0), 429, "5")],
)
def test_a_log_in_that_fails_says_so_to_programs_and_on_the_page(why: Any, status: int, retry: str | None) -> None:
    link = FakeLink({**IN, LogIn: Declined(why, "that was nothing")})
    with open_client(link) as client:
        answer = client.post("/api/login", json={"account": "ann", "password": "x"})
        assert (answer.status_code, answer.headers.get("retry-after")) == (status, retry)
        assert answer.json()["detail"] == "that was nothing"
        form = send_form(client, "/api/login", account="ann", password="x", back="/library")
        assert form.headers["location"] == "/login"
        shown = client.get("/login").text
        assert "That was nothing" in shown
        assert "That was nothing" not in client.get("/login").text


def test_a_name_is_chosen_by_the_bots_leave_and_told_with_what_is_asked() -> None:
    link = FakeLink(IN)
    with open_client(link) as client:
        send_form(client, "/api/name", name="Eve")
        assert 'value="Eve"' in client.get("/account").text
        send_form(client, "/api/requests", song="x")
    assert get_by(link, RequestSong).name == "Eve"


def test_a_form_without_scripts_comes_back_to_its_page_with_a_sentence() -> None:
    with open_client(FakeLink(IN)) as client:
        answer = send_form(client, "/api/requests", song="7kq3", back="/songs/7kq3?a=b")
        assert (answer.status_code, answer.headers["location"]) == (303, "/songs/7kq3?a=b")
        assert "So it was done" in client.get("/account").text
        assert "So it was done" not in client.get("/account").text


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "/\r\nx: y"]
)
def test_a_form_leads_to_no_other_site(back: str) -> None:
    with open_client(FakeLink(IN)) as client:
        assert send_form(client, "/api/requests", song="7kq3", back=back).headers["location"] == "/"


def test_who_asks_through_a_proxy_that_is_not_ours_has_the_proxys_address() -> None:
    """The server, not a header, says who asks; `[web] proxies` is uvicorn's to honour."""
    link = FakeLink(IN)
    with open_client(link) as client:
        client.post("/api/requests", json={"song": "x"}, headers={"x-forwarded-for": "203.0.113.9"})
    assert get_by(link, RequestSong).identity.address != "203.0.113.9"
