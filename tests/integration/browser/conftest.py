"""One station with its page, and one browser, for all tests of this folder: to start them takes the most time."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.integration.browser.heard_page import CHROMIUM, WebStation, open_browser


@pytest.fixture(scope="session")
def radio(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebStation]:
    """On the air, with the page; silence when nobody has put anything on."""
    station = WebStation(tmp_path_factory.mktemp("radio"))
    try:
        station.up()
        yield station
    finally:
        station.end()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed")
    with open_browser() as browser:
        yield browser
