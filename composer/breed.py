"""A band's next form, from ratings of its takes: what was liked is estimated for each player's habits apart.

After DarwinTunes (MacCallum et al., PNAS 2012) and GenJam (Biles 1994), with what the surveys advise: one genome for
each player, an archive of what was liked, low mutation, and many cheap candidates for each song that anybody has to
hear. A ridge regression over the archive says which way each habit is liked; candidates are crossed from liked takes
and mutated; the best of them that still plays music is the next form. Knows no rater and no database.
"""

from collections.abc import Sequence
from random import Random
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from common.background_jobs import Bred
from common.bands import COLOUR, HABITS, SWING, TEMPO_STRAY, Band, Member
from common.breeding import Heard, mutated, varied
from composer.compose import compose
from composer.measures import measured

CANDIDATES: Final = 300
MUTATION: Final = 0.8
INHERITED: Final = 0.5
"""How often a player takes after a take that was liked, and not after the band as it is."""
STIFF: Final = 12.0
"""The ridge: about as many ratings as it takes until they count for more than the doubt."""
CHANCE: Final = 2.5
"""A liking of fewer standard errors than this is thought to be chance."""
FEWEST: Final = 5
"""Ratings without which nothing is bred."""
TRIED: Final = 20
"""Candidates, the best first, that have to play before it is given up."""
TRIALS: Final = 3
"""Songs by which a candidate shows that it still plays music."""
SHORT: Final = 2.0
"""Their length in minutes."""
TOLD: Final = 3
FEATURES: Final = ("tempo", "swing", "colour")
"""Of the whole band; the rest are the habits of each member."""

Vector = npt.NDArray[np.float64]


def bred(band: Band, archive: Sequence[Heard], chance: Random) -> Bred:
    """The next form, or none where nothing that was rated says which way to go."""
    liking = likings(band, archive)
    if not np.abs(liking).max(initial=0.0) > 0:
        return Bred(None)
    crowd = [_settled(_candidate(band, archive, chance), band, liking) for _ in range(CANDIDATES)]
    ranked = sorted(crowd, key=lambda one: -float(_apart(one, band) @ liking))
    better = [one for one in ranked[:TRIED] if float(_apart(one, band) @ liking) > 0]
    wanted = musical(band)
    chosen = next((one for one in better if musical(one) >= wanted), None)
    return Bred(chosen, CANDIDATES, _told(band, chosen) if chosen else ())


def likings(band: Band, archive: Sequence[Heard]) -> Vector:
    """For each feature, how much better a section is liked for one mutation's worth more of it.

    Choruses are liked otherwise than verses whoever plays, so energy is a feature too, and left out of the answer.
    What may well be chance counts for nothing, what is hardly chance in full.
    """
    size = len(_genes(band))
    if len(archive) < FEWEST:
        return np.zeros(size)
    weights = np.array([heard.count for heard in archive], float)
    scores = np.array([heard.score for heard in archive])
    scores = scores - np.average(scores, weights=weights)
    rows = np.array([[*_apart(heard.take, band) * _playing(heard), 5 * heard.energy] for heard in archive])
    rows = rows - np.average(rows, axis=0, weights=weights)
    square = rows.T @ (rows * weights[:, None])
    inverse = np.linalg.inv(square + STIFF * np.eye(size + 1))
    liking = inverse @ rows.T @ (scores * weights)
    noise = np.average((scores - rows @ liking) ** 2, weights=weights) + 1e-9
    doubt = np.sqrt(noise * np.diag(inverse @ square @ inverse)) + 1e-9
    sure = np.maximum(0.0, 1 - (CHANCE * doubt / np.maximum(np.abs(liking), 1e-9)) ** 2)
    return np.asarray((liking * sure)[:size])


def musical(band: Band) -> int:
    """The cheap gate: how many of a few short songs pass for music."""
    return sum(measured(compose(band, seed, {"minutes": SHORT})).musical for seed in range(TRIALS))


def _candidate(band: Band, archive: Sequence[Heard], chance: Random) -> Band:
    """Each player apart takes after the band as it is or after a take that was liked, and strays a little."""
    return varied(
        msgspec.structs.replace(
            band,
            tempo=_parent(band, archive, chance).tempo,
            members=tuple(
                _like(member, _parent(band, archive, chance).members[seat], chance)
                for seat, member in enumerate(band.members)
            ),
        ),
        chance,
        MUTATION,
    )


def _settled(candidate: Band, band: Band, liking: Vector) -> Band:
    """Habits of which nobody is known to think anything stay as they are: a band does not drift by itself."""
    moved = liking != 0
    whole = dict(zip(FEATURES, moved, strict=False))
    own = moved[len(FEATURES) :].reshape(len(band.members), len(HABITS))
    return msgspec.structs.replace(
        candidate,
        **{name: getattr(candidate if whole[name] else band, name) for name in FEATURES},
        members=tuple(
            msgspec.structs.replace(
                new, **{name: getattr(new if free else old, name) for name, free in zip(HABITS, frees, strict=True)}
            )
            for old, new, frees in zip(band.members, candidate.members, own, strict=True)
        ),
    )


def _parent(band: Band, archive: Sequence[Heard], chance: Random) -> Band:
    """The better of two takes from the archive, or the band itself."""
    if chance.random() >= INHERITED:
        return band
    one, other = (archive[int(chance.random() * len(archive))] for _ in range(2))
    best = one if one.score >= other.score else other
    return best.take if best.score > 0 and len(best.take.members) == len(band.members) else band


def _like(member: Member, parent: Member, chance: Random) -> Member:
    habits = {name: getattr(parent, name) for name in HABITS}
    return mutated(msgspec.structs.replace(member, **habits), chance, 0.0)


def _genes(band: Band) -> Vector:
    """The band as one row of numbers, in mutations."""
    whole = [band.tempo / TEMPO_STRAY, band.swing / SWING.stray, band.colour / COLOUR.stray]
    own = [getattr(member, name) / habit.stray for member in band.members for name, habit in HABITS.items()]
    return np.array([*whole, *own])


def _apart(one: Band, band: Band) -> Vector:
    return _genes(one) - _genes(band)


def _playing(heard: Heard) -> Vector:
    """1 for what could be heard in the section, 0 for the habits of who did not play there."""
    own = [float(member.enters <= heard.energy) for member in heard.take.members for _ in HABITS]
    return np.array([1.0] * len(FEATURES) + own)


def _told(band: Band, new: Band) -> tuple[str, ...]:
    """The greatest changes, in a few words each."""
    names = [*FEATURES, *(f"{member.name}: {habit}" for member in band.members for habit in HABITS)]
    before, after = _values(band), _values(new)
    order = np.argsort(-np.abs(_apart(new, band)))[:TOLD]
    return tuple(f"{names[place]} {before[place]:g} to {after[place]:g}" for place in order)


def _values(band: Band) -> list[float]:
    own = [float(getattr(member, name)) for member in band.members for name in HABITS]
    return [band.tempo, band.swing, band.colour, *own]
