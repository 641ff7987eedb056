"""One song by a user's generator: its program is run, its sound checked and spooled as it comes, its files kept."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from common import generator_files, generators
from common.errors import BandstandError, ComposeError, Missing, NotAudio
from common.generators import Generator
from common.jobs import Advanced, Begun, Done, Job, Noticed, Provenance, Step, Value
from common.text import clock, one_line
from common.types import RATE
from composer.block import BLOCK, Block
from composer.folder import RECORD, Folder, kept
from composer.generators import stored
from composer.generators.child import Child, started
from composer.generators.lint import Lint
from composer.generators.pcm import Sound
from composer.generators.take import Take
from composer.loudness import finite
from composer.spool import Spool

PACE: Final = 0.25
"""Seconds between two reports of progress, at the least."""
QUIETEST: Final = 60
"""Seconds of silence at the beginning of a song that are waited for."""
RATES: Final = (8000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000)
"""At which sound is usually made."""
Say = Callable[[Step], None]
Process = subprocess.Popen[bytes]
log = logging.getLogger("composer")


class ProgramError(ComposeError):
    """The program made no song; carries what is known of the run."""

    def __init__(self, reason: str, provenance: Provenance) -> None:
        super().__init__(reason)
        self.provenance = provenance


class Enough(Exception):
    """The song is as long as it may be."""


class Song:
    """A song as it comes: what is odd is told, and it begins for its listeners with the first sound to be heard."""

    def __init__(self, job: Job, limits: Generator, spool: Spool, take: Take, say: Say) -> None:
        self.title = f"{job.generator} {job.seed}"
        self.artist = job.generator
        self.facts: dict[str, Value] = {}
        self.begun = False
        self.lint = Lint()
        self.notes: list[str] = []
        self._limits = limits
        self.spool = spool
        self.take = take
        self._say = say
        self._said = time.monotonic()

    @property
    def seconds(self) -> float:
        return round(self.spool.frames / RATE, 3)

    def hear(self, block: Block, promised: float) -> None:
        """Raises NotAudio, DiskFull, or Enough."""
        block = self.lint.push(block)
        room = round(self._limits.longest * RATE) - self.spool.frames
        self.spool.write(block[:room])
        self.take.push(block[:room])
        if self.spool.frames >= BLOCK:  # with less in hand it would fall behind at once
            self.begin(promised)
        if not self.begun and self.seconds > QUIETEST:
            raise NotAudio(f"its first {QUIETEST} s are silence, so it was not put on the air")
        self.tell(self.lint.notes)
        now = time.monotonic()
        if self.begun and now - self._said >= PACE:
            self._said = now
            self._say(Advanced(self.seconds))
        if len(block) >= room:
            self.tell([f"it went on beyond {clock(self._limits.longest)}, its limit longest, and was ended there"])
            raise Enough

    def begin(self, promised: float) -> None:
        """It can be heard from now on, if anything in it can."""
        if self.begun or not self.lint.audible:
            return
        self.begun = True
        self.title = one_line(str(self.facts.pop("title", self.title)), 120) or self.title
        self.artist = one_line(str(self.facts.pop("artist", self.artist)), 120) or self.artist
        self._say(Begun(self.title, self.artist, round(promised, 3), dict(self.facts)))
        self.take.name(self.title, self.artist)  # opens a file, for which nobody is to wait

    def whole(self, running: float, rate: int, asked: float) -> None:
        """Say what can only be seen when all of it is there."""
        real = next((other for other in RATES if _alike(self.seconds * rate / other, asked)), rate)
        if real != rate and not _alike(self.seconds, asked):
            self.tell([f"it is {self.seconds:.1f} s long, not {asked:g}: was it made at {real} Hz, and says {rate}?"])
        if running > self.seconds > 1:
            self._say(
                Noticed(f"it was made slower than it is played: {running:.1f} s for {self.seconds:.1f} s of sound")
            )

    def tell(self, notes: list[str]) -> None:
        for note in notes:
            if note not in self.notes:
                self.notes.append(note)
                self._say(Noticed(note))


def _alike(one: float, other: float) -> bool:
    return abs(one - other) < 0.02 * other


def make(job: Job, declared: Generator, spool: Spool, say: Say, waiting: Process | None = None) -> Done:
    """Raises BandstandError, or OSError where the folder cannot be written. `waiting` is a `caller`, for a callable."""
    done = kept(job)
    if done:
        return again(job, done, spool, say)
    generator_files.startable(job.generator, declared)
    with Folder(Path(job.directory)) as folder, Take(folder.path, job.seed) as take:
        return _made(job, declared, folder, Song(job, declared, spool, take, say), waiting)


def again(job: Job, done: Done, spool: Spool, say: Say) -> Done:
    """The song of an earlier worker, whose bot died: its sound goes into the spool, as it is being waited for."""
    for block in stored.blocks(Path(job.directory) / done.files["audio"]):
        first = not spool.frames
        spool.write(block)
        if first:
            say(Begun(done.title, done.artist, done.seconds, done.facts))
    spool.close()
    return done


def _made(job: Job, declared: Generator, folder: Folder, song: Song, waiting: Process | None) -> Done:
    began = time.perf_counter()
    output = folder.path / f"output.{declared.output}"
    fingerprint = generator_files.fingerprint(generator_files.files(declared))
    child, sound = _child(job, declared, str(output) if declared.writes_file else "", waiting), Sound(_format(declared))
    with child:
        song.facts = child.words.facts
        try:
            _listen(child, declared, sound, song, output)
        except BandstandError as error:
            after = f", {clock(song.seconds)} into its sound" if song.begun else ""
            reason = f"{job.generator}{after}: {error}"
            raise ProgramError(reason, _provenance(song, child, fingerprint, declared)) from None
    song.spool.close()
    song.whole(time.perf_counter() - began, sound.rate, _asked(job, declared))
    taken = song.take.finish()
    output.unlink(missing_ok=True)
    done = Done(
        song=job.song, title=song.title, artist=song.artist, seconds=song.seconds, generator=job.generator,
        seed=job.seed, parameters=job.parameters, loudness=finite(taken.loudness), peak=finite(taken.peak),
        making=round(time.perf_counter() - began, 3), facts=song.facts, files=taken.files,
        provenance=_provenance(song, child, fingerprint, declared),
    )  # fmt: skip
    (folder.path / RECORD).write_bytes(msgspec.json.encode(done))
    return done if folder.publish() else kept(job) or done


def _provenance(song: Song, child: Child, fingerprint: str, declared: Generator) -> Provenance:
    return Provenance(
        program=fingerprint,
        version=str(song.facts.get("version", declared.version)),
        sound=song.spool.checksum,
        status=child.status,
        errors=child.words.tail,
        notes=song.notes,
    )


def _asked(job: Job, declared: Generator) -> float:
    """The seconds that the program was told to make, in its arguments; 0 where it was not."""
    told = any("{duration}" in word for word in declared.command)
    duration = job.parameters.get("duration", 0)
    return float(duration) if told and isinstance(duration, int | float) else 0.0


def _format(generator: Generator) -> Generator:
    """How the sound on the pipe is written: a callable's is what `call` makes of it."""
    if not generator.callable:
        return generator
    return msgspec.structs.replace(generator, format="f32le", rate=RATE, channels=2)


def caller() -> Process:
    """The process that calls callables, which may be started before it is known which."""
    argv = [sys.executable, "-P", "-m", "composer.generators.call"]
    return started(argv, generators.inherited(os.environ), "/", asked=True)


def _child(job: Job, generator: Generator, output: str, waiting: Process | None) -> Child:
    told = generators.variables(job.seed, job.parameters, output, str(Path(job.directory).parent))
    if generator.callable:
        order = {
            "callable": generator.callable,
            "directory": generator.directory,
            "environment": told,
            "rate": generator.rate,
            "seed": job.seed,
            "parameters": job.parameters,
        }
        return Child(generator, waiting or caller(), msgspec.json.encode(order) + b"\n")
    argv = generators.arguments(generator, job.seed, job.parameters, output)
    try:
        return Child(generator, started(argv, generators.inherited(os.environ) | told, generator.directory))
    except Missing as error:
        raise Missing(f"{job.generator}: {error}") from None


def _listen(child: Child, declared: Generator, sound: Sound, song: Song, output: Path) -> None:
    """The whole run. Raises BandstandError where there is no song."""
    try:
        with closing(child.sound()) as pieces:
            for data in pieces:
                _hear(sound.push(data), sound, song, child)
        verdict = child.verdict()
        if verdict:
            raise ComposeError(verdict)
        blocks = _written(output) if declared.writes_file else sound.finish()
        _hear(blocks, sound, song, child)
    except Enough:
        log.info("the song is as long as it may be")
    song.begin(sound.promised)
    song.lint.finish()
    song.tell([*sound.notes, *song.lint.notes])
    if not song.begun:
        raise NotAudio(_nothing(song))


def _hear(blocks: Iterator[Block], sound: Sound, song: Song, child: Child) -> None:
    for block in blocks:
        song.hear(block, sound.promised)
        child.heard = song.begun
    song.tell(sound.notes)


def _written(output: Path) -> Iterator[Block]:
    if not output.exists():
        raise Missing("it ended well, but wrote no file to {output}")
    yield from stored.blocks(output, "the file that it wrote")


def _nothing(song: Song) -> str:
    if not song.lint.frames:
        return "it ended without writing any sound"
    what = "samples that are no numbers" if song.lint.odd else "silence"
    return f"it made {song.seconds:.1f} s of {what}; nothing of that can be heard, so it was not put on the air"
