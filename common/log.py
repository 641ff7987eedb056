"""Logging for every process: Twisted's logger, with each record as one line on a stream, as text or as JSON.

The log must not stop the station, so a stream that is gone or full is ignored. Knows nothing of files: where standard
error goes is the business of whoever starts the process (`bot.supervision.log_files` for `bandstand up`).
"""

import sys
from typing import Final, TextIO

from twisted.logger import (
    FilteringLogObserver,
    ILogObserver,
    LogEvent,
    LogLevel,
    LogLevelFilterPredicate,
    formatEvent,
    globalLogBeginner,
)
from zope.interface import implementer

from bandstand.common.config import Log
from bandstand.common.log_format import Record
from bandstand.common.reference import get_reference

CHATTY: Final = ("twisted.internet", "twisted.protocols.amp", "twisted.web.client", "log_legacy")
"""Parts of Twisted that log every connection and port; only their warnings and errors are kept."""


@implementer(ILogObserver)
class LineObserver:
    """Writes each record as one line; a traceback follows indented (text) or inside the object (JSON)."""

    def __init__(self, process: str, stream: TextIO, as_json: bool) -> None:
        self._process = process
        self._stream = stream
        self._render = Record.as_json if as_json else Record.as_text

    def __call__(self, event: LogEvent) -> None:
        try:
            self._stream.write(self._render(to_record(self._process, event)) + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            pass


def to_record(process: str, event: LogEvent) -> Record:
    """The record of one of Twisted's log events."""
    level, failure = event.get("log_level"), event.get("log_failure")
    return Record(
        time=event["log_time"],
        process=process,
        level=level.name if level else "info",
        message=formatEvent(event),
        source=event.get("log_namespace", ""),
        traceback=failure.getTraceback() if failure else "",
        reference=get_reference(),
    )


def begin(process: str, settings: Log, stream: TextIO = sys.stderr) -> None:
    """Send this process's records to `stream` from now on. Called once, in `__main__`."""
    observer = LineObserver(process, stream, settings.format == "json")
    predicate = LogLevelFilterPredicate(LogLevel.levelWithName(settings.level))
    for namespace in CHATTY:
        predicate.setLogLevelForNamespace(namespace, LogLevel.warn)
    globalLogBeginner.beginLoggingTo([FilteringLogObserver(observer, [predicate])], redirectStandardIO=False)
