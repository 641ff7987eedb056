"""Chooses the pitches of a tune note by note, from the intervals that the style's tunes have and from rules.

The rules are those of every textbook on melody: a note on a strong beat, or a long one, belongs to the chord; another
one is reached and left by step; a leap is followed by a step back into it; the tritone, sevenths and what is wider than
an octave are not sung. Among what the rules leave, the weights decide: how often people's tunes go on like this
(`idioms.mix_intervals`), and how near the note is to the contour that the phrase has. Positions are scale steps (see
`theory.Key`). Knows no rhythm and no plan.
"""

from collections import Counter
from collections.abc import Sequence
from math import exp
from typing import Final, NamedTuple

from bandstand.composer.random_source import RandomSource
from bandstand.composer.theory import Chord, Key
from bandstand.composer.voices.tunes.character import Character
from bandstand.composer.voices.tunes.idioms import WIDEST, Weights

LEAP: Final = 4
"""Scale steps of the smallest leap, which a step back has to follow: a fifth."""
BACK: Final = 2
"""Scale steps of the widest interval that counts as a step back."""
SUNG: Final = frozenset(way * size for way in (1, -1) for size in (0, 1, 2, 3, 4, 5, 7, 8, 9, 12))
"""Semitones of the intervals that a tune may have, up and down."""
WIDE: Final = 4
"""Scale steps of the intervals whose weight a style scales: a fifth."""
NEARNESS: Final = 3.2
"""Scale steps from the contour at which a note has half the weight."""
FITS_LATER: Final = 5.0
"""Factor of the weight of a note for each chord that it will belong to where its unit returns as it was."""
FITS_AT_MOST: Final = 2
"""Chords that count so: a note that all of them have would be the whole tune where harmony stands still."""
RECENT, STANDING, STALE = 8, 2, 0.35
"""Of the last notes those beyond so many that are the same make it as much less likely again: a tune does not stand."""
MOST_CRESTS: Final = 4
"""How often the highest note comes before none but the climax and what returns has it."""
FAMILIAR, OVERUSED = 8, 0.3
"""From so many notes on, a note that has more than this share of them"""
TIRED: Final = 0.4
"""has this factor of its weight: a tune that comes back to one note all the time goes nowhere."""
THIRD_TIME: Final = 0.5
"""Weight of a note that is repeated once more."""
THIRDS: Final = 0.4
"""Factor of the weight of thirds, as strong beats, which have notes of the chord, ask for more of them than people
sing."""
FAVOUR: Final = 0.9
"""Largest logarithm of the factor by which a song likes an interval more than its style does, or less."""
SHARPER: Final = (1.1, 1.9)
"""Range of the exponent of counted intervals: one tune has fewer kinds of them than all together."""
LIKED: Final = 4.0
"""Factor of the weight of the interval that the motif has."""
GAPS: Final = {"major": (3, 6), "minor": (1, 5)}
"""Mode -> degrees that a pentatonic scale leaves out."""


class Place(NamedTuple):
    """What is asked of a note."""

    chord: Chord
    must_belong: bool
    """Whether it has to be a note of the chord."""
    aim: float
    """Where the contour is, in scale steps."""
    target: int | None = None
    """Where the unit was that this one repeats."""
    goals: tuple[int, ...] = ()
    """Pitch classes of which it has to have one; empty if any will do."""
    later: tuple[Chord, ...] = ()
    """The chords at this place where the unit returns."""
    is_close: bool = False
    """Whether a phrase comes to its end here, so that a note which returns gives way to the chord."""
    is_peak: bool = False
    is_fresh: bool = False
    """Whether a breath is before it, so that no leap has to be filled."""
    is_light: bool = False
    """Whether it is short and on no strong beat, so that what it rubs with is gone at once."""


class Bounds(NamedTuple):
    """The lowest step, the climax, and the highest step of all other notes."""

    low: int
    peak: int
    ceiling: int


class Taste(NamedTuple):
    """What a style and a band like."""

    intervals: dict[int, Weights]
    leaps: float
    """Factor of the weight of wide intervals."""
    gaps: float
    """Factor of the weight of the degrees that the pentatonic scale leaves out."""
    motif: tuple[int, ...]
    """The song's motif, which the first unit likes to follow."""
    character: Character = Character()


def draw_favours(intervals: dict[int, Weights], random: RandomSource) -> dict[int, Weights]:
    """The weights of intervals as one song has them: each kind, up and down alike, is liked more or less."""
    low, high = SHARPER
    sharper = low + (high - low) * random.draw_uniform()
    favours = [exp(random.draw_triangular(FAVOUR)) for _ in range(WIDEST + 1)]
    return {
        before: {interval: weight**sharper * favours[abs(interval)] for interval, weight in row.items()}
        for before, row in intervals.items()
    }


class _Pitches(dict[int, int]):
    """Scale step -> its pitch over a chord, found when it is asked for first."""

    def __init__(self, key: Key, chord: Chord) -> None:
        self._key, self._chord = key, chord

    def __missing__(self, step: int) -> int:
        self[step] = self._key.pitch_over(step, self._chord)
        return self[step]


class TuneLine:
    """The tune in progress."""

    def __init__(self, key: Key, bounds: Bounds, taste: Taste, random: RandomSource) -> None:
        self._key, self._bounds, self._taste, self._random = key, bounds, taste, random
        self._now: int | None = None
        self._before = 0
        self._is_restless = False
        """Whether the last note is outside its chord, so that a step has to follow."""
        self._now_pitch = 0
        self._recent: list[int] = []
        """The last notes."""
        self._used: Counter[int] = Counter()
        """How often each step came."""
        self._pitches: dict[tuple[int, ...], _Pitches] = {}
        """By the pitch classes of the chord."""

    def write(self, places: Sequence[Place], motif: bool = False) -> list[int]:
        """Choose the scale step of each note of a unit; `motif` lets the song's motif lead."""
        chosen: list[int] = []
        for index, (place, following) in enumerate(zip(places, [*places[1:], None], strict=True)):
            liked = self._taste.motif[index - 1] if motif and 0 < index <= len(self._taste.motif) else None
            step = self._choose(place, following, liked)
            self._before = 0 if self._now is None or place.is_fresh else step - self._now
            self._now, self._is_restless = step, not self._is_consonant(step, place.chord)
            self._now_pitch = self.find_pitch(step, place.chord)
            self._recent = [*self._recent[1 - RECENT :], step]
            self._used[step] += 1
            chosen.append(step)
        return chosen

    def find_pitch(self, step: int, chord: Chord) -> int:
        """The pitch of a scale step over a chord, which may raise or lower it: a minor key's dominant has its leading
        note."""
        return self._get_pitches(chord)[step]

    def _get_pitches(self, chord: Chord) -> "_Pitches":
        known = self._pitches.get(chord.pitches)
        if known is None:
            known = self._pitches[chord.pitches] = _Pitches(self._key, chord)
        return known

    def _choose(self, place: Place, following: Place | None, liked: int | None) -> int:
        if self._may_stay(place):
            return place.target  # type: ignore[return-value]
        candidates = self._list_candidates(place)
        belonging = self._keep_belonging(candidates, place)
        allowed = [step for step in belonging if self._may_follow(step, place)]
        left = [step for step in allowed if self._may_go_on(step, place, following)] or allowed
        left = left or [step for step in belonging if self._is_sung(step, place)]
        if left:
            return self._pick(left, place, liked)
        near = self._now if self._now is not None else round(place.aim)
        return min(belonging or candidates, key=lambda step: abs(step - near))

    def _list_candidates(self, place: Place) -> list[int]:
        if place.is_peak:
            return [self._bounds.peak]
        low, peak, ceiling = self._bounds.low, self._bounds.peak, self._find_ceiling(place.chord)
        if self._used[peak] >= MOST_CRESTS and not place.goals:
            ceiling = min(ceiling, peak - 1)
        if self._now is None:
            return list(range(low, ceiling + 1))
        return list(range(max(low, self._now - WIDEST), min(ceiling, self._now + WIDEST) + 1)) or [low]

    def _find_ceiling(self, chord: Chord) -> int:
        """The highest step beside the climax: a chord that raises it would put it above that."""
        _, peak, ceiling = self._bounds
        return ceiling - 1 if self._get_pitches(chord)[ceiling] > self._key.pitch_at(peak) else ceiling

    def _keep_belonging(self, steps: list[int], place: Place) -> list[int]:
        wanted = place.goals or (place.chord.pitches if place.must_belong else ())
        if not wanted:
            return steps
        pitches = self._get_pitches(place.chord)
        found = [step for step in steps if pitches[step] % 12 in wanted]
        if place.goals and not found:  # a tune of a narrow compass may have no tonic
            return [step for step in steps if pitches[step] % 12 in place.chord.pitches]
        return found

    def _may_stay(self, place: Place) -> bool:
        """Whether a note that returns stays what it was over another chord: a tune goes its own way there, as long as
        its note is no semitone from one of the chord, or is gone at once (Temperley, "The melodic-harmonic divorce in
        rock", Popular Music 26:2, 2007), and as its interval is sung."""
        target = place.target
        if target is None or place.is_close or place.is_peak or not self._is_sung(target, place):
            return False
        if self._is_restless and self._now is not None and abs(target - self._now) > 1:
            return False
        low, ceiling = self._bounds.low, self._find_ceiling(place.chord)
        pitch = self._get_pitches(place.chord)[target]
        rubs = not place.is_light and any((pitch + way) % 12 in place.chord.pitches for way in (1, -1))
        return low <= target <= ceiling and (not rubs or pitch % 12 in place.chord.pitches)

    def _is_consonant(self, step: int, chord: Chord) -> bool:
        return self._get_pitches(chord)[step] % 12 in chord.pitches

    def _is_sung(self, step: int, place: Place) -> bool:
        if self._now is None:
            return True
        return self._get_pitches(place.chord)[step] - self._now_pitch in SUNG

    def _may_follow(self, step: int, place: Place) -> bool:
        """Whether a note may come after the ones before."""
        if self._now is None or place.is_fresh:
            return self._is_sung(step, place)
        interval = step - self._now
        if abs(self._before) >= LEAP and not place.is_peak and (interval * self._before >= 0 or abs(interval) > BACK):
            return False
        if not self._is_sung(step, place):
            return False
        if abs(interval) <= 1:
            return True
        return not self._is_restless and (place.must_belong or self._is_consonant(step, place.chord))

    def _may_go_on(self, step: int, place: Place, following: Place | None) -> bool:
        """Whether the note after this one can keep the rules."""
        interval = 0 if self._now is None or place.is_fresh else step - self._now
        is_dissonant = not self._is_consonant(step, place.chord)
        if following is None or following.is_fresh:
            return not is_dissonant
        if following.is_peak:
            return abs(interval) < LEAP and 0 < self._bounds.peak - step <= WIDEST
        if abs(interval) >= LEAP:
            ways = [step - move if interval > 0 else step + move for move in range(1, BACK + 1)]
        elif is_dissonant:
            ways = [step - 1, step + 1]
        else:
            return True
        low, _, ceiling = self._bounds
        return bool(self._keep_belonging([way for way in ways if low <= way <= ceiling], following))

    def _pick(self, steps: list[int], place: Place, liked: int | None) -> int:
        weighted = self._weigh(steps, place, liked)
        if place.target is None:
            return self._random.choose_weighted(weighted)
        target = place.target
        return min(weighted, key=lambda pair: (abs(pair[0] - target), -pair[1]))[0]

    def _weigh(self, steps: Sequence[int], place: Place, liked: int | None) -> list[tuple[int, float]]:
        """(step, weight) of each step."""
        taste, now, before, gaps = self._taste, self._now, self._before, GAPS[self._key.mode]
        intervals = taste.intervals[max(-WIDEST, min(WIDEST, before))]
        later = place.later if place.must_belong else ()
        often = max(FAMILIAR, self._used.total()) * OVERUSED
        weighted: list[tuple[int, float]] = []
        for step in steps:
            distance = (step - place.aim) / NEARNESS
            weight = 1 / (1 + distance * distance)
            if now is not None:
                interval = step - now
                weight *= intervals[max(-WIDEST, min(WIDEST, interval))]
                if abs(interval) >= WIDE:
                    weight *= taste.leaps
                if interval == before == 0:
                    weight *= THIRD_TIME
                if interval * before > 0 and abs(interval) <= BACK and abs(before) <= BACK:
                    weight *= taste.character.going_on
                if abs(interval) == BACK:
                    weight *= THIRDS
                if interval == liked:
                    weight *= LIKED
            if later:
                fits = sum([self._is_consonant(step, chord) for chord in later])
                weight *= FITS_LATER ** min(fits, FITS_AT_MOST)
            if (times := self._recent.count(step)) > STANDING:
                weight *= STALE ** (times - STANDING)
            if self._used[step] > often:
                weight *= TIRED
            if step == self._bounds.peak:
                weight *= taste.character.crest ** self._used[step]
            if step % 7 in gaps:
                weight *= taste.gaps
            weighted.append((step, weight))
        return weighted
