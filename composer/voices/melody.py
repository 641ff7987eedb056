"""The one who has the tune: a motif that returns and varies, a call and an answer, a breath where a phrase ends.

A phrase is four bars: call, answer, call again a little higher or lower, close. Strong beats have notes of the chord,
the others notes of the scale; hardly any move is wider than a fourth.
"""

from typing import Final, NamedTuple

from common.bands import Member
from composer.band import Rhythm
from composer.draw import Draw
from composer.theory import Chord
from composer.voices.scene import Hit, Scene, suited

WIDEST: Final = 5
"""The widest move, in semitones."""
MOVES: Final = ((1, 5), (-1, 5), (0, 2), (2, 2), (-2, 2), (3, 0.5))
STRAYS: Final = 4
"""How far the tune strays from its place in the register, in steps of the scale."""
MOTIF: Final = 8
"""Moves in a motif: as many as the fullest bar needs."""
HEIGHTS: Final = {"verse": 0, "chorus": 3, "bridge": 2, "solo": 4, "break": 0, "outro": 1, "ending": 0}
"""Where the tune lies in a section, in steps above the middle of the lower half of the register."""


class Tune(NamedTuple):
    """What a phrase is made of."""

    call: Rhythm
    answer: Rhythm
    close: Rhythm
    moves: tuple[int, ...]
    again: int  # how much higher the call comes again, in steps


def motif(draw: Draw) -> tuple[int, ...]:
    """Moves that turn back before they stray: their sum stays within a fifth."""
    moves: list[int] = []
    for _ in range(MOTIF):
        move = draw.weighted(MOVES)
        moves.append(-move if abs(sum(moves) + move) > 4 else move)
    return tuple(moves)


def varied(moves: tuple[int, ...], kind: str, draw: Draw) -> tuple[int, ...]:
    """The motif as this kind of section has it: as it is, turned over, begun elsewhere, or backwards."""
    if kind == "verse":
        return moves
    turn = draw.between(1, len(moves) - 1)
    inverted, rotated = tuple(-move for move in moves), moves[turn:] + moves[:turn]
    return draw.pick((inverted, rotated)) if kind in ("chorus", "solo") else moves[::-1]


def play(scene: Scene, member: Member, material: Draw, occasion: Draw) -> list[Hit]:
    section = scene.section
    if section.kind == "intro":
        return []
    solo = section.kind == "solo"
    tune = _tune(scene, member, occasion if solo else material)
    line = _Line(scene, member, HEIGHTS[section.kind])
    if section.kind == "ending":
        return [Hit(0, section.bars * scene.steps, line.goal(scene.bars[0][0], home=True), 0.8)]
    hits: list[Hit] = []
    for bar in range(section.bars):
        place, start = bar % 4, bar * scene.steps
        if solo and bar and place == 0:
            tune = _tune(scene, member, occasion)
        if place == 3:
            hits += line.close(tune.close, start)
        else:
            rhythm = tune.answer if place == 1 else tune.call
            moves = tune.moves[::-1] if place == 1 else tune.moves
            hits += line.bar(rhythm, moves, start, tune.again if place == 2 else 0)
    return _doubled(hits, scene) if section.kind == "chorus" and section.energy == 1.0 else hits


def _tune(scene: Scene, member: Member, draw: Draw) -> Tune:
    style, kind = scene.style, scene.section.kind
    return Tune(
        call=suited(style.hooks if kind == "chorus" else style.calls, len, member, draw),
        answer=suited(style.answers, len, member, draw),
        close=suited(style.closes, len, member, draw),
        moves=varied(scene.motif, kind, draw),
        again=draw.pick((-1, 0, 0, 1, 2)),
    )


class _Line:
    """A melody as it goes: where it is now, in steps of the scale, and where it may go next."""

    def __init__(self, scene: Scene, member: Member, height: int) -> None:
        key = self._key = scene.key
        self._chord = scene.chord
        self._strong = 8 if scene.style.beats == 4 else scene.steps
        self._low, self._high = key.step(member.low) + 1, key.step(member.high)
        self._floor = self._low + (self._high - self._low) // 3
        self._anchor = self._floor + height
        self._now = self._anchor

    def goal(self, chord: Chord, home: bool) -> int:
        """The pitch of the root of `chord`, or of any of its notes, that is nearest."""
        wanted = chord.pitches[:1] if home else chord.pitches
        return self._key.pitch(self._nearest(self._now, wanted))

    def bar(self, rhythm: Rhythm, moves: tuple[int, ...], start: int, height: int) -> list[Hit]:
        hits: list[Hit] = []
        for index, (step, length) in enumerate(rhythm):
            chord, strong = self._chord(start + step), step % self._strong == 0
            target = self._anchor + height if index == 0 else self._kept(self._now + moves[index])
            self._go(target, chord if strong or index == 0 or length >= 6 else None)
            hits.append(self._hit(start + step, length, chord, 1.0 if strong else 0.85))
        return hits

    def _kept(self, step: int) -> int:
        """Not far from where the section's tune lies."""
        return max(self._anchor - STRAYS, min(self._anchor + STRAYS, step))

    def close(self, rhythm: Rhythm, start: int) -> list[Hit]:
        """Step by step to a note of the chord, its root if it is the tonic, which is held."""
        chord = self._chord(start + rhythm[-1][0])
        home = chord.degree == 0
        reach = 0 if len(rhythm) == 1 else 2
        near = max(self._now - reach, min(self._now + reach, self._floor)) if home else self._anchor - 1
        goal = self._nearest(near, chord.pitches[:1] if home else chord.pitches)
        hits: list[Hit] = []
        for index, (step, length) in enumerate(rhythm):
            left = len(rhythm) - index
            move = round((goal - self._now) / left)
            self._go(goal if left == 1 else self._now + move, chord if left == 1 else None)
            hits.append(self._hit(start + step, length, chord, 0.9))
        return hits

    def _go(self, target: int, chord: Chord | None) -> None:
        """Move towards `target`, onto a note of `chord` if one is given, and never by more than `WIDEST`."""
        here = self._key.pitch(self._now)
        near = [
            step
            for step in range(max(self._low, self._now - 4), min(self._high, self._now + 4) + 1)
            if abs(self._key.pitch(step) - here) <= WIDEST and (chord is None or self._in(step, chord.pitches))
        ]
        self._now = min(near, key=lambda step: abs(step - target), default=self._now)

    def _in(self, step: int, classes: tuple[int, ...]) -> bool:
        return self._key.pitch(step) % 12 in classes

    def _nearest(self, step: int, classes: tuple[int, ...]) -> int:
        steps = [step + move for move in range(-4, 5) if self._in(step + move, classes)]
        return min(steps, key=lambda other: abs(other - step))

    def _hit(self, step: int, length: float, chord: Chord, force: float) -> Hit:
        """Where the chord has raised a note of the scale (a minor key's leading note, say), so does the melody."""
        pitch = self._key.pitch(self._now)
        above = (pitch + 1) % 12
        raised = above in chord.pitches and above not in self._key.scale
        return Hit(step, length, pitch + raised, force)


def _doubled(hits: list[Hit], scene: Scene) -> list[Hit]:
    """The last chorus has a second voice, a third below in the scale."""
    below = [
        hit._replace(pitch=scene.key.pitch(scene.key.step(hit.pitch) - 2), force=hit.force * 0.75)
        for hit in hits
        if hit.length >= 2
    ]
    return hits + below
