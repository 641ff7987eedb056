"""Humanising: notes on the grid become a performance with swing, human timing, dynamics and articulation.

Timing has three parts. A member's constant delay (`late`). A lean (`lean`): a player who is laid back falls behind
within a phrase, most in its middle and off the beat, and is back for its end; one who pushes is ahead in the same way.
And an error (`loose`), half of which drifts from note to note, as people's does, and half of which is new each time.
Notes of one member on the same step share them, because a chord or a drum stroke is one gesture.

Dynamics: velocity follows the energy of the section, the member's force, and the force of the note. It rises a little
through each section, and through each phrase until shortly before its end; a tune also gets louder as it rises.

Articulation: the member's `length` applies to all short notes. A tune is phrased beyond that: notes that move by step
are bound or parted by the character of their phrase, repeated notes are parted, and the last before a rest is lifted.
"""

import math
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from operator import attrgetter
from typing import Final

from bandstand.common.bands import Member
from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import STEP, TICKS, Note
from bandstand.composer.voices.context import GridNote, SectionContext

LOWEST_VELOCITY: Final = 28
"""MIDI velocity of a note with force 0."""
QUIET_SHARE: Final = 0.62
"""Share of the full range of velocity in a section with energy 0."""
FORCE_WIDTH: Final = 0.06
"""Largest random change of a note's force, as a share of it."""
LONG_STEPS: Final = 12
"""Notes of at least this many steps keep their full length. `Member.length` does not apply to them."""
SWELL: Final = 0.1
"""Share by which a section begins softer than it ends."""
PHRASE_BARS: Final = 4
PHRASE_ARC: Final = 0.08
"""Share by which a phrase is softer at its beginning and end than at its top."""
PHRASE_TOP: Final = 0.65
CONTOUR: Final = 0.008
"""Share by which a note of a tune is louder for each semitone above the middle of the member's compass."""
LEAN_MS: Final = 28.0
"""Milliseconds behind the beat of a member who leans back as far as the habit goes;"""
PUSH_MS: Final = 14.0
"""ahead of it, of one who pushes as far."""
ON_BEAT: Final = 0.6
"""Share of the lean that is left on a beat."""
LATEST: Final = 0.4
"""Largest delay, as a share of a step, so that a note stays nearer to its own step than to the next."""
DRIFT: Final = 0.7
"""Share of a drift that is left at the next note."""
CHARACTERS: Final = ((1.06, 3.0), (1.0, 4.0), (0.8, 2.0))
"""(share of the length of notes that move by step, weight) of phrases: bound, plain, parted."""
LIFT_STEPS: Final = 2
"""Steps of silence that count as a rest."""
FAR: Final = 1 << 60
"""A tick after the end of every song."""
REPEATED, LIFTED, CLIPPED = 0.84, 0.92, 0.7
"""Shares of the length of a repeated note, of the last before a rest, and of a short one before a rest."""


class Timing:
    """When a member plays: milliseconds from the grid, step by step through a section."""

    def __init__(self, context: SectionContext, member: Member, bpm: float, random: RandomSource) -> None:
        self._draw, self._loose, self._late = random.stream, member.loose, member.late
        self._most_lean = member.lean * (LEAN_MS if member.lean > 0 else PUSH_MS)
        self._phrase = PHRASE_BARS * context.steps
        self._behind = context.section.bars * context.steps % self._phrase
        self._latest = LATEST * 60_000 / bpm / 4
        self._drift = 0.0

    def find_delay(self, step: int) -> float:
        """Milliseconds by which what is played on `step` is late."""
        draw, loose = self._draw, self._loose
        fresh = (draw() - draw()) * loose
        self._drift = DRIFT * self._drift + (1 - DRIFT) * ((draw() - draw()) * loose) * 2
        error = (fresh + self._drift) / 2 * 1.4
        if not -loose <= error <= loose:
            error = max(-loose, min(loose, error))
        delay = error + self._late + (self._lean(step) if self._most_lean else 0.0)
        return delay if delay < self._latest else self._latest

    def _lean(self, step: int) -> float:
        """The lean at a place in the phrase; phrases are counted from the end of the section."""
        place = (step - self._behind) % self._phrase / self._phrase
        return self._most_lean * (ON_BEAT if step % 4 == 0 else 1.0) * (0.4 + 0.6 * math.sin(math.pi * place))


def humanise(
    notes: list[GridNote], context: SectionContext, member: Member, bpm: float, random: RandomSource
) -> list[Note]:
    """Perform the notes of one member in one section. The result is in ticks from the beginning of the song."""
    section, steps = context.section, context.steps
    total, phrase = section.bars * steps, PHRASE_BARS * steps
    origin = section.bar * steps * STEP
    ticks_per_ms = bpm * TICKS / 60_000
    unit = context.style.swing_steps
    swing, pair = context.swing * unit * STEP, 2 * unit
    full = (127 - LOWEST_VELOCITY) * (QUIET_SHARE + (1 - QUIET_SHARE) * section.energy) * (0.7 + 0.6 * member.force)
    timing, contour = Timing(context, member, bpm, random), CONTOUR if member.voice == "melody" else 0.0
    ordered, middle = sorted(notes), (member.low + member.high) / 2
    held, draw = member.length, random.stream
    performed: list[Note] = []
    last, start, shape = -1, 0, 1.0
    for (step, written, pitch, force), share in zip(
        ordered, _articulate(ordered, context, member, random), strict=True
    ):
        if step != last:
            last, shape = step, shape_dynamics(step, total, phrase)
            offset = (swing if step % pair == unit else 0) + timing.find_delay(step) * ticks_per_ms
            start = round(origin + step * STEP + offset)
            start = start if start > 0 else 0
        accent = shape + contour * max(-12, min(12, pitch - middle)) if contour else shape
        velocity = round(LOWEST_VELOCITY + full * (force * (accent * (1 + (draw() - draw()) * FORCE_WIDTH))))
        velocity = velocity if 1 <= velocity <= 127 else max(1, min(127, velocity))
        length = round((written * held * share if written < LONG_STEPS else written) * STEP)
        performed.append(Note(start, length if length > 1 else 1, pitch, velocity))
    return performed


@cache
def shape_dynamics(step: int, steps: int, phrase: int) -> float:
    """Share of its force that a note on `step` gets by its place in a section of `steps` and in one of its phrases."""
    at = (step - steps % phrase) % phrase / phrase
    rise, fall = at / PHRASE_TOP, (at - PHRASE_TOP) / (1 - PHRASE_TOP)
    arc = math.sin(rise * math.pi / 2) if fall < 0 else 1 - 0.7 * fall**2
    return (1 - SWELL * (1 - step / steps)) * (1 - PHRASE_ARC * (1 - arc))


def _articulate(
    notes: list[GridNote], context: SectionContext, member: Member, random: RandomSource
) -> Sequence[float]:
    """For each note, the share of its written length for which it is held, beside the member's own share."""
    if member.voice != "melody":
        return [1.0] * len(notes)
    section, phrase = context.section, PHRASE_BARS * context.steps
    branch = random.branch("articulation", section.kind, section.number)
    characters = [branch.choose_weighted(CHARACTERS) for _ in range(section.bars // PHRASE_BARS + 1)]
    following = dict(pairwise([*sorted({note.step for note in notes}), section.bars * context.steps]))
    tops = {note.step: note.pitch for note in notes}  # sorted, so the highest of each step is the last
    return [
        _choose_share(
            note, following[note.step], tops, characters[max(0, min(note.step // phrase, len(characters) - 1))]
        )
        for note in notes
    ]


def _choose_share(note: GridNote, following: int, tops: dict[int, int], character: float) -> float:
    """The share for a note of a tune; the next one is on step `following`, `tops` has the highest pitch of each."""
    pitch = tops.get(following)
    if following - note.step - note.length >= LIFT_STEPS or pitch is None:
        return CLIPPED if note.length <= 1 else LIFTED
    if pitch == note.pitch:
        return REPEATED
    return character if abs(pitch - note.pitch) <= 2 else 1.0


_get_place = attrgetter("start", "pitch")


def trim_overlaps(notes: list[Note]) -> tuple[Note, ...]:
    """Sort notes by time, and end each before the same pitch begins again. Of two that begin at once, keep one."""
    ordered = sorted(notes, key=_get_place)
    next_start: dict[int, int] = {}
    clean: list[Note] = []
    for note in reversed(ordered):  # of two at one place the later one stays
        start, pitch = note.start, note.pitch
        room = next_start.get(pitch, FAR) - start - 1
        if room >= note.length:
            clean.append(note)
        elif room > 0:
            clean.append(Note(start, room, pitch, note.velocity))
        next_start[pitch] = start
    clean.reverse()
    return tuple(clean)
