"""The station's bands: who there is, who plays a song, and the line of forms that a band comes from.

A band has one form at a time. Every song is played by a variation of it, the form with its habits moved a little, so
that ratings have something to choose between; the band itself changes only when it is bred from those ratings. What a
band is, `common.bands` says; how it is bred, the composer.
"""

from collections import defaultdict
from statistics import mean
from typing import Final

import msgspec

from bandstand.bot.station.lifecycle import NEW_ID
from bandstand.bot.station.repositories import RatedSection, Transaction
from bandstand.common import band_names, lineups
from bandstand.common.api.events import BackgroundJobOrdered
from bandstand.common.api.people import Requester
from bandstand.common.api.refusals import (
    FirstForm,
    NeverRated,
    NoNameLeft,
    NoSuchArtist,
    NoSuchBand,
    NoSuchStyle,
    Refused,
)
from bandstand.common.api.requests import EvolveBand, FoundBand, GetArtist, GetBand, GetFamily, ListBands, RevertBand
from bandstand.common.api.results import (
    Artist,
    BandBrief,
    BandDetails,
    Bands,
    Evolving,
    Family,
    FamilyForm,
    PlayerDetails,
    Reverted,
)
from bandstand.common.api.values import BandForm
from bandstand.common.background_jobs import Breed
from bandstand.common.bands import Band, slug
from bandstand.common.breeding import Heard, shrink_to_mean, vary_band
from bandstand.common.generators import BAND
from bandstand.common.text import one_line

GENERATOR: Final = BAND
VARIATION: Final = 0.8
"""How far a variation is from its band, in mutations."""
NAMES_TRIED: Final = 50
ARTIST_SONGS: Final = 3
ARCHIVE: Final = 80
"""The newest rated sections by which a band is bred."""
BEST: Final = 20
"""And so many of the best before those."""
SEED_LIMIT: Final = 2**31
WORDS: Final = 40
"""Characters of what was typed that are repeated."""


def settle_house_bands(tx: Transaction) -> None:
    """See to it that the station has every house band."""
    known = {form.slug for form in tx.bands.list_all()}
    for word, band in lineups.HOUSE.items():
        if word not in known:
            _add_band(tx, word, band)


def _add_band(tx: Transaction, word: str, band: Band) -> BandForm:
    form = tx.bands.add_form(BandForm(id=NEW_ID, slug=word, band=band, created=tx.now))
    tx.bands.set_form(word, form.id, tx.now)
    return form


def find_band(tx: Transaction, words: str) -> BandForm:
    """The band that `words` name: its name or a part of it, or its style. Raises Refused(NoSuchBand)."""
    wanted, bands = slug(words), tx.bands.list_all()
    tests = (
        lambda form: form.slug == wanted,
        lambda form: form.slug.startswith(wanted),
        lambda form: set(wanted.split("-")) <= set(form.slug.split("-")),
        lambda form: form.band.style == wanted,
    )
    for fits in tests:
        found = [form for form in bands if wanted and fits(form)]
        if found:
            return found[0]
    raise Refused(NoSuchBand(one_line(words, WORDS), tuple(form.slug for form in bands)))


def get_slug(tx: Transaction, form: int | None) -> str:
    """The word that names the band of this form; empty where there is none."""
    found = tx.bands.get_form(form) if form is not None else None
    return found.slug if found else ""


def add_variation(tx: Transaction, word: str) -> int | None:
    """A variation, for one song, of the band with this slug, or of any (''); None where the station has no band."""
    bands = tx.bands.list_all()
    if word:
        bands = [form for form in bands if form.slug == word]
    if not bands:
        return None
    form = bands[int(tx.chance.random() * len(bands))]
    variation = BandForm(
        id=NEW_ID,
        slug=form.slug,
        band=vary_band(form.band, tx.chance, VARIATION),
        generation=form.generation,
        parent=form.id,
        is_variation=True,
        created=tx.now,
    )
    return tx.bands.add_form(variation).id


def record_bred(tx: Transaction, word: str, parent: int, band: Band) -> int:
    """Let a band play in its next form; returns its generation. 0: the band has changed meanwhile, and nothing was
    done."""
    form = next((form for form in tx.bands.list_all() if form.slug == word and form.id == parent), None)
    if form is None:
        return 0
    bred = BandForm(id=NEW_ID, slug=word, band=band, generation=form.generation + 1, parent=parent, created=tx.now)
    tx.bands.set_form(word, tx.bands.add_form(bred).id, tx.now)
    return bred.generation


def list_family(tx: Transaction, form: BandForm) -> list[BandForm]:
    """The band as it is, the form that it was bred from, and so on back to the first."""
    line = [form]
    while line[-1].parent is not None and (parent := tx.bands.get_form(line[-1].parent)) is not None:
        line.append(parent)
    return line


# Requests


def list_bands(request: ListBands, by: Requester, tx: Transaction) -> Bands:
    forms = tx.bands.list_all()
    songs = tx.bands.count_songs([form.id for form in forms])
    return Bands(bands=tuple(BandBrief(form, songs.get(form.id, 0)) for form in forms))


def get_band(request: GetBand, by: Requester, tx: Transaction) -> BandDetails:
    return BandDetails(form=find_band(tx, request.band))


def found_band(request: FoundBand, by: Requester, tx: Transaction) -> BandDetails:
    style = slug(request.style)
    if style and style not in lineups.STYLES:
        raise Refused(NoSuchStyle(one_line(request.style, WORDS), tuple(lineups.STYLES)))
    style = style or lineups.STYLES[int(tx.chance.random() * len(lineups.STYLES))]
    known = {form.slug for form in tx.bands.list_all()}
    for _ in range(NAMES_TRIED):
        name = band_names.draw_band_name(tx.chance)
        if slug(name) not in known:
            form = _add_band(tx, slug(name), lineups.found_band(style, name, tx.chance))
            return BandDetails(form=form, is_new=True)
    raise Refused(NoNameLeft())


def get_artist(request: GetArtist, by: Requester, tx: Transaction) -> Artist:
    wanted = request.name.strip().casefold()
    players = tuple(
        PlayerDetails(form, member, tuple(tx.songs.list_by_artist(form.band.name, ARTIST_SONGS)))
        for form in tx.bands.list_all()
        for member in form.band.members
        if member.player.casefold() == wanted
    )
    if not players:
        raise Refused(NoSuchArtist(one_line(request.name, WORDS)))
    return Artist(players=players)


def get_family(request: GetFamily, by: Requester, tx: Transaction) -> Family:
    line = list_family(tx, find_band(tx, request.band))
    songs = tx.bands.count_songs([form.id for form in line])
    forms = tuple(FamilyForm(form, songs.get(form.id, 0), tx.ratings.get_mean_of_form(form.id)) for form in line)
    return Family(band=line[0].band.name, forms=forms)


def revert_band(request: RevertBand, by: Requester, tx: Transaction) -> Reverted:
    line = list_family(tx, find_band(tx, request.band))
    if len(line) < 2:
        raise Refused(FirstForm(line[0].band.name))
    tx.bands.set_form(line[1].slug, line[1].id, tx.now)
    return Reverted(form=line[1])


def evolve_band(request: EvolveBand, by: Requester, tx: Transaction) -> Evolving:
    form = find_band(tx, request.band)
    archive = _collect_archive(tx, form)
    if not archive:
        raise Refused(NeverRated(form.band.name))
    work = Breed(form.band, tuple(archive), int(tx.chance.random() * SEED_LIMIT))
    tx.publish(BackgroundJobOrdered(work=work, place=by.place, subject=form.band.name, slug=form.slug, form=form.id))
    return Evolving(band=form.band.name, ratings=sum(heard.count for heard in archive))


def _collect_archive(tx: Transaction, form: BandForm) -> list[Heard]:
    """The rated sections of the band's variations: the newest, and the best of those before."""
    values: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    ratings: list[RatedSection] = tx.ratings.list_of_band(form.slug)
    for rating in ratings:
        values[rating.song, rating.section].append(rating.value)
    usual = mean(rating.value for rating in ratings) if ratings else 0.0
    heard = [_describe_heard(tx, song, section, some, usual) for (song, section), some in values.items()]
    old, new = heard[:-ARCHIVE], heard[-ARCHIVE:]
    return [*sorted(old, key=lambda one: -one.score)[:BEST], *new]


def _describe_heard(tx: Transaction, code: str, section: int, values: list[float], usual: float) -> Heard:
    """The variation as it was heard: a song's own tempo strays from its band's."""
    song = tx.songs.get(code)
    variation = tx.bands.get_form(song.form) if song.form is not None else None
    assert variation is not None, "only songs that a variation plays are asked for"
    band = variation.band
    tempo = song.facts.get("tempo", band.tempo)
    energy = song.sections[section].energy if section < len(song.sections) else None
    played = msgspec.structs.replace(band, tempo=float(tempo))
    return Heard(played, 1.0 if energy is None else energy, shrink_to_mean(values, usual), len(values))
