"""What arrangements are like is counted as a person would count it."""

import msgspec

from bandstand.composer.band_measures import (
    compare_verses,
    count_fills,
    find_chord_families,
    find_ending,
    measure_band,
    share_ghosts,
)
from bandstand.composer.score import STEP, Bend, ChordMark, Control, Note, Part, Score, Section, Tempo

BAR = 16 * STEP
SNARE, KICK = 38, 36


def note(step: int, pitch: int, length: int = 2, velocity: int = 90) -> Note:
    return Note(step * STEP, length * STEP, pitch, velocity)


def part(voice: str, *notes: Note, **more: tuple[Control, ...] | tuple[Bend, ...]) -> Part:
    return Part(name=voice, voice=voice, program=0, level=1.0, pan=0.0, reverb=0.0, notes=notes, **more)  # type: ignore[arg-type]


def score(*parts: Part, bars: int = 2, symbols: tuple[str, ...] = ("C",), last_bpm: float = 120) -> Score:
    return Score(
        title="",
        artist="",
        seed=0,
        key="C",
        beats=4,
        tempi=(Tempo(0, 120), Tempo(BAR, last_bpm)),
        sections=tuple(Section("verse", index + 1, index * bars // 2, bars // 2, 0.5) for index in range(2)),
        chords=tuple(ChordMark(0, symbol) for symbol in symbols),
        parts=parts,
    )


def test_a_second_verse_is_compared_note_by_note() -> None:
    same = part("bass", note(0, 40), note(8, 43), note(16, 40), note(24, 43))
    varied = part("bass", note(0, 40), note(8, 43), note(16, 40), note(24, 45))
    assert compare_verses(score(same), "bass") == 1
    assert compare_verses(score(varied), "bass") == 0.5
    assert compare_verses(score(part("bass", note(0, 40))), "bass") is None


def test_a_bar_with_more_strokes_than_usual_is_a_fill() -> None:
    plain = [note(bar * 16 + step, SNARE) for bar in range(8) for step in (4, 12)]
    assert count_fills(plain, BAR) == 0
    assert count_fills([*plain, note(120, 45), note(122, 43)], BAR) == 1
    assert count_fills([], BAR) is None


def test_a_ghost_note_is_soft_beside_the_strokes_around_it() -> None:
    loud = [note(4, SNARE), note(12, SNARE)]
    assert share_ghosts([*loud, note(7, SNARE, velocity=40), note(0, KICK)], BAR) == 1 / 3
    quiet = [note(bar * 16 + 4, SNARE, velocity=40) for bar in range(8, 12)]
    assert share_ghosts([*loud, *quiet], BAR) == 0
    assert share_ghosts([note(0, KICK)], BAR) is None


def test_the_basss_intervals_leave_out_repetitions_and_long_rests() -> None:
    found = measure_band(score(part("bass", note(0, 40), note(2, 40), note(4, 52), note(6, 50), note(60, 30))))
    assert (found.bass_wide, found.bass_steps) == (0.5, 0.5)


def test_bends_of_the_lead_and_controllers_after_the_mix_is_set_are_counted_by_the_bar() -> None:
    lead = part("melody", note(0, 60), bends=(Bend(10, 50), Bend(20, 0)), controls=(Control(0, 7, 90),))
    pad = part("pad", note(0, 60), controls=(Control(BAR, 11, 90), Control(BAR + 9, 11, 80)))
    found = measure_band(score(lead, pad))
    assert (found.bends, found.controls) == (1, 1)
    assert measure_band(score(pad)).bends is None


def test_a_lead_that_cannot_bend_is_not_asked_to() -> None:
    vibraphone, saxophone = (
        part("melody", note(0, 60)),
        msgspec.structs.replace(part("melody", note(0, 60)), program=66),
    )
    assert (measure_band(score(vibraphone)).bends, measure_band(score(vibraphone)).controls) == (None, None)
    assert (measure_band(score(saxophone)).bends, measure_band(score(saxophone)).controls) == (0, 0)


def test_families_of_chords_are_found_in_symbols() -> None:
    assert find_chord_families(score(symbols=("C", "Am7", "F#maj7", "Bdim"))) == set()
    assert find_chord_families(score(symbols=("Csus4", "F#m9", "Bb6"))) == {"sus", "nine", "six"}
    assert find_chord_families(score(symbols=("Cadd9", "C/E"))) == {"add9", "inversion"}


def test_endings_are_told_apart() -> None:
    run = [note(step, 60) for step in range(0, 32, 2)]
    assert find_ending(score(part("chords", *run[:12], note(24, 60, 8)))) == "held"
    assert find_ending(score(part("chords", note(0, 60), note(16, 60)))) == "stop"
    assert find_ending(score(part("chords", *run))) == "run"
    soft = [note(step, 60, velocity=30) for step in range(16, 32, 2)]
    assert find_ending(score(part("chords", *run[:8], *soft))) == "fade"
    assert find_ending(score(part("chords", note(0, 60), note(16, 60, 16)), last_bpm=80)) == "slow held"
    held = note(16, 40, 16)
    grows = part("bass", held, controls=(Control(BAR, 11, 34), Control(2 * BAR - 9, 11, 127)))
    assert find_ending(score(part("chords", note(0, 60)), grows)) == "swell"
    assert find_ending(score(part("bass", held, bends=(Bend(BAR, 0), Bend(2 * BAR - 9, -200))))) == "tape"
    falls = part("melody", held, bends=(Bend(BAR, 0), Bend(2 * BAR - 9, -200)))
    assert find_ending(score(part("bass", held), falls)) == "held"
