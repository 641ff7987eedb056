"""The drums' names: General MIDI keys."""

from typing import Final

KICK: Final = 36
SIDESTICK: Final = 37
SNARE: Final = 38
CLAP: Final = 39
CLOSED: Final = 42
PEDAL: Final = 44
OPEN: Final = 46
CRASH: Final = 49
RIDE: Final = 51
TAMBOURINE: Final = 54
SHAKER: Final = 70
CLAVES: Final = 75
TOMS: Final = (48, 45, 43)
