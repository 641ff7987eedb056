"""The station's bands, as data."""

from typing import Final

from composer.band import Band, Member
from composer.styles import POP

ROBOTS: Final = Band(
    name="The Small Robots",
    style=POP,
    members=(
        Member(name="drums", voice="drums", instruments=((0, 1.0),), reverb=0.15, loose=5),
        Member(
            name="bass",
            voice="bass",
            instruments=((33, 0.85), (32, 0.87), (34, 0.9)),
            low=31,
            high=52,
            reverb=0.05,
            loose=7,
            late=3,
        ),
        Member(
            name="keys",
            voice="chords",
            instruments=((4, 0.56), (0, 0.78), (24, 0.62), (5, 0.7)),
            low=53,
            high=76,
            pan=-0.35,
            reverb=0.3,
            loose=9,
        ),
        Member(
            name="pad",
            voice="pad",
            instruments=((48, 0.5), (89, 0.54), (50, 0.54)),
            low=55,
            high=79,
            pan=0.35,
            reverb=0.5,
            enters=0.45,
            loose=12,
        ),
        Member(
            name="lead",
            voice="melody",
            instruments=((73, 0.8), (71, 0.78), (11, 0.8), (65, 0.67), (66, 0.73)),
            low=62,
            high=86,
            pan=0.1,
            reverb=0.4,
            loose=10,
            late=2,
        ),
    ),
)

BANDS: Final = {"band": ROBOTS}
"""The word that names a band in a job -> the band; `band` is the one that plays where nobody asks for another."""
