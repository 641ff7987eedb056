"""The text form of slots."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.common.api.values import NAMED_SLOTS, Slot, SlotKind, read_slot

NAMES = st.text(st.characters(categories=["L", "N"], include_characters="-:/. "), min_size=1).map(str.strip)


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("any", Slot(SlotKind.ANY)),
        ("style:bossa", Slot(SlotKind.STYLE, "bossa")),
        (" Playlist: late night ", Slot(SlotKind.PLAYLIST, "late night")),
        ("file:/srv/news: today.ogg", Slot(SlotKind.FILE, "/srv/news: today.ogg")),
        ("jingle", Slot(SlotKind.JINGLE)),
    ],
)
def test_slots_are_read_as_people_write_them(text: str, slot: Slot) -> None:
    assert read_slot(text) == slot


@given(st.sampled_from(NAMED_SLOTS), NAMES.filter(bool))
def test_a_slot_comes_back_from_its_text(kind: SlotKind, name: str) -> None:
    slot = Slot(kind, name)
    assert read_slot(str(slot)) == slot


@pytest.mark.parametrize("text", ["", "bossa", "song:x", "any:thing", "style:", "clock", "playlist: "])
def test_what_is_no_slot_is_said_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="slot"):
        read_slot(text)
