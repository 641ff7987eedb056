"""Names of General MIDI's instruments and drum kits for a person to read, and what people call them when they ask.

After the General MIDI 1 sound set, with its percussion kits as in GM2 and Roland's GS. Programs count from 0.
"""

from typing import Final, NamedTuple

INSTRUMENTS: Final = (
    "piano", "bright piano", "electric grand", "honky-tonk piano", "electric piano", "chorused electric piano",
    "harpsichord", "clavinet", "celesta", "glockenspiel", "music box", "vibraphone", "marimba", "xylophone",
    "tubular bells", "dulcimer", "drawbar organ", "percussive organ", "rock organ", "church organ", "reed organ",
    "accordion", "harmonica", "tango accordion", "nylon guitar", "steel guitar", "jazz guitar", "clean guitar",
    "muted guitar", "overdriven guitar", "distorted guitar", "guitar harmonics", "acoustic bass", "fingered bass",
    "picked bass", "fretless bass", "slap bass", "second slap bass", "synth bass", "second synth bass", "violin",
    "viola", "cello", "contrabass", "tremolo strings", "pizzicato strings", "harp", "timpani", "strings",
    "slow strings", "synth strings", "second synth strings", "choir", "voice oohs", "synth voice", "orchestra hit",
    "trumpet", "trombone", "tuba", "muted trumpet", "french horn", "brass section", "synth brass",
    "second synth brass", "soprano sax", "alto sax", "tenor sax", "baritone sax", "oboe", "english horn", "bassoon",
    "clarinet", "piccolo", "flute", "recorder", "pan flute", "bottle", "shakuhachi", "whistle", "ocarina",
    "square lead", "sawtooth lead", "calliope lead", "chiff lead", "charang", "voice lead", "fifths lead",
    "bass and lead", "new age pad", "warm pad", "polysynth pad", "choir pad", "bowed pad", "metallic pad", "halo pad",
    "sweep pad", "rain", "soundtrack", "crystal", "atmosphere", "brightness", "goblins", "echoes", "sci-fi", "sitar",
    "banjo", "shamisen", "koto", "kalimba", "bagpipe", "fiddle", "shanai", "tinkle bell", "agogo", "steel drums",
    "woodblock", "taiko", "melodic tom", "synth drum", "reverse cymbal", "fret noise", "breath noise", "seashore",
    "bird", "telephone", "helicopter", "applause", "gunshot",
)  # fmt: skip
"""Index: program."""
KITS: Final = {
    0: "standard kit", 8: "room kit", 16: "power kit", 24: "electronic kit", 25: "analogue kit", 32: "jazz kit",
    40: "brush kit", 48: "orchestra kit",
}  # fmt: skip
"""Program on the drum channel -> name."""

RANGES: Final[dict[int, tuple[int, int]]] = {
    **dict.fromkeys(range(128), (12, 115)),
    **dict.fromkeys(range(8), (21, 108)), 6: (29, 89), 7: (29, 88),
    8: (60, 108), 9: (79, 108), 10: (60, 96), 11: (53, 89), 12: (45, 96), 13: (65, 108), 14: (60, 77), 15: (60, 84),
    **dict.fromkeys(range(16, 21), (36, 96)), 21: (53, 93), 22: (60, 96), 23: (53, 93),
    **dict.fromkeys(range(24, 32), (40, 86)), 24: (40, 83), 25: (40, 83),
    **dict.fromkeys(range(32, 38), (28, 67)), 38: (24, 72), 39: (24, 72),
    40: (55, 100), 41: (48, 88), 42: (36, 81), 43: (28, 67), 44: (28, 96), 45: (28, 96), 46: (24, 103), 47: (36, 57),
    **dict.fromkeys(range(48, 52), (28, 96)), 52: (43, 84), 53: (43, 84), 54: (43, 84),
    56: (54, 82), 57: (40, 72), 58: (26, 65), 59: (54, 82), 60: (41, 77), 61: (36, 84),
    64: (56, 88), 65: (49, 81), 66: (44, 76), 67: (36, 69), 68: (58, 91), 69: (52, 81), 70: (34, 72), 71: (50, 91),
    72: (74, 102), 73: (60, 96), 74: (60, 96), 75: (60, 96), 77: (55, 91), 79: (60, 84),
    104: (48, 77), 105: (48, 81), 106: (50, 79), 107: (43, 84), 108: (60, 84), 109: (57, 72), 110: (55, 100),
    111: (58, 91), 114: (60, 84),
}  # fmt: skip
"""Program -> lowest and highest pitch (MIDI note numbers) that players of the instrument use, as it sounds.

After the compasses in Adler, "The Study of Orchestration" (3rd edition, 2002), without the extremes that only soloists
reach; a synthesiser has all that people hear as pitch."""


def find_instrument_name(voice: str, program: int) -> str:
    """Name the instrument of a member whose voice is `voice`; a drummer's program is a kit."""
    return KITS.get(program, "drum kit") if voice == "drums" else INSTRUMENTS[program]


class Instrument(NamedTuple):
    """What a word such as `flute` or `strings` stands for in a band's song."""

    programs: tuple[int, ...]
    """General MIDI programs, the most usual first; of a drummer, kits."""
    voice: str
    """The role in which it plays, where it is nobody's yet: see `common.bands.Member.voice`."""
    bottom: int = 0
    """Lowest and highest pitch in which it is at its best, MIDI note numbers; 0 and 127: as the player's."""
    top: int = 127


FAMILIES: Final = {
    "drums": Instrument((0, 40, 16, 25), "drums"),
    "brushes": Instrument((40,), "drums"),
    "drum machine": Instrument((25, 24), "drums"),
    "bass": Instrument((33, 32, 34, 35), "bass"),
    "double bass": Instrument((32,), "bass"),
    "bass guitar": Instrument((33, 34), "bass"),
    "slap bass": Instrument((36, 37), "bass"),
    "synth bass": Instrument((38, 39), "bass"),
    "tuba": Instrument((58,), "bass"),
    "piano": Instrument((0, 1), "chords"),
    "electric piano": Instrument((4, 5), "chords"),
    "harpsichord": Instrument((6,), "chords"),
    "organ": Instrument((16, 18, 17, 19), "chords"),
    "accordion": Instrument((21, 23), "chords"),
    "guitar": Instrument((24, 25, 27, 26, 29), "chords"),
    "acoustic guitar": Instrument((24, 25), "chords"),
    "electric guitar": Instrument((27, 29, 26, 30), "chords"),
    "distorted guitar": Instrument((30, 29), "chords", 45, 66),
    "banjo": Instrument((105,), "chords"),
    "brass": Instrument((61, 62), "chords"),
    "harp": Instrument((46,), "arpeggio"),
    "pizzicato": Instrument((45,), "arpeggio"),
    "kalimba": Instrument((108,), "arpeggio"),
    "strings": Instrument((48, 49, 44), "pad"),
    "choir": Instrument((52, 53), "pad"),
    "pad": Instrument((89, 88, 94), "pad"),
    "flute": Instrument((73,), "melody", 62, 86),
    "clarinet": Instrument((71,), "melody", 58, 82),
    "oboe": Instrument((68,), "melody", 60, 84),
    "bassoon": Instrument((70,), "melody", 43, 67),
    "saxophone": Instrument((66, 65, 64, 67), "melody", 55, 79),
    "trumpet": Instrument((56, 59), "melody", 57, 81),
    "trombone": Instrument((57,), "melody", 46, 70),
    "french horn": Instrument((60,), "melody", 48, 72),
    "violin": Instrument((40,), "melody", 62, 86),
    "fiddle": Instrument((110, 40), "melody", 62, 86),
    "viola": Instrument((41,), "melody", 53, 77),
    "cello": Instrument((42,), "melody", 43, 67),
    "harmonica": Instrument((22,), "melody", 60, 84),
    "synth": Instrument((81, 80, 90), "melody", 60, 84),
    "vibraphone": Instrument((11,), "melody", 58, 82),
    "marimba": Instrument((12,), "melody", 55, 79),
    "xylophone": Instrument((13,), "melody", 65, 89),
    "bells": Instrument((14, 9), "melody", 62, 86),
    "voice": Instrument((53, 52, 54), "melody", 60, 82),
    "bagpipes": Instrument((109,), "melody", 60, 82),
}
"""What people call instruments, beside the names of the programs themselves."""
OTHER_NAMES: Final = {
    "drum": "drums", "drum kit": "drums", "percussion": "drums", "upright bass": "double bass",
    "contrabass": "double bass", "electric bass": "bass guitar", "keys": "electric piano", "rhodes": "electric piano",
    "keyboard": "electric piano", "squeezebox": "accordion", "nylon guitar": "acoustic guitar",
    "spanish guitar": "acoustic guitar", "distortion": "distorted guitar", "heavy guitar": "distorted guitar",
    "horns": "brass", "brass section": "brass", "string": "strings", "orchestra": "strings", "violins": "strings",
    "string section": "strings", "voices": "choir", "vocals": "voice", "singing": "voice", "singer": "voice",
    "pads": "pad", "sax": "saxophone", "saxes": "saxophone", "horn": "french horn", "synthesiser": "synth",
    "synthesizer": "synth", "synths": "synth", "vibes": "vibraphone", "bagpipe": "bagpipes", "bell": "bells",
    "mouth organ": "harmonica", "glockenspiels": "glockenspiel",
}  # fmt: skip
"""Another word -> the name in `FAMILIES`."""
GROUPS: Final = (
    (8, "chords"), (16, "melody"), (32, "chords"), (40, "bass"), (44, "melody"), (45, "pad"), (47, "arpeggio"),
    (48, "drums"), (56, "pad"), (61, "melody"), (64, "chords"), (88, "melody"), (104, "pad"), (109, "arpeggio"),
    (112, "melody"), (115, "arpeggio"),
)  # fmt: skip
"""(end, voice): the role of every program from the end of the group before up to this one."""
PLAYABLE: Final = GROUPS[-1][0]
"""The programs from here on are single drums and noises, which play no part."""


def find_instrument(name: str) -> Instrument | None:
    """The instrument that a word or a few stand for, in singular or plural; None where there is none."""
    name = " ".join(name.casefold().split())
    for form in (name, name.removesuffix("s"), name.removesuffix("es")):
        form = OTHER_NAMES.get(form, form)
        if form in FAMILIES:
            return FAMILIES[form]
        if form in INSTRUMENTS[:PLAYABLE]:
            program = INSTRUMENTS.index(form)
            voice = next(voice for end, voice in GROUPS if program < end)
            return None if voice == "drums" else Instrument((program,), voice)
    return None


def list_instrument_names() -> tuple[str, ...]:
    """Every name that `find_instrument` knows, the usual ones first."""
    names = (*FAMILIES, *OTHER_NAMES, *INSTRUMENTS[:PLAYABLE])
    return tuple(dict.fromkeys(name for name in names if find_instrument(name)))
