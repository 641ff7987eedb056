"""What is to be done once a transaction is committed, as values. `bot.perform` is the one place that does it.

None of them carries state that would be lost with the process: the programme and the jobs are in the database, and
these only say that it is time to look.
"""

from dataclasses import dataclass

from bot.request import Reply
from bot.songs.bars import Bars
from common.background_jobs import BackgroundJob


@dataclass(frozen=True)
class Sync:
    """Make the streamer play what the programme says."""


@dataclass(frozen=True)
class Skip:
    """End this cue, if it is the one on the air."""

    cue: int


@dataclass(frozen=True)
class Seek:
    """Go on at this frame of this cue, if it is the one on the air."""

    cue: int
    frames: int


@dataclass(frozen=True)
class Compose:
    """There may be jobs for the workers."""


@dataclass(frozen=True)
class Abandon:
    """End the worker that has this job."""

    job: int


@dataclass(frozen=True)
class Tell:
    """A later answer for the place that asked."""

    where: str
    reply: Reply


@dataclass(frozen=True)
class Announce:
    """A notice for everyone."""

    reply: Reply


@dataclass(frozen=True)
class Underway:
    """A song is being made for this place: so many seconds of it, 0 where that is not known."""

    job: int
    where: str
    name: str
    seconds: float


@dataclass(frozen=True)
class Leave:
    """Whoever is at this place goes."""

    where: str


@dataclass(frozen=True)
class CutOnBar:
    """Let this job's song cut in where the next bar of the cue on the air begins."""

    job: int
    cue: int
    bars: Bars


@dataclass(frozen=True)
class Rewatch:
    """Which generators are watched, or which files they have, may have changed."""


@dataclass(frozen=True)
class Restart:
    """Put another streamer in the place of the one that runs; what goes wrong is told to `where`."""

    where: str


@dataclass(frozen=True)
class Send:
    """Let a process of its own carry out an errand, and tell the place that asked what came of it.

    `name` is what a person calls what it is about; of a band, `slug` names it and `genome` is the form that is bred.
    """

    errand: BackgroundJob
    where: str
    name: str
    slug: str = ""
    genome: int = 0


@dataclass(frozen=True)
class Quit:
    """End the station in order."""


Effect = (
    Sync
    | Skip
    | Seek
    | Compose
    | Abandon
    | Tell
    | Announce
    | Underway
    | Leave
    | CutOnBar
    | Rewatch
    | Restart
    | Send
    | Quit
)


@dataclass(frozen=True)
class Outcome:
    """What one transaction decided: what to say to whoever asked, and what to do."""

    reply: Reply
    effects: tuple[Effect, ...] = ()
