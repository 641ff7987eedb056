"""Latin, as salsa has it: the son clave, a piano's montuno, congas, and a bass that comes before the chord.

A bar is written as two bars of the dance are counted, so that the clave (three strokes, then two) fills one.
"""

from typing import Final

from bandstand.composer.stagecraft import Ending, Opening, Seam, Staging
from bandstand.composer.style import (
    ALL,
    CLAVES,
    KICK,
    SHAKER,
    UPPER,
    BassStyle,
    Drumming,
    HarmonicLanguage,
    Style,
    TuneStyle,
)

MUTED, CONGA, TUMBA = 62, 63, 64
"""Strokes of the congas: muted and open on the high one, open on the low one."""
HIGH_TIMBALE, LOW_TIMBALE = 65, 66
COWBELL, GUIRO = 56, 73

LATIN: Final = Style(
    name="latin",
    harmony=HarmonicLanguage(
        loop_share=0.5,
        open_phrases=(("TSDD", 3), ("TSTD", 3), ("TTSD", 3), ("TDTD", 3)),
        closed_phrases=(("TSDT", 4), ("SSDT", 2), ("TDDT", 3)),
        two_chord_share=0.35,
        secondary_dominant_share=0.4,
        extensions=(("9", 2), ("6", 3)),
        extension_share=0.25,
        inversion_share=0.1,
        final_transpositions=((0, 3), (1, 1)),
        bridge_transpositions=((0, 2), (5, 1)),
    ),
    drums=(
        (
            (CLAVES, ("x..x..x...x.x...",)),
            (SHAKER, ("o-.-o-.-o-.-o-.-", "o.-.o.-.o.-.o.-.")),
        ),
        (
            (CLAVES, ("x..x..x...x.x...",)),
            (MUTED, ("-...x.......x...", "-.g.x.g.-.g.x.g.")),
            (CONGA, ("......oo......oo", "......oo.....ooo")),
            (TUMBA, ("...........o....", "..........oo....")),
            (GUIRO, ("o...-.-.o...-.-.",)),
            (KICK, ("......-.......-.", "................")),
        ),
        (
            (CLAVES, ("x..x..x...x.x...",)),
            (COWBELL, ("x...x.o.x...x.o.", "x.o.x.o.x.o.x.oo")),
            (MUTED, ("-.g.x.g.-.g.x.g.", "-.g.x...-.g.x...")),
            (CONGA, ("......oo......oo", "..o...oo..o...oo")),
            (TUMBA, ("...o.......oo...", "...........o....")),
            (HIGH_TIMBALE, ("....-.......-..-", "................")),
            (KICK, ("......o.......o.",)),
        ),
    ),
    fills=(
        ((HIGH_TIMBALE, ("....x.xx.xx.x...",)), (LOW_TIMBALE, ("..............xx",)), (CLAVES, ("x..x..x.........",))),
        ((HIGH_TIMBALE, ("x..x..x...x.x...",)), (CONGA, (".oo.oo.ooo.o.ooo",))),
        ((LOW_TIMBALE, ("............x.x.",)), (HIGH_TIMBALE, ("........xxx.....",)), (CONGA, ("......oo........",))),
    ),
    drumming=Drumming(
        ghosts=((MUTED, (".g.g.g.g.g.g.g.g",)), (CONGA, ("..g.......g.....",))),
        ghost_share=0.35,
        opening="................",
        fill_share=0.65,
        colours=((COWBELL, "x...o...x...o..."), (SHAKER, "o-o-o-o-o-o-o-o-")),
    ),
    staging=Staging(
        openings=((Opening.DRUMS, 3), (Opening.CHORDS, 5), (Opening.LAYERS, 3)),
        endings=((Ending.STOP, 3), (Ending.RING, 3), (Ending.TAG, 3), (Ending.FADE, 3)),
        seams=((Seam.PLAIN, 2), (Seam.STOP, 5), (Seam.SWELL, 1)),
        counter_share=0.6,
        surprises=((56, "o.o.o.o........."), (73, "o..............."), (65, "o..o..oo........")),
        surprise_share=0.9,
    ),
    bass=BassStyle(
        even=0.3, kinds=(("chord", 1), ("riff", 4), ("scale", 4), ("neighbours", 3), ("octaves", 2), ("fifths", 1))
    ),
    bass_lines=(
        (
            ((0, 5.5, "R"), (6, 5, "5"), (12, 3.5, "R")),
            ((0, 2.7, "R"), (3, 4.7, "5"), (8, 2.7, "R"), (11, 4, "5")),
        ),
        (
            ((0, 2.7, "R"), (3, 2.7, "5"), (6, 4.5, "D"), (11, 2.7, "W"), (14, 1.7, "A")),
            ((0, 2.7, "R"), (3, 2.7, "5"), (6, 1.7, "U"), (8, 2.7, "R"), (11, 2.7, "5"), (14, 1.7, "A")),
        ),
        (
            ((0, 2.7, "R"), (3, 2.7, "5"), (6, 1.7, "8"), (8, 2.7, "R"), (11, 2.7, "W"), (14, 1.7, "A")),
            ((0, 1.7, "R"), (3, 2.7, "3"), (6, 1.7, "5"), (8, 1.7, "R"), (11, 2.7, "W"), (14, 1.7, "A")),
        ),
    ),
    comping=(
        (
            ((0, 3, ALL), (6, 3, UPPER), (11, 3, UPPER)),
            ((0, 6, ALL), (6, 8, UPPER)),
        ),
        (
            (
                (0, 1.5, ALL),
                (2, 1, 0),
                (3, 1.5, UPPER),
                (5, 1.5, 0),
                (7, 1.5, UPPER),
                (9, 1.5, 0),
                (11, 1.5, UPPER),
                (13, 1.5, 0),
                (15, 1, UPPER),
            ),
            (
                (0, 1.5, ALL),
                (3, 1.5, UPPER),
                (5, 1, 1),
                (6, 1.5, UPPER),
                (9, 1.5, 0),
                (11, 1.5, UPPER),
                (13, 1, 1),
                (14, 1.5, UPPER),
            ),
        ),
        (
            (
                (0, 1, ALL),
                (1, 1, 1),
                (2, 1, UPPER),
                (3, 1.5, 0),
                (5, 1.5, UPPER),
                (7, 1, 1),
                (8, 1, UPPER),
                (9, 1.5, 0),
                (11, 1.5, UPPER),
                (13, 1.5, 0),
                (15, 1, UPPER),
            ),
            (
                (0, 1.5, ALL),
                (2, 1, 0),
                (3, 1.5, UPPER),
                (5, 1.5, 0),
                (7, 1.5, UPPER),
                (9, 1.5, 0),
                (11, 1.5, UPPER),
                (13, 1.5, 0),
                (15, 1, UPPER),
            ),
            ((0, 1, ALL), (3, 1, ALL), (6, 1.5, ALL), (10, 1, ALL), (12, 2, ALL)),
        ),
    ),
    comping_variety=0.5,
    tune=TuneStyle(idioms=(("rag", 0.7),), own=1.0, syncopation=0.5, leaps=1.5, reuse=0.6, doubles=True),
    call_rhythms=(
        ((0, 3), (3, 3), (6, 2), (10, 2), (12, 4)),
        ((2, 1), (3, 1), (4, 2), (6, 4), (11, 3)),
        ((0, 2), (2, 1), (3, 3), (6, 2), (8, 2), (10, 4)),
        ((3, 1), (4, 2), (6, 3), (10, 2), (12, 2)),
    ),
    chorus_rhythms=(
        ((0, 3), (3, 3), (6, 4), (10, 2), (12, 4)),
        ((0, 6), (6, 4), (10, 6)),
        ((0, 2), (2, 1), (3, 3), (6, 6)),
    ),
    response_rhythms=(
        ((0, 3), (3, 3), (6, 6)),
        ((2, 1), (3, 3), (6, 6)),
        ((0, 2), (3, 1), (4, 2), (6, 6)),
    ),
)
