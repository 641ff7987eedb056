"""Who is told when a favourite of theirs begins."""

from collections.abc import Callable

import pytest

from bandstand.bot.commands.favourite_notices import FavouriteNotices
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.events import SongStarted
from bandstand.common.api.people import Identity, Place
from bandstand.common.types import CueId
from tests.bot.commands.samples import LANTERN
from tests.bot.memory import DirectStore
from tests.bot.storage.samples import make_song

ANN = Identity("irc:libera", account="ann", mask="ann!a@10.1.2.3")
BOB = Identity("irc:libera", mask="bob!b@10.1.2.4")
CYD = Identity("irc:libera", mask="cyd!c@10.1.2.5")
BEGINS = SongStarted(cue=CueId(1), song=LANTERN, name="dan", is_first=True)


class Channel:
    """A front end where three people are."""

    name = "irc"

    def __init__(self) -> None:
        self.told: list[tuple[Identity, Reply]] = []

    def tell(self, place: Place, reply: Reply) -> bool:
        return False

    def announce(self, reply: Reply) -> None: ...

    def tell_present(self, is_meant: Callable[[Identity], bool], reply: Reply) -> None:
        self.told += [(identity, reply) for identity in (ANN, BOB, CYD) if is_meant(identity)]


class Deaf:
    """A front end that sees nobody."""

    name = "ctl"

    def tell(self, place: Place, reply: Reply) -> bool:
        return False

    def announce(self, reply: Reply) -> None: ...


@pytest.fixture
def store() -> DirectStore:
    store = DirectStore()

    def like(tx: Transaction) -> None:
        tx.songs.add(make_song(LANTERN.code))
        for person, is_told in (("libera/ann", True), ("@10.1.2.4", True), ("@10.1.2.5", False)):
            tx.favourites.put_fan(person, "ann", is_told)
            tx.favourites.add(person, LANTERN.code, 1.0)

    store.do(like)
    return store


def test_those_who_like_the_song_and_want_to_know_are_told(store: DirectStore) -> None:
    channel = Channel()
    FavouriteNotices(store, [Deaf(), channel]).react(BEGINS)
    assert [identity for identity, _ in channel.told] == [ANN, BOB]
    assert channel.told[0][1] == Reply('a favourite of yours begins: "Blue Lantern" (7kq3)', Level.NOTICE)


def test_a_song_that_goes_on_or_that_nobody_likes_is_told_to_nobody(store: DirectStore) -> None:
    channel = Channel()
    notices = FavouriteNotices(store, [channel])
    notices.react(SongStarted(cue=CueId(1), song=LANTERN, name="dan", is_first=False))
    store.do(lambda tx: [tx.favourites.remove(person, LANTERN.code) for person in ("libera/ann", "@10.1.2.4")])
    notices.react(BEGINS)
    assert channel.told == []
