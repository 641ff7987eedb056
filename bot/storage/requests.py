"""Requests of songs in the database: who requested what, and what that made of the song's request count.

A request whose entry left the queue unheard, or broke off before anything was heard, does not count: it is left out of
what is asked here, and nothing has to be undone for it.
"""

from typing import Any, Final

import msgspec
from peewee import JOIN, fn

from bandstand.bot.station.requesting import SongRequest
from bandstand.bot.storage import tables
from bandstand.bot.storage.executor import GAP, Executor, Prepared, prepare
from bandstand.common.api.values import CueState, EndReason
from bandstand.common.types import SongCode

ROW: Final = tables.SongRequest
CUE: Final = tables.Cue
COLUMNS: Final = (ROW.song, ROW.cue, ROW.person, ROW.name, ROW.created, ROW.count)
WAS_NEVER_HEARD: Final = (CUE.state == CueState.OVER.value) & (
    CUE.started.is_null() | ((CUE.reason == EndReason.BROKEN.value) & (CUE.frames == 0))
)
COUNTS: Final = CUE.id.is_null() | ~WAS_NEVER_HEARD


def _prepare_last(which: Any) -> Prepared:
    query = ROW.select(*COLUMNS).join(CUE, JOIN.LEFT_OUTER, on=(CUE.id == ROW.cue)).where(which, COUNTS)
    return prepare(query.order_by(ROW.id.desc()).limit(1))


LAST: Final = _prepare_last(ROW.id.is_null(False))
LAST_OF_SONG: Final = _prepare_last(ROW.song == GAP)
LAST_OF_PERSON: Final = _prepare_last(ROW.person == GAP)
LAST_OF_NAME: Final = _prepare_last(fn.LOWER(ROW.name) == fn.LOWER(GAP))


class Requests:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def add(self, request: SongRequest) -> None:
        self._executor.insert_row(ROW, msgspec.structs.asdict(request))

    def get_last_of_song(self, song: str) -> SongRequest | None:
        return self._get_last(LAST_OF_SONG.fill(song))

    def get_last_of_person(self, person: str) -> SongRequest | None:
        return self._get_last(LAST_OF_PERSON.fill(person))

    def get_last_of_name(self, name: str) -> SongRequest | None:
        return self._get_last(LAST_OF_NAME.fill(name)) if name else None

    def get_last(self) -> SongRequest | None:
        return self._get_last(LAST)

    def _get_last(self, query: Prepared) -> SongRequest | None:
        row = self._executor.select_first(query)
        if row is None:
            return None
        song, cue, person, name, created, count = row
        return SongRequest(song=SongCode(song), cue=cue or 0, person=person, name=name, created=created, count=count)
