"""The mix: how loud each voice of a style is, and what that takes of every instrument.

A mix is told by its lead. On records it is about as loud as all that accompanies it, and some decibels above the
harmony; in dance music the drums are. `WANTED` says so for each style, as an engineer would: the loudness (ITU-R
BS.1770) of drums, bass and harmony beside the lead's, where the lead sounds. `SHEETS` has the level of each voice with
which songs are so; it was found by measuring songs (`bench/balance.py`), as what is played, how often and how hard,
decides as much as the level.

General MIDI specifies no loudness, and the programs of a soundfont differ by 20 dB, in one voice more than in another:
a note that rings is louder in a run than alone, and a high one louder than a low one. So `PROGRAMS` has the loudness
of a phrase as each voice plays it, on the scale of the soundfont to which others are corrected (`soundfont_levels`).
With it a voice has about the same loudness with every instrument.
"""

from collections.abc import Mapping
from typing import Final

HARMONY: Final = ("chords", "arpeggio", "pad")
LEAD: Final = -31.0
"""Loudness of every lead, on the scale of `PROGRAMS`: few instruments are softer at the full level."""
WANTED: Final[Mapping[str, tuple[float, float, float]]] = {
    "pop": (-2.0, -4.0, -4.0),
    "rock": (-4.5, -5.0, -5.0),
    "bossa": (-1.0, -3.0, -4.0),
    "waltz": (-8.0, -4.0, -4.0),
    "techno": (4.0, 0.0, -3.0),
    "ballad": (-8.0, -6.0, -5.0),
    "chiptune": (0.0, -2.0, -5.0),
    "swing": (-6.0, -3.0, -5.0),
    "reggae": (1.0, 0.0, -3.0),
    "funk": (1.0, -1.0, -3.0),
    "synthwave": (2.0, -1.0, -2.0),
    "latin": (0.0, -3.0, -3.0),
    "hiphop": (2.0, 0.0, -3.0),
    "folk": (-7.0, -5.0, -4.0),
    "ambient": (-9.0, -4.0, -2.0),
    "baroque": (-8.0, -3.0, -4.0),
}
"""Style -> loudness of drums, bass and harmony (chords, arpeggio and pad together) above the lead's, LU."""
LOWEST_LEVEL: Final = 0.15
SHEETS: Final[Mapping[str, Mapping[str, float]]] = {
    "pop": {"drums": -4.5, "bass": -34.5, "chords": -39.0, "arpeggio": -38.0, "pad": -44.0},
    "rock": {"drums": -9.5, "bass": -34.0, "chords": -39.5, "arpeggio": -38.5, "pad": -44.5},
    "bossa": {"drums": -2.5, "bass": -34.5, "chords": -41.0, "arpeggio": -40.0, "pad": -46.0},
    "waltz": {"drums": -5.5, "bass": -37.0, "chords": -34.5, "arpeggio": -33.5, "pad": -39.5},
    "techno": {"drums": -4.5, "bass": -31.5, "chords": -34.5, "arpeggio": -33.5, "pad": -39.5},
    "ballad": {"drums": -5.5, "bass": -36.0, "chords": -33.0, "arpeggio": -32.0, "pad": -38.5},
    "chiptune": {"drums": -8.5, "bass": -35.0, "chords": -38.5, "arpeggio": -37.5, "pad": -43.5},
    "swing": {"drums": -2.0, "bass": -33.5, "chords": -33.5, "arpeggio": -32.5, "pad": -38.5},
    "reggae": {"drums": -6.0, "bass": -32.0, "chords": -36.5, "arpeggio": -35.5, "pad": -41.5},
    "funk": {"drums": -6.0, "bass": -31.0, "chords": -35.5, "arpeggio": -34.5, "pad": -40.5},
    "synthwave": {"drums": -5.5, "bass": -33.0, "chords": -34.0, "arpeggio": -33.0, "pad": -39.0},
    "latin": {"drums": -5.0, "bass": -34.5, "chords": -36.5, "arpeggio": -35.5, "pad": -41.5},
    "hiphop": {"drums": -4.5, "bass": -29.0, "chords": -38.0, "arpeggio": -37.0, "pad": -43.0},
    "folk": {"drums": -9.0, "bass": -35.0, "chords": -41.0, "arpeggio": -40.0, "pad": -46.0},
    "ambient": {"drums": -6.0, "bass": -33.0, "chords": -32.0, "arpeggio": -31.0, "pad": -37.0},
    "baroque": {"drums": -6.0, "bass": -36.0, "chords": -34.0, "arpeggio": -33.0, "pad": -39.0},
}
"""Style -> loudness of each voice on the scale of `PROGRAMS`; that of drums is the level itself, decibels."""
PROGRAMS: Final[Mapping[str, tuple[float, ...]]] = {
    "bass": (
        -29, -29, -30, -26, -32, -31, -32, -32, -28, -29, -28, -23, -35, -38, -24, -34, -31, -31, -28, -29, -29,
        -25, -25, -29, -23, -27, -33, -30, -27, -31, -29, -30, -28, -26, -29, -30, -24, -33, -29, -29, -26, -26,
        -28, -26, -30, -29, -21, -24, -31, -32, -33, -30, -26, -34, -26, -24, -30, -32, -32, -33, -25, -35, -25,
        -24, -31, -27, -31, -35, -25, -25, -28, -26, -25, -30, -26, -28, -33, -26, -33, -24, -25, -30, -21, -27,
        -29, -22, -30, -28, -29, -41, -33, -25, -29, -35, -31, -42, -29, -31, -21, -29, -26, -41, -22, -30, -28,
        -32, -30, -26, -30, -25, -26, -24, -30, -29, -30, -34, -29, -33, -27, -50, -34, -44, -30, -28, -27, -51,
        -44, -29,
    ),
    "chords": (
        -26, -26, -26, -24, -23, -27, -28, -24, -24, -26, -25, -20, -31, -34, -20, -31, -24, -26, -24, -25, -24,
        -22, -23, -26, -24, -26, -26, -31, -26, -27, -24, -25, -26, -22, -25, -27, -24, -32, -26, -26, -22, -23,
        -22, -66, -24, -26, -17, -25, -26, -26, -27, -26, -22, -26, -22, -21, -26, -25, -24, -29, -19, -30, -22,
        -21, -27, -22, -25, -29, -21, -22, -25, -21, -22, -26, -22, -24, -26, -22, -20, -20, -21, -24, -18, -22,
        -24, -18, -25, -23, -24, -30, -24, -20, -25, -27, -25, -31, -24, -23, -19, -22, -23, -34, -18, -23, -25,
        -27, -28, -24, -26, -22, -22, -21, -28, -24, -27, -32, -26, -32, -24, -44, -31, -41, -24, -24, -24, -46,
        -39, -27,
    ),
    "arpeggio": (
        -28, -28, -29, -26, -25, -30, -30, -26, -26, -26, -26, -23, -32, -36, -21, -32, -27, -29, -28, -27, -28,
        -27, -24, -29, -26, -28, -28, -33, -30, -31, -29, -28, -27, -26, -28, -31, -27, -33, -27, -29, -27, -29,
        -28, -35, -27, -28, -19, -25, -28, -33, -29, -30, -24, -28, -26, -22, -27, -30, -28, -32, -25, -33, -25,
        -24, -29, -27, -29, -33, -26, -30, -29, -24, -27, -30, -25, -29, -30, -25, -24, -24, -24, -27, -21, -24,
        -25, -21, -29, -26, -24, -41, -26, -24, -27, -35, -26, -33, -25, -25, -19, -23, -25, -50, -21, -24, -29,
        -27, -29, -26, -26, -25, -28, -23, -29, -28, -28, -33, -27, -33, -26, -55, -32, -42, -32, -29, -29, -55,
        -48, -28,
    ),
    "pad": (
        -30, -29, -30, -28, -25, -29, -33, -29, -28, -28, -28, -24, -32, -34, -24, -34, -24, -26, -23, -23, -22,
        -23, -25, -28, -27, -31, -30, -36, -27, -25, -23, -23, -29, -25, -28, -28, -27, -36, -28, -26, -19, -19,
        -18, -66, -23, -28, -20, -28, -24, -24, -26, -25, -20, -27, -23, -24, -24, -23, -23, -28, -18, -28, -22,
        -22, -27, -22, -23, -29, -18, -16, -21, -19, -19, -24, -22, -22, -26, -25, -19, -17, -19, -22, -20, -23,
        -25, -17, -23, -26, -27, -27, -25, -21, -26, -26, -25, -29, -26, -25, -24, -26, -24, -26, -21, -27, -32,
        -29, -32, -28, -27, -18, -19, -20, -29, -25, -28, -33, -27, -33, -24, -32, -31, -42, -24, -24, -24, -34,
        -33, -29,
    ),
    "melody": (
        -31, -31, -32, -28, -26, -31, -32, -29, -29, -30, -28, -25, -35, -39, -24, -34, -28, -29, -28, -27, -27,
        -26, -24, -29, -29, -31, -28, -34, -33, -30, -26, -27, -30, -26, -29, -30, -28, -36, -30, -30, -25, -25,
        -24, -66, -26, -31, -22, -29, -27, -28, -30, -31, -24, -29, -26, -25, -27, -28, -28, -31, -22, -32, -26,
        -26, -29, -27, -29, -33, -23, -28, -27, -22, -26, -28, -26, -27, -30, -27, -23, -23, -24, -26, -23, -27,
        -26, -21, -28, -27, -27, -35, -28, -25, -30, -30, -28, -33, -27, -26, -24, -26, -27, -38, -23, -26, -32,
        -31, -33, -29, -29, -22, -26, -24, -33, -31, -31, -35, -30, -36, -28, -43, -35, -45, -27, -28, -27, -47,
        -41, -31,
    ),
}  # fmt: skip
"""Voice -> loudness of a phrase with each program, at velocity 96 and the full level."""


def compute_level(style: str, voice: str, program: int) -> float:
    """Compute the level of a part, 0 to 1. A synthesiser's gain is its square (General MIDI's volume controller)."""
    sheet = SHEETS[style]
    if voice not in PROGRAMS:
        return _convert(sheet["drums"])
    return _convert((LEAD if voice == "melody" else sheet[voice]) - PROGRAMS[voice][program])


def _convert(decibels: float) -> float:
    return round(max(LOWEST_LEVEL, min(1.0, 10 ** (decibels / 40))), 3)
