"""Makes further files of a stored song: converted from its score, or rendered again from it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from bandstand.common.background_jobs import PEAKS, Export, Exported
from bandstand.common.errors import ComposeError, NotAudio, explain
from bandstand.common.files import parse_location, replace_whole
from bandstand.common.jobs import Done
from bandstand.common.paths import SONG_FILE, SONG_FILES, STEMS
from bandstand.common.types import RATE, Frames, Lufs, Seconds
from bandstand.composer.audio import Block, read_blocks, write_flac
from bandstand.composer.master import master_song
from bandstand.composer.midi import make_midi
from bandstand.composer.musicxml import make_musicxml
from bandstand.composer.peaks import encode_peaks
from bandstand.composer.pictures import draw_piano_roll
from bandstand.composer.recorder import FILES, PICTURES, make_tags
from bandstand.composer.score import Score, read_score
from bandstand.composer.streaming_score import StreamingScore
from bandstand.composer.synth import FADE, choose_fade, count_frames, find_synthesiser, render_song
from bandstand.composer.tone import LOST, remove_rumble


def export_song(job: Export) -> Exported:
    """Make the files of a job.

    Raises ComposeError if the song has no score, or no sound for its peaks; Missing if the configured soundfont does
    not exist, OSError if a file cannot be written.
    """
    folder = Path(job.folder)
    if job.kind == PEAKS:
        return Exported((str(_export_peaks(folder, job)),))
    try:
        score = read_score(folder / FILES["score"])
    except (FileNotFoundError, msgspec.DecodeError):
        raise ComposeError("the song has no score: only what the bands play has one") from None
    return Exported(tuple(str(folder / name) for name in EXPORTERS[job.kind](score, folder, job)))


def _export_peaks(folder: Path, job: Export) -> Path:
    """Of any song, from its sound."""
    audio = parse_location(job.audio) if "/" in job.audio else folder / (job.audio or FILES["audio"])
    try:
        data = encode_peaks(read_blocks(audio))
    except (OSError, NotAudio) as error:
        raise ComposeError(f"its sound cannot be read: {explain(error)}") from None
    return folder / _write_file(folder, SONG_FILES[PEAKS], data)[0]


def _export_midi(score: Score, folder: Path, _: Export) -> tuple[str, ...]:
    with replace_whole(folder / FILES["midi"]) as partial:
        make_midi(score).save(partial)
    return (FILES["midi"],)


def _export_musicxml(score: Score, folder: Path, _: Export) -> tuple[str, ...]:
    return _write_file(folder, SONG_FILES["musicxml"], make_musicxml(score))


def _export_score(score: Score, folder: Path, _: Export) -> tuple[str, ...]:
    return (FILES["score"],)


def _export_pictures(score: Score, folder: Path, _: Export) -> tuple[str, ...]:
    return _write_file(folder, PICTURES["roll"], draw_piano_roll(score).encode())


def _export_flac(score: Score, folder: Path, job: Export) -> tuple[str, ...]:
    """Return the stored FLAC file; render it again if it has been deleted."""
    if not (folder / FILES["audio"]).exists():
        with replace_whole(folder / FILES["audio"]) as partial:
            write_flac(_render_mix(score, folder, job), partial, score.seed, make_tags(score))
    return (FILES["audio"],)


def _export_stems(score: Score, folder: Path, job: Export) -> tuple[str, ...]:
    """Render each part to a file of its own, at its level in the mix. Their sum is the song before mastering."""
    partial = folder / f".{STEMS}"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    names = []
    try:
        for number, part in enumerate(score.parts, 1):
            name = f"{number}-{part.name.replace(' ', '-')}.flac"
            alone = msgspec.structs.replace(score, parts=(part,))
            write_flac(_render_stem(alone, job), partial / name, alone.seed, make_tags(alone))
            names.append(f"{STEMS}/{name}")
        shutil.rmtree(folder / STEMS, ignore_errors=True)
        partial.rename(folder / STEMS)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return tuple(names)


def _render_mix(score: Score, folder: Path, job: Export) -> Iterator[Block]:
    synthesiser = find_synthesiser(job.soundfont)
    song = StreamingScore.from_score(score)
    return render_song(song, synthesiser.make_renderer(), synthesiser, Lufs(job.loudness), find_fade(folder))


def find_fade(folder: Path) -> Seconds:
    """How long the song of this folder fades out at its end, by what was asked of it; as usual if that is unknown."""
    try:
        return choose_fade(msgspec.json.decode((folder / SONG_FILE).read_bytes(), type=Done).parameters)
    except (OSError, msgspec.DecodeError):
        return FADE


def _render_stem(score: Score, job: Export) -> Iterator[Block]:
    """Render with the gain of an average song, so that all stems have the same gain, and with its tone unshaped."""
    synthesiser = find_synthesiser(job.soundfont)
    gain = 10 ** ((job.loudness - synthesiser.average_loudness - LOST) / 20)
    renderer, total, fade = synthesiser.make_renderer(), count_frames(score), Frames(round(FADE * RATE))

    def render() -> Iterator[Block]:
        with closing(renderer):
            raw = remove_rumble(renderer.render(StreamingScore.from_score(score)))
            yield from master_song(raw, total, lambda at: np.full(len(at), gain), fade)

    return render()


def _write_file(folder: Path, name: str, data: bytes) -> tuple[str, ...]:
    with replace_whole(folder / name) as partial:
        partial.write_bytes(data)
    return (name,)


EXPORTERS: Final[dict[str, Callable[[Score, Path, Export], tuple[str, ...]]]] = {
    "midi": _export_midi,
    "musicxml": _export_musicxml,
    "flac": _export_flac,
    "stems": _export_stems,
    "score": _export_score,
    "pictures": _export_pictures,
}
"""Kind, one of `common.background_jobs.EXPORTS` -> function that makes the files and returns their names."""
