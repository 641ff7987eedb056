"""Bossa nova: a clave pattern on the rim, bass on beats one and three, and syncopated chords with sevenths."""

from typing import Final

from bandstand.composer.stagecraft import Ending, Opening, Seam, Staging
from bandstand.composer.style import (
    CLAVES,
    CLOSED,
    KICK,
    PEDAL,
    RIDE,
    SHAKER,
    SIDESTICK,
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

BOSSA: Final = Style(
    name="bossa",
    harmony=HarmonicLanguage(
        loop_share=0.2,
        extensions=(("9", 5), ("6", 2)),
        extension_share=0.4,
        suspension_share=0.3,
        inversion_share=0.15,
        borrowed_share=0.15,
        last_chord="6",
        open_phrases=(("TTSD", 4), ("TDSD", 3), ("TSSD", 3), ("TSTD", 2)),
        closed_phrases=(("SDTT", 3), ("TSDT", 4), ("SSDT", 2)),
        two_chord_share=0.3,
        secondary_dominant_share=0.6,
        final_transpositions=((0, 1),),
        bridge_transpositions=((0, 2), (5, 2), (3, 1)),
    ),
    drums=(
        (
            (SHAKER, ("o-g-o-g-o-g-o-g-", "o.-.o.-.o.-.o.-.")),
            (KICK, ("x.......o.......",)),
        ),
        (
            (KICK, ("x.....-.x.....-.", "x.....-.o.....-.")),
            (SIDESTICK, ("o..o..o...o..o..", "o..o...o..o...o.", "..o..o..o..o....")),
            (SNARE, ("............o...", "................")),
            (CLOSED, ("o-o-o-o-o-o-o-o-", "o.o.o.o.o.o.o.o.")),
        ),
        (
            (KICK, ("x.....o.x.....o.", "x.....-.x.....o.")),
            (SIDESTICK, ("o..o..o...o..o..", "o..o...o..o..o..")),
            (RIDE, ("o.-.o.-.o.-.o.-.", "o-o.o-o.o-o.o-o.")),
            (PEDAL, ("....-.......-...",)),
            (SNARE, ("............o...", "....o.......o...")),
            (SHAKER, ("g-g-g-g-g-g-g-g-",)),
        ),
    ),
    fills=(
        ((SNARE, ("....o...g-o.o-oo",)), (KICK, ("x.....-.x.......",))),
        ((SNARE, ("....o...-.o.....",)), (TOMS[1], ("...........o.oo.",)), (KICK, ("x.....-.x.......",))),
        ((SIDESTICK, ("o..o..o.oo.ooo.o",)), (KICK, ("x.....-.x.......",))),
        ((SIDESTICK, ("..o..o..o.oo.oo.",)), (SNARE, ("..........g...oo",)), (KICK, ("x.....-.x.....-.",))),
    ),
    drumming=Drumming(
        ghosts=((SHAKER, (".g.g.g.g.g.g.g.g",)), (SNARE, ("...g......g.....",))),
        ghost_share=0.35,
        opening="..............o.",
        fill_share=0.7,
        colours=(
            (TAMBOURINE, "....-.......-..."),
            (CLAVES, "o.....o...o....."),
        ),
    ),
    staging=Staging(
        openings=((Opening.BAND, 1), (Opening.LAYERS, 3), (Opening.CHORDS, 3), (Opening.DRUMS, 1)),
        endings=((Ending.HELD, 2), (Ending.TAG, 2), (Ending.RING, 3), (Ending.STOP, 3), (Ending.FADE, 3)),
        seams=((Seam.PLAIN, 4), (Seam.STOP, 2), (Seam.DROP, 2), (Seam.SWELL, 1)),
        surprises=((81, "o..............."), (67, "o..o..o........."), (73, "o.o.............")),
    ),
    bass=BassStyle(
        even=0.25, kinds=(("chord", 1), ("scale", 5), ("neighbours", 4), ("fifths", 1), ("roots", 1)), pedals=0.05
    ),
    bass_lines=(
        (
            ((0, 7.5, "R"), (8, 7.5, "5")),
            ((0, 14, "R"),),
        ),
        (
            ((0, 5.6, "R"), (6, 1.8, "5"), (8, 5.6, "5"), (14, 1.8, "A")),
            ((0, 5.6, "R"), (6, 1.8, "5"), (8, 3.6, "5"), (12, 1.8, "D"), (14, 1.8, "A")),
            ((0, 3.6, "R"), (4, 1.8, "R"), (6, 1.8, "3"), (8, 3.6, "5"), (12, 1.8, "D"), (14, 1.8, "A")),
        ),
        (
            ((0, 5.6, "R"), (6, 1.8, "5"), (8, 5.6, "5"), (14, 1.8, "A")),
            ((0, 5.6, "R"), (6, 1.8, "R"), (8, 3.6, "5"), (12, 1.8, "8"), (14, 1.8, "A")),
            ((0, 5.6, "R"), (6, 1.8, "3"), (8, 3.6, "5"), (12, 1.8, "W"), (14, 1.8, "C")),
        ),
    ),
    comping=(
        (
            ((0, 5.5, UPPER), (6, 9, UPPER)),
            ((0, 3.5, 0), (4, 5, UPPER), (10, 5, UPPER)),
        ),
        (
            ((0, 3, 0), (2, 2.5, UPPER), (6, 2.5, UPPER), (8, 3, 0), (11, 4, UPPER)),
            ((0, 2.5, UPPER), (3, 2.5, UPPER), (6, 3.5, UPPER), (10, 2.5, UPPER), (13, 2.5, UPPER)),
            ((0, 3, 0), (3, 2.5, UPPER), (6, 3.5, UPPER), (10, 5, UPPER)),
        ),
        (
            ((0, 2.5, UPPER), (3, 2.5, UPPER), (6, 3.5, UPPER), (10, 2.5, UPPER), (13, 2.5, UPPER)),
            ((0, 2.5, UPPER), (2, 1.5, UPPER), (5, 2.5, UPPER), (8, 1.5, UPPER), (10, 2.5, UPPER), (13, 2.5, UPPER)),
        ),
    ),
    comping_variety=0.7,
    tune=TuneStyle(
        idioms=(("rag", 0.6), ("air", 0.3)),
        own=1.0,
        fullness=0.9,
        syncopation=0.7,
        pickups=0.65,
        leaps=1.8,
        sequences=5.0,
    ),
    call_rhythms=(
        ((0, 3), (3, 3), (6, 4), (10, 6)),
        ((2, 2), (4, 2), (6, 4), (10, 4)),
        ((0, 2), (2, 4), (6, 4), (10, 2), (12, 4)),
        ((2, 4), (6, 4), (10, 4)),
        ((0, 6), (6, 4), (10, 6)),
    ),
    chorus_rhythms=(
        ((0, 6), (6, 10)),
        ((0, 3), (3, 3), (6, 6), (12, 4)),
        ((2, 4), (6, 6), (12, 4)),
        ((0, 6), (6, 4), (10, 6)),
    ),
    response_rhythms=(
        ((2, 2), (4, 2), (6, 6)),
        ((0, 6), (6, 7)),
        ((0, 3), (3, 3), (6, 7)),
        ((2, 4), (6, 7)),
    ),
)
