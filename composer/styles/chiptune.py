"""Chiptune: very fast arpeggios for chords, a bass in octaves, a busy melody, and exact timing."""

from typing import Final

from bandstand.composer.stagecraft import Ending, Opening, Seam, Staging
from bandstand.composer.style import (
    ALL,
    CLAVES,
    CLOSED,
    KICK,
    OPEN,
    SNARE,
    Drumming,
    HarmonicLanguage,
    Style,
    TuneStyle,
)

CHIPTUNE: Final = Style(
    name="chiptune",
    harmony=HarmonicLanguage(
        loop_share=0.3,
        extensions=(("sus4", 2), ("add9", 2), ("6", 1)),
        extension_share=0.1,
        suspension_share=0.3,
        inversion_share=0.2,
        secondary_dominant_share=0.25,
        borrowed_share=0.2,
        open_phrases=(("TSDT", 1), ("TTSD", 3), ("TDTS", 4), ("TSSD", 3)),
        two_chord_share=0.15,
        final_transpositions=((0, 1), (2, 1), (1, 1)),
        bridge_transpositions=((0, 2), (3, 1), (5, 1)),
    ),
    drums=(
        (
            (KICK, ("x.......x.......", "x...x...x...x...")),
            (CLOSED, ("..-...-...-...-.", "-.-.-.-.-.-.-.-.")),
        ),
        (
            (KICK, ("x.......x.x.....", "x..x....x.......", "x.....x.x.......")),
            (SNARE, ("....x.......x...", "....x.......x.o.")),
            (CLOSED, ("-.-.-.-.-.-.-.-.", "o-.-o-.-o-.-o-.-")),
        ),
        (
            (KICK, ("x...x...x...x...", "x..x..x.x..x..x.", "x.x...x.x.x...x.")),
            (SNARE, ("....x.......x...", "....x..o....x..o", "....x.......x.xo")),
            (CLOSED, ("o-o-o-o-o-o-o-o-", "-.-.-.-.-.-.-.-.")),
            (OPEN, ("..............o.", "................")),
        ),
    ),
    fills=(
        ((SNARE, ("x...x...x.x.xxxx",)),),
        ((SNARE, ("....x..xx.xx.xxx",)), (KICK, ("x.......x.......",))),
        ((SNARE, ("....x...xx.xx.x.",)), (KICK, ("x...x...x...x...",))),
    ),
    drumming=Drumming(
        ghosts=((CLOSED, (".g.g.g.g.g.g.g.g",)), (SNARE, (".......g.g.....g",))),
        ghost_share=0.4,
        fill_share=0.85,
        colours=((CLAVES, "o..o..o...o.o..."),),
    ),
    staging=Staging(
        openings=((Opening.LAYERS, 3), (Opening.DRUMS, 2), (Opening.CHORDS, 3), (Opening.BASS, 2)),
        endings=(
            (Ending.HELD, 1),
            (Ending.TAG, 1),
            (Ending.RING, 3),
            (Ending.STOP, 3),
            (Ending.FADE, 2),
            (Ending.TAPE, 2),
        ),
        seams=((Seam.PLAIN, 3), (Seam.STOP, 4), (Seam.BUILD, 2), (Seam.RISE, 4)),
        surprises=((76, "o..o..o........."), (56, "o...o...o...o...")),
    ),
    bass_lines=(
        (
            ((0, 3.5, "R"), (4, 3.5, "R"), (8, 3.5, "R"), (12, 3.5, "R")),
            ((0, 7.5, "R"), (8, 7.5, "5")),
        ),
        (
            (
                *((step, 1.6, "R" if step % 4 == 0 else "8") for step in range(0, 8, 2)),
                (8, 1.6, "R"),
                (10, 1.6, "U"),
                (12, 1.6, "W"),
                (14, 1.6, "A"),
            ),
            ((0, 1.6, "R"), (2, 1.6, "U"), (4, 1.6, "3"), (6, 1.6, "U"), (8, 3.5, "5"), (12, 1.6, "D"), (14, 1.6, "A")),
            ((0, 2.6, "R"), (3, 2.6, "R"), (6, 1.6, "8"), (8, 2.6, "R"), (11, 2.6, "U"), (14, 1.6, "A")),
            ((0, 3.5, "R"), (4, 1.6, "5"), (6, 1.6, "8"), (8, 3.5, "5"), (12, 1.6, "W"), (14, 1.6, "A")),
        ),
        (
            (
                *((step, 1.6, "R" if step % 4 == 0 else "8") for step in range(0, 8, 2)),
                *((step, 1.6, role) for step, role in ((8, "R"), (10, "U"), (12, "3"), (14, "A"))),
            ),
            tuple(
                (step, 0.9, ("R", "R", "U", "R")[step % 4] if step < 12 else ("5", "D", "D", "A")[step - 12])
                for step in range(16)
            ),
            (
                (0, 1.6, "R"),
                (2, 1.6, "8"),
                (4, 1.6, "D"),
                (6, 1.6, "D"),
                (8, 1.6, "5"),
                (10, 1.6, "D"),
                (12, 1.6, "W"),
                (14, 1.6, "A"),
            ),
        ),
    ),
    comping=(
        (((0, 15.5, ALL),),),
        (tuple((step, 1.5, ALL) for step in range(2, 16, 4)),),
        (tuple((step, 1.5, ALL) for step in range(2, 16, 4)),),
    ),
    tune=TuneStyle(
        idioms=(("reel", 0.7), ("hornpipe", 0.5)), own=0.5, syncopation=0.08, pickups=0.6, leaps=4.5, reuse=0.7
    ),
    call_rhythms=(
        ((0, 2), (2, 2), (4, 2), (6, 2), (8, 4), (12, 4)),
        ((0, 3), (3, 3), (6, 2), (8, 3), (11, 3), (14, 2)),
        ((0, 1), (1, 1), (2, 2), (4, 4), (8, 2), (10, 2), (12, 4)),
        ((0, 4), (4, 2), (6, 2), (8, 8)),
    ),
    chorus_rhythms=(
        ((0, 3), (3, 3), (6, 2), (8, 3), (11, 3), (14, 2)),
        ((0, 2), (2, 2), (4, 4), (8, 2), (10, 2), (12, 4)),
        ((0, 4), (4, 4), (8, 4), (12, 2), (14, 2)),
    ),
    response_rhythms=(
        ((0, 2), (2, 2), (4, 2), (6, 2), (8, 6)),
        ((0, 3), (3, 3), (6, 8)),
        ((0, 1), (1, 1), (2, 2), (4, 2), (6, 2), (8, 6)),
    ),
)
