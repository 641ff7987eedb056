"""The users' generators: the list, what may be asked of one, and the check of that."""

from pathlib import Path

import msgspec

from bandstand.common.api.events import ReloadOrdered
from bandstand.common.api.refusals import GeneratorNotLoaded, NoSuchBand
from bandstand.common.api.requests import (
    DescribeGenerator,
    Generate,
    ListGenerators,
    ReloadGenerators,
    WatchGenerator,
)
from bandstand.common.api.results import Reloaded
from bandstand.common.generators import Generator, Parameter
from tests.bot.station.conftest import Station

MINE = Generator(
    command=["python3", "mine.py"],
    help="waves",
    version="2",
    parameters={
        "tempo": Parameter(type="int", min=40, max=200, default=120, help="beats a minute"),
        "key": Parameter(choices=["C", "Dm"]),
    },
)


def declare(station: Station) -> None:
    station.declare(mine=MINE, other=Generator(callable="other:song"), third=Generator(command=["third", "x"]))
    station.tx.outside = msgspec.structs.replace(
        station.tx.outside, generator_troubles={"other": "it ended with status 1"}
    )


def test_the_generators_are_listed_with_what_is_known_of_them(station: Station) -> None:
    assert station.ask(ListGenerators()).generators == ()
    declare(station)
    station.ask(WatchGenerator(generator="mine", parameters={"key": "C"}))
    listed = station.ask(ListGenerators()).generators
    assert [(one.name, one.help, one.version, one.is_watched, one.trouble) for one in listed] == [
        ("mine", "waves", "2", True, ""),
        ("other", "other:song", "", False, "it ended with status 1"),
        ("third", "third x", "", False, ""),
    ]


def test_one_with_a_fault_in_the_configuration_says_so(station: Station) -> None:
    declare(station)
    faults = {"": "not TOML", "mine": "mine: no such key", "new": "new: no such key"}
    station.tx.outside = msgspec.structs.replace(station.tx.outside, generator_faults=faults)
    listed = {one.name: one.trouble for one in station.ask(ListGenerators()).generators}
    assert listed == {
        "mine": "mine: no such key", "other": "it ended with status 1", "third": "", "new": "new: no such key",
    }  # fmt: skip
    for asked in (WatchGenerator(generator="new"), Generate(generator="new"), DescribeGenerator(name="new")):
        assert station.refuse(asked) == GeneratorNotLoaded("new", "new: no such key")
    station.ask(WatchGenerator(generator="mine", parameters={"key": "C"}))  # as it was


def test_a_reload_reads_the_file_and_has_it_taken_up(station: Station, tmp_path: Path) -> None:
    station.tx.rules = msgspec.structs.replace(station.tx.rules, configuration=tmp_path / "b.toml")
    assert station.ask(ReloadGenerators()) == Reloaded(file="b.toml", generators=())
    (tmp_path / "b.toml").write_text('[generators.a]\ncommand = ["a"]\n[generators.b]\ncomand = ["b"]\n')
    station.events.clear()
    reloaded = station.ask(ReloadGenerators())
    assert reloaded.generators == ("a",)
    assert reloaded.faults == ('b.toml: generators.b.comand: no such key; did you mean "command"?',)
    assert station.events == [ReloadOrdered]
    (tmp_path / "b.toml").write_text("[generators.a\n")
    [fault] = station.ask(ReloadGenerators()).faults
    assert fault.startswith("b.toml: not TOML")


def test_the_parameters_of_a_generator_are_described(station: Station) -> None:
    declare(station)
    described = station.ask(DescribeGenerator(name="Mine"))
    assert (described.name, described.help, described.band) == ("mine", "waves", "")
    assert list(described.parameters) == ["duration", "tempo", "key"]
    refused = station.refuse(DescribeGenerator(name="mien"))
    assert isinstance(refused, NoSuchBand)
    assert (refused.words, refused.generators) == ("mien", ("mine", "other", "third"))


def test_what_may_be_asked_of_a_band_is_described(station: Station) -> None:
    station.settle_bands()
    described = station.ask(DescribeGenerator(name="gravel theory"))
    assert (described.name, described.band) == ("gravel-theory", "Gravel Theory")
    assert list(described.parameters)[:3] == ["key", "mode", "tempo"]
    tempo = described.parameters["tempo"]
    assert (tempo.min, tempo.max, tempo.default) == (50, 200, None)
