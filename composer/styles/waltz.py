"""Waltz: three in a bar; the bass on one, the chords on two and three, a tune in long breaths."""

from typing import Final

from composer.band import ALL, UPPER, Language, Style
from composer.kit import CLOSED, KICK, RIDE, SIDESTICK, SNARE, TAMBOURINE

WALTZ: Final = Style(
    name="waltz",
    beats=3,
    language=Language(
        open=(("TTSD", 3), ("TSTD", 3), ("TTDD", 3), ("TSDD", 2)),
        closed=(("TSDT", 4), ("SSDT", 1), ("TTDT", 3)),
        split=0.08,
        spice=0.3,
        lifts=((0, 3), (2, 1)),
        bridges=((5, 3), (0, 1)),
    ),
    drums=(
        (
            (KICK, ("o...........",)),
            (CLOSED, ("....-...-...",)),
        ),
        (
            (KICK, ("x...........",)),
            (SIDESTICK, ("....o...o...", "....o.......")),
            (CLOSED, ("....-...-...", "....-...-.-.")),
        ),
        (
            (KICK, ("x...........", "x.......-...")),
            (SNARE, ("....-...-...", "....-...-.g.")),
            (RIDE, ("x...o...o...", "x...o.-.o...")),
            (TAMBOURINE, ("....o...o...",)),
        ),
    ),
    fills=(
        ((SNARE, ("....-.-.o.o.",)), (KICK, ("x...........",))),
        ((SNARE, ("......gg-oox",)), (KICK, ("x...........",))),
        ((SIDESTICK, ("....o...o...",)), (KICK, ("x...........",))),
    ),
    basses=(
        (
            ((0, 11, "R"),),
            ((0, 7, "R"),),
        ),
        (
            ((0, 5, "R"),),
            ((0, 5, "R"), (8, 3.5, "5")),
            ((0, 7.5, "R"), (8, 3.5, "A")),
        ),
        (
            ((0, 5, "R"), (8, 3.5, "A")),
            ((0, 3.8, "R"), (4, 3.8, "5"), (8, 3.8, "A")),
            ((0, 3.8, "R"), (4, 3.8, "3"), (8, 3.8, "5")),
        ),
    ),
    comps=(
        (
            ((0, 11.5, ALL),),
            ((0, 4, 0), (4, 4, 1), (8, 4, 2)),
        ),
        (
            ((4, 2.5, UPPER), (8, 2.5, UPPER)),
            ((4, 3, ALL), (8, 3, ALL)),
            ((0, 2, 0), (4, 2.5, UPPER), (8, 2.5, UPPER)),
        ),
        (
            ((4, 2.2, ALL), (8, 2.2, ALL)),
            ((4, 2.2, ALL), (8, 1.5, ALL), (10, 1.5, UPPER)),
            ((0, 2, 0), (2, 2, 1), (4, 2.2, ALL), (8, 2.2, ALL)),
        ),
    ),
    calls=(
        ((0, 8), (8, 4)),
        ((0, 4), (4, 4), (8, 4)),
        ((0, 6), (6, 2), (8, 4)),
        ((4, 4), (8, 4)),
        ((0, 4), (4, 2), (6, 2), (8, 4)),
    ),
    hooks=(
        ((0, 8), (8, 4)),
        ((0, 12),),
        ((0, 6), (6, 6)),
        ((0, 4), (4, 8)),
    ),
    answers=(
        ((0, 4), (4, 8)),
        ((0, 8),),
        ((0, 2), (2, 2), (4, 6)),
        ((0, 4), (4, 4), (8, 3)),
    ),
    closes=(
        ((0, 9),),
        ((0, 4), (4, 5)),
    ),
)
