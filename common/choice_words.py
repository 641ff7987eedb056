"""Why the programme chose a song, in a few words, as the queue shows it at a prompt and on the page."""

from typing import Final

from bandstand.common.api.programme import Choice, Distance, Slot, SlotKind, Source

BRIEFLY: Final = {
    Source.STOCK: "new",
    Source.ROTATION: "from the rotation",
    Source.COMPOSED: "composed for its place",
}
RELAXED: Final = {
    Distance.ARTIST: "its artist again soon",
    Distance.TITLE: "its title again soon",
    Distance.SONG: "again soon",
}


def say_slot(slot: Slot) -> str:
    """A file without its folder, which is nobody's business."""
    return f"file:{slot.name.rpartition('/')[2]}" if slot.kind is SlotKind.FILE else str(slot)


def say_choice_briefly(choice: Choice) -> str:
    """The reason in a few words: `from the rotation`, `in the show Jazz, from the playlist calm`."""
    wanted = f"for {say_slot(choice.slot)}" if choice.slot else ""
    if choice.playlist:
        wanted = f"{'turn of' if choice.is_turn else 'from'} the playlist {choice.playlist}"
    reasons = (
        f"in the show {choice.show}" if choice.show else "",
        f"by the clock {choice.clocks[0].clock}" if choice.clocks else "",
        wanted,
        "" if choice.playlist else BRIEFLY[choice.source],
        "to end at a fixed time" if choice.ends_at is not None else "",
        *_say_relaxed(choice),
    )
    return ", ".join(filter(None, reasons))


def _say_relaxed(choice: Choice) -> list[str]:
    """What the song repeats; the same song has the same title."""
    is_same = Distance.SONG in choice.relaxed
    return [RELAXED[one] for one in choice.relaxed if not (is_same and one is Distance.TITLE)]
