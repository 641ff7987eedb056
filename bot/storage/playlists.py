"""Playlists and clocks in the database. When a playlist had its turn is read from the play log."""

from typing import Final

import msgspec
from peewee import fn

from bandstand.bot.station.radio_repositories import LastTurn
from bandstand.bot.storage import tables
from bandstand.bot.storage.executor import GAP, Executor, Row, prepare
from bandstand.bot.storage.songs import IS_KEPT, IS_LISTED
from bandstand.common.api.playlists import Clock, Playlist, PlaylistRule
from bandstand.common.api.values import Slot
from bandstand.common.types import SongCode

LIST: Final = tables.Playlist
ENTRY: Final = tables.PlaylistSong
SONG: Final = tables.Song
CUE: Final = tables.Cue
CLOCK: Final = tables.Clock
COLUMNS: Final = (LIST.name, LIST.query, LIST.weight, LIST.rule, LIST.every, LIST.crossfade, LIST.created)
LIST_ALL: Final = prepare(LIST.select(*COLUMNS).order_by(LIST.name))
GET: Final = prepare(LIST.select(*COLUMNS).where(LIST.name == GAP))
LIST_CODES: Final = prepare(
    SONG.select(SONG.code)
    .join(ENTRY, on=(ENTRY.song == SONG.code))
    .where(ENTRY.playlist == GAP, IS_KEPT)
    .order_by(ENTRY.id)
)
LIST_CLOCKS: Final = prepare(CLOCK.select(CLOCK.name, CLOCK.slots, CLOCK.created).order_by(CLOCK.name))
LIST_TURNS: Final = prepare(
    CUE.select(CUE.playlist, fn.MAX(CUE.started))
    .where(CUE.playlist != "", CUE.started.is_null(False))
    .group_by(CUE.playlist)
)
COUNT_SINCE: Final = prepare(CUE.select(fn.COUNT(CUE.id)).where(CUE.started > GAP))
SLOTS: Final = msgspec.json.Decoder(tuple[Slot, ...])


class Playlists:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def list_all(self) -> list[Playlist]:
        return [_read(row) for row in self._executor.select(LIST_ALL)]

    def get(self, name: str) -> Playlist | None:
        row = self._executor.select_first(GET.fill(name))
        return _read(row) if row else None

    def put(self, playlist: Playlist) -> None:
        self._executor.put_row(LIST, msgspec.structs.asdict(playlist) | {"rule": playlist.rule.value})

    def remove(self, name: str) -> None:
        self._executor.change(LIST.delete().where(LIST.name == name))

    def count_songs(self) -> dict[str, int]:
        query = ENTRY.select(ENTRY.playlist, fn.COUNT(ENTRY.id)).join(SONG).where(IS_LISTED).group_by(ENTRY.playlist)
        return dict(self._executor.select(query))

    def list_codes(self, name: str) -> list[SongCode]:
        return [SongCode(code) for (code,) in self._executor.select(LIST_CODES.fill(name))]

    def add_song(self, name: str, code: str) -> None:
        self.remove_song(name, code)
        self._executor.insert(ENTRY.insert(playlist=name, song=code))

    def remove_song(self, name: str, code: str) -> bool:
        return self._executor.change(ENTRY.delete().where(ENTRY.playlist == name, ENTRY.song == code)) > 0

    def get_last_turns(self) -> dict[str, LastTurn]:
        return {
            name: LastTurn(started, self._count_since(started)) for name, started in self._executor.select(LIST_TURNS)
        }

    def _count_since(self, started: float) -> int:
        return self._executor.select_number(COUNT_SINCE.fill(started))


def _read(row: Row) -> Playlist:
    name, query, weight, rule, every, crossfade, created = row
    return Playlist(
        name=name, query=query, weight=weight, rule=PlaylistRule(rule), every=every, crossfade=crossfade,
        created=created,
    )  # fmt: skip


class Clocks:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def list_all(self) -> list[Clock]:
        rows = self._executor.select(LIST_CLOCKS)
        return [Clock(name=name, slots=SLOTS.decode(slots), created=created) for name, slots, created in rows]

    def put(self, clock: Clock) -> None:
        slots = msgspec.json.encode(clock.slots).decode()
        self._executor.put_row(CLOCK, {"name": clock.name, "slots": slots, "created": clock.created})

    def remove(self, name: str) -> None:
        self._executor.change(CLOCK.delete().where(CLOCK.name == name))
