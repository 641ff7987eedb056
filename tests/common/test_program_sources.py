"""What a program is made from, by the names of its files and by its command."""

from pathlib import Path

import pytest

from bandstand.common import generator_files, program_sources
from bandstand.common.generators import Generator


def test_names_say_who_writes_a_file() -> None:
    for name in ("saw.c", "SAW.C", "mine.py", "Makefile", "CMakeLists.txt", "Cargo.toml"):
        assert program_sources.is_source(Path(name)), name
    for name in ("saw", "kick.wav", "table.json", "saw.o", "c"):
        assert not program_sources.is_source(Path(name)), name
    for name in ("saw.o", ".saw.c.swp", "saw.c~", ".#saw.c", "4913", "__pycache__/mine.py"):
        assert program_sources.is_left_behind(Path(name)), name
    for name in ("saw.c", "saw", "a.out.c"):
        assert not program_sources.is_left_behind(Path(name)), name


@pytest.mark.parametrize(
    ("command", "folders"),
    [
        (["make", "-s", "play"], ["", "src"]),
        (["make", "-C", "synth"], ["", "src", "synth", "synth/include"]),
        (["sh", "-c", "cd synth && make && ./saw"], ["", "src", "synth", "synth/include"]),
        (["bash", "-lc", "cc -O2 'saw.c' -o saw; ./saw"], ["", "src"]),
        (["./saw"], None),
        (["python3", "make.py"], None),
        (["sh", "-c", 'echo "make noise"; ./saw # then make'], None),
        (["sh", "-c", "an unclosed ' quotation"], None),
        (["sh", "gone.sh"], None),
        (["sh"], None),
        ([], None),
    ],
)
def test_a_command_that_compiles_names_the_folders_of_its_sources(
    command: list[str], folders: list[str] | None, tmp_path: Path
) -> None:
    for folder in ("src", "synth/include"):
        (tmp_path / folder).mkdir(parents=True)
    making = program_sources.find_making(command, tmp_path)
    assert (None if making is None else list(making.folders)) == (
        None if folders is None else [tmp_path / folder for folder in folders]
    )


def test_what_is_compiled_from_a_source_is_none_though_it_is_one_by_its_name(tmp_path: Path) -> None:
    for name in ("saw.dsp", "saw.cpp", "saw", "saw.o"):
        (tmp_path / name).write_text("")
    command = ["sh", "-c", "faust saw.dsp -o saw.cpp && c++ saw.cpp -o saw && ./saw {seed}"]
    generator = Generator(command=command, directory=str(tmp_path))
    assert generator_files.list_files(generator) == [tmp_path / "saw.dsp"]
    assert generator_files.is_program_file(generator, tmp_path / "new.h", [])
    assert not generator_files.is_program_file(generator, tmp_path / "saw.cpp", [])


def test_a_shell_is_told_of_sources_and_of_what_it_writes(tmp_path: Path) -> None:
    for name in ("mine.py", "out.wav"):
        (tmp_path / name).write_text("")
    command = ["sh", "-c", "python3 mine.py >out.wav; cat out.wav"]
    assert generator_files.list_files(Generator(command=command, directory=str(tmp_path))) == [tmp_path / "mine.py"]


def test_a_program_that_is_not_built_yet_is_one_of_its_files(tmp_path: Path) -> None:
    generator = Generator(command=["build/saw"], directory=str(tmp_path))
    (tmp_path / "build").mkdir()
    assert generator_files.list_folders(generator) == {tmp_path / "build"}
    assert generator_files.is_program_file(generator, tmp_path / "build" / "saw", [])


def test_a_digest_tells_contents_apart_also_of_long_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    seen = {program_sources.compute_digest(path)}
    for size in (16, 4 << 20):
        monkeypatch.setattr(program_sources, "WHOLE", 1 << 20)
        for last in (b"a", b"b"):
            path.write_bytes(bytes(size) + last)
            assert program_sources.compute_digest(path) == program_sources.compute_digest(path)
            seen.add(program_sources.compute_digest(path))
    assert len(seen) == 5
