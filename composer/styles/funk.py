"""Funk: everything leans on the one; sixteenths in hi-hat, slapped bass and scratched guitar, and horns that stab."""

from typing import Final

from bandstand.composer.stagecraft import Ending, Opening, Seam, Staging
from bandstand.composer.style import (
    ALL,
    CLAP,
    CLOSED,
    KICK,
    OPEN,
    SNARE,
    TAMBOURINE,
    TOMS,
    UPPER,
    BassStyle,
    Drumming,
    HarmonicLanguage,
    Style,
    TuneStyle,
)

FUNK: Final = Style(
    name="funk",
    harmony=HarmonicLanguage(
        loop_share=0.7,
        open_phrases=(("TTTS", 4), ("TTTT", 3), ("TSTS", 3)),
        closed_phrases=(("TTST", 4), ("TTTT", 2), ("SSDT", 1)),
        has_dominant_cadence=False,
        two_chord_share=0.1,
        extensions=(("9", 4), ("6", 2), ("sus4", 1)),
        extension_share=0.45,
        inversion_share=0.1,
        final_transpositions=((0, 3), (2, 1)),
        bridge_transpositions=((0, 1), (5, 2)),
    ),
    drums=(
        (
            (KICK, ("x.........x.....", "x......x..x.....")),
            (SNARE, ("....x.......x...", "....x..g....x...")),
            (CLOSED, ("o.-.o.-.o.-.o.-.", "o.o.o.o.o.o.o.o.")),
        ),
        (
            (KICK, ("x..x......x.....", "x.....x...x..o..", "x..x..x...o.....")),
            (SNARE, ("....x..g.g..x...", "....x..g.g..x..g", "....x....g..x.g.")),
            (CLOSED, ("o-o-o-o-o-o-o-o-", "o-oo-oo-o-oo-oo-")),
        ),
        (
            (KICK, ("x..x..x...x..o..", "x.x.......x..x..", "x..x.....ox.....")),
            (SNARE, ("....x..g.g..x..g", "....x..x.g..x...", "....x..g.gg.x.g.")),
            (CLOSED, ("o-o-o-o-o-o-o-..", "o-oo-oo-o-oo-o..")),
            (OPEN, ("..............o.", "......o.......o.")),
            (CLAP, ("....o.......o...", "............o...")),
        ),
    ),
    fills=(
        ((SNARE, ("....x..xx.xx.xxx",)), (KICK, ("x..x......x.....",)), (CLOSED, ("o-o-o...........",))),
        ((SNARE, ("x..x..x..x..x...",)), (KICK, ("..x..x..x..x..x.",))),
        ((SNARE, ("....x.......xx..",)), (TOMS[0], ("........xx......",)), (TOMS[2], ("..........xx..xx",))),
    ),
    drumming=Drumming(
        ghosts=((SNARE, (".gg..gg.gg.g.ggg",)),),
        ghost_share=0.3,
        opening="......o.......o.",
        opening_share=0.5,
        fill_share=0.65,
        colours=((TAMBOURINE, "-.o.-.o.-.o.-.o."), (56, "x...o...x...o...")),
    ),
    staging=Staging(
        openings=((Opening.DRUMS, 4), (Opening.BASS, 4), (Opening.LAYERS, 3)),
        endings=((Ending.STOP, 3), (Ending.RING, 2), (Ending.TAG, 2), (Ending.FADE, 3)),
        seams=((Seam.PLAIN, 2), (Seam.STOP, 6), (Seam.DROP, 3)),
        counter_share=0.4,
        surprises=((56, "o..o..o.o..o..o."), (60, "..o..oo..o..oo.."), (58, "o...............")),
        surprise_share=0.9,
    ),
    bass=BassStyle(even=0.3, pedals=0.4, free=0.1),
    bass_lines=(
        (
            ((0, 2.5, "R"), (6, 1, "8"), (10, 1.5, "D"), (12, 1.5, "R"), (14, 1, "A")),
            ((0, 1.5, "R"), (3, 1, "R"), (10, 1, "D"), (11, 2, "R")),
        ),
        (
            ((0, 1.5, "R"), (3, 0.8, "R"), (6, 0.8, "8"), (10, 1.2, "D"), (11, 0.8, "R"), (12, 0.8, "W"), (14, 1, "A")),
            ((0, 1.8, "R"), (2, 0.8, "R"), (7, 0.8, "D"), (8, 1.2, "R"), (10, 0.8, "U"), (13, 0.8, "R"), (14, 1, "A")),
            ((0, 1.2, "R"), (3, 0.8, "R"), (4, 0.8, "8"), (8, 0.8, "5"), (10, 0.8, "3"), (11, 1.2, "U"), (14, 1, "W")),
        ),
        (
            (
                *((0, 1.2, "R"), (2, 0.6, "R"), (3, 0.8, "D"), (6, 0.8, "R"), (7, 0.6, "8"), (10, 0.8, "5")),
                *((11, 0.8, "U"), (13, 0.6, "R"), (14, 1, "A")),
            ),
            (
                *((0, 1.5, "R"), (3, 0.8, "R"), (5, 0.6, "D"), (6, 0.8, "R"), (8, 0.8, "U"), (10, 0.8, "3")),
                *((12, 0.8, "5"), (14, 0.8, "W"), (15, 0.8, "A")),
            ),
        ),
    ),
    comping=(
        (
            ((0, 1.5, ALL), (10, 0.8, UPPER), (11, 0.8, UPPER)),
            ((2, 0.8, UPPER), (6, 0.8, UPPER), (10, 0.8, UPPER), (14, 0.8, UPPER)),
        ),
        (
            tuple((step, 0.6, UPPER) for step in (2, 3, 6, 8, 10, 11, 14)),
            ((0, 1, ALL), (3, 0.6, UPPER), (6, 0.6, UPPER), (7, 0.6, UPPER), (10, 1, ALL), (14, 0.6, UPPER)),
            ((4, 0.6, UPPER), (7, 0.6, UPPER), (10, 1.5, ALL), (15, 0.6, UPPER)),
        ),
        (
            tuple((step, 0.6, UPPER) for step in (0, 2, 3, 5, 6, 8, 10, 11, 13, 14)),
            (
                (0, 1, ALL),
                (3, 0.6, UPPER),
                (4, 0.6, UPPER),
                (7, 1, ALL),
                (10, 0.6, UPPER),
                (11, 0.6, UPPER),
                (14, 1, ALL),
            ),
            ((0, 0.8, ALL), (6, 0.8, ALL), (7, 1.5, ALL), (14, 0.8, ALL)),
        ),
    ),
    comping_variety=0.5,
    tune=TuneStyle(
        idioms=(("rag", 0.6), ("reel", 0.2)),
        own=1.0,
        syncopation=0.5,
        leaps=1.3,
        gaps=0.5,
        literal=0.5,
        doubles=True,
    ),
    call_rhythms=(
        ((0, 2), (3, 1), (4, 2), (7, 1), (8, 2), (10, 2)),
        ((2, 1), (3, 1), (4, 2), (6, 2), (10, 2)),
        ((0, 1), (1, 1), (2, 2), (6, 2), (8, 2), (11, 3)),
        ((2, 2), (6, 1), (7, 1), (8, 2), (10, 4)),
    ),
    chorus_rhythms=(
        ((0, 3), (3, 3), (6, 2), (8, 2), (10, 4)),
        ((0, 2), (2, 1), (3, 3), (6, 4), (12, 4)),
        ((0, 4), (4, 2), (6, 2), (10, 6)),
    ),
    response_rhythms=(
        ((0, 2), (3, 1), (4, 4)),
        ((2, 1), (3, 1), (4, 2), (6, 4)),
        ((0, 1), (2, 1), (3, 2), (6, 4)),
    ),
)
