"""Writes a song's files while its sound is made: the FLAC and the measurements block by block, the rest at the end.

There are two recorders with a common base: `ScoreRecorder` for a band's song, which has a score and is known
beforehand, and `SoundRecorder` for a generator's or a comparison's sound, whose title comes with its first sound and
whose blocks have any length. Neither knows the song's folder by its final name, nor the job.
"""

import contextlib
import logging
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

import numpy as np

from bandstand.common.errors import Missing
from bandstand.common.paths import SONG_FILES
from bandstand.common.types import RATE, Decibels, Frames, Lufs, Seconds
from bandstand.composer.audio import BLOCK_FRAMES, Block, Clip, FlacWriter, write_preview
from bandstand.composer.loudness import LoudnessMeter
from bandstand.composer.midi import make_midi
from bandstand.composer.pictures import WaveformPeaks, draw_piano_roll
from bandstand.composer.score import Score, encode_score
from bandstand.composer.streaming_score import StreamingScore

PREVIEW: Final = Seconds(20.0)
FILES: Final = {kind: SONG_FILES[kind] for kind in ("audio", "score", "midi", "preview")}
"""Kind -> name in the song's folder."""
PICTURES: Final = {kind: SONG_FILES[kind] for kind in ("roll", "waveform")}
"""The same for pictures."""

log = logging.getLogger("composer")


class Recorded(NamedTuple):
    """A finished recording."""

    loudness: Lufs
    """Integrated."""
    peak: Decibels
    """True peak, dBTP."""
    files: dict[str, str]
    """Kind -> name in the folder."""


class _Recorder:
    """The common base: FLAC, loudness and preview. As a context manager it closes the FLAC file after an error."""

    def __init__(self, folder: Path, seed: int, preview_begin: Frames) -> None:
        self._folder = folder
        self._seed = seed
        self._tags: dict[str, str] = {}
        self._meter = LoudnessMeter()
        self._clip = Clip(preview_begin, Frames(round(PREVIEW * RATE)))
        self._flac: FlacWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind and self._flac:
            with contextlib.suppress(OSError):  # the folder is removed in any case
                self._flac.close()

    def _open(self, tags: dict[str, str]) -> None:
        self._tags = tags
        self._flac = FlacWriter(self._folder / FILES["audio"], self._seed, tags)

    def _write(self, block: Block) -> None:
        assert self._flac is not None
        self._flac.push(block)
        self._meter.push(block)
        self._clip.push(block)

    def _close(self) -> None:
        assert self._flac is not None
        self._flac.close()

    def _finish_preview(self, files: dict[str, str]) -> Recorded:
        """Write the preview, and remove it from `files` if the encoder is missing."""
        try:
            write_preview(self._clip.blocks, self._folder / FILES["preview"], self._tags)
        except Missing as error:
            log.warning("no preview: %s", error)
            del files["preview"]
        loudness, peak = self._meter.finish()
        return Recorded(loudness, peak, files)


class ScoreRecorder(_Recorder):
    """Records a band's song: sound, preview of the first chorus, score, MIDI and pictures."""

    def __init__(self, folder: Path, song: StreamingScore) -> None:
        header = song.header
        super().__init__(folder, header.seed, _find_first_chorus(header))
        self._song = song
        self._peaks = WaveformPeaks()
        self._shown = 0
        """Chunks of the score that can be seen already."""
        self._open(make_tags(header))

    def show_score(self) -> None:
        """Write the score as far as it is composed, for those who hear the song before it is stored.

        Where there is no room for it nobody sees it, and the song goes on.
        """
        if self._shown == self._song.composed:
            return
        self._shown = self._song.composed
        partial = self._folder / f".{FILES['score']}"
        with contextlib.suppress(OSError):
            partial.write_bytes(encode_score(self._song.copy_so_far()))
            partial.rename(self._folder / FILES["score"])

    def push(self, block: Block) -> None:
        """Record the next block. Raises OSError if the folder cannot be written."""
        self._write(block)
        self._peaks.push(block)

    def finish(self) -> Recorded:
        """Complete all files. Raises OSError if the folder cannot be written."""
        self._close()
        score = self._song.complete()
        (self._folder / FILES["score"]).write_bytes(encode_score(score))
        make_midi(score).save(self._folder / FILES["midi"])
        (self._folder / PICTURES["roll"]).write_text(draw_piano_roll(score), "utf-8")
        (self._folder / PICTURES["waveform"]).write_text(self._peaks.draw(score.title), "utf-8")
        return self._finish_preview(FILES | PICTURES)


class SoundRecorder(_Recorder):
    """Records sound without a score: FLAC and a preview of the beginning.

    Takes blocks of any length and writes blocks of `BLOCK_FRAMES`, so that the files do not depend on how the sound
    arrived.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        super().__init__(folder, seed, Frames(0))
        self._waiting: list[Block] = []
        self._frames = 0

    def set_title(self, title: str, artist: str) -> None:
        """Open the FLAC file with these tags. Until then `push` keeps the sound in memory."""
        self._open({"title": title, "artist": artist, "comment": f"seed {self._seed}"})

    def push(self, block: Block) -> None:
        """Record the next block, of any length. Raises OSError if the folder cannot be written."""
        self._waiting.append(block)
        self._frames += len(block)
        if self._flac and self._frames >= BLOCK_FRAMES:
            whole = np.concatenate(self._waiting)
            end = len(whole) // BLOCK_FRAMES * BLOCK_FRAMES
            for begin in range(0, end, BLOCK_FRAMES):
                self._write(whole[begin : begin + BLOCK_FRAMES])
            self._waiting, self._frames = [whole[end:]], len(whole) - end

    def finish(self) -> Recorded:
        """Complete all files. Raises OSError if the folder cannot be written."""
        if self._frames:
            self._write(np.concatenate(self._waiting))
        self._close()
        return self._finish_preview({kind: FILES[kind] for kind in ("audio", "preview")})


def make_tags(score: Score) -> dict[str, str]:
    """Tags for the audio files of a band's song."""
    return {
        "title": score.title,
        "artist": score.artist,
        "genre": score.style,
        "bpm": f"{score.tempi[0].bpm:g}",
        "initialkey": score.key,
        "comment": f"seed {score.seed}",
    }


def _find_first_chorus(score: Score) -> Frames:
    first = next(section for section in score.sections if section.kind == "chorus")
    return Frames(round(score.seconds(first.bar * score.bar) * RATE))
