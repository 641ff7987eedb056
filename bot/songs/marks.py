"""Places in songs that somebody noted while they heard them. Each function is a piece of a transaction."""

from typing import Final, NamedTuple

from bot.database.models import Mark
from bot.songs.bars import bars, section
from bot.songs.library import SongView
from bot.view import AirView
from common.text import clock, one_line
from common.types import RATE, Seconds

DELAY: Final = Seconds(0.6)
"""From the bus to the ear: half a second that Icecast hands to a new listener, and the encoder's look ahead."""
NOTE_LIMIT: Final = 200


class Place(NamedTuple):
    """Where in a song: `bar` is 0 and `section` empty where the song does not say."""

    frames: int
    bar: int
    section: str

    @property
    def words(self) -> str:
        bar = f", bar {self.bar}" if self.bar else ""
        return f"{clock(self.frames / RATE)}{bar}" + (f", {self.section}" if self.section else "")


def heard(song: SongView, air: AirView) -> Place:
    """Where the song is in a listener's ear, while the station is already further on."""
    frames = max(0, round((air.seconds - DELAY) * RATE))
    grid = bars(song.facts, song.parameters)
    bar = grid.number(frames) if grid else 0
    return Place(frames, bar, section(song.facts, bar))


def note(song: SongView, place: Place, text: str, who: str, now: float) -> None:
    Mark.create(
        song=song.code, frames=place.frames, bar=place.bar, section=place.section, note=one_line(text, NOTE_LIMIT),
        who=who, created=now,
    )  # fmt: skip


def of(code: str) -> list[str]:
    """The marks of a song, in its order."""
    rows = Mark.select().where(Mark.song == code).order_by(Mark.frames)
    return [f"{Place(row.frames, row.bar, row.section).words}: {row.note or 'marked'} ({row.who})" for row in rows]
