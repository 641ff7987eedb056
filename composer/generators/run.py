"""Makes a song with a user's generator: runs its program, checks and spools its sound as it comes, and keeps the files.

The path of the sound: `GeneratorProcess` (bytes) -> `StreamDecoder` (blocks) -> `GeneratedSong`, which passes each
block to the checks (`AudioLint`), the spool and the recorder, and reports to the bot. The song begins for its listeners
at its first audible sound.
"""

import contextlib
import logging
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from bandstand.common import generator_files, generators
from bandstand.common.errors import BandstandError, ComposeError, Missing, NotAudio
from bandstand.common.generators import Generator
from bandstand.common.jobs import Advanced, Begun, Done, Job, Noticed, Passed, Provenance, Section, Value
from bandstand.common.text import clock, one_line
from bandstand.common.types import RATE
from bandstand.composer.audio import BLOCK_FRAMES, Block, read_blocks
from bandstand.composer.folder import SongFolder, publish_song, read_finished
from bandstand.composer.generators.lint import AudioLint
from bandstand.composer.generators.messages import MessageReader
from bandstand.composer.generators.pcm import StreamDecoder
from bandstand.composer.generators.process import GeneratorProcess
from bandstand.composer.generators.stage import StageRequest
from bandstand.composer.generators.staging import Staging
from bandstand.composer.loudness import round_decibels
from bandstand.composer.recorder import Recorded, SoundRecorder
from bandstand.composer.spool import PROGRESS_SECONDS, DiskFull, NobodyListens, PipeWriter, Report, SpoolWriter

LONGEST_SILENCE: Final = 60
"""Seconds of silence at the beginning of a song after which it is given up."""
RATES: Final = (8000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000)
"""Usual sampling rates."""
LONGEST_NAME: Final = 120
"""Characters of a title or an artist."""
MOST_ERRORS: Final = 100
"""Failed jobs whose standard error is kept."""
log = logging.getLogger("composer")


class ProgramError(ComposeError):
    """The program made no song. `provenance` has what is known about the run."""

    def __init__(self, reason: str, provenance: Provenance, is_disk_full: bool = False) -> None:
        """`is_disk_full`: the program was ended because there was no room for its sound."""
        super().__init__(reason)
        self.provenance = provenance
        self.is_disk_full = is_disk_full


class LengthReached(Exception):
    """The song is as long as it may be."""


class Unrecorded:
    """Takes the place of a `SoundRecorder` for sound of which nothing is kept."""

    def set_title(self, title: str, artist: str) -> None:
        pass

    def push(self, block: Block) -> None:
        pass


class GeneratedSong:
    """The song while its sound comes: checks it, spools it, records it, and reports progress and problems.

    `title`, `artist` and `facts` change until the song has begun; facts come from the program.
    """

    def __init__(
        self,
        job: Job,
        longest: float | None,
        spool: SpoolWriter | PipeWriter,
        recorder: SoundRecorder | Unrecorded,
        report: Report,
    ) -> None:
        """`longest` in seconds; None for live sound, which goes on for as long as it likes."""
        self.title = f"{job.generator} {job.seed}"
        self.artist = job.generator
        self.messages = MessageReader()
        """What the program says of the song."""
        self.has_begun = False
        self.lint = AudioLint()
        self.notes: list[str] = []
        """Problems that have been reported."""
        self.spool = spool
        self.recorder = recorder
        self._longest = longest
        self._report = report
        self._reported = time.monotonic()

    @property
    def facts(self) -> dict[str, Value]:
        return self.messages.facts

    @property
    def sections(self) -> tuple[Section, ...]:
        return self.messages.sections

    @property
    def seconds(self) -> float:
        """Length so far."""
        return round(self.spool.frames / RATE, 3)

    def push(self, block: Block, promised: float) -> None:
        """Take the next block. `promised` is the length of the song in seconds by its header, 0 if unknown.

        Raises NotAudio, DiskFull, or LengthReached.
        """
        block = self.lint.push(block)
        if self._longest is None and not (self.has_begun or self.lint.is_audible):
            self._skip_silence()
            return
        room = len(block) + 1 if self._longest is None else round(self._longest * RATE) - self.spool.frames
        first = len(block) if self.has_begun else BLOCK_FRAMES
        self._write(block[: min(first, room)])
        if self.spool.frames >= BLOCK_FRAMES:  # a player that started with less would run dry at once
            self.begin(promised)
        self._write(block[first:room])  # of live sound, a pipe takes no more before somebody reads it
        if not self.has_begun and self.seconds > LONGEST_SILENCE:
            raise NotAudio(f"its first {LONGEST_SILENCE} s are silence, so it was not put on the air")
        self.report_notes(self.lint.notes)
        self._report_progress()
        if self._longest is not None and len(block) >= room:
            self.report_notes([f"it went on beyond {clock(self._longest)}, its limit longest, and was ended there"])
            raise LengthReached

    def _write(self, block: Block) -> None:
        if len(block):
            self.spool.write(block)
            self.recorder.push(block)

    def _skip_silence(self) -> None:
        """Live sound begins with what can be heard: nobody reads its pipe before, which would soon be full."""
        if self.lint.frames > LONGEST_SILENCE * RATE:
            raise NotAudio(f"its first {LONGEST_SILENCE} s are silence, so it was not put on the air")

    def begin(self, promised: float) -> None:
        """Report that the song has begun, unless it has already, or there is only silence so far."""
        if self.has_begun or not self.lint.is_audible:
            return
        self.has_begun = True
        self.title = one_line(str(self.facts.pop("title", self.title)), LONGEST_NAME) or self.title
        self.artist = one_line(str(self.facts.pop("artist", self.artist)), LONGEST_NAME) or self.artist
        is_live = self._longest is None
        seconds = 0.0 if is_live else round(promised, 3)
        self._report(Begun(self.title, self.artist, seconds, dict(self.facts), self.sections, is_live))
        self.recorder.set_title(self.title, self.artist)  # after the report, because it opens a file

    def check_whole(self, running: float, rate: int, asked: float) -> None:
        """Report problems that only the whole song shows.

        `running` is the run time and `asked` the length that was asked for (0 if none), in seconds; `rate` is the rate
        that the program declares.
        """
        actual = next((other for other in RATES if _is_near(self.seconds * rate / other, asked)), rate)
        if actual != rate and not _is_near(self.seconds, asked):
            self.report_notes(
                [f"it is {self.seconds:.1f} s long, not {asked:g}: was it made at {actual} Hz, and says {rate}?"]
            )
        if running > self.seconds > 1:  # depends on the machine, so it is not kept in `notes`
            self._report(
                Noticed(f"it was made slower than it is played: {running:.1f} s for {self.seconds:.1f} s of sound")
            )

    def report_notes(self, notes: list[str]) -> None:
        """Report the problems that have not been reported yet."""
        for note in notes:
            if note not in self.notes:
                self.notes.append(note)
                self._report(Noticed(note))

    def _report_progress(self) -> None:
        now = time.monotonic()
        if self.has_begun and now - self._reported >= PROGRESS_SECONDS:
            self._reported = now
            self._report(Advanced(self.seconds))


def _is_near(one: float, other: float) -> bool:
    return abs(one - other) < 0.02 * other


def make_song(
    job: Job, generator: Generator, spool: SpoolWriter, report: Report, staging: Staging | None = None
) -> Done:
    """Make the song of a job with a program. `staging` has a waiting process for it.

    Raises BandstandError, or OSError if the folder cannot be written.
    """
    finished = read_finished(job)
    if finished:
        return replay_finished(job, finished, spool, report)
    generator_files.check_startable(job.generator, generator)
    with SongFolder(Path(job.directory)) as folder, SoundRecorder(folder.path, job.seed) as recorder:
        song = GeneratedSong(job, generator.longest, spool, recorder, report)
        return publish_song(folder, job, _run_program(job, generator, folder.path, song, staging))


def make_live(
    job: Job, generator: Generator, spool: SpoolWriter, report: Report, staging: Staging | None = None
) -> Passed:
    """Run a program for as long as somebody listens, at the pace of the air; nothing is kept. Raises BandstandError."""
    generator_files.check_startable(job.generator, generator)
    song = GeneratedSong(job, None, spool.open_pipe(), Unrecorded(), report)
    with contextlib.suppress(NobodyListens):
        _, provenance = _run_process(job, generator, Path("/nonexistent"), song, staging)
        song.spool.close()
        return Passed(song.seconds, provenance)
    return Passed(song.seconds)


def replay_finished(job: Job, done: Done, spool: SpoolWriter, report: Report) -> Done:
    """Spool the song that an earlier worker finished, whose bot died, because the new bot waits for its sound."""
    for block in read_blocks(Path(job.directory) / done.files["audio"]):
        is_first = not spool.frames
        spool.write(block)
        if is_first:
            report(Begun(done.title, done.artist, done.seconds, done.facts, done.sections))
    spool.close()
    return done


def keep_errors(job: Job, text: bytes) -> None:
    """Write to disk what the program said, and remove the oldest such files. Failures are logged alone."""
    if not job.errors or not text:
        return
    path = Path(job.errors)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(text)
        kept = sorted(path.parent.iterdir(), key=lambda one: one.stat().st_mtime)
        for old in kept[:-MOST_ERRORS]:
            old.unlink(missing_ok=True)
    except OSError as error:
        log.warning("what the program of %s said cannot be kept: %s", job.song, error.strerror)


class SaidSoFar:
    """Shows what the program says while it runs, in the file that keeps it where the program fails.

    Only its last lines, and some times a second at most; who follows a watch reads them (`GetJob`).
    """

    def __init__(self, job: Job, messages: MessageReader) -> None:
        self._path = Path(job.errors) if job.errors else None
        self._messages = messages
        self._shown = ""
        self._looked = 0.0

    def show(self) -> None:
        """Failures are not told: what is seen meanwhile is a courtesy."""
        now = time.monotonic()
        if self._path is None or now - self._looked < PROGRESS_SECONDS:
            return
        self._looked = now
        if (text := self._messages.tail) != self._shown:
            self._shown = text
            with contextlib.suppress(OSError):
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._path.write_text(text, "utf-8")

    def remove(self) -> None:
        """The program has ended well; its last lines are kept with the song."""
        if self._shown and self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)


def _run_program(job: Job, generator: Generator, folder: Path, song: GeneratedSong, staging: Staging | None) -> Done:
    began = time.perf_counter()
    assert isinstance(song.recorder, SoundRecorder)
    rate, provenance = _run_process(job, generator, folder, song, staging)
    song.spool.close()
    song.check_whole(time.perf_counter() - began, rate, _find_asked_duration(job, generator))
    recorded = song.recorder.finish()
    (folder / f"output.{generator.output}").unlink(missing_ok=True)
    provenance = msgspec.structs.replace(provenance, notes=song.notes)
    return make_done(job, song, recorded, provenance, time.perf_counter() - began)


def _run_process(
    job: Job, generator: Generator, folder: Path, song: GeneratedSong, staging: Staging | None
) -> tuple[int, Provenance]:
    """Run the program to its end; its rate, and how it went. Raises ProgramError."""
    staging = staging or Staging()
    output = staging.place_output(generator, folder)
    fingerprint = generator_files.compute_fingerprint(generator_files.list_files(generator))
    process = _start_process(job, generator, str(output) if generator.writes_file else "", staging)
    decoder = StreamDecoder(_declare_format(generator))
    with process:
        song.messages = process.messages
        said = SaidSoFar(job, process.messages)
        process.on_look = said.show
        try:
            _receive_sound(process, generator, decoder, song, output)
        except NobodyListens:
            said.remove()
            raise
        except BandstandError as error:
            after = f", {clock(song.seconds)} into its sound" if song.has_begun else ""
            reason = f"{job.generator}{after}: {error}"
            keep_errors(job, process.messages.whole)
            provenance = _make_provenance(song, process, fingerprint, generator)
            raise ProgramError(reason, provenance, isinstance(error, DiskFull)) from None
    said.remove()
    return decoder.rate, _make_provenance(song, process, fingerprint, generator)


def make_done(job: Job, song: GeneratedSong, recorded: Recorded, provenance: Provenance, seconds: float) -> Done:
    return Done(
        song=job.song, title=song.title, artist=song.artist, seconds=song.seconds, generator=job.generator,
        seed=job.seed, parameters=job.parameters, loudness=round_decibels(recorded.loudness),
        peak=round_decibels(recorded.peak), making=round(seconds, 3), facts=song.facts, sections=song.sections,
        files=recorded.files,
        provenance=provenance,
    )  # fmt: skip


def _make_provenance(
    song: GeneratedSong, process: GeneratorProcess, fingerprint: str, generator: Generator
) -> Provenance:
    return Provenance(
        program=fingerprint,
        version=str(song.facts.get("version", generator.version)),
        sound=song.spool.checksum,
        status=process.status,
        errors=process.messages.tail,
        notes=song.notes,
    )


def _find_asked_duration(job: Job, generator: Generator) -> float:
    """The duration that the program got in its arguments, seconds; 0 if it got none."""
    is_argument = any("{duration}" in word for word in generator.command)
    duration = job.parameters.get("duration", 0)
    return float(duration) if is_argument and isinstance(duration, int | float) else 0.0


def _declare_format(generator: Generator) -> Generator:
    """Return the generator with the format of its output; for a callable that is the format of `call.py`."""
    if not generator.callable:
        return generator
    return msgspec.structs.replace(generator, format="f32le", rate=RATE, channels=2)


def _start_process(job: Job, generator: Generator, output: str, staging: Staging) -> GeneratorProcess:
    variables = generators.build_variables(job.seed, job.parameters, output, str(Path(job.directory).parent))
    request = StageRequest(
        argv=generators.build_arguments(generator, job.seed, job.parameters, output) if generator.command else [],
        callable=generator.callable,
        directory=generator.directory,
        environment=generator.environment | variables,
        processor=0 if generator.live else max(1, round(generator.processor)),
        disk=0 if generator.live else generator.disk,
        rate=generator.rate,
        seed=job.seed,
        parameters=job.parameters,
    )
    return GeneratorProcess(generator, staging.take(generator), request)


def _receive_sound(
    process: GeneratorProcess, generator: Generator, decoder: StreamDecoder, song: GeneratedSong, output: Path
) -> None:
    """Pass all sound of the program to the song. Raises BandstandError if it made no song."""
    try:
        with closing(process.read_sound()) as chunks:
            for data in chunks:
                _pass_blocks(decoder.push(data), decoder, song, process)
        failure = process.explain_failure()
        if failure:
            raise ComposeError(failure)
        blocks = _read_output(output, decoder.notes) if generator.writes_file else decoder.finish()
        _pass_blocks(blocks, decoder, song, process)
    except LengthReached:
        log.info("the song is as long as it may be")
    song.begin(decoder.promised)
    song.lint.finish()
    song.report_notes([*decoder.notes, *song.lint.notes])
    if not song.has_begun:
        raise NotAudio(explain_silence(song))


def _pass_blocks(
    blocks: Iterator[Block], decoder: StreamDecoder, song: GeneratedSong, process: GeneratorProcess
) -> None:
    for block in blocks:
        song.push(block, decoder.promised)
        process.is_audible = song.has_begun
    song.report_notes(decoder.notes)


def _read_output(output: Path, notes: list[str]) -> Iterator[Block]:
    """The sound of the file that the program wrote; what is missing of it is added to `notes`."""
    if output.is_symlink() or not output.is_file():  # a link would be followed outside of the sandbox
        raise Missing("it ended well, but wrote no file to {output}")
    if not output.stat().st_size:
        raise NotAudio("it ended well, but the file that it wrote to {output} is empty")
    faults: list[str] = []
    yield from read_blocks(output, "the file that it wrote", faults)
    notes += [f"the file that it wrote is not whole: {fault}" for fault in faults]


def explain_silence(song: GeneratedSong) -> str:
    if not song.lint.frames:
        return "it ended without writing any sound"
    what = "samples that are no numbers" if song.lint.invalid else "silence"
    seconds = song.seconds or song.lint.frames / RATE  # of live sound nothing is passed on before it can be heard
    return f"it made {seconds:.1f} s of {what}; nothing of that can be heard, so it was not put on the air"
