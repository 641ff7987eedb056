"""What a generator's declaration allows, and what it makes of what was asked."""

from pathlib import Path

import pytest

from bandstand.common import config, generator_files
from bandstand.common.errors import CommandError, ConfigError, Missing
from bandstand.common.generators import (
    Description,
    Generator,
    Parameter,
    build_arguments,
    build_variables,
    checked,
    described,
    inherit_environment,
)

MINE = Generator(
    command=["mine", "{seed}", "--tempo={tempo}"],
    parameters={
        "tempo": Parameter(type="int", min=40, max=200, default=120),
        "key": Parameter(choices=["C", "Dm"], default="C"),
        "swing": Parameter(type="bool", default=False),
        "name": Parameter(default="x"),
        "drive": Parameter(type="float", min=0, default=0.5),
    },
)


def test_what_is_not_given_has_its_default() -> None:
    assert checked("mine", MINE, {"tempo": "140"}) == {
        "duration": 120.0, "tempo": 140, "key": "C", "swing": False, "name": "x", "drive": 0.5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("tempo", "300", "tempo: 300 is not a whole number from 40 to 200"),
        ("tempo", "fast", "tempo: fast is not a whole number from 40 to 200"),
        ("tempo", "90.5", "tempo: 90.5 is not a whole number"),
        ("tempo", "nan", "tempo: nan is not"),
        ("tempo", "1e400", "tempo: 1e400 is not"),
        ("tempo", "9" * 400, "tempo: 999"),
        ("key", "H", "key: H is not one of C, Dm"),
        ("swing", "maybe", "swing: maybe is not yes or no"),
        ("drive", "-1", "drive: -1 is not a number from 0"),
        ("name", "-rf", "name: -rf may not begin with a -"),
        ("name", "a\nb", "name: at most 200 characters, all of them printable"),
        ("name", "a" * 201, "name: at most 200"),
        ("tmpo", "90", "tmpo: mine has no such parameter; did you mean tempo?"),
        ("x", "90", "x: mine has no such parameter; it has duration, tempo, key, swing, name, drive"),
        ("duration", "0", "duration: 0 is not a number from 1 to 1800"),
    ],
)
def test_a_wrong_value_raises_an_error_that_says_what_was_expected(name: str, text: str, said: str) -> None:
    with pytest.raises(CommandError) as told:
        checked("mine", MINE, {name: text})
    assert str(told.value).startswith(said)


def test_a_parameter_without_a_default_must_be_given() -> None:
    needy = Generator(command=["mine"], parameters={"bars": Parameter(type="int")})
    with pytest.raises(CommandError, match="bars: mine needs it: bars=a whole number"):
        checked("mine", needy, {})


def test_without_a_duration_a_song_is_no_longer_than_the_longest() -> None:
    assert checked("mine", Generator(command=["mine"], longest=20), {})["duration"] == 20
    assert checked("mine", Generator(command=["mine"], longest=0.5), {})["duration"] == 0.5


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("#!/nonexistent/sh", "/nonexistent/sh"),
        ("#!/usr/bin/env nonexistent-python", "nonexistent-python"),
        ("#! /usr/bin/env", ""),
        ("#!/bin/sh -e", ""),
        ("#!/usr/bin/env -S sh -e", ""),
        ("\x7fELF", ""),
        ("", ""),
    ],
)
def test_a_script_whose_interpreter_is_missing_cannot_be_started(line: str, missing: str, tmp_path: Path) -> None:
    script = tmp_path / "mine"
    script.write_text(f"{line}\n")
    script.chmod(0o755)
    generator = Generator(command=["./mine"], directory=str(tmp_path))
    if not missing:
        generator_files.check_startable("mine", generator)
        return
    with pytest.raises(Missing, match=f"is to be run by {missing}, which is not on this machine"):
        generator_files.check_startable("mine", generator)


def test_placeholders_are_filled_word_by_word_and_only_they() -> None:
    command = ["mine", "{seed}", "a {name}b", '{{"x": {tempo}}}', "{output}"]
    made = build_arguments(Generator(command=command), 7, {"name": "x y; z", "tempo": 90.0}, "/tmp/out.wav")
    assert made == ["mine", "7", "a x y; zb", '{{"x": 90}}', "/tmp/out.wav"]


def test_variables_say_the_same_and_secrets_stay() -> None:
    told = build_variables(7, {"swing": True, "drive": 0.25}, "")
    assert told == {
        "BANDSTAND_SEED": "7", "BANDSTAND_RATE": "48000", "BANDSTAND_SWING": "1", "BANDSTAND_DRIVE": "0.25",
    }  # fmt: skip
    assert inherit_environment({"PATH": "/bin", "BANDSTAND_ICECAST_PASSWORD": "x"}) == {"PATH": "/bin"}


def test_a_program_may_describe_itself_and_the_configuration_comes_first() -> None:
    said = Description(parameters={"tempo": Parameter(default="1"), "more": Parameter()}, help="waves", version="3")
    whole = described(MINE, said)
    assert list(whole.parameters) == ["tempo", "more", "key", "swing", "name", "drive"]
    assert whole.parameters["tempo"].default == 120
    assert (whole.help, whole.version) == ("waves", "3")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[generators.mine]", "x.toml: generators.mine.command: either command"),
        ('[generators.mine]\ncommand = ["a"]\ncallable = "b:c"', "generators.mine.command: either command"),
        ('[generators.mine]\ncallable = "b"', "generators.mine.callable: 'b' is not of the form"),
        ('[generators.band]\ncommand = ["a"]', "generators.band: the name band is the station's own"),
        ('[generators."a b"]\ncommand = ["a"]', "the name 'a b' must be lower-case letters"),
        ('[generators.mine]\ncommand = ["a", "{tempo}"]', "generators.mine.command: {tempo} is no parameter"),
        ("[generators.mine]\ncommand = []", "generators.mine.command: either command"),
        ('[generators.mine]\ncommand = ["a"]\ntimeout = "x"', "generators.mine.timeout: expected a number above 0"),
        ('[generators.mine]\ncommand = ["a"]\nlive = true\nfarm = true', "generators.mine.farm: is for songs"),
        ('[generators.mine]\ncommand = ["a"]\ntimeuot = 3', 'timeuot: no such key; did you mean "timeout"?'),
        ('[generators.mine]\ncommand = ["a"]\n[generators.mine.parameters.t]\ntipe = 1', "mine.parameters.t.tipe"),
        ('[generators.mine]\ncommand = ["a"]\n[generators.mine.parameters.t]\ntype = "int"\ndefault = "x"',
         "generators.mine.parameters.t.default: t: x is not a whole number"),
        ('[generators.mine]\ncommand = ["a"]\n[generators.mine.parameters.seed]\ntype = "int"', "the station's own"),
        ('[generators.mine]\ncommand = ["a"]\n[generators.mine.parameters.t]\nmin = 3\nmax = 2', "min is above max"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_is_named_by_its_key(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as told:
        config.load(path, {})
    assert said in str(told.value)
    assert [fault for fault in config.faults(path, {}) if said in fault]


def test_a_generator_runs_beside_its_configuration(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text('[generators.mine]\ncommand = ["./a"]\n[generators.far]\ncommand = ["./a"]\ndirectory = "/opt/far"')
    made = config.load(path, {}).generators
    assert (made["mine"].directory, made["far"].directory) == (str(tmp_path), "/opt/far")


def test_the_programs_files_are_those_that_it_names_and_lists(tmp_path: Path) -> None:
    for name in ("mine.py", "notes.txt", "lib.py", "other.py", "sh"):
        (tmp_path / name).write_text("x")
    generator = Generator(
        command=["sh", "mine.py", "{seed}", "--x"], directory=str(tmp_path), watch=["lib*.py", "gone.txt"]
    )
    assert generator_files.list_files(generator) == [tmp_path / "mine.py", tmp_path / "lib.py"]
    before = generator_files.compute_fingerprint(generator_files.list_files(generator))
    assert before == generator_files.compute_fingerprint(generator_files.list_files(generator))
    (tmp_path / "lib.py").write_text("y")
    assert before != generator_files.compute_fingerprint(generator_files.list_files(generator))
    assert generator_files.is_program_file(generator, tmp_path / "lib2.py", [])
    assert not generator_files.is_program_file(generator, tmp_path / "other.py", generator_files.list_files(generator))
    assert generator_files.list_folders(generator) == {tmp_path}


def test_a_callables_file_is_its_module(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__init__.py").write_text("")
    (tmp_path / "pack" / "song.py").write_text("")
    assert generator_files.list_files(Generator(callable="pack.song:f", directory=str(tmp_path))) == [
        tmp_path / "pack" / "song.py"
    ]
    assert generator_files.list_files(Generator(callable="pack:f", directory=str(tmp_path))) == [
        tmp_path / "pack" / "__init__.py"
    ]
    with pytest.raises(Missing, match="no module gone"):
        generator_files.check_startable("mine", Generator(callable="gone:f", directory=str(tmp_path)))
