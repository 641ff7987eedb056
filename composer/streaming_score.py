"""A streaming score: a score that is composed while it plays, one section after another.

Its header (title, form, chords, parts without notes) is known at once. Its notes, and the moves of controllers and
pitch wheels, come in chunks, one for each section, composed on demand, so that a long song starts as soon as a short
one. A note may begin up to `LEAD_TICKS` before its section, and the first notes of a section may cut the last notes of
the section before. So a chunk ends where the first note begins that the next section may cut, a bar or less before its
section does: that note, and what comes after it, waits in `_pending` for the next chunk.

Knows no music: `compose.py` supplies the notes, and a synthesiser plays them.
"""

from collections.abc import Iterator

import msgspec

from bandstand.composer.humanise import trim_overlaps
from bandstand.composer.score import STEP, Bend, Control, Note, Score

LEAD_TICKS = STEP // 2
"""Ticks by which a note may begin before its section; more than any player is early."""


class Performance(msgspec.Struct):
    """What one part plays for a time: its notes, and how its controllers and its pitch wheel move, in order of time."""

    notes: list[Note] = []
    controls: list[Control] = []
    bends: list[Bend] = []

    def extend(self, other: "Performance") -> None:
        """Append what comes after this."""
        self.notes += other.notes
        self.controls += other.controls
        self.bends += other.bends

    def cut(self, tick: int) -> tuple["Performance", "Performance"]:
        """What begins before `tick`, and the rest."""
        before, after = Performance(), Performance()
        for note in self.notes:
            (before if note.start < tick else after).notes.append(note)
        for move in self.controls:
            (before if move.start < tick else after).controls.append(move)
        for bend in self.bends:
            (before if bend.start < tick else after).bends.append(bend)
        return before, after


SectionNotes = list[Performance]
"""For each part in order, what it plays in one section, its notes not yet trimmed."""
Chunk = tuple[Performance, ...]
"""For each part in order, what it plays next. All of a later chunk begins after all of this has begun."""


class StreamingScore:
    """`header` is the score without notes. `sections` yields the notes of each of its sections; it is read once."""

    def __init__(self, header: Score, sections: Iterator[SectionNotes]) -> None:
        self.header = header
        self._sections = sections
        self._chunks: list[Chunk] = []
        self._pending: SectionNotes = [Performance() for _ in header.parts]
        self._next = 0
        """Index of the section that is composed for the next chunk."""

    @classmethod
    def from_score(cls, score: Score) -> "StreamingScore":
        """Wrap a score that is complete already: one chunk."""
        song = cls(_replace_notes(score, tuple(Performance() for _ in score.parts)), iter(()))
        whole = tuple(Performance(list(part.notes), list(part.controls), list(part.bends)) for part in score.parts)
        song._chunks, song._next = [whole], len(score.sections)
        return song

    def chunks(self) -> Iterator[Chunk]:
        """Yield all notes in order of time. Composes a chunk when it is first needed; can be called repeatedly."""
        index = 0
        while index < len(self._chunks) or self._compose_chunk():
            yield self._chunks[index]
            index += 1

    def complete(self) -> Score:
        """Compose what is left and return the whole score."""
        while self._compose_chunk():
            pass
        return self.copy_so_far()

    @property
    def composed(self) -> int:
        """How many chunks there are so far."""
        return len(self._chunks)

    def copy_so_far(self) -> Score:
        """The score with the notes of the chunks that there are so far. Composes nothing."""
        parts = [Performance() for _ in self.header.parts]
        for chunk in self._chunks:
            for part, more in zip(parts, chunk, strict=True):
                part.extend(more)
        return _replace_notes(self.header, tuple(parts))

    def _compose_chunk(self) -> bool:
        """Add the chunk of one section; return False after the last one."""
        sections = self.header.sections
        if self._next >= len(sections):
            return False
        for played, more in zip(self._pending, next(self._sections), strict=True):
            played.extend(more)
            played.notes = list(trim_overlaps(played.notes))
        section, self._next = sections[self._next], self._next + 1
        if self._next == len(sections):
            self._chunks.append(tuple(self._pending))
            return True
        tick = _find_cut(self._pending, (section.bar + section.bars) * self.header.bar - LEAD_TICKS)
        pairs = [played.cut(tick) for played in self._pending]
        self._chunks.append(tuple(before for before, _ in pairs))
        self._pending = [after for _, after in pairs]
        return True


def _find_cut(played: SectionNotes, begin: int) -> int:
    """The tick before which all is settled, where what comes next begins at tick `begin` at the earliest."""
    held = (note.start for own in played for note in own.notes if note.start + note.length >= begin)
    return min(held, default=begin)


def _replace_notes(score: Score, played: tuple[Performance, ...]) -> Score:
    parts = (
        msgspec.structs.replace(part, notes=tuple(own.notes), controls=tuple(own.controls), bends=tuple(own.bends))
        for part, own in zip(score.parts, played, strict=True)
    )
    return msgspec.structs.replace(score, parts=tuple(parts))
