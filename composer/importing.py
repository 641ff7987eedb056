"""Imports an audio file into the library: copies it, decodes it once, and measures its loudness.

The copy keeps the format of the original, because the streamer plays every format sample by sample.
"""

import shutil
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

import av

from bandstand.common.errors import ComposeError, Missing, NotAudio
from bandstand.common.jobs import Done, Job, Provenance
from bandstand.common.text import one_line
from bandstand.common.types import RATE, Frames
from bandstand.composer.audio import Clip, read_blocks, write_preview
from bandstand.composer.folder import SongFolder, publish_song, read_finished
from bandstand.composer.loudness import LoudnessMeter, round_decibels
from bandstand.composer.recorder import FILES, PREVIEW

UNKNOWN_ARTIST: Final = "unknown"
LONGEST_NAME: Final = 120
"""Characters of a title or an artist."""


class _Measured(NamedTuple):
    seconds: float
    loudness: float  # LUFS
    peak: float  # dBTP
    clip: Clip  # the beginning, for the preview


def import_song(job: Job) -> Done:
    """Import the file that the job's parameter `file` names.

    Raises BandstandError, or OSError if the folder cannot be written.
    """
    finished = read_finished(job)
    if finished:
        return finished
    path = Path(str(job.parameters["file"]))
    began = time.perf_counter()
    with SongFolder(Path(job.directory)) as folder:
        audio = folder.path / f"song{path.suffix.lower()}"
        try:
            shutil.copyfile(path, audio)
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
            raise ComposeError(f"{path}: it cannot be read: {error.strerror}") from None
        title, artist = choose_names(read_tags(audio), path)
        measured = _measure(audio, path)
        files = {"audio": audio.name, **_write_preview(measured.clip, title, artist, folder.path)}
        done = Done(
            song=job.song, title=title, artist=artist, seconds=measured.seconds, generator=job.generator,
            seed=job.seed, parameters=job.parameters, loudness=measured.loudness, peak=measured.peak,
            making=round(time.perf_counter() - began, 3), files=files, provenance=Provenance(),
        )  # fmt: skip
        return publish_song(folder, job, done)


def read_tags(path: Path) -> dict[str, str]:
    """Read the tags of a file, with lower-case names; Ogg has them in the stream. Empty if the file cannot be read."""
    try:
        with closing(av.open(str(path), metadata_errors="replace")) as container:
            streams = [dict(stream.metadata) for stream in container.streams.audio]
            found: dict[str, str] = {}
            for tags in (dict(container.metadata), *streams):
                found |= {name.lower(): value for name, value in tags.items()}
            return found
    except av.FFmpegError:
        return {}


def choose_names(tags: Mapping[str, str], path: Path) -> tuple[str, str]:
    """Choose (title, artist) from the tags, or the title from the file name."""
    title = one_line(tags.get("title", ""), LONGEST_NAME) or one_line(path.stem, LONGEST_NAME)
    return title, one_line(tags.get("artist", ""), LONGEST_NAME) or UNKNOWN_ARTIST


def _measure(audio: Path, path: Path) -> _Measured:
    """Decode and measure the copy. Raises ComposeError, which names the original `path`, if it has no sound."""
    meter, clip, frames = LoudnessMeter(), Clip(Frames(0), Frames(round(PREVIEW * RATE))), 0
    try:
        for block in read_blocks(audio):
            meter.push(block)
            clip.push(block)
            frames += len(block)
    except NotAudio as error:
        raise ComposeError(f"{path}: {error}") from None
    if not frames:
        raise ComposeError(f"{path}: there is no sound in it")
    loudness, peak = meter.finish()
    return _Measured(round(frames / RATE, 3), round_decibels(loudness), round_decibels(peak), clip)


def _write_preview(clip: Clip, title: str, artist: str, folder: Path) -> dict[str, str]:
    """Write the preview; return its entry for `Done.files`, or none if the ffmpeg program is missing."""
    try:
        write_preview(clip.blocks, folder / FILES["preview"], 0, {"title": title, "artist": artist})
    except Missing:
        return {}
    return {"preview": FILES["preview"]}
