"""The station's own page in a browser: what it shows is what is heard, and what people ask for is done."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.integration.browser.dj import import_noise, log_in, make_dj, open_page, send_tone
from tests.integration.browser.heard_page import SECONDS, WebStation

pytestmark = [pytest.mark.integration, pytest.mark.slow]

RECORD = """
window.changes = [];
let before = {};
const record = () => {
  const now = {
    title: document.querySelector("[data-title]")?.textContent.trim() ?? "",
    roll: document.querySelector("song-roll")?.getAttribute("code") ?? "",
    notes: document.querySelector("song-roll")?.score?.notes.length ?? 0,
  };
  for (const [name, value] of Object.entries(now)) {
    if (value !== before[name]) changes.push([name, value, performance.now()]);
  }
  before = now;
  requestAnimationFrame(record);
};
record();
const { player } = await import("/static/station.js");
window.player = player;
player.addEventListener("heard", () => changes.push(["heard", player.heard()?.song ?? "", performance.now()]));
"""
STEP = 500
"""Milliseconds from the song's change in the ear to that of title and roll; it takes tens on a quiet machine."""


@pytest.fixture
def page(browser: Browser, radio: WebStation) -> Iterator[Page]:
    page = browser.new_page()
    page.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
    page.goto(radio.url)
    yield page
    page.close()
    assert faults == []


def generate(radio: WebStation, *words: str) -> str:
    return str(radio.ask("generate", "small-robots", "seconds=20", *words)["song"])


def test_title_and_roll_change_when_the_ear_hears_the_change(radio: WebStation, page: Page) -> None:
    first = generate(radio, "seed=1")
    page.click(".hero [data-play]")
    expect(page.locator(".hero [data-play]")).to_have_attribute("data-state", "playing")
    page.wait_for_function("code => document.querySelector('song-roll')?.getAttribute('code') === code", arg=first)
    page.evaluate(f"(async () => {{ {RECORD} }})()")
    second = generate(radio, "seed=2")
    page.wait_for_function("code => changes.some(([name, value]) => name === 'roll' && value === code)", arg=second)
    page.wait_for_function("code => changes.some(([name, value]) => name === 'heard' && value === code)", arg=second)
    page.wait_for_function("() => document.querySelector('song-roll').score?.notes.length > 50")
    changes = page.evaluate("changes")
    at = {name: time for name, value, time in changes if value == second}
    title = max(time for name, value, time in changes if name == "title" and time <= at["roll"] + STEP)
    assert abs(title - at["roll"]) < 20, "title and roll change in one step"
    assert abs(at["roll"] - at["heard"]) < STEP, changes
    assert page.evaluate("player.isExact")
    said = page.locator("[data-announced]").inner_text()
    assert said == f"Now: {page.locator('[data-title]').inner_text()}, by {page.locator('[data-artist]').inner_text()}"


def test_the_lit_notes_are_those_that_sound(radio: WebStation, page: Page) -> None:
    """By the roll's own account of the place, which is the player's to the frame."""
    generate(radio, "seed=3")
    page.click(".hero [data-play]")
    page.wait_for_function(
        "() => document.querySelector('song-roll')?.score && document.querySelector('.players li[data-sounds]')"
    )
    told = page.evaluate(
        """async () => {
          const { findPlace } = await import("/static/station.js");
          const { findSounding } = await import("/static/score.js");
          const roll = document.querySelector("song-roll");
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          const near = new Set(), at = findPlace().seconds;
          for (const moment of [at - 0.05, at - 0.02, at, at + 0.02]) {
            for (const note of findSounding(roll.score, moment)) near.add(roll.score.parts[note.part].name);
          }
          const lit = [...roll.querySelectorAll("[data-sounds]")].map((one) => one.dataset.part);
          return { lit, near: [...near] };
        }"""
    )
    assert set(told["lit"]) <= set(told["near"])


def test_a_vote_a_request_and_a_wish_are_answered_in_the_stations_words(radio: WebStation, page: Page) -> None:
    """By the keyboard alone."""
    generate(radio, "seed=4")
    page.wait_for_function("() => document.querySelector('[data-time]')?.textContent >= '0:04'")  # heard long enough
    page.press('[data-heard] button[value="1"]', "Enter")
    expect(page.locator("[data-heard] output")).to_have_attribute("data-good", "true")

    page.fill("#search", max(page.inner_text("[data-title]").split(), key=len))
    options = page.locator('.combo [role="option"]')
    expect(options.first).to_be_visible()
    page.press("#search", "ArrowDown")
    expect(page.locator("#search")).to_have_attribute("aria-activedescendant", "songs-1-0")
    page.press("#search", "Enter")
    expect(page.locator(".search-form output")).not_to_be_empty()

    page.fill("#wish", "slow bossa in Dm, 1 minute")
    expect(page.locator("[data-reading]")).to_contain_text("Bossa")
    page.press("#wish", "Enter")
    expect(page.locator("form[data-wish] output")).to_have_attribute("data-good", "true")
    expect(page.locator("form[data-wish] output")).to_contain_text("wish")


def test_the_music_goes_on_through_the_pages(radio: WebStation, page: Page) -> None:
    generate(radio, "seed=5")
    page.press(".hero [data-play]", "Space")
    expect(page.locator(".hero [data-play]")).to_have_attribute("data-state", "playing")
    page.evaluate("window.isSame = true")
    page.click("nav >> text=Bands")
    expect(page.locator("h1")).to_have_text("Bands")
    expect(page.locator(".bar [data-play]")).to_have_attribute("data-state", "playing")
    page.go_back()
    expect(page.locator("#h-queue")).to_be_visible()
    assert page.evaluate("window.isSame"), "the page was not loaded anew"


def test_a_dj_waits_goes_on_the_air_is_written_to_and_ends(browser: Browser, radio: WebStation, tmp_path: Path) -> None:
    dj = "ann"
    make_dj(radio, dj)
    import_noise(radio, tmp_path, 71)
    booth = open_page(browser, radio, "/booth")
    log_in(booth, dj)
    words = booth.locator("[data-booth-words]")
    expect(words).to_have_text("Not connected")
    listener = open_page(browser, radio, "/")
    expect(listener.locator("[data-write]")).to_be_hidden()

    with send_tone(radio, dj):
        expect(words).to_have_text("Waiting, nobody hears you")
        expect(booth.locator("[data-level]")).to_contain_text("dBFS, good")
        expect(booth.locator(".meter")).to_have_attribute("data-zone", "good")

        booth.locator("#go").focus()  # the button goes with the state that it changes: it is pressed once
        booth.keyboard.press("Enter")
        expect(words).to_have_text("On the air")
        assert booth.evaluate("document.activeElement.closest('live-part') !== null"), "the keyboard stays where it was"
        expect(booth.locator("[data-booth-said]")).to_have_text("You are on the air.")
        expect(listener.locator(".live-strip")).to_contain_text("ann is on the air")

        expect(listener.locator("[data-write-name]")).to_have_text(dj)
        listener.fill("#write", "greetings from Lisbon")
        listener.press("#write", "Enter")
        expect(listener.locator("[data-write] output")).to_have_text("Told to ann, who is on the air")
        expect(listener.locator("#write")).to_have_value("")
        expect(booth.locator(".messages")).to_contain_text("greetings from Lisbon")
        listener.fill("#search", "asked71")
        listener.click(".search-form button")
        expect(booth.locator('[src="/booth/parts/asked"]')).to_contain_text("asked71")
        expect(booth.locator('[src="/parts/queue"]')).to_contain_text("asked71")

        booth.locator("#end").focus()
        booth.keyboard.press("Enter")
        expect(words).to_have_text("Waiting, nobody hears you")
        expect(listener.locator("[data-write]")).to_be_hidden()
    for page in (booth, listener):
        page.context.close()
