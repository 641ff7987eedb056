"""What pulls a song on or lets it go: risers and reversed cymbals before a section, swells and tape-stops at the end.

A reversed cymbal is a sound of General MIDI that rises for a fixed time, whatever the tempo, so that it begins as long
before the section as it takes; it has a part of its own. A riser is a run up the scale, ever faster and louder, that
arrives on the next section's first chord. The two endings are moves of controllers and pitch wheels: in a swell the
last chord grows from next to nothing until it is cut off; at a tape-stop it sinks and dies, as on a tape that is held.
Knows no sound.
"""

from typing import Final

from bandstand.common.bands import Member
from bandstand.common.instruments import RANGES
from bandstand.composer.score import BEND_RANGE, EXPRESSION, STEP, TICKS, Bend, Control, Note
from bandstand.composer.stagecraft import Ending, Seam
from bandstand.composer.theory import find_nearest_pitch
from bandstand.composer.voices.context import GridNote, SectionContext

RUN: Final = {16: (0, 4, 6, 8, 10, 11, 12, 13, 14, 15), 12: (0, 2, 4, 6, 8, 9, 10, 11)}
"""Steps in a bar -> those on which a run has notes."""
RISE: Final = (0.35, 0.9)
"""Force of a run at its beginning and at its end."""
SWELL: Final = (34, 127)
"""Expression at the beginning and at the end of a swell."""
POINTS: Final = 24
"""Moves of a controller in an ending."""
STILL: Final = 0.35
"""Share of the expression that is left when a tape stands still, at the end of the last bar."""
FULL: Final = 127
REVERSED_SECONDS: Final = 1.35
"""Time in which a reversed cymbal rises at its usual pitch: 1.3 s with FluidR3, 1.4 with TimGM6mb."""
REVERSED_PITCH: Final = 60
REVERSED_VELOCITY: Final = 118


def play_riser(context: SectionContext, member: Member) -> list[GridNote]:
    """A run through the section's last bar, up to beside the next chord."""
    steps, key = context.steps, context.key
    start = context.section.bars * steps - steps
    onsets = RUN[steps]
    tune = [note.pitch for note in context.find_tune(start, start + steps)]
    highest = min(member.high, min(tune, default=128) + 12, RANGES[member.instruments[0]][1])
    top = find_nearest_pitch(highest - 6, context.following.pitches)
    last = key.step_at(top)
    soft, loud = RISE
    notes: list[GridNote] = []
    for index, step in enumerate(onsets):
        ends = [*onsets[1:], steps][index]
        pitch = key.pitch_at(last - (len(onsets) - index))
        force = soft + (loud - soft) * (step / steps) ** 1.5
        notes.append(GridNote(start + step, ends - step, pitch, force))
    lowest = max(member.low, RANGES[member.instruments[0]][0])
    return [note for note in notes if note.pitch >= lowest]


def play_reversed_cymbal(context: SectionContext, bpm: float) -> list[Note]:
    """The cymbal that rises to the end of a section, if it is staged there; ticks from the beginning of the song."""
    if context.stage.seam is not Seam.REVERSE:
        return []
    section, bar = context.section, context.style.beats * TICKS
    begin, end = section.bar * bar, (section.bar + section.bars) * bar
    start = max(begin, end - round(REVERSED_SECONDS * bpm * TICKS / 60))
    return [Note(start, end - start, REVERSED_PITCH, REVERSED_VELOCITY)]


def end_with_moves(context: SectionContext) -> tuple[list[Control], list[Bend]] | None:
    """The moves of every pitched part in the last section; None where its ending has none."""
    section, bar = context.section, context.style.beats * TICKS
    begin, end = section.bar * bar, (section.bar + section.bars) * bar
    if section.kind != "ending":
        return None
    if context.stage.ending is Ending.SWELL:
        soft, loud = SWELL
        rise = [_at(begin, end - STEP, point) for point in range(POINTS + 1)]
        return [Control(tick, EXPRESSION, round(soft + (loud - soft) * at**1.6)) for tick, at in rise], []
    if context.stage.ending is Ending.TAPE:
        last = end - bar
        fall = [_at(last, end - STEP, point) for point in range(POINTS + 1)]
        still = [Control(begin, EXPRESSION, FULL)] if begin < last else []
        return (
            still + [Control(tick, EXPRESSION, round(FULL * (1 - (1 - STILL) * at**2))) for tick, at in fall],
            [Bend(tick, -round(BEND_RANGE * at**1.5)) for tick, at in fall],
        )
    return None


def _at(begin: int, end: int, point: int) -> tuple[int, float]:
    """(tick, share of the way) of one of the `POINTS` of a move."""
    return begin + (end - begin) * point // POINTS, point / POINTS
