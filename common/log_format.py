"""The log format of every process: a record as a line of text or of JSON. Pure; it needs no logger.

Logs are read on terminals, so a record never contains control codes, wherever its text is from.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bandstand.common.text import harmless

LEVELS: Final = ("debug", "info", "warn", "error")
"""From the least important, as `log.level` names them."""


@dataclass(frozen=True)
class Record:
    time: float
    """Seconds since the epoch; shown in local time."""
    process: str
    level: str
    message: str
    source: str = ""
    traceback: str = ""
    reference: str = ""
    """Of the request that it belongs to; see `common.reference`."""

    def as_text(self) -> str:
        """One line, which ends with the reference; a traceback follows indented."""
        reference = f" (ref {self.reference})" if self.reference else ""
        line = f"{self._stamp} {self.process} {self.level}: {harmless(self.message)}{reference}"
        return line + "".join(f"\n    {harmless(row)}" for row in self.traceback.splitlines())

    def as_json(self) -> str:
        """One line, with a traceback inside the object."""
        fields = {
            "time": self._stamp,
            "process": self.process,
            "level": self.level,
            "source": self.source,
            "message": self.message,
        }
        if self.reference:
            fields["reference"] = self.reference
        if self.traceback:
            fields["traceback"] = self.traceback
        return harmless(json.dumps(fields, ensure_ascii=False))

    @property
    def _stamp(self) -> str:
        return datetime.fromtimestamp(self.time).astimezone().strftime("%Y-%m-%dT%H:%M:%S%z")
