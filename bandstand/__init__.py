"""The name under which the folders beside this one are imported and installed.

Each folder here is a symlink to one of them: `bandstand.bot` is `bot/`. So `pip install .` adds one name to an
environment, and Python, mypy, pytest and import-linter find the code without a setting, in a checkout and installed.
"""

import os
import sys

from bandstand.common.python import list_safe_path

# Without pathlib, which would itself be imported from the unsafe path.
_own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
sys.path[:] = list_safe_path(sys.path, _own)
