"""What a configuration file says of generators, each by itself: read again and again while the station runs.

A fault of one generator, or of another part of the file, keeps no other from being taken up. Knows the file and the
form of its generators; not what is done with them.
"""

import re
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from bandstand.common import config, generator_files, generators
from bandstand.common.config_values import find_faults
from bandstand.common.errors import ConfigError
from bandstand.common.generators import Generator
from bandstand.common.plain_values import Fault

HEADING: Final = re.compile(r"^\s*\[generators\.([a-z][a-z0-9_-]*)", re.MULTILINE)


class Declarations(NamedTuple):
    generators: dict[str, Generator]
    """Those without a fault, their paths resolved."""
    faults: dict[str, str]
    """What is wrong with the others, by name; under '' what is wrong with the whole file."""
    rest: dict[str, Any]
    """The other sections, as they were read."""


def read_declarations(path: Path) -> Declarations:
    """Read `[generators]` of the file. Without a file there are none."""
    try:
        data = config.read(path) if path.exists() else {}
    except ConfigError as error:
        return Declarations({}, {"": str(error), **dict.fromkeys(_find_names(path), str(error))}, {})
    tables = data.pop("generators", {})
    if not isinstance(tables, dict):
        return Declarations({}, {"": f"{path.name}: generators: expected a table for each, [generators.NAME]"}, data)
    good: dict[str, Generator] = {}
    faults: dict[str, str] = {}
    for name, table in tables.items():
        made = _read_generator(name, table, path.parent)
        if isinstance(made, Generator):
            good[name] = made
        else:
            faults[name] = f"{path.name}: {made[0]}: {made[1]}"
    return Declarations(good, faults, data)


def _read_generator(name: str, table: object, base: Path) -> Generator | Fault:
    """The generator, or its first fault."""
    try:
        made = msgspec.convert(table, Generator)
    except msgspec.ValidationError as error:
        where, what = next(iter(find_faults(table, Generator)), ("", str(error)))
        return f"generators.{name}" + (f".{where}" if where else ""), what
    found: list[Fault] = []
    for fault in generators.find_faults(name, made):
        place, _, sentence = fault.partition(": ")
        found.append((f"generators.{name}{place}", sentence))
    made = generator_files.resolve_paths(name, made, base, found)
    return found[0] if found else made


def _find_names(path: Path) -> list[str]:
    """The generators that a file names which is no TOML."""
    try:
        return HEADING.findall(path.read_text("utf-8", "replace"))
    except OSError:
        return []
