"""A streaming score: a score that is composed while it plays, one section after another.

Its header (title, form, chords, parts without notes) is known at once. Its notes come in chunks, composed on demand, so
that a long song starts as soon as a short one. A note may begin up to `LEAD_TICKS` before its section, and the first
notes of a section may cut the last notes of the section before. So a chunk is complete only when the section after it
has been composed: this is why the first chunk composes two sections, and why `_pending` holds notes back.

Knows no music: `compose.py` supplies the notes, and a synthesiser plays them.
"""

from collections.abc import Iterator

import msgspec

from bandstand.composer.humanise import trim_overlaps
from bandstand.composer.score import STEP, Note, Score

SectionNotes = list[list[Note]]
"""For each part in order, the notes of one section, not yet trimmed."""
Chunk = tuple[tuple[Note, ...], ...]
"""For each part in order, the next notes. Every note of a later chunk begins after all of these have begun."""
LEAD_TICKS = STEP // 2
"""Ticks by which a note may begin before its section; more than any player is early."""


class StreamingScore:
    """`header` is the score without notes. `sections` yields the notes of each of its sections; it is read once."""

    def __init__(self, header: Score, sections: Iterator[SectionNotes]) -> None:
        self.header = header
        self._sections = sections
        self._chunks: list[Chunk] = []
        self._pending: SectionNotes = [[] for _ in header.parts]
        self._next = 0
        """Index of the section that the next chunk ends with."""

    @classmethod
    def from_score(cls, score: Score) -> "StreamingScore":
        """Wrap a score that is complete already: one chunk."""
        song = cls(_replace_notes(score, tuple(() for _ in score.parts)), iter(()))
        song._chunks, song._next = [tuple(part.notes for part in score.parts)], len(score.sections) + 1
        return song

    def chunks(self) -> Iterator[Chunk]:
        """Yield all notes in order of time. Composes a chunk when it is first needed; can be called repeatedly."""
        index = 0
        while index < len(self._chunks) or self._compose_chunk():
            yield self._chunks[index]
            index += 1

    def complete(self) -> Score:
        """Compose what is left and return the whole score."""
        parts = [[note for notes in part for note in notes] for part in zip(*self.chunks(), strict=True)]
        return _replace_notes(self.header, tuple(map(tuple, parts)))

    def _compose_chunk(self) -> bool:
        """Add one chunk; return False after the last one."""
        sections = self.header.sections
        if self._next > len(sections):
            return False
        end = None
        for index in (0, 1) if self._next == 0 else (self._next,):
            end = sections[index].bar * self.header.bar - LEAD_TICKS if index < len(sections) else None
            if end is not None:
                for notes, more in zip(self._pending, next(self._sections), strict=True):
                    notes += more
            self._next = index + 1
        clean = [trim_overlaps(notes) for notes in self._pending]
        if end is None:
            self._chunks.append(tuple(clean))
            return True
        self._chunks.append(tuple(tuple(note for note in notes if note.start < end) for notes in clean))
        self._pending = [[note for note in notes if note.start >= end] for notes in self._pending]
        return True


def _replace_notes(score: Score, notes: tuple[tuple[Note, ...], ...]) -> Score:
    parts = (msgspec.structs.replace(part, notes=own) for part, own in zip(score.parts, notes, strict=True))
    return msgspec.structs.replace(score, parts=tuple(parts))
