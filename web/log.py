"""The log of the web process: the standard library's records, in the format of all processes."""

import logging
import sys
import traceback

from bandstand.common.config import Log
from bandstand.common.log_format import Record

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}
CHATTY = {"uvicorn.access": logging.ERROR, "uvicorn.error": logging.ERROR, "asyncio": logging.WARNING}
"""They tell of every connection, and warn of every request that is none; from which level on what they say is kept."""


class LineHandler(logging.Handler):
    """Writes each record as one line on standard error; one that is gone or full is ignored."""

    def __init__(self, settings: Log) -> None:
        super().__init__()
        self._render = Record.as_json if settings.format == "json" else Record.as_text

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self._render(to_record(record)) + "\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            pass


def to_record(record: logging.LogRecord) -> Record:
    level = {logging.WARNING: "warn", logging.CRITICAL: "error"}.get(record.levelno, record.levelname.lower())
    trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
    return Record(record.created, "web", level, record.getMessage(), record.name, trace)


def begin(settings: Log) -> None:
    """Called once, in `__main__`."""
    logging.basicConfig(handlers=[LineHandler(settings)], level=LEVELS[settings.level], force=True)
    for name, level in CHATTY.items():
        logging.getLogger(name).setLevel(level)
