"""Recordings in the database: what their sheets say, who may see them, and which are to be removed."""

from typing import Any, Final

import msgspec
from peewee import fn

from bandstand.bot.station.radio_repositories import KeptRecording
from bandstand.bot.storage import tables
from bandstand.bot.storage.executor import GAP, Executor, prepare
from bandstand.common.api.recordings import Recording

TABLE: Final = tables.Recording
COLUMNS: Final = (TABLE.recording, TABLE.is_public)
IS_KEPT: Final = TABLE.is_removed == False  # noqa: E712
SEEN: Final = {False: IS_KEPT, True: IS_KEPT & (TABLE.is_public == True)}  # noqa: E712
"""By whether only public ones are."""
MEASURE: Final = {
    is_public: prepare(TABLE.select(fn.COUNT(TABLE.code), fn.COALESCE(fn.SUM(TABLE.bytes), 0)).where(seen))
    for is_public, seen in SEEN.items()
}
NEWEST: Final = {
    is_public: prepare(
        TABLE.select(*COLUMNS).where(seen).order_by(TABLE.began.desc(), TABLE.code.desc()).limit(GAP).offset(GAP)
    )
    for is_public, seen in SEEN.items()
}


class Recordings:
    """See `bot.station.radio_repositories.Recordings`."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def list_kept(self) -> list[KeptRecording]:
        columns = (TABLE.code, TABLE.began, TABLE.bytes, TABLE.is_removed, TABLE.is_told)
        rows = self._executor.select(TABLE.select(*columns).order_by(TABLE.began, TABLE.code))
        return [
            KeptRecording(code, began, size, bool(is_removed), bool(is_told))
            for code, began, size, is_removed, is_told in rows
        ]

    def list_newest(self, limit: int, offset: int = 0, *, is_public: bool) -> list[Recording]:
        return [_read(*row) for row in self._executor.select(NEWEST[is_public].fill(limit, offset))]

    def measure(self, *, is_public: bool) -> tuple[int, int]:
        ((number, size),) = self._executor.select(MEASURE[is_public])
        return int(number), int(size)

    def get(self, code: str) -> Recording:
        row = self._executor.select_first(TABLE.select(*COLUMNS).where(TABLE.code == code))
        if row is None:
            raise KeyError(code)
        return _read(*row)

    def find(self, code: str) -> Recording | None:
        row = self._executor.select_first(TABLE.select(*COLUMNS).where(TABLE.code == code, IS_KEPT))
        return None if row is None else _read(*row)

    def put(self, recording: Recording) -> None:
        values: dict[str, Any] = {
            "began": recording.began,
            "bytes": recording.bytes,
            "recording": msgspec.json.encode(recording).decode(),
            "is_public": recording.is_public,
        }
        if not self._executor.update_row(TABLE, recording.code, values):
            self._executor.insert_row(TABLE, {"code": recording.code, "is_removed": False, "is_told": False, **values})

    def set_removed(self, code: str) -> None:
        self._executor.update_row(TABLE, code, {"is_removed": True})

    def set_told(self, code: str) -> None:
        self._executor.update_row(TABLE, code, {"is_told": True})

    def remove(self, code: str) -> None:
        self._executor.change(TABLE.delete().where(TABLE.code == code))


def _read(recording: str, is_public: bool) -> Recording:
    read = msgspec.json.decode(recording, type=Recording)
    return msgspec.structs.replace(read, is_public=bool(is_public))
