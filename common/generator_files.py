"""The files that make up a generator's program: which they are, whether it can be started, and their fingerprint.

Reads the file system; starts nothing.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from common.errors import Missing
from common.generators import PLACEHOLDER, Generator

DIGITS: Final = 12


def files(generator: Generator) -> list[Path]:
    """The program's own files that are there: those its command names, its module, and those under `watch`.

    What is found along PATH (python3, sox) is the machine's and no part of the program.
    """
    base = Path(generator.directory)
    if generator.callable:
        named = [path for path in _module(base, generator.callable) if path.is_file()][:1]
    else:
        words = [word for word in generator.command if not PLACEHOLDER.search(word)]
        named = [base / word for place, word in enumerate(words) if (place or "/" in word) and _is_file(base / word)]
    listed = [path for pattern in generator.watch for path in _matching(base, pattern)]
    return list(dict.fromkeys(Path(os.path.normpath(path)) for path in [*named, *listed]))


def belongs(generator: Generator, path: Path, known: Iterable[Path]) -> bool:
    """Whether a file that was just written is the program's, one of the `known` or a new one under `watch`."""
    base = Path(generator.directory)
    return path in known or any(fnmatch(str(path), os.path.normpath(base / pattern)) for pattern in generator.watch)


def folders(generator: Generator) -> set[Path]:
    """Where its files are, and new ones may appear."""
    base = Path(generator.directory)
    patterns = {Path(os.path.normpath(base / pattern)).parent for pattern in generator.watch}
    return {folder for folder in {path.parent for path in files(generator)} | patterns if folder.is_dir()}


def fingerprint(paths: Iterable[Path]) -> str:
    """The same for the same contents in the same order; a file that has gone counts as an empty one."""
    digest = hashlib.sha256()
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError:
            content = b""
        digest.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:DIGITS]


def startable(name: str, generator: Generator) -> None:
    """Raises Missing with the sentence, where it can be seen beforehand that the program cannot be started."""
    base = Path(generator.directory)
    if not base.is_dir():
        raise Missing(f"{name}: there is no directory {base} to run it in")
    if generator.callable:
        if not any(path.is_file() for path in _module(base, generator.callable)):
            raise Missing(f"{name}: there is no module {generator.callable.partition(':')[0]} in {base}")
        return
    first = generator.command[0]
    if "/" not in first:
        if shutil.which(first) is None:
            hint = f'; say "./{first}" for the one in {base}' if (base / first).exists() else ""
            raise Missing(f"{name}: there is no program {first} on this machine{hint}")
        return
    path = base / first
    if not path.is_file():
        raise Missing(f"{name}: there is no file {path}")
    if not os.access(path, os.X_OK):
        raise Missing(f"{name}: {path} is not executable; chmod +x makes it so")


def _module(base: Path, callable_: str) -> tuple[Path, Path]:
    place = base.joinpath(*callable_.partition(":")[0].split("."))
    return place.with_suffix(".py"), place / "__init__.py"


def _matching(base: Path, pattern: str) -> list[Path]:
    place = Path(os.path.normpath(base / pattern))
    return sorted(path for path in place.parent.glob(place.name) if path.is_file())


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a word that is no name at all: too long, or with a zero in it
        return False
