"""From the grid to a performance: hits become notes with swing, human timing, and dynamics that follow the energy."""

from typing import Final

from common.bands import Member
from composer.draw import Draw
from composer.score import STEP, TICKS, Note
from composer.voices.scene import Hit, Scene

FLOOR: Final = 28
"""The velocity of a note without force."""
SOFTEST: Final = 0.62
"""The share of full force that is left at no energy."""
BREATH: Final = 0.06
"""How much the force of single notes strays."""
HELD: Final = 12
"""Notes of so many steps are held in full, however short the player likes them."""
SWELL: Final = 0.1
"""How much softer a section begins than it ends: it leads on to the next."""


def performed(hits: list[Hit], scene: Scene, member: Member, bpm: float, draw: Draw) -> list[Note]:
    """The notes of one member in one section, in ticks from the song's beginning.

    Hits on the same step keep together: a chord or a drum stroke is one gesture.
    """
    section = scene.section
    origin = section.bar * scene.style.beats * TICKS
    ticks_per_ms = bpm * TICKS / 60_000
    unit = scene.style.swung
    swing = scene.swing * unit * STEP
    full = (127 - FLOOR) * (SOFTEST + (1 - SOFTEST) * section.energy) * (0.7 + 0.6 * member.force)
    swell = SWELL / (section.bars * scene.steps)
    notes: list[Note] = []
    last, start = -1, 0
    for hit in sorted(hits):
        if hit.step != last:
            last = hit.step
            late = draw.spread(member.loose) + member.late
            start = max(
                0, round(origin + last * STEP + (swing if last % (2 * unit) == unit else 0) + late * ticks_per_ms)
            )
        force = hit.force * (1 - SWELL + swell * last) * (1 + draw.spread(BREATH))
        velocity = min(127, round(FLOOR + full * force))
        length = hit.length * (member.length if hit.length < HELD else 1)
        notes.append(Note(start, max(1, round(length * STEP)), hit.pitch, velocity))
    return notes


def untangled(notes: list[Note]) -> tuple[Note, ...]:
    """In order of time, and each note ended before the same pitch is struck again."""
    ordered = sorted(notes, key=lambda note: (note.start, note.pitch))
    ahead: dict[int, int] = {}
    clean: list[Note] = []
    for note in reversed(ordered):
        room = ahead.get(note.pitch, note.start + note.length + 1) - note.start - 1
        if room > 0:
            clean.append(Note(note.start, min(note.length, room), note.pitch, note.velocity))
        ahead[note.pitch] = note.start
    return tuple(reversed(clean))
