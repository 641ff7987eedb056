import msgspec
import pytest

from bandstand.common.bands import Member
from bandstand.common.instruments import RANGES
from bandstand.common.lineups import LINEUPS
from bandstand.composer.parts import NARROWEST, choose_instrument, fit_to_instrument, make_part
from bandstand.composer.random_source import RandomSource

SAX, FLUTE = 66, 73
LEAD = Member(name="lead", voice="melody", instruments=(SAX, FLUTE), bottom=62, top=86)
SEATS = [seat for lineup in LINEUPS.values() for seat in lineup.seats if seat.voice != "drums"]


@pytest.mark.parametrize("seat", SEATS, ids=lambda seat: f"{seat.name}-{seat.bottom}-{seat.top}")
def test_every_seat_plays_what_each_of_its_instruments_has(seat: Member) -> None:
    for program in seat.instruments:
        fitted = fit_to_instrument(seat, program)
        lowest, highest = RANGES[program]
        assert lowest <= fitted.bottom < fitted.top <= highest
        assert fitted.top - fitted.bottom >= NARROWEST
        assert fitted.instruments == (program,)


def test_a_compass_moves_down_for_a_lower_instrument_and_is_cut_at_its_highest_note() -> None:
    fitted = fit_to_instrument(LEAD, SAX)
    assert (fitted.bottom, fitted.top) == (55, 76)


def test_a_compass_that_the_instrument_does_not_have_at_all_is_left_alone() -> None:
    bred = msgspec.structs.replace(LEAD, bottom=95, top=119)
    assert (fit_to_instrument(bred, SAX).bottom, fit_to_instrument(bred, SAX).top) == (95, 119)


def test_a_drummer_has_no_compass() -> None:
    drums = Member(name="drums", voice="drums", instruments=(0,))
    assert fit_to_instrument(drums, 0) == drums


@pytest.mark.parametrize("seed", range(10))
def test_a_part_has_the_instrument_for_which_its_notes_are_written(seed: int) -> None:
    source = RandomSource(seed)
    assert make_part(LEAD, "pop", source).program == choose_instrument(LEAD, source)
