"""The page's player in Chromium: how soon it sounds, and how right it is about what is in the ear.

    python bench/heard.py [--rounds 5]

A whole station through its own Icecast, and Debian's Chromium without a window, new for each round. Opening: from the
page's address to the first sample at the loudspeaker, by the audio context's own account of its delay; the button is
pressed as soon as the player is there. Clock: the song is noise, of which no stretch is like another, so that what the
loudspeaker is given can be found in the song, to the sample; against it, what the player says of the same moment. With
WebCodecs, and with an audio element. Needs the extra `dev`, and Debian's chromium.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bandstand.common.types import RATE
from tests.integration.browser.heard_page import (
    WebStation,
    find_truth,
    open_browser,
    open_player,
    press_play,
)
from tests.integration.streaming import Sound

LOOKS = 5
"""Comparisons in each round."""
PAUSE = 700.0
"""Milliseconds between them."""
NOISE = 40.0
"""Seconds of each song: longer than a round, and short enough to be searched quickly for what was heard."""
FIRST_SOUND = """() => {
  const { schedule, context } = player._way ?? {};
  const run = schedule?._runs[0];
  const stamp = context?.getOutputTimestamp();
  if (!run || !stamp.contextTime) return null;
  return stamp.performanceTime + (run.from / context.sampleRate - stamp.contextTime) * 1000;
}"""
"""When the first sample leaves the loudspeaker, in milliseconds since the page was opened."""


def measure_opening(station: WebStation) -> tuple[float, float]:
    """Milliseconds to the first sample: since the page was opened, and since the button was pressed."""
    with open_browser() as browser:
        page = open_player(browser, station)
        press_play(page)
        page.wait_for_function(f"({FIRST_SOUND})() !== null")
        at = float(page.evaluate(FIRST_SOUND))
        return at, at - float(page.evaluate("began"))


def measure_errors(station: WebStation, is_element: bool) -> list[float]:
    """Milliseconds by which what the player says is ahead of what is heard."""
    with open_browser() as browser:
        code, song = station.play_noise(NOISE, seed=1)
        page = open_player(browser, station)
        if is_element:
            page.evaluate("useElement()")
        press_play(page)
        page.evaluate("startTap()")
        page.wait_for_function(f"player.heard()?.song === '{code}'")
        return [look(page, song) for _ in range(LOOKS)]


def look(page: Page, song: Sound) -> float:
    page.wait_for_timeout(PAUSE)
    looked = page.evaluate("look()")
    return (looked["heard"]["frame"] - find_truth(page, looked["ear"], song)) / RATE * 1000


def describe(found: list[float]) -> str:
    return f"median {statistics.median(found):.1f} ms, from {min(found):.1f} to {max(found):.1f} ({len(found)})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="heard-") as folder:
        station = WebStation(Path(folder))
        try:
            station.up()
            station.play_noise(300, seed=1)
            opened = [measure_opening(station) for _ in range(rounds)]
            print("from the page's address to sound:", describe([each for each, _ in opened]))
            print("from the button to sound:", describe([each for _, each in opened]))
            for name, is_element in (("WebCodecs", False), ("audio element", True)):
                errors = [each for _ in range(rounds) for each in measure_errors(station, is_element)]
                print(f"heard clock, {name}: off by", describe(errors))
        finally:
            station.end()


if __name__ == "__main__":
    main()
