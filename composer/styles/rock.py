"""Rock: power chords in eighths, a heavy backbeat, and roots in the bass."""

from typing import Final

from bandstand.composer.stagecraft import Ending, Opening, Seam, Staging
from bandstand.composer.style import (
    ALL,
    CLOSED,
    CRASH,
    KICK,
    OPEN,
    RIDE,
    SNARE,
    TAMBOURINE,
    TOMS,
    Drumming,
    HarmonicLanguage,
    RiffStyle,
    Style,
    TuneStyle,
)

ROCK: Final = Style(
    name="rock",
    has_power_chords=True,
    harmony=HarmonicLanguage(
        loop_share=0.35,
        extensions=(("sus4", 3), ("sus2", 2), ("add9", 2)),
        extension_share=0.12,
        suspension_share=0.35,
        inversion_share=0.15,
        borrowed_share=0.35,
        secondary_dominant_share=0.15,
        open_phrases=(("TTSS", 3), ("TSTS", 3), ("TTSD", 3), ("TDSS", 2)),
        closed_phrases=(("TSDT", 4), ("SSDT", 2), ("TDST", 2)),
        two_chord_share=0.12,
        final_transpositions=((0, 3), (2, 1)),
        bridge_transpositions=((0, 2), (5, 1)),
    ),
    drums=(
        (
            (KICK, ("x.......x.......", "x.......x.x.....")),
            (SNARE, ("............x...", "....x.......x...")),
            (CLOSED, ("x.o.x.o.x.o.x.o.", "x...o...x...o...")),
        ),
        (
            (KICK, ("x.......x.x.....", "x.x.....x.......", "x.....x.x.......", "x..x....x.x.....")),
            (SNARE, ("....x.......x...", "....x.......x..o", "....x..g....x...")),
            (CLOSED, ("x.o.x.o.x.o.x.o.", "x.x.x.x.x.x.x.x.")),
        ),
        (
            (KICK, ("x.x...x.x.x.....", "x...x...x...x...", "x.....x.x.x...x.", "x.x...x.x.x..x..")),
            (SNARE, ("....x.......x...", "....x.......x.o.", "....x..g.g..x...")),
            (OPEN, ("x...x...x...x...", "x...o...x...o...")),
            (RIDE, ("..o...o...o...o.", "x.o.x.o.x.o.x.o.")),
        ),
    ),
    fills=(
        ((SNARE, ("x.o.x.o.xxxxxxxx",)), (KICK, ("x...x...x...x...",))),
        ((SNARE, ("....x...xx......",)), (TOMS[0], ("..........xx....",)), (TOMS[2], ("............xxxx",))),
        ((SNARE, ("x..x..x.........",)), (TOMS[1], ("........x.x.....",)), (TOMS[2], ("............x.x.",))),
        ((SNARE, ("....x.......x.x.",)), (CRASH, ("..............x.",)), (KICK, ("x.......x.x...x.",))),
    ),
    drumming=Drumming(
        ghosts=((SNARE, ("..gg.g.g.ggg.g.g",)),),
        ghost_share=0.06,
        opening_share=0.3,
        colours=((CRASH, "x..............."), (TAMBOURINE, "..o...o...o...o.")),
    ),
    staging=Staging(
        openings=((Opening.BAND, 2), (Opening.CHORDS, 3), (Opening.DRUMS, 3), (Opening.BASS, 2)),
        endings=((Ending.HELD, 2), (Ending.TAG, 1), (Ending.RING, 4), (Ending.STOP, 4), (Ending.FADE, 1)),
        seams=((Seam.PLAIN, 3), (Seam.REVERSE, 2), (Seam.STOP, 4), (Seam.DROP, 2), (Seam.BUILD, 1), (Seam.SWELL, 2)),
        surprises=((52, "x..............."), (56, "o...o...o...o...")),
    ),
    riffs=RiffStyle(
        players=("chords", "bass"),
        rhythms=(
            ((0, 4), (4, 2), (6, 4), (10, 2), (12, 2), (14, 2)),
            ((0, 2), (2, 2), (4, 4), (8, 2), (10, 4), (14, 2)),
            ((0, 3), (3, 3), (6, 2), (8, 4), (12, 2), (14, 2)),
            ((0, 2), (2, 4), (6, 2), (8, 2), (10, 2), (12, 4)),
            ((0, 6), (6, 2), (8, 2), (10, 6)),
            ((0, 1), (1, 1), (2, 2), (4, 4), (8, 1), (9, 1), (10, 2), (12, 4)),
        ),
        degrees=((0, 3), (2, 3), (3, 2), (4, 2), (-1, 3), (6, 1), (7, 1)),
        kinds=(
            (("intro", "break", "solo", "outro"), 3),
            (("intro", "verse", "break", "outro"), 2),
            (("intro", "bridge", "break", "solo", "outro"), 1),
        ),
        has_fifths=True,
    ),
    bass_lines=(
        (
            tuple((step, 1.9, "R") for step in range(0, 16, 2)),
            ((0, 7.8, "R"), (8, 7.8, "R")),
        ),
        (
            tuple((step, 1.8, "R") for step in range(0, 16, 2)),
            ((0, 3.8, "R"), (4, 1.8, "R"), (6, 1.8, "3"), (8, 3.8, "5"), (12, 1.8, "D"), (14, 1.8, "A")),
            (
                (0, 1.8, "R"),
                (2, 1.8, "R"),
                (4, 1.8, "U"),
                (6, 1.8, "R"),
                (8, 1.8, "5"),
                (10, 1.8, "R"),
                (12, 1.8, "W"),
                (14, 1.8, "A"),
            ),
            (*((step, 1.8, "R") for step in range(0, 12, 2)), (12, 1.8, "W"), (14, 1.8, "A")),
            (
                *((step, 1.8, "R") for step in range(0, 8, 2)),
                (8, 1.8, "R"),
                (10, 1.8, "U"),
                (12, 1.8, "R"),
                (14, 1.8, "D"),
            ),
            ((0, 3.8, "R"), (4, 1.8, "R"), (6, 3.8, "R"), (10, 1.8, "R"), (12, 1.8, "W"), (14, 1.8, "A")),
        ),
        (
            (*((step, 1.7, "R") for step in range(0, 12, 2)), (12, 1.7, "5"), (14, 1.7, "A")),
            (*((step, 1.7, "R") for step in range(0, 10, 2)), (10, 1.7, "U"), (12, 1.7, "W"), (14, 1.7, "A")),
            (
                (0, 1.8, "R"),
                (2, 1.8, "R"),
                (4, 1.8, "U"),
                (6, 1.8, "3"),
                (8, 1.8, "R"),
                (10, 1.8, "5"),
                (12, 1.8, "R"),
                (14, 1.8, "A"),
            ),
        ),
    ),
    comping=(
        (
            ((0, 15.5, ALL),),
            ((0, 7.5, ALL), (8, 7.5, ALL)),
            ((0, 2, 0), (2, 2, 1), (4, 2, 2), (6, 2, 1), (8, 2, 0), (10, 2, 1), (12, 2, 2), (14, 2, 1)),
        ),
        (
            tuple((step, 1.4, ALL) for step in range(0, 16, 2)),
            ((0, 3.5, ALL), (4, 1.4, ALL), (6, 1.4, ALL), (8, 3.5, ALL), (12, 1.4, ALL), (14, 1.4, ALL)),
            ((0, 2.8, ALL), (3, 2.8, ALL), (6, 1.8, ALL), (8, 2.8, ALL), (11, 2.8, ALL), (14, 1.8, ALL)),
        ),
        (
            tuple((step, 1.7, ALL) for step in range(0, 16, 2)),
            ((0, 7.8, ALL), (8, 3.8, ALL), (12, 3.8, ALL)),
            ((0, 5.8, ALL), (6, 1.8, ALL), (8, 5.8, ALL), (14, 1.8, ALL)),
            ((0, 3.8, ALL), (4, 3.8, ALL), (8, 1.8, ALL), (10, 3.8, ALL), (14, 1.8, ALL)),
        ),
    ),
    tune=TuneStyle(
        idioms=(("air", 0.4), ("rag", 0.4)),
        own=0.9,
        fullness=0.9,
        syncopation=0.4,
        pickups=0.65,
        leaps=1.6,
        gaps=0.35,
        reuse=0.65,
        change=0.3,
    ),
    call_rhythms=(
        ((0, 2), (2, 2), (4, 4), (8, 2), (10, 6)),
        ((0, 6), (6, 2), (8, 6)),
        ((2, 2), (4, 2), (6, 4), (10, 4)),
        ((0, 2), (2, 2), (4, 2), (6, 2), (8, 4), (12, 4)),
    ),
    chorus_rhythms=(
        ((0, 8), (8, 8)),
        ((0, 6), (6, 6), (12, 4)),
        ((0, 4), (4, 4), (8, 6), (14, 2)),
        ((0, 3), (3, 3), (6, 4), (10, 6)),
    ),
    response_rhythms=(
        ((0, 6), (6, 6)),
        ((0, 2), (2, 2), (4, 8)),
        ((0, 4), (4, 2), (6, 6)),
        ((0, 2), (2, 4), (6, 2), (8, 5)),
    ),
)
