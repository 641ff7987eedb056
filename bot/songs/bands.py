"""The station's bands in the database: who there is, who plays a song, and the line that a band comes from.

Each function is one piece of a transaction. What a band is, `common.bands` says; how it is bred, the composer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import msgspec
from peewee import fn

from bot.database.models import Band as BandRow
from bot.database.models import Genome, Song
from common import lineups
from common.bands import Band, Member, slug
from common.breeding import vary_band
from common.errors import CommandError
from common.text import one_line

TAKE = 0.8
"""How far a take is from its band, in mutations."""


@dataclass(frozen=True)
class BandView:
    slug: str
    genome: int
    generation: int
    created: float
    band: Band


def settle(now: float) -> tuple[()]:
    """Every station has the house bands."""
    have = {row.slug for row in BandRow.select(BandRow.slug)}
    for word, band in lineups.HOUSE.items():
        if word not in have:
            found(word, band, now)
    return ()


def found(word: str, band: Band, now: float) -> BandView:
    """Write down a new band."""
    genome = Genome.create(band=word, generation=1, genes=_written(band), created=now)
    BandRow.create(slug=word, genome=genome.id, created=now)
    return BandView(word, genome.id, 1, now, band)


def new(style: str, now: float, chance: Random) -> BandView:
    """A band of this style, or of any where none is named. Raises CommandError where there is no such style."""
    chosen = lineups.find_style(style) if style else lineups.STYLES[int(chance.random() * len(lineups.STYLES))]
    have = {row.slug for row in BandRow.select(BandRow.slug)}
    for _ in range(50):
        name = lineups.draw_band_name(chance)
        if slug(name) not in have:
            return found(slug(name), lineups.found_band(chosen, name, chance), now)
    raise CommandError("every name that this station knows for a band is taken")


def every() -> list[BandView]:
    rows = Genome.select(Genome, BandRow).join(BandRow, on=(BandRow.genome == Genome.id), attr="row")
    return [_view(genome) for genome in rows.order_by(BandRow.created, BandRow.slug)]


def find(words: str) -> BandView:
    """The band that `words` name: its name or a part of it, or its style. Raises CommandError."""
    wanted, bands = slug(words), every()
    for fits in (
        lambda view: view.slug == wanted,
        lambda view: view.slug.startswith(wanted),
        lambda view: set(wanted.split("-")) <= set(view.slug.split("-")),
        lambda view: view.band.style == wanted,
    ):
        found = [view for view in bands if wanted and fits(view)]
        if found:
            return found[0]
    raise CommandError(f"{one_line(words, 40)}: there is no such band; there are {', '.join(v.slug for v in bands)}")


def artists(words: str) -> list[tuple[BandView, Member]]:
    """Everybody of this name. Raises CommandError where there is nobody."""
    wanted = words.strip().casefold()
    found = [(view, member) for view in every() for member in view.band.members if member.player.casefold() == wanted]
    if not found:
        raise CommandError(f"{one_line(words, 40)}: nobody of that name plays here; band NAME lists a band's members")
    return found


def take(words: str, now: float, chance: Random) -> int:
    """A take of the band that is named, or of any: the genome that a new song is played by. Raises CommandError."""
    bands = [find(words)] if words else every()
    if not bands:
        return 0
    view = bands[int(chance.random() * len(bands))]
    row = Genome.create(
        band=view.slug,
        generation=view.generation,
        parent=view.genome,
        take=1,
        genes=_written(vary_band(view.band, chance, TAKE)),
        created=now,
    )
    return int(row.id)


def of_genome(genome: int | None) -> Band | None:
    row = Genome.get_or_none(Genome.id == genome) if genome else None
    return _read(row.genes) if row else None


def name_of(genome: int | None) -> str:
    """The word that names the band of this genome, '' where there is none."""
    row = Genome.get_or_none(Genome.id == genome) if genome else None
    return str(row.band) if row else ""


def family(view: BandView) -> list[BandView]:
    """The band as it is, its parent, and so on back to the first."""
    line = [view]
    row = Genome.get_by_id(view.genome)
    while row.parent:
        row = Genome.get_by_id(row.parent)
        line.append(BandView(view.slug, row.id, row.generation, row.created, _read(row.genes)))
    return line


def bred(word: str, parent: int, band: Band, now: float) -> int:
    """The band's next form; returns its generation. 0 where the band has changed meanwhile, and nothing was done."""
    row = BandRow.get_or_none(BandRow.slug == word, BandRow.genome == parent)
    if row is None:
        return 0
    generation = Genome.get_by_id(parent).generation + 1
    genome = Genome.create(band=word, generation=generation, parent=parent, genes=_written(band), created=now)
    BandRow.update(genome=genome.id).where(BandRow.slug == word).execute()
    return int(generation)


def revert(view: BandView) -> BandView:
    """Back to the form before. Raises CommandError where this is the first."""
    line = family(view)
    if len(line) < 2:
        raise CommandError(f"{view.band.name} is as it was in the beginning; there is nothing to go back to")
    BandRow.update(genome=line[1].genome).where(BandRow.slug == view.slug).execute()
    return line[1]


def songs(views: Sequence[BandView]) -> dict[int, int]:
    """How many songs were asked of these forms, by their genomes."""
    take = Genome.alias()
    asked: Any = Song.select(take.parent, fn.COUNT(Song.code)).join(take, on=(Song.genome == take.id))
    rows = asked.where(take.take == 1, take.parent.in_([view.genome for view in views])).group_by(take.parent)
    return {view.genome: 0 for view in views} | dict(rows.tuples())


def _view(genome: Any) -> BandView:
    """Of a genome with its band's row."""
    return BandView(genome.row.slug, genome.id, genome.generation, genome.row.created, _read(genome.genes))


def _written(band: Band) -> str:
    return msgspec.json.encode(band).decode()


def _read(genes: str) -> Band:
    return msgspec.json.decode(genes, type=Band)
