"""Synthwave: a sequenced bass in sixteenths, a big snare, broad chords, and a lead that soars, as by night in 1986."""

from typing import Final

from bandstand.composer.stagecraft import Ending, Opening, Seam, Staging
from bandstand.composer.style import (
    ALL,
    CLAP,
    CLOSED,
    CRASH,
    KICK,
    OPEN,
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

SYNTHWAVE: Final = Style(
    name="synthwave",
    harmony=HarmonicLanguage(
        loop_share=0.3,
        open_phrases=(("TSTD", 3), ("TTSD", 3), ("TSSD", 3), ("TTSS", 2)),
        closed_phrases=(("TSDT", 3), ("SSDT", 2), ("TSTT", 2)),
        has_dominant_cadence=False,
        two_chord_share=0.05,
        extensions=(("sus2", 3), ("add9", 4), ("sus4", 2)),
        extension_share=0.3,
        final_transpositions=((0, 2), (2, 1), (3, 1)),
        bridge_transpositions=((0, 2), (3, 1)),
    ),
    drums=(
        (
            (KICK, ("x.......x.......", "x...............")),
            (SNARE, ("............x...", "................")),
            (CLOSED, ("o.o.o.o.o.o.o.o.", "o...o...o...o...")),
        ),
        (
            (KICK, ("x.......x.......", "x.......x.x.....")),
            (SNARE, ("....x.......x...",)),
            (CLOSED, ("ogogogogogogogog", "og-gog-gog-gog-g")),
        ),
        (
            (KICK, ("x...x...x...x...", "x...x...x...x.x.")),
            (SNARE, ("....x.......x...",)),
            (CLAP, ("....o.......o...",)),
            (CLOSED, ("ogogogogogogogog", "og..og..og..og..")),
            (OPEN, ("..o...o...o...o.", "................")),
        ),
    ),
    fills=(
        (
            (TOMS[0], ("........x.x.....",)),
            (TOMS[1], ("...........xx...",)),
            (TOMS[2], (".............xxx",)),
            (KICK, ("x...x...x...x...",)),
        ),
        ((SNARE, ("........x.x.xxxx",)), (KICK, ("x.......x.......",))),
        ((TOMS[0], ("x.x.............",)), (TOMS[1], ("....x.x.........",)), (TOMS[2], ("........x.x.x.x.",))),
    ),
    drumming=Drumming(
        ghosts=((SNARE, (".......g.g.....g",)),),
        ghost_share=0.3,
        opening="..............o.",
        fill_share=0.55,
        colours=((TAMBOURINE, "..o...o...o...o."), (CRASH, "x...............")),
    ),
    staging=Staging(
        openings=((Opening.LAYERS, 5), (Opening.CHORDS, 2), (Opening.BASS, 3)),
        endings=((Ending.FADE, 3), (Ending.RING, 2), (Ending.STOP, 2), (Ending.HELD, 2), (Ending.SWELL, 1)),
        seams=((Seam.PLAIN, 1), (Seam.REVERSE, 3), (Seam.BUILD, 2), (Seam.SWELL, 3), (Seam.RISE, 4), (Seam.DROP, 1)),
        counter_share=0.7,
        surprises=((52, "o..............."), (55, "o...............")),
    ),
    bass=BassStyle(figures=0.6, pedals=0.3),
    bass_lines=(
        (
            ((0, 15, "R"),),
            (*((step, 1.6, "R") for step in range(0, 12, 2)), (12, 1.6, "D"), (14, 1.6, "A")),
        ),
        (
            (*((step, 0.8, "R") for step in range(14)), (14, 0.8, "D"), (15, 0.8, "A")),
            (*((step, 1.6, "R") for step in range(0, 10, 2)), (10, 1.6, "U"), (12, 1.6, "R"), (14, 1.6, "D")),
            (*((step, 1.6, "R") for step in range(0, 12, 2)), (12, 1.6, "W"), (14, 1.6, "A")),
        ),
        (
            (
                *((step, 0.8, "R") for step in range(6)),
                (6, 1.6, "D"),
                *((step, 0.8, "R") for step in range(8, 14)),
                (14, 1.6, "A"),
            ),
            (
                *((step, 0.8, "R") for step in (0, 2, 3, 4, 6, 7, 8, 10, 11)),
                (12, 0.8, "U"),
                (14, 0.8, "R"),
                (15, 0.8, "D"),
            ),
            (*((step, 0.8, "R") for step in range(8)), (8, 1.6, "8"), (10, 1.6, "R"), (12, 1.6, "W"), (14, 1.6, "A")),
        ),
    ),
    comping=(
        (
            ((0, 15.5, ALL),),
            ((0, 7.5, ALL), (8, 7.5, ALL)),
        ),
        (
            ((0, 5.5, ALL), (6, 5.5, ALL), (12, 3.5, ALL)),
            ((0, 2.5, ALL), (3, 2.5, ALL), (6, 1.5, UPPER), (8, 7.5, ALL)),
        ),
        (
            ((0, 2.5, ALL), (3, 2.5, ALL), (6, 2.5, ALL), (9, 2.5, ALL), (12, 3.5, ALL)),
            ((0, 5.5, ALL), (6, 1.5, UPPER), (8, 5.5, ALL), (14, 1.5, UPPER)),
        ),
    ),
    tune=TuneStyle(idioms=(("air", 0.6), ("rag", 0.2)), own=0.8, fullness=0.85, syncopation=0.3, leaps=1.5, gaps=0.7),
    call_rhythms=(
        ((0, 6), (6, 2), (8, 8)),
        ((0, 3), (3, 3), (6, 10)),
        ((2, 2), (4, 4), (8, 8)),
        ((0, 8), (8, 4), (12, 4)),
    ),
    chorus_rhythms=(
        ((0, 6), (6, 6), (12, 4)),
        ((0, 3), (3, 3), (6, 2), (8, 8)),
        ((0, 8), (8, 6), (14, 2)),
        ((0, 4), (4, 4), (8, 3), (11, 5)),
    ),
    response_rhythms=(
        ((0, 12),),
        ((0, 6), (6, 8)),
        ((0, 3), (3, 3), (6, 8)),
    ),
)
