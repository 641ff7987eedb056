"""Colours that can be read: WCAG 2.2's contrast, for the light and the dark ones."""

import re

import pytest

from bandstand.web.static_files import FOLDER

TEXT = FOLDER.joinpath("style.css").read_text("utf-8")
PAIRS = [
    *((ink, paper) for ink in ("ink", "soft", "accent", "good", "bad") for paper in ("bg", "card", "sunk")),
    ("on-accent", "accent"),
    ("ink", "roll"),
    ("soft", "roll"),
]
"""Text, and what it is written on."""
SIGNS = ("drums", "bass", "chords", "arpeggio", "pad", "melody", "other", "accent")
"""Shapes on the roll."""


def read_colours(block: str) -> dict[str, tuple[float, float, float]]:
    found = re.findall(r"--([a-z-]+): #([0-9a-f]{6});", block)
    return {name: tuple(int(value[at : at + 2], 16) / 255 for at in (0, 2, 4)) for name, value in found}  # type: ignore[misc]


BLOCKS = re.findall(r":root[^{]*\{([^}]*--bg[^}]*)\}", TEXT)
LIGHT, DARK, DARK_BY_SYSTEM = map(read_colours, BLOCKS)


def compute_luminance(colour: tuple[float, float, float]) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def compute_contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    low, high = sorted((compute_luminance(one), compute_luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read(colours: dict[str, tuple[float, float, float]]) -> None:
    contrasts = {pair: compute_contrast(colours[pair[0]], colours[pair[1]]) for pair in PAIRS}
    assert {pair: round(value, 2) for pair, value in contrasts.items() if value < 4.5} == {}


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_notes_can_be_seen(colours: dict[str, tuple[float, float, float]]) -> None:
    contrasts = {sign: compute_contrast(colours[sign], colours["roll"]) for sign in SIGNS}
    assert {sign: round(value, 2) for sign, value in contrasts.items() if value < 3} == {}


def test_the_switch_and_the_system_mean_the_same_dark() -> None:
    assert DARK == DARK_BY_SYSTEM


def test_who_wants_less_motion_has_less() -> None:
    assert "prefers-reduced-motion: reduce" in TEXT
    assert "prefers-reduced-motion: reduce" in FOLDER.joinpath("roll.js").read_text("utf-8")
