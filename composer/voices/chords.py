"""The players of chords: who comps in a rhythm, who breaks them, who holds them. A voice moves as little as it can."""

from collections.abc import Callable, Iterator
from typing import Final

from common.bands import Member
from composer.band import ALL, UPPER, CompCell
from composer.draw import Draw
from composer.theory import Chord, led
from composer.voices.scene import Hit, Scene, Span, patterns

Voicing = tuple[int, ...]
ORDERS: Final[tuple[Callable[[int], list[int]], ...]] = (
    lambda count: list(range(count)),
    lambda count: list(range(count))[::-1],
    lambda count: [*range(count), *range(count - 2, 0, -1)],
    lambda count: [place * (count // 2 + 1) % count for place in range(count)],
)
"""How an arpeggio goes through so many notes: up, down, round, in leaps."""
BASS_STRINGS: Final = 50
"""A guitar whose compass begins below this leaves out the third where the style wants power."""


def comp(scene: Scene, member: Member, material: Draw, occasion: Draw) -> list[Hit]:
    section = scene.section
    cells = patterns(scene.style.comps[scene.level(member)], section.bars, member, material)
    if section.kind == "ending":
        return _held(scene, member, 1.0)
    hits: list[Hit] = []
    for bar, cell, spans in zip(range(section.bars), cells, _voiced(scene, member), strict=True):
        for span, voicing in spans:
            hits += _struck(tuple(cell), span, voicing, bar * scene.steps)
    return hits


def arpeggio(scene: Scene, member: Member, material: Draw, occasion: Draw) -> list[Hit]:
    """One note after another through the chord, and its lowest an octave up: the quicker, the busier the player."""
    if scene.section.kind == "ending":
        return _held(scene, member, 0.8)
    order = material.pick(ORDERS)
    every = (4, 2, 1)[min(2, int(3 * (0.6 * member.density + 0.5 * scene.section.energy)))]
    hits: list[Hit] = []
    for bar, spans in enumerate(_voiced(scene, member)):
        for span, voicing in spans:
            ladder = (*voicing, voicing[0] + 12) if voicing[0] + 12 <= member.top else voicing
            way = order(len(ladder))
            for index, step in enumerate(range(span.begin, span.end, every)):
                force = 0.95 if step % 4 == 0 else 0.75
                hits.append(Hit(bar * scene.steps + step, every, ladder[way[index % len(way)]], force))
    return hits


def pad(scene: Scene, member: Member, material: Draw, occasion: Draw) -> list[Hit]:
    if scene.section.kind == "ending":
        return _held(scene, member, 0.8)
    return [
        Hit(bar * scene.steps + span.begin, span.end - span.begin, pitch, 0.8)
        for bar, spans in enumerate(_voiced(scene, member))
        for span, voicing in spans
        for pitch in voicing
    ]


def _held(scene: Scene, member: Member, force: float) -> list[Hit]:
    length = scene.section.bars * scene.steps
    [(_, voicing), *_] = _voiced(scene, member)[0]
    return [Hit(0, length, pitch, force) for pitch in voicing]


def _voiced(scene: Scene, member: Member) -> list[list[tuple[Span, Voicing]]]:
    """The voicings of each bar, each led from the one before and the first from the middle of the register."""
    middle = (member.low + member.high) // 2
    previous: Voicing = (middle - 4, middle, middle + 4)
    hollow = scene.style.power and member.bottom < BASS_STRINGS
    bars: list[list[tuple[Span, Voicing]]] = []
    for bar in range(len(scene.bars)):
        spans: list[tuple[Span, Voicing]] = []
        for span in scene.spans(bar):
            chord: Chord = span.chord.hollow if hollow else span.chord
            previous = led(chord, previous, member.low, member.high)
            spans.append((span, previous))
        bars.append(spans)
    return bars


def _struck(cell: CompCell, span: Span, voicing: Voicing, start: int) -> Iterator[Hit]:
    """What of the pattern falls under the chord. What was held over its beginning is struck again there."""
    for step, length, which in cell:
        begin, end = max(step, span.begin), min(step + length, span.end)
        if not span.begin <= begin < end:
            continue
        force = 1.0 if begin == 0 else 0.9 if begin % 4 == 0 else 0.8
        for pitch in _chosen(voicing, which):
            yield Hit(start + begin, end - begin, pitch, force)


def _chosen(voicing: Voicing, which: int) -> Voicing:
    if which == ALL:
        return voicing
    return voicing[1:] if which == UPPER else (voicing[which % len(voicing)],)
