"""Plays sound that the station did not make: a file where it is, and a pipe as it comes.

A file is only looked at: its names, its length, and how loud it begins; what is heard is the file itself. A pipe is
decoded here, because it has no beginning to which a new streamer could go back: WAV and raw sound as a generator writes
them, and all else that FFmpeg reads of a stream. Knows the descriptor of the pipe; not who wrote it.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import av
import msgspec
import numpy as np

from bandstand.common.errors import ComposeError, NotAudio
from bandstand.common.files import format_location, parse_location, show_path
from bandstand.common.generators import Generator
from bandstand.common.jobs import Begun, Done, Job, Passed, Provenance
from bandstand.common.sound.container import Unplayable, measure_length, open_input
from bandstand.common.sound.parts import MOST_JUNK
from bandstand.common.sound.search import LONGEST_HEAD, find_head
from bandstand.common.sound.tags import read_tags
from bandstand.common.text import one_line
from bandstand.common.types import CHANNELS, RATE
from bandstand.composer.audio import Block, read_blocks
from bandstand.composer.folder import SongFolder, publish_song
from bandstand.composer.generators import wav
from bandstand.composer.generators.pcm import StreamDecoder, find_kind
from bandstand.composer.generators.run import (
    GeneratedSong,
    LengthReached,
    Unrecorded,
    explain_silence,
    make_done,
)
from bandstand.composer.labels import choose_labels
from bandstand.composer.loudness import LoudnessMeter, round_decibels
from bandstand.composer.recorder import SoundRecorder
from bandstand.composer.spool import NobodyListens, Report, SpoolWriter

HEARD_FIRST: Final = 20 * RATE
"""Frames from which the loudness of a file is guessed."""
LONGEST: Final = 4 * 3600.0
"""Seconds of a pipe that are kept."""
READ_SIZE: Final = 1 << 16
LOOKAHEAD: Final = LONGEST_HEAD
"""Bytes that are held back, so that the head of another file is seen whole."""
OWN_HEAD: Final = 4096
"""Bytes at the beginning of a file in which heads are its own: Ogg has several, with FLAC's inside."""
NEVER_INSIDE: Final = (*wav.MAGICS, b"FORM")
"""Heads that no other format has in its own."""
TITLE, ARTIST = "Standard input", "a pipe"
PROBING: Final = {"probesize": "65536", "analyzeduration": "1000000", "protocol_whitelist": "pipe"}
"""Bytes and microseconds that FFmpeg may look ahead, so that it is heard soon."""


# Files


def play_file(job: Job, report: Report) -> Done:
    """Have a file played where it is. Raises ComposeError or NotAudio where it has no sound."""
    began = time.perf_counter()
    step = look_at_file(job)
    report(step)
    loudness = _guess_loudness(parse_location(step.source), job.loudness)
    return Done(
        song=job.song, title=step.title, artist=step.artist, seconds=step.seconds, generator=job.generator,
        seed=job.seed, parameters=job.parameters, loudness=loudness, peak=None,
        making=round(time.perf_counter() - began, 3), files={"audio": step.source},
    )  # fmt: skip


def look_at_file(job: Job) -> Begun:
    """What is known of a file before it is decoded; it can be played from then on.

    Raises ComposeError, which names the file.
    """
    path = parse_location(str(job.parameters["file"]))
    try:
        seconds = measure_length(path)
    except Unplayable as error:
        raise ComposeError(f"{show_path(path)}: {error.reason}") from None
    except OSError as error:
        raise ComposeError(f"{show_path(path)}: it cannot be read: {error.strerror}") from None
    labels = choose_labels(read_tags(path), path)
    return Begun(labels.title, labels.artist, round(seconds, 3), source=format_location(path))


def _guess_loudness(path: Path, usual: float) -> float | None:
    """LUFS of the beginning, but no less than usual: a quiet beginning says nothing of the rest. None: not known."""
    meter, frames = LoudnessMeter(), 0
    with contextlib.suppress(NotAudio):
        for block in read_blocks(path):
            meter.push(block)
            frames += len(block)
            if frames >= HEARD_FIRST:
                break
    return max(usual, round_decibels(meter.finish()[0])) if frames else None


# Pipes


def play_pipe(job: Job, spool: SpoolWriter, report: Report, pipe: int) -> Passed | Done:
    """Play what comes out of a pipe, to its end; with `keep` it is stored then. Closes `pipe`.

    Raises BandstandError where nothing can be heard, or OSError if the folder cannot be written.
    """
    with os.fdopen(pipe, "rb", buffering=0) as sound:
        if job.parameters.get("keep"):
            return _keep_pipe(job, spool, report, sound)
        song = GeneratedSong(job, None, spool.open_pipe(), Unrecorded(), report)
        with contextlib.suppress(NobodyListens):
            _receive(song, job, sound)
            song.spool.close()
        return Passed(song.seconds, Provenance(notes=song.notes))


def _keep_pipe(job: Job, spool: SpoolWriter, report: Report, sound: Any) -> Done:
    began = time.perf_counter()
    with SongFolder(Path(job.directory)) as folder, SoundRecorder(folder.path, job.seed) as recorder:
        song = GeneratedSong(job, LONGEST, spool, recorder, report)
        with contextlib.suppress(LengthReached):
            _receive(song, job, sound)
        song.spool.close()
        provenance = Provenance(sound=song.spool.checksum, notes=song.notes)
        done = make_done(job, song, recorder.finish(), provenance, time.perf_counter() - began)
        return publish_song(folder, job, done)


def _receive(song: GeneratedSong, job: Job, sound: Any) -> None:
    """Pass all that comes to the song. Raises BandstandError where it is no sound, or nothing of it can be heard."""
    song.title, song.artist = str(job.parameters.get("title", TITLE)), ARTIST
    declared = msgspec.convert(
        {name: job.parameters[name] for name in ("format", "rate", "channels") if name in job.parameters}, Generator
    )
    beginning = b""
    while len(beginning) < len(wav.MAGICS[0]) and (data := sound.read(READ_SIZE)):
        beginning += data
    if not beginning:
        raise NotAudio("nothing came out of the pipe")
    stream = Rest(beginning, sound)
    if declared.format:
        stream.begin_next()
        _receive_plain(song, StreamDecoder(declared), stream)
    _receive_files(song, stream, "title" not in job.parameters)
    song.begin(0.0)
    song.lint.finish()
    song.report_notes(song.lint.notes)
    if not song.has_begun:
        raise NotAudio(explain_silence(song))


def _receive_files(song: GeneratedSong, stream: "Rest", has_own_title: bool) -> None:
    """Files of any kinds that come one behind the other, as `cat` puts them, perhaps behind raw sound."""
    while stream.begin_next():
        if stream.peek().startswith(wav.MAGICS):
            _receive_plain(song, StreamDecoder(Generator()), stream)
        else:
            _receive_other(song, stream, has_own_title)


def _receive_other(song: GeneratedSong, stream: "Rest", has_own_title: bool) -> None:
    """A file that is no WAV, or junk, such as the head of an answer by HTTP, before any file. Raises NotAudio."""
    try:
        for block in _decode_stream(song, stream, has_own_title):
            song.push(block, 0.0)
    except NotAudio:
        junk = 0 if song.has_begun else stream.skip_junk()
        if not junk:
            raise
        song.report_notes([f"it has {junk:,} bytes before its sound that are none"])


def _receive_plain(song: GeneratedSong, decoder: StreamDecoder, stream: "Rest") -> None:
    """WAV or raw sound, in which the beginning of a file of another kind cannot be a part of the sound."""
    while data := stream.read(READ_SIZE):
        for block in decoder.push(data):
            song.push(block, decoder.promised)
        song.report_notes(decoder.notes)
    for block in decoder.finish():
        song.push(block, decoder.promised)
    song.report_notes(decoder.notes)


class Rest:
    """A stream whose beginning was read already, as PyAV reads it. It ends where another file begins behind the first,
    as `cat` puts them; `begin_next` goes on there."""

    def __init__(self, beginning: bytes, sound: Any) -> None:
        self._held = beginning
        self._sound = sound
        self._given = 0
        """Bytes of this file so far."""
        self._is_over = False
        self._is_cut = True
        """Whether the next file begins with what is held."""
        self._past = b""
        """What was read of the first file, as long as it may turn out to be junk."""

    def peek(self) -> bytes:
        """What is held: at the beginning of a file its first bytes."""
        return self._held

    @property
    def beginning(self) -> bytes:
        """The first bytes of the first file."""
        return (self._past + self._held)[:64]

    def read(self, size: int) -> bytes:
        while len(self._held) <= LOOKAHEAD and not self._is_over:
            data: bytes = self._sound.read(READ_SIZE)
            self._held += data
            self._is_over = not data
        room = len(self._held) if self._is_over else len(self._held) - LOOKAHEAD
        following = self._find_following()
        if following is not None and following <= room:
            room = following
            self._is_cut = following == 0
        given, self._held = self._held[: min(size, room)], self._held[min(size, room) :]
        self._given += len(given)
        if len(self._past) <= MOST_JUNK:
            self._past += given
        return given

    def _find_following(self) -> int | None:
        """Where the next file begins in what is held. What may be a part of this one is not it."""
        own = max(0, OWN_HEAD - self._given)
        begin = max(0, len(wav.MAGICS[0]) - self._given)
        while (found := find_head(self._held, begin)) is not None:
            if found >= own or self._held.startswith(NEVER_INSIDE, found):
                return found
            begin = found + 1
        return None

    def skip_junk(self) -> int:
        """Go back to the first head in what was read of the first file, which was junk up to there; returns how many
        bytes that were, 0 where there is no such head."""
        data = self._past + self._held
        found = find_head(data, 1) if len(self._past) <= MOST_JUNK else None
        if not found:
            return 0
        self._held, self._past, self._is_cut = data[found:], bytes(MOST_JUNK + 1), True
        return found

    def begin_next(self) -> bool:
        """Go on with the file that follows; false if there is none."""
        is_there, self._is_cut, self._given = self._is_cut, False, 0
        return is_there


def _decode_stream(song: GeneratedSong, stream: Rest, has_own_title: bool) -> Iterator[Block]:
    """The sound of a stream of any format that FFmpeg reads without going back. Raises NotAudio."""
    try:
        with open_input(stream, PROBING) as container:
            if not container.streams.audio:
                raise NotAudio("there is no sound in what came out of the pipe")
            tags = {**container.metadata, **container.streams.audio[0].metadata}
            names = {name.lower(): one_line(value) for name, value in tags.items()}
            song.artist = names.get("artist") or song.artist
            song.title = (has_own_title and names.get("title")) or song.title
            resampler = av.AudioResampler(format="flt", layout="stereo", rate=RATE)
            for frame in container.decode(audio=0):
                frame.pts = None
                yield from _resample(resampler, frame)
            yield from _resample(resampler, None)
    except av.FFmpegError as error:
        if song.has_begun:
            song.report_notes([f"it broke off: {error.strerror}"])
            return
        raise NotAudio(explain_unknown(stream.beginning)) from None


def explain_unknown(beginning: bytes) -> str:
    """Why nothing could be made of a stream that begins so."""
    kind = find_kind(beginning, is_raw=False)
    if kind.startswith("a "):
        return f"what came out of the pipe is {kind} and no sound"
    if kind:
        return f"what came out of the pipe is {kind} that has to be read as a file; write it to one and play that"
    return "what came out of the pipe is no sound that is known; raw sound needs --format"


def _resample(resampler: Any, frame: Any) -> Iterator[Block]:
    for made in resampler.resample(frame):
        if made.samples:
            yield made.to_ndarray().reshape(-1, CHANNELS).astype(np.float32, copy=False)
