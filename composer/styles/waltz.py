"""Waltz: three beats in a bar, the bass on one, the chords on two and three, and a melody in long phrases."""

from typing import Final

from bandstand.composer.stagecraft import Ending, Opening, Seam, Staging
from bandstand.composer.style import (
    ALL,
    CLOSED,
    KICK,
    RIDE,
    SIDESTICK,
    SNARE,
    TAMBOURINE,
    UPPER,
    BassStyle,
    Drumming,
    HarmonicLanguage,
    Style,
    TuneStyle,
)

WALTZ: Final = Style(
    name="waltz",
    beats=3,
    harmony=HarmonicLanguage(
        loop_share=0.1,
        extensions=(("6", 3), ("add9", 1), ("sus4", 1)),
        extension_share=0.12,
        suspension_share=0.25,
        inversion_share=0.4,
        open_phrases=(("TTSD", 3), ("TSTD", 3), ("TTDD", 3), ("TSDD", 2)),
        closed_phrases=(("TSDT", 4), ("SSDT", 1), ("TTDT", 3)),
        two_chord_share=0.08,
        secondary_dominant_share=0.3,
        final_transpositions=((0, 3), (2, 1)),
        bridge_transpositions=((5, 3), (0, 1)),
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
    drumming=Drumming(
        ghosts=((SNARE, ("..g..gg..ggg",)),),
        ghost_share=0.45,
        opening="..........o.",
        fill_share=0.9,
        colours=((TAMBOURINE, "........g..."),),
    ),
    staging=Staging(
        openings=((Opening.BAND, 2), (Opening.LAYERS, 2), (Opening.CHORDS, 4), (Opening.BASS, 1)),
        endings=((Ending.HELD, 2), (Ending.TAG, 2), (Ending.RING, 3), (Ending.STOP, 4)),
        seams=((Seam.PLAIN, 4), (Seam.STOP, 2), (Seam.DROP, 1), (Seam.SWELL, 2)),
        surprises=((81, "o..........."),),
    ),
    bass=BassStyle(
        kinds=(("chord", 2), ("riff", 3), ("neighbours", 3), ("scale", 4), ("octaves", 2), ("fifths", 2), ("roots", 2))
    ),
    bass_lines=(
        (
            ((0, 11, "R"),),
            ((0, 7, "R"),),
        ),
        (
            ((0, 5, "R"),),
            ((0, 5, "R"), (8, 3.5, "5")),
            ((0, 7.5, "R"), (8, 3.5, "A")),
            ((0, 3.8, "R"), (4, 3.8, "W"), (8, 3.8, "A")),
        ),
        (
            ((0, 5, "R"), (8, 3.5, "A")),
            ((0, 3.8, "R"), (4, 3.8, "5"), (8, 3.8, "A")),
            ((0, 3.8, "R"), (4, 3.8, "U"), (8, 3.8, "3")),
        ),
    ),
    comping=(
        (
            ((0, 11.5, ALL),),
            ((0, 4, 0), (4, 4, 1), (8, 4, 2)),
        ),
        (
            ((4, 2.5, UPPER), (8, 2.5, UPPER)),
            ((4, 3, ALL), (8, 3, ALL)),
            ((4, 1.5, UPPER), (6, 1.5, UPPER), (8, 2.5, UPPER)),
            ((0, 2, 0), (4, 2.5, UPPER), (8, 2.5, UPPER)),
        ),
        (
            ((4, 2.2, ALL), (8, 2.2, ALL)),
            ((4, 2.2, ALL), (8, 1.5, ALL), (10, 1.5, UPPER)),
            ((0, 2, 0), (2, 2, 1), (4, 2.2, ALL), (8, 2.2, ALL)),
        ),
    ),
    tune=TuneStyle(idioms=(("waltz", 1.0),), own=0.45, pickups=0.7, leaps=1.0, reuse=0.2),
    call_rhythms=(
        ((0, 8), (8, 4)),
        ((0, 4), (4, 4), (8, 4)),
        ((0, 6), (6, 2), (8, 4)),
        ((4, 4), (8, 4)),
        ((0, 4), (4, 2), (6, 2), (8, 4)),
    ),
    chorus_rhythms=(
        ((0, 8), (8, 4)),
        ((0, 12),),
        ((0, 6), (6, 6)),
        ((0, 4), (4, 8)),
    ),
    response_rhythms=(
        ((0, 4), (4, 8)),
        ((0, 8),),
        ((0, 2), (2, 2), (4, 6)),
        ((0, 4), (4, 4), (8, 3)),
    ),
)
