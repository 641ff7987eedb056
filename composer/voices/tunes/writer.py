"""Writes the tune of a section: plan, rhythms, the place of the climax, and then the pitches unit by unit.

The climax is placed on purpose: one note in the section, on a strong beat late in it, is the highest; all others stay
below, or some come as high. How high it is follows from the kind of section, so that a chorus rises above its verse. A
unit that returns has its old rhythm, and its old notes as far as the chords of the new place allow; sometimes it is
moved a step or two, as a sequence. Steps are sixteenths from the beginning of the section; a pickup before it has
negative ones. Knows no instrument but its register.
"""

from typing import Final, NamedTuple

import msgspec

from bandstand.common.bands import Member
from bandstand.composer.random_source import RandomSource
from bandstand.composer.theory import Chord
from bandstand.composer.voices.context import GridNote, SectionContext
from bandstand.composer.voices.tunes.character import draw_character
from bandstand.composer.voices.tunes.idioms import mix_intervals
from bandstand.composer.voices.tunes.line import Bounds, Place, Taste, TuneLine, draw_favours
from bandstand.composer.voices.tunes.plans import PHRASE_BARS, Unit, plan_tune
from bandstand.composer.voices.tunes.rhythms import AHEAD, BREATH, Beat, Beats, RhythmWriter, TuneHabits

PEAKS: Final = {"verse": 6, "chorus": 9, "bridge": 7, "solo": 9, "break": 5, "outro": 6}
"""Kind of section -> its highest note, in scale steps above the floor."""
SHARED_PEAKS: Final = 0.75
"""Share of the songs whose highest note may come again beside the climax."""
HEADROOM: Final = 10
"""Scale steps of the register that lie above the floor."""
OCTAVE: Final = 7
"""Scale steps of an octave; its multiples are the tonics."""
LONG_STEPS: Final = 4
"""A note of at least this many steps belongs to the chord."""
SHORT: Final = 3
"""A note of fewer steps is no climax where there is a longer one."""
SHORT_CLIMAX, EARLY_CLIMAX = 2, 1
"""Bars by which a climax had better be elsewhere than on a short note, or on one of the first of its unit."""
LEANING: Final = 0.6
"""Largest share of the short notes on strong beats that lean on the next one, from outside the chord."""
APPROACH: Final = 3
"""Notes that lead up to the climax,"""
ASCENT: Final = 1.8
"""each at most so many scale steps below the next."""
SHAPES: Final = ("arch", "fall", "rise", "wave")
RISING: Final = ("arch", "rise")
"""Those of a unit that begins lower."""
SWAY: Final = 0.5
"""Share of half the range by which a contour rises and falls around its level."""
MOVED: Final = (((0, 24), (1, 1), (-1, 1.5), (2, 0.5)), ((0, 4), (1, 1), (-1, 1.5), (2, 0.5)))
"""(scale steps, weight) by which a unit is moved that returns for the first time, and for a later one."""
FULLNESS: Final = {"chorus": 0.8, "solo": 1.35, "break": 0.7}
"""Kind of section -> how full of notes its tune is; 1 if it is not in it."""


class Written(NamedTuple):
    """A unit with its rhythm; the steps count from the section's beginning."""

    unit: Unit
    beats: Beats


class TuneWriter:
    """Writes the tune of one section. `material` is the same wherever the section returns."""

    def __init__(self, context: SectionContext, member: Member, habits: TuneHabits, material: RandomSource) -> None:
        self._context, self._material = context, material
        self._steps = context.steps
        kind = context.section.kind
        self._leans, self._leaning = LEANING * material.song.branch("leans").draw_uniform(), material.branch("leaning")
        self._character = draw_character(context.style, material.song)
        self._plan = plan_tune(kind, context.section.bars, material.branch("plan"), self._character.round)
        self._written = self._write_rhythms(
            msgspec.structs.replace(habits, density=habits.density * FULLNESS.get(kind, 1.0))
        )
        key = context.key
        lowest, highest = key.step_at(member.low) + 1, key.step_at(member.high)
        floor = lowest + max(0, (member.high - member.low) * 7 // 12 - 1 - HEADROOM)
        wanted = self._character.find_peak(PEAKS["verse"], PEAKS.get(kind, PEAKS["verse"]))
        self._peak_place = self._find_climax()
        self._bounds = self._find_bounds(min(highest, floor + wanted), lowest, member.high)
        taste = Taste(
            draw_favours(mix_intervals(context.style.tune), material.song.branch("favours")),
            context.style.tune.leaps * (0.4 + 1.2 * habits.leaps) * self._character.leaps,
            self._character.gaps, context.motif, self._character,
        )  # fmt: skip
        self._line = TuneLine(key, self._bounds, taste, material.branch("line"))
        self._rows: dict[str, dict[int, int]] = {}
        self._notes: list[list[GridNote]] = []
        """Of each unit that is written so far."""

    def write(self, bars: int | None = None) -> list[GridNote]:
        """Write the units that begin in the first `bars` bars, or all. None is written twice."""
        asked = [written for written in self._written if bars is None or written.unit.bar < bars]
        for index in range(len(self._notes), len(asked)):
            self._notes.append(self._write_unit(index))
        return [note for notes in self._notes[: len(asked)] for note in notes]

    def _write_unit(self, index: int) -> list[GridNote]:
        written = self._written[index]
        places = self._make_places(index, written)
        chosen = self._line.write(places, motif=index == 0)
        origin = written.unit.bar * self._steps
        row = self._rows.setdefault(written.unit.label, {})
        for beat, step in zip(written.beats, chosen, strict=True):
            row.setdefault(beat.step - origin, step)
        return [
            GridNote(beat.step, beat.length, self._line.find_pitch(step, place.chord), self._find_force(beat))
            for beat, step, place in zip(written.beats, chosen, places, strict=True)
        ]

    # Rhythm

    def _write_rhythms(self, habits: TuneHabits) -> list[Written]:
        known: dict[str, Beats] = {}
        written: list[Written] = []
        writer = RhythmWriter(self._context.style, habits, self._context.rhythm, self._material.branch("rhythm"))
        for unit in self._plan.units:
            beats = writer.answer(known[unit.label], unit) if unit.label in known else writer.write(unit)
            known.setdefault(unit.label, beats)
            origin = unit.bar * self._steps
            written.append(Written(unit, tuple(beat._replace(step=origin + beat.step) for beat in beats)))
        return [
            Written(one.unit, cut_beats(one, following.beats[0].step) if following else one.beats)
            for one, following in zip(written, [*written[1:], None], strict=True)
        ]

    def _find_climax(self) -> tuple[int, int]:
        """(unit, beat) of the highest note: strong or long, about two thirds into its unit, and not its last."""
        index = self._plan.climax
        unit, beats = self._written[index]
        middle = (unit.bar + unit.bars * 0.6) * self._steps
        inner = [number for number, beat in enumerate(beats) if not beat.is_last and beat.step >= 0] or [0]
        return index, min(
            inner,
            key=lambda number: (
                abs(beats[number].step - middle) / self._steps
                - (self._is_strong(beats[number]))
                - beats[number].length / 16
                + (SHORT_CLIMAX if beats[number].length < SHORT else 0)
                + (EARLY_CLIMAX if number < APPROACH else 0)
            ),
        )

    # Pitch

    def _find_bounds(self, peak: int, lowest: int, high: int) -> Bounds:
        """The climax is the highest note of its chord up to the step `peak` and the pitch `high`."""
        index, number = self._peak_place
        chord = self._find_chord(self._written[index].beats[number])
        key = self._context.key
        near = [(step, key.pitch_over(step, chord)) for step in range(peak, peak - OCTAVE, -1)]
        found = next((step for step, pitch in near if pitch <= high and pitch % 12 in chord.pitches), peak)
        returns = self._character.round > 0
        is_shared = returns or self._material.song.branch("compass").draw_bool(SHARED_PEAKS)
        low = min(found - self._character.compass, found // OCTAVE * OCTAVE)  # a narrow tune has its tonic, too
        return Bounds(max(lowest, low), found, found if is_shared else found - 1)

    def _make_places(self, index: int, written: Written) -> list[Place]:
        unit, beats = written
        before = self._written[index - 1].unit if index else None
        is_fresh = before is None or before.close != "none"
        row = self._rows.get(unit.label, {})
        source = self._material.branch("contour", unit.label, unit.number)
        moved = self._draw_move(unit, source) if row else 0
        shapes = RISING if index == 0 and self._character.rise else SHAPES
        shape = self._material.branch("shape", unit.label).choose(shapes)
        origin = unit.bar * self._steps
        places: list[Place] = []
        for number, beat in enumerate(beats):
            target, least = row.get(beat.step - origin), self._find_least(index, number)
            places.append(
                Place(
                    chord=self._find_chord(beat),
                    must_belong=self._must_belong(beat, beats[:number]),
                    aim=max(least, self._aim(index, shape, (beat.step - origin) / (unit.bars * self._steps))),
                    target=None if target is None or target + moved < least else target + moved,
                    later=self._find_later_chords(index, beat),
                    goals=self._find_goals(unit, beat),
                    is_close=beat.is_last or (self._is_close(beat) and self._is_first(beat, beats[:number])),
                    is_peak=(index, number) == self._peak_place,
                    is_fresh=is_fresh and number == 0,
                    is_light=beat.length < SHORT and not self._is_strong(beat),
                )
            )
        return places

    def _draw_move(self, unit: Unit, source: RandomSource) -> int:
        """The scale steps by which a unit that returns is moved."""
        if self._character.is_literal:
            return 0
        sequences = self._context.style.tune.sequences
        weights = [(steps, weight * sequences if steps else weight) for steps, weight in MOVED[unit.number > 1]]
        return source.choose_weighted(weights)

    def _find_later_chords(self, index: int, beat: Beat) -> tuple[Chord, ...]:
        """The chords of a note where its unit returns, if it is there for the first time.

        Of a section's last bar the first chord counts: where it leads into another key it has one more.
        """
        unit, steps = self._plan.units[index], self._steps
        last = (self._context.section.bars - 1) * steps
        if unit.number:
            return ()
        later = [one for one in self._plan.units[index + 1 :] if one.label == unit.label]
        within = beat.step - unit.bar * steps
        return tuple(
            self._context.bars[-1][0]
            if one.bar * steps + within >= last
            else self._find_chord(beat._replace(step=one.bar * steps + within))
            for one in later
            if 0 <= within < one.bars * steps
        )

    def _aim(self, index: int, shape: str, where: float) -> float:
        """The contour at a place in a unit, 0 to 1: it rises to the climax over the units, and sways in each."""
        climax = self._plan.climax
        half = (self._bounds.peak - self._bounds.low) / 2
        level = self._bounds.peak - half + (1.0 if index == climax else -1.0 if index < climax - 1 else -0.3)
        sway = {
            "arch": 1 - 4 * (where - 0.45) * (where - 0.45) * 2,
            "fall": 1 - 2 * where,
            "rise": 2 * where - 1,
            "wave": 1 - 4 * abs(where - 0.25) if where < 0.5 else 4 * abs(where - 0.75) - 1,
        }[shape]
        close = self._plan.units[index].close
        end = 0.0 if where < 0.75 or close == "none" else (where - 0.75) * (6 if close == "full" else 3)
        begin = self._character.rise * (1 - where) if index == 0 else 0.0
        return level + SWAY * half * sway - end - begin

    def _find_least(self, index: int, number: int) -> float:
        """How high the contour has to be to lead up to the climax: nobody likes to sing that out of the blue."""
        unit, climax = self._peak_place
        ahead = climax - number
        return self._bounds.peak - ASCENT * ahead if index == unit and 0 < ahead <= APPROACH else self._bounds.low

    def _find_goals(self, unit: Unit, beat: Beat) -> tuple[int, ...]:
        """Pitch classes of a note that ends a phrase."""
        if not beat.is_last:
            return ()
        chord, tonic = self._find_chord(beat), self._context.key.tonic
        if unit.close == "full" and chord.degree == 0 and tonic in chord.pitches:
            return (tonic,)
        return chord.pitches

    def _must_belong(self, beat: Beat, before: Beats) -> bool:
        if beat.step < 0:
            return False
        if beat.length >= LONG_STEPS or beat.is_last or (self._is_close(beat) and self._is_first(beat, before)):
            return True
        return self._is_strong(beat) and not self._leaning.draw_bool(self._leans)

    def _is_first(self, beat: Beat, before: Beats) -> bool:
        """Whether none of the notes before is in the same bar."""
        return not before or before[-1].step // self._steps != beat.step // self._steps

    def _is_close(self, beat: Beat) -> bool:
        """Whether a note is in the last bar of a phrase."""
        return (beat.step // self._steps - self._context.section.bars) % PHRASE_BARS == PHRASE_BARS - 1

    def _is_strong(self, beat: Beat) -> bool:
        """Whether it begins on the first or third beat in 4/4 and the first in 3/4, or is held over it from before."""
        strong = 8 if self._context.style.beats == 4 else self._steps
        return beat.step % strong == 0 or (beat.length > AHEAD and (beat.step + AHEAD) % strong == 0)

    def _find_chord(self, beat: Beat) -> Chord:
        """The chord of a note: of one that comes ahead of a strong beat, the chord of that beat."""
        step = max(0, beat.step)
        strong = 8 if self._context.style.beats == 4 else self._steps
        is_ahead = beat.length > AHEAD and (step + AHEAD) % strong == 0
        bars = self._context.section.bars
        is_close = self._is_close(beat._replace(step=step))
        return self._context.chord_at(
            step + AHEAD if is_ahead and not is_close and step + AHEAD < bars * self._steps else step
        )

    def _find_force(self, beat: Beat) -> float:
        if beat.is_last:
            return 0.9
        return 1.0 if self._is_strong(beat) else 0.85


def cut_beats(written: Written, end: int) -> Beats:
    """The beats of a unit as far as they leave room for what begins at `end`, and for the breath before it."""
    unit, beats = written
    room = BREATH if unit.close != "none" else 0
    kept = [beat for beat in beats if beat.step + max(1, room) <= end - 1] or list(beats[:1])
    last = kept[-1]
    kept[-1] = last._replace(length=max(1, min(last.length, end - room - last.step)), is_last=beats[-1].is_last)
    return tuple(kept)


def make_room(notes: list[GridNote], end: int) -> list[GridNote]:
    """The notes of a tune as far as they leave room for a pickup that begins at `end`."""
    kept = [note for note in notes if note.step + AHEAD <= end]
    if kept and kept[-1].step + kept[-1].length > end:
        kept[-1] = kept[-1]._replace(length=end - kept[-1].step)
    return kept
