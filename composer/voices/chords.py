"""The players of chords: one who comps in a rhythm, one who holds them. Each voice moves as little as it can."""

from composer.band import ALL, CompCell, Member, level
from composer.draw import Draw
from composer.theory import led
from composer.voices.scene import Hit, Scene

VARIES = 0.35
"""How often every fourth bar is comped in another rhythm than the rest."""


def comp(scene: Scene, member: Member, material: Draw, occasion: Draw) -> list[Hit]:
    section = scene.section
    choices = scene.style.comps[level(section.energy)]
    usual, other = material.pick(choices), material.pick(choices)
    varied = material.chance(VARIES)
    held: CompCell = ((0, section.bars * scene.steps, ALL),)
    if section.kind == "ending":
        return _bar(held, 0, _voiced(scene, member)[0])
    hits: list[Hit] = []
    for bar, voicing in enumerate(_voiced(scene, member)):
        cell = other if varied and bar % 4 == 3 else usual
        hits += _bar(cell, bar * scene.steps, voicing)
    return hits


def pad(scene: Scene, member: Member, material: Draw, occasion: Draw) -> list[Hit]:
    if scene.section.kind == "ending":
        length = scene.section.bars * scene.steps
        return [Hit(0, length, pitch, 0.8) for pitch in _voiced(scene, member)[0]]
    return [
        Hit(bar * scene.steps, scene.steps, pitch, 0.8)
        for bar, voicing in enumerate(_voiced(scene, member))
        for pitch in voicing
    ]


def _voiced(scene: Scene, member: Member) -> list[tuple[int, ...]]:
    """A voicing for each bar, each led from the one before and the first from the middle of the register."""
    middle = (member.low + member.high) // 2
    voicings: list[tuple[int, ...]] = []
    for chord in scene.chords:
        previous = voicings[-1] if voicings else (middle - 4, middle, middle + 4)
        voicings.append(led(chord, previous, member.low, member.high))
    return voicings


def _bar(cell: CompCell, start: int, voicing: tuple[int, ...]) -> list[Hit]:
    hits: list[Hit] = []
    for step, length, which in cell:
        force = 1.0 if step == 0 else 0.9 if step % 4 == 0 else 0.8
        struck = voicing if which == ALL else (voicing[which % len(voicing)],)
        hits += [Hit(start + step, length, pitch, force) for pitch in struck]
    return hits
