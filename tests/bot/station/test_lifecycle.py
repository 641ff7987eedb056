"""Which state may follow which, and that one module alone writes states."""

import ast
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

import bandstand.bot
from bandstand.bot.station import lifecycle
from bandstand.bot.station.lifecycle import CUE_STEPS, JOB_STEPS, SONG_STEPS, IllegalStep
from bandstand.common.api.requests import Enqueue, Generate
from bandstand.common.api.values import CueState, EndReason, JobState, SongState
from bandstand.common.types import Frames
from tests.bot.station.conftest import Station
from tests.syntax import parse_python

BOT = Path(bandstand.bot.__file__).parent
TABLES: list[tuple[dict[Any, set[Any]], set[Enum], set[Enum]]] = [
    (SONG_STEPS, {SongState.MAKING}, {SongState.FAILED, SongState.DISCARDED, SongState.GONE}),
    (JOB_STEPS, {JobState.WAITING}, {JobState.DONE, JobState.FAILED, JobState.CANCELLED}),
    (CUE_STEPS, {CueState.QUEUED, CueState.AIR}, {CueState.OVER}),
]
WRITERS = ("insert", "update", "insert_many", "create")


@pytest.mark.parametrize(("steps", "first", "final"), TABLES)
def test_every_state_is_reached_and_the_final_ones_are_final(
    steps: dict[Any, set[Any]], first: set[Any], final: set[Any]
) -> None:
    kind = type(next(iter(first)))
    assert set(steps) == set(kind)
    reached = set(first)
    while further := {after for before in reached for after in steps[before]} - reached:
        reached |= further
    assert reached == set(kind)
    assert {state for state in kind if not steps[state]} == final


@pytest.mark.parametrize(("steps", "first", "final"), TABLES)
def test_every_other_step_is_illegal(steps: dict[Any, set[Any]], first: set[Any], final: set[Any]) -> None:
    for before in steps:
        for after in steps:
            if after in steps[before]:
                lifecycle.check_step(steps, before, after)
            else:
                with pytest.raises(IllegalStep):
                    lifecycle.check_step(steps, before, after)


def test_an_illegal_step_writes_nothing(station: Station) -> None:
    code = station.store("One")
    station.ask(Enqueue(song=code))
    cue = station.get_air()
    over = lifecycle.end_cue(station.tx, cue, EndReason.FINISHED, 5.0)
    [job] = station.tx.jobs.list_ended(1)
    with pytest.raises(IllegalStep):
        lifecycle.move_song(station.tx, station.get_song(code), SongState.MAKING)
    with pytest.raises(IllegalStep):
        lifecycle.end_job(station.tx, job, JobState.CANCELLED)
    with pytest.raises(IllegalStep):
        lifecycle.put_on_air(station.tx, over)
    with pytest.raises(IllegalStep):
        lifecycle.add_cue(station.tx, over)
    assert station.get_song(code).state is SongState.READY
    assert station.get_job(job.id) == job
    assert station.get_cue(cue.id) == over


def test_a_song_that_is_begun_again_is_no_step(station: Station) -> None:
    job = station.ask(Generate()).job
    station.begin(job)
    song = station.get_song(station.get_job(job).song)
    assert lifecycle.move_song(station.tx, song, SongState.BEGUN) == song


def test_a_cue_that_is_over_keeps_its_time_and_its_reason_and_learns_how_far_it_was_heard(station: Station) -> None:
    station.ask(Enqueue(song=station.store("One")))
    cue = station.get_air()
    lifecycle.end_cue(station.tx, cue, EndReason.CUT, 5.0)
    lifecycle.end_cue(station.tx, station.get_cue(cue.id), EndReason.FINISHED, 6.0, Frames(7))
    ended = station.get_cue(cue.id)
    assert (ended.ended, ended.reason, ended.frames) == (5.0, EndReason.CUT, 7)


def test_a_cue_whose_reason_is_left_open_takes_the_one_of_its_report(station: Station) -> None:
    station.ask(Enqueue(song=station.store("One")))
    cue = station.get_air()
    lifecycle.end_cue(station.tx, cue, None, 5.0)
    assert station.get_cue(cue.id).reason is None
    lifecycle.end_cue(station.tx, station.get_cue(cue.id), EndReason.FINISHED, 6.0)
    assert (station.get_cue(cue.id).reason, station.get_cue(cue.id).ended) == (EndReason.FINISHED, 5.0)


def parse_bot() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted(BOT.rglob("*.py")):
        yield str(path.relative_to(BOT)), parse_python(path.read_text())


def test_states_are_written_through_the_lifecycle_alone() -> None:
    callers = {
        name
        for name, tree in parse_bot()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "write_state"
    }
    assert callers == {"station/lifecycle.py"}


def find_state_writes(tree: ast.AST) -> Iterator[str]:
    """The functions of a module that write a column `state`, by peewee or by SQL."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for function in functions:
        for node in ast.walk(function):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITERS
            if is_call and any(keyword.arg == "state" for keyword in node.keywords):  # type: ignore[attr-defined]
                yield function.name
            if isinstance(node, ast.Dict) and any(
                isinstance(k, ast.Constant) and k.value == "state" for k in node.keys
            ):
                yield function.name
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "SET state" in node.value:
                yield function.name
            if isinstance(node, ast.Attribute) and node.attr == "state" and isinstance(node.ctx, ast.Store):
                yield function.name


def test_nothing_else_writes_a_column_of_states() -> None:
    # Migrations are frozen and may write what they like; a new row has its first state.
    writes = {
        (name, function)
        for name, tree in parse_bot()
        if name.startswith(("storage/", "station/", "making/", "playout/")) and "migrations/" not in name
        for function in find_state_writes(tree)
    }
    assert {function for _, function in writes} <= {"write_state", "add"}
    assert {name for name, _ in writes} <= {"storage/queue.py", "storage/songs.py"}


def test_a_new_cue_job_or_song_is_added_in_its_first_state_by_the_core_alone() -> None:
    adders = {
        (name, node.func.value.attr)
        for name, tree in parse_bot()
        if name.startswith("station/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "add"
        and isinstance(node.func.value, ast.Attribute)
    }
    assert {pair for pair in adders if pair[1] == "queue"} == {("station/lifecycle.py", "queue")}
    assert {pair for pair in adders if pair[1] in ("jobs", "songs")} == {
        ("station/live_shows.py", "songs"),
        ("station/ordering.py", "jobs"),
        ("station/ordering.py", "songs"),
    }
