"""Imports a user's callable from the user's folder, whatever its modules are called.

The folder is not simply put first on the path: then a `random.py` or `wave.py` in it would be imported by Python's own
modules and by ours in place of what they mean. Nor last: then a helper that has the name of some installed package
would not be found. So the order for a name is: Python's own modules; `bandstand`; the user's folder; what is installed.
The module that the configuration names is always the user's. Where its name belongs to Python or is in use, as in
`callable = "random:make"`, it is loaded under another name, and both work.
"""

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Final

KEPT: Final = frozenset({*sys.stdlib_module_names, "bandstand", "numpy", "pydub", "msgspec"})
"""Names that no file of a user's stands for. The last three carry the sound between the user's code and ours."""
ALIAS: Final = "user_generator_"
"""Beginning of the other name of a module whose own name is taken."""


class UserFinder(MetaPathFinder):
    """Finds top-level modules and packages in the user's folder, except for the names in `KEPT`."""

    def __init__(self, directory: str) -> None:
        self._directory = directory

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """None for a folder without `__init__.py`: an installed package of that name takes precedence."""
        if path is not None or fullname in KEPT:
            return None
        found = PathFinder.find_spec(fullname, [self._directory])
        return found if found is not None and found.loader is not None else None


def install_finder(directory: str) -> None:
    """From now on, find modules in `directory`. What our own imports brought along makes room for files there."""
    finder = UserFinder(directory)
    for name in {name.partition(".")[0] for name in sys.modules}:
        if finder.find_spec(name, None) is not None:  # our modules have their references to it already
            for one in [one for one in sys.modules if one == name or one.startswith(f"{name}.")]:
                del sys.modules[one]
    sys.meta_path.insert(_find_place(), finder)
    sys.path.append(directory)  # for folders without `__init__.py`


def import_module(name: str, directory: str) -> ModuleType:
    """Import the module `name` from `directory`, after `install_finder`. Raises what the import raises."""
    top, dot, rest = name.partition(".")
    if top not in KEPT:
        return importlib.import_module(name)
    found = PathFinder.find_spec(top, [directory])
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"there is no module {top} in {directory}")
    alias = ALIAS + top
    folders = found.submodule_search_locations
    spec = spec_from_file_location(alias, found.origin, submodule_search_locations=folders and list(folders))
    assert spec is not None and spec.loader is not None
    module = sys.modules[alias] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return importlib.import_module(alias + dot + rest) if rest else module


def _find_place() -> int:
    """Before the finder of what is installed, behind those of what is built in."""
    return next((place for place, finder in enumerate(sys.meta_path) if finder is PathFinder), len(sys.meta_path))
