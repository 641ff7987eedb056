"""The name under which the folders beside this one are imported and installed.

Each folder here is a symlink to one of them: `bandstand.bot` is `bot/`. So `pip install .` adds one name to an
environment, and Python, mypy, pytest and import-linter find the code without a setting, in a checkout and installed.
"""
