"""The pages: all there without a script, small, and harmless whatever a title says."""

import gzip
import re
from html.parser import HTMLParser

import pytest

from bandstand.common.api import requests
from bandstand.common.api.people import Right
from bandstand.common.api.refusals import NoSuchBand, NoSuchSong
from bandstand.web.bot_link import Declined
from bandstand.web.static_files import FOLDER
from tests.web.fake_link import FakeLink, open_client
from tests.web.page_samples import HOSTILE, make_answers

PAGES = ("/", "/songs/7kq3", "/library", "/library?q=blue", "/bands", "/bands/trio-maresol", "/schedule",
         "/recordings", "/recordings/8wq2z")  # fmt: skip
PARTS = ("air", "queue", "played", "listeners", "comparison")
LONGEST_PAGE = 100_000
MOST_BYTES = 150_000
SCORE_BYTES = 40_000
"""Of a song of four minutes, as it travels."""


class Shape(HTMLParser):
    """What a page is made of: its tags, ids and labels."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def find(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def get_page(url: str, link: FakeLink | None = None) -> str:
    with open_client(link or FakeLink(make_answers())) as client:
        answer = client.get(url, headers={"accept": "text/html"})
    assert answer.status_code == 200, answer.text[-500:]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


def test_a_visitor_from_elsewhere_is_sent_to_the_mounts_where_they_find_them() -> None:
    with open_client(FakeLink(make_answers())) as client:
        page = client.get("http://radio.example:8080/", headers={"accept": "text/html"}).text
    (body,) = Shape(page).find("body")
    assert body["data-opus"] == "http://radio.example:8000/stream.opus"
    assert "127.0.0.1" not in str(body["data-fallbacks"])


def test_what_is_on_the_air_is_all_there_without_a_script() -> None:
    page = get_page("/")
    facts = ("Blue Lantern", "Trio Maresol", "Dm", "120 bpm", "1:45", "intro, verse 1, chorus, verse 2")
    around = ("Which is better?", "3 people are listening", "from the rotation", "requested by Blue Lantern")
    for shown in (*facts, *around):
        assert shown in page, shown
    forms = {form["action"] for form in Shape(page).find("form") if form.get("method") == "post"}
    assert {"/api/ratings", "/api/favourites", "/api/voteskip", "/api/requests", "/api/wishes", "/api/votes"} <= forms
    assert "/api/messages" in forms


def test_a_song_has_its_story_and_its_files() -> None:
    page = get_page("/songs/7kq3")
    for shown in ("seed", "first heard", "0.14 s", "chorus", "0:40", "/api/songs/7kq3/midi", "/api/songs/7kq3/stems",
                  "Make one like this", "/api/songs/7kq3/roll.svg"):  # fmt: skip
        assert shown in page, shown


def test_the_library_has_pages_and_says_what_was_looked_for() -> None:
    assert 'href="/library?page=2"' in get_page("/library")
    found = get_page("/library?q=blu")
    assert "1 song found" in found and "Looked for" in found


def test_a_search_that_cannot_be_read_is_explained() -> None:
    answers = make_answers()
    del answers[requests.SearchSongs]
    assert "could not be read" in get_page("/library?q=tempo:x", FakeLink(answers))


def test_a_band_has_its_members_and_its_tree() -> None:
    page = get_page("/bands/trio-maresol")
    assert "Generation 2" in page and "Generation 1" in page and "plays now" in page
    assert "much as before" in page


def test_the_schedule_is_a_week_in_the_stations_zone() -> None:
    page = get_page("/schedule")
    assert page.count('class="day"') == 7 and "Times are those of UTC" in page


@pytest.mark.parametrize(
    ("url", "why"), [("/songs/zzzz", NoSuchSong("zzzz", 3)), ("/bands/none", NoSuchBand("none", ()))]
)
def test_what_is_not_there_is_a_page_that_says_so(url: str, why: NoSuchSong | NoSuchBand) -> None:
    declined = Declined(why, "there is no such thing")
    answers = {**make_answers(), requests.GetSong: declined, requests.GetBand: declined}
    with open_client(FakeLink(answers)) as client:
        answer = client.get(url, headers={"accept": "text/html"})
    assert answer.status_code == 404 and "there is no such thing" in answer.text


def test_a_song_has_one_address() -> None:
    with open_client(FakeLink(make_answers())) as client:
        assert client.get("/songs/blue%20lantern", headers={"accept": "text/html"}).status_code == 404


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_title_is_only_text(title: str) -> None:
    with open_client(FakeLink(make_answers(title))) as client:
        pages = {
            url: client.get(url, headers={"accept": "text/html"}) for url in (*PAGES, *(f"/parts/{p}" for p in PARTS))
        }
    expected = {url: [tag for tag, _ in Shape(get_page(url)).tags] for url in PAGES}
    for url, answer in pages.items():
        assert answer.status_code == 200, url
        shape = Shape(answer.text)
        assert "alert(1)" not in str([attributes.get("onerror") for _, attributes in shape.tags]), url
        assert all((one.get("src") or "").startswith("/static/") for one in shape.find("script")), url
        assert not any(name.startswith("on") for tag, names in shape.tags for name in names if tag != "live-part"), url
        assert not any((one.get("href") or "").startswith("javascript") for one in shape.find("a")), url
        assert len(answer.text) < LONGEST_PAGE, url
        if title and url in expected:
            assert {tag for tag, _ in shape.tags} - set(expected[url]) <= {"br"}, url


@pytest.mark.parametrize("url", PAGES)
def test_a_page_has_landmarks_labels_and_nothing_inline(url: str) -> None:
    shape = Shape(get_page(url))
    assert [len(shape.find(tag)) for tag in ("main", "h1")] == [1, 1]
    assert shape.find("html") == [{"lang": "en"}] and shape.find("nav") and shape.find("footer")
    assert all("style" not in attributes for _, attributes in shape.tags)
    assert not shape.find("style") and all(one.get("src") for one in shape.find("script"))
    labelled = {one.get("for") for one in shape.find("label")}
    for field in shape.find("input"):
        assert field.get("type") in ("hidden", "range") or field.get("id") in labelled, field
    assert all(image.get("alt") is not None for image in shape.find("img"))
    ids = [attributes["id"] for _, attributes in shape.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    named = [one.get("aria-labelledby") for _, one in shape.tags if one.get("aria-labelledby")]
    assert set(named) <= set(ids)


@pytest.mark.parametrize("url", PAGES)
def test_a_page_loads_nothing_from_elsewhere(url: str) -> None:
    shape = Shape(get_page(url))
    loaded = [one.get("src") for tag in ("script", "img", "source") for one in shape.find(tag)]
    loaded += [one["src"] for one in shape.find("audio") if "src" in one]
    loaded += [one.get("href") for one in shape.find("link")]
    assert all(address and address.startswith("/") and not address.startswith("//") for address in loaded), loaded
    for file in (one for one in FOLDER.iterdir() if one.suffix not in (".png", ".ico")):
        assert not re.search(r"(?:url\(|@import|from |import\()\s*[\"']?(?:https?:)?//", file.read_text("utf-8")), file


def test_the_first_load_is_small() -> None:
    """As it travels: the page, its style and every script, and a score of four minutes."""
    first = len(gzip.compress(get_page("/").encode()))
    later = ("studio.js", "admin.js", "recording.js", "icon-512.png", "cover.png", "favicon.ico")
    files = [file for file in FOLDER.iterdir() if file.name not in later]
    sizes = {file.name: len(gzip.compress(file.read_bytes())) for file in files}
    assert first + sum(sizes.values()) + SCORE_BYTES < MOST_BYTES, sizes


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_what_the_page_has(part: str) -> None:
    """So a script may put it in place of what the page was loaded with."""
    with open_client(FakeLink(make_answers())) as client:
        page = client.get("/").text
        text = client.get(f"/parts/{part}").text
    lines = [line.strip() for line in text.splitlines() if line.strip() and 'name="back"' not in line]
    assert lines and all(line in page for line in lines if "data-time" not in line)


def test_there_is_no_part_of_another_name() -> None:
    with open_client(FakeLink(make_answers())) as client:
        assert client.get("/parts/nothing").status_code == 404
        assert client.get("/parts/..%2fbase").status_code == 404


def test_a_page_is_there_while_the_bot_is_away() -> None:
    page = get_page("/", FakeLink(is_connected=False))
    assert "The station is away" in page


def test_who_may_more_is_shown_more() -> None:
    from bandstand.web.page_context import NAVIGATION

    assert [right for _, _, _, right in NAVIGATION if right is not Right.LISTENER] == [
        Right.DJ,
        Right.DJ,
        Right.ADMIN,
    ]


def test_a_phone_can_keep_the_page() -> None:
    with open_client(FakeLink()) as client:
        answer = client.get("/site.webmanifest")
        manifest = answer.json()
        assert client.get(manifest["icons"][0]["src"]).status_code == 200
    assert answer.headers["content-type"].startswith("application/manifest+json")
    assert manifest["name"] == "Test Radio" and manifest["start_url"] == "/"
