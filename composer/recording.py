"""One song's files in the making: the sound is taken down and measured as it passes, the rest is written at the end."""

import contextlib
import logging
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple

from common.errors import Missing
from common.types import RATE, Decibels, Frames, Lufs, Seconds
from composer import sound
from composer.block import Block
from composer.loudness import Meter
from composer.midi import midi
from composer.pictures import Envelope, roll
from composer.piece import Piece
from composer.score import Score, encoded

PREVIEW: Final = Seconds(20.0)
FILES: Final = {"audio": "song.flac", "score": "score.json", "midi": "song.mid", "preview": "preview.mp3"}
PICTURES: Final = {"roll": "roll.svg", "waveform": "waveform.svg"}

log = logging.getLogger("composer")


class Taken(NamedTuple):
    loudness: Lufs
    peak: Decibels
    files: dict[str, str]
    """Kind -> name in the folder."""


class Recording:
    def __init__(self, folder: Path, piece: Piece) -> None:
        self._folder = folder
        self._piece = piece
        score = piece.head
        self._seed = score.seed
        self._tags = tags(score)
        self._meter = Meter()
        self._clip = sound.Clip(_chorus(score), Frames(round(PREVIEW * RATE)))
        self._envelope = Envelope()
        self._flac = sound.Flac(folder / FILES["audio"], score.seed, self._tags)

    def __enter__(self) -> "Recording":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind:
            with contextlib.suppress(OSError):  # what cannot be written is thrown away in any case
                self._flac.close()

    def push(self, block: Block) -> None:
        self._flac.push(block)
        self._meter.push(block)
        self._clip.push(block)
        self._envelope.push(block)

    def finish(self) -> Taken:
        """Raises OSError where the folder cannot be written."""
        self._flac.close()
        score = self._piece.whole()
        (self._folder / FILES["score"]).write_bytes(encoded(score))
        midi(score).save(self._folder / FILES["midi"])
        files = FILES | PICTURES
        (self._folder / PICTURES["roll"]).write_text(roll(score), "utf-8")
        (self._folder / PICTURES["waveform"]).write_text(self._envelope.picture(score.title), "utf-8")
        try:
            sound.preview(self._clip.blocks, self._folder / FILES["preview"], self._seed, self._tags)
        except Missing as error:
            log.warning("no preview: %s", error)
            del files["preview"]
        loudness, peak = self._meter.finish()
        return Taken(loudness, peak, files)


def tags(score: Score) -> dict[str, str]:
    """Of every file that can have tags."""
    return {
        "title": score.title,
        "artist": score.artist,
        "genre": score.style,
        "bpm": f"{score.tempi[0].bpm:g}",
        "initialkey": score.key,
        "comment": f"seed {score.seed}",
    }


def _chorus(score: Score) -> Frames:
    """Where the first chorus begins."""
    first = next(section for section in score.sections if section.kind == "chorus")
    return Frames(round(score.seconds(first.bar * score.bar) * RATE))
