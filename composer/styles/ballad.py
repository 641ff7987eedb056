"""Ballad: arpeggios on a piano, long notes, and soft drums that enter late."""

from typing import Final

from bandstand.composer.stagecraft import Ending, Opening, Seam, Staging
from bandstand.composer.style import (
    ALL,
    CLOSED,
    KICK,
    OPEN,
    RIDE,
    SHAKER,
    SIDESTICK,
    SNARE,
    TAMBOURINE,
    TOMS,
    BassStyle,
    Drumming,
    HarmonicLanguage,
    Style,
    TuneStyle,
)

BALLAD: Final = Style(
    name="ballad",
    harmony=HarmonicLanguage(
        loop_share=0.1,
        extensions=(("add9", 4), ("sus4", 2), ("9", 2)),
        extension_share=0.15,
        suspension_share=0.5,
        inversion_share=0.45,
        borrowed_share=0.2,
        open_phrases=(("TTSD", 4), ("TSTD", 2), ("TDTS", 4), ("TSSD", 2)),
        two_chord_share=0.32,
        secondary_dominant_share=0.3,
        final_transpositions=((0, 2), (2, 2), (1, 1)),
        bridge_transpositions=((0, 2), (5, 2)),
    ),
    drums=(
        (
            (CLOSED, ("-...-...-...-...",)),
            (KICK, ("o...............",)),
        ),
        (
            (KICK, ("x.........o.....", "x.......o.......", "x......o..o.....")),
            (SIDESTICK, ("....o.......o...",)),
            (CLOSED, ("o.-.o.-.o.-.o.-.", "o-g-o-g-o-g-o-g-")),
        ),
        (
            (KICK, ("x......oo.......", "x.........o...o.", "x.....o.x.......")),
            (SNARE, ("....x.......x...", "....x.......x..g")),
            (RIDE, ("o.-.o.-.o.-.o.-.",)),
            (OPEN, ("..............-.", "................")),
            (SHAKER, ("g-g-g-g-g-g-g-g-", "................")),
        ),
    ),
    fills=(
        ((SNARE, ("............gg-o",)), (KICK, ("x.......o.......",))),
        ((TOMS[0], ("........o..o....",)), (TOMS[1], ("............o...",)), (TOMS[2], ("..............oo",))),
        ((SNARE, ("....o...g.g.-.o.",)), (KICK, ("x.......o.......",))),
    ),
    drumming=Drumming(
        ghosts=((SNARE, ("...g..gg.g.g..gg",)), (CLOSED, (".g.g.g.g.g.g.g.g",))),
        ghost_share=0.08,
        opening="..............o.",
        fill_share=0.6,
        colours=((TAMBOURINE, "....-.......-..."),),
    ),
    staging=Staging(
        openings=((Opening.BAND, 2), (Opening.CHORDS, 3), (Opening.LAYERS, 3)),
        endings=((Ending.HELD, 2), (Ending.TAG, 1), (Ending.RING, 3), (Ending.FADE, 4), (Ending.SWELL, 3)),
        seams=((Seam.PLAIN, 3), (Seam.REVERSE, 2), (Seam.STOP, 1), (Seam.DROP, 3), (Seam.SWELL, 4)),
        surprises=((81, "-..............."), (55, "-...............")),
    ),
    bass=BassStyle(kinds=(("chord", 2), ("riff", 3), ("neighbours", 2), ("scale", 5), ("octaves", 1), ("roots", 2))),
    bass_lines=(
        (
            ((0, 15, "R"),),
            ((0, 11.5, "R"), (12, 3.5, "5")),
        ),
        (
            ((0, 7.5, "R"), (8, 7.5, "5")),
            ((0, 7.5, "R"), (8, 3.5, "U"), (12, 1.8, "W"), (14, 1.8, "A")),
            ((0, 5.5, "R"), (6, 1.8, "5"), (8, 3.5, "8"), (12, 1.8, "D"), (14, 1.8, "A")),
        ),
        (
            ((0, 5.5, "R"), (6, 1.8, "R"), (8, 3.5, "5"), (12, 1.8, "D"), (14, 1.8, "A")),
            ((0, 6.5, "R"), (7, 1, "R"), (8, 5.5, "R"), (14, 1.8, "A")),
            ((0, 3.8, "R"), (4, 3.8, "5"), (8, 3.8, "8"), (12, 3.8, "A")),
        ),
    ),
    comping=(
        (
            ((0, 8, 0), (2, 6, 1), (4, 6, 2), (8, 8, 0), (10, 6, 1), (12, 4, 2)),
            ((0, 15.5, ALL),),
            ((0, 7.5, 0), (4, 4, 1), (8, 7.5, 2), (12, 4, 1)),
        ),
        (
            tuple((step, 4, (0, 1, 2, 1)[step // 2 % 4]) for step in range(0, 16, 2)),
            tuple((step, 4, (0, 1, 2, 3, 2, 1, 2, 1)[step // 2]) for step in range(0, 16, 2)),
            ((0, 3.8, ALL), (4, 3.8, ALL), (8, 3.8, ALL), (12, 3.8, ALL)),
        ),
        (
            ((0, 3.8, ALL), (4, 3.8, ALL), (8, 3.8, ALL), (12, 3.8, ALL)),
            ((0, 3.8, ALL), (4, 1.8, ALL), (6, 1.8, 2), (8, 3.8, ALL), (12, 1.8, ALL), (14, 1.8, 2)),
            tuple((step, 2, (0, 1, 2, 1)[step % 4]) for step in range(16)),
        ),
    ),
    tune=TuneStyle(
        idioms=(("air", 1.0),), own=0.5, fullness=0.75, syncopation=0.12, pickups=0.75, leaps=1.3, gaps=0.8, reuse=0.7
    ),
    call_rhythms=(
        ((0, 6), (6, 2), (8, 6)),
        ((2, 2), (4, 4), (8, 6)),
        ((0, 4), (4, 4), (8, 8)),
        ((4, 2), (6, 2), (8, 4), (12, 4)),
        ((0, 3), (3, 1), (4, 4), (8, 6)),
    ),
    chorus_rhythms=(
        ((0, 8), (8, 8)),
        ((0, 12), (12, 4)),
        ((0, 6), (6, 2), (8, 8)),
        ((0, 4), (4, 4), (8, 8)),
    ),
    response_rhythms=(
        ((0, 4), (4, 10)),
        ((0, 12),),
        ((0, 2), (2, 2), (4, 8)),
        ((0, 6), (6, 7)),
    ),
)
