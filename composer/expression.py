"""Expression: what a player does to a note while it sounds. Swells, vibrato, and bends into, between and out of notes.

Timing, dynamics and articulation are decided first (`humanise.py`); here each note is known as it will be played. What
an instrument can do is in `techniques.py`, how much of it a member does are the habits `bend`, `vibrato` and `swell`.

Controllers and pitch wheel belong to a whole part, and sections are performed one by one without knowledge of each
other. So a section sets every controller that it uses at its first note, lets the wheel return to the middle before its
last note ends, and does nothing later than `LEAD_TICKS` before its end, where the next section may begin.
"""

import math
from itertools import groupby
from typing import Final, NamedTuple

from bandstand.common.bands import Member
from bandstand.composer.humanise import humanise
from bandstand.composer.random_source import RandomSource
from bandstand.composer.risers import end_with_moves
from bandstand.composer.score import EXPRESSION, STEP, TICKS, VIBRATO, Bend, Control, Note
from bandstand.composer.streaming_score import LEAD_TICKS, Performance
from bandstand.composer.techniques import Technique, find_technique
from bandstand.composer.voices.context import GridNote, SectionContext

FULL: Final = 127
HELD_SECONDS: Final = 0.9
"""A note of at least this length swells."""
SOFTER: Final = {"melody": 48, "pad": 84}
"""Voice -> by how much a swell begins below full expression, with the habit at 1."""
PLAIN_SOFTER: Final = 22
"""The same of notes that do not swell, so that swells stand out."""
TOP_AT: Final = 0.62
"""Share of a note after which its swell is at its top."""
VIBRATO_SECONDS: Final = 0.45
"""A note of at least this length gets vibrato,"""
VIBRATO_DELAY: Final = 0.38
"""after this share of it,"""
VIBRATO_RISE: Final = 0.35
"""which grows for this many seconds."""
RISE_STEPS: Final = 3
SCOOP_SECONDS: Final = {True: 0.17, False: 0.1}
"""Time of a scoop: of a wide one as guitars make it, and of any other."""
SLIDE_SECONDS: Final = 0.07
FALL_SECONDS: Final = 0.2
AFTER_FALL: Final = 0.25
"""Seconds after a note that has fallen until the wheel goes back, when it no longer sounds."""
WIDE: Final = 150
"""Cents from which a bend is wide."""
SLIDE_SHARE, FALL_SHARE = 0.05, 0.25
"""Shares of the notes that glide, or fall, of those that can, with the habit at 0.5."""
BEND_POINTS: Final = 5
"""Moves of the wheel in one gesture."""
PHRASE_REST: Final = 3 * STEP
"""A rest of at least this many ticks ends a phrase."""
LEAP: Final = 4
"""Semitones up from which a note is reached like one that is worth a scoop."""


class Stroke(NamedTuple):
    """One note of a part, or several at once, as it is played: ticks, and where the next one begins."""

    start: int
    end: int
    following: int
    pitch: int
    """The highest pitch."""
    rest_before: int


class Pace(NamedTuple):
    """Converts seconds to ticks at a song's tempo."""

    bpm: float

    def ticks(self, seconds: float) -> int:
        return round(seconds * self.bpm * TICKS / 60)


def perform(
    notes: list[GridNote], context: SectionContext, member: Member, bpm: float, random: RandomSource
) -> Performance:
    """Perform the notes of one member, whose first instrument plays, in one section."""
    played = humanise(notes, context, member, bpm, random)
    technique, section = find_technique(member), context.section
    ending = end_with_moves(context) if played and member.voice != "drums" else None
    if ending is not None:
        return Performance(played, *ending)
    if not played or technique == Technique():
        return Performance(played)
    end = (section.bar + section.bars) * context.style.beats * TICKS - LEAD_TICKS
    strokes, pace = list_strokes(played, end), Pace(bpm)
    chance = random.branch("expression", section.kind, section.number)
    controls = _swell(strokes, member, pace) if technique.swells else []
    if technique.vibrato:
        controls += _shake(strokes, technique, member, pace, chance.branch("vibrato"))
    bends = _bend(strokes, technique, member, pace, chance.branch("bends")) if technique.scoop else []
    # At one tick only what comes last is meant; otherwise the synthesiser would choose the order.
    last_controls = {(control.start, control.number): control for control in sorted(controls, key=_get_start)}
    last_bends = {bend.start: bend for bend in bends}
    return Performance(played, list(last_controls.values()), list(last_bends.values()))


def _get_start(event: Note | Control) -> int:
    return event.start


def list_strokes(notes: list[Note], end: int) -> list[Stroke]:
    """List what is played at each time, in order; each ends where the next begins, and all by tick `end`."""
    groups = [list(group) for _, group in groupby(sorted(notes, key=_get_start), _get_start)]
    starts = [group[0].start for group in groups] + [end]
    strokes: list[Stroke] = []
    ended = starts[0] - PHRASE_REST
    for group, following in zip(groups, starts[1:], strict=True):
        start, last = group[0].start, max(note.start + note.length for note in group)
        last = max(start + 1, min(last, following))
        strokes.append(Stroke(start, last, following, max(note.pitch for note in group), start - ended))
        ended = last
    return strokes


# Loudness


def _swell(strokes: list[Stroke], member: Member, pace: Pace) -> list[Control]:
    """Every long note grows and goes back; a pad's grows until it is over. Other notes are a little below full."""
    softer = round(SOFTER.get(member.voice, 0) * member.swell)
    plain, moves, now = FULL - round(PLAIN_SOFTER * member.swell), list[Control](), -1
    for stroke in strokes:
        values = [(stroke.start, plain)]
        if stroke.end - stroke.start >= pace.ticks(HELD_SECONDS):
            values = _draw_swell(stroke, softer, member.voice == "pad")
        for tick, value in values:
            if value != now:
                moves.append(Control(tick, EXPRESSION, value))
                now = value
    return moves


def _draw_swell(stroke: Stroke, softer: int, is_pad: bool) -> list[tuple[int, int]]:
    """The values of a swell, one for each eighth, 4 to 8 of them: half a wave up, and half of the way down."""
    length = stroke.end - stroke.start
    count = max(4, min(8, length // (2 * STEP)))
    top = 0.85 if is_pad else TOP_AT
    values = []
    for point in range(count):
        at = point / count
        height = math.sin(at / top * math.pi / 2) if at < top else 1 - 0.5 * (at - top) / (1 - top)
        values.append((stroke.start + round(at * length), FULL - round(softer * (1 - height))))
    return values


# Pitch


def _shake(
    strokes: list[Stroke], technique: Technique, member: Member, pace: Pace, chance: RandomSource
) -> list[Control]:
    """Long notes begin straight and get vibrato, which ends with the next note."""
    moves = [Control(strokes[0].start, VIBRATO, 0)]
    for stroke in strokes:
        depth = min(FULL, round(technique.vibrato * 2 * member.vibrato * (1 + chance.draw_triangular(0.25))))
        if moves[-1].value:
            moves.append(Control(stroke.start, VIBRATO, 0))
        length = stroke.end - stroke.start
        if length < pace.ticks(VIBRATO_SECONDS) or not depth:
            continue
        begin = stroke.start + round(VIBRATO_DELAY * length)
        rise = min(pace.ticks(VIBRATO_RISE), stroke.end - begin)
        moves += [
            Control(begin + rise * point // RISE_STEPS, VIBRATO, depth * (point + 1) // RISE_STEPS)
            for point in range(RISE_STEPS)
        ]
    return moves


def _bend(strokes: list[Stroke], technique: Technique, member: Member, pace: Pace, chance: RandomSource) -> list[Bend]:
    """Choose the notes that are reached from below, that glide to the next one, and that fall at a phrase's end."""
    moves: list[Bend] = []
    previous = strokes[0].pitch
    for stroke, following in zip(strokes, [*strokes[1:], None], strict=True):
        length, want, other = stroke.end - stroke.start, chance.draw_uniform(), chance.draw_uniform()
        depth = round(technique.scoop * (0.7 + 0.3 * chance.draw_uniform()))
        time = pace.ticks(SCOOP_SECONDS[depth >= WIDE])
        if length >= 2 * time and want < 2 * member.bend * _weigh_scoop(stroke, stroke.pitch - previous, pace):
            moves += _draw_bend(stroke.start, time, (-depth, 0))
        elif following and other < 2 * member.bend * SLIDE_SHARE and _may_slide(stroke, following, technique, pace):
            time = pace.ticks(SLIDE_SECONDS)
            way = (following.pitch - stroke.pitch) * 100
            moves += [*_draw_bend(stroke.end - time, time, (0, way)), Bend(stroke.following, 0)]
        elif other < 2 * member.bend * FALL_SHARE and _may_fall(stroke, technique, pace):
            time = pace.ticks(FALL_SECONDS)
            back = min(stroke.following, stroke.end + pace.ticks(AFTER_FALL))
            moves += [*_draw_bend(stroke.end - time, time, (0, -technique.fall)), Bend(back, 0)]
        previous = stroke.pitch
    return moves


def _weigh_scoop(stroke: Stroke, interval: int, pace: Pace) -> float:
    """How much a note asks to be reached from below: the first of a phrase, a long one, one after a leap up."""
    if stroke.rest_before >= PHRASE_REST:
        return 0.25
    if stroke.end - stroke.start >= pace.ticks(HELD_SECONDS / 2):
        return 0.15
    return 0.2 if interval >= LEAP else 0.01


def _may_slide(stroke: Stroke, following: Stroke, technique: Technique, pace: Pace) -> bool:
    is_near = 0 < abs(following.pitch - stroke.pitch) <= technique.slide
    is_tied = following.start - stroke.end < STEP // 2
    return is_near and is_tied and stroke.end - stroke.start >= 3 * pace.ticks(SLIDE_SECONDS)


def _may_fall(stroke: Stroke, technique: Technique, pace: Pace) -> bool:
    is_last = stroke.following - stroke.end >= PHRASE_REST
    return technique.fall > 0 and is_last and stroke.end - stroke.start >= 2 * pace.ticks(FALL_SECONDS)


def _draw_bend(start: int, time: int, way: tuple[int, int]) -> list[Bend]:
    """The wheel's way from one number of cents to another, fast where it is far from the written pitch."""
    begin, end = way
    moves = []
    for point in range(BEND_POINTS + 1):
        at = point / BEND_POINTS
        share = 1 - (1 - at) ** 2 if end == 0 else at**2
        moves.append(Bend(start + time * point // BEND_POINTS, begin + round((end - begin) * share)))
    return moves
