"""What visitors ask for becomes a request to the bot, from JSON and from forms; and whatever else they may send."""

from typing import Any

import pytest

from bandstand.common.api import requests
from bandstand.common.api.people import Right
from bandstand.common.api.refusals import NeedsRight, NoSuchSong, RequestTooSoon
from bandstand.common.api.results import NowPlaying
from bandstand.web.bot_link import Declined
from bandstand.web.problems import MEDIA_TYPE
from tests.web.fake_link import LANTERN, FakeLink, open_client

ANY: dict[type, Any] = {
    kind: NowPlaying(state="silence")
    for kind in (
        *(requests.RequestSong, requests.RemoveFromQueue, requests.Wish, requests.ReadWish, requests.WishAlike),
        *(requests.Rate, requests.AddBookmark, requests.AddFavourite, requests.RemoveFavourite, requests.VoteSkip),
        *(requests.TellDj, requests.Vote, requests.Skip, requests.Generate, requests.Stop, requests.SwitchRequests),
    )
}
JSON = {"accept": "application/json"}


def ask(path: str, body: dict[str, Any], is_form: bool) -> Any:
    """The request that the bot was asked for this body."""
    link = FakeLink(ANY)
    with open_client(link) as client:
        answer = client.post(path, data=body, headers=JSON) if is_form else client.post(path, json=body)
    assert answer.is_success, answer.text
    return link.asked[-1][0]


@pytest.mark.parametrize("is_form", [False, True])
@pytest.mark.parametrize(
    ("path", "body", "request_made"),
    [
        ("/api/requests", {"song": "blue lantern"}, requests.RequestSong(song="blue lantern")),
        ("/api/requests/remove", {"cue": 7}, requests.RemoveFromQueue(cue=7)),
        ("/api/wishes", {"words": "slow bossa"}, requests.Wish(words="slow bossa")),
        ("/api/wishes/read", {"words": "slow bossa"}, requests.ReadWish(words="slow bossa")),
        ("/api/wishes/alike", {"song": "7kq3"}, requests.WishAlike(song="7kq3")),
        ("/api/ratings", {"value": -1}, requests.Rate(value=-1.0)),
        (
            "/api/ratings",
            {"value": 1, "song": "7kq3", "frame": 480_000},
            requests.Rate(value=1.0, song="7kq3", frame=480_000),
        ),
        ("/api/ratings", {"value": 0.5, "song": "7kq3"}, requests.Rate(value=0.5)),
        ("/api/bookmarks", {"note": "bass"}, requests.AddBookmark(note="bass")),
        ("/api/bookmarks", {"song": "7kq3", "frame": 0}, requests.AddBookmark(song="7kq3", frame=0)),
        ("/api/favourites", {"song": "7kq3"}, requests.AddFavourite(song="7kq3")),
        ("/api/favourites", {"song": ""}, requests.AddFavourite()),
        ("/api/favourites/remove", {"song": "7kq3"}, requests.RemoveFavourite(song="7kq3")),
        ("/api/voteskip", {"cue": 3}, requests.VoteSkip(cue=3)),
        ("/api/votes", {"choice": "x"}, requests.Vote(choice="x")),
        ("/api/messages", {"text": "hello"}, requests.TellDj(text="hello")),
        ("/api/commands", {"request": "skip", "cue": 3}, requests.Skip(cue=3)),
        ("/api/commands", {"request": "stop", "fade": 2.5}, requests.Stop(fade=2.5)),
    ],
)
def test_bodies_become_requests(path: str, body: dict[str, Any], request_made: Any, is_form: bool) -> None:
    assert ask(path, body, is_form) == request_made


def test_a_form_that_has_nothing_in_a_field_and_others_of_its_own_is_taken() -> None:
    assert ask("/api/voteskip", {"cue": "", "back": "/", "submit": "x"}, is_form=True) == requests.VoteSkip()
    sent = {"request": "generate", "generator": "mine", "parameters.tempo": "120", "generate.cuts_in": "false"}
    sent["watch_generator.continues"] = "true"
    assert ask("/api/commands", sent, is_form=True) == requests.Generate(
        generator="mine", parameters={"tempo": "120"}, cuts_in=False
    )


def test_a_request_and_a_favourite_are_taken_back_by_their_address() -> None:
    link = FakeLink(ANY)
    with open_client(link) as client:
        assert client.delete("/api/requests/7").status_code == 200
        assert client.delete("/api/favourites/7kq3").status_code == 200
    assert [one for one, _ in link.asked] == [
        requests.RemoveFromQueue(cue=7),
        requests.RemoveFavourite(song="7kq3"),
    ]


REFUSALS: list[tuple[Any, int, str | None]] = [
    (NoSuchSong(words="x", known=1), 404, None),
    (NeedsRight("skip", Right.DJ), 403, None),
    (RequestTooSoon(last_song=LANTERN, last=1.0, allowed_at=2.0, wait=61.2), 429, "62"),
]


@pytest.mark.parametrize(("why", "status", "retry"), REFUSALS)
def test_a_refusal_is_a_problem_with_its_sentence_and_its_moment(why: Any, status: int, retry: str | None) -> None:
    with open_client(FakeLink({requests.RequestSong: Declined(why, "not now")})) as client:
        answer = client.post("/api/requests", json={"song": "x"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)
    assert answer.headers.get("retry-after") == retry
    assert answer.json()["detail"] == "not now"


def test_while_the_bot_is_away_it_is_said_when_to_try_again() -> None:
    with open_client(FakeLink(is_connected=False)) as client:
        answer = client.post("/api/requests", json={"song": "x"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


# Bad input

LONG = "x" * 10_000
JSON_TYPE = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", JSON_TYPE, 400),
        (b"", JSON_TYPE, 400),
        (b"\xff\xfe", JSON_TYPE, 400),
        (b'{"song": "\xed\xa0\x80"}', JSON_TYPE, 400),
        (b"[" * 60_000, JSON_TYPE, 400),
        (b"[]", JSON_TYPE, 400),
        (b'"x"', JSON_TYPE, 400),
        (b'{"song": 7}', JSON_TYPE, 400),
        (b'{"words": "x"}', JSON_TYPE, 400),
        (b'{"song": "' + LONG.encode() + b'"}', JSON_TYPE, 400),
        (b'{"song": "' + b"x" * 70_000 + b'"}', JSON_TYPE, 413),
        (b'{"song": "x"}', {"content-type": "text/plain"}, 415),
        (b'{"song": "x"}', {"content-type": "nonsense"}, 415),
        (b'{"song": "x"}', {}, 415),
        (b"song=" + LONG.encode(), {"content-type": "application/x-www-form-urlencoded", **JSON}, 400),
        (b"&=&%%%zz", {"content-type": "application/x-www-form-urlencoded", **JSON}, 400),
        (b"song=%ff", {"content-type": "application/x-www-form-urlencoded", **JSON}, 201),
        (b"x", {"content-type": "multipart/form-data", **JSON}, 400),
        (b"x", {"content-type": "multipart/form-data; boundary=y", **JSON}, 400),
    ],
)
def test_a_malformed_or_oversized_body_has_the_right_status(body: bytes, headers: dict[str, str], status: int) -> None:
    with open_client(FakeLink(ANY)) as client:
        answer = client.post("/api/requests", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    if status != 201:
        assert answer.headers["content-type"] == MEDIA_TYPE
        assert len(answer.text) < 1500


def test_a_malformed_form_of_a_page_comes_back_to_a_page() -> None:
    with open_client(FakeLink(ANY)) as client:
        headers = {"accept": "text/html"}
        answer = client.post("/api/ratings", data={"value": "much"}, headers=headers, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert "What was sent is not as it has to be" in client.get("/").text


@pytest.mark.parametrize(
    "body",
    [
        {"request": "nonsense"},
        {"request": "play_pipe"},
        {"request": "log_in", "account": "ann", "password": "x"},
        {"request": "make_link"},
        {"request": "open_link", "code": "x"},
        {"request": "skip", "extra": 1},
        {"request": ["skip"]},
        {},
    ],
)
def test_what_is_no_command_or_has_a_way_of_its_own_is_not_carried_out(body: dict[str, Any]) -> None:
    link = FakeLink(ANY)
    with open_client(link) as client:
        assert client.post("/api/commands", json=body).status_code == 400
    assert link.asked == []


HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "\u202egpj.exe", "x" * 2000]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_the_bot_says_stands_escaped_on_the_page(text: str) -> None:
    link = FakeLink({requests.RequestSong: Declined(NoSuchSong(words=text, known=0), f"no song {text}")})
    with open_client(link) as client:
        client.post("/api/requests", data={"song": "x"}, headers={"accept": "text/html"}, follow_redirects=False)
        page = client.get("/account").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "49" not in page.partition('class="notice')[2].partition("</p>")[0] or "7*7" not in text
    assert "\u202e" not in page
    assert 'class="notice bad"' in page


@pytest.mark.parametrize("path", ["/link/%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/login?back=%22%3E%3Cscript%3E"])
def test_what_stands_in_an_address_is_escaped(path: str) -> None:
    with open_client(FakeLink(ANY)) as client:
        assert "<script>" not in client.get(path).text


def test_the_api_describes_its_bodies() -> None:
    with open_client(FakeLink(ANY)) as client:
        document = client.get("/api/openapi.json").json()
    body = document["paths"]["/api/ratings"]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    assert schema["required"] == ["value"]
    assert schema["properties"]["value"] == {"type": "number", "minimum": -1, "maximum": 1}
    assert set(body["content"]) == {"application/json"}
