"""From the words for a song to a band and parameters, as `generate` and `wish` both take them."""

from random import Random
from typing import NamedTuple

from bandstand.bot.station import wish_rules
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.values import BandForm
from bandstand.common.api.wishing import Understood
from bandstand.common.song_parameters import RANGES
from bandstand.common.wish_grammar import parse_wish


class Reading(NamedTuple):
    """A song that words ask for."""

    form: BandForm
    """The band that plays it."""
    understood: Understood
    is_empty: bool
    """Nothing of the words was understood, so the band was left to chance."""


def read_words(
    tx: Transaction, words: str, longest: float = RANGES["seconds"].high, chance: Random | None = None
) -> Reading | None:
    """What these words ask for, of at most `longest` seconds; None where the station has no band. `chance` decides what
    the words leave open."""
    chance = chance or tx.chance
    forms = tx.bands.list_all()
    wish = parse_wish(words, {form.slug: form.band.name for form in forms}, longest)
    form = wish_rules.choose_band(wish, forms, chance)
    if form is None:
        return None
    understood = Understood(
        band=form.band.name,
        style=form.band.style,
        moods=wish.moods,
        parameters=wish_rules.make_parameters(wish, form.band, chance),
        unknown=wish.unknown,
        taken={**wish.taken, **wish_rules.correct_style(wish, form)},
        is_cut=wish.is_cut,
    )
    return Reading(form, understood, wish.is_empty)
