"""Techno: a kick on every beat, a continuous sequence, two or three chords, and no dominant cadence."""

from typing import Final

from bandstand.composer.stagecraft import Ending, Opening, Seam, Staging
from bandstand.composer.style import (
    ALL,
    CLAP,
    CLAVES,
    CLOSED,
    KICK,
    OPEN,
    RIDE,
    SHAKER,
    SIDESTICK,
    SNARE,
    TOMS,
    BassStyle,
    Drumming,
    HarmonicLanguage,
    RiffStyle,
    Style,
    TuneStyle,
)

TECHNO: Final = Style(
    name="techno",
    harmony=HarmonicLanguage(
        loop_share=0.5,
        extensions=(("9", 3), ("add9", 3), ("sus2", 1)),
        extension_share=0.5,
        suspension_share=0.0,
        inversion_share=0.0,
        open_phrases=(("TTTT", 3), ("TTSS", 3), ("TTST", 2), ("TSTS", 1)),
        closed_phrases=(("TTST", 3), ("TSST", 2)),
        has_dominant_cadence=False,
        two_chord_share=0.0,
        final_transpositions=((0, 1),),
        bridge_transpositions=((0, 1),),
    ),
    drums=(
        (
            (KICK, ("x...x...x...x...",)),
            (CLOSED, ("..-...-...-...-.", "g.-.g.-.g.-.g.-.")),
        ),
        (
            (KICK, ("x...x...x...x...",)),
            (CLAP, ("....o.......o...", "............o...")),
            (SNARE, ("....o.......o...", "............o...")),
            (OPEN, ("..o...o...o...o.",)),
            (CLOSED, ("g-g.g-g.g-g.g-g.", "-g-g-g-g-g-g-g-g", "-.-.-.-.-.-.-.-.")),
            (SIDESTICK, ("...-..-....-..-.", "................", "......-.......-.")),
        ),
        (
            (KICK, ("x...x...x...x...", "x...x...x...x..-")),
            (CLAP, ("....x.......x...", "....x.......x..g")),
            (SNARE, ("....x.......x...",)),
            (OPEN, ("..x...x...x...x.",)),
            (CLOSED, ("-g-g-g-g-g-g-g-g", "--g---g---g---g-")),
            (RIDE, ("o...o...o...o...", "................")),
            (SHAKER, ("g-g-g-g-g-g-g-g-",)),
        ),
    ),
    fills=(
        ((CLAP, ("....o...o.o.oooo",)), (KICK, ("x...x...x...x...",)), (OPEN, ("..o...o...o.....",))),
        ((KICK, ("x...x...x.......",)), (CLAP, ("....o...-.-.-o-x",))),
        ((KICK, ("x...x...x...x...",)), (TOMS[1], ("..........o..o..",)), (TOMS[2], ("............o..o",))),
    ),
    drumming=Drumming(
        ghosts=((CLOSED, (".g.g.g.g.g.g.g.g",)), (SNARE, ("...g..gg.g....gg",))),
        ghost_share=0.15,
        opening="......o.......o.",
        opening_share=0.2,
        colours=((SHAKER, "g-o-g-o-g-o-g-o-"), (CLAVES, "...o..o....o..o.")),
    ),
    staging=Staging(
        openings=((Opening.LAYERS, 4), (Opening.DRUMS, 4), (Opening.BASS, 2)),
        endings=((Ending.HELD, 1), (Ending.RING, 2), (Ending.STOP, 3), (Ending.FADE, 3), (Ending.TAPE, 2)),
        seams=(
            (Seam.PLAIN, 1),
            (Seam.REVERSE, 2),
            (Seam.DROP, 1),
            (Seam.BUILD, 9),
            (Seam.SWELL, 1),
            (Seam.RISE, 3),
        ),
        build_bars=4,
        layered=("intro", "verse"),
        surprises=((56, "o..o..o........."), (76, "..o..o..o..o...."), (52, "o...............")),
    ),
    riffs=RiffStyle(
        players=("arpeggio",),
        rhythms=(
            ((0, 1), (3, 1), (4, 1), (6, 2), (10, 1), (11, 1), (14, 1)),
            ((0, 2), (2, 1), (3, 1), (6, 1), (8, 1), (11, 2), (14, 1), (15, 1)),
            ((0, 1), (2, 1), (3, 2), (6, 1), (7, 1), (10, 1), (12, 1), (13, 2)),
            ((0, 1), (1, 1), (3, 1), (5, 1), (6, 1), (8, 1), (9, 1), (11, 1), (13, 1), (14, 1)),
            ((0, 3), (3, 3), (6, 3), (9, 3), (12, 2), (14, 2)),
        ),
        degrees=((0, 3), (7, 3), (2, 2), (4, 2), (6, 1.5), (9, 1)),
        kinds=(
            (("intro", "verse", "break", "outro"), 3),
            (("intro", "verse", "chorus", "outro"), 2),
        ),
        turn=12,
    ),
    bass=BassStyle(
        figures=0.65,
        kinds=(("riff", 4), ("neighbours", 5), ("scale", 2), ("octaves", 3), ("roots", 3)),
        pedals=0.5,
        free=0.1,
    ),
    bass_lines=(
        (
            tuple((step, 1.6, "R") for step in range(2, 16, 4)),
            ((0, 3.5, "R"), (6, 1.8, "R"), (8, 3.5, "R"), (14, 1.8, "R")),
        ),
        (
            tuple((beat + offset, 0.9, "R") for beat in range(0, 16, 4) for offset in (1, 2, 3)),
            tuple((beat + offset, 0.9, "R") for beat in range(0, 16, 4) for offset in (2, 3)),
            ((0, 1.5, "R"), (3, 1.5, "R"), (6, 1.5, "U"), (8, 1.5, "R"), (11, 1.5, "D"), (14, 1.5, "R")),
            (
                *((beat + offset, 0.9, "R") for beat in range(0, 12, 4) for offset in (1, 2, 3)),
                (13, 0.9, "R"),
                (14, 0.9, "D"),
                (15, 0.9, "D"),
            ),
        ),
        (
            tuple((beat + offset, 0.9, "R") for beat in range(0, 16, 4) for offset in (1, 2, 3)),
            tuple((step, 0.9, {6: "8", 13: "D", 14: "U"}.get(step, "R")) for step in range(16)),
            (
                (0, 1.5, "R"),
                (2, 1.5, "R"),
                (3, 1, "U"),
                (6, 1.5, "R"),
                (8, 1.5, "R"),
                (10, 1.5, "8"),
                (11, 1, "D"),
                (14, 1.5, "D"),
            ),
        ),
    ),
    comping=(
        (
            ((0, 15.5, ALL),),
            ((6, 2, ALL), (14, 2, ALL)),
        ),
        (
            ((3, 1.5, ALL), (6, 1.5, ALL), (11, 1.5, ALL), (14, 1.5, ALL)),
            ((2, 1.5, ALL), (6, 1.5, ALL), (10, 1.5, ALL), (14, 1.5, ALL)),
            ((0, 1.5, ALL), (3, 1.5, ALL), (6, 1.5, ALL)),
        ),
        (
            ((0, 1.5, ALL), (3, 1.5, ALL), (6, 1.5, ALL), (9, 1.5, ALL), (12, 1.5, ALL)),
            ((2, 1.5, ALL), (6, 1.5, ALL), (10, 1.5, ALL), (14, 1.5, ALL)),
            ((0, 1.5, ALL), (3, 1.5, ALL), (6, 1.5, ALL), (8, 1.5, ALL), (11, 1.5, ALL), (14, 1.5, ALL)),
        ),
    ),
    tune=TuneStyle(
        idioms=(("rag", 0.5), ("air", 0.2)),
        own=0.9,
        fullness=1.3,
        syncopation=0.35,
        pickups=0.7,
        leaps=0.3,
        reuse=0.35,
        gaps=0.5,
        change=0.3,
        literal=0.0,
    ),
    call_rhythms=(
        ((0, 4), (6, 4), (12, 4)),
        ((0, 8), (8, 8)),
        ((0, 3), (3, 3), (6, 2), (8, 8)),
        ((0, 12),),
    ),
    chorus_rhythms=(
        ((0, 3), (3, 3), (6, 2), (8, 3), (11, 3), (14, 2)),
        ((0, 6), (6, 6), (12, 4)),
        ((0, 16),),
        ((0, 4), (4, 4), (8, 8)),
    ),
    response_rhythms=(
        ((0, 12),),
        ((0, 3), (3, 3), (6, 8)),
        ((0, 6), (6, 8)),
    ),
)
