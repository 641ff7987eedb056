"""One station with its page, and one browser, for the tests of a module: to start them takes the most time, and to keep
them running beside all other tests would take as much."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.integration.browser.heard_page import CHROMIUM, WebStation, open_browser


@pytest.fixture(scope="module")
def radio(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebStation]:
    """On the air, with the page; silence when nobody has put anything on."""
    station = WebStation(tmp_path_factory.mktemp("radio"))
    try:
        station.up()
        yield station
    finally:
        station.end()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed")
    with open_browser() as browser:
        yield browser
