"""The standard library's log records, in the format of all processes: for those without Twisted's reactor."""

import logging
import sys
import traceback
from typing import Final

from bandstand.common.log_format import Record
from bandstand.common.reference import get_reference

LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}


class LineHandler(logging.Handler):
    """Writes each record as one line on standard error; one that is gone or full is ignored."""

    def __init__(self, process: str, as_json: bool) -> None:
        super().__init__()
        self._process = process
        self._render = Record.as_json if as_json else Record.as_text

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self._render(to_record(self._process, record)) + "\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            pass


def to_record(process: str, record: logging.LogRecord) -> Record:
    level = {logging.WARNING: "warn", logging.CRITICAL: "error"}.get(record.levelno, record.levelname.lower())
    trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
    return Record(record.created, process, level, record.getMessage(), record.name, trace, get_reference())


def begin(process: str, *, as_json: bool, level: str = "info") -> None:
    """Called once, in `__main__`. `level` is one of `log_format.LEVELS`."""
    logging.basicConfig(handlers=[LineHandler(process, as_json)], level=LEVELS[level], force=True)
