"""The drummer: a groove for the section's level, a fill before what follows, a crash where a section begins."""

from collections.abc import Iterator

from composer.band import FORCES, DrumLine, Member, level
from composer.draw import Draw
from composer.styles import CRASH, KICK
from composer.voices.scene import Hit, Scene

CRASHES = 0.7
"""The energy from which a section begins with a cymbal."""


def play(scene: Scene, member: Member, material: Draw, occasion: Draw) -> list[Hit]:
    section = scene.section
    if section.kind == "ending":
        return [Hit(0, 1, KICK, 1.0), Hit(0, 4, CRASH, 0.8)]
    groove = _chosen(scene.style.drums[level(section.energy)], material)
    fill = _chosen(occasion.pick(scene.style.fills), occasion)
    hits: list[Hit] = []
    for bar in range(section.bars):
        start = bar * scene.steps
        if bar == section.bars - 1:
            begin = scene.steps // 2 if section.energy < CRASHES else 0
            hits += _bar(groove, start, 0, begin) + _bar(fill, start, begin, scene.steps)
        else:
            hits += _bar(groove, start, 0, scene.steps)
    if section.kind == "intro":
        hits = [hit for hit in hits if hit.pitch != KICK or hit.step >= section.bars * scene.steps // 2]
    if section.energy >= CRASHES:
        hits.append(Hit(0, 4, CRASH, 0.85))
    return hits


def _chosen(lines: DrumLine, draw: Draw) -> list[tuple[int, str]]:
    return [(drum, draw.pick(patterns)) for drum, patterns in lines]


def _bar(lines: list[tuple[int, str]], start: int, begin: int, end: int) -> list[Hit]:
    """The steps from `begin` up to `end` of a bar that starts at `start`."""

    def strikes() -> Iterator[Hit]:
        for drum, pattern in lines:
            for step, mark in enumerate(pattern[begin:end], begin):
                if mark in FORCES:
                    yield Hit(start + step, 1, drum, FORCES[mark])

    return list(strikes())
