"""The bassist: roots, fifths and octaves in a pattern, or a walk, and a step towards the next root."""

from collections.abc import Iterator

from common.bands import Member
from composer.band import BassCell
from composer.draw import Draw
from composer.theory import Chord, Key, nearest, within
from composer.voices.scene import Hit, Scene, Span, patterns

ROOM = 14
"""Semitones above the lowest note within which roots lie."""


def play(scene: Scene, member: Member, material: Draw, occasion: Draw) -> list[Hit]:
    section = scene.section
    cells = patterns(scene.style.basses[scene.level(member)], section.bars, member, material)
    last = member.low + 5
    hits: list[Hit] = []
    for bar, cell in enumerate(cells):
        for span in scene.spans(bar):
            root = _rooted(last, span.chord, member)
            if section.kind == "ending":
                return [Hit(0, section.bars * scene.steps, root, 0.9)]
            if section.kind == "intro" and bar < section.bars // 2:
                continue
            line = _Line(root, span.chord, scene.after(bar, span), scene.key, member)
            hits += line.hits(tuple(cell), span, bar * scene.steps)
            last = hits[-1].pitch if hits else root
    return hits


def _rooted(last: int, chord: Chord, member: Member) -> int:
    """The chord's root nearest to where the bass is, and low enough that there is room above it."""
    return within(nearest(last, (chord.root,)), member.low, member.low + ROOM)


class _Line:
    """The bass under one chord."""

    def __init__(self, root: int, chord: Chord, ahead: Chord, key: Key, member: Member) -> None:
        third, fifth = (root + (chord.pitches[index] - chord.root) % 12 for index in (1, 2))
        self._pitches = {"R": root, "3": third, "5": fifth, "8": root + 12}
        self._now = root
        self._ahead = ahead
        self._key = key
        self._member = member

    def hits(self, cell: BassCell, span: Span, start: int) -> Iterator[Hit]:
        """What of the pattern falls under the chord; its first note there is the root, whatever is written."""
        inside = [event for event in cell if span.begin <= event[0] < span.end]
        for index, (step, length, role) in enumerate(inside):
            pitch = self._pitch("R" if index == 0 and step == span.begin and role != "8" else role)
            self._now = within(pitch, self._member.low, self._member.high)
            yield Hit(start + step, min(length, span.end - step), self._now, 1.0 if step == 0 else 0.85)

    def _pitch(self, role: str) -> int:
        """W goes a step of the scale towards the next root; A is beside it, on the side where the bass is now."""
        if role in self._pitches:
            return self._pitches[role]
        goal = _rooted(self._now, self._ahead, self._member)
        upwards = 1 if goal > self._now or goal == self._member.low else -1
        if role == "W":
            return self._key.pitch(self._key.step(self._now) + upwards)
        below = goal > self._now and goal > self._member.low
        return self._key.pitch(self._key.step(goal) + (-1 if below else 1))
