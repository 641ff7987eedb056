"""Logging for every process: Twisted's logger, one line a record on a stream, as text or as JSON.

A log must never be what stops the air, so a stream that is gone or full is ignored.
"""

import sys
import uuid
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

from common.config import Log
from common.log_format import Record

CHATTY: Final = ("twisted.internet", "twisted.protocols.amp", "twisted.web.client", "log_legacy")
"""Parts of Twisted that have a line to say on every connection and port; their warnings and errors stay."""


@implementer(ILogObserver)
class LineObserver:
    """Writes each record as one line; a traceback follows indented (text) or inside the object (JSON)."""

    def __init__(self, process: str, stream: TextIO, as_json: bool) -> None:
        self._process = process
        self._stream = stream
        self._written = Record.as_json if as_json else Record.as_text

    def __call__(self, event: LogEvent) -> None:
        try:
            self._stream.write(self._written(record(self._process, event)) + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            pass


def record(process: str, event: LogEvent) -> Record:
    level, failure = event.get("log_level"), event.get("log_failure")
    return Record(
        time=event["log_time"],
        process=process,
        level=level.name if level else "info",
        message=formatEvent(event),
        source=event.get("log_namespace", ""),
        traceback=failure.getTraceback() if failure else "",
    )


def begin(process: str, settings: Log, stream: TextIO = sys.stderr) -> None:
    """Send this process's records to `stream` from now on. Called once, by `__main__`."""
    observer = LineObserver(process, stream, settings.format == "json")
    predicate = LogLevelFilterPredicate(LogLevel.levelWithName(settings.level))
    for namespace in CHATTY:
        predicate.setLogLevelForNamespace(namespace, LogLevel.warn)
    globalLogBeginner.beginLoggingTo([FilteringLogObserver(observer, [predicate])], redirectStandardIO=False)


def reference() -> str:
    """A short mark that ties what a person was told to the record in the log."""
    return uuid.uuid4().hex[:4]
