"""What players of General MIDI's instruments can do to a note while it sounds: bend it, shake it, make it swell.

A piano, an organ, a bell can do none of it to the pitch; a plucked string can be bent but not swell; breath and bow do
everything. The amounts are those at which players stay in ordinary playing, at a habit of 0.5: see `expression.py`.
"""

from typing import Final, NamedTuple

from bandstand.common.bands import Member


class Technique(NamedTuple):
    """The means of one instrument; 0 for what it cannot do."""

    scoop: int = 0
    """Cents below the pitch from which an accented note may be reached."""
    slide: int = 0
    """Widest interval, in semitones, over which it may glide to the next note."""
    fall: int = 0
    """Cents by which the last note before a rest may fall."""
    vibrato: int = 0
    """Modulation wheel's value of a full vibrato; at 127 FluidSynth's is half a semitone wide."""
    swells: bool = False
    """True if the player decides how loud a note is while it sounds."""


NOTHING: Final = Technique()
ACCORDION: Final = Technique(swells=True)
HARMONICA: Final = Technique(scoop=100, slide=1, fall=150, vibrato=60, swells=True)
ACOUSTIC_GUITAR: Final = Technique(scoop=100, slide=2, vibrato=30)
GUITAR: Final = Technique(scoop=200, slide=2, fall=200, vibrato=60)
BOWED: Final = Technique(scoop=70, slide=2, vibrato=80, swells=True)
ENSEMBLE: Final = Technique(swells=True)
VOICE: Final = Technique(scoop=100, slide=2, vibrato=75, swells=True)
TRUMPET: Final = Technique(scoop=80, fall=200, vibrato=45, swells=True)
HORN: Final = Technique(scoop=40, slide=1, vibrato=25, swells=True)
SAXOPHONE: Final = Technique(scoop=100, slide=2, fall=200, vibrato=70, swells=True)
REED: Final = Technique(scoop=60, slide=1, fall=100, vibrato=60, swells=True)
PIPE: Final = Technique(scoop=50, slide=1, fall=60, vibrato=70, swells=True)
LEAD: Final = Technique(scoop=200, slide=2, fall=200, vibrato=85, swells=True)
SITAR: Final = Technique(scoop=200, slide=2, vibrato=40)

TECHNIQUES: Final[dict[int, Technique]] = {
    **dict.fromkeys((21, 23), ACCORDION), 22: HARMONICA,
    **dict.fromkeys((24, 25), ACOUSTIC_GUITAR), **dict.fromkeys(range(26, 31), GUITAR),
    **dict.fromkeys((40, 41, 42, 43, 110), BOWED), **dict.fromkeys((44, 48, 49, 50, 51), ENSEMBLE),
    **dict.fromkeys((52, 53, 54, 85), VOICE),
    **dict.fromkeys((56, 57, 59), TRUMPET), **dict.fromkeys((58, 60), HORN), **dict.fromkeys((61, 62, 63), ENSEMBLE),
    **dict.fromkeys(range(64, 68), SAXOPHONE), **dict.fromkeys((68, 69, 70, 71, 111), REED),
    **dict.fromkeys(range(72, 80), PIPE), **dict.fromkeys((80, 81, 82, 83, 84, 86, 87), LEAD),
    **dict.fromkeys(range(88, 96), ENSEMBLE), 104: SITAR,
}  # fmt: skip
"""Program -> what its players can do; programs that are not here do nothing to a note that sounds."""


def find_technique(member: Member) -> Technique:
    """What a member does: a lead uses all of the instrument's means, a pad swells, the others play plainly."""
    technique = TECHNIQUES.get(member.instruments[0], NOTHING)
    if member.voice == "melody":
        return technique
    return ENSEMBLE if member.voice == "pad" and technique.swells else NOTHING
