import pytest

from bandstand.common.instruments import INSTRUMENTS, find_instrument, list_instrument_names


@pytest.mark.parametrize(
    ("words", "voice", "program"),
    [
        ("flute", "melody", 73),
        ("Flutes", "melody", 73),
        ("sax", "melody", 66),
        ("strings", "pad", 48),
        ("electric  piano", "chords", 4),
        ("drums", "drums", 0),
        ("slow strings", "pad", 49),
        ("steel drums", "arpeggio", 114),
    ],
)
def test_an_instrument_is_found_by_what_people_call_it(words: str, voice: str, program: int) -> None:
    found = find_instrument(words)
    assert found is not None
    assert (found.voice, found.programs[0]) == (voice, program)


@pytest.mark.parametrize("words", ["", "purple", "gunshot", "timpani", "flute and drums", "\x00"])
def test_what_no_band_can_play_is_no_instrument(words: str) -> None:
    assert find_instrument(words) is None


def test_every_name_that_is_offered_is_found() -> None:
    for name in list_instrument_names():
        found = find_instrument(name)
        assert found is not None and found.programs
        assert found.bottom < found.top
        assert all(0 <= program < len(INSTRUMENTS) for program in found.programs)
