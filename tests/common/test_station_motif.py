"""The station's motif."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.common.station_motif import BadMotif, derive_motif, parse_motif, write_motif


@given(st.text())
def test_every_name_has_a_motif_that_can_be_written_and_read(name: str) -> None:
    motif = derive_motif(name)
    assert parse_motif(write_motif(motif)) == motif == derive_motif(name)
    assert motif[-1] in (1, 8)


def test_stations_have_different_motifs() -> None:
    assert len({derive_motif(f"Radio {number}") for number in range(50)}) > 40


@pytest.mark.parametrize(
    "text", ["", "1 2 3 4", "1 2 3 4 5 6 7 8 9", "1 2 3 4 11", "a b c d e", "0 1 2 3 4", "-1 2 3 4 5"]
)
def test_what_is_no_motif_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadMotif, match="5 6 5 3 2 1"):
        parse_motif(text)
