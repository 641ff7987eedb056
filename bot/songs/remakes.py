"""Songs that are made again, to see whether the same comes out. Each function is a piece of a transaction."""

from bot.database.models import Job
from bot.effects import Tell
from bot.request import Reply
from bot.songs import library
from common.jobs import Done, Provenance


def told(job: Job, step: Done) -> Tell:
    """Whether the sound came out the same, bit for bit, and if not, what else is different."""
    original = library.song(job.original)
    said = f"{original.name} made again as {step.song}: {verdict(original.provenance, step.provenance)}"
    return Tell(job.where, Reply(said))


def verdict(before: Provenance, now: Provenance) -> str:
    if not before.sound:
        return "there is nothing to compare with, as the sound's fingerprint was not recorded at that time"
    if before.sound == now.sound:
        rest = ", though the program has changed" if before.program != now.program else ""
        return f"the sound is the same, bit for bit{rest}"
    if before.program != now.program:
        return f"the sound is another one, and so is the program ({before.program} then, {now.program} now)"
    return "the sound is another one though the program is the same: it does not depend on its seed alone"
