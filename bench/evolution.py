"""Measures whether ratings change a band's songs: `python -m bench.evolution [SEEDS]`.

Each scripted listener likes one measurable property and rates 200 songs; the band is bred after every 20. For
comparison another listener rates at random. Prints the property of the band's songs before and after.
"""

import sys
from collections.abc import Callable, Sequence
from random import Random
from statistics import mean, stdev
from typing import Final, NamedTuple

from msgspec import structs

from bandstand.common.bands import Band
from bandstand.common.breeding import Heard, shrink_to_mean, vary_band
from bandstand.common.lineups import HOUSE
from bandstand.composer.breed import breed_band
from bandstand.composer.compose import compose
from bandstand.composer.measures import measure_score
from bandstand.composer.score import Score, Section

RATINGS, GENERATION, MUTATIONS = 200, 20, 0.8
SHORT: Final = {"minutes": 1}
SHOWN: Final = 12
"""Songs from which the property of a band is measured."""


class Listener(NamedTuple):
    likes: Callable[[Score, Section], float]
    """Measures the property of a section."""
    sign: int
    """1 if the listener wants more, -1 for less, 0 for random ratings."""


def _count_strokes(score: Score, section: Section, voices: Sequence[str]) -> float:
    begin, end = section.bar * score.bar, (section.bar + section.bars) * score.bar
    notes = [note for part in score.parts if part.voice in voices for note in part.notes]
    inside = sum(begin <= note.start < end for note in notes)
    return inside / (score.seconds(end) - score.seconds(begin))


def drums(score: Score, section: Section) -> float:
    """Drum strokes a second."""
    return _count_strokes(score, section, ("drums",))


def tune(score: Score, section: Section) -> float:
    """Notes of the melody a second."""
    return _count_strokes(score, section, ("melody",))


def softness(score: Score, section: Section) -> float:
    """Mean velocity of the bass."""
    begin, end = section.bar * score.bar, (section.bar + section.bars) * score.bar
    played = [n.velocity for part in score.parts if part.voice == "bass" for n in part.notes if begin <= n.start < end]
    return mean(played) if played else 0.0


LISTENERS: Final = {
    "slow, sparse drums": Listener(drums, -1),
    "a busy tune": Listener(tune, 1),
    "a soft bass": Listener(softness, -1),
}


def measure_property(band: Band, likes: Callable[[Score, Section], float]) -> float:
    """Mean property of the verses and choruses of the band's songs."""
    songs = [compose(band, 10_000 + seed, SHORT) for seed in range(SHOWN)]
    return mean(likes(song, section) for song in songs for section in _list_rated_sections(song))


def _list_rated_sections(song: Score) -> list[Section]:
    return [section for section in song.sections if section.kind in ("verse", "chorus")]


def evolve(band: Band, listener: Listener, seed: int, ratings: int = RATINGS) -> list[Band]:
    """Breed a band by a listener's ratings; return the band and all its generations.

    A rating is 1 to 5 for one section, by its rank among the last twenty.
    """
    chance, line = Random(seed), [band]
    archive: list[Heard] = []
    for _ in range(ratings // GENERATION):
        variations = [vary_band(line[-1], chance, MUTATIONS) for _ in range(GENERATION)]
        songs = [compose(variation, int(chance.random() * 2**31), SHORT) for variation in variations]
        played = [
            structs.replace(variation, tempo=song.tempi[0].bpm)
            for variation, song in zip(variations, songs, strict=True)
        ]
        sections = [
            _list_rated_sections(song)[int(chance.random() * len(_list_rated_sections(song)))] for song in songs
        ]
        liked = [listener.sign * listener.likes(song, section) for song, section in zip(songs, sections, strict=True)]
        order = sorted(range(GENERATION), key=lambda place: liked[place])
        for rank, place in enumerate(order):
            stars = 1 + rank * 5 // GENERATION if listener.sign else 1 + int(chance.random() * 5)
            archive.append(Heard(played[place], sections[place].energy, shrink_to_mean([(stars - 3) / 2], 0.0), 1))
        archive = archive[-3 * GENERATION :]
        line.append(breed_band(line[-1], archive, chance).band or line[-1])
    return line


def main(seeds: int) -> None:
    print(f"{RATINGS} ratings, bred after every {GENERATION}; the mean of {seeds} runs and how far they lie apart")
    for name, listener in LISTENERS.items():
        for style in ("small-robots", "gravel-theory", "trio-maresol"):
            band = HOUSE[style]
            before = measure_property(band, listener.likes)
            for sort, one in ((name, listener), ("random ratings", listener._replace(sign=0))):
                ends = [evolve(band, one, seed)[-1] for seed in range(seeds)]
                after = [measure_property(end, listener.likes) for end in ends]
                spread = stdev(after) if len(after) > 1 else 0.0
                musical = mean(measure_score(compose(end, 1, SHORT)).is_musical for end in ends)
                print(
                    f"{style:<14}{name:<20}{sort:<20}{before:7.2f} -> {mean(after):7.2f} +- {spread:5.2f}"
                    f"  musical {musical:.0%}"
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
