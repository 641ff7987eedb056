"""Names of General MIDI's instruments and drum kits for a person to read.

After the General MIDI 1 sound set, with its percussion kits as in GM2 and Roland's GS. Programs count from 0. A file of
its own because it is the table of a standard.
"""

from typing import Final

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


def find_instrument_name(voice: str, program: int) -> str:
    """Name the instrument of a member whose voice is `voice`; a drummer's program is a kit."""
    return KITS.get(program, "drum kit") if voice == "drums" else INSTRUMENTS[program]
