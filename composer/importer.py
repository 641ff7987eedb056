"""A process that imports files for the bot: `python -m bandstand.composer.importer`.

It reads one job for each line of standard input and writes that job's steps to standard output, as a worker does, until
its input ends. A worker is new for each song, because a song must not be held up by what another left behind; but to
start one costs more than to import a small file, and a library has thousands. It is niced more than workers are: a song
that somebody waits for comes first. Nothing here is played while it is made, so there is no spool.
"""

import argparse
import os
import signal
import sys
from typing import Final

import msgspec

from bandstand.common import standard_log
from bandstand.common.jobs import Failed, Job
from bandstand.common.priority import give_way
from bandstand.common.reference import refer_to
from bandstand.composer.importing import import_song
from bandstand.composer.spool import Report, StepWriter
from bandstand.composer.termination import Termination
from bandstand.composer.worker import report_result

NICENESS: Final = 15


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bandstand.composer.importer", description="started by the bot")
    parser.add_argument("--log", choices=("text", "json"), default="text", help="log.format of the configuration")
    settings = parser.parse_args(arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the bot handles the terminal's Ctrl-C
    termination = Termination()
    termination.begin()
    standard_log.begin("importer", as_json=settings.log == "json")
    give_way(NICENESS)
    own = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # libraries may print, and standard output is for steps
    report = termination.make_report(StepWriter(own).report)
    for line in sys.stdin.buffer:
        run(line, report)
        termination.check()
    return 0


def run(line: bytes, report: Report) -> None:
    """Carry out one job, and report `Done` or `Failed`."""
    try:
        job = msgspec.json.decode(line, type=Job)
    except msgspec.DecodeError as error:
        report(Failed(f"the job cannot be read: {error}"))
        return
    with refer_to(job.reference):
        report_result(lambda: import_song(job, report), report)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
