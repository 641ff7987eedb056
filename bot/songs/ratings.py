"""What listeners think of the section that is in their ears, and what that says of a band. Pieces of transactions.

A listener hears the stream late, so a rating is for what was on the air a little before it came.
"""

from collections import defaultdict
from dataclasses import dataclass
from random import Random
from statistics import mean
from typing import Any, Final

import msgspec

from bot.database.models import OVER, Cue, Genome, Rating, Song
from bot.songs import bars, library, station
from bot.songs.bands import BandView, of_genome
from bot.songs.library import SongView
from bot.view import AirView
from common.background_jobs import Breed
from common.breeding import Heard, shrink_to_mean
from common.errors import CommandError
from common.types import RATE

DELAY: Final = 2.0
"""Seconds from the air to the ear: the encoder, Icecast's burst and a player's buffer, about."""
ARCHIVE: Final = 80
"""The newest rated sections by which a band is bred."""
BEST: Final = 20
"""And so many of the best before those."""
SEED_LIMIT: Final = 2**31


@dataclass(frozen=True)
class Ear:
    """What is being heard: a song, and which of its sections, by name and place."""

    song: SongView
    section: int
    name: str


def in_ear(air: AirView | None) -> Ear:
    """What was on the air `DELAY` ago. Raises CommandError where that was nothing."""
    slot = station.on_air(library.slots())
    if slot is not None and air is not None and air.cue == slot.cue and air.seconds >= DELAY:
        return _ear(library.song(slot.song), air.seconds - DELAY)
    past = Cue.select().where(Cue.state == OVER, Cue.started.is_null(False)).order_by(Cue.ended.desc()).first()
    if slot is not None and air is not None and air.cue == slot.cue and past is not None and past.frames:
        return _ear(library.song(past.song_id), max(0.0, past.frames / RATE + air.seconds - DELAY))
    raise CommandError("nothing is being heard that could be rated")


def _ear(song: SongView, seconds: float) -> Ear:
    grid = bars.bars(song.facts, song.parameters)
    bar = grid.number(round(seconds * RATE)) if grid else 0
    begins = sections(song.facts)
    place = max(0, sum(first <= bar for _, first in begins) - 1)
    return Ear(song, place, begins[place][0] if begins else "")


def sections(facts: dict[str, Any]) -> list[tuple[str, int]]:
    """(name, first bar from 1) of each, as the song says."""
    found = []
    for part in str(facts.get("sections", "")).split(", "):
        name, _, first = part.rpartition(" ")
        if name and first.isdigit():
            found.append((name, int(first)))
    return found


def rate(ear: Ear, person: str, value: float, now: float) -> tuple[float, int]:
    """Write it down; who rates a section again has changed their mind. Returns the song's mean, and of how many."""
    Rating.delete().where(
        Rating.song == ear.song.code, Rating.section == ear.section, Rating.person == person
    ).execute()
    Rating.create(song=ear.song.code, section=ear.section, person=person, value=value, created=now)
    return of_song(ear.song.code)


def of_song(code: str) -> tuple[float, int]:
    values = [row.value for row in Rating.select().where(Rating.song == code)]
    return (mean(values), len(values)) if values else (0.0, 0)


def of_form(genome: int) -> tuple[float, int]:
    """What is thought of a form of a band: the mean over its takes, and of how many ratings."""
    takes = Genome.select(Genome.id).where(Genome.parent == genome, Genome.take == 1)
    codes = Song.select(Song.code).where(Song.genome.in_(takes))
    values = [row.value for row in Rating.select().where(Rating.song.in_(codes))]
    return (mean(values), len(values)) if values else (0.0, 0)


def breeding(view: BandView, chance: Random) -> Breed:
    """What a band's next form is to be found from. Raises CommandError where nobody has rated its songs."""
    archive = _archive(view)
    if not archive:
        raise CommandError(f"nobody has rated a song of {view.band.name} yet; +1, -1 and rate do while one plays")
    return Breed(view.band, tuple(archive), int(chance.random() * SEED_LIMIT))


def _archive(view: BandView) -> list[Heard]:
    """The rated sections of the band's takes: the newest, and the best of those before."""
    rows = (
        Rating.select(Rating.song, Rating.section, Rating.value, Rating.created, Song.genome)
        .join(Song, on=(Song.code == Rating.song), attr="played")
        .join(Genome, on=(Genome.id == Song.genome))
        .where(Genome.band == view.slug)
        .order_by(Rating.created)
    )
    values: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    for row in rows:
        values[row.song, row.section].append(row.value)
    every = [value for some in values.values() for value in some]
    heard = [_heard(song, place, some, mean(every)) for (song, place), some in values.items()]
    old, new = heard[:-ARCHIVE], heard[-ARCHIVE:]
    return [*sorted(old, key=lambda one: -one.score)[:BEST], *new]


def _heard(code: str, place: int, values: list[float], usual: float) -> Heard:
    """The take as it was heard: a song's own tempo strays from its band's."""
    song = library.song(code)
    take = of_genome(song.genome)
    assert take is not None, "only songs with a take are asked for"
    tempo = song.facts.get("tempo", take.tempo)
    energies = str(song.facts.get("energies", "")).split(", ")
    energy = float(energies[place]) if place < len(energies) and energies[place] else 1.0
    return Heard(msgspec.structs.replace(take, tempo=float(tempo)), energy, shrink_to_mean(values, usual), len(values))
