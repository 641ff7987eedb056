"""The core over a database in memory, and everybody's part in it: people's requests, a worker's steps, the streamer's
reports."""

from typing import Any, TypeVar

import msgspec
import pytest

from bandstand.bot.station import bands, making, on_air, ordering
from bandstand.bot.station.ordering import Order
from bandstand.bot.station.scheduling import sort_queue
from bandstand.bot.station.table import REQUESTS
from bandstand.common.api.events import Event
from bandstand.common.api.people import Identity, Place, Requester, Right
from bandstand.common.api.refusals import Refusal, Refused
from bandstand.common.api.requests import Request
from bandstand.common.api.values import Cue, EndReason, Job, OnAir, Outside, Song
from bandstand.common.generators import Generator
from bandstand.common.jobs import Begun, Done, Failed, Provenance, Section
from bandstand.common.types import RATE, Frames, SongCode
from tests.bot.memory import make_transaction

CONSOLE = Place("console")
ANN = Requester("ann", CONSOLE, Right.OWNER)
LISTENER = Requester(
    "eve", Place("irc", "libera #radio eve *"), Right.LISTENER, Identity("irc:libera", mask="eve!e@host.example")
)
LENGTH = 90.0
"""Seconds of every song."""
UNKNOWN = Provenance()
E = TypeVar("E")


def make_done(code: str, title: str = "Blue Lantern", **more: Any) -> Done:
    known: dict[str, Any] = {
        "artist": "The Robots", "seconds": LENGTH, "generator": "band", "seed": 1, "parameters": {}, "loudness": -16.2,
        "peak": -1.5, "making": 2.0, "files": {"audio": "song.flac"},
    }  # fmt: skip
    return Done(song=SongCode(code), title=title, **(known | more))


def make_person(account: str, right: Right = Right.DJ) -> Requester:
    """Somebody on IRC, whom its services know."""
    return Requester(account, Place("irc", "libera/#radio"), right, Identity("irc:libera", account))


class Station:
    """One transaction that stays open; the clock moves by a second with whatever is done."""

    def __init__(self) -> None:
        self.tx = make_transaction(outside=Outside(is_connected=True))

    # People

    def ask(self, request: Request, by: Requester = ANN) -> Any:
        """The result; `get_events` has what was published by this alone."""
        self.pass_time()
        self.tx.events.clear()
        return REQUESTS[type(request)].handler(request, by, self.tx)

    def refuse(self, request: Request, by: Requester = ANN) -> Refusal:
        """Why it is not done."""
        with pytest.raises(Refused) as refused:
            self.ask(request, by)
        return refused.value.why

    def get_events(self, kind: type[E]) -> list[E]:
        """What was published of this kind since the last request."""
        return [event for event in self.tx.events if isinstance(event, kind)]

    @property
    def events(self) -> list[type[Event]]:
        return [type(event) for event in self.tx.events]

    def pass_time(self, seconds: float = 1.0) -> None:
        self.tx.now += seconds

    def settle_bands(self) -> None:
        bands.settle_house_bands(self.tx)

    def declare(self, **generators: Generator) -> None:
        self.tx.outside = msgspec.structs.replace(self.tx.outside, generators=generators)

    # The worker

    def claim(self) -> int:
        claimed = making.claim_job(self.tx)
        assert claimed is not None
        return claimed.job.id

    def begin(self, job: int, title: str = "Blue Lantern", *sections: Section, **facts: Any) -> None:
        """Jobs up to this one are claimed, and this one can be heard."""
        self.pass_time()
        while (claimed := making.claim_job(self.tx)) is not None and claimed.job.id != job:
            pass
        making.record_begun(self.tx, job, Begun(title, "The Robots", LENGTH, facts, sections))

    def finish(self, job: int, title: str = "Blue Lantern", **more: Any) -> None:
        self.pass_time()
        making.record_done(self.tx, job, make_done(self.get_job(job).song, title, **more))

    def fail(self, job: int, reason: str = "it crashed", provenance: Provenance = UNKNOWN) -> None:
        self.pass_time()
        making.record_failed(self.tx, job, Failed(reason, provenance))

    def store(self, title: str, *sections: Section, **facts: Any) -> SongCode:
        """A song that is in the library and was never on the air."""
        self.pass_time()
        order = Order("band", on_air.get_asker(ANN), {}, seed=1, is_played=False)
        job = ordering.order_song(self.tx, order)
        self.claim()
        self.finish(job.id, title, sections=sections, facts=facts)
        return job.song

    # The streamer

    def start(self, cue: int) -> None:
        self.pass_time()
        on_air.record_started(self.tx, cue, self.tx.now)

    def end(self, cue: int, reason: EndReason = EndReason.FINISHED, seconds: float = LENGTH, detail: str = "") -> None:
        self.pass_time()
        on_air.record_ended(self.tx, cue, reason, Frames(round(seconds * RATE)), detail, self.tx.now)

    def listen(self, seconds: float) -> Cue:
        """The streamer plays what is on the air, so far into its song."""
        cue = self.get_air()
        self.start(cue.id)
        self.tx.outside = msgspec.structs.replace(self.tx.outside, on_air=OnAir(cue.id, seconds), is_connected=True)
        return cue

    def set_position(self, seconds: float) -> None:
        """What is on the air is so far into its song now."""
        self.tx.outside = msgspec.structs.replace(self.tx.outside, on_air=OnAir(self.get_air().id, seconds))

    def lose_streamer(self) -> None:
        self.tx.outside = msgspec.structs.replace(self.tx.outside, on_air=None, is_connected=False)

    # What there is

    @property
    def air(self) -> str | None:
        """The title on the air."""
        cue = on_air.find_on_air(self.tx)
        return cue.song.title if cue else None

    @property
    def queue(self) -> list[str]:
        return [cue.song.title for cue in self.get_queue()]

    def get_air(self) -> Cue:
        cue = on_air.find_on_air(self.tx)
        assert cue is not None
        return cue

    def get_queue(self) -> list[Cue]:
        return sort_queue(self.tx.queue.list_open())

    def get_cue(self, cue: int) -> Cue:
        found = self.tx.queue.get(cue)
        assert found is not None
        return found

    def get_job(self, job: int) -> Job:
        return self.tx.jobs.get(job)

    def get_song(self, code: str) -> Song:
        return self.tx.songs.get(code)


@pytest.fixture
def station() -> Station:
    return Station()
