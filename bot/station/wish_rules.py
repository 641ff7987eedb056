"""What a wish comes to, and the rules of wishes: which band plays with which parameters, who may wish when, whose turn
it is. Values in, values out.

**Which band.** A band that was named plays, else one of the style that was named. Where neither was, chance decides
among all, with weights: moods, a pace and instruments make some styles and bands likelier.

**Who may wish when.** Everybody has a bucket of `BURST` wishes, of which one comes back every `REFILL` seconds, and has
at most one wish at a time that nobody has heard yet. Whether there is a wish in the bucket is reckoned from the times
of the wishes before, so nothing is counted down and nothing is lost at a restart. One that failed is not among them.

**Whose turn it is.** Persons take turns: a wish goes before those of persons who have had more wishes heard lately, so
that a newcomer does not wait behind somebody's third.
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Final

from bandstand.common.api.values import BandForm
from bandstand.common.bands import Band
from bandstand.common.instruments import find_instrument
from bandstand.common.song_parameters import RANGES
from bandstand.common.wish_grammar import Wish
from bandstand.common.wish_words import FACTORS, MOODS, PACE_STYLES, Mood, Pace

BURST: Final = 2
REFILL: Final = 600.0
"""Seconds until a bucket has one wish more."""
REMEMBERED: Final = 24 * 3600.0
"""Seconds for which a wish counts at all: long enough that every bucket has been full in between."""
ROUND: Final = 3600.0
"""Seconds for which a wish that was heard puts its person behind others."""
LONGEST: Final = 300.0
"""Seconds of music that may be wished for."""
MOST_WAITING: Final = 20
"""Wishes of all persons that wait at a time."""
SUITS: Final = 5.0
"""Weight of a band whose style suits a mood or a pace, beside 1."""
PLAYS: Final = 3.0
"""The same for each instrument that was wished for and that the band has."""
GENTLY: Final = {Pace.SLOW: (0.84, 0.96), Pace.FAST: (1.04, 1.14)}
"""Shares of the band's tempo for a pace that only a mood asks for."""


# Which band, and how


def choose_band(wish: Wish, bands: Sequence[BandForm], chance: Random) -> BandForm | None:
    """The band that plays; None where there is none at all."""
    named = [form for form in bands if form.slug == wish.band]
    of_style = [form for form in bands if form.band.style == wish.style]
    if named or of_style:
        return chance.choice(named or of_style)
    others = [form for form in bands if form.band.style not in wish.avoided] or list(bands)
    if not others:
        return None
    return chance.choices(others, [_weigh_band(wish, form.band) for form in others])[0]


def _weigh_band(wish: Wish, band: Band) -> float:
    weight = 1.0
    for mood in _list_moods(wish):
        weight *= SUITS**2 if band.style in mood.styles else 1.0
    if wish.pace is not None:
        weight *= SUITS if band.style in PACE_STYLES[wish.pace] else 1.0
    for name in wish.wanted:
        instrument = find_instrument(name)
        if instrument and any(set(one.instruments) & set(instrument.programs) for one in band.members):
            weight *= PLAYS
    return weight


def make_parameters(wish: Wish, band: Band, chance: Random) -> dict[str, Any]:
    """The parameters of a song by this band: only those for which there is a reason in the wish."""
    moods = _list_moods(wish)
    energies = [mood.energy for mood in moods if mood.energy is not None]
    parameters: dict[str, Any] = {
        "key": wish.key,
        "mode": "" if wish.key else wish.mode or next((mood.mode for mood in moods if mood.mode), ""),
        "tempo": _choose_tempo(wish, moods, band, chance),
        "seconds": wish.seconds,
        "energy": round(sum(energies) / len(energies), 2) if energies else None,
        "with": ",".join(wish.wanted),
        "without": ",".join(wish.unwanted),
    }
    return {name: value for name, value in parameters.items() if value not in (None, "")}


def _choose_tempo(wish: Wish, moods: Sequence[Mood], band: Band, chance: Random) -> float | None:
    if wish.bpm is not None:
        return wish.bpm
    shares = FACTORS.get(wish.pace) if wish.pace else None
    if shares is None:
        paces = [mood.pace for mood in moods if mood.pace is not None]
        shares = GENTLY.get(paces[0]) if paces else None
    if shares is None:
        return None
    tempo = round(band.tempo * chance.uniform(*shares))
    return float(max(RANGES["tempo"].low, min(RANGES["tempo"].high, tempo)))


def _list_moods(wish: Wish) -> list[Mood]:
    return [MOODS[name] for name in wish.moods]


def correct_style(wish: Wish, form: BandForm) -> Mapping[str, str]:
    """What to say of a style that the band does not play, or plays though it was not to."""
    plays = f"{form.band.style}, which {form.band.name} plays"
    if wish.style and form.band.style != wish.style:
        return {wish.style: plays}
    return {f"not {form.band.style}": plays} if form.band.style in wish.avoided else {}


# Who may wish, and whose turn it is


def find_wish_time(wishes: Sequence[float], now: float) -> float:
    """From when on somebody may wish again: `now`, or a moment after it. `wishes` are the times of theirs."""
    tokens, at = float(BURST), min(wishes, default=now)
    for time in sorted(wishes):
        tokens = min(BURST, tokens + (time - at) / REFILL) - 1
        at = time
    tokens = min(BURST, tokens + max(0.0, now - at) / REFILL)
    missing = 1 - tokens
    return now if missing <= 1e-9 else now + missing * REFILL


def find_turn(waiting: Sequence[float], own: int) -> int:
    """How many of the entries of a queue come before a new wish. Each is given by how many wishes of its person were
    heard lately."""
    return max((place for place, heard in enumerate(waiting, 1) if heard <= own), default=0)
