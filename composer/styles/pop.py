"""Pop: a steady groove with ghost notes, eighths in the bass, and an even melody."""

from typing import Final

from bandstand.composer.stagecraft import Ending, Opening, Seam, Staging
from bandstand.composer.style import (
    ALL,
    CLOSED,
    KICK,
    RIDE,
    SHAKER,
    SIDESTICK,
    SNARE,
    TOMS,
    Drumming,
    HarmonicLanguage,
    Style,
    TuneStyle,
)

POP: Final = Style(
    name="pop",
    harmony=HarmonicLanguage(
        loop_share=0.3,
        secondary_dominant_share=0.25,
        extension_share=0.2,
        suspension_share=0.4,
        inversion_share=0.35,
        borrowed_share=0.15,
    ),
    drums=(
        (
            (KICK, ("x.......o.......", "x.........o.....", "x.......o.o.....")),
            (SIDESTICK, ("....o.......o...",)),
            (SHAKER, ("o.-.o.-.o.-.o.-.", "-gogogog-gogogog")),
        ),
        (
            (KICK, ("x.....o.o.......", "x.......o.o.....", "x..o..o...o.....", "x.....o...o.....")),
            (SNARE, ("....x.......x...", "....x..g....x...", "....x.......x..g")),
            (CLOSED, ("o.-.o.-.o.-.o.-.", "o.o.o.o.o.o.o.o.", "o.-go.-.o.-go.-.")),
        ),
        (
            (KICK, ("x.....o.x.o.....", "x..o..o.x.....o.", "x...x...x...x...", "x.....o.o.o...o.")),
            (SNARE, ("....x.......x...", "....x..g.g..x...", "....x..g....x..g")),
            (RIDE, ("x.o.x.o.x.o.x.o.", "x...x.o.x...x.o.")),
            (CLOSED, ("..-...-...-...-.", "-g-g-g-g-g-g-g-g")),
        ),
    ),
    fills=(
        ((SNARE, ("............goox",)), (KICK, ("x.......o.......",))),
        ((SNARE, ("........o.oo....",)), (TOMS[0], ("............oo..",)), (TOMS[2], ("..............xx",))),
        ((SNARE, ("....x.......o...",)), (TOMS[1], (".............o..",)), (TOMS[2], ("..............x.",))),
        ((SNARE, ("....x...gg-o-oxx",)), (KICK, ("x.......o.......",))),
    ),
    drumming=Drumming(ghosts=((SNARE, (".g.g..gg.g.g..gg",)),), ghost_share=0.07),
    staging=Staging(
        openings=((Opening.BAND, 1), (Opening.LAYERS, 3), (Opening.CHORDS, 3), (Opening.DRUMS, 2), (Opening.BASS, 1)),
        endings=((Ending.HELD, 2), (Ending.TAG, 1), (Ending.RING, 2), (Ending.STOP, 3), (Ending.FADE, 3)),
        seams=(
            (Seam.PLAIN, 3),
            (Seam.REVERSE, 2),
            (Seam.STOP, 3),
            (Seam.DROP, 2),
            (Seam.SWELL, 2),
            (Seam.RISE, 2),
            (Seam.BUILD, 1),
        ),
        surprises=((81, "o..............."), (55, "o..............."), (56, "o...o...o...o...")),
    ),
    bass_lines=(
        (
            ((0, 15, "R"),),
            ((0, 7.5, "R"), (8, 7.5, "5")),
            ((0, 11, "R"), (12, 3.5, "A")),
        ),
        (
            ((0, 5.5, "R"), (6, 1.5, "R"), (8, 3.5, "R"), (12, 1.8, "W"), (14, 1.8, "A")),
            ((0, 5.5, "R"), (6, 1.5, "U"), (8, 3.5, "3"), (12, 1.8, "5"), (14, 1.8, "A")),
            ((0, 3.5, "R"), (6, 1.5, "R"), (8, 3.5, "R"), (12, 3.5, "5")),
            ((0, 5.5, "R"), (6, 3.5, "5"), (10, 1.8, "D"), (12, 1.8, "W"), (14, 1.8, "A")),
            ((0, 3.8, "R"), (4, 3.8, "3"), (8, 3.8, "5"), (12, 3.8, "A")),
        ),
        (
            (*((step, 1.6, "R") for step in range(0, 12, 2)), (12, 1.6, "W"), (14, 1.8, "A")),
            ((0, 3.5, "R"), (4, 1.6, "U"), (6, 1.6, "3"), (8, 3.5, "5"), (12, 1.6, "W"), (14, 1.8, "A")),
            ((0, 2.8, "R"), (3, 2.8, "R"), (6, 1.8, "8"), (8, 2.8, "R"), (11, 2.8, "5"), (14, 1.8, "A")),
            ((0, 3.5, "R"), (4, 1.5, "R"), (6, 1.5, "5"), (8, 3.5, "8"), (12, 1.5, "D"), (14, 1.8, "A")),
        ),
    ),
    comping=(
        (
            ((0, 15.5, ALL),),
            ((0, 7.8, 0), (2, 6, 1), (4, 5, 2), (8, 7.8, 1), (10, 6, 2), (12, 4, 1)),
            ((0, 4, 0), (2, 4, 1), (4, 4, 2), (6, 4, 1), (8, 4, 0), (10, 4, 1), (12, 4, 2), (14, 2, 1)),
        ),
        (
            ((0, 5.5, ALL), (6, 7, ALL)),
            ((0, 3.5, ALL), (4, 3, ALL), (8, 3.5, ALL), (12, 3, ALL)),
            ((0, 2.8, ALL), (3, 2.8, ALL), (6, 5, ALL), (12, 3, ALL)),
        ),
        (
            ((0, 2.6, ALL), (3, 2.6, ALL), (6, 1.6, ALL), (8, 2.6, ALL), (11, 2.6, ALL), (14, 1.6, ALL)),
            tuple((step, 1.5, ALL) for step in range(0, 16, 2)),
            ((0, 3.5, ALL), (4, 1.5, ALL), (6, 3.5, ALL), (10, 1.5, ALL), (12, 3.5, ALL)),
        ),
    ),
    tune=TuneStyle(idioms=(("air", 0.5), ("rag", 0.4)), own=0.8, syncopation=0.35, pickups=0.65, leaps=1.6, gaps=0.7),
    call_rhythms=(
        ((0, 4), (4, 2), (6, 2), (8, 6)),
        ((0, 3), (3, 3), (6, 2), (8, 4), (12, 3)),
        ((2, 2), (4, 4), (8, 2), (10, 4)),
        ((0, 2), (2, 2), (4, 4), (8, 4), (12, 4)),
        ((0, 6), (6, 2), (8, 8)),
        ((4, 2), (6, 2), (8, 4), (12, 4)),
    ),
    chorus_rhythms=(
        ((0, 6), (6, 2), (8, 4), (12, 4)),
        ((0, 8), (8, 4), (12, 4)),
        ((0, 3), (3, 3), (6, 6), (12, 4)),
        ((0, 4), (4, 4), (8, 3), (11, 5)),
    ),
    response_rhythms=(
        ((0, 4), (4, 4), (8, 4)),
        ((0, 2), (2, 2), (4, 8)),
        ((0, 6), (6, 6)),
        ((2, 2), (4, 2), (6, 2), (8, 5)),
        ((0, 3), (3, 3), (6, 6)),
    ),
)
