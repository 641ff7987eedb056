"""How our own Python processes are started, so that no file of the working directory stands in for a module.

`python -m` puts the working directory first on the path: a `random.py` that lies where the station is started would be
imported in place of Python's, and whoever may write there would run code in the station. `-P` keeps the directory off
the path. An empty entry of $PYTHONPATH (`:/lib`) means the working directory too, and so does `python -m bandstand...`
typed by hand; `list_safe_path` serves those, as the first thing that the package does. It imports next to nothing, as
what it imports may still come from the working directory.
"""

import os
import sys
from collections.abc import MutableMapping, Sequence


def build_command(module: str, arguments: Sequence[str] = ()) -> list[str]:
    """The words that start `module` of ours in a process of its own."""
    return [sys.executable, "-P", "-m", module, *arguments]


def keep_bytecode(environment: MutableMapping[str, str], folder: str) -> None:
    """Have Python keep in `folder` what it has compiled, if this environment forbids it to do so beside the modules.

    Images of containers often do, and then each worker compiled two hundred modules for its one song.
    """
    if environment.pop("PYTHONDONTWRITEBYTECODE", ""):
        environment.setdefault("PYTHONPYCACHEPREFIX", folder)


def list_safe_path(path: Sequence[str], own: str) -> list[str]:
    """The entries of `path` without the working directory; `own`, the folder that has our package, stays."""
    try:
        here = os.path.realpath(os.getcwd())  # noqa: PTH109 - pathlib is not imported yet, see above
    except OSError:  # it was removed, and nothing can be imported from it
        return list(path)
    kept = os.path.realpath(own)
    return [entry for entry in path if (real := os.path.realpath(entry)) == kept or real != here]
