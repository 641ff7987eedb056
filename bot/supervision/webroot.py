"""The folder from which our Icecast serves files: its own pages, and for each mount a file of silence.

That file is the last fallback: where streamer and standby end at once, Icecast sends it to the listeners until one of
them is back. Icecast takes such a file only from below its `webroot`, which is /usr/share/icecast2/web by default. So
the station has a folder of its own with links to what is there; the streamer writes the silence (`streamer.silence`).

As root we have Icecast change to another user, who may not be able to reach the station's directory (below /root, say).
The folder is then a link to one in /run.
"""

import hashlib
from pathlib import Path
from typing import Final

from twisted.logger import Logger

log = Logger()

ICECAST_WEB: Final = Path("/usr/share/icecast2/web")
RUN: Final = Path("/run")
OTHERS_MAY_PASS: Final = 0o001


def make_webroot(path: Path, is_for_another_user: bool) -> Path:
    """Make the folder at `path`; returns what Icecast is to serve, its own folder where ours cannot be made."""
    try:
        root = _find_root(path) if is_for_another_user else path
        root.mkdir(parents=True, exist_ok=True)
        root.chmod(0o755)
        if root != path and not path.is_symlink():
            path.symlink_to(root)
        for file in ICECAST_WEB.iterdir():
            link = root / file.name
            if not link.is_symlink():
                link.symlink_to(file)
    except OSError as error:
        log.warn("Icecast has no last fallback for streamer and standby: {error}", error=error)
        return ICECAST_WEB
    return root


def _find_root(path: Path) -> Path:
    """`path` itself if others may pass every folder above it, else a folder in /run that is named after it."""
    if path.is_symlink():
        return path.resolve()
    if all(folder.stat().st_mode & OTHERS_MAY_PASS for folder in path.resolve().parents if folder.exists()):
        return path
    return RUN / f"bandstand-{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
