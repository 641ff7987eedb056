"""Recognising files and recordings."""

import pytest

from bandstand.bot.storage.originals import ENOUGH, MARKS, choose_marks
from bandstand.bot.storage.transaction import SqlTransaction
from bandstand.common.api.values import SongState
from bandstand.common.jobs import Original
from tests.bot.memory import make_transaction
from tests.bot.storage.samples import make_song

pytestmark = pytest.mark.usefixtures("either_database")

FILE = Original(path="/music/a.mp3", size=9, modified=7, sound="ab")
VALUES = tuple(range(1000, 1400))


@pytest.fixture
def tx() -> SqlTransaction:
    tx = make_transaction()
    song = make_song(seconds=90.0)
    tx.songs.add(song)
    tx.originals.put(FILE, song.code)
    tx.originals.put_marks(song.code, VALUES)
    return tx


def test_a_file_is_found_by_its_path_and_by_its_sound(tx: SqlTransaction) -> None:
    known = tx.originals.find("/music/a.mp3")
    assert known is not None
    assert (known.size, known.modified, known.song.code) == (9, 7, "7kq3")
    assert tx.originals.find_by_sound("ab") == known.song
    assert tx.originals.find("/music/b.mp3") is tx.originals.find_by_sound("abc") is None


def test_a_recording_is_recognised_by_most_of_its_values_if_it_is_as_long(tx: SqlTransaction) -> None:
    damaged = [value if value % 7 else 0 for value in VALUES]
    for values, seconds, is_same in (
        (VALUES, 90.0, True), (damaged, 91.9, True), (VALUES, 93.0, False), (VALUES[:200], 90.0, False),
        (range(5000, 5400), 90.0, False), ((), 90.0, False),
    ):  # fmt: skip
        assert (tx.originals.find_by_fingerprint(list(values), seconds) is not None) is is_same


def test_songs_that_are_gone_recognise_nothing_and_what_is_forgotten_neither(tx: SqlTransaction) -> None:
    tx.songs.write_state("7kq3", SongState.DISCARDED)
    assert tx.originals.find("/music/a.mp3") is tx.originals.find_by_sound("ab") is None
    assert tx.originals.find_by_fingerprint(VALUES, 90.0) is None
    tx.songs.write_state("7kq3", SongState.READY)
    tx.originals.remove("7kq3")
    assert tx.originals.find("/music/a.mp3") is tx.originals.find_by_fingerprint(VALUES, 90.0) is None


def test_marks_are_different_spread_and_not_too_few() -> None:
    assert len(set(choose_marks(VALUES))) == MARKS
    assert choose_marks(VALUES)[-1] > VALUES[-20]
    assert choose_marks([5] * 900) == choose_marks(range(ENOUGH - 1)) == []
