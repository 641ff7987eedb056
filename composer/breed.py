"""Breeds a band: finds its next form from ratings of its variations.

Interactive evolution after DarwinTunes (MacCallum et al., "Evolution of music by public choice", PNAS 2012) and GenJam
(Biles, ICMC 1994): each member has a genome of its own (its habits), an archive holds what was rated, and mutation is
low. People can rate only a few songs, so most of the selection is done by a model: a ridge regression over the archive
estimates for each habit whether listeners want more or less of it. Many candidates are crossed from well-rated
variations and mutated; the best by the model that still plays music (see `measures.py`) is the next form. Habits
without a clear preference stay as they are, so that a band does not drift. Knows no rater and no database.
"""

from collections.abc import Sequence
from random import Random
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from bandstand.common.background_jobs import Bred
from bandstand.common.bands import BAND_HABITS, HABITS, TEMPO_DEVIATION, Band, Member
from bandstand.common.breeding import Heard, mutate_member, vary_band
from bandstand.composer.compose import compose
from bandstand.composer.measures import measure_score

CANDIDATES: Final = 300
MUTATIONS: Final = 0.8
"""Size of the random change of each candidate, in mutations."""
INHERITANCE: Final = 0.5
"""Probability that a member of a candidate comes from a well-rated variation rather than from the band."""
RIDGE: Final = 12.0
"""Ridge penalty: about the number of ratings at which the data outweigh the assumption of no preference."""
SIGNIFICANCE: Final = 2.5
"""A preference of fewer standard errors than this counts as chance."""
FEWEST_SECTIONS: Final = 5
"""Fewest rated sections from which a preference is estimated."""
TRIED: Final = 20
"""Number of the best candidates that are tested for music."""
TEST_SONGS: Final = 3
"""Songs in a test for music."""
TEST_MINUTES: Final = 2.0
LISTED_CHANGES: Final = 3
BAND_GENES: Final = ("tempo", *BAND_HABITS)
"""Genes of the whole band. After them come the habits of each member."""
ENERGY_SCALE: Final = 5
"""Scale of a section's energy beside the genes, which are in mutations."""

Vector = npt.NDArray[np.float64]
"""One number for each gene, shape (6 + 11 * members,), in mutations."""


def breed_band(band: Band, archive: Sequence[Heard], random: Random) -> Bred:
    """Find the next form; `Bred.band` is None if the ratings show no preference or no candidate plays music."""
    preferences = estimate_preferences(band, archive)
    if not np.abs(preferences).max(initial=0.0) > 0:
        return Bred(None)
    candidates = [
        _keep_indifferent_genes(_make_candidate(band, archive, random), band, preferences) for _ in range(CANDIDATES)
    ]
    ranked = sorted(candidates, key=lambda candidate: -float(_subtract(candidate, band) @ preferences))
    better = [candidate for candidate in ranked[:TRIED] if float(_subtract(candidate, band) @ preferences) > 0]
    wanted = count_musical_songs(band)
    chosen = next((candidate for candidate in better if count_musical_songs(candidate) >= wanted), None)
    return Bred(chosen, CANDIDATES, _describe_changes(band, chosen) if chosen else ())


def estimate_preferences(band: Band, archive: Sequence[Heard]) -> Vector:
    """Estimate for each gene how much the score of a section rises with one mutation more of it.

    A weighted ridge regression. The energy of the section is a further feature, because a chorus is rated differently
    from a verse by the same players; it is not returned. Each estimate is shrunk by its standard error (James & Stein's
    positive part, in effect): to 0 if it is not significant, and hardly at all if it is large.
    """
    size = len(_list_genes(band))
    if len(archive) < FEWEST_SECTIONS:
        return np.zeros(size)
    weights = np.array([heard.count for heard in archive], float)
    scores = np.array([heard.score for heard in archive])
    scores = scores - np.average(scores, weights=weights)
    rows = np.array(
        [
            [*_subtract(heard.variation, band) * _mask_audible_genes(heard), ENERGY_SCALE * heard.energy]
            for heard in archive
        ]
    )
    rows = rows - np.average(rows, axis=0, weights=weights)
    square = rows.T @ (rows * weights[:, None])
    inverse = np.linalg.inv(square + RIDGE * np.eye(size + 1))
    estimate = inverse @ rows.T @ (scores * weights)
    noise = np.average((scores - rows @ estimate) ** 2, weights=weights) + 1e-9
    error = np.sqrt(noise * np.diag(inverse @ square @ inverse)) + 1e-9
    confidence = np.maximum(0.0, 1 - (SIGNIFICANCE * error / np.maximum(np.abs(estimate), 1e-9)) ** 2)
    return np.asarray((estimate * confidence)[:size])


def count_musical_songs(band: Band) -> int:
    """Count how many of `TEST_SONGS` short songs of the band pass as music."""
    songs = (compose(band, seed, {"minutes": TEST_MINUTES}) for seed in range(TEST_SONGS))
    return sum(measure_score(song).is_musical for song in songs)


def _make_candidate(band: Band, archive: Sequence[Heard], random: Random) -> Band:
    """Cross the band with well-rated variations, a parent for each member, and mutate the result."""
    return vary_band(
        msgspec.structs.replace(
            band,
            tempo=_choose_parent(band, archive, random).tempo,
            members=tuple(
                _inherit_habits(member, _choose_parent(band, archive, random).members[seat], random)
                for seat, member in enumerate(band.members)
            ),
        ),
        random,
        MUTATIONS,
    )


def _choose_parent(band: Band, archive: Sequence[Heard], random: Random) -> Band:
    """Choose the better of two variations from the archive (a tournament), or the band itself."""
    if random.random() >= INHERITANCE:
        return band
    one, other = (archive[int(random.random() * len(archive))] for _ in range(2))
    best = one if one.score >= other.score else other
    return best.variation if best.score > 0 and len(best.variation.members) == len(band.members) else band


def _inherit_habits(member: Member, parent: Member, random: Random) -> Member:
    habits = {name: getattr(parent, name) for name in HABITS}
    return mutate_member(msgspec.structs.replace(member, **habits), random, 0.0)


def _keep_indifferent_genes(candidate: Band, band: Band, preferences: Vector) -> Band:
    """Return the candidate with the band's own genes wherever there is no preference."""
    is_preferred = preferences != 0
    whole = dict(zip(BAND_GENES, is_preferred, strict=False))
    habits = is_preferred[len(BAND_GENES) :].reshape(len(band.members), len(HABITS))
    return msgspec.structs.replace(
        candidate,
        **{name: getattr(candidate if whole[name] else band, name) for name in BAND_GENES},
        members=tuple(
            msgspec.structs.replace(
                new, **{name: getattr(new if free else old, name) for name, free in zip(HABITS, row, strict=True)}
            )
            for old, new, row in zip(band.members, candidate.members, habits, strict=True)
        ),
    )


def _list_genes(band: Band) -> Vector:
    """All genes of a band, each divided by the standard deviation of one mutation."""
    whole = [
        band.tempo / TEMPO_DEVIATION,
        *(getattr(band, name) / habit.deviation for name, habit in BAND_HABITS.items()),
    ]
    habits = [getattr(member, name) / habit.deviation for member in band.members for name, habit in HABITS.items()]
    return np.array([*whole, *habits])


def _subtract(one: Band, other: Band) -> Vector:
    return _list_genes(one) - _list_genes(other)


def _mask_audible_genes(heard: Heard) -> Vector:
    """1 for each gene that could be heard in the section, 0 for the habits of members that did not play in it."""
    habits = [float(member.enters <= heard.energy) for member in heard.variation.members for _ in HABITS]
    return np.array([1.0] * len(BAND_GENES) + habits)


def _describe_changes(band: Band, new: Band) -> tuple[str, ...]:
    """Describe the largest changes, such as `bass: density 0.5 to 0.4`, the largest first."""
    names = [*BAND_GENES, *(f"{member.name}: {habit}" for member in band.members for habit in HABITS)]
    before, after = _list_values(band), _list_values(new)
    order = np.argsort(-np.abs(_subtract(new, band)))[:LISTED_CHANGES]
    return tuple(f"{names[index]} {before[index]:g} to {after[index]:g}" for index in order)


def _list_values(band: Band) -> list[float]:
    habits = [float(getattr(member, name)) for member in band.members for name in HABITS]
    return [*(float(getattr(band, name)) for name in BAND_GENES), *habits]
