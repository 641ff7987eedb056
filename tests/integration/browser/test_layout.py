"""Each page in a browser, on a telephone's width: whatever songs are called, nothing is wider than it; and the keyboard
is seen wherever it goes. The station is not there: `tests.web.fake_link` answers.
"""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser

from bandstand.web import admin, studio
from bandstand.web.app import create_app
from tests.integration.browser.heard_page import SECONDS
from tests.web.fake_link import FakeLink, make_settings
from tests.web.page_samples import make_answers
from tests.web.test_studio_and_admin import Admin, make_link

pytestmark = [pytest.mark.integration, pytest.mark.slow]

PAGES = ("/", "/songs/7kq3", "/library", "/bands/trio-maresol", "/schedule", "/studio?generator=mine", "/admin")
TITLES = {
    "without blanks": "W" * 10_000,
    "bidi": "\u202egnp.exe\u202c \u05d0\u05d1\u05d2 \u2067\u0627\u0644\u0623\u063a\u0646\u064a\u0629 " * 200,
}
NARROW = 360
WIDER = """() => {
  const most = document.documentElement.clientWidth;
  const isScrolled = (one) => one && (getComputedStyle(one).overflowX !== "visible" || isScrolled(one.parentElement));
  return [...document.body.querySelectorAll("*")].filter(
    (one) => one.getBoundingClientRect().right > most + 1 && !isScrolled(one.parentElement) && one.offsetParent,
  ).map((one) => one.outerHTML.slice(0, 120)).concat(document.documentElement.scrollWidth > most ? ["it scrolls"] : []);
}"""
SEEN = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  return [one.tagName, one.textContent.trim().slice(0, 40), style.outlineStyle, parseFloat(style.outlineWidth)];
}"""


class ThreadServer(uvicorn.Server):
    """Knows no signals, which are the main thread's."""

    def capture_signals(self) -> Any:
        return nullcontext()


@contextmanager
def serve(link: FakeLink) -> Iterator[str]:
    """The pages of a station with these answers; their address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings = uvicorn.Config(create_app(make_settings(), link), log_config=None, ws="none", lifespan="on")
        server = ThreadServer(settings)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = server.force_exit = True
            thread.join(SECONDS)


@pytest.fixture(autouse=True)
def right(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever visits is an admin."""
    for module in (studio, admin):
        monkeypatch.setattr(module, "require_right", lambda visitor, right: Admin())


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_whatever_a_song_is_called_no_page_is_wider_than_a_telephone(browser: Browser, title: str) -> None:
    link = make_link(title)
    link.answers |= make_answers(title)
    page = browser.new_page(viewport={"width": NARROW, "height": 780})
    page.set_default_timeout(SECONDS * 1000)
    wider = {}
    with serve(link) as url:
        for path in PAGES:
            page.goto(f"{url}{path}", wait_until="domcontentloaded")
            wider[path] = page.evaluate(WIDER)
    page.close()
    assert {path: found for path, found in wider.items() if found} == {}


def test_the_keyboard_is_seen_wherever_it_goes(browser: Browser) -> None:
    page = browser.new_page()
    page.set_default_timeout(SECONDS * 1000)
    with serve(FakeLink(make_answers())) as url:
        page.goto(url, wait_until="domcontentloaded")
        seen = []
        for _ in range(40):
            page.keyboard.press("Tab")
            seen.append(page.evaluate(SEEN))
    page.close()
    names = [name for _, name, *_ in seen]
    assert names[0] == "Skip to the content"
    assert {"Good", "Not for me", "Vote to skip", "Request", "Compose it"} <= set(names), names
    unseen = [one for one in seen if one[0] != "BODY" and (one[2] == "none" or one[3] < 2)]
    assert unseen == []
