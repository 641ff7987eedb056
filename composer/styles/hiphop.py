"""Hip-hop: a slow beat whose sixteenths swing, a kick off the grid of the eighths, and a loop of jazz chords."""

from typing import Final

from bandstand.composer.stagecraft import Ending, Opening, Seam, Staging
from bandstand.composer.style import (
    ALL,
    CLAP,
    CLOSED,
    KICK,
    OPEN,
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

HIPHOP: Final = Style(
    name="hiphop",
    harmony=HarmonicLanguage(
        loop_share=0.6,
        open_phrases=(("TSTS", 4), ("TTSS", 3), ("TSTD", 2)),
        closed_phrases=(("TSTT", 3), ("TSDT", 2), ("STST", 2)),
        has_dominant_cadence=False,
        two_chord_share=0.25,
        extensions=(("9", 5), ("6", 1)),
        extension_share=0.5,
        final_transpositions=((0, 1),),
        bridge_transpositions=((0, 1),),
    ),
    drums=(
        (
            (KICK, ("x.........x.....", "x......o..x.....")),
            (SIDESTICK, ("....x.......x...",)),
            (CLOSED, ("o.-.o.-.o.-.o.-.",)),
        ),
        (
            (KICK, ("x.....o...x.....", "x......x..x.....", "x..o......x..o..")),
            (SNARE, ("....x.......x...", "....x..g....x...")),
            (CLOSED, ("o.-.o.-.o.-.o.--", "o.-.o.--o.-.o.-.")),
        ),
        (
            (KICK, ("x..x...x..x.....", "x.....o.x.x.....", "x..o...x..x..o..")),
            (SNARE, ("....x.......x...", "....x..g.g..x...")),
            (CLAP, ("....o.......o...",)),
            (CLOSED, ("o.-.o.--o.-.o.-.", "o.-.o.-.o.--o.--")),
            (OPEN, ("..............o.", "................")),
        ),
    ),
    fills=(
        ((SNARE, ("....x..o..o.xoxx",)), (KICK, ("x......x..x.....",))),
        ((KICK, ("x..x............",)), (SNARE, ("....x..x.oxox.ox",)), (CLOSED, ("o.-.............",))),
        ((SNARE, ("....x..g-.-oxoxx",)), (KICK, ("x...............",)), (OPEN, ("........o.......",))),
    ),
    drumming=Drumming(
        ghosts=((SNARE, ("..g..g.g.g.g..gg",)),),
        ghost_share=0.35,
        opening="..........o...o.",
        opening_share=0.25,
        fill_share=0.75,
        colours=((SHAKER, "-.g.-.g.-.g.-.g."), (TAMBOURINE, "....o.......o...")),
    ),
    staging=Staging(
        openings=((Opening.CHORDS, 5), (Opening.DRUMS, 3), (Opening.BASS, 1), (Opening.LAYERS, 1)),
        endings=((Ending.FADE, 3), (Ending.TAPE, 2), (Ending.RING, 2), (Ending.STOP, 3)),
        seams=((Seam.PLAIN, 3), (Seam.REVERSE, 2), (Seam.STOP, 4), (Seam.DROP, 4)),
        counter_share=0.35,
        surprises=((81, "o..............."), (29, "o..............."), (54, "..o...o.........")),
    ),
    bass=BassStyle(
        even=0.3,
        kinds=(("chord", 1), ("riff", 5), ("neighbours", 4), ("scale", 3), ("octaves", 2), ("roots", 3)),
        pedals=0.3,
    ),
    bass_lines=(
        (
            ((0, 5, "R"), (10, 4, "R")),
            ((0, 6, "R"), (7, 2.5, "5"), (10, 5, "R")),
        ),
        (
            ((0, 3, "R"), (6, 1.5, "8"), (10, 2.5, "R"), (14, 1.5, "A")),
            ((0, 2.5, "R"), (3, 2.5, "R"), (7, 2.5, "5"), (10, 3, "R"), (14, 1.5, "W")),
            ((0, 4, "R"), (7, 1, "D"), (8, 2, "R"), (10, 2, "3"), (13, 2.5, "5")),
        ),
        (
            ((0, 2.5, "R"), (3, 1.5, "R"), (7, 2, "8"), (10, 2, "R"), (13, 1, "5"), (14, 1.5, "A")),
            ((0, 2.5, "R"), (6, 1, "U"), (7, 2.5, "3"), (10, 2, "5"), (12, 1.5, "W"), (14, 1.5, "A")),
        ),
    ),
    comping=(
        (
            ((0, 14, ALL),),
            ((0, 6, ALL), (10, 5, UPPER)),
        ),
        (
            ((0, 3, ALL), (7, 5, UPPER)),
            ((0, 2, ALL), (3, 4, UPPER), (10, 4, UPPER)),
            ((2, 1.5, UPPER), (7, 3, ALL), (13, 2, UPPER)),
        ),
        (
            ((0, 2, ALL), (3, 1.5, UPPER), (7, 3, ALL), (10, 2, UPPER), (14, 1.5, UPPER)),
            ((0, 5, ALL), (6, 1.2, UPPER), (7, 3, UPPER), (12, 3, ALL)),
        ),
    ),
    comping_variety=0.6,
    tune=TuneStyle(idioms=(("rag", 0.5), ("air", 0.2)), own=0.9, fullness=0.85, syncopation=0.45, leaps=1.2, gaps=0.4),
    call_rhythms=(
        ((0, 2), (2, 1), (3, 3), (8, 2), (10, 4)),
        ((2, 2), (4, 2), (7, 3), (12, 4)),
        ((0, 1), (1, 1), (2, 2), (4, 2), (7, 5)),
        ((3, 1), (4, 2), (6, 2), (8, 2), (11, 3)),
    ),
    chorus_rhythms=(
        ((0, 3), (3, 4), (8, 2), (10, 6)),
        ((0, 2), (2, 2), (4, 3), (7, 5)),
        ((0, 4), (4, 3), (7, 3), (10, 6)),
    ),
    response_rhythms=(
        ((0, 2), (3, 5)),
        ((2, 2), (4, 3), (7, 5)),
        ((0, 3), (3, 4), (7, 4)),
    ),
)
