"""Baroque: a walking bass, a harpsichord that fills in the harmony, strings, and a tune in running notes; no drums.

Harmony moves twice in a bar, through secondary dominants, inversions and suspensions. Whoever brings drums in gets a
tabor's plain beat.
"""

from typing import Final

from bandstand.composer.stagecraft import Ending, Opening, Seam, Staging
from bandstand.composer.style import (
    ALL,
    KICK,
    SNARE,
    TAMBOURINE,
    UPPER,
    BassStyle,
    Drumming,
    HarmonicLanguage,
    Style,
    TuneStyle,
)

BAROQUE: Final = Style(
    name="baroque",
    harmony=HarmonicLanguage(
        loop_share=0.0,
        open_phrases=(("TSTD", 4), ("TDTD", 3), ("TTSD", 3), ("TSDD", 2)),
        closed_phrases=(("TSDT", 5), ("SSDT", 2), ("TDTT", 1)),
        two_chord_share=0.6,
        secondary_dominant_share=0.6,
        extensions=(("sus4", 1),),
        extension_share=0.04,
        suspension_share=0.6,
        inversion_share=0.7,
        final_transpositions=((0, 1),),
        bridge_transpositions=((5, 2), (0, 1)),
    ),
    drums=(
        ((TAMBOURINE, ("o.......-.......",)),),
        (
            (KICK, ("o.......-.......",)),
            (SNARE, ("o..g-.g.o..g-.g.", "o...-.g.o...-.g.")),
        ),
        (
            (KICK, ("o.......o.......",)),
            (SNARE, ("o..g-.-.o.g.-.-.", "o.g.-.-.o..g-.-.")),
            (TAMBOURINE, ("o...-...o...-...",)),
        ),
    ),
    fills=(
        ((SNARE, ("o...-...o.-.o-o-",)), (KICK, ("o.......o.......",))),
        ((TAMBOURINE, ("o...o...o.o.oooo",)), (KICK, ("o.......o.......",))),
    ),
    drumming=Drumming(
        ghosts=((SNARE, ("..gg..gg..gg..gg",)),),
        ghost_share=0.25,
        opening="................",
        fill_share=0.3,
        colours=((TAMBOURINE, "o...-...o...-..."),),
    ),
    staging=Staging(
        openings=((Opening.BAND, 3), (Opening.CHORDS, 2), (Opening.LAYERS, 2)),
        endings=((Ending.HELD, 2), (Ending.TAG, 2), (Ending.RING, 4), (Ending.STOP, 3)),
        seams=((Seam.PLAIN, 4), (Seam.STOP, 3)),
        counter_share=0.9,
        surprises=(),
    ),
    bass=BassStyle(
        figures=0.45,
        kinds=(("chord", 4), ("scale", 5), ("octaves", 3), ("neighbours", 1), ("roots", 1)),
        free=0.1,
        plain=0.0,
    ),
    bass_lines=(
        (
            ((0, 7.4, "R"), (8, 7.4, "R")),
            ((0, 7.4, "R"), (8, 3.6, "R"), (12, 3.6, "A")),
        ),
        (
            ((0, 3.6, "R"), (4, 3.6, "U"), (8, 3.6, "R"), (12, 3.6, "A")),
            ((0, 3.6, "R"), (4, 3.6, "D"), (8, 3.6, "R"), (12, 3.6, "W")),
            ((0, 3.6, "R"), (4, 3.6, "3"), (8, 3.6, "R"), (12, 1.7, "D"), (14, 1.7, "A")),
        ),
        (
            (
                (0, 1.7, "R"),
                (2, 1.7, "U"),
                (4, 1.7, "3"),
                (6, 1.7, "A"),
                (8, 1.7, "R"),
                (10, 1.7, "D"),
                (12, 1.7, "W"),
                (14, 1.7, "A"),
            ),
            (
                (0, 1.7, "R"),
                (2, 1.7, "8"),
                (4, 1.7, "D"),
                (6, 1.7, "D"),
                (8, 1.7, "R"),
                (10, 1.7, "3"),
                (12, 1.7, "U"),
                (14, 1.7, "A"),
            ),
            ((0, 3.6, "R"), (4, 1.7, "3"), (6, 1.7, "U"), (8, 3.6, "R"), (12, 1.7, "W"), (14, 1.7, "A")),
        ),
    ),
    comping=(
        (
            ((0, 7.5, ALL), (8, 7.5, ALL)),
            ((0, 7, 0), (1, 6, 1), (2, 5, 2), (8, 7, 0), (9, 6, 1), (10, 5, 2)),
        ),
        (
            ((0, 3.5, ALL), (4, 3.5, UPPER), (8, 3.5, ALL), (12, 3.5, UPPER)),
            ((0, 2, 0), (2, 2, 1), (4, 2, 2), (6, 2, 1), (8, 2, 0), (10, 2, 1), (12, 2, 2), (14, 2, 1)),
            ((0, 6, ALL), (6, 1.5, UPPER), (8, 6, ALL), (14, 1.5, UPPER)),
        ),
        (
            (
                *((step, 1, step // 2 % 3) for step in range(0, 16, 2)),
                *((step, 1, 2 - step // 2 % 2) for step in range(1, 16, 2)),
            ),
            ((0, 3.5, ALL), (4, 1.6, UPPER), (6, 1.6, UPPER), (8, 3.5, ALL), (12, 1.6, UPPER), (14, 1.6, UPPER)),
        ),
    ),
    tune=TuneStyle(
        idioms=(("hornpipe", 0.5), ("reel", 0.4), ("air", 0.3)),
        own=0.7,
        fullness=1.1,
        pickups=0.7,
        leaps=3.5,
        change=0.4,
        sequences=4.0,
    ),
    call_rhythms=(
        ((0, 4), (4, 2), (6, 2), (8, 2), (10, 1), (11, 1), (12, 4)),
        ((0, 2), (2, 1), (3, 1), (4, 2), (6, 2), (8, 2), (10, 2), (12, 2), (14, 2)),
        ((0, 6), (6, 1), (7, 1), (8, 4), (12, 2), (14, 2)),
        ((0, 2), (2, 2), (4, 2), (6, 2), (8, 1), (9, 1), (10, 1), (11, 1), (12, 4)),
    ),
    chorus_rhythms=(
        ((0, 4), (4, 4), (8, 2), (10, 2), (12, 2), (14, 2)),
        ((0, 3), (3, 1), (4, 2), (6, 2), (8, 4), (12, 4)),
        ((0, 1), (1, 1), (2, 1), (3, 1), (4, 4), (8, 1), (9, 1), (10, 1), (11, 1), (12, 4)),
    ),
    response_rhythms=(
        ((0, 2), (2, 2), (4, 3), (7, 1), (8, 6)),
        ((0, 4), (4, 2), (6, 2), (8, 6)),
        ((0, 2), (2, 1), (3, 1), (4, 2), (6, 2), (8, 6)),
    ),
)
