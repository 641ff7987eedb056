"""The parts of a band: a table from a member's voice to the function that plays it."""

from collections.abc import Callable
from typing import Final

from common.bands import Member
from composer.draw import Draw
from composer.voices import bass, chords, drums, melody
from composer.voices.scene import Hit, Scene

Voice = Callable[[Scene, Member, Draw, Draw], list[Hit]]
"""(scene, member, material, occasion) -> hits. `material` is the same each time a section of this kind returns, so what
is drawn from it returns too; `occasion` is this time's own."""

VOICES: Final[dict[str, Voice]] = {
    "drums": drums.play,
    "bass": bass.play,
    "chords": chords.comp,
    "arpeggio": chords.arpeggio,
    "pad": chords.pad,
    "melody": melody.play,
}
