"""The bar that commands of the shell show while they go through many things, on a terminal and nowhere else."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from prompt_toolkit.shortcuts import ProgressBar

T = TypeVar("T")


def show_progress(things: Iterable[T], total: int, title: str) -> Iterator[T]:
    """Pass them on, with a bar if standard output is a terminal."""
    if not sys.stdout.isatty():
        yield from things
        return
    with ProgressBar(title=title) as bar:
        yield from bar(things, total=total)
