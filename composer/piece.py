"""A song that is composed while it is heard: what is known of it at once, and its notes, section by section.

Knows no music: where notes come from is `compose.py`'s business, and what becomes of them the synthesiser's.
"""

from collections.abc import Iterator

import msgspec

from composer.humanise import untangled
from composer.score import STEP, Note, Score

Notes = list[list[Note]]
"""For each part in order, the notes of one section as they were played."""
Chunk = tuple[tuple[Note, ...], ...]
"""For each part in order, what comes next: no later chunk has a note that begins before all of these have begun."""
EARLY = STEP // 2
"""How far before its section a note may begin, in ticks: more than any player is early."""


class Piece:
    """`head` is the score without a note. `sections` yields the notes of each of its sections, and is asked once."""

    def __init__(self, head: Score, sections: Iterator[Notes]) -> None:
        self.head = head
        self._sections = sections
        self._made: list[Chunk] = []
        self._open: Notes = [[] for _ in head.parts]
        self._place = 0

    @classmethod
    def of(cls, score: Score) -> "Piece":
        """A song that is there already."""
        piece = cls(_with(score, tuple(() for _ in score.parts)), iter(()))
        piece._made, piece._place = [tuple(part.notes for part in score.parts)], len(score.sections) + 1
        return piece

    def chunks(self) -> Iterator[Chunk]:
        """All notes in order of time, composed as they are wanted."""
        place = 0
        while place < len(self._made) or self._compose():
            yield self._made[place]
            place += 1

    def whole(self) -> Score:
        parts = [[note for notes in part for note in notes] for part in zip(*self.chunks(), strict=True)]
        return _with(self.head, tuple(map(tuple, parts)))

    def _compose(self) -> bool:
        """One section more. What is open until the next is known may still be cut short by it."""
        sections = self.head.sections
        if self._place > len(sections):
            return False
        end = None
        for place in (0, 1) if self._place == 0 else (self._place,):
            end = sections[place].bar * self.head.bar - EARLY if place < len(sections) else None
            if end is not None:
                for notes, more in zip(self._open, next(self._sections), strict=True):
                    notes += more
            self._place = place + 1
        clean = [untangled(notes) for notes in self._open]
        if end is None:
            self._made.append(tuple(clean))
            return True
        self._made.append(tuple(tuple(note for note in notes if note.start < end) for notes in clean))
        self._open = [[note for note in notes if note.start >= end] for notes in self._open]
        return True


def _with(score: Score, notes: tuple[tuple[Note, ...], ...]) -> Score:
    parts = (msgspec.structs.replace(part, notes=own) for part, own in zip(score.parts, notes, strict=True))
    return msgspec.structs.replace(score, parts=tuple(parts))
