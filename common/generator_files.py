"""The files of a generator's program: finding them, fingerprinting them, and checking that the program can start.

Reads the file system; starts nothing.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

import msgspec

from bandstand.common import program_sources
from bandstand.common.errors import Missing, UnusableFile
from bandstand.common.files import find_problem, resolve_path
from bandstand.common.generators import PLACEHOLDER, Generator
from bandstand.common.plain_values import Fault

DIGITS: Final = 12
"""Hexadecimal digits of a fingerprint."""
INTERPRETER: Final = re.compile(
    r"(python|pypy|node|bun|bash|sh|dash|zsh|ksh|fish|perl|ruby|lua|luajit|Rscript|php|tclsh|julia)[\d.]*"
)
"""Programs whose first argument that is no option is a script."""
LONGEST_FIRST_LINE: Final = 256
"""Bytes of a script's first line that Linux looks at."""
INSTEAD: Final = ("-m", "-c", "-e", "-E", "-p", "-r", "--eval", "--print")
"""Their options in whose place there is no script."""
SCRIPT: Final = re.compile(r".*/.*|.*\.[A-Za-z]{1,4}")


def resolve_paths(name: str, generator: Generator, base: Path, found: list[Fault]) -> Generator:
    """Make the directory absolute, and `~/` a home wherever a word begins with it, as a shell would.

    What is wrong is added to `found`.
    """
    try:
        directory = str(resolve_path(generator.directory, base))
    except UnusableFile as error:
        found.append((f"generators.{name}.directory", str(error)))
        return generator
    return msgspec.structs.replace(
        generator,
        directory=directory,
        command=[_expand_home(word) for word in generator.command],
        watch=[_expand_home(pattern) for pattern in generator.watch],
    )


def _expand_home(word: str) -> str:
    return str(Path(word).expanduser()) if word.startswith("~/") else word


def list_files(generator: Generator) -> list[Path]:
    """List the existing files of the program: those that its command names, its module, and those under `watch`; of a
    command that compiles by itself, the sources instead of what is compiled.

    A program that is found along PATH (python3, sox) belongs to the machine and is left out.
    """
    base = Path(generator.directory)
    if generator.callable:
        named = [path for path in _module(base, generator.callable) if path.is_file()][:1]
    else:
        named = [path for path in _list_named(generator) if _is_file(path)]
    making = find_making(generator)
    made_from = making.list_sources() if making else []
    listed = [path for pattern in generator.watch for path in _list_matching(generator, pattern)]
    return list(dict.fromkeys(Path(os.path.normpath(path)) for path in [*named, *made_from, *listed]))


def _list_named(generator: Generator) -> list[Path]:
    """The files that the command names, whether they are there or not. Those that a shell is told of (`sh -c`), and all
    where it compiles by itself, only if they are sources: the others may be what it writes."""
    base = Path(generator.directory)
    words, inner = program_sources.split_command(generator.command)
    own = [word for place, word in enumerate(words) if place or "/" in word]
    making = find_making(generator)
    written: frozenset[Path] = frozenset()
    if making:
        own, inner, written = [], [*own, *inner], making.written
    wanted = [*own, *(word for word in inner if program_sources.is_source(Path(word)))]
    named = [Path(os.path.normpath(base / word)) for word in wanted if not PLACEHOLDER.search(word)]
    return [path for path in (*(making.scripts if making else ()), *named) if path not in written]


def find_making(generator: Generator) -> program_sources.Making | None:
    """How its command compiles by itself; None where it does not."""
    return program_sources.find_making(generator.command, Path(generator.directory))


def is_program_file(generator: Generator, path: Path, known: Iterable[Path]) -> bool:
    """Whether `path` belongs to the program: it is one of the `known` files, or one that is new and would be."""
    if path in known:
        return True
    if any(_is_matched(generator, path, pattern) for pattern in generator.watch) or path in _list_named(generator):
        return True
    making = find_making(generator)
    return making is not None and making.is_made_from(path)


def list_folders(generator: Generator) -> set[Path]:
    """List the existing folders in which the program has files, or may have new ones."""
    base = Path(generator.directory)
    folders = {Path(os.path.normpath(base / pattern)).parent for pattern in generator.watch}
    making = find_making(generator)
    folders |= {path.parent for path in list_files(generator)} | set(making.folders if making else ())
    if generator.command and "/" in generator.command[0]:
        folders.add(Path(os.path.normpath(base / generator.command[0])).parent)
    return {folder for folder in folders if folder.is_dir()}


def compute_fingerprint(paths: Iterable[Path]) -> str:
    """Hash the names and contents of the files in order (SHA-256, the first `DIGITS` digits).

    A file that cannot be read counts as empty.
    """
    digest = hashlib.sha256()
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError:
            content = b""
        digest.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:DIGITS]


def check_startable(name: str, generator: Generator) -> None:
    """Raises Missing, which says why, if it is certain that the program cannot be started."""
    base = Path(generator.directory)
    if not base.is_dir():
        raise Missing(f"{name}: there is no directory {base} to run it in")
    if generator.callable:
        if not any(path.is_file() for path in _module(base, generator.callable)):
            raise Missing(f"{name}: there is no module {generator.callable.partition(':')[0]} in {base}")
        return
    first = generator.command[0]
    if not first:
        raise Missing(f"{name}: the first word of its command is empty; it is the program")
    if "/" not in first:
        if shutil.which(first) is None:
            hint = f'; say "./{first}" for the one in {base}' if (base / first).exists() else ""
            raise Missing(f"{name}: there is no program {first} on this machine{hint}")
        _check_script(name, generator.command, base)
        return
    path = base / first
    if path.exists() and (problem := find_problem(path)):
        raise Missing(f"{name}: {path} is no program: {problem}")
    if not path.is_file():
        raise Missing(f"{name}: there is no file {path}")
    if not os.access(path, os.X_OK):
        raise Missing(f"{name}: {path} is not executable; chmod +x makes it so")
    _check_first_line(name, path)
    _check_script(name, generator.command, base)


def _check_first_line(name: str, path: Path) -> None:
    """Raises Missing if the program is a script whose first line (`#!`) names an interpreter that is not there."""
    try:
        with path.open("rb") as file:
            words = file.readline(LONGEST_FIRST_LINE).decode("utf-8", "surrogateescape").split()
    except OSError:
        return  # it may be executed, but not read
    if not words or not words[0].startswith("#!"):
        return
    interpreter, *options = [words[0][2:], *words[1:]] if words[0] != "#!" else words[1:] or [""]
    if Path(interpreter).name == "env" and options and not options[0].startswith("-") and "=" not in options[0]:
        interpreter = options[0]
    if not shutil.which(interpreter):
        raise Missing(f"{name}: {path} is to be run by {interpreter or 'nothing'}, which is not on this machine")


def _check_script(name: str, command: Sequence[str], base: Path) -> None:
    """Raises Missing if the command is an interpreter, and the script that it names is not there."""
    if not INTERPRETER.fullmatch(Path(command[0]).name):
        return
    for word in command[1:]:
        if word in INSTEAD or PLACEHOLDER.search(word):
            return
        if not word.startswith("-") and SCRIPT.fullmatch(word):
            if not _is_file(base / word):
                raise Missing(f"{name}: there is no file {base / word}")
            return


def _module(base: Path, callable_: str) -> tuple[Path, Path]:
    place = base.joinpath(*callable_.partition(":")[0].split("."))
    return place.with_suffix(".py"), place / "__init__.py"


def _list_matching(generator: Generator, pattern: str) -> list[Path]:
    place = Path(os.path.normpath(Path(generator.directory) / pattern))
    found = (path for path in place.parent.glob(place.name) if path.is_file())
    return sorted(path for path in found if _is_matched(generator, path, pattern))


def _is_matched(generator: Generator, path: Path, pattern: str) -> bool:
    """Whether a pattern of `watch` means this file. What is compiled, and what makers leave behind, it means only by
    its whole name; what programs write (sound, logs), only where it says how such a name ends."""
    whole = os.path.normpath(Path(generator.directory) / pattern)
    if str(path) == whole:
        return True
    if not fnmatch(str(path), whole) or program_sources.is_left_behind(path):
        return False
    making = find_making(generator)
    if making is not None and making.is_made(path):
        return False
    return not program_sources.is_written_by_programs(path) or whole.lower().endswith(path.suffix.lower())


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # the word is no file name: it is too long, or has a NUL in it
        return False
