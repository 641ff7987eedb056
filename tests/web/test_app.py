"""The application as a whole: what it answers to anybody, and every error as problem details."""

import json
import re
from typing import Any

import pytest
from litestar import get

from bandstand.common.api.people import Right
from bandstand.common.api.refusals import NeedsRight, NoSuchSong, Refusal, RequestTooSoon, TooManyJobs
from bandstand.web import app
from bandstand.web.bot_link import BotAway, BotFailed, BotHindered, Declined, RequestTooLong
from bandstand.web.problems import MEDIA_TYPE, Trouble
from tests.web.fake_link import LANTERN, FakeLink, open_client

TOO_SOON = RequestTooSoon(last_song=LANTERN, last=1.0, allowed_at=2.0, wait=61.2)


def test_health_needs_no_bot() -> None:
    with open_client(FakeLink(is_connected=False)) as client:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_the_first_page_shows_what_is_on_the_air() -> None:
    with open_client(FakeLink()) as client:
        page = client.get("/")
    assert page.status_code == 200 and page.headers["content-type"] == "text/html; charset=utf-8"
    assert "Test Radio" in page.text and "Blue Lantern" in page.text and "Long Road" in page.text


def test_the_first_page_is_there_without_a_bot() -> None:
    with open_client(FakeLink(is_connected=False)) as client:
        assert client.get("/").status_code == 200


def test_what_is_not_there_is_a_problem_for_programs_and_a_page_for_people() -> None:
    with open_client(FakeLink()) as client:
        problem = client.get("/api/nonsense")
        page = client.get("/nonsense", headers={"accept": "text/html"})
    assert (problem.status_code, problem.headers["content-type"]) == (404, MEDIA_TYPE)
    assert problem.json()["title"] == "Not Found" and problem.json()["status"] == 404
    assert page.status_code == 404 and "<h1>Not Found</h1>" in page.text


def test_a_wrong_method_says_which_are_right() -> None:
    with open_client(FakeLink()) as client:
        answer = client.post("/healthz")
    assert (answer.status_code, answer.headers["content-type"]) == (405, MEDIA_TYPE)
    assert "GET" in answer.headers["allow"]


def decline(why: Refusal) -> Declined:
    return Declined(why, "the sentence")


@pytest.mark.parametrize(
    ("error", "status", "retry_after", "kind"),
    [
        (BotAway(), 503, "2", "about:blank"),
        (BotHindered("the database does not answer"), 503, "2", "about:blank"),
        (BotFailed("ref 3f2a"), 500, None, "about:blank"),
        (RequestTooLong("too long"), 413, None, "about:blank"),
        (Trouble(429, "slower", 0.2), 429, "1", "about:blank"),
        (RuntimeError("secret"), 500, None, "about:blank"),
        (decline(NoSuchSong(words="x", known=1)), 404, None, "urn:bandstand:no_such_song"),
        (decline(NeedsRight("skip", Right.DJ)), 403, None, "urn:bandstand:needs_right"),
        (decline(TOO_SOON), 429, "62", "urn:bandstand:request_too_soon"),
        (decline(TooManyJobs(limit=3)), 429, None, "urn:bandstand:too_many_jobs"),
    ],
)
def test_every_error_is_a_problem_document(
    error: Exception, status: int, retry_after: str | None, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    @get("/fail")
    async def fail() -> None:
        raise error

    monkeypatch.setattr(app, "ROUTES", [*app.ROUTES, fail])
    with open_client(FakeLink()) as client:
        answer = client.get("/fail")
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["status"]) == (status, status)
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers.get("retry-after") == retry_after
    assert problem.get("type", "about:blank") == kind
    assert "secret" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_the_api_describes_itself() -> None:
    with open_client(FakeLink()) as client:
        described = client.get("/api/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert {"/healthz", "/api/events", "/api/songs/{code}/audio"} <= set(described["paths"])
    text = json.dumps(described)
    known = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    assert set(re.findall(r'"\$ref": "([^"]+)"', text)) <= known
    for path, methods in described["paths"].items():
        for operation in methods.values():
            assert operation["summary"] and "503" in operation["responses"], path
    assert {"206", "416", "304"} <= set(described["paths"]["/api/songs/{code}/audio"]["get"]["responses"])


def test_reading_is_allowed_to_pages_from_elsewhere() -> None:
    with open_client(FakeLink()) as client:
        answer = client.get("/healthz", headers={"origin": "https://other.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
