"""A DJ with an account at a station with a page, and a source that sends their show."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.integration.browser.heard_page import SECONDS, WebStation, make_noise
from tests.integration.streaming import written
from tests.integration.test_station import BANDSTAND

PASSWORD = "correct horse battery"
SINE = "sine=frequency=700:sample_rate=48000,volume=4"


def make_dj(radio: WebStation, name: str) -> None:
    """An account with the right dj."""
    command = [BANDSTAND, "passwd", "--config", str(radio.config), name]
    subprocess.run(command, input=f"{PASSWORD}\n", text=True, check=True, capture_output=True)
    radio.ask("grant", name, "dj")


@contextmanager
def send_tone(radio: WebStation, name: str) -> Iterator[None]:
    """ffmpeg, which sends a tone as the DJ's show."""
    target = f"icecast://{name}:{PASSWORD}@127.0.0.1:{radio.port}/live/{name}"
    sound = ["-re", "-f", "lavfi", "-i", SINE, "-ac", "2", "-c:a", "libopus", "-page_duration", "20000"]
    sent = ["-f", "ogg", "-content_type", "audio/ogg", target]
    process = subprocess.Popen(["ffmpeg", "-v", "error", *sound, *sent], stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


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
