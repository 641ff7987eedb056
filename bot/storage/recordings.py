"""Recordings in the database: what their sheets say, who may see them, and which are to be removed."""

from typing import Final

import msgspec

from bandstand.bot.station.radio_repositories import KeptRecording
from bandstand.bot.storage import tables
from bandstand.bot.storage.executor import Executor
from bandstand.common.api.recordings import Recording

TABLE: Final = tables.Recording
COLUMNS: Final = (TABLE.recording, TABLE.is_public, TABLE.is_removed, TABLE.is_told)


class Recordings:
    """See `bot.station.radio_repositories.Recordings`."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def list_all(self) -> list[KeptRecording]:
        query = TABLE.select(*COLUMNS).order_by(TABLE.began, TABLE.code)
        return [_read(*row) for row in self._executor.select(query)]

    def find(self, code: str) -> KeptRecording | None:
        row = self._executor.select_first(TABLE.select(*COLUMNS).where(TABLE.code == code))
        return None if row is None else _read(*row)

    def put(self, recording: Recording) -> None:
        values = {
            "began": recording.began,
            "recording": msgspec.json.encode(recording).decode(),
            "is_public": recording.is_public,
        }
        if not self._executor.change(TABLE.update(**values).where(TABLE.code == recording.code)):
            self._executor.insert(TABLE.insert(code=recording.code, is_removed=False, is_told=False, **values))

    def set_removed(self, code: str) -> None:
        self._executor.change(TABLE.update(is_removed=True).where(TABLE.code == code))

    def set_told(self, code: str) -> None:
        self._executor.change(TABLE.update(is_told=True).where(TABLE.code == code))

    def remove(self, code: str) -> None:
        self._executor.change(TABLE.delete().where(TABLE.code == code))


def _read(recording: str, is_public: bool, is_removed: bool, is_told: bool) -> KeptRecording:
    read = msgspec.json.decode(recording, type=Recording)
    return KeptRecording(msgspec.structs.replace(read, is_public=bool(is_public)), bool(is_removed), bool(is_told))
