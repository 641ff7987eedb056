"""Carries out one background job: `python -m composer.background_job` reads it as a line of JSON and prints the result
as one."""

import logging
import os
import sys
from random import Random

import msgspec

from common.background_jobs import BackgroundJob, Breed, Export, Refused, Result
from common.errors import BandstandError
from composer.breed import bred
from composer.export import exported

log = logging.getLogger("errand")


def carried_out(errand: BackgroundJob) -> Result:
    """No fault gets past it."""
    try:
        match errand:
            case Breed(band, archive, seed):
                return bred(band, archive, Random(seed))
            case Export():
                return exported(errand)
    except BandstandError as error:
        return Refused(str(error))
    except OSError as error:
        log.exception("an errand's file")
        return Refused(f"a file cannot be read or written: {error.strerror or error}")
    except Exception:
        log.exception("an errand failed")
        return Refused("the composer has a fault, which its log describes")


def main() -> int:
    own = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints is no result
    try:
        errand = msgspec.json.decode(sys.stdin.buffer.readline(), type=BackgroundJob)
    except msgspec.DecodeError as error:
        result: Result = Refused(f"the errand cannot be read: {error}")
    else:
        result = carried_out(errand)
    with os.fdopen(own, "wb") as out:
        out.write(msgspec.json.encode(result) + b"\n")
    return int(isinstance(result, Refused))


if __name__ == "__main__":
    sys.exit(main())
