"""Logging for every process: Twisted's logger, one line a record on a stream, as text or as JSON.

A log must never be what stops the air, so a stream that is gone or full is ignored. It may be read on a terminal, so no
record brings a control code along.
"""

import json
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
    formatTime,
    globalLogBeginner,
)
from zope.interface import implementer

from common.config import Log
from common.text import harmless

CHATTY: Final = ("twisted.internet", "twisted.web.client", "log_legacy")
"""Parts of Twisted that have a line to say on every connection and port; their warnings and errors stay."""


@implementer(ILogObserver)
class LineObserver:
    """Writes each record as one line; a traceback follows indented (text) or inside the object (JSON)."""

    def __init__(self, process: str, stream: TextIO, as_json: bool) -> None:
        self._process = process
        self._stream = stream
        self._format = self._json if as_json else self._text

    def __call__(self, event: LogEvent) -> None:
        try:
            self._stream.write(self._format(event) + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            pass

    def _text(self, event: LogEvent) -> str:
        line = harmless(formatEvent(event))
        record = f"{formatTime(event['log_time'])} {self._process} {_level(event)}: {line}"
        trace = _traceback(event)
        return record + "".join(f"\n    {harmless(row)}" for row in trace.splitlines()) if trace else record

    def _json(self, event: LogEvent) -> str:
        record = {
            "time": formatTime(event["log_time"]),
            "process": self._process,
            "level": _level(event),
            "source": event.get("log_namespace", ""),
            "message": formatEvent(event),
        }
        trace = _traceback(event)
        if trace:
            record["traceback"] = trace
        return harmless(json.dumps(record, ensure_ascii=False))


def _level(event: LogEvent) -> str:
    level = event.get("log_level")
    return level.name if level else "info"


def _traceback(event: LogEvent) -> str:
    failure = event.get("log_failure")
    return failure.getTraceback() if failure else ""


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
