"""Shows in the database, and what became of each of their comings. Rules and slots are kept in words, as people write
them, so that a table can be read, and a row that an older station wrote is understood by a newer one."""

from typing import Final

from bandstand.bot.storage import tables
from bandstand.bot.storage.executor import GAP, Executor, Row, prepare
from bandstand.common.api.shows import Occurrence, RunState, Show
from bandstand.common.api.values import read_slot
from bandstand.common.show_times import read_rule, write_rule

SHOW: Final = tables.Show
RUN: Final = tables.ShowRun
LIST_ALL: Final = prepare(SHOW.select(*SHOW._meta.sorted_fields).order_by(SHOW.id))
LIST_RECORDS: Final = prepare(RUN.select(RUN.show, RUN.day, RUN.outcome).where(RUN.start >= GAP))
FORGET: Final = prepare(RUN.delete().where(RUN.start < GAP))
KEPT: Final = 60 * 24 * 3600.0
"""Seconds for which it is known what became of a coming."""


class Shows:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._all: tuple[int, list[Show]] | None = None
        """All shows, as they were after so many writes."""

    def list_all(self) -> list[Show]:
        if self._all is None or self._all[0] != self._executor.writes:
            self._all = (self._executor.writes, [_read(row) for row in self._executor.select(LIST_ALL)])
        return list(self._all[1])

    def add(self, show: Show) -> Show:
        query = SHOW.insert(
            name=show.name,
            rule=write_rule(show.rule),
            zone=show.zone,
            slot=str(show.slot),
            priority=show.priority,
            is_override=show.is_override,
            created=show.created,
            is_recorded=show.is_recorded,
        )
        return _read((self._executor.insert(query), show.name, write_rule(show.rule), show.zone, str(show.slot),
                      show.priority, show.is_override, show.created, show.is_recorded))  # fmt: skip

    def remove(self, show: int) -> None:
        self._executor.change(SHOW.delete().where(SHOW.id == show))

    def put_record(self, show: str, occurrence: Occurrence, state: RunState) -> None:
        values = {"show": show, "day": occurrence.day, "start": occurrence.start, "outcome": state.value}
        self._executor.put_row(RUN, values)
        self._executor.change(FORGET.fill(occurrence.start - KEPT))

    def list_records(self, since: float) -> dict[tuple[str, str], RunState]:
        return {(show, day): RunState(state) for show, day, state in self._executor.select(LIST_RECORDS.fill(since))}


def _read(row: Row) -> Show:
    number, name, rule, zone, slot, priority, is_override, created, is_recorded = row
    return Show(
        id=number,
        name=name,
        rule=read_rule(rule),
        zone=zone,
        slot=read_slot(slot),
        priority=priority,
        is_override=bool(is_override),
        created=created,
        is_recorded=bool(is_recorded),
    )
