"""People in the database: rights and accounts; also what they left running (watches) and the station's settings."""

import json
from typing import Any, Final

from peewee import fn

from bandstand.bot.storage import tables
from bandstand.bot.storage.executor import GAP, Executor, Row, prepare
from bandstand.bot.storage.songs import write_json
from bandstand.common.api.people import Place, Right
from bandstand.common.api.values import GrantedRight, Watch

GRANT: Final = tables.Grant
ACCOUNT: Final = tables.Account
WATCH: Final = tables.Watch
WATCH_COLUMNS: Final = (
    *(WATCH.generator, WATCH.seed, WATCH.parameters, WATCH.name, WATCH.place, WATCH.person, WATCH.created),
    WATCH.continues,
)
LIST_WATCHES: Final = prepare(WATCH.select(*WATCH_COLUMNS).order_by(WATCH.created))
REMOVE_SETTING: Final = prepare(tables.Setting.delete().where(tables.Setting.key == GAP))
GET_SETTING: Final = prepare(tables.Setting.select(tables.Setting.value).where(tables.Setting.key == GAP))


class People:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def list_grants(self) -> list[GrantedRight]:
        return self._list(GRANT.select(GRANT.name, GRANT.right, GRANT.by, GRANT.created))

    def list_mask_grants(self) -> list[GrantedRight]:
        columns = (GRANT.name, GRANT.right, GRANT.by, GRANT.created)
        return self._list(GRANT.select(*columns).where(GRANT.name.contains("!")))

    def get_right(self, name: str) -> Right:
        row = self._executor.select_first(GRANT.select(GRANT.right).where(GRANT.name == name))
        return Right.of_rank(row[0]) if row else Right.LISTENER

    def put_grant(self, name: str, right: Right, by: str, now: float) -> None:
        self._executor.put_row(GRANT, {"name": name, "right": right.rank, "by": by, "created": now})

    def remove_grant(self, name: str) -> bool:
        return bool(self._executor.change(GRANT.delete().where(GRANT.name == name)))

    def count_grants(self) -> int:
        return self._executor.select_number(GRANT.select(fn.COUNT(GRANT.name)))

    def list_accounts(self) -> list[str]:
        return [name for (name,) in self._executor.select(ACCOUNT.select(ACCOUNT.name).order_by(ACCOUNT.name))]

    def get_password(self, name: str) -> str | None:
        row = self._executor.select_first(ACCOUNT.select(ACCOUNT.password).where(ACCOUNT.name == name))
        return str(row[0]) if row else None

    def put_account(self, name: str, password: str, now: float) -> None:
        self._executor.put_row(ACCOUNT, {"name": name, "password": password, "created": now})

    def remove_account(self, name: str) -> bool:
        return bool(self._executor.change(ACCOUNT.delete().where(ACCOUNT.name == name)))

    def _list(self, query: Any) -> list[GrantedRight]:
        rows = self._executor.select(query.order_by(GRANT.right.desc(), GRANT.name))
        return [GrantedRight(name, Right.of_rank(right), by, created) for name, right, by, created in rows]


class Watches:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def list_all(self) -> list[Watch]:
        return [_read_watch(row) for row in self._executor.select(LIST_WATCHES)]

    def get(self, generator: str) -> Watch | None:
        row = self._executor.select_first(WATCH.select(*WATCH_COLUMNS).where(WATCH.generator == generator))
        return _read_watch(row) if row else None

    def put(self, watch: Watch) -> None:
        values = {
            "generator": watch.generator,
            "seed": watch.seed,
            "parameters": write_json(watch.parameters),
            "name": watch.name,
            "place": str(watch.place),
            "person": watch.person,
            "created": watch.created,
            "continues": watch.continues,
        }
        self._executor.put_row(WATCH, values)

    def remove(self, generator: str) -> None:
        self._executor.change(WATCH.delete().where(WATCH.generator == generator))


def _read_watch(row: Row) -> Watch:
    generator, seed, parameters, name, place, person, created, continues = row
    return Watch(
        generator=generator,
        seed=seed,
        parameters=json.loads(parameters),
        name=name,
        place=Place.parse(place),
        person=person,
        created=created,
        continues=bool(continues),
    )


class Settings:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._known: dict[str, str | None] = {}
        """As they are in this transaction, which alone can write them meanwhile."""

    def get(self, key: str) -> str | None:
        if key not in self._known:
            found = self._executor.select_first(GET_SETTING.fill(key))
            self._known[key] = str(found[0]) if found else None
        return self._known[key]

    def put(self, key: str, value: str) -> None:
        self._known[key] = value
        self._executor.put_row(tables.Setting, {"key": key, "value": value})

    def remove(self, key: str) -> None:
        self._known[key] = None
        self._executor.change(REMOVE_SETTING.fill(key))
