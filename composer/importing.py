"""Imports an audio file into the library: copies it, decodes it once, and measures its loudness.

The copy keeps the format of the original, because the streamer plays every format sample by sample, by the same reading
(common/sound). So a damaged file is taken as far as it can be played, with a note of what is missing.
"""

import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from bandstand.common.errors import ComposeError, Missing, NotAudio
from bandstand.common.files import parse_location, show_path
from bandstand.common.jobs import Done, Job, Noticed, Provenance
from bandstand.common.sound.tags import read_tags
from bandstand.common.text import one_line
from bandstand.common.types import RATE, Frames
from bandstand.composer.audio import Clip, read_blocks, write_preview
from bandstand.composer.folder import SongFolder, publish_song, read_finished
from bandstand.composer.loudness import LoudnessMeter, round_decibels
from bandstand.composer.recorder import FILES, PREVIEW
from bandstand.composer.spool import Report

UNKNOWN_ARTIST: Final = "unknown"
SUFFIX: Final = re.compile(r"\.[a-z0-9]{1,8}")
LONGEST_NAME: Final = 120
"""Characters of a title or an artist."""


class _Measured(NamedTuple):
    seconds: float
    loudness: float  # LUFS
    peak: float  # dBTP
    clip: Clip  # the beginning, for the preview
    notes: list[str]
    """What is missing of the sound."""


def import_song(job: Job, report: Report) -> Done:
    """Import the file that the job's parameter `file` names. What is missing of it is reported as `Noticed`.

    Raises BandstandError, or OSError if the folder cannot be written.
    """
    finished = read_finished(job)
    if finished:
        return finished
    path = parse_location(str(job.parameters["file"]))
    began = time.perf_counter()
    with SongFolder(Path(job.directory)) as folder:
        audio = folder.path / f"song{_choose_suffix(path)}"
        try:
            shutil.copyfile(path, audio)
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
            raise ComposeError(f"{show_path(path)}: it cannot be read: {error.strerror}") from None
        title, artist = choose_names(read_tags(audio), path)
        measured = _measure(audio, path)
        for note in measured.notes:
            report(Noticed(f"{title}: {note}"))
        made = {"audio": audio.name, **_write_preview(measured.clip, title, artist, folder.path)}
        done = Done(
            song=job.song, title=title, artist=artist, seconds=measured.seconds, generator=job.generator,
            seed=job.seed, parameters=job.parameters, loudness=measured.loudness, peak=measured.peak,
            making=round(time.perf_counter() - began, 3), files=made,
            provenance=Provenance(notes=measured.notes),
        )  # fmt: skip
        return publish_song(folder, job, done)


def choose_names(tags: Mapping[str, str], path: Path) -> tuple[str, str]:
    """Choose (title, artist) from the tags, or the title from the file name."""
    title = one_line(tags.get("title", ""), LONGEST_NAME) or one_line(show_path(path.stem), LONGEST_NAME)
    return title, one_line(tags.get("artist", ""), LONGEST_NAME) or UNKNOWN_ARTIST


def _measure(audio: Path, path: Path) -> _Measured:
    """Decode and measure the copy. Raises ComposeError, which names the original `path`, if it has no sound."""
    meter, clip, frames = LoudnessMeter(), Clip(Frames(0), Frames(round(PREVIEW * RATE))), 0
    notes: list[str] = []
    try:
        for block in read_blocks(audio, notes=notes):
            meter.push(block)
            clip.push(block)
            frames += len(block)
    except NotAudio as error:
        raise ComposeError(f"{show_path(path)}: {error}") from None
    if not frames:
        raise ComposeError(f"{show_path(path)}: there is no sound in it")
    loudness, peak = meter.finish()
    return _Measured(round(frames / RATE, 3), round_decibels(loudness), round_decibels(peak), clip, notes)


def _choose_suffix(path: Path) -> str:
    """The copy's suffix, for people and other programs: the station goes by content."""
    suffix = path.suffix.lower()
    return suffix if SUFFIX.fullmatch(suffix) else ""


def _write_preview(clip: Clip, title: str, artist: str, folder: Path) -> dict[str, str]:
    """Write the preview; return its entry for `Done.files`, or none if the ffmpeg program is missing."""
    try:
        write_preview(clip.blocks, folder / FILES["preview"], 0, {"title": title, "artist": artist})
    except Missing:
        return {}
    return {"preview": FILES["preview"]}
