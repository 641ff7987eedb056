"""The page's own style, scripts and pictures, from the package.

Each has a mark made of its content in its address (`static_url`), so that browsers keep it for a year and still get a
new one at once. Files are read when they are first asked for, and again when they change.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).with_name("static")
TYPES: Final = {".js": "text/javascript", ".ico": "image/vnd.microsoft.icon"}
"""As browsers want them, whatever the machine's table says."""
TEXTS: Final = (".js", ".css", ".svg", ".html", ".txt", ".json", ".webmanifest")
"""Files that are worth compressing."""


@dataclass(frozen=True)
class StaticFile:
    content: bytes
    compressed: bytes | None
    media_type: str
    mark: str
    changed: int
    """When, in nanoseconds, as the file system has it."""


class StaticFiles:
    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._files: dict[str, StaticFile] = {}

    def find(self, name: str) -> StaticFile | None:
        """`name` is a path below the folder. None where there is no such file."""
        parts = name.split("/")
        if any(part.startswith(".") or not part for part in parts) or not name.isprintable():
            return None
        path = self._folder.joinpath(*parts)
        try:
            changed = path.stat().st_mtime_ns
            known = self._files.get(name)
            if known is None or known.changed != changed:
                known = self._files[name] = _read(path, changed)
        except (OSError, ValueError):
            return None
        return known

    def get_url(self, name: str) -> str:
        """The address that the page uses."""
        found = self.find(name)
        return f"/static/{name}?v={found.mark}" if found else f"/static/{name}"


def _read(path: Path, changed: int) -> StaticFile:
    """Raises OSError."""
    content = path.read_bytes()
    media_type = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    compressed = gzip.compress(content, mtime=0) if path.suffix in TEXTS else None
    return StaticFile(content, compressed, media_type, hashlib.sha256(content).hexdigest()[:12], changed)
