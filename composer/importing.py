"""A file that was there before, taken into the library as it is: copied, heard through once, measured.

The copy keeps the file's own format, as the streamer plays every one to the sample.
"""

import shutil
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

import av
import msgspec

from common.errors import ComposeError, Missing, NotAudio
from common.jobs import Done, Job, Provenance
from common.text import one_line
from common.types import RATE, Frames
from composer import sound
from composer.folder import RECORD, Folder, kept
from composer.generators import stored
from composer.loudness import Meter, finite
from composer.recording import FILES, PREVIEW

UNKNOWN: Final = "unknown"


def make(job: Job) -> Done:
    """Raises BandstandError, or OSError where the folder cannot be written."""
    done = kept(job)
    if done:
        return done
    path = Path(str(job.parameters["file"]))
    began = time.perf_counter()
    with Folder(Path(job.directory)) as folder:
        audio = folder.path / f"song{path.suffix.lower()}"
        try:
            shutil.copyfile(path, audio)
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
            raise ComposeError(f"{path}: it cannot be read: {error.strerror}") from None
        title, artist = named(tags(audio), path)
        taken = _heard(audio, path, {"title": title, "artist": artist}, folder.path / FILES["preview"])
        seconds, loudness, peak, files = taken
        done = Done(
            song=job.song,
            title=title,
            artist=artist,
            seconds=seconds,
            generator=job.generator,
            seed=job.seed,
            parameters=job.parameters,
            loudness=loudness,
            peak=peak,
            making=round(time.perf_counter() - began, 3),
            files={"audio": audio.name, **files},
            provenance=Provenance(),
        )
        (folder.path / RECORD).write_bytes(msgspec.json.encode(done))
        return done if folder.publish() else kept(job) or done


def tags(path: Path) -> dict[str, str]:
    """The file's own, with their names in small letters; Ogg keeps them with the stream. None where it has none."""
    try:
        with closing(av.open(str(path), metadata_errors="replace")) as container:
            streams = [dict(stream.metadata) for stream in container.streams.audio]
            found: dict[str, str] = {}
            for one in (dict(container.metadata), *streams):
                found |= {name.lower(): value for name, value in one.items()}
            return found
    except av.FFmpegError:
        return {}


def named(found: Mapping[str, str], path: Path) -> tuple[str, str]:
    """(title, artist): what the tags say, or what the file is called."""
    title = one_line(found.get("title", ""), 120) or one_line(path.stem, 120)
    return title, one_line(found.get("artist", ""), 120) or UNKNOWN


def _heard(audio: Path, path: Path, tags: dict[str, str], preview: Path) -> tuple[float, float, float, dict[str, str]]:
    """(seconds, LUFS, dBTP, files beside the sound)."""
    meter, clip, frames = Meter(), sound.Clip(Frames(0), Frames(round(PREVIEW * RATE))), 0
    try:
        for block in stored.blocks(audio):
            meter.push(block)
            clip.push(block)
            frames += len(block)
    except NotAudio as error:
        raise ComposeError(f"{path}: {error}") from None
    if not frames:
        raise ComposeError(f"{path}: there is no sound in it")
    loudness, peak = meter.finish()
    files = {}
    try:
        sound.preview(clip.blocks, preview, 0, tags)
        files["preview"] = preview.name
    except Missing:
        pass  # the ffmpeg program is not here; the song is whole without
    return round(frames / RATE, 3), finite(loudness), finite(peak), files
