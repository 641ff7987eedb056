"""Bands in the database: who there is, the line of forms that a band comes from, and what listeners think of them."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec
from peewee import fn

from bandstand.bot.station.repositories import RatedSection
from bandstand.bot.storage import tables
from bandstand.bot.storage.executor import GAP, Executor, Row, prepare
from bandstand.common.api.values import BandForm, RatingMean
from bandstand.common.bands import Band
from bandstand.common.types import SongCode

FORM: Final = tables.Form
COLUMNS: Final = (FORM.id, FORM.slug, FORM.band, FORM.generation, FORM.parent, FORM.is_variation, FORM.created)
"""The columns of a `BandForm`, in its order."""
LIST_ALL: Final = prepare(
    FORM.select(*COLUMNS)
    .join(tables.Band, on=(tables.Band.form == FORM.id))
    .order_by(tables.Band.created, tables.Band.slug)
)
GET_FORM: Final = prepare(FORM.select(*COLUMNS).where(FORM.id == GAP))
BAND: Final = msgspec.json.Decoder(Band)


class Bands:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def list_all(self) -> list[BandForm]:
        return [_read(found) for found in self._executor.select(LIST_ALL)]

    def get_form(self, form: int) -> BandForm | None:
        row = self._executor.select_first(GET_FORM.fill(form))
        return _read(row) if row else None

    def add_form(self, form: BandForm) -> BandForm:
        values = {
            "slug": form.slug,
            "band": msgspec.json.encode(form.band).decode(),
            "generation": form.generation,
            "parent": form.parent,
            "is_variation": form.is_variation,
            "created": form.created,
        }
        return msgspec.structs.replace(form, id=self._executor.insert_row(FORM, values))

    def set_form(self, slug: str, form: int, now: float) -> None:
        row = tables.Band
        if not self._executor.change(row.update(form=form).where(row.slug == slug)):
            self._executor.insert(row.insert(slug=slug, form=form, created=now))

    def count_songs(self, forms: Sequence[int]) -> dict[int, int]:
        song = tables.Song
        counted: Any = FORM.select(FORM.parent, fn.COUNT(song.code)).join(song, on=(song.form == FORM.id))
        query = counted.where(FORM.is_variation == True, FORM.parent.in_(list(forms)))  # noqa: E712
        return dict.fromkeys(forms, 0) | dict(self._executor.select(query.group_by(FORM.parent)))


@lru_cache(maxsize=200)
def _read(row: Row) -> BandForm:
    """Kept: a band has dozens of habits to decode, and every plan looks at all bands."""
    number, slug, band, generation, parent, is_variation, created = row
    return BandForm(
        id=number,
        slug=slug,
        band=BAND.decode(band),
        generation=generation,
        parent=parent,
        is_variation=bool(is_variation),
        created=created,
    )


class Ratings:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def put(self, rated: RatedSection, person: str, now: float) -> None:
        row = tables.Rating
        # Not replaced in place: a rating that was changed is the newest.
        is_same = (row.song == rated.song) & (row.section == rated.section) & (row.person == person)
        self._executor.change(row.delete().where(is_same))
        query = row.insert(song=rated.song, section=rated.section, person=person, value=rated.value, created=now)
        self._executor.insert(query)

    def get_mean(self, song: str) -> RatingMean:
        return self._get_mean(tables.Rating.song == song)

    def get_mean_of_form(self, form: int) -> RatingMean:
        variations = FORM.select(FORM.id).where(FORM.parent == form, FORM.is_variation == True)  # noqa: E712
        codes = tables.Song.select(tables.Song.code).where(tables.Song.form.in_(variations))
        return self._get_mean(tables.Rating.song.in_(codes))

    def list_of_band(self, slug: str) -> list[RatedSection]:
        row, song = tables.Rating, tables.Song
        query = row.select(row.song, row.section, row.value).join(song, on=(song.code == row.song))
        query = query.join(FORM, on=(FORM.id == song.form)).where(FORM.slug == slug, FORM.is_variation == True)  # noqa: E712
        rows = self._executor.select(query.order_by(row.created, row.id))
        return [RatedSection(SongCode(code), section, value) for code, section, value in rows]

    def _get_mean(self, which: Any) -> RatingMean:
        row = tables.Rating
        found = self._executor.select_first(row.select(fn.AVG(row.value), fn.COUNT(row.id)).where(which))
        assert found is not None, "an aggregate always has a row"
        return RatingMean(found[0] or 0.0, found[1])
