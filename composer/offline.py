"""A song to a file, at once and without a station."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from common.config import Config
from common.errors import ComposeError
from common.jobs import Value
from common.text import clock
from common.types import RATE, Lufs
from composer import sound
from composer.bands import BANDS
from composer.block import Block
from composer.compose import compose
from composer.midi import midi
from composer.piece import Piece
from composer.recording import tags
from composer.score import Score
from composer.synth import frames, render, synthesiser

Writer = Callable[[Score, Iterator[Block], Path], None]


def song_to_file(band: str, seed: int, wishes: Mapping[str, Value], out: Path, settings: Config) -> str:
    """Returns a line that says what was made; raises BandstandError. The file appears whole or not at all."""
    if band not in BANDS:
        raise ComposeError(f"{band}: there is no such band; known are {', '.join(BANDS)}")
    kind = out.suffix.lower().removeprefix(".")
    if kind not in WRITERS:
        raise ComposeError(f"{out}: the name must end in one of {', '.join('.' + name for name in WRITERS)}")
    if not out.parent.is_dir():
        raise ComposeError(f"{out}: there is no such directory to write into")
    score = compose(BANDS[band], seed, wishes)
    partial = out.with_name(f".{out.stem}.{os.getpid()}{out.suffix}")
    try:
        WRITERS[kind](score, _rendered(score, settings), partial)
        partial.replace(out)
    except OSError as error:
        raise ComposeError(f"{out}: cannot be written: {error.strerror or error}") from None
    finally:
        partial.unlink(missing_ok=True)
    length = clock(frames(score) / RATE)
    return f"{out}: {score.title}, by {score.artist}, {score.key}, {score.tempi[0].bpm:g} bpm, {length}, seed {seed}"


def _rendered(score: Score, settings: Config) -> Iterator[Block]:
    """Nothing is loaded before the first block is wanted."""
    source = synthesiser(settings.composer.soundfont)
    yield from render(Piece.of(score), source.make(), source, Lufs(settings.station.loudness))


def _flac(score: Score, blocks: Iterator[Block], path: Path) -> None:
    flac = sound.Flac(path, score.seed, tags(score))
    try:
        for block in blocks:
            flac.push(block)
    finally:
        flac.close()


def _midi(score: Score, blocks: Iterator[Block], path: Path) -> None:
    midi(score).save(path)


def _by_pydub(kind: str) -> Writer:
    def write(score: Score, blocks: Iterator[Block], path: Path) -> None:
        whole = sound.segment(blocks, score.seed)
        sound.export(whole, path, kind, tags(score))

    return write


WRITERS: Final[dict[str, Writer]] = {"flac": _flac, "mid": _midi} | {kind: _by_pydub(kind) for kind in sound.CODECS}
