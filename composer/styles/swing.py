"""Swing: a walking bass in quarters, a swung ride pattern, syncopated chords, and secondary dominants."""

from typing import Final

from bandstand.composer.stagecraft import Ending, Opening, Seam, Staging
from bandstand.composer.style import (
    ALL,
    KICK,
    PEDAL,
    RIDE,
    SHAKER,
    SIDESTICK,
    SNARE,
    TOMS,
    BassStyle,
    Drumming,
    HarmonicLanguage,
    Style,
    TuneStyle,
)

SWING: Final = Style(
    name="swing",
    swing_steps=2,
    harmony=HarmonicLanguage(
        loop_share=0.1,
        extensions=(("9", 3), ("6", 4)),
        extension_share=0.4,
        suspension_share=0.15,
        inversion_share=0.15,
        borrowed_share=0.1,
        last_chord="6",
        open_phrases=(("TTSD", 4), ("TDSD", 2), ("TSTD", 2), ("TSSD", 2)),
        closed_phrases=(("SDTT", 3), ("TSDT", 3), ("SSDT", 2)),
        two_chord_share=0.45,
        secondary_dominant_share=0.7,
        final_transpositions=((0, 5), (1, 1)),
        bridge_transpositions=((5, 2), (0, 1), (3, 1)),
    ),
    drums=(
        (
            (RIDE, ("o...o...o...o...", "o...o.-.o...o.-.")),
            (PEDAL, ("....o.......o...",)),
        ),
        (
            (RIDE, ("o...x.-.o...x.-.", "o...x.-.o...x...", "o.-.x...o.-.x.-.")),
            (PEDAL, ("....o.......o...",)),
            (SNARE, ("......g.......g.", "..........g.....", "................")),
            (KICK, ("g...g...g...g...", "g...g...g...g.-.")),
        ),
        (
            (RIDE, ("o...x.-.o...x.-.", "o.-.x.-.o.-.x.-.")),
            (PEDAL, ("....o.......o...",)),
            (SNARE, ("......-.......g.", "..g.......-.....", "......-...g...-.")),
            (KICK, ("-...g...g...g...", "g...g...-...g.-.")),
        ),
    ),
    fills=(
        ((SNARE, ("....o.-.-.o.x.x.",)), (RIDE, ("o...............",)), (KICK, ("o.......g.......",))),
        ((SNARE, ("....o.oo..o.o.o.",)), (TOMS[1], ("............o.o.",)), (KICK, ("o..............x",))),
        ((SNARE, ("......o.o.ooo.x.",)), (RIDE, ("o...x.-.........",)), (KICK, ("o...............",))),
        ((SNARE, ("....o...........",)), (TOMS[0], ("......o.o.o.....",)), (TOMS[2], ("............o.oo",))),
        ((SNARE, ("....-.-.o.-oo.x.",)), (RIDE, ("o...x.-.o...x...",)), (PEDAL, ("....o.......o...",))),
    ),
    drumming=Drumming(
        ghosts=((SNARE, ("..g...g...g...g.",)), (KICK, ("g...g...g...g...",))),
        ghost_share=0.4,
        opening="................",
        fill_share=1.0,
        colours=(
            (SIDESTICK, "............o..."),
            (SHAKER, "g.-.g.-.g.-.g.-."),
        ),
    ),
    staging=Staging(
        openings=((Opening.BAND, 2), (Opening.CHORDS, 2), (Opening.DRUMS, 2), (Opening.BASS, 3)),
        endings=((Ending.HELD, 2), (Ending.TAG, 2), (Ending.RING, 3), (Ending.STOP, 4)),
        seams=((Seam.PLAIN, 4), (Seam.STOP, 4)),
        surprises=((53, "o..............."), (55, "o...............")),
    ),
    bass=BassStyle(
        figures=0.35,
        even=0.8,
        kinds=(("chord", 4), ("scale", 4), ("neighbours", 2), ("riff", 2)),
        pedals=0.05,
        plain=0.0,
    ),
    bass_lines=(
        (
            ((0, 7.5, "R"), (8, 3.5, "5"), (12, 3.5, "A")),
            ((0, 7.5, "R"), (8, 7.5, "A")),
        ),
        (
            ((0, 3.7, "R"), (4, 3.7, "W"), (8, 3.7, "W"), (12, 3.7, "A")),
            ((0, 3.7, "R"), (4, 3.7, "3"), (8, 3.7, "5"), (12, 3.7, "A")),
            ((0, 3.7, "R"), (4, 3.7, "U"), (8, 3.7, "3"), (12, 3.7, "C")),
        ),
        (
            ((0, 3.7, "R"), (4, 3.7, "W"), (8, 3.7, "W"), (12, 3.7, "A")),
            ((0, 3.7, "R"), (4, 3.7, "3"), (8, 3.7, "5"), (12, 3.7, "A")),
            ((0, 3.7, "8"), (4, 3.7, "D"), (8, 3.7, "D"), (12, 3.7, "A")),
            ((0, 3.7, "R"), (4, 1.7, "R"), (6, 1.7, "U"), (8, 3.7, "3"), (12, 3.7, "C")),
        ),
    ),
    comping=(
        (
            ((0, 7, ALL), (8, 7, ALL)),
            ((6, 8, ALL),),
        ),
        (
            ((0, 5, ALL), (6, 2, ALL)),
            ((6, 3, ALL), (14, 2, ALL)),
            ((4, 2, ALL), (12, 2, ALL)),
            ((2, 2, ALL), (8, 3, ALL)),
        ),
        (
            ((0, 5, ALL), (6, 2, ALL), (12, 2, ALL)),
            ((2, 2, ALL), (6, 3, ALL), (14, 2, ALL)),
            ((4, 2, ALL), (6, 2, ALL), (12, 2, ALL)),
        ),
    ),
    comping_variety=1.0,
    tune=TuneStyle(idioms=(("rag", 0.8), ("hornpipe", 0.2)), own=0.8, syncopation=0.4, pickups=0.7, leaps=1.5),
    call_rhythms=(
        ((0, 2), (2, 2), (4, 2), (6, 2), (8, 4)),
        ((2, 2), (4, 4), (8, 2), (10, 2), (12, 4)),
        ((0, 4), (4, 2), (6, 6)),
        ((2, 2), (4, 2), (6, 2), (8, 2), (10, 4)),
    ),
    chorus_rhythms=(
        ((0, 4), (4, 2), (6, 6), (14, 2)),
        ((0, 6), (6, 8)),
        ((2, 2), (4, 2), (6, 4), (10, 4)),
    ),
    response_rhythms=(
        ((0, 2), (2, 2), (4, 2), (6, 6)),
        ((0, 6), (6, 6)),
        ((2, 2), (4, 2), (6, 6)),
    ),
)
