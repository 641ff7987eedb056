"""Folk: picked guitars over two or three plain chords, a double bass on one and three, and a fiddle's quick tunes."""

from typing import Final

from bandstand.composer.stagecraft import Ending, Opening, Seam, Staging
from bandstand.composer.style import (
    ALL,
    KICK,
    SHAKER,
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

FOLK: Final = Style(
    name="folk",
    harmony=HarmonicLanguage(
        loop_share=0.25,
        open_phrases=(("TTSD", 3), ("TSTD", 4), ("TTTD", 3), ("TSSD", 1)),
        closed_phrases=(("TSDT", 4), ("TTDT", 3), ("TDTT", 2)),
        two_chord_share=0.2,
        extensions=(("sus4", 2), ("sus2", 2)),
        extension_share=0.08,
        inversion_share=0.2,
        final_transpositions=((0, 4), (2, 1)),
        bridge_transpositions=((0, 2), (5, 1)),
    ),
    drums=(
        (
            (TAMBOURINE, ("....-.......-...",)),
            (KICK, ("-.......-.......",)),
        ),
        (
            (KICK, ("x.......x.......", "x.......x.....-.", "x.....-.x.......")),
            (SIDESTICK, ("....o.......o...", "....o.......o.-.")),
            (SHAKER, ("ogogogogogogogog", "og-gog-gog-gog-g", "o-.go-.go-.go-.g")),
        ),
        (
            (KICK, ("x...-...x...-...", "x.......x...x...")),
            (SNARE, ("....o..-....o..-", "..-.o.-...-.o.--")),
            (TAMBOURINE, ("..o...o...o...o.", "-.o.-.o.-.o.-.o.")),
            (SHAKER, ("ogogogogogogogog",)),
        ),
    ),
    fills=(
        ((SNARE, ("....o...o.oo-o-o",)), (KICK, ("x.......x.......",))),
        ((SIDESTICK, ("o..o..o.o..o..o.",)), (KICK, ("x.......x.......",))),
        ((TAMBOURINE, ("o.o.o.o.oooooooo",)), (KICK, ("x...x...x...x...",))),
    ),
    drumming=Drumming(
        ghosts=((SNARE, ("..g..gg...g..ggg",)),),
        ghost_share=0.25,
        opening="................",
        fill_share=0.35,
        colours=((TAMBOURINE, "....o.......o..."), (39, "....-.......-...")),
    ),
    staging=Staging(
        openings=((Opening.CHORDS, 6), (Opening.BAND, 3), (Opening.LAYERS, 2)),
        endings=((Ending.TAG, 3), (Ending.HELD, 3), (Ending.RING, 3), (Ending.STOP, 3)),
        seams=((Seam.PLAIN, 5), (Seam.DROP, 3), (Seam.STOP, 2)),
        counter_share=0.7,
        surprises=((54, "o.o.o.o........."), (81, "o...............")),
        surprise_share=0.5,
    ),
    bass=BassStyle(pedals=0.25),
    bass_lines=(
        (
            ((0, 7, "R"), (8, 7, "5")),
            ((0, 14, "R"),),
        ),
        (
            ((0, 3.6, "R"), (8, 3.6, "5")),
            ((0, 3.6, "R"), (8, 3.6, "5"), (12, 1.8, "W"), (14, 1.8, "A")),
            ((0, 5.6, "R"), (8, 3.6, "5"), (12, 3.6, "W")),
        ),
        (
            ((0, 3.6, "R"), (4, 3.6, "5"), (8, 3.6, "R"), (12, 3.6, "W")),
            ((0, 3.6, "R"), (4, 3.6, "3"), (8, 3.6, "5"), (12, 1.8, "W"), (14, 1.8, "A")),
        ),
    ),
    comping=(
        (
            ((0, 4, 0), (2, 3, 2), (4, 3, 1), (6, 3, 2), (8, 4, 0), (10, 3, 2), (12, 3, 1), (14, 2, 2)),
            ((0, 4, 0), (4, 4, UPPER), (8, 4, 1), (12, 4, UPPER)),
        ),
        (
            (
                (0, 3, 0),
                (2, 2, 2),
                (4, 2, 1),
                (5, 2, 2),
                (6, 2, 0),
                (8, 3, 0),
                (10, 2, 2),
                (12, 2, 1),
                (13, 2, 2),
                (14, 2, 0),
            ),
            ((0, 3, 0), (4, 1.8, UPPER), (6, 1.8, UPPER), (8, 3, 0), (12, 1.8, UPPER), (14, 1.8, UPPER)),
        ),
        (
            (
                (0, 2.5, ALL),
                (4, 1.8, UPPER),
                (6, 1.8, ALL),
                (8, 2.5, ALL),
                (12, 1.8, UPPER),
                (14, 1, ALL),
                (15, 1, UPPER),
            ),
            (
                (0, 2, ALL),
                (2, 1, UPPER),
                (4, 2, ALL),
                (6, 1, UPPER),
                (7, 1, ALL),
                (10, 2, UPPER),
                (12, 2, ALL),
                (14, 2, UPPER),
            ),
        ),
    ),
    tune=TuneStyle(idioms=(("air", 0.7), ("reel", 0.4)), own=0.3, pickups=0.65, leaps=1.3),
    call_rhythms=(
        ((0, 2), (2, 2), (4, 2), (6, 2), (8, 4), (12, 2), (14, 2)),
        ((0, 4), (4, 2), (6, 2), (8, 2), (10, 2), (12, 4)),
        ((0, 2), (2, 1), (3, 1), (4, 2), (6, 2), (8, 2), (10, 2), (12, 4)),
        ((0, 3), (3, 1), (4, 4), (8, 2), (10, 2), (12, 4)),
    ),
    chorus_rhythms=(
        ((0, 4), (4, 4), (8, 2), (10, 2), (12, 4)),
        ((0, 6), (6, 2), (8, 4), (12, 4)),
        ((0, 2), (2, 2), (4, 4), (8, 8)),
    ),
    response_rhythms=(
        ((0, 2), (2, 2), (4, 2), (6, 2), (8, 6)),
        ((0, 4), (4, 2), (6, 2), (8, 6)),
        ((0, 3), (3, 1), (4, 2), (6, 2), (8, 6)),
    ),
)
