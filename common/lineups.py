"""The line-up of each style (members, tempi, keys, song forms, names), and how a new band is made of it.

Programs are General MIDI's, counted from 0. The composer has the patterns of each style, under the same style name.
"""

from random import Random
from typing import Final

import msgspec

from bandstand.common.band_names import PLAYERS, draw_some
from bandstand.common.bands import Band, Member, slug
from bandstand.common.breeding import mutate_band_habits, mutate_member
from bandstand.common.errors import CommandError


class Lineup(msgspec.Struct, frozen=True, kw_only=True):
    """What the bands of one style have in common. Fields that are not described here are as in `common.bands.Band`."""

    house: str
    """Name of the style's house band, which every station has."""
    about: str
    """The style in a few words, for a person."""
    tempi: tuple[int, int]
    """Slowest and fastest, beats a minute."""
    keys: tuple[str, ...]
    forms: tuple[str, ...]
    swing: float = 0.0
    colour: float = 0.3
    seats: tuple[Member, ...]
    """The members, without a player's name."""


def _seat(name: str, voice: str, instruments: tuple[int, ...], bottom: int, top: int, **habits: float) -> Member:
    plain = Member(name=name, voice=voice, instruments=instruments, bottom=bottom, top=top)
    return msgspec.structs.replace(plain, **habits)


def _drums(kits: tuple[int, ...] = (0,), **habits: float) -> Member:
    plain = Member(name="drums", voice="drums", instruments=kits, reverb=0.15, loose=5)
    return msgspec.structs.replace(plain, **habits)


LINEUPS: Final[dict[str, Lineup]] = {
    "pop": Lineup(
        house="The Small Robots",
        about="bright songs with a hook",
        tempi=(88, 122),
        keys=("C", "G", "D", "Am", "F", "Em"),
        forms=("IVCVCBCO", "IVVCVCCO", "IVCVCCO"),
        swing=0.1,
        seats=(
            _drums(),
            _seat("bass", "bass", (33, 32, 34), 31, 52, reverb=0.05, loose=7, late=3),
            _seat("keys", "chords", (4, 0, 24, 5), 53, 76, pan=-0.35, reverb=0.3, loose=9),
            _seat("pad", "pad", (48, 89, 50), 55, 79, pan=0.35, reverb=0.5, enters=0.45, loose=12),
            _seat("lead", "melody", (73, 71, 11, 65, 66), 62, 86, pan=0.1, reverb=0.4, loose=10, late=2, lean=0.2),
        ),
    ),
    "rock": Lineup(
        house="Gravel Theory",
        about="loud guitars and a big backbeat",
        tempi=(116, 152),
        keys=("E", "A", "Em", "D", "Am", "G"),
        forms=("IVCVCSCO", "IVVCVCBCO", "IVCVCSCCO"),
        colour=0.04,
        seats=(
            _drums((16, 0), force=0.8, reverb=0.2),
            _seat("bass", "bass", (34, 33), 28, 49, reverb=0.03, loose=5, force=0.7),
            _seat("rhythm guitar", "chords", (30, 29), 45, 66, pan=-0.6, reverb=0.15, loose=7, force=0.65, lean=-0.3),
            _seat("second guitar", "chords", (29, 27, 26), 52, 74, pan=0.6, reverb=0.2, enters=0.6, loose=8),
            _seat(
                "lead guitar",
                "melody",
                (29, 30, 18),
                60,
                84,
                pan=0.1,
                reverb=0.35,
                loose=8,
                force=0.65,
                bend=0.4,
                lean=-0.2,
            ),
        ),
    ),
    "bossa": Lineup(
        house="Trio Maresol",
        about="nylon strings, brushes and a warm evening",
        tempi=(116, 140),
        keys=("F", "Bb", "Dm", "Gm", "Am", "Eb"),
        forms=("IVCVCO", "IVCSCO", "IVVCSCO"),
        colour=0.95,
        seats=(
            _drums((40, 0), force=0.35, reverb=0.2),
            _seat("bass", "bass", (32,), 31, 52, reverb=0.08, loose=8, late=3),
            _seat("guitar", "chords", (24,), 50, 72, pan=-0.25, reverb=0.3, loose=9, force=0.45),
            _seat("strings", "pad", (48, 49), 55, 79, pan=0.4, reverb=0.5, enters=0.7, loose=12, force=0.3),
            _seat(
                "flute",
                "melody",
                (73, 71, 66, 11),
                62,
                86,
                pan=0.15,
                reverb=0.4,
                loose=12,
                late=6,
                force=0.45,
                lean=0.6,
            ),
        ),
    ),
    "waltz": Lineup(
        house="The Paper Carousel",
        about="three in a bar, with an accordion",
        tempi=(132, 172),
        keys=("G", "D", "Am", "C", "Em", "F"),
        forms=("IVCVCBCO", "IVVCBVCO", "IVCBVCO"),
        colour=0.15,
        seats=(
            _drums((40, 0), force=0.25, reverb=0.2, enters=0.5, density=0.3),
            _seat("double bass", "bass", (32, 43), 31, 52, reverb=0.15, loose=8),
            _seat("accordion", "chords", (21, 23), 53, 76, pan=-0.3, reverb=0.3, loose=8, force=0.4),
            _seat("strings", "pad", (48, 44), 50, 74, pan=0.4, reverb=0.5, enters=0.6, loose=12, force=0.4),
            _seat("fiddle", "melody", (40, 68, 73), 62, 86, pan=0.15, reverb=0.4, loose=9, late=2, length=0.98),
        ),
    ),
    "techno": Lineup(
        house="Null Modem",
        about="four on the floor, filters and patience",
        tempi=(124, 138),
        keys=("Am", "Em", "Dm", "Gm", "Cm", "Fm"),
        forms=("IVCKVCCO", "IVCKCCO", "IVVCKCVCO"),
        colour=0.1,
        seats=(
            _drums((25, 24), force=0.7, reverb=0.1, loose=0),
            _seat("bass", "bass", (38, 39, 87), 28, 49, reverb=0.05, loose=0, length=0.7, force=0.6),
            _seat("stabs", "chords", (90, 62, 81), 52, 74, pan=-0.3, reverb=0.4, enters=0.4, loose=0, length=0.7),
            _seat("sequence", "arpeggio", (81, 38, 80), 55, 79, pan=0.35, reverb=0.35, loose=0, length=0.6),
            _seat("air", "pad", (89, 94, 95), 55, 79, pan=0.0, reverb=0.6, enters=0.45, loose=0, force=0.35),
            _seat("lead", "melody", (80, 81, 87), 60, 84, pan=0.1, reverb=0.4, enters=0.75, loose=0, density=0.3),
        ),
    ),
    "ballad": Lineup(
        house="Slow Harbour",
        about="a piano, strings, and time",
        tempi=(58, 76),
        keys=("C", "F", "G", "Eb", "Am", "Dm"),
        forms=("IVCVCBCO", "IVCVCCO", "IVCVCO"),
        colour=0.35,
        seats=(
            _drums((40, 0), force=0.3, enters=0.55, reverb=0.3, density=0.4, loose=7),
            _seat("bass", "bass", (32, 35), 31, 52, reverb=0.1, enters=0.45, loose=9, late=4),
            _seat("piano", "chords", (0, 2, 4), 50, 76, pan=-0.2, reverb=0.35, loose=10, force=0.45),
            _seat(
                "strings", "pad", (48, 49), 50, 76, pan=0.35, reverb=0.55, enters=0.55, loose=12, force=0.4, swell=0.65
            ),
            _seat(
                "voice",
                "melody",
                (68, 73, 66, 71),
                60,
                82,
                pan=0.05,
                reverb=0.5,
                loose=12,
                late=6,
                lean=0.5,
                swell=0.65,
            ),
        ),
    ),
    "chiptune": Lineup(
        house="8 Bit Picnic",
        about="four voices of an old game",
        tempi=(136, 172),
        keys=("C", "G", "Am", "Em", "D", "F"),
        forms=("IVCVCBCO", "VCVCBCCO", "IVVCVCCO"),
        colour=0.05,
        seats=(
            _drums((25,), loose=0, reverb=0.0, force=0.45),
            _seat("triangle", "bass", (38, 80), 33, 54, reverb=0.0, loose=0, length=0.7, variety=0.4),
            _seat("pulse 1", "arpeggio", (80,), 57, 81, pan=-0.4, reverb=0.05, loose=0, density=0.9, length=0.7),
            _seat(
                "pulse 2", "melody", (80, 81), 64, 90, pan=0.3, reverb=0.1, loose=0, density=0.8, length=0.8, bend=0.7
            ),
        ),
    ),
    "swing": Lineup(
        house="The Ninth Floor Quartet",
        about="a walking bass and a late night",
        tempi=(120, 176),
        keys=("Bb", "F", "Eb", "Gm", "Cm", "Dm"),
        forms=("IVVCVO", "IVVCSSCO", "IVCSCO"),
        swing=0.3,
        colour=1.0,
        seats=(
            _drums((32, 40, 0), force=0.35, reverb=0.2, loose=6),
            _seat("double bass", "bass", (32,), 28, 52, reverb=0.1, loose=6, late=1, variety=0.9, lean=-0.3),
            _seat("piano", "chords", (0, 1, 26), 50, 74, pan=-0.35, reverb=0.25, loose=9, length=0.6, variety=0.7),
            _seat(
                "saxophone",
                "melody",
                (66, 65, 56, 11),
                58,
                82,
                pan=0.2,
                reverb=0.35,
                loose=12,
                late=6,
                density=0.7,
                lean=0.7,
            ),
        ),
    ),
    "reggae": Lineup(
        house="Shady Side Sound",
        about="one drop, offbeats and a bass that sings",
        tempi=(70, 86),
        keys=("Am", "Dm", "G", "C", "Em", "F"),
        forms=("IVCVCSCO", "IVVCVCBCO", "IVCVCBCO"),
        swing=0.12,
        colour=0.15,
        seats=(
            _drums((0, 8), force=0.55, reverb=0.2, loose=6),
            _seat("bass", "bass", (33, 32), 28, 50, reverb=0.05, loose=7, late=5, force=0.65, lean=0.3),
            _seat("guitar", "chords", (27, 28), 55, 76, pan=-0.4, reverb=0.35, loose=6, length=0.6, variety=0.15),
            _seat("organ", "chords", (16, 17), 52, 74, pan=0.4, reverb=0.3, enters=0.5, loose=8, force=0.4, length=0.7),
            _seat("horn", "melody", (56, 65, 22, 53), 58, 81, pan=0.1, reverb=0.45, loose=10, late=6, lean=0.7),
        ),
    ),
    "funk": Lineup(
        house="Loose Change Union",
        about="the one, sixteenths, and horns that stab",
        tempi=(96, 114),
        keys=("Em", "Am", "Dm", "Gm", "D", "G"),
        forms=("IVCVCSCO", "IVVCVKCO", "IVCVCKCCO"),
        swing=0.1,
        colour=0.85,
        seats=(
            _drums((0, 8), force=0.65, reverb=0.12, loose=4, density=0.6),
            _seat("bass", "bass", (36, 33, 37), 28, 52, reverb=0.04, loose=4, force=0.7, length=0.85, variety=0.5),
            _seat("guitar", "chords", (27, 28), 55, 76, pan=-0.5, reverb=0.12, loose=4, length=0.7, density=0.65),
            _seat("keys", "chords", (7, 4, 16), 52, 74, pan=0.5, reverb=0.15, loose=6, enters=0.45, length=0.8),
            _seat(
                "horns", "chords", (61,), 57, 79, pan=0.2, reverb=0.25, enters=0.75, loose=6, density=0.1, length=0.8
            ),
            _seat(
                "saxophone", "melody", (65, 66, 56), 58, 81, pan=-0.1, reverb=0.3, loose=8, late=2, bend=0.6, lean=0.2
            ),
        ),
    ),
    "synthwave": Lineup(
        house="Coastline 1986",
        about="sequenced bass, big snares and neon",
        tempi=(84, 110),
        keys=("Am", "Em", "Dm", "Fm", "Gm", "Bm"),
        forms=("IVCVCBCO", "IVVCVCCO", "IVCVCSCO"),
        colour=0.15,
        seats=(
            _drums((24, 25), force=0.7, reverb=0.3, loose=0),
            _seat("bass", "bass", (38, 39), 28, 50, reverb=0.05, loose=0, length=0.85, force=0.6, density=0.6),
            _seat("polysynth", "chords", (90, 62, 50), 52, 74, pan=-0.3, reverb=0.4, enters=0.4, loose=0),
            _seat("sequence", "arpeggio", (81, 80, 88), 57, 81, pan=0.4, reverb=0.35, loose=0, length=0.6, density=0.8),
            _seat("pad", "pad", (89, 50, 95), 52, 76, reverb=0.6, loose=0, force=0.4, swell=0.6),
            _seat("lead", "melody", (81, 80, 87), 62, 86, pan=0.1, reverb=0.45, loose=0, bend=0.65, vibrato=0.65),
        ),
    ),
    "latin": Lineup(
        house="Orquesta Media Luna",
        about="clave, montuno and trumpets",
        tempi=(86, 104),
        keys=("Am", "Dm", "Gm", "C", "F", "Cm"),
        forms=("IVCVCSCO", "IVVCSCCO", "IVCVCKCCO"),
        colour=0.55,
        seats=(
            _drums((0,), force=0.5, reverb=0.2, loose=5, density=0.6),
            _seat("bass", "bass", (32, 33), 28, 50, reverb=0.08, loose=6, force=0.6, lean=-0.2),
            _seat(
                "piano", "chords", (0, 1), 50, 72, pan=-0.3, reverb=0.2, loose=6, density=0.7, length=0.85, force=0.6
            ),
            _seat("brass", "chords", (61,), 52, 74, pan=0.4, reverb=0.3, enters=0.8, loose=8, density=0.1, force=0.45),
            _seat("trumpet", "melody", (56, 73, 59), 62, 84, pan=0.1, reverb=0.35, loose=8, lean=-0.1),
        ),
    ),
    "hiphop": Lineup(
        house="Corner Shop Tapes",
        about="a slow swung beat and a loop of jazz chords",
        tempi=(80, 96),
        keys=("Dm", "Gm", "Am", "Cm", "Em", "Fm"),
        forms=("IVCVCBCO", "IVVCVCO", "IVCVCKCO"),
        swing=0.22,
        colour=0.9,
        seats=(
            _drums((25, 8, 0), force=0.7, reverb=0.1, loose=5, late=3),
            _seat("bass", "bass", (33, 38, 35), 28, 48, reverb=0.03, loose=7, late=6, force=0.6, lean=0.4),
            _seat("keys", "chords", (4, 5, 0), 52, 74, pan=-0.3, reverb=0.3, loose=10, late=5, lean=0.5, force=0.45),
            _seat("strings", "pad", (48, 50), 55, 79, pan=0.35, reverb=0.5, enters=0.5, loose=12, force=0.3),
            _seat(
                "sample",
                "arpeggio",
                (24, 46, 15),
                57,
                79,
                pan=0.45,
                reverb=0.35,
                enters=0.45,
                loose=9,
                late=4,
                density=0.25,
                force=0.4,
                length=0.8,
            ),
            _seat(
                "lead",
                "melody",
                (11, 59, 73, 108),
                60,
                84,
                pan=0.15,
                reverb=0.4,
                loose=12,
                late=8,
                lean=0.9,
                density=0.4,
            ),
        ),
    ),
    "folk": Lineup(
        house="The Low Meadow Players",
        about="picked guitars, a fiddle and plain chords",
        tempi=(92, 124),
        keys=("G", "D", "A", "C", "Em", "Am"),
        forms=("IVCVCVCO", "IVVCVCCO", "IVCVSCO"),
        colour=0.03,
        seats=(
            _drums((40, 0), force=0.3, reverb=0.2, enters=0.5, density=0.4),
            _seat("double bass", "bass", (32,), 28, 50, reverb=0.1, loose=8, force=0.45),
            _seat("guitar", "chords", (25, 24), 45, 69, pan=-0.35, reverb=0.2, loose=8, force=0.5, length=1.1),
            _seat(
                "banjo",
                "chords",
                (105, 25, 15),
                50,
                71,
                pan=0.4,
                reverb=0.2,
                enters=0.6,
                loose=7,
                density=0.7,
                force=0.35,
            ),
            _seat("accordion", "pad", (21, 23), 53, 72, pan=0.25, reverb=0.3, enters=0.75, loose=10, force=0.3),
            _seat("fiddle", "melody", (110, 22, 73, 40), 64, 88, pan=0.05, reverb=0.3, loose=9, density=0.7),
        ),
    ),
    "ambient": Lineup(
        house="Long Exposure",
        about="slow light, deep bass and bells far apart",
        tempi=(58, 74),
        keys=("Dm", "C", "Am", "F", "G", "Em"),
        forms=("IVCVCO", "IVCKVCO", "IVVCKCO"),
        colour=0.75,
        seats=(
            _drums((25, 40), force=0.2, reverb=0.5, enters=0.6, density=0.3, loose=6),
            _seat("bass", "bass", (39, 38, 32), 26, 47, reverb=0.2, enters=0.4, loose=8, late=4, force=0.4, length=1.0),
            _seat(
                "keys",
                "chords",
                (88, 4, 92),
                52,
                76,
                pan=-0.35,
                reverb=0.6,
                enters=0.3,
                loose=12,
                force=0.4,
                length=1.1,
            ),
            _seat("pad", "pad", (89, 94, 95), 48, 74, pan=0.3, reverb=0.7, loose=12, force=0.45, swell=0.9),
            _seat(
                "bells",
                "arpeggio",
                (98, 11, 46),
                60,
                84,
                pan=0.45,
                reverb=0.7,
                enters=0.55,
                loose=12,
                density=0.1,
                force=0.3,
            ),
            _seat(
                "far voice",
                "melody",
                (75, 79, 53, 91),
                62,
                84,
                pan=-0.05,
                reverb=0.7,
                enters=0.5,
                loose=12,
                late=6,
                lean=0.6,
                density=0.3,
                force=0.4,
                length=1.05,
                swell=0.8,
                vibrato=0.4,
            ),
        ),
    ),
    "baroque": Lineup(
        house="The Silver Stairs Consort",
        about="a walking bass, a harpsichord and strings",
        tempi=(76, 104),
        keys=("Dm", "G", "Am", "D", "Gm", "C", "Bb"),
        forms=("IVCVCO", "VCVCBCO", "IVVCBVCO"),
        colour=0.2,
        seats=(
            _seat("cello", "bass", (42, 70), 36, 57, pan=0.2, reverb=0.3, loose=6, force=0.55, length=0.9, variety=0.6),
            _seat("harpsichord", "chords", (6,), 50, 74, pan=-0.2, reverb=0.3, loose=7, force=0.45, variety=0.4),
            _seat("strings", "pad", (48, 49), 53, 77, pan=0.4, reverb=0.5, enters=0.6, loose=10, force=0.35, swell=0.4),
            _seat(
                "violin",
                "melody",
                (40, 68, 74),
                62,
                86,
                pan=-0.35,
                reverb=0.4,
                loose=7,
                density=0.75,
                bend=0.05,
                vibrato=0.35,
                swell=0.4,
                length=0.92,
            ),
        ),
    ),
}
STYLES: Final = tuple(LINEUPS)
FOUNDING_MUTATIONS: Final = 1.5
"""Size of the random change of habits in a new band, in mutations."""


def find_style(style: str) -> str:
    """Return the style with this name in any case. Raises CommandError, which lists all styles."""
    if style.casefold() in LINEUPS:
        return style.casefold()
    raise CommandError(f"{style}: there is no such style; there are {', '.join(STYLES)}")


def make_house_band(style: str) -> Band:
    """Make the house band of a style, with the line-up unchanged."""
    lineup = LINEUPS[style]
    first = sum(len(LINEUPS[other].seats) for other in STYLES[: STYLES.index(style)])
    players = [PLAYERS[(first + seat) % len(PLAYERS)] for seat in range(len(lineup.seats))]
    return Band(
        name=lineup.house,
        style=style,
        tempo=sum(lineup.tempi) / 2,
        keys=lineup.keys[:4],
        forms=lineup.forms,
        swing=lineup.swing,
        colour=lineup.colour,
        members=tuple(
            msgspec.structs.replace(seat, player=player) for seat, player in zip(lineup.seats, players, strict=True)
        ),
    )


HOUSE: Final[dict[str, Band]] = {slug(lineup.house): make_house_band(style) for style, lineup in LINEUPS.items()}
"""Slug -> house band."""


def found_band(style: str, name: str, random: Random) -> Band:
    """Make a new band of a style: draw its tempo, keys, forms and instruments, and mutate every habit."""
    lineup = LINEUPS[style]
    low, high = lineup.tempi
    band = Band(
        name=name,
        style=style,
        tempo=round(low + (high - low) * random.random()),
        keys=tuple(draw_some(lineup.keys, 3, random)),
        forms=tuple(draw_some(lineup.forms, 2, random)),
        swing=lineup.swing,
        colour=lineup.colour,
        members=tuple(_hire_member(seat, random) for seat in lineup.seats),
    )
    return msgspec.structs.replace(band, **mutate_band_habits(band, random, 1.0))


def _hire_member(seat: Member, random: Random) -> Member:
    count = 1 + int(random.random() * min(2, len(seat.instruments)))
    member = mutate_member(seat, random, FOUNDING_MUTATIONS)
    player = draw_some(PLAYERS, 1, random)[0]
    return msgspec.structs.replace(member, player=player, instruments=tuple(draw_some(seat.instruments, count, random)))
