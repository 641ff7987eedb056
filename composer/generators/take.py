"""A generator's song taken down as it passes: the FLAC, its loudness, and a preview."""

import contextlib
import logging
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np

from common.errors import Missing
from common.types import RATE, Frames
from composer import sound
from composer.block import BLOCK, Block
from composer.loudness import Meter
from composer.recording import FILES, PREVIEW, Taken

BEGIN: Final = Frames(0)
log = logging.getLogger("composer")


class Take:
    """Takes blocks of any length; files are written in blocks of one, so that they do not depend on how sound came."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._seed = seed
        self._meter = Meter()
        self._clip = sound.Clip(BEGIN, Frames(round(PREVIEW * RATE)))
        self._flac: sound.Flac | None = None
        self._tags: dict[str, str] = {}
        self._waiting: list[Block] = []
        self._frames = 0

    def __enter__(self) -> "Take":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind and self._flac:
            with contextlib.suppress(OSError):  # what cannot be written is thrown away in any case
                self._flac.close()

    def name(self, title: str, artist: str) -> None:
        """How the song is called, which must be known before it is written."""
        self._tags = {"title": title, "artist": artist, "comment": f"seed {self._seed}"}
        self._flac = sound.Flac(self._folder / FILES["audio"], self._seed, self._tags)

    def push(self, block: Block) -> None:
        self._waiting.append(block)
        self._frames += len(block)
        if self._flac and self._frames >= BLOCK:
            whole = np.concatenate(self._waiting)
            end = len(whole) // BLOCK * BLOCK
            for begin in range(0, end, BLOCK):
                self._write(whole[begin : begin + BLOCK])
            self._waiting, self._frames = [whole[end:]], len(whole) - end

    def _write(self, block: Block) -> None:
        assert self._flac is not None
        self._flac.push(block)
        self._meter.push(block)
        self._clip.push(block)

    def finish(self) -> Taken:
        """Raises OSError where the folder cannot be written."""
        assert self._flac is not None
        if self._frames:
            self._write(np.concatenate(self._waiting))
        self._flac.close()
        files = {kind: FILES[kind] for kind in ("audio", "preview")}
        try:
            sound.preview(self._clip.blocks, self._folder / FILES["preview"], self._seed, self._tags)
        except Missing as error:
            log.warning("no preview: %s", error)
            del files["preview"]
        loudness, peak = self._meter.finish()
        return Taken(loudness, peak, files)
