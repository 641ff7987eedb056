"""Two songs by turns, X and Y, for listeners who do not know which is which until it is revealed.

Each function is a piece of a transaction of `database.store`.
"""

from collections.abc import Mapping
from random import Random
from typing import Any, Final

from bot.database.models import COMPARED, Comparison, Vote
from bot.songs import library, programme
from bot.songs.bars import bars
from bot.songs.library import SongView
from common.errors import CommandError
from common.generators import COMPARE
from common.jobs import Pair, Side
from common.paths import Paths
from common.types import RATE, SongCode

CHOICES: Final = ("x", "y")
WITHOUT_BARS: Final = 2.0
"""Seconds that stand for a bar where a song does not say its tempo."""


def begin(
    first: SongView, second: SongView, count: int, *, who: str, where: str, person: str, now: float, chance: Random
) -> tuple[int, SongCode]:
    """Have it made; which song is X is drawn. Returns the job and the song that it becomes."""
    job, code = programme.order_song(
        generator=COMPARE, seed=None, parameters={"bars": count}, who=who, where=where, cut=True, now=now,
        chance=chance, person=person, purpose=COMPARED,
    )  # fmt: skip
    pair = [first.code, second.code]
    if chance.random() < 0.5:
        pair.reverse()
    Comparison.create(song=code, first=pair[0], second=pair[1], created=now)
    return job, code


def pair(code: str, paths: Paths) -> Pair | None:
    """What the worker needs of both; None where the song is no comparison."""
    row = Comparison.get_or_none(Comparison.song == code)
    if row is None:
        return None
    song = library.song(code)
    return Pair(
        first=_side(library.song(row.first), paths),
        second=_side(library.song(row.second), paths),
        bars=int(song.parameters["bars"]),
    )


def _side(song: SongView, paths: Paths) -> Side:
    grid = bars(song.facts, song.parameters)
    bar, phase = (grid.bar, grid.phase) if grid else (round(WITHOUT_BARS * RATE), 0)
    return Side(str(paths.song(song.code) / song.audio), song.loudness, bar, phase)


def latest() -> Comparison:
    row: Comparison | None = Comparison.select().order_by(Comparison.created.desc()).first()
    if row is None:
        raise CommandError("there has been no comparison; compare SONG SONG begins one")
    return row


def vote(choice: str, person: str, now: float) -> None:
    """One for each person; the last one counts."""
    row = latest()
    if row.revealed is not None:
        raise CommandError("it is revealed already, so the votes are closed")
    Vote.delete().where(Vote.comparison == row.song, Vote.person == person).execute()
    Vote.create(comparison=row.song, person=person, choice=choice, created=now)


def reveal(now: float) -> tuple[dict[str, SongView], dict[str, int]]:
    """Which song was X and which was Y, and how many liked each better. It closes the votes."""
    row = latest()
    Comparison.update(revealed=row.revealed or now).where(Comparison.song == row.song).execute()
    cast = [vote.choice for vote in Vote.select().where(Vote.comparison == row.song)]
    songs = {"x": library.song(row.first), "y": library.song(row.second)}
    return songs, {choice: cast.count(choice) for choice in CHOICES}


def turn(facts: Mapping[str, Any], seconds: float) -> str:
    """Which of the two is heard there: X or Y."""
    x, y = float(facts.get("x", 0)), float(facts.get("y", 0))
    if x <= 0 or y <= 0:
        return ""
    after = max(0.0, seconds - float(facts.get("lead", 0))) % (x + y)
    return "X" if after < x else "Y"
