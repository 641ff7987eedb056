"""An existing station is brought over with all that it has.

`station_before_0007.sql` was written by the code that went before, with a few rows that refer to nothing.
"""

import importlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bandstand.bot.station.persons import find_key
from bandstand.bot.storage import tables
from bandstand.bot.storage.schema import MIGRATIONS
from bandstand.bot.storage.sqlite import SqliteStation
from bandstand.bot.storage.transaction import SqlTransaction
from bandstand.common.api.people import Identity, Place, Right
from bandstand.common.api.values import (
    Bars,
    CueState,
    EndReason,
    JobState,
    Purpose,
    Section,
    SongState,
)
from bandstand.common.jobs import Provenance
from bandstand.common.types import Frames
from tests.bot.memory import make_database, make_transaction

BEFORE = Path(__file__).parent / "station_before_0007.sql"
LANTERN, AZUR, MINE, COMPARED = "32vr", "pjr3", "jhn5", "h58w"
MODELS = (
    *(tables.Form, tables.Band, tables.Song, tables.Job, tables.Cue, tables.Setting, tables.Grant, tables.Account),
    *(tables.Original, tables.Mark, tables.Watch, tables.Comparison, tables.Vote, tables.Bookmark, tables.Rating),
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("station") / "bandstand.db"
    with sqlite3.connect(path) as old:
        old.executescript(BEFORE.read_text())
    old.close()
    return path


@pytest.fixture(scope="module")
def database(path: Path) -> Any:
    database = SqliteStation(path)
    database.connect()
    later = sorted(file.stem for file in MIGRATIONS.glob("0*.py") if file.stem >= "0007")
    assert database.migrate() == later
    yield database
    database.close()


@pytest.fixture(scope="module")
def tx(database: SqliteStation) -> SqlTransaction:
    return make_transaction(database)


def count_before(table: str) -> int:
    return BEFORE.read_text().count(f'INSERT INTO "{table}" VALUES')


def count(database: SqliteStation, table: str) -> int:
    return int(database.execute_sql(f'SELECT count(*) FROM "{table}"').fetchone()[0])


@pytest.mark.parametrize(
    ("before", "now", "orphans"),
    [
        *(("song", "song", 0), ("job", "job", 0), ("cue", "cue", 0), ("genome", "form", 0), ("band", "band", 1)),
        *(("comparison", "comparison", 1), ("mark", "bookmark", 1), ("rating", "rating", 1)),
        *(("setting", "setting", 0), ("watch", "watch", 0), ("grant", "grant", 0), ("account", "account", 0)),
    ],
)
def test_no_row_is_lost_but_those_that_belong_to_nothing(
    database: SqliteStation, before: str, now: str, orphans: int
) -> None:
    assert count_before(before) > orphans
    assert count(database, now) == count_before(before) - orphans


def test_every_reference_leads_somewhere_and_the_file_is_sound(database: SqliteStation) -> None:
    assert database.execute_sql("PRAGMA foreign_key_check").fetchall() == []
    assert database.execute_sql("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_copy_from_before_is_beside_it(database: SqliteStation, path: Path) -> None:
    before = path.with_name("bandstand.before-0007_names.db")
    assert before.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(before) as copy:
        assert copy.execute("SELECT count(*) FROM genome").fetchone()[0] == count_before("genome")
    copy.close()


def test_a_song_is_as_it_was_with_its_sections_as_values(tx: SqlTransaction) -> None:
    song = tx.songs.get(LANTERN)
    assert (song.title, song.artist, song.state) == ("Blue Lantern", "The Robots", SongState.READY)
    assert (song.seed, song.seconds, song.loudness, song.peak, song.making) == (7, 90.0, -16.2, -1.5, 2.0)
    assert song.sections == (Section("intro", 1, 0.35), Section("verse", 5, 0.5), Section("chorus", 13, 0.8))
    assert song.facts == {"tempo": 120, "beats": 4, "key": "C"}
    assert song.provenance == Provenance(program="abc", version="1", sound="def")
    assert tx.songs.get(MINE).parameters == {"depth": 2, "mood": "blue"}


def test_facts_that_are_no_sections_stay_facts(tx: SqlTransaction) -> None:
    song = tx.songs.get(AZUR)
    assert song.sections == ()
    assert song.facts == {"tempo": 100.0, "sections": "one part", "energies": "0.5"}


def test_sections_without_energies_have_none(tx: SqlTransaction) -> None:
    [code] = tx.search.find_titled(["verse", "only"], 1)
    assert tx.songs.get(code).sections == (Section("verse", 1), Section("outro", 9))


def test_jobs_keep_their_purpose_and_their_end(tx: SqlTransaction) -> None:
    jobs = {job.title: job for job in tx.jobs.list_in_state(*JobState)}
    assert (jobs["Again"].purpose, jobs["Again"].original) == (Purpose.REMAKE, LANTERN)
    assert (jobs["Broken"].state, jobs["Broken"].reason) == (JobState.FAILED, "it ended with status 1")
    assert jobs["Broken"].finished == 1042.0
    assert jobs["Waits"].state is JobState.RUNNING
    assert jobs["Watched"].purpose is Purpose.WATCH
    first = jobs["Blue Lantern"]
    assert (first.name, first.place, first.person) == ("ann", Place("irc", "libera/#radio"), "libera/ann")
    assert first.cuts_in
    assert jobs["Verse only"].original is None


def test_the_queue_and_the_play_log_are_as_they_were(tx: SqlTransaction) -> None:
    air, first, *_ = sorted(tx.queue.list_open(), key=lambda cue: (cue.state, cue.order))
    assert (air.state, air.song.code, air.crossfade) == (CueState.AIR, LANTERN, 2.5)
    assert air.bars == Bars(Frames(96000), Frames(480))
    assert air.returns is None
    assert (first.state, first.song.code, first.start, first.returns) == (CueState.QUEUED, AZUR, 240000, 2)
    last, before = tx.queue.list_played(5)
    assert (last.id, last.reason, last.frames, before.id) == (2, EndReason.CUT, 240000, 1)


def test_no_number_of_a_cue_is_used_again(tx: SqlTransaction) -> None:
    cue = tx.queue.get(3)
    assert cue is not None
    added = tx.queue.add(cue)
    assert added.id == 10
    tx.queue.write_state(added.id, CueState.OVER)


def test_bands_have_their_forms_and_their_ratings(tx: SqlTransaction) -> None:
    rock = next(form for form in tx.bands.list_all() if form.slug == "gravel-theory")
    assert rock.generation == 2
    assert rock.parent is not None
    parent = tx.bands.get_form(rock.parent)
    assert parent is not None
    assert (parent.generation, parent.parent, parent.is_variation) == (1, None, False)
    assert tx.bands.count_songs([parent.id])[parent.id] > 1
    assert tx.ratings.get_mean(LANTERN) == tx.ratings.get_mean_of_form(parent.id)
    assert [rated.value for rated in tx.ratings.list_of_band("gravel-theory")] == [1.0, -1.0]
    song = tx.songs.get(LANTERN)
    assert song.form is not None
    variation = tx.bands.get_form(song.form)
    assert variation is not None
    assert (variation.is_variation, variation.parent) == (True, parent.id)
    assert tx.songs.get(MINE).form is None


def test_comparisons_bookmarks_and_watches_are_kept(tx: SqlTransaction) -> None:
    comparison = tx.comparisons.get_latest()
    assert comparison is not None
    assert {comparison.first, comparison.second} == {LANTERN, AZUR}
    assert comparison.revealed is not None
    assert sorted(tx.comparisons.list_votes(comparison.song)) == ["y", "y"], "the last vote of each counts"
    [bookmark] = tx.bookmarks.list_of_song(LANTERN)
    assert (bookmark.at.seconds, bookmark.at.bar, bookmark.at.section) == (30.0, 16, "chorus")
    assert (bookmark.note, bookmark.name) == ("nice", "ann")
    [watch] = tx.watches.list_all()
    assert (watch.generator, watch.parameters, watch.place) == ("mine", {"depth": 2}, Place("ctl", "12"))


def test_rights_accounts_and_settings_are_kept(tx: SqlTransaction) -> None:
    assert [(grant.name, grant.right) for grant in tx.people.list_grants()] == [
        ("libera/*!*@host.example", Right.ADMIN),
        ("libera/ann", Right.DJ),
    ]
    assert tx.people.get_right("libera/ann") is Right.DJ
    assert tx.people.get_password("carl") == "hash"
    assert tx.settings.get("stopped") == "1.5"


def test_a_cue_on_the_air_knows_what_it_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "bandstand.db"
    with sqlite3.connect(path) as old:
        old.executescript(BEFORE.read_text())
        old.execute("UPDATE cue SET ended = 1020.0 WHERE id = 2")  # as `cut_in` wrote it, before its end was reported
    old.close()
    database = SqliteStation(path)
    database.open()
    air = make_transaction(database).queue.get(4)
    assert air is not None
    assert air.cuts == 2
    database.close()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_tables_and_models_have_the_same_columns_and_references(model: Any) -> None:
    database = make_database()
    table = model._meta.table_name
    columns = {row.name: row.null for row in database.get_columns(table)}
    assert columns == {field.column_name: field.null for field in model._meta.sorted_fields}
    references = {
        (row[3], row[2], row[4], row[6]) for row in database.execute_sql(f'PRAGMA foreign_key_list("{table}")')
    }
    assert references == {
        (
            field.column_name,
            field.rel_model._meta.table_name,
            field.rel_field.column_name,
            field.on_delete or "NO ACTION",
        )
        for field in model._meta.refs
    }


def test_a_new_station_has_every_migration() -> None:
    names = [row[0] for row in make_database().execute_sql("SELECT name FROM schema_migration ORDER BY name")]
    assert names == sorted(path.stem for path in MIGRATIONS.glob("0*.py"))


def test_the_models_belong_to_no_database() -> None:
    assert {model._meta.database for model in MODELS} == {None}  # type: ignore[attr-defined]


def test_people_known_by_an_address_keep_their_ratings_under_their_new_name() -> None:
    rename_person = importlib.import_module("bandstand.bot.storage.migrations.0015_requests").rename_person
    assert rename_person("libera/@203.0.113.9") == find_key(Identity("irc:libera", mask="a!b@203.0.113.9"))
    assert rename_person("libera/@2001:db8::7") == find_key(Identity("irc:libera", mask="a!b@2001:db8::7"))
    assert rename_person("libera/@host.example") == find_key(Identity("irc:libera", mask="a!b@host.example"))
