"""What is written down is read again as it was, and lists are in their order."""

import sqlite3

import msgspec
import psycopg
import pytest
from peewee import IntegrityError

from bandstand.bot.station.repositories import RatedSection
from bandstand.bot.storage.transaction import SqlTransaction
from bandstand.common.api.people import Place, Right
from bandstand.common.api.values import (
    Bars,
    Bookmark,
    Comparison,
    Cue,
    CueState,
    Edges,
    EndReason,
    JobState,
    Purpose,
    RatingMean,
    Section,
    SongPlace,
    SongState,
    Watch,
)
from bandstand.common.generators import COMPARE, IMPORT
from bandstand.common.jobs import Provenance
from bandstand.common.types import Frames, SongCode
from tests.bot.memory import make_transaction
from tests.bot.storage.samples import make_cue, make_form, make_job, make_song

pytestmark = pytest.mark.usefixtures("either_database")


@pytest.fixture
def tx() -> SqlTransaction:
    return make_transaction()


def add_songs(tx: SqlTransaction, *codes: str) -> None:
    for index, code in enumerate(codes):
        tx.songs.add(make_song(code, created=float(index)))


# Songs


def test_a_song_is_read_as_it_was_written(tx: SqlTransaction) -> None:
    form = tx.bands.add_form(make_form(is_variation=True))
    song = make_song(
        parameters={"mood": "blue", "depth": 2},
        facts={"tempo": 120, "key": "C"},
        sections=(Section("intro", 1, 0.3), Section("verse", 5)),
        seconds=90.5,
        loudness=-16.2,
        peak=-1.0,
        album="Night Buses",
        genre="Dub",
        year=1994,
        tags=("calm", "late-night"),
        cue_in=0.4,
        cue_out=88.5,
        next_at=85.0,
        making=2.5,
        audio="song.flac",
        form=form.id,
        provenance=Provenance(program="abc", status=-9, notes=["it clips"]),
    )
    tx.songs.add(song)
    assert tx.songs.get("7kq3") == song


def test_save_writes_all_but_the_state(tx: SqlTransaction) -> None:
    tx.songs.add(make_song(state=SongState.MAKING))
    tx.songs.save(make_song(title="Red Lantern", state=SongState.READY))
    assert tx.songs.get("7kq3") == make_song(title="Red Lantern", state=SongState.MAKING)
    tx.songs.write_state("7kq3", SongState.BEGUN)
    assert tx.songs.get("7kq3").state is SongState.BEGUN


def test_a_song_that_was_given_up_is_got_and_not_found(tx: SqlTransaction) -> None:
    tx.songs.add(make_song(state=SongState.FAILED))
    assert tx.songs.get("7kq3").state is SongState.FAILED
    assert tx.songs.has_code("7kq3")
    assert tx.songs.find("7kq3") is None
    assert tx.search.find_titled(["blue"], 9) == []
    assert tx.songs.find_made_with("band", {}) is None
    assert tx.songs.list_newest(5) == tx.songs.list_by_artist("The Robots", 5) == []
    assert tx.songs.count() == 0


def test_a_song_that_is_not_there_is_a_key_error(tx: SqlTransaction) -> None:
    with pytest.raises(KeyError):
        tx.songs.get("nope")
    assert tx.songs.find("nope") is None
    assert not tx.songs.has_code("nope")


@pytest.mark.parametrize(
    ("words", "title"),
    [
        (["lantern"], "Blue LANTERN"),
        (["blue", "lantern"], "Blue LANTERN"),
        (["strasse"], "Die Straße"),
        (["été", "d'azur"], "ÉTÉ d'Azur"),
    ],
)
def test_a_title_is_found_by_its_words_in_any_case(tx: SqlTransaction, words: list[str], title: str) -> None:
    for index, known in enumerate(["Blue LANTERN", "Die Straße", "ÉTÉ d'Azur", "Red"]):
        tx.songs.add(make_song(f"s{index}", title=known))
    found = [song.title for song in tx.songs.list_briefs(tx.search.find_titled(words, 9))]
    assert title in found
    assert "Red" not in found


def test_no_words_find_no_title(tx: SqlTransaction) -> None:
    add_songs(tx, "a")
    assert tx.search.find_titled([], 9) == []


def test_a_song_is_found_by_its_parameters_in_any_order(tx: SqlTransaction) -> None:
    tx.songs.add(make_song(generator="mine", parameters={"a": 1, "b": 2.5}))
    assert tx.songs.find_made_with("mine", {"b": 2.5, "a": 1}) is not None
    assert tx.songs.find_made_with("mine", {"a": 1}) is None
    assert tx.songs.find_made_with("other", {"a": 1, "b": 2.5}) is None


def test_the_newest_song_is_no_comparison_and_no_imported_file(tx: SqlTransaction) -> None:
    for index, generator in enumerate(["mine", "band", COMPARE, IMPORT]):
        tx.songs.add(make_song(f"s{index}", generator=generator, created=float(index)))
    newest, mine = tx.songs.get_newest(), tx.songs.get_newest("mine")
    assert newest is not None
    assert mine is not None
    assert (newest.code, mine.code) == ("s1", "s0")
    assert tx.songs.get_newest("other") is None


def test_lists_have_the_newest_first(tx: SqlTransaction) -> None:
    add_songs(tx, "a", "b", "c")
    assert [song.code for song in tx.songs.list_newest(2)] == ["c", "b"]
    assert tx.songs.list_by_artist("The Robots", 1) == [tx.songs.get("c").brief]
    assert tx.songs.count() == 3


def test_seconds_to_the_air_are_from_the_order_to_the_first_playing(tx: SqlTransaction) -> None:
    add_songs(tx, "7kq3")
    job = tx.jobs.add(make_job(created=10.0))
    assert tx.songs.get_seconds_to_air("7kq3") is None
    tx.queue.add(make_cue(job=job, started=10.25))
    tx.queue.add(make_cue(job=job, started=99.0))
    assert tx.songs.get_seconds_to_air("7kq3") == 0.25


# Jobs


def test_a_job_is_read_as_it_was_written(tx: SqlTransaction) -> None:
    add_songs(tx, "7kq3", "orig")
    job = make_job(person="libera/ann", cuts_in=True, purpose=Purpose.REMAKE, original=SongCode("orig"))
    number = tx.jobs.add(job)
    written = msgspec.structs.replace(job, id=number, title="Blue Lantern")
    assert tx.jobs.get(number) == written
    ended = msgspec.structs.replace(written, reason="no", finished=9.0)
    tx.jobs.save(msgspec.structs.replace(ended, state=JobState.DONE))
    assert tx.jobs.get(number) == ended, "a state is written by itself"
    tx.jobs.write_state(number, JobState.FAILED)
    assert tx.jobs.get(number).state is JobState.FAILED
    with pytest.raises(KeyError):
        tx.jobs.get(99)


def test_jobs_are_listed_by_their_states(tx: SqlTransaction) -> None:
    add_songs(tx, "7kq3")
    states = [JobState.DONE, JobState.RUNNING, JobState.WAITING, JobState.WAITING, JobState.FAILED]
    for state in states:
        tx.jobs.add(make_job(state=state, person="ann"))
    waiting = tx.jobs.get_next_waiting()
    assert waiting is not None
    assert waiting.id == 3
    assert [job.id for job in tx.jobs.list_in_state(JobState.WAITING, JobState.RUNNING)] == [2, 3, 4]
    assert [job.id for job in tx.jobs.list_ended(5)] == [5, 1]
    assert [job.id for job in tx.jobs.list_ended(1)] == [5]
    assert (tx.jobs.count_open("ann"), tx.jobs.count_open("bob")) == (3, 0)


def test_open_versions_are_those_of_one_watched_generator(tx: SqlTransaction) -> None:
    tx.songs.add(make_song("mine", generator="mine"))
    tx.songs.add(make_song("other", generator="other"))
    first = tx.jobs.add(make_job("mine", purpose=Purpose.WATCH))
    tx.jobs.add(make_job("mine", purpose=Purpose.WATCH, state=JobState.DONE))
    tx.jobs.add(make_job("mine"))
    tx.jobs.add(make_job("other", purpose=Purpose.WATCH))
    assert [job.id for job in tx.jobs.list_open_versions("mine")] == [first]


# Cues


def test_a_cue_is_read_as_it_was_written(tx: SqlTransaction) -> None:
    song = make_song(audio="song.flac", loudness=-14.0, seconds=90.0)
    tx.songs.add(song)
    before = tx.queue.add(make_cue(song))
    job = tx.jobs.add(make_job())
    cue = make_cue(
        song,
        state=CueState.AIR,
        person="libera/ann",
        job=job,
        order=-1.0,
        start=Frames(480),
        started=4.0,
        ended=5.0,
        reason=EndReason.CUT,
        frames=Frames(960),
        audio="song.flac",
        loudness=-14.0,
        crossfade=2.5,
        bars=Bars(Frames(96000), Frames(10)),
        cuts=before.id,
        returns=before.id,
        edges=Edges(is_composed=True),
    )
    written = tx.queue.add(cue)
    assert written == msgspec.structs.replace(cue, id=written.id)
    assert tx.queue.get(written.id) == written
    assert tx.queue.get(99) is None


def test_a_cue_keeps_its_state_when_it_is_saved(tx: SqlTransaction) -> None:
    add_songs(tx, "7kq3")
    cue = tx.queue.add(make_cue())
    tx.queue.save(msgspec.structs.replace(cue, state=CueState.OVER, ended=9.0, reason=EndReason.SKIPPED))
    saved = tx.queue.get(cue.id)
    assert saved is not None
    assert (saved.state, saved.ended, saved.reason) == (CueState.QUEUED, 9.0, EndReason.SKIPPED)
    tx.queue.write_state(cue.id, CueState.OVER)
    assert tx.queue.list_open() == []


def test_the_queue_and_the_play_log_are_apart(tx: SqlTransaction) -> None:
    add_songs(tx, "7kq3")
    job = tx.jobs.add(make_job())
    air = tx.queue.add(make_cue(state=CueState.AIR, started=30.0, job=job))
    rest = tx.queue.add(make_cue(returns=air.id, person="ann"))
    tx.queue.add(make_cue(state=CueState.OVER, ended=5.0))  # it was never heard
    first = tx.queue.add(make_cue(state=CueState.OVER, started=10.0, ended=25.0))
    second = tx.queue.add(make_cue(state=CueState.OVER, started=20.0, ended=22.0, returns=air.id))

    def list_ids(cues: list[Cue]) -> list[int]:
        return [cue.id for cue in cues]

    assert list_ids(tx.queue.list_open()) == [air.id, rest.id]
    assert list_ids(tx.queue.list_of_job(job)) == [air.id]
    assert list_ids(tx.queue.list_rests(air.id)) == [rest.id]
    assert list_ids(tx.queue.list_played(5)) == [second.id, first.id]
    assert list_ids(tx.queue.list_played(1)) == [second.id]
    last = tx.queue.get_last_ended()
    assert last is not None
    assert last.id == first.id
    assert (tx.queue.count_queued("ann"), tx.queue.count_queued("bob")) == (1, 0)


# Bands and ratings


def test_a_band_is_in_its_present_form(tx: SqlTransaction) -> None:
    first = tx.bands.add_form(make_form())
    tx.bands.set_form("gravel-theory", first.id, 1.0)
    other = tx.bands.add_form(make_form(slug="null-modem"))
    tx.bands.set_form("null-modem", other.id, 2.0)
    second = tx.bands.add_form(make_form(generation=2, parent=first.id))
    tx.bands.set_form("gravel-theory", second.id, 3.0)
    assert tx.bands.list_all() == [second, other]
    assert tx.bands.get_form(first.id) == first
    assert tx.bands.get_form(99) is None


def test_songs_of_a_form_are_those_of_its_variations(tx: SqlTransaction) -> None:
    form = tx.bands.add_form(make_form())
    variations = [tx.bands.add_form(make_form(parent=form.id, is_variation=True)) for _ in range(2)]
    bred = tx.bands.add_form(make_form(parent=form.id, generation=2))
    for index, made_by in enumerate([*variations, bred]):
        tx.songs.add(make_song(f"s{index}", form=made_by.id))
        tx.ratings.put(RatedSection(SongCode(f"s{index}"), 0, float(index)), "ann", 5.0 - index)
    assert tx.bands.count_songs([form.id, bred.id]) == {form.id: 2, bred.id: 0}
    assert tx.ratings.get_mean_of_form(form.id) == RatingMean(0.5, 2)
    assert [rated.song for rated in tx.ratings.list_of_band("gravel-theory")] == ["s1", "s0"]
    assert tx.ratings.list_of_band("null-modem") == []
    assert tx.bands.count_songs([]) == {}


def test_a_rating_is_in_place_of_the_one_before(tx: SqlTransaction) -> None:
    add_songs(tx, "7kq3")
    rated = RatedSection(SongCode("7kq3"), 1, 1.0)
    tx.ratings.put(rated, "ann", 1.0)
    tx.ratings.put(rated, "bob", 1.0)
    assert tx.ratings.get_mean("7kq3") == RatingMean(1.0, 2)
    tx.ratings.put(rated._replace(value=-1.0), "ann", 2.0)
    assert tx.ratings.get_mean("7kq3") == RatingMean(0.0, 2)
    assert tx.ratings.get_mean("nope") == RatingMean()


# Bookmarks, comparisons, watches


def test_bookmarks_are_in_the_songs_order(tx: SqlTransaction) -> None:
    add_songs(tx, "7kq3")
    late = Bookmark(song=SongCode("7kq3"), at=SongPlace(30.25, 16, "chorus"), note="nice", name="ann", created=1.0)
    early = msgspec.structs.replace(late, at=SongPlace(2.0), created=2.0)
    tx.bookmarks.add(late)
    tx.bookmarks.add(early)
    assert tx.bookmarks.list_of_song("7kq3") == [early, late]


def test_one_vote_of_each_person_counts_until_the_votes_are_closed(tx: SqlTransaction) -> None:
    add_songs(tx, "x", "y", "pair", "later")
    assert tx.comparisons.get_latest() is None
    first = Comparison(song=SongCode("pair"), first=SongCode("x"), second=SongCode("y"), created=1.0)
    later = msgspec.structs.replace(first, song=SongCode("later"), created=2.0)
    tx.comparisons.add(later)
    tx.comparisons.add(first)
    assert tx.comparisons.get_latest() == later
    assert tx.comparisons.get("pair") == first
    assert tx.comparisons.get("x") is None
    for person, choice in [("ann", "x"), ("bob", "x"), ("ann", "y")]:
        tx.comparisons.put_vote("pair", person, choice, 3.0)
    assert sorted(tx.comparisons.list_votes("pair")) == ["x", "y"]
    tx.comparisons.close_votes("pair", 4.0)
    tx.comparisons.close_votes("pair", 5.0)
    assert tx.comparisons.get("pair") == msgspec.structs.replace(first, revealed=4.0)


def test_a_watch_is_in_place_of_the_one_before(tx: SqlTransaction) -> None:
    watch = Watch(
        generator="mine", seed=5, parameters={"a": 1}, name="ann", place=Place("ctl", "12"), person="p", created=2.0,
        continues=True,
    )  # fmt: skip
    other = msgspec.structs.replace(watch, generator="other", created=1.0, continues=False)
    tx.watches.put(msgspec.structs.replace(watch, seed=4))
    tx.watches.put(watch)
    tx.watches.put(other)
    assert tx.watches.list_all() == [other, watch]
    tx.watches.remove("mine")
    assert tx.watches.get("mine") is None
    assert tx.watches.get("other") == other


# People and settings


def test_grants_have_the_highest_right_first(tx: SqlTransaction) -> None:
    tx.people.put_grant("bob", Right.DJ, "owner", 1.0)
    tx.people.put_grant("libera/*!*@host.example", Right.ADMIN, "owner", 1.0)
    tx.people.put_grant("ann", Right.DJ, "owner", 1.0)
    tx.people.put_grant("bob", Right.OWNER, "owner", 2.0)
    names = [(grant.name, grant.right) for grant in tx.people.list_grants()]
    assert names == [("bob", Right.OWNER), ("libera/*!*@host.example", Right.ADMIN), ("ann", Right.DJ)]
    assert [grant.name for grant in tx.people.list_mask_grants()] == ["libera/*!*@host.example"]
    assert tx.people.count_grants() == 3
    assert (tx.people.get_right("bob"), tx.people.get_right("carl")) == (Right.OWNER, Right.LISTENER)
    assert (tx.people.remove_grant("bob"), tx.people.remove_grant("bob")) == (True, False)


def test_accounts_have_a_password_each(tx: SqlTransaction) -> None:
    tx.people.put_account("carl", "old", 1.0)
    tx.people.put_account("carl", "new", 2.0)
    tx.people.put_account("ann", "hash", 2.0)
    assert tx.people.list_accounts() == ["ann", "carl"]
    assert (tx.people.get_password("carl"), tx.people.get_password("bob")) == ("new", None)
    assert (tx.people.remove_account("carl"), tx.people.remove_account("carl")) == (True, False)


def test_a_setting_is_in_place_of_the_one_before(tx: SqlTransaction) -> None:
    tx.settings.put("stopped", "0.0")
    tx.settings.put("stopped", "1.5")
    assert tx.settings.get("stopped") == "1.5"
    tx.settings.remove("stopped")
    assert tx.settings.get("stopped") is None


def test_nothing_can_refer_to_what_is_not_there(tx: SqlTransaction) -> None:
    for add in (
        lambda: tx.jobs.add(make_job("nope")),
        lambda: tx.queue.add(make_cue(make_song("nope"))),
        lambda: tx.ratings.put(RatedSection(SongCode("nope"), 0, 1.0), "ann", 1.0),
        lambda: tx.songs.add(make_song(form=99)),
        lambda: tx.bands.set_form("ghosts", 99, 1.0),
        lambda: tx.comparisons.put_vote("nope", "ann", "x", 1.0),
    ):
        with pytest.raises(IntegrityError) as raised:
            add()
        assert type(raised.value.__context__) in (sqlite3.IntegrityError, psycopg.errors.ForeignKeyViolation)


def test_candidates_of_a_large_library_are_drawn_from_all_of_it_and_can_be_played(tx: SqlTransaction) -> None:
    for number in range(120):
        state = SongState.READY if number % 3 else SongState.MAKING
        tx.songs.add(make_song(f"s{number}", generator=IMPORT, state=state))
    drawn = {one.song.code: one.song.state for _ in range(40) for one in tx.rotation.draw_candidates(6)}
    assert set(drawn.values()) == {SongState.READY}
    assert len(drawn) > 60
    assert len(tx.rotation.draw_candidates(500)) == 80
