"""What a player does to a note while it sounds, seen in one section of written notes."""

import msgspec
import pytest

from bandstand.common.bands import Member
from bandstand.composer.expression import perform
from bandstand.composer.harmony import Harmoniser
from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import BEND_RANGE, EXPRESSION, TICKS, VIBRATO, Section
from bandstand.composer.streaming_score import LEAD_TICKS, Performance
from bandstand.composer.style import HarmonicLanguage
from bandstand.composer.styles.pop import POP
from bandstand.composer.theory import Key
from bandstand.composer.voices.context import GridNote, SectionContext

C = Key.parse("C")
BARS, FIRST = 8, 4
CONTEXT = SectionContext(
    section=Section("verse", 1, FIRST, BARS, 0.5),
    style=POP,
    key=C,
    bars=Harmoniser(C, 0, HarmonicLanguage(), RandomSource(1)).make_progression("verse", BARS),
    following=C.build_chord(0),
    motif=(),
)
LEAD = Member(name="lead", voice="melody", instruments=(65,), bottom=58, top=82, loose=0, length=1.0)
PHRASES = [
    GridNote(bar * 16 + step, length, 66 + step % 5, 0.8) for bar in range(8) for step, length in ((0, 4), (6, 8))
]
HELD = [GridNote(0, 16, 67, 0.8), GridNote(32, 16, 69, 0.8)]


def play(notes: list[GridNote], program: int = 65, voice: str = "melody", **habits: float) -> Performance:
    member = msgspec.structs.replace(LEAD, instruments=(program,), voice=voice, **habits)
    return perform(notes, CONTEXT, member, 100, RandomSource(5))


@pytest.mark.parametrize("program", [0, 4, 11, 16, 18, 46], ids=["piano", "rhodes", "vibes", "organ", "rock", "harp"])
def test_a_piano_an_organ_or_a_bell_bends_nothing(program: int) -> None:
    played = play(PHRASES, program, bend=1.0)
    assert (played.controls, played.bends) == ([], [])


@pytest.mark.parametrize("program", [29, 65, 81, 40], ids=["guitar", "saxophone", "synth lead", "violin"])
def test_a_lead_that_can_bends_within_the_wheels_range_and_returns(program: int) -> None:
    bends = play(PHRASES, program, bend=1.0).bends
    assert bends
    assert max(abs(bend.cents) for bend in bends) <= BEND_RANGE
    assert bends[-1].cents == 0
    assert bends == sorted(bends, key=lambda bend: bend.start)


def test_a_note_that_is_reached_from_below_arrives_before_it_is_half_over() -> None:
    played = play([GridNote(0, 8, 67, 0.8)], bend=1.0)
    [note] = played.notes
    assert played.bends[0].start == note.start
    assert played.bends[0].cents < 0
    assert [bend.cents for bend in played.bends] == sorted(bend.cents for bend in played.bends)
    assert played.bends[-1].start < note.start + note.length / 2


def test_only_leads_bend_and_only_by_habit() -> None:
    assert play(PHRASES, bend=0.0).bends == []
    assert play(PHRASES, 48, "pad", bend=1.0).bends == []
    assert len(play(PHRASES, bend=1.0).bends) > len(play(PHRASES, bend=0.3).bends)


def test_a_held_note_swells_and_gets_vibrato_only_after_a_while() -> None:
    played = play(HELD)
    first = played.notes[0]
    swell = [
        move.value for move in played.controls if move.number == EXPRESSION and move.start < 32 * 120 + first.start
    ]
    assert swell[0] < max(swell) > swell[-1]
    vibrato = [move for move in played.controls if move.number == VIBRATO]
    assert vibrato[0].value == 0
    assert next(move.start for move in vibrato if move.value) > first.start + first.length / 3


def test_a_pad_swells_and_does_not_shake() -> None:
    played = play(HELD, 48, "pad")
    assert {move.number for move in played.controls} == {EXPRESSION}
    assert play(HELD, 48, "pad", swell=0.0).controls == [msgspec.structs.replace(played.controls[0], value=127)]


def test_a_section_leaves_nothing_for_the_next_one_to_undo() -> None:
    """The next section may begin `LEAD_TICKS` early, and sets its own controllers at its first note."""
    long = [GridNote(0, 4, 64, 0.8), GridNote(7 * 16, 16, 67, 0.8)]
    for program in (29, 65, 81, 40, 73, 57):
        played = play(long, program, bend=1.0)
        end = (FIRST + BARS) * 4 * TICKS - LEAD_TICKS
        assert all(move.start < end for move in (*played.controls, *played.bends))
        for number in {move.number for move in played.controls}:
            assert next(m.start for m in played.controls if m.number == number) == played.notes[0].start


def test_the_same_source_gives_the_same_expression() -> None:
    assert play(PHRASES) == play(PHRASES)
