"""Which songs the programme may choose from, with what the rules of the rotation need to know of each.

The station's own songs are those that it ordered by itself. The stock are those of them that are ready, and that
nobody has heard yet; the rotation are the bands' songs that were heard before, whoever ordered them, and what was
imported. Users' generators and comparisons are in neither: they are heard when somebody asks for them.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from peewee import SQL, fn

from bandstand.bot.station.rotation import Candidate
from bandstand.bot.storage import tables
from bandstand.bot.storage.executor import GAP, LISTED, ByDatabase, Executor, Prepared, prepare
from bandstand.bot.storage.songs import BRIEF, read_brief
from bandstand.common.api.people import STATION
from bandstand.common.api.values import SongBrief, SongState
from bandstand.common.generators import BAND, IMPORT

SONG: Final = tables.Song
CUE: Final = tables.Cue
JOB: Final = tables.Job
RATING: Final = tables.Rating
IS_READY: Final = SONG.state == SongState.READY.value
IS_OWN: Final = fn.EXISTS(JOB.select(JOB.id).where(JOB.song == SONG.code, JOB.place == str(STATION)))
CUED: Final = CUE.select(CUE.id).where(CUE.song == SONG.code)
IS_QUEUED: Final = fn.EXISTS(CUED.where(CUE.state.in_(["air", "queued"])))
WAS_HEARD: Final = fn.EXISTS(CUED.where(CUE.started.is_null(False)))
IS_FRESH: Final = IS_OWN & ~WAS_HEARD & ~IS_QUEUED
"""Composed ahead; it may have been in the queue, and have left it unheard for somebody's request."""
LAST_STARTED: Final = CUE.select(fn.MAX(CUE.started)).where(CUE.song == SONG.code)
MEAN: Final = RATING.select(fn.AVG(RATING.value)).where(RATING.song == SONG.code)
COUNT: Final = RATING.select(fn.COUNT(RATING.id)).where(RATING.song == SONG.code)
FAVOURITE: Final = tables.Favourite
FANS: Final = FAVOURITE.select(fn.COUNT(FAVOURITE.person)).where(FAVOURITE.song == SONG.code)
IS_FAVOURITE: Final = fn.EXISTS(FAVOURITE.select(FAVOURITE.person).where(FAVOURITE.song == SONG.code))

WAS_CHOSEN: Final = (SONG.generator == IMPORT) | ((SONG.generator == BAND) & (WAS_HEARD | (fn.EXISTS(CUED) & ~IS_OWN)))
DRAWN: Final = SONG.select(SONG.code).where(IS_READY, WAS_CHOSEN).order_by(fn.RANDOM()).limit(GAP)
TRIED: Final = 4
"""Rows of a large library that are looked at for each song that is drawn: not every one can be played."""
GET_LAST_ROW: Final = prepare(SQL("SELECT COALESCE(MAX(rowid), 0) FROM song"))
SOME_ROWS: Final = ByDatabase(
    "(WITH RECURSIVE pick(number, row) AS (SELECT 0, 0 UNION ALL "
    "SELECT number + 1, ABS(RANDOM()) % ? + 1 FROM pick WHERE number < ?) SELECT row FROM pick)",
    "(SELECT 1 + floor(random() * %s)::bigint FROM generate_series(1, %s))",
    gaps=2,
)
"""Numbers of rows up to a last one, as chance has it: to put a whole library of 100,000 into a random order takes
300 ms."""

LIST_STOCK: Final = prepare(
    SONG.select(*BRIEF).where(IS_READY, SONG.generator == BAND, IS_FRESH).order_by(SONG.created)
)
SOME: Final = SONG.select(SONG.code).where(SQL('"t1"."rowid"').in_(SOME_ROWS), IS_READY, WAS_CHOSEN)
DRAW_SOME: Final = prepare(
    SONG.select(*BRIEF, LAST_STARTED, MEAN, COUNT, FANS)
    .where(SONG.code.in_(SOME.order_by(fn.RANDOM()).limit(GAP)))
    .order_by(SONG.code)
)
DRAW_CANDIDATES: Final = prepare(
    SONG.select(*BRIEF, LAST_STARTED, MEAN, COUNT, FANS).where(SONG.code.in_(DRAWN)).order_by(SONG.code)
)
MEASURE_OWN: Final = prepare(
    SONG.select(fn.COALESCE(fn.SUM(SONG.seconds), 0)).where(IS_READY, SONG.generator == BAND, IS_OWN)
)
LIST_CANDIDATES: Final = prepare(
    SONG.select(*BRIEF, LAST_STARTED, MEAN, COUNT, FANS).where(IS_READY, SONG.code.in_(LISTED)).order_by(SONG.code)
)


def _prepare_discardable() -> Prepared:
    mark, comparison = tables.Bookmark, tables.Comparison
    is_marked = mark.select(mark.id).where(mark.song == SONG.code)
    is_compared = comparison.select(comparison.song).where(
        (comparison.first == SONG.code) | (comparison.second == SONG.code)
    )
    query = SONG.select(*BRIEF).where(
        IS_READY, SONG.generator == BAND, IS_OWN, WAS_HEARD, ~IS_QUEUED, ~fn.EXISTS(is_marked),
        ~fn.EXISTS(is_compared), ~IS_FAVOURITE, fn.COALESCE(MEAN, 0) <= 0,
    )  # fmt: skip
    return prepare(query.order_by(fn.COALESCE(MEAN, 0), SONG.created).limit(GAP))


LIST_DISCARDABLE: Final = _prepare_discardable()


class Rotation:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def list_stock(self) -> list[Candidate]:
        return [Candidate(read_brief(row)) for row in self._executor.select(LIST_STOCK)]

    def draw_candidates(self, limit: int) -> list[Candidate]:
        """Of a large library, songs of rows that chance picks; where too few of them can be played, of all rows."""
        last = self._executor.select_number(GET_LAST_ROW)
        if last > TRIED * TRIED * limit:
            some = self._list(DRAW_SOME.fill(last, TRIED * limit, limit))
            if len(some) >= limit // 2:
                return some
        return self._list(DRAW_CANDIDATES.fill(limit))

    def list_candidates(self, codes: Sequence[str]) -> list[Candidate]:
        return self._list(LIST_CANDIDATES.fill(json.dumps(list(codes))))

    def measure_own(self) -> float:
        return float(self._executor.select_number(MEASURE_OWN))

    def list_discardable(self, limit: int) -> list[SongBrief]:
        return [read_brief(row) for row in self._executor.select(LIST_DISCARDABLE.fill(limit))]

    def _list(self, query: Any) -> list[Candidate]:
        size = len(BRIEF)
        return [
            Candidate(read_brief(row[:size]), row[size], row[size + 1] or 0.0, row[size + 2], row[size + 3])
            for row in self._executor.select(query)
        ]
