"""What `song CODE` says of where a song came from, beyond its seed and parameters."""

from bot.songs import library, marks
from bot.songs.library import SongView
from common.text import one_line


def facts(view: SongView) -> dict[str, str]:
    """Only what is known."""
    came = view.provenance
    to_air = library.to_air(view.code)
    said = {
        "program": came.program,
        "version": came.version,
        "sound": came.sound[:12],
        "exit status": "" if came.status is None else str(came.status),
        "to the air": "" if to_air is None else f"{to_air:.2f} s after it was asked for",
        "said last": one_line(came.errors.rpartition("\n")[2], 200),
        **{f"note {number}": note for number, note in enumerate(came.notes, 1)},
        **{f"mark {number}": mark for number, mark in enumerate(marks.of(view.code), 1)},
    }
    return {name: text for name, text in said.items() if text}
