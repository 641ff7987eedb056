"""The work of one worker process: make the song of a job, and report how it went.

A band's song is rendered to the spool as it is composed, so that it can be played at once; its files are made from the
spool afterwards. Other jobs go to `generators/` (a user's program, a comparison) and `importing.py`. Knows neither
descriptors nor signals: `__main__.py` supplies the spool, and `report`, which sends a step to the bot.
"""

import logging
import os
import socket
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from bandstand.common.bands import Band
from bandstand.common.errors import BandstandError, Missing
from bandstand.common.files import is_full
from bandstand.common.generators import BRIDGE, FILE, IDENT, IMPORT, JINGLE, PIPE
from bandstand.common.jobs import HANDOVER_FD, Advanced, Begun, Done, Failed, Job, Passed, Provenance
from bandstand.common.types import RATE, Lufs
from bandstand.composer import fluid, importing, outside
from bandstand.composer.audio import BLOCK_FRAMES, SPAN, Block
from bandstand.composer.between import make_between
from bandstand.composer.compose import VERSION, compose_streaming, describe, describe_sections, find_band
from bandstand.composer.folder import SongFolder, publish_song, read_finished
from bandstand.composer.generators import compare, run
from bandstand.composer.generators.run import ProgramError
from bandstand.composer.generators.staging import Staging
from bandstand.composer.loudness import round_decibels
from bandstand.composer.recorder import ScoreRecorder
from bandstand.composer.spool import PROGRESS_SECONDS, DiskFull, Report, SpoolWriter
from bandstand.composer.streaming_score import StreamingScore
from bandstand.composer.synth import Renderer, choose_fade, count_frames, find_synthesiser, render_song

LEAD: Final = 5
"""Blocks that are spooled before `Begun` is reported. A worker that is held up for half a second then causes no gap."""

log = logging.getLogger("composer")


class Prepared:
    """The synthesiser, which a worker sets up before it knows its job. Raises Missing if the configured soundfont does
    not exist."""

    def __init__(self, soundfont: str) -> None:
        self.soundfont = soundfont
        self._stamp = fluid.make_stamp(soundfont)
        self.synthesiser = find_synthesiser(soundfont)
        self._renderer: Renderer | None = self.synthesiser.make_renderer()

    def is_fresh(self) -> bool:
        """Whether the soundfont's file is the one that was loaded."""
        return self._stamp == fluid.make_stamp(self.soundfont)

    def take_renderer(self) -> Renderer:
        """A renderer for one song: the first is there already."""
        renderer, self._renderer = self._renderer, None
        return renderer or self.synthesiser.make_renderer()


class Rendering(NamedTuple):
    """A band's song whose sound is being made."""

    song: StreamingScore
    begun: Begun
    blocks: Generator[Block, None, None]


def run_job(
    job: Job, prepared: Prepared | Missing, spool: SpoolWriter, report: Report, staging: Staging | None = None
) -> int:
    """Make the song, report `Done` or `Failed`, and return the exit status of the process. Raises no exception."""
    try:
        status = report_result(lambda: make_song(job, prepared, spool, report, staging), report)
        log.info("%s is %s", job.song, "not made" if status else "made")
        return status
    finally:
        spool.close()


def report_result(make: Callable[[], Done | Passed], report: Report) -> int:
    """Report what `make` returns, or why it fails. Returns 0, or 1 if it failed; raises no exception."""
    try:
        report(make())
    except ProgramError as error:
        report(Failed(str(error), error.provenance, error.is_disk_full))
    except DiskFull as error:
        report(Failed(str(error), is_disk_full=True))
    except BandstandError as error:
        report(Failed(str(error)))
    except OSError as error:
        has_no_room = is_full(error)
        if not has_no_room:
            log.exception("the song could not be written")
        reason = str(DiskFull(error)) if has_no_room else f"the song cannot be written: {error.strerror or error}"
        report(Failed(reason, is_disk_full=has_no_room))
    except Exception:
        log.exception("the composer has a fault")
        report(Failed("the composer has a fault, which its log describes; another seed may work"))
    else:
        return 0
    return 1


def make_song(
    job: Job, prepared: Prepared | Missing, spool: SpoolWriter, report: Report, staging: Staging | None = None
) -> Done | Passed:
    """Make the song of any job. Raises BandstandError, or OSError if the folder cannot be written."""
    if job.program and job.program.live:
        return run.make_live(job, job.program, spool, report, staging)
    if job.program:
        return run.make_song(job, job.program, spool, report, staging)
    if job.pair:
        return compare.make_comparison(job, job.pair, spool, report)
    if job.generator in (IMPORT, JINGLE):
        if job.is_awaited:
            report(outside.look_at_file(job))
        return importing.import_song(job, report)
    if job.generator == FILE:
        return outside.play_file(job, report)
    if job.generator == PIPE:
        return outside.play_pipe(job, spool, report, receive_pipe())
    if isinstance(prepared, Missing):
        raise prepared
    if not prepared.is_fresh():  # FluidSynth reads samples when they are played first, and crashes without the file
        prepared = Prepared(prepared.soundfont)
    if job.generator in (IDENT, BRIDGE):
        return make_between(job, _choose_band(job), prepared.synthesiser, prepared.take_renderer(), report)
    return _make_band_song(job, prepared, spool, report)


def receive_pipe() -> int:
    """The descriptor that the bot hands over. Raises Missing."""
    try:
        with socket.socket(fileno=os.dup(HANDOVER_FD)) as handover:
            _, descriptors, _, _ = socket.recv_fds(handover, 1, 1)
        return descriptors[0]
    except (OSError, IndexError):
        raise Missing("the pipe did not come along") from None


def begin_song(job: Job, prepared: Prepared, spool: SpoolWriter, report: Report) -> Generator[None, None, None]:
    """Compose a band's song, a block at each step, for as long as the caller goes on: nothing but its sound is made."""
    _, begun, blocks = _render(job, prepared)
    with closing(blocks):
        for number, block in enumerate(blocks, 1):
            spool.write(block)
            if number == LEAD:
                report(begun)
            yield


def _render(job: Job, prepared: Prepared) -> Rendering:
    song = compose_streaming(_choose_band(job), job.seed, job.parameters)
    header, synthesiser = song.header, prepared.synthesiser
    begun = Begun(
        header.title, header.artist, round(count_frames(header) / RATE, 3), describe(header) | synthesiser.facts,
        describe_sections(header), next_at=round(header.seconds(header.ticks), 3),
    )  # fmt: skip
    fade = choose_fade(job.parameters)
    return Rendering(song, begun, render_song(song, prepared.take_renderer(), synthesiser, Lufs(job.loudness), fade))


def _make_band_song(job: Job, prepared: Prepared, spool: SpoolWriter, report: Report) -> Done:
    began = time.perf_counter()
    song, begun, rendered = _render(job, prepared)
    with closing(rendered) as blocks:
        spool.write(np.concatenate(list(islice(blocks, LEAD))))
        report(begun)
        finished = read_finished(job)
        if finished:
            _spool_blocks(blocks, spool, report, lambda: None)
            return finished
        with SongFolder(Path(job.directory)) as folder, ScoreRecorder(folder.path, song) as recorder:
            recorder.show_score()
            _spool_blocks(blocks, spool, report, recorder.show_score)
            for block in spool.read_blocks(SPAN * BLOCK_FRAMES):  # the files can wait until the song is spooled
                recorder.push(block)
            recorded = recorder.finish()
            done = Done(
                song=job.song, title=begun.title, artist=begun.artist, seconds=begun.seconds, generator=job.generator,
                seed=job.seed, parameters=job.parameters, loudness=round_decibels(recorded.loudness),
                peak=round_decibels(recorded.peak), making=round(time.perf_counter() - began, 3), facts=begun.facts,
                sections=begun.sections, next_at=begun.next_at, files=recorded.files,
                provenance=Provenance(composer=VERSION, sound=spool.checksum),
            )  # fmt: skip
            return publish_song(folder, job, done)


def _choose_band(job: Job) -> Band:
    return find_band(job.generator) if job.band is None else job.band


def _spool_blocks(blocks: Iterator[Block], spool: SpoolWriter, report: Report, show: Callable[[], None]) -> None:
    """Write the rest of a song to the spool as fast as possible, and close it. `show` is called by and by."""
    reported = time.monotonic()
    for block in blocks:
        spool.write(block)
        now = time.monotonic()
        if now - reported >= PROGRESS_SECONDS:
            reported = now
            report(Advanced(round(spool.frames / RATE, 3)))
            show()
    spool.close()
