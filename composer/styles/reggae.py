"""Reggae: kick and rim together on two and four (the one drop), chords on every offbeat, and a bass that sings."""

from typing import Final

from bandstand.composer.stagecraft import Ending, Opening, Seam, Staging
from bandstand.composer.style import (
    ALL,
    CLOSED,
    CRASH,
    KICK,
    OPEN,
    SHAKER,
    SIDESTICK,
    SNARE,
    TOMS,
    UPPER,
    BassStyle,
    Drumming,
    HarmonicLanguage,
    Style,
    TuneStyle,
)

REGGAE: Final = Style(
    name="reggae",
    harmony=HarmonicLanguage(
        loop_share=0.4,
        open_phrases=(("TSTS", 5), ("TTSS", 3), ("TSTD", 3), ("TTSD", 1)),
        closed_phrases=(("TSTT", 3), ("TSDT", 3), ("STST", 2)),
        has_dominant_cadence=False,
        two_chord_share=0.3,
        extensions=(("sus2", 1), ("add9", 1)),
        extension_share=0.1,
        final_transpositions=((0, 1),),
    ),
    drums=(
        (
            (KICK, ("....x.......x...",)),
            (SIDESTICK, ("....x.......x...", "....x.......x..-")),
            (CLOSED, ("o.-.o.-.o.-.o.-.", "o.-.o.-.o.-.o---")),
        ),
        (
            (KICK, ("....x.......x...", "....x.......x.o.")),
            (SIDESTICK, ("....x.......x...", "....x..-....x..-", "....x.-.....x...")),
            (CLOSED, ("o.-go.-go.-go.-g", "o.-.o.-go.-.o.-g")),
        ),
        (
            (KICK, ("x...x...x...x...", "x...x...x...x.o.")),
            (SNARE, ("....x.......x...", "....x..-....x...")),
            (CLOSED, ("o.-go.-go.-go.-g", "og-gog-gog-gog-g")),
            (OPEN, ("..............o.", "................")),
        ),
    ),
    fills=(
        ((SNARE, ("x.xxx.......x...",)), (TOMS[0], (".....xx.........",)), (TOMS[2], (".......x..xx....",))),
        ((SIDESTICK, ("x..x..x.x..xx...",)), (65, ("..xx.......x.x..",)), (KICK, ("....x.......x...",))),
        ((SNARE, ("......xxx.x.x...",)), (CRASH, ("............x...",)), (KICK, ("............x...",))),
    ),
    drumming=Drumming(
        ghosts=((SIDESTICK, ("..g...g..g.g..gg",)), (SNARE, ("..g....g..g...g.",))),
        ghost_share=0.3,
        opening="..............o.",
        fill_share=0.85,
        colours=((SHAKER, "-.g.-.g.-.g.-.g."), (75, "......o...o.....")),
    ),
    staging=Staging(
        openings=((Opening.DRUMS, 5), (Opening.BASS, 3), (Opening.CHORDS, 1), (Opening.BAND, 1)),
        endings=((Ending.FADE, 5), (Ending.STOP, 2), (Ending.RING, 2), (Ending.TAPE, 1)),
        seams=((Seam.PLAIN, 3), (Seam.DROP, 5), (Seam.STOP, 2)),
        counter_share=0.5,
        surprises=((75, "......o...o....."), (56, "o.....o........."), (74, "o...............")),
        surprise_share=0.9,
    ),
    bass=BassStyle(
        even=0.25, free=0.1, kinds=(("chord", 1), ("riff", 5), ("scale", 5), ("neighbours", 2), ("roots", 1))
    ),
    bass_lines=(
        (
            ((0, 3.4, "R"), (4, 1.6, "R"), (6, 3.4, "5"), (12, 3.4, "R")),
            ((2, 1.7, "R"), (4, 3.4, "R"), (10, 1.7, "3"), (12, 3.4, "5")),
        ),
        (
            ((0, 1.7, "R"), (3, 1.7, "R"), (6, 1.7, "3"), (8, 1.7, "5"), (10, 1.7, "5"), (12, 2.5, "R")),
            ((2, 1.7, "R"), (4, 1.7, "R"), (6, 1.7, "U"), (8, 3.4, "3"), (12, 1.7, "5"), (14, 1.7, "A")),
            ((0, 3.4, "R"), (6, 1.7, "R"), (8, 1.7, "3"), (10, 1.7, "5"), (12, 1.7, "W"), (14, 1.7, "A")),
        ),
        (
            (
                (0, 1.7, "R"),
                (2, 1.7, "R"),
                (6, 1.7, "5"),
                (8, 1.7, "8"),
                (10, 1.7, "5"),
                (12, 1.7, "3"),
                (14, 1.7, "A"),
            ),
            (
                (0, 1.7, "R"),
                (3, 1.7, "5"),
                (6, 1.7, "R"),
                (8, 1.7, "U"),
                (10, 1.7, "3"),
                (12, 1.7, "W"),
                (14, 1.7, "A"),
            ),
        ),
    ),
    comping=(
        (
            tuple((step, 1, UPPER) for step in (2, 6, 10, 14)),
            ((2, 1, UPPER), (6, 1, UPPER), (10, 1, UPPER), (14, 1, UPPER), (15, 0.7, UPPER)),
        ),
        (
            tuple((step, 1, ALL) for step in (2, 6, 10, 14)),
            ((2, 1, ALL), (3, 0.7, UPPER), (6, 1, ALL), (10, 1, ALL), (11, 0.7, UPPER), (14, 1, ALL)),
            (
                (1, 0.7, 0),
                (2, 1, UPPER),
                (5, 0.7, 0),
                (6, 1, UPPER),
                (9, 0.7, 0),
                (10, 1, UPPER),
                (13, 0.7, 0),
                (14, 1, UPPER),
            ),
            ((2, 1, ALL), (6, 2.5, ALL), (12, 0.7, 0), (14, 2, UPPER)),
        ),
        (
            ((2, 1, ALL), (3, 0.7, UPPER), (6, 1, ALL), (7, 0.7, UPPER), (10, 1, ALL), (14, 1, ALL)),
            ((1, 0.7, 0), (2, 1, ALL), (5, 0.7, 0), (6, 1, ALL), (9, 0.7, 0), (10, 1, ALL), (13, 0.7, 0), (14, 1, ALL)),
        ),
    ),
    tune=TuneStyle(idioms=(("air", 0.4), ("rag", 0.4)), own=0.9, fullness=0.85, syncopation=0.4, leaps=1.0, gaps=0.6),
    call_rhythms=(
        ((2, 2), (4, 2), (6, 2), (8, 6)),
        ((0, 2), (2, 2), (4, 4), (10, 2), (12, 4)),
        ((3, 1), (4, 2), (6, 2), (8, 2), (10, 4)),
        ((4, 2), (6, 2), (8, 2), (10, 2), (12, 4)),
    ),
    chorus_rhythms=(
        ((0, 4), (4, 2), (6, 6), (12, 4)),
        ((0, 6), (6, 2), (8, 8)),
        ((0, 2), (2, 2), (4, 6), (10, 6)),
    ),
    response_rhythms=(
        ((2, 2), (4, 2), (6, 6)),
        ((0, 4), (4, 2), (6, 6)),
        ((2, 4), (6, 2), (8, 5)),
    ),
)
