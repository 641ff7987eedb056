"""The files that songs were imported from, in the database, and by what a recording is recognised.

A recording in another encoding has nearly the same fingerprint: most of its values are the same, and nearly none by
chance. So `MARKS` of a song's values are kept, spread over it, each in a row that an index finds, and a new file's
values are looked up among all of them at once. A song that has `ENOUGH` of its marks among them is the same recording,
if it is as long.
"""

from collections.abc import Sequence
from typing import Final

from peewee import fn

from bandstand.bot.station.repositories import KnownFile
from bandstand.bot.storage import tables
from bandstand.bot.storage.executor import GAP, Executor, prepare
from bandstand.bot.storage.songs import BRIEF, IS_KEPT, read_brief
from bandstand.common.api.values import SongBrief
from bandstand.common.jobs import Original

ROW: Final = tables.Original
MARK: Final = tables.Mark
SONG: Final = tables.Song
FIND: Final = prepare(ROW.select(ROW.size, ROW.modified, *BRIEF).join(SONG).where(ROW.path == GAP, IS_KEPT))
FIND_BY_SOUND: Final = prepare(ROW.select(*BRIEF).join(SONG).where(ROW.sound == GAP, IS_KEPT).limit(1))
PUT_MARK: Final = prepare(MARK.insert({MARK.value: GAP, MARK.song: GAP}).on_conflict_ignore())
MARKS: Final = 32
ENOUGH: Final = 20
TOLERANCE: Final = 2.0
"""Seconds by which the lengths of two encodings may differ."""


class Originals:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def find(self, path: str) -> KnownFile | None:
        row = self._executor.select_first(FIND.fill(path))
        return KnownFile(row[0], row[1], read_brief(row[2:])) if row else None

    def find_by_sound(self, sound: str) -> SongBrief | None:
        row = self._executor.select_first(FIND_BY_SOUND.fill(sound))
        return read_brief(row) if row else None

    def find_by_fingerprint(self, values: Sequence[int], seconds: float) -> SongBrief | None:
        if not values:
            return None
        hits = fn.COUNT(MARK.value)
        query = (
            MARK.select(*BRIEF)
            .join(SONG)
            .where(MARK.value.in_(sorted(set(values))), IS_KEPT)
            .where(SONG.seconds.between(seconds - TOLERANCE, seconds + TOLERANCE))
            .group_by(SONG.code)
            .having(hits >= ENOUGH)
            .order_by(hits.desc())
        )
        row = self._executor.select_first(query.limit(1))
        return read_brief(row) if row else None

    def put(self, original: Original, song: str) -> None:
        values = {"path": original.path, "size": original.size, "modified": original.modified}
        self._executor.put_row(ROW, {**values, "song": song, "sound": original.sound})

    def put_marks(self, song: str, values: Sequence[int]) -> None:
        for value in choose_marks(values):
            self._executor.change(PUT_MARK.fill(value, song))

    def remove(self, song: str) -> None:
        self._executor.change(ROW.delete().where(ROW.song == song))
        self._executor.change(MARK.delete().where(MARK.song == song))


def choose_marks(values: Sequence[int]) -> list[int]:
    """`MARKS` different values, spread evenly; fewer of a sound that has not as many."""
    different = list(dict.fromkeys(values))
    if len(different) < ENOUGH:
        return []
    count = min(MARKS, len(different))
    return [different[at * len(different) // count] for at in range(count)]
