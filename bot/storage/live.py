"""DJs who are live in the database, guests, kicks and messages; see `bot.station.radio_repositories.Live`."""

from typing import Any, Final

from peewee import fn

from bandstand.bot.station.live import Connection, Guest
from bandstand.bot.storage import tables
from bandstand.bot.storage.executor import GAP, Executor, Row, prepare
from bandstand.common.api.live import DjMessage

CONNECTION: Final = tables.LiveConnection
GUEST: Final = tables.LiveGuest
KICK: Final = tables.LiveKick
MESSAGE: Final = tables.DjMessage
CONNECTED: Final = (
    *(CONNECTION.name, CONNECTION.since, CONNECTION.seen, CONNECTION.is_connected, CONNECTION.is_wanted),
    CONNECTION.was_on,
)
LIST: Final = prepare(CONNECTION.select(*CONNECTED).order_by(CONNECTION.since))
FIND: Final = prepare(CONNECTION.select(*CONNECTED).where(CONNECTION.name == GAP))


class Live:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def list_connections(self) -> list[Connection]:
        return [_read(row) for row in self._executor.select(LIST.fill())]

    def find_connection(self, name: str) -> Connection | None:
        row = self._executor.select_first(FIND.fill(name))
        return _read(row) if row else None

    def put_connection(self, connection: Connection) -> None:
        self._put(
            CONNECTION, name=connection.name, since=connection.since, seen=connection.seen,
            is_connected=connection.is_connected, is_wanted=connection.is_wanted, was_on=connection.was_on,
        )  # fmt: skip

    def remove_connection(self, name: str) -> None:
        self._executor.change(CONNECTION.delete().where(CONNECTION.name == name))

    def find_guest(self, name: str) -> Guest | None:
        columns = (GUEST.name, GUEST.password, GUEST.expires, GUEST.by, GUEST.created)
        row = self._executor.select_first(GUEST.select(*columns).where(GUEST.name == name))
        if row is None:
            return None
        found, password, expires, by, created = row
        return Guest(name=found, password=password, expires=expires, by=by, created=created)

    def put_guest(self, guest: Guest) -> None:
        self._put(
            GUEST, name=guest.name, password=guest.password, expires=guest.expires, by=guest.by, created=guest.created
        )

    def remove_guest(self, name: str) -> None:
        self._executor.change(GUEST.delete().where(GUEST.name == name))

    def count_guests(self) -> int:
        return self._executor.select_number(GUEST.select(fn.COUNT(GUEST.name)))

    def get_kicked(self, name: str) -> float | None:
        row = self._executor.select_first(KICK.select(KICK.until).where(KICK.name == name))
        return float(row[0]) if row else None

    def put_kicked(self, name: str, until: float | None) -> None:
        if until is None:
            self._executor.change(KICK.delete().where(KICK.name == name))
        else:
            self._put(KICK, name=name, until=until)

    def prune(self, now: float) -> None:
        self._executor.change(GUEST.delete().where(GUEST.expires <= now))
        self._executor.change(KICK.delete().where(KICK.until <= now))

    def add_message(self, message: DjMessage) -> None:
        values = {"dj": message.dj, "name": message.name, "text": message.text, "at": message.at}
        self._executor.insert_row(MESSAGE, values)

    def list_messages(self, since: float, most: int, dj: str | None = None) -> list[DjMessage]:
        query = MESSAGE.select(MESSAGE.dj, MESSAGE.name, MESSAGE.text, MESSAGE.at).where(MESSAGE.at >= since)
        query = query if dj is None else query.where(MESSAGE.dj == dj)
        rows = self._executor.select(query.order_by(MESSAGE.at.desc(), MESSAGE.id.desc()).limit(most))
        return [DjMessage(dj=to, name=name, text=text, at=at) for to, name, text, at in rows]

    def prune_messages(self, before: float) -> None:
        self._executor.change(MESSAGE.delete().where(MESSAGE.at < before))

    def _put(self, table: Any, **values: Any) -> None:
        self._executor.put_row(table, values)


def _read(row: Row) -> Connection:
    name, since, seen, is_connected, is_wanted, was_on = row
    return Connection(
        name=name, since=since, seen=seen, is_connected=bool(is_connected), is_wanted=bool(is_wanted),
        was_on=bool(was_on),
    )  # fmt: skip
