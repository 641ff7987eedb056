"""Imports an audio file into the library: copies it, decodes it once, and hears in that what there is to know of it.

The copy keeps the format of the original, because the streamer plays every format sample by sample, by the same reading
(common/sound). So a damaged file is taken as far as it can be played, with a note of what is missing. With the
parameter `link` nothing is copied: the file is played where it is.
"""

import hashlib
import os
import re
import shutil
import time
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from bandstand.common.errors import ComposeError, NotAudio
from bandstand.common.files import format_location, parse_location, show_path
from bandstand.common.jobs import Done, Job, Noticed, Original, Provenance
from bandstand.common.sound.tags import read_tags
from bandstand.common.types import RATE
from bandstand.composer.audio import FULL_SCALE, Block, Samples, read_blocks
from bandstand.composer.cue_points import CuePoints, find_cue_points
from bandstand.composer.fingerprint import Fingerprinter
from bandstand.composer.folder import SongFolder, publish_song, read_finished
from bandstand.composer.labels import choose_labels
from bandstand.composer.loudness import LoudnessMeter, round_decibels
from bandstand.composer.spool import Report

SUFFIX: Final = re.compile(r"\.[a-z0-9]{1,8}")


class _Heard(msgspec.Struct, frozen=True):
    """What one pass through the sound tells."""

    seconds: float
    loudness: float
    """LUFS."""
    peak: float
    """dBTP."""
    cues: CuePoints
    sound: str
    fingerprint: tuple[int, ...]
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
        try:
            status = path.stat()
            audio = path if job.parameters.get("link") else _copy(path, folder.path)
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
            raise ComposeError(f"{show_path(path)}: it cannot be read: {error.strerror}") from None
        if not status.st_size:
            raise ComposeError(f"{show_path(path)}: the file is empty")
        labels = choose_labels(read_tags(audio), path)
        heard = _hear(audio, path)
        if not job.is_awaited:  # somebody hears it already
            _check_unchanged(path, status)
        for note in heard.notes:
            report(Noticed(f"{labels.title}: {note}"))
        cues = heard.cues
        done = Done(
            song=job.song, title=labels.title, artist=labels.artist, album=labels.album, genre=labels.genre,
            year=labels.year, tags=labels.tags, facts=labels.facts, seconds=heard.seconds, generator=job.generator,
            seed=job.seed, parameters=job.parameters, loudness=heard.loudness, peak=heard.peak,
            cue_in=cues.cue_in, cue_out=cues.cue_out, next_at=cues.next_at,
            making=round(time.perf_counter() - began, 3),
            files={"audio": format_location(path) if audio == path else audio.name},
            provenance=Provenance(sound=heard.sound, notes=heard.notes),
            original=Original(
                path=str(job.parameters["file"]), size=status.st_size, modified=status.st_mtime_ns, sound=heard.sound,
                fingerprint=heard.fingerprint,
            ),
        )  # fmt: skip
        return publish_song(folder, job, done)


def _copy(path: Path, folder: Path) -> Path:
    audio = folder / f"song{_choose_suffix(path)}"
    shutil.copyfile(path, audio)
    return audio


def _check_unchanged(path: Path, before: os.stat_result) -> None:
    """Raises ComposeError where the file is another one than before it was read: half a download would stay half a
    song, and would be taken for another recording than the whole."""
    try:
        status = path.stat()
    except OSError:
        return  # it is gone, and what was read of it was whole
    if (status.st_size, status.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise ComposeError(f"{show_path(path)}: it is still being written; import it again when that is done")


def _hear(audio: Path, path: Path) -> _Heard:
    """Decode the sound and measure it. Raises ComposeError, which names the original `path`, if it has none."""
    meter, fingerprinter, digest, frames = LoudnessMeter(), Fingerprinter(), hashlib.sha256(), 0
    notes: list[str] = []
    try:
        for block in read_blocks(audio, notes=notes):
            meter.push(block)
            samples = _round_samples(block)
            digest.update(samples.tobytes())
            fingerprinter.push(samples)
            frames += len(block)
    except NotAudio as error:
        raise ComposeError(f"{show_path(path)}: {error}") from None
    if not frames:
        raise ComposeError(f"{show_path(path)}: there is no sound in it")
    loudness, peak = meter.finish()
    seconds = round(frames / RATE, 3)
    return _Heard(
        seconds=seconds,
        loudness=round_decibels(loudness),
        peak=round_decibels(peak),
        cues=find_cue_points(meter.momentary, loudness, seconds),
        sound=digest.hexdigest(),
        fingerprint=fingerprinter.finish(),
        notes=notes,
    )


def _round_samples(block: Block) -> Samples:
    """In 16 bits, so that what a decoder's version changes beyond that makes no other sound of it."""
    scaled = np.rint(block * float(FULL_SCALE))
    return np.ascontiguousarray(np.clip(scaled, -FULL_SCALE - 1, FULL_SCALE).astype(np.int16))


def _choose_suffix(path: Path) -> str:
    """The copy's suffix, for people and other programs: the station goes by content."""
    suffix = path.suffix.lower()
    return suffix if SUFFIX.fullmatch(suffix) else ""
