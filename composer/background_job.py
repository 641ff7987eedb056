"""Runs one background job: `python -m bandstand.composer.background_job` reads one line of JSON and prints the result
as another."""

import logging
import os
import sys
from random import Random
from typing import Final

import msgspec

from bandstand.common.background_jobs import BackgroundJob, Breed, Export, Refused, Result
from bandstand.common.errors import BandstandError
from bandstand.common.files import is_full
from bandstand.common.priority import give_way
from bandstand.composer.breed import breed_band
from bandstand.composer.export import export_song

NICENESS: Final = 10
NO_ROOM: Final = "there is no room on the disk where the station keeps its songs; make room, and ask again"
log = logging.getLogger("composer")


def run_background_job(job: BackgroundJob) -> Result:
    """Run the job. Raises no exception: a fault becomes `Refused`, and the log has its traceback."""
    try:
        match job:
            case Breed(band, archive, seed):
                return breed_band(band, archive, Random(seed))
            case Export():
                return export_song(job)
    except BandstandError as error:
        return Refused(str(error))
    except OSError as error:
        if is_full(error):
            return Refused(NO_ROOM)
        log.exception("a file of a background job")
        return Refused(f"a file cannot be read or written: {error.strerror or error}")
    except Exception:
        log.exception("a background job failed")
        return Refused("the composer has a fault, which its log describes")


def main() -> int:
    """Read a job from standard input and write its result; returns the exit status, 1 for `Refused`."""
    give_way(NICENESS)
    own = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # libraries may print, and standard output is for the result
    try:
        job = msgspec.json.decode(sys.stdin.buffer.readline(), type=BackgroundJob)
    except msgspec.DecodeError as error:
        result: Result = Refused(f"the background job cannot be read: {error}")
    else:
        result = run_background_job(job)
    with os.fdopen(own, "wb") as out:
        out.write(msgspec.json.encode(result) + b"\n")
    return int(isinstance(result, Refused))


if __name__ == "__main__":
    sys.exit(main())
