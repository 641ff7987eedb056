"""The three streams that every process is given, or not given: made fit before anything uses them.

A daemon's parent, cron, or a shell with `<&-` may leave them closed; the first files and sockets of the process would
then get their numbers, and Python has None in place of the stream. And a locale that is not UTF-8 has no character for
most of what a title may hold: a mark stands in its place, rather than an exception that ends a command.
"""

import os
import sys
from io import TextIOWrapper
from typing import Final

STREAMS: Final = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
"""Python's name of each, by its descriptor, and how it is opened."""


def settle_streams() -> None:
    """Open on /dev/null what is closed, and let text that a stream has no character for be shown as marks."""
    for fd, (name, mode) in enumerate(STREAMS):
        _open_closed(fd)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(fd, mode, encoding="utf-8", closefd=False))
        stream = getattr(sys, name)
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="surrogateescape" if name == "stdin" else "replace")


def _open_closed(fd: int) -> None:
    """Put /dev/null at this descriptor, if it is closed and all lower ones are open."""
    try:
        os.fstat(fd)
    except OSError:
        os.open(os.devnull, os.O_RDWR)
