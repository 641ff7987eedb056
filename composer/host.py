"""The worker's work: a job in, sound into the spool as it is made, steps out, and the song's folder at the end."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np

from common.bands import Band
from common.errors import BandstandError, ComposeError, Missing
from common.generators import IMPORT
from common.jobs import Advanced, Begun, Done, Failed, Job, Provenance, Step
from common.types import RATE, Lufs, Seconds
from composer import importing
from composer.bands import BANDS
from composer.block import BLOCK, Block
from composer.compose import begun, facts
from composer.folder import RECORD, Folder, kept
from composer.generators import compare, run
from composer.generators.run import Process, ProgramError
from composer.loudness import finite
from composer.recording import Recording
from composer.spool import FULL, DiskFull, Spool
from composer.synth import Instrument, Synthesiser, frames, render, synthesiser

EAGER: Final = Seconds(5.0)
"""For so long each block goes out by itself; later ones go in batches, to wake the reader less."""
LEAD: Final = 5
"""Blocks that are there before anybody is told: a worker that is then held up for half a second is not heard."""
BATCH: Final = 10
PACE: Final = 0.25
"""Seconds between two reports of progress, at the least."""

log = logging.getLogger("composer")
Say = Callable[[Step], None]


class Ready(NamedTuple):
    """What can be made before the job is known."""

    source: Synthesiser
    first: Instrument


def prepared(soundfont: str) -> Ready:
    """Raises Missing."""
    source = synthesiser(soundfont)
    return Ready(source, source.make())


def finish(job: Job, ready: Ready | Missing, spool: Spool, say: Say, waiting: Process | None = None) -> int:
    """Make the song and say how it ended; returns the process's exit status. No fault gets past it."""
    try:
        say(make(job, ready, spool, say, waiting))
    except ProgramError as error:
        say(Failed(str(error), error.provenance))
    except BandstandError as error:
        say(Failed(str(error)))
    except OSError as error:
        log.exception("the song could not be written")
        full = error.errno in FULL
        say(Failed(str(DiskFull()) if full else f"the song cannot be written: {error.strerror or error}"))
    except Exception:
        log.exception("the composer has a fault")
        say(Failed("the composer has a fault, which its log describes; another seed may work"))
    else:
        return 0
    finally:
        spool.close()
    return 1


def make(job: Job, ready: Ready | Missing, spool: Spool, say: Say, waiting: Process | None = None) -> Done:
    """Raises BandstandError, or OSError where the folder cannot be written."""
    if job.program:
        return run.make(job, job.program, spool, say, waiting)
    if job.pair:
        return compare.make(job, job.pair, spool, say)
    if job.generator == IMPORT:
        return importing.make(job)
    began = time.perf_counter()
    if isinstance(ready, Missing):
        raise ready
    piece = begun(_band(job), job.seed, job.parameters)
    score = piece.head
    seconds, about = round(frames(score) / RATE, 3), facts(score) | ready.source.facts
    with closing(render(piece, ready.first, ready.source, Lufs(job.loudness))) as blocks:
        first = np.concatenate(list(islice(blocks, LEAD)))
        spool.write(first)
        say(Begun(score.title, score.artist, seconds, about))
        done = kept(job)
        if done:
            _play(blocks, spool, say)
            return done
        with Folder(Path(job.directory)) as folder, Recording(folder.path, piece) as recording:
            _play(blocks, spool, say)
            for block in spool.blocks(BATCH * BLOCK):  # nobody waits for the files
                recording.push(block)
            taken = recording.finish()
            done = Done(
                song=job.song,
                title=score.title,
                artist=score.artist,
                seconds=seconds,
                generator=job.generator,
                seed=job.seed,
                parameters=job.parameters,
                loudness=finite(taken.loudness),
                peak=finite(taken.peak),
                making=round(time.perf_counter() - began, 3),
                facts=about,
                files=taken.files,
                provenance=Provenance(sound=spool.checksum),
            )
            (folder.path / RECORD).write_bytes(msgspec.json.encode(done))
            # The worker of a bot that died may have been at the same song, and have been quicker.
            return done if folder.publish() else kept(job) or done


def _band(job: Job) -> Band:
    if job.band is not None:
        return job.band
    if job.generator not in BANDS:
        raise ComposeError(f"{job.generator}: there is no such band; known are {', '.join(BANDS)}")
    return BANDS[job.generator]


def _play(blocks: Iterator[Block], spool: Spool, say: Say) -> None:
    """Everything into the spool, as somebody may be listening."""
    said = time.monotonic()
    for block in _batched(blocks):
        spool.write(block)
        now = time.monotonic()
        if now - said >= PACE:
            said = now
            say(Advanced(round(spool.frames / RATE, 3)))
    spool.close()


def _batched(blocks: Iterator[Block]) -> Iterator[Block]:
    yield from islice(blocks, round(EAGER * RATE / BLOCK))
    while batch := list(islice(blocks, BATCH)):
        yield np.concatenate(batch)
