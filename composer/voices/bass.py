"""The bassist: roots, fifths and octaves in a pattern, and a step towards the next root where the pattern asks."""

from composer.band import BassCell, Member, level
from composer.draw import Draw
from composer.theory import Chord, Key, nearest, within
from composer.voices.scene import Hit, Scene

VARIES = 0.3
"""How often every fourth bar has another pattern than the rest."""


def play(scene: Scene, member: Member, material: Draw, occasion: Draw) -> list[Hit]:
    section = scene.section
    choices = scene.style.basses[level(section.energy)]
    usual, other = material.pick(choices), material.pick(choices)
    varied = material.chance(VARIES)
    root = within(member.low + 5, member.low, member.high)
    hits: list[Hit] = []
    for bar, chord in enumerate(scene.chords):
        root = within(nearest(root, (chord.root,)), member.low, member.low + 11)
        if section.kind == "ending":
            return [Hit(0, section.bars * scene.steps, root, 0.9)]
        if section.kind == "intro" and bar < section.bars // 2:
            continue
        cell = other if varied and bar % 4 == 3 else usual
        hits += _bar(cell, bar * scene.steps, chord, root, scene.next_chord(bar), scene.key, member)
    return hits


def _bar(cell: BassCell, start: int, chord: Chord, root: int, ahead: Chord, key: Key, member: Member) -> list[Hit]:
    third, fifth = (root + (chord.pitches[index] - chord.root) % 12 for index in (1, 2))
    pitches = {"R": root, "3": third, "5": fifth, "8": root + 12, "A": _approach(root, ahead, key)}
    return [
        Hit(start + step, length, within(pitches[role], member.low, member.high), 1.0 if step == 0 else 0.85)
        for step, length, role in cell
    ]


def _approach(root: int, ahead: Chord, key: Key) -> int:
    """A note of the scale beside the next root, on the side where the bass is now."""
    goal = nearest(root, (ahead.root,))
    step = key.step(goal)
    return key.pitch(step - 1) if root <= goal else key.pitch(step + 1)
