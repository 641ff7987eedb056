"""The lines that a person typed in earlier sessions, in a file that nobody else can read.

prompt_toolkit reads the whole file in the loop that asks for it. One loop serves the prompts of everybody elsewhere, so
here a thread reads the file, and its lines are handed over a few at a time.
"""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

from prompt_toolkit.history import FileHistory

from bandstand.common.files import write_whole

HISTORY_BYTES = 256 * 1024
"""A longer file is cut to its newer half."""
AT_ONCE = 100
"""Lines that are handed over before others in the loop have their turn."""


class History(FileHistory):
    def __init__(self, path: Path) -> None:
        """Makes the file where there is none. May block on the disk."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        if path.stat().st_size > HISTORY_BYTES:
            _keep_newer_half(path)
        super().__init__(path)

    async def load(self) -> AsyncGenerator[str, None]:
        """The lines, newest first."""
        if not self._loaded:
            kept = await asyncio.to_thread(lambda: list(self.load_history_strings()))
            typed = self._loaded_strings  # meanwhile; the thread may have read them from the file already
            self._loaded_strings = kept if kept[: len(typed)] == typed else typed + kept
            self._loaded = True
        for number, line in enumerate(list(self._loaded_strings)):
            if number % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
            yield line


def _keep_newer_half(path: Path) -> None:
    newer = path.read_bytes()[-HISTORY_BYTES // 2 :]
    write_whole(path, newer[max(0, newer.find(b"\n# ")) :], is_private=True)
