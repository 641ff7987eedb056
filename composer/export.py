"""Files of a song that is stored, made when somebody asks for them: from its score, or rendered anew from it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from common.background_jobs import Export, Exported
from common.errors import ComposeError
from common.types import RATE, Frames, Lufs
from composer import pictures, sound
from composer.master import mastered
from composer.midi import midi
from composer.musicxml import musicxml
from composer.piece import Piece
from composer.recording import FILES, PICTURES, tags
from composer.score import Score, read
from composer.synth import FADE, frames, render, synthesiser

STEMS: Final = "stems"


def exported(errand: Export) -> Exported:
    """Raises ComposeError where the song has no score, BandstandError where the machine lacks something."""
    folder = Path(errand.folder)
    try:
        score = read(folder / FILES["score"])
    except (FileNotFoundError, msgspec.DecodeError):
        raise ComposeError("the song has no score: only what the bands play has one") from None
    return Exported(tuple(str(folder / name) for name in KINDS[errand.kind](score, folder, errand)))


def _midi(score: Score, folder: Path, _: Export) -> tuple[str, ...]:
    midi(score).save(folder / "song.mid")
    return ("song.mid",)


def _musicxml(score: Score, folder: Path, _: Export) -> tuple[str, ...]:
    return _written(folder, "song.musicxml", musicxml(score))


def _score(score: Score, folder: Path, _: Export) -> tuple[str, ...]:
    return (FILES["score"],)


def _pictures(score: Score, folder: Path, _: Export) -> tuple[str, ...]:
    return _written(folder, PICTURES["roll"], pictures.roll(score).encode())


def _flac(score: Score, folder: Path, errand: Export) -> tuple[str, ...]:
    """The stored one, or one rendered anew where that is gone."""
    if not (folder / FILES["audio"]).exists():
        _render(score, folder / FILES["audio"], errand)
    return (FILES["audio"],)


def _stems(score: Score, folder: Path, errand: Export) -> tuple[str, ...]:
    """One file for each part, at the levels that they have in the mix: together they are the unmastered song."""
    partial = folder / f".{STEMS}"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    names = []
    for number, part in enumerate(score.parts, 1):
        name = f"{number}-{part.name.replace(' ', '-')}.flac"
        _render(msgspec.structs.replace(score, parts=(part,)), partial / name, errand, alone=True)
        names.append(f"{STEMS}/{name}")
    shutil.rmtree(folder / STEMS, ignore_errors=True)
    partial.rename(folder / STEMS)
    return tuple(names)


def _render(score: Score, path: Path, errand: Export, alone: bool = False) -> None:
    source = synthesiser(errand.soundfont)
    instrument, piece = source.make(), Piece.of(score)
    if alone:
        total = frames(score)
        gain = 10 ** ((errand.loudness - source.usual) / 20)
        blocks = mastered(
            instrument.blocks(piece), total, lambda at: np.full(len(at), gain), Frames(round(FADE * RATE))
        )
    else:
        blocks = render(piece, instrument, source, Lufs(errand.loudness))
    partial = path.with_name(f".{path.name}")
    flac = sound.Flac(partial, score.seed, tags(score))
    try:
        for block in blocks:
            flac.push(block)
    finally:
        flac.close()
        if alone:
            instrument.close()
    partial.rename(path)


def _written(folder: Path, name: str, data: bytes) -> tuple[str, ...]:
    partial = folder / f".{name}"
    partial.write_bytes(data)
    partial.rename(folder / name)
    return (name,)


KINDS: Final[dict[str, Callable[[Score, Path, Export], tuple[str, ...]]]] = {
    "midi": _midi,
    "musicxml": _musicxml,
    "flac": _flac,
    "stems": _stems,
    "score": _score,
    "pictures": _pictures,
}
