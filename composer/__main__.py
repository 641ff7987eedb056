"""`python -m bandstand.composer`: the worker that the bot starts for one job.

Knows descriptors, signals and its command line. `worker.py` does the work. A worker is started for each song, so what
it does not need is not imported here.
"""

import argparse
import contextlib
import gc
import logging
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from bandstand.common import standard_log
from bandstand.common.errors import BandstandError, Missing
from bandstand.common.farm import is_for_farm
from bandstand.common.jobs import GROWTH_FD, HANDOVER_FD, SPOOL_FD, Failed, Job
from bandstand.common.priority import give_way, set_session_niceness
from bandstand.common.reference import refer_to
from bandstand.common.sandbox import Sandbox
from bandstand.composer import worker
from bandstand.composer.generators.staging import Staging
from bandstand.composer.pace import Pace
from bandstand.composer.spool import SpoolWriter, StepWriter
from bandstand.composer.termination import Termination

NICENESS: Final = 10
"""The streamer and the bot have priority over the composer."""
log = logging.getLogger("composer")


def main(arguments: list[str]) -> int:
    """Run one worker: wait for a job on standard input, make the song, return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bandstand.composer", description="a worker; started by the bot")
    parser.add_argument("--soundfont", metavar="FILE", default="", help="composer.soundfont of the configuration")
    parser.add_argument("--log", choices=("text", "json"), default="text", help="log.format of the configuration")
    parser.add_argument("--stage", choices=("programs", "callables"), help="have a process ready for users' generators")
    parser.add_argument("--sandbox", metavar="JSON", help="what their programs see (common/sandbox.py)")
    parser.add_argument("--scratch", type=Path, metavar="FOLDER", help="for their temporary files")
    parser.add_argument("--writable", action="append", default=[], metavar="FOLDER", help="theirs")
    parser.add_argument("--farm", type=Path, metavar="SOCKET", help="of the farm client, which is asked first")
    options = parser.parse_args(arguments)
    pace = Pace(time.monotonic, partial(_set_hurry, own=os.nice(0)))
    spool = _open_spool(pace)
    if spool is None:
        print(f"composer: needs descriptors {SPOOL_FD} and {GROWTH_FD}; it is the bot that starts it", file=sys.stderr)
        return 2
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the bot handles the terminal's Ctrl-C
    termination = Termination()
    termination.begin()
    standard_log.begin("composer", as_json=options.log == "json")
    give_way(NICENESS)
    report = termination.make_report(_open_steps().report)
    prepared: worker.Prepared | Missing
    try:
        prepared = worker.Prepared(options.soundfont)
    except Missing as error:
        prepared = error
    sandbox = msgspec.json.decode(options.sandbox, type=Sandbox) if options.sandbox else None
    staging = Staging(sandbox, options.writable, options.scratch)
    if options.farm:
        from bandstand.composer.farm import receiver
    if options.stage:
        staging.prepare(has_callables=options.stage == "callables")
    gc.disable()  # the process ends after one song; searching for cycles would only delay its first sample
    termination.check()
    line = sys.stdin.buffer.readline()
    if not line.strip():
        return 0
    pace.begin()
    try:
        job = msgspec.json.decode(line, type=Job)
    except msgspec.DecodeError as error:
        report(Failed(f"the job cannot be read: {error}"))
        return 1
    if not job.program:
        staging.discard()
    with refer_to(job.reference):
        if options.farm and is_for_farm(job):
            here = receiver.Here(partial(worker.make_song, job, prepared, spool, staging=staging))
            is_begun_here = job.is_awaited and not job.program
            if is_begun_here and isinstance(prepared, worker.Prepared) and prepared.is_fresh():
                here = here._replace(begin=partial(worker.begin_song, job, prepared, spool))
            return receiver.run_job(job, spool, report, options.farm, here)
        return worker.run_job(job, prepared, spool, report, staging)


def _set_hurry(is_hurrying: bool, own: int) -> bool:
    """Let this session be as nice as the process was when it began, or as nice as it is now."""
    return set_session_niceness(own if is_hurrying else os.nice(0))


def _open_spool(pace: Pace) -> SpoolWriter | None:
    """Take the spool's descriptors, and keep programs from inheriting them. None if they are not open."""
    try:
        for fd in (SPOOL_FD, GROWTH_FD):
            os.set_inheritable(fd, False)
        with contextlib.suppress(OSError):  # only some jobs need it
            os.set_inheritable(HANDOVER_FD, False)
        return SpoolWriter(SPOOL_FD, GROWTH_FD, pace)
    except OSError:
        return None


def _open_steps() -> StepWriter:
    """Keep standard output for steps, and send what libraries print to standard error."""
    own = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return StepWriter(own)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BandstandError as error:
        sys.exit(f"composer: {error}")
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it ends anyhow, and is to clean up in peace
