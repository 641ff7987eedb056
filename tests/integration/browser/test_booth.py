"""The booth in a browser, with a source that sends: a DJ logs in, waits, goes on the air, is written to, and ends."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.integration.browser.heard_page import SECONDS, WebStation, make_noise
from tests.integration.streaming import written
from tests.integration.test_station import BANDSTAND

pytestmark = [pytest.mark.integration, pytest.mark.slow]
PASSWORD = "correct horse battery"
SINE = "sine=frequency=700:sample_rate=48000,volume=4"


@pytest.fixture
def dj(radio: WebStation) -> str:
    """The name of a DJ with an account."""
    command = [BANDSTAND, "passwd", "--config", str(radio.config), "ann"]
    subprocess.run(command, input=f"{PASSWORD}\n", text=True, check=True, capture_output=True)
    radio.ask("grant", "ann", "dj")
    return "ann"


@pytest.fixture
def source(radio: WebStation, dj: str) -> Iterator["Source"]:
    made = Source(radio, dj)
    yield made
    made.stop()


class Source:
    """ffmpeg, which sends a tone as the DJ's show."""

    def __init__(self, radio: WebStation, name: str) -> None:
        self._to = f"icecast://{name}:{PASSWORD}@127.0.0.1:{radio.port}/live/{name}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        sound = ["-re", "-f", "lavfi", "-i", SINE, "-ac", "2", "-c:a", "libopus", "-page_duration", "20000"]
        sent = ["-f", "ogg", "-content_type", "audio/ogg", self._to]
        self._process = subprocess.Popen(["ffmpeg", "-v", "error", *sound, *sent], stdin=subprocess.DEVNULL)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def open_page(browser: Browser, radio: WebStation, path: str) -> Page:
    """In a context of its own: another visitor."""
    page = browser.new_context().new_page()
    page.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    page.goto(radio.url + path)
    return page


def log_in(page: Page, name: str) -> None:
    form = page.locator("form", has=page.locator('[autocomplete="current-password"]'))
    form.locator('[name="account"]').fill(name)
    form.locator('[name="password"]').fill(PASSWORD)
    form.locator("button").press("Enter")
    expect(page.locator("#h-connect")).to_be_visible()


def import_noise(radio: WebStation, folder: Path, seed: int) -> None:
    radio.ask("import", str(written(folder / f"asked{seed}.wav", make_noise(5, seed))))
    radio.wait_for(rf"asked{seed}")


def test_a_dj_waits_goes_on_the_air_is_written_to_and_ends(
    browser: Browser, radio: WebStation, source: Source, dj: str, tmp_path: Path
) -> None:
    import_noise(radio, tmp_path, 71)
    booth = open_page(browser, radio, "/booth")
    log_in(booth, dj)
    words = booth.locator("[data-booth-words]")
    expect(words).to_have_text("Not connected")
    listener = open_page(browser, radio, "/")
    expect(listener.locator("[data-write]")).to_be_hidden()

    source.start()
    expect(words).to_have_text("Waiting, nobody hears you")
    expect(booth.locator("[data-level]")).to_contain_text("dBFS, good")
    expect(booth.locator(".meter")).to_have_attribute("data-zone", "good")

    booth.locator("#go").press("Enter")
    expect(words).to_have_text("On the air")
    expect(booth.locator("[data-booth-said]")).to_have_text("You are on the air.")
    expect(listener.locator(".live-strip")).to_contain_text("ann is on the air")

    expect(listener.locator("[data-write-name]")).to_have_text(dj)
    listener.fill("#write", "greetings from Lisbon")
    listener.press("#write", "Enter")
    expect(listener.locator("[data-write] output")).to_have_text("Told to ann, who is on the air")
    expect(listener.locator("#write")).to_have_value("")
    expect(booth.locator(".messages")).to_contain_text("greetings from Lisbon")
    listener.fill("#search", "asked71")
    listener.click(".search-form:has(#search) button")
    expect(booth.locator('[src="/booth/parts/asked"]')).to_contain_text("asked71")
    expect(booth.locator('[src="/parts/queue"]')).to_contain_text("asked71")

    booth.locator("#end").press("Enter")
    expect(words).to_have_text("Waiting, nobody hears you")
    expect(listener.locator("[data-write]")).to_be_hidden()
    for page in (booth, listener):
        page.context.close()
