"""Functional harmony: chord progressions made of four-bar phrases.

A phrase is a template with one harmonic function for each bar: T tonic, S subdominant, D dominant. It ends open, away
from the tonic, or closed, on it. Each function is expanded to a degree of the key (`DEGREES`). This is the grammar of
Rohrmeier, "Towards a generative syntax of tonal harmony", Journal of Mathematics and Music 5:1 (2011), flattened into
tables. A bar may get a second chord that leads to the next one: a supertonic before a dominant, a secondary dominant,
or another chord of the same function. Knows no instrument, and no rhythm but the step of a bar's second chord.
"""

from itertools import pairwise
from typing import Final, Literal

from bandstand.composer.enrichment import Enrichment, enrich_phrase
from bandstand.composer.random_source import RandomSource
from bandstand.composer.style import HarmonicLanguage
from bandstand.composer.theory import Chord, Key, Mode

Cadence = Literal["open", "closed"]
BarChords = tuple[Chord, ...]
"""The chords of a bar: one, or two of which the second begins at the step `HALF`."""
PHRASE_BARS: Final = 4
ANSWERED_BARS: Final = 2
"""Bars that the last phrase of a section has in common with its first, where they end in different ways."""
HALF: Final = 8
"""Step at which a bar's second chord begins: the third beat, in 3/4 as in 4/4."""

DEGREES: Final[dict[Mode, dict[str, tuple[tuple[int, float], ...]]]] = {
    "major": {"T": ((0, 6), (5, 3), (2, 1)), "S": ((3, 4), (1, 3)), "D": ((4, 1),)},
    "minor": {"T": ((0, 6), (5, 3), (2, 2)), "S": ((3, 4), (5, 2)), "D": ((4, 2), (6, 2))},
}
"""Mode -> function -> (degree, weight)."""
CADENCES: Final[dict[str, tuple[Cadence, Cadence]]] = {
    "intro": ("open", "open"),
    "verse": ("open", "open"),
    "chorus": ("open", "closed"),
    "bridge": ("open", "open"),
    "solo": ("open", "closed"),
    "break": ("open", "open"),
    "outro": ("closed", "closed"),
}
"""Kind of section -> cadence of its first phrases, cadence of its last phrase."""
FIRST_DEGREES: Final = {"intro": 0, "verse": 0, "bridge": 5, "solo": 0, "break": 0, "outro": 0}
"""Kind of section -> degree of its first chord. A chorus is not in it: its first chord is drawn."""


class Harmoniser:
    """Writes chord progressions in one key. `colour` is the share of chords with a seventh, 0 to 1."""

    def __init__(
        self,
        key: Key,
        colour: float,
        language: HarmonicLanguage,
        random: RandomSource,
        enrichment: Enrichment | None = None,
    ) -> None:
        self._key = key
        self._enrichment = enrichment
        self._colour = colour
        self._language = language
        self._random = random

    def make_progression(self, kind: str, bars: int) -> tuple[BarChords, ...]:
        """Make the chords of each bar of a section: one phrase repeated, and another one at the end.

        In most sections the last one is the first again, as far as its cadence allows: chords go round in people's
        songs, and a period's two halves begin alike. In some a phrase is two bars that come twice.
        Where the bars are no whole phrases, what is left out is the beginning, so that it ends as it should.
        """
        if kind == "ending":
            last = self._key.build_chord(0)
            extension = self._language.last_chord if self._enrichment else None
            return ((self._key.extend_chord(last, extension) if extension else last,),) * bars
        inner, final = CADENCES[kind]
        opening = self._make_phrase(FIRST_DEGREES.get(kind), inner)
        closing = self._make_phrase(FIRST_DEGREES.get(kind), final)
        if inner == "open" and self._random.branch("loop").draw_bool(self._language.loop_share):
            opening = opening[:ANSWERED_BARS] * (PHRASE_BARS // ANSWERED_BARS)
        if self._random.branch("return").draw_bool(self._language.return_share):
            closing = opening if inner == final else (*opening[:ANSWERED_BARS], *closing[ANSWERED_BARS:])
        return (opening * (-(-bars // PHRASE_BARS) - 1) + closing)[-bars:]

    def _make_phrase(self, first_degree: int | None, cadence: Cadence) -> tuple[BarChords, ...]:
        language, is_closed = self._language, cadence == "closed"
        functions = self._random.choose_weighted(language.closed_phrases if is_closed else language.open_phrases)
        degrees = self._choose_degrees(functions)
        if first_degree is not None:
            degrees[0] = first_degree
        chords = [self._build_chord(degree) for degree in degrees]
        if is_closed:
            self._close_phrase(chords, functions)
        following = [*chords[1:], None]
        bars = tuple(
            self._fill_bar(chord, function, ahead)
            for chord, function, ahead in zip(chords, functions, following, strict=True)
        )
        if self._enrichment is None:
            return bars
        return enrich_phrase(bars, self._key, self._enrichment, self._random.branch("rich", cadence))

    def _choose_degrees(self, functions: str) -> list[int]:
        """Choose a degree for each function: the one before goes on, or another one if there is any."""
        degrees: list[int] = []
        for function in functions:
            choices = DEGREES[self._key.mode][function]
            goes_on = self._random.draw_bool(self._language.hold_share)
            if goes_on and degrees and function == functions[len(degrees) - 1]:
                degrees.append(degrees[-1])
                continue
            fresh = [choice for choice in choices if not degrees or choice[0] != degrees[-1]]
            degrees.append(self._random.choose_weighted(fresh or choices))
        return degrees

    def _build_chord(self, degree: int) -> Chord:
        return self._key.build_chord(degree, self._random.draw_bool(self._colour))

    def _close_phrase(self, chords: list[Chord], functions: str) -> None:
        """End the phrase on the tonic, in most styles after a dominant seventh."""
        chords[-1] = self._key.build_chord(0)
        if self._language.has_dominant_cadence:
            bar = functions.rfind("D")
            chords[max(1, bar)] = self._key.build_chord(4, seventh=True)
            if bar < PHRASE_BARS - 2:  # the tonic comes before the last bar, and is held
                chords[bar + 1] = self._build_chord(0)

    def _fill_bar(self, chord: Chord, function: str, following: Chord | None) -> BarChords:
        """Perhaps add a second chord that leads to the following one. The last bar of a phrase has one chord."""
        language, random = self._language, self._random
        has_two, has_secondary = (
            random.draw_bool(language.two_chord_share),
            random.draw_bool(language.secondary_dominant_share),
        )
        if not has_two or following is None:
            return (chord,)
        if chord.degree == 4:
            return (self._build_chord(3 if self._key.mode == "minor" else 1), chord)
        if has_secondary and following.degree != chord.degree and following.has_perfect_fifth:
            return (chord, self._key.build_secondary_dominant(following))
        others = [
            degree for degree, _ in DEGREES[self._key.mode][function] if degree not in (chord.degree, following.degree)
        ]
        return (chord, self._build_chord(random.choose(others))) if others else (chord,)


def lead_into_key(bars: tuple[BarChords, ...], key: Key) -> tuple[BarChords, ...]:
    """Return the progression with the dominant seventh of another key in the second half of its last bar."""
    return (*bars[:-1], (bars[-1][0], key.build_chord(4, seventh=True)))


def list_chord_changes(bars: tuple[BarChords, ...]) -> list[tuple[int, int, Chord]]:
    """List (bar, step, chord) of each chord. A second chord that equals the first is left out."""
    every = [(bar, HALF * half, chord) for bar, chords in enumerate(bars) for half, chord in enumerate(chords)]
    return [every[0], *(after for before, after in pairwise(every) if after[1] == 0 or after[2] != before[2])]
