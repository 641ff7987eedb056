"""The configuration is saved: its generators are taken up, each by itself, and what is wrong is told."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bandstand.bot.child import Launcher
from bandstand.bot.making.catalogue import Catalogue
from bandstand.bot.making.declarations import DeclarationsReloader
from bandstand.common.api.events import Event, GeneratorsReloaded, ReloadOrdered
from bandstand.common.declarations import read_declarations
from bandstand.common.generators import Generator
from tests.bot.fakes import FakeReactor

ONE = '[generators.one]\ncommand = ["one"]\n'
TWO = '[generators.two]\ncommand = ["two"]\n'


class Watcher:
    """Stands for the file watcher."""

    def __init__(self, on_save: Callable[[str], None]) -> None:
        self.on_save = on_save
        self.followed: dict[str, Path] = {}
        self.error: OSError | None = None

    def follow(self, wanted: Mapping[str, Path]) -> None:
        if self.error:
            raise self.error
        self.followed = dict(wanted)

    def stop(self) -> None:
        self.followed = {}


class Case:
    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_text('[station]\nname = "Radio"\n' + ONE)
        self.told: list[Event] = []
        self.taken: dict[str, Generator] = {}
        reactor = FakeReactor()
        declared = read_declarations(path).generators
        self.catalogue = Catalogue(Launcher(reactor, reactor), declared)
        self.reloader = DeclarationsReloader(path, self.catalogue, self._take, self._publish, self._make_watcher)
        self.reloader.start()

    def _make_watcher(self, on_save: Callable[[str], None]) -> Any:
        self.watcher = Watcher(on_save)
        return self.watcher

    def _take(self, generators: Mapping[str, Generator]) -> None:
        self.taken = dict(generators)

    def _publish(self, events: Sequence[Event]) -> None:
        self.told += events

    def save(self, text: str) -> GeneratorsReloaded:
        self.path.write_text('[station]\nname = "Radio"\n' + text)
        self.watcher.on_save("")
        told = self.told.pop()
        assert isinstance(told, GeneratorsReloaded)
        return told


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path / "b.toml")


def test_a_generator_that_is_added_changed_or_removed_is_taken_up(case: Case) -> None:
    assert case.watcher.followed == {"configuration": case.path}
    assert case.save(ONE + TWO) == GeneratorsReloaded(file="b.toml", added=("two",))
    assert set(case.taken) == set(case.catalogue.known) == {"one", "two"}
    assert case.taken["two"].directory == str(case.path.parent)
    assert case.save(ONE.replace('["one"]', '["other"]') + TWO).changed == ("one",)
    assert case.catalogue.known["one"].command == ["other"]
    assert case.save(TWO).removed == ("one",)
    assert set(case.taken) == {"two"}


def test_nothing_is_told_of_where_nothing_has_changed(case: Case) -> None:
    assert case.save(ONE + "# a comment\n") == GeneratorsReloaded(file="b.toml")


def test_one_with_a_fault_stays_as_it_was_and_the_others_are_taken_up(case: Case) -> None:
    told = case.save(ONE + 'rate = "fast"\n' + TWO)
    assert told.added == ("two",)
    assert told.changed == told.removed == ()
    [fault] = told.faults
    assert fault.startswith("b.toml: generators.one.rate: ")
    assert case.catalogue.known["one"].command == ["one"]
    assert case.catalogue.faults == {"one": fault}
    assert case.save(ONE + TWO).faults == ()
    assert case.catalogue.faults == {}


def test_a_file_that_cannot_be_read_changes_nothing_and_names_what_it_would_have(case: Case) -> None:
    told = case.save(ONE + TWO + "broken\n")
    assert "not TOML" in told.faults[0]
    assert set(case.catalogue.known) == {"one"}
    assert set(case.catalogue.faults) == {"", "one", "two"}


def test_a_file_that_is_removed_has_no_generators(case: Case) -> None:
    case.path.unlink()
    case.watcher.on_save("")
    assert case.told == [GeneratorsReloaded(file="b.toml", removed=("one",), is_rest_changed=True)]


def test_what_else_has_changed_is_told_once(case: Case) -> None:
    case.path.write_text('[station]\nname = "Other"\n' + ONE)
    for is_told in (True, False):
        case.watcher.on_save("")
        assert case.told.pop() == GeneratorsReloaded(file="b.toml", is_rest_changed=is_told)


def test_a_reload_does_the_same_even_where_the_file_cannot_be_watched(case: Case) -> None:
    case.watcher.error = OSError(24, "no more watches")
    case.reloader.start()
    case.path.write_text(TWO)
    case.reloader.react(ReloadOrdered())
    assert isinstance(case.told[0], GeneratorsReloaded)
    assert case.told[0].added == ("two",)
