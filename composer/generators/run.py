"""One song by a user's generator: its program is run, its sound checked and spooled as it comes, its files kept."""

import logging
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from common import generators, program
from common.errors import BandstandError, ComposeError, Missing, NotAudio
from common.generators import Generator
from common.jobs import Advanced, Begun, Done, Job, Noticed, Provenance, Step, Value
from common.text import clock, one_line
from common.types import RATE
from composer.block import Block
from composer.folder import RECORD, Folder, kept
from composer.generators import stored
from composer.generators.child import Child
from composer.generators.lint import Lint
from composer.generators.pcm import Sound
from composer.generators.take import Take
from composer.spool import Spool

PACE: Final = 0.25
"""Seconds between two reports of progress, at the least."""
SILENCE: Final = -99.0
"""Stands for minus infinity, which JSON has not."""
Say = Callable[[Step], None]
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
        self._spool = spool
        self._take = take
        self._say = say
        self._said = time.monotonic()

    @property
    def seconds(self) -> float:
        return round(self._spool.frames / RATE, 3)

    def hear(self, block: Block, promised: float) -> None:
        """Raises NotAudio, DiskFull, or Enough."""
        block = self.lint.push(block)
        room = round(self._limits.longest * RATE) - self._spool.frames
        self._spool.write(block[:room])
        self._take.push(block[:room])
        if self.lint.audible and not self.begun:
            self._begin(promised)
        self.tell(self.lint.notes)
        now = time.monotonic()
        if self.begun and now - self._said >= PACE:
            self._said = now
            self._say(Advanced(self.seconds))
        if len(block) >= room:
            self.tell([f"it went on beyond {clock(self._limits.longest)}, its limit longest, and was ended there"])
            raise Enough

    def _begin(self, promised: float) -> None:
        self.begun = True
        self.title = one_line(str(self.facts.pop("title", self.title)), 120) or self.title
        self.artist = one_line(str(self.facts.pop("artist", self.artist)), 120) or self.artist
        self._take.name(self.title, self.artist)
        self._say(Begun(self.title, self.artist, round(promised, 3), dict(self.facts)))

    def tell(self, notes: list[str]) -> None:
        for note in notes:
            if note not in self.notes:
                self.notes.append(note)
                self._say(Noticed(note))


def make(job: Job, declared: Generator, spool: Spool, say: Say) -> Done:
    """Raises BandstandError, or OSError where the folder cannot be written."""
    done = kept(job)
    if done:
        return again(job, done, spool, say)
    program.startable(job.generator, declared)
    with Folder(Path(job.directory)) as folder, Take(folder.path, job.seed) as take:
        return _made(job, declared, folder, take, Song(job, declared, spool, take, say), spool, say)


def again(job: Job, done: Done, spool: Spool, say: Say) -> Done:
    """The song of an earlier worker, whose bot died: its sound goes into the spool, as it is being waited for."""
    for block in stored.blocks(Path(job.directory) / done.files["audio"]):
        first = not spool.frames
        spool.write(block)
        if first:
            say(Begun(done.title, done.artist, done.seconds, done.facts))
    spool.close()
    return done


def _made(job: Job, declared: Generator, folder: Folder, take: Take, song: Song, spool: Spool, say: Say) -> Done:
    began = time.perf_counter()
    output = folder.path / f"output.{declared.output}"
    fingerprint = program.fingerprint(program.files(declared))
    version = declared.version

    def provenance(child: Child) -> Provenance:
        return Provenance(
            program=fingerprint, version=str(song.facts.get("version", version)), sound=spool.checksum,
            status=child.status, errors=child.words.tail, notes=song.notes,
        )  # fmt: skip

    with _child(job, declared, str(output) if declared.writes_file else "") as child:
        song.facts = child.words.facts
        try:
            _listen(child, _declared(declared), song, output)
        except BandstandError as error:
            after = f", {clock(song.seconds)} into its sound" if song.begun else ""
            raise ProgramError(f"{job.generator}{after}: {error}", provenance(child)) from None
    spool.close()
    running = time.perf_counter() - began
    if running > song.seconds > 1:
        say(Noticed(f"it was made slower than it is played: {running:.1f} s for {song.seconds:.1f} s of sound"))
    taken = take.finish()
    output.unlink(missing_ok=True)
    making = round(time.perf_counter() - began, 3)
    done = Done(
        song=job.song, title=song.title, artist=song.artist, seconds=song.seconds, generator=job.generator,
        seed=job.seed, parameters=job.parameters, loudness=finite(taken.loudness), peak=finite(taken.peak),
        making=making, facts=song.facts, files=taken.files, provenance=provenance(child),
    )  # fmt: skip
    (folder.path / RECORD).write_bytes(msgspec.json.encode(done))
    return done if folder.publish() else kept(job) or done


def _declared(generator: Generator) -> Generator:
    """How the sound on the pipe is written: a callable's is what `call` makes of it."""
    if not generator.callable:
        return generator
    return msgspec.structs.replace(generator, format="f32le", rate=RATE, channels=2)


def _child(job: Job, generator: Generator, output: str) -> Child:
    environment = generators.inherited(os.environ) | generators.variables(
        job.seed, job.parameters, output, str(Path(job.directory).parent)
    )
    if generator.callable:
        argv = [sys.executable, "-P", "-m", "composer.generators.call"]
        order = {
            "callable": generator.callable,
            "rate": generator.rate,
            "seed": job.seed,
            "parameters": job.parameters,
        }
        return Child(job.generator, generator, argv, environment, msgspec.json.encode(order) + b"\n")
    argv = generators.arguments(generator, job.seed, job.parameters, output)
    return Child(job.generator, generator, argv, environment)


def _listen(child: Child, declared: Generator, song: Song, output: Path) -> None:
    """The whole run. Raises BandstandError where there is no song."""
    sound = Sound(declared)
    try:
        with closing(child.sound()) as pieces:
            for data in pieces:
                _hear(sound.push(data), sound, song, child)
    except Enough:
        return
    verdict = child.verdict()
    if verdict:
        raise ComposeError(verdict)
    try:
        blocks = _written(output) if declared.writes_file else sound.finish()
        _hear(blocks, sound, song, child)
    except Enough:
        return
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
    yield from stored.blocks(output)


def _nothing(song: Song) -> str:
    if not song.lint.frames:
        return "it ended without writing any sound"
    what = "samples that are no numbers" if song.lint.odd else "silence"
    return f"it made {song.seconds:.1f} s of {what}; nothing of that can be heard, so it was not put on the air"


def finite(decibels: float) -> float:
    return round(decibels, 2) if math.isfinite(decibels) else SILENCE
