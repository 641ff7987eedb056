"""What people like, in the database: their favourites, whether they are told of them, and votes for skipping a cue."""

import re
from collections.abc import Sequence
from typing import Final

from peewee import fn

from bandstand.bot.storage import tables
from bandstand.bot.storage.executor import Executor
from bandstand.common.api.values import SongState

FAN: Final = tables.Fan
FAVOURITE: Final = tables.Favourite
VOTE: Final = tables.SkipVote
SONG: Final = tables.Song
IS_KEPT: Final = SONG.state.not_in([state.value for state in SongState if state.is_lost])
NO_ACCOUNT: Final = re.compile("[@~:]")
"""What the key of a person without an account has (`bot.station.persons`): a host, a cookie, a place."""
NAMESAKES: Final = 20
"""People without an account who share a name; more than these are not looked at."""


def find_fans(executor: Executor, name: str) -> list[str]:
    """The people of this name, or the person who is written so: those with that account, or else with that nick."""
    folded = name.casefold()
    query = FAN.select(FAN.person).where((FAN.known_as == folded) | (FAN.person == folded))
    people = [person for (person,) in executor.select(query.order_by(FAN.person).limit(NAMESAKES))]
    return [person for person in people if not NO_ACCOUNT.search(person)] or people


class Favourites:
    """See `bot.station.repositories.Favourites`."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def put_fan(self, person: str, name: str, is_told: bool | None = None) -> None:
        known_as = (name if NO_ACCOUNT.search(person) else person.rpartition("/")[2]).casefold()
        changes = {"name": name, "known_as": known_as} | ({} if is_told is None else {"is_told": is_told})
        if not self._executor.change(FAN.update(**changes).where(FAN.person == person)):
            self._executor.insert(FAN.insert(person=person, **({"is_told": True} | changes)))

    def is_told(self, person: str) -> bool:
        row = self._executor.select_first(FAN.select(FAN.is_told).where(FAN.person == person))
        return row is None or bool(row[0])

    def find_fans(self, name: str) -> list[str]:
        return find_fans(self._executor, name)

    def list_fans(self, song: str) -> list[str]:
        query = FAVOURITE.select(FAVOURITE.person).join(FAN, on=(FAN.person == FAVOURITE.person))
        told = query.where(FAVOURITE.song == song, FAN.is_told == True).order_by(FAVOURITE.created)  # noqa: E712
        return [person for (person,) in self._executor.select(told)]

    def add(self, person: str, song: str, now: float) -> bool:
        query = FAVOURITE.insert(person=person, song=song, created=now)
        return self._executor.change(query.on_conflict_ignore()) > 0

    def remove(self, person: str, song: str) -> bool:
        return self._executor.change(FAVOURITE.delete().where(FAVOURITE.person == person, FAVOURITE.song == song)) > 0

    def move(self, before: str, person: str) -> None:
        own = FAVOURITE.select(FAVOURITE.song).where(FAVOURITE.person == person)
        songs = [song for (song,) in self._executor.select(own)]
        self._executor.change(FAVOURITE.delete().where(FAVOURITE.person == before, FAVOURITE.song.in_(songs)))
        self._executor.change(FAVOURITE.update(person=person).where(FAVOURITE.person == before))
        self._executor.change(FAN.delete().where(FAN.person == before))

    def count(self, song: str) -> int:
        return self._executor.select_number(FAVOURITE.select(fn.COUNT(FAVOURITE.person)).where(FAVOURITE.song == song))

    def count_of(self, people: Sequence[str]) -> int:
        songs = FAVOURITE.select(fn.COUNT(FAVOURITE.song.distinct())).join(SONG, on=(SONG.code == FAVOURITE.song))
        return self._executor.select_number(songs.where(FAVOURITE.person.in_(people), IS_KEPT))

    def list_of(self, people: Sequence[str], limit: int) -> list[str]:
        query = FAVOURITE.select(FAVOURITE.song).join(SONG, on=(SONG.code == FAVOURITE.song))
        found = query.where(FAVOURITE.person.in_(people), IS_KEPT).group_by(FAVOURITE.song)
        latest = found.order_by(fn.MAX(FAVOURITE.created).desc(), FAVOURITE.song).limit(limit)
        return [code for (code,) in self._executor.select(latest)]

    # Votes for skipping

    def put_skip_vote(self, cue: int, person: str, now: float) -> bool:
        self._executor.change(VOTE.delete().where(VOTE.cue != cue))
        query = VOTE.insert(cue=cue, person=person, created=now)
        return self._executor.change(query.on_conflict_ignore()) > 0

    def list_skip_votes(self, cue: int) -> list[str]:
        query = VOTE.select(VOTE.person).where(VOTE.cue == cue).order_by(VOTE.created)
        return [person for (person,) in self._executor.select(query)]
