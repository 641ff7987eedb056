"""Ambient: slow chords that open and close, a deep bass, bells far apart, next to no drums, and no cadence."""

from typing import Final

from bandstand.composer.stagecraft import Ending, Opening, Seam, Staging
from bandstand.composer.style import (
    ALL,
    KICK,
    SHAKER,
    SIDESTICK,
    UPPER,
    BassStyle,
    Drumming,
    HarmonicLanguage,
    Style,
    TuneStyle,
)

AMBIENT: Final = Style(
    name="ambient",
    harmony=HarmonicLanguage(
        loop_share=0.4,
        open_phrases=(("TTSS", 4), ("TTTS", 3), ("TSTS", 2), ("TTTT", 2)),
        closed_phrases=(("TTST", 3), ("TSST", 2), ("SSTT", 3)),
        has_dominant_cadence=False,
        two_chord_share=0.0,
        extensions=(("add9", 4), ("9", 3), ("sus2", 3), ("6", 2)),
        extension_share=0.65,
        suspension_share=0.0,
        inversion_share=0.35,
        last_chord="add9",
        final_transpositions=((0, 1),),
        bridge_transpositions=((0, 3), (5, 1)),
    ),
    drums=(
        (
            (KICK, ("-...............", "g...............")),
            (SHAKER, ("....g.......g...", "............g...")),
        ),
        (
            (KICK, ("o...............", "-.........g.....")),
            (SHAKER, ("..g...g...g...g.", "....-...g...-...")),
        ),
        (
            (KICK, ("o.........-.....", "o...............")),
            (SIDESTICK, ("............-...", "........-.....g.")),
            (SHAKER, ("-.g.-.g.-.g.-.g.", "..g.-.g...g.-.g.")),
        ),
    ),
    fills=(
        ((SHAKER, ("-.g.-.g.-g-g-g-g",)), (KICK, ("o...............",))),
        ((SIDESTICK, ("............-.g.",)), (SHAKER, ("..g...g...g...g.",))),
    ),
    drumming=Drumming(
        ghosts=((SHAKER, ("g.g.g.g.g.g.g.g.",)),),
        ghost_share=0.3,
        opening="................",
        fill_share=0.2,
        colours=((SHAKER, "g.g.g.g.g.g.g.g."), (81, "........-.......")),
    ),
    staging=Staging(
        openings=((Opening.LAYERS, 5), (Opening.CHORDS, 4), (Opening.BAND, 1)),
        endings=((Ending.FADE, 5), (Ending.HELD, 3), (Ending.SWELL, 3), (Ending.TAPE, 1)),
        seams=((Seam.PLAIN, 4), (Seam.REVERSE, 3), (Seam.SWELL, 4), (Seam.DROP, 3)),
        counter_share=0.5,
        surprises=((81, "-..............."), (81, "....-.....-.....")),
        surprise_share=0.6,
    ),
    bass=BassStyle(pedals=0.4, plain=0.3),
    bass_lines=(
        (((0, 15.5, "R"),),),
        (
            ((0, 15.5, "R"),),
            ((0, 11.5, "R"), (12, 3.5, "5")),
            ((0, 11.5, "R"), (12, 3.5, "W")),
        ),
        (
            ((0, 11.5, "R"), (12, 3.5, "W")),
            ((0, 7.5, "R"), (8, 7.5, "5")),
            ((0, 7.5, "R"), (8, 3.5, "U"), (12, 3.5, "A")),
        ),
    ),
    comping=(
        (
            ((0, 15.5, ALL),),
            ((0, 15, ALL), (10, 5, UPPER)),
        ),
        (
            ((0, 15, 0), (3, 12, 1), (6, 9, 2)),
            ((0, 8, 0), (4, 11, UPPER), (11, 4, 1)),
            ((0, 15, 0), (3, 12, 1), (10, 5, UPPER)),
        ),
        (
            ((0, 8, 0), (3, 8, 1), (6, 8, 2), (8, 7, 1), (11, 4, 2)),
            ((0, 6, 0), (4, 6, 2), (8, 6, 1), (12, 4, 2)),
            ((0, 15, ALL), (10, 5, UPPER)),
        ),
    ),
    tune=TuneStyle(
        idioms=(("air", 0.35),),
        own=1.2,
        fullness=0.6,
        syncopation=0.2,
        pickups=0.6,
        leaps=0.5,
        gaps=0.35,
        reuse=0.5,
        literal=0.3,
    ),
    call_rhythms=(
        ((0, 8), (8, 8)),
        ((0, 12), (12, 4)),
        ((4, 12),),
        ((0, 6), (6, 10)),
        ((0, 4), (4, 4), (8, 8)),
    ),
    chorus_rhythms=(
        ((0, 12), (12, 4)),
        ((0, 8), (8, 4), (12, 4)),
        ((0, 16),),
        ((0, 6), (6, 6), (12, 4)),
    ),
    response_rhythms=(
        ((0, 14),),
        ((2, 6), (8, 6)),
        ((0, 4), (4, 10)),
    ),
)
