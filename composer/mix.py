"""How loud each instrument is in the mix: the level that brings a General MIDI program to its voice's place.

General MIDI fixes no loudness, and programs differ by 20 dB. `LOUD` was measured on TimGM6mb, weighted by ear's curve:
one note for a second, at velocity 96, in the middle of the compass.
"""

from typing import Final

LOUD: Final = (
    -36, -36, -33, -34, -30, -34, -35, -31, -34, -35, -32, -28, -37, -40, -29, -36, -30, -32, -31, -30, -28, -29, -28,
    -31, -31, -34, -30, -37, -34, -30, -26, -28, -33, -31, -32, -30, -31, -36, -33, -32, -26, -27, -26, -28, -29, -36,
    -28, -36, -34, -34, -34, -30, -29, -30, -30, -30, -29, -29, -30, -35, -23, -32, -28, -28, -27, -28, -28, -32, -27,
    -27, -29, -28, -27, -28, -27, -29, -31, -30, -25, -24, -26, -28, -26, -29, -27, -26, -29, -28, -30, -32, -32, -28,
    -32, -32, -30, -33, -30, -28, -30, -30, -28, -32, -28, -28, -35, -32, -37, -32, -34, -26, -27, -27, -34, -39, -35,
    -41, -33, -40, -33, -46, -40, -48, -28, -39, -33, -48, -43, -36,
)  # fmt: skip
"""Decibels, by program."""
PLACES: Final = {"bass": -33.4, "chords": -40.0, "arpeggio": -38.5, "pad": -46.0, "melody": -32.6}
"""Where a voice sits, on the same scale. Chords and pads have several notes at once."""
DRUMS: Final = 0.95
QUIETEST: Final = 0.25


def level(voice: str, program: int) -> float:
    """0 to 1; General MIDI's volume is the square of it."""
    if voice not in PLACES:
        return DRUMS
    return round(max(QUIETEST, min(1.0, 10 ** ((PLACES[voice] - LOUD[program]) / 40))), 3)
