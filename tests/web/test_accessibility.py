"""What those have of the pages who do not see them: names, roles, the order of headings, and what is said aloud."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from bandstand.common.api.live import Booth, Dj, DjState, GetBooth, LiveStatus
from bandstand.web import admin, studio
from bandstand.web.static_files import FOLDER
from tests.web.fake_link import open_client
from tests.web.page_samples import make_answers
from tests.web.test_studio_and_admin import Admin, make_link

PAGES = ("/", "/songs/7kq3", "/library", "/library?q=x", "/bands", "/bands/trio-maresol", "/schedule", "/recordings",
         "/recordings/8wq2z", "/login", "/account", "/link/abc", "/studio", "/studio?generator=mine", "/admin",
         "/admin/machine", "/booth", "/nonsense")  # fmt: skip
DJS = (
    Dj(name="ann", state=DjState.WAITING, since=0.0, level=-18.0),
    Dj(name="bob", state=DjState.ON_AIR, since=0.0),
)
BOOTH = Booth(name="ann", live=LiveStatus(djs=DJS))
EMPTY = ("area", "br", "col", "hr", "img", "input", "link", "meta", "path", "rect", "circle", "source")
NAMELESS = ("p", "div", "span", "small", "b", "i", "pre", "code", "li", "dt", "dd", "bdi", "td")
"""Elements without a role that could carry a name (https://www.w3.org/TR/html-aria/)."""


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What is said of it, as far as it can be known without its labels."""
        words = [self.text, *(child.name for child in self.children if child.attributes.get("aria-hidden") != "true")]
        return self.attributes.get("aria-label") or self.attributes.get("alt") or " ".join("".join(words).split())


class Tree(HTMLParser):
    """The elements of a page, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open = [Element("page", {})]
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self._open[-1].children.append(element)
        self.elements.append(element)
        if tag not in EMPTY:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, dict(attrs)))
        self.elements.append(self._open[-1].children[-1])

    def handle_endtag(self, tag: str) -> None:
        if tag in (one.tag for one in self._open):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._open[-1].text += data

    def find(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]


@pytest.fixture(scope="module")
def pages() -> dict[str, Tree]:
    """Each page as an admin sees it."""
    link = make_link("a line")
    link.answers |= make_answers() | {GetBooth: BOOTH}
    with pytest.MonkeyPatch.context() as patch, open_client(link) as client:
        for module in (studio, admin):
            patch.setattr(module, "require_right", lambda visitor, right: Admin())
        return {url: Tree(client.get(url, headers={"accept": "text/html"}).text) for url in PAGES}


@pytest.mark.parametrize("url", PAGES)
def test_headings_leave_no_level_out(pages: dict[str, Tree], url: str) -> None:
    levels = [int(one.tag[1]) for one in pages[url].find("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels


@pytest.mark.parametrize("url", PAGES)
def test_whatever_can_be_pressed_or_filled_has_a_name(pages: dict[str, Tree], url: str) -> None:
    page = pages[url]
    assert all(one.name for one in page.find("h1", "h2", "h3", "th", "option")), "an empty heading or choice"
    nameless = [one for one in page.find("a", "button", "summary") if not one.name]
    assert not nameless
    labels = page.find("label")
    around = {id(child) for label in labels for child in label.children if label.name}
    named = {label.attributes.get("for") for label in labels if label.name}
    for one in page.find("input", "select", "textarea"):
        if one.attributes.get("type") != "hidden":
            assert one.attributes.get("id") in named or id(one) in around, one
    for one in page.find("img", "audio", "svg", "canvas", "progress"):
        is_said = one.name or one.attributes.get("aria-hidden") == "true" or one.attributes.get("alt") == ""
        assert is_said, one


@pytest.mark.parametrize("url", PAGES)
def test_nothing_has_a_name_that_is_never_said(pages: dict[str, Tree], url: str) -> None:
    """A name counts only where there is a role."""
    for one in pages[url].elements:
        if one.tag in NAMELESS and "role" not in one.attributes:
            assert "aria-label" not in one.attributes, one


@pytest.mark.parametrize("url", [url for url in PAGES if url != "/nonsense"])
def test_buttons_that_do_different_things_have_different_names(pages: dict[str, Tree], url: str) -> None:
    """`Revoke` alone does not say whose right."""
    page = pages[url]
    plain = [one.name for one in page.find("button") if "plain" in str(one.attributes.get("class"))]
    assert len(plain) == len(set(plain)), plain


def test_the_songs_change_is_said_once_and_its_clock_never(pages: dict[str, Tree]) -> None:
    page = pages["/"]
    live = [one for one in page.elements if one.attributes.get("role") in ("status", "alert", "log")]
    live += [one for one in page.elements if "aria-live" in one.attributes or one.tag == "output"]
    announced = [one for one in live if "data-announced" in one.attributes]
    assert len(announced) == 1 and not announced[0].name, "the page itself is read anyway"
    for one in live:
        assert not one.children, "what changes every second stands in no live region"
    script = FOLDER.joinpath("air.js").read_text("utf-8")
    assert script.count("announce(code);") == 1


def test_what_is_said_later_is_there_from_the_beginning() -> None:
    """A live region that is not displayed while it is empty is none when it gets its words."""
    style = FOLDER.joinpath("style.css").read_text("utf-8")
    (rule,) = [line for line in style.splitlines() if line.startswith(".said:empty")]
    assert "display: none" not in rule and "position: absolute" in rule


def test_colours_of_the_visitors_own_leave_marks_to_be_seen() -> None:
    style = FOLDER.joinpath("style.css").read_text("utf-8")
    forced = style.split("@media (forced-colors: active) {")[1].split("\n}")[0]
    assert "aria-current" in forced and "aria-selected" in forced and ".lamp" in forced
    assert ":focus-visible { outline: 3px" in style
