"""The drummer: a groove for the section's level, a fill before what follows, a crash where a section begins."""

from collections.abc import Iterator
from typing import Final

from common.bands import Member
from composer.band import FORCES, DrumLine
from composer.draw import Draw
from composer.kit import CLOSED, CRASH, KICK, RIDE, SHAKER
from composer.voices.scene import Hit, Scene, suited

CRASHES: Final = 0.7
"""The energy from which a section begins with a cymbal."""
WEIGHTS: Final = (1.0, 0.65, 0.8, 0.65)
"""How much the steps of a beat weigh: a sparse drummer leaves out what weighs least."""
SPARSE: Final = 1.3
BUSY: Final = 0.5
TICKING: Final = (CLOSED, RIDE, SHAKER)
"""The drums to which a busy drummer adds."""

Groove = list[tuple[int, str]]


def play(scene: Scene, member: Member, material: Draw, occasion: Draw) -> list[Hit]:
    section = scene.section
    if section.kind == "ending":
        return [Hit(0, 1, KICK, 1.0), Hit(0, 4, CRASH, 0.8)]
    groove = _grooved(scene.style.drums[scene.level(member)], member, material)
    other = _grooved(scene.style.drums[scene.level(member)], member, material)
    fill = [(drum, occasion.pick(bars)) for drum, bars in occasion.pick(scene.style.fills)]
    hits: list[Hit] = []
    for bar in range(section.bars):
        start = bar * scene.steps
        if bar == section.bars - 1:
            begin = scene.steps // 2 if section.energy < CRASHES else 0
            hits += _bar(groove, start, 0, begin) + _bar(fill, start, begin, scene.steps)
        else:
            varied = bar % 4 == 3 and material.chance(member.variety)
            hits += _bar(other if varied else groove, start, 0, scene.steps)
    if section.kind == "intro":
        hits = [hit for hit in hits if hit.pitch != KICK or hit.step >= section.bars * scene.steps // 2]
    if section.energy >= CRASHES:
        hits.append(Hit(0, 4, CRASH, 0.85))
    return hits


def _grooved(lines: DrumLine, member: Member, draw: Draw) -> Groove:
    return [(drum, _own(drum, suited(bars, _count, member, draw), member, draw)) for drum, bars in lines]


def _count(bar: str) -> int:
    return sum(mark in FORCES for mark in bar)


def _own(drum: int, bar: str, member: Member, draw: Draw) -> str:
    """A bar as this drummer plays it: thinned out, or filled with ghosts between."""
    thin = SPARSE * max(0.0, 0.5 - member.density)
    more = BUSY * max(0.0, member.density - 0.5) if drum in TICKING else 0.0
    marks = []
    for step, mark in enumerate(bar):
        added = draw.chance(more)
        if mark in FORCES:
            marks.append(mark if FORCES[mark] * WEIGHTS[step % 4] >= thin else ".")
        else:
            marks.append("g" if added else ".")
    return "".join(marks)


def _bar(lines: Groove, start: int, begin: int, end: int) -> list[Hit]:
    """The steps from `begin` up to `end` of a bar that starts at `start`."""

    def strikes() -> Iterator[Hit]:
        for drum, pattern in lines:
            for step, mark in enumerate(pattern[begin:end], begin):
                if mark in FORCES:
                    yield Hit(start + step, 1, drum, FORCES[mark])

    return list(strikes())
