"""What the bot counts: silence by its cause, and what events tell, in Prometheus's text."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred

from bandstand.bot.supervision.figures import Figures, find_silence, read_usage
from bandstand.bot.supervision.silence import SilenceCause, SilenceClock
from bandstand.common.api.events import (
    JobDone,
    MountCameOn,
    MountWentOff,
    PlaybackResumed,
    PlaybackStopped,
    SongEnded,
    SongStarted,
    StreamerWentAway,
)
from bandstand.common.api.people import STATION, Place
from bandstand.common.api.values import EndReason, ProcessStatus
from bandstand.common.types import CueId
from tests.bot.commands.samples import LANTERN

IRC = Place("irc", "libera/#radio")


class House:
    """A station whose clock and air the test sets."""

    def __init__(self) -> None:
        self.now = 100.0
        self.cause: SilenceCause | None = SilenceCause.IDLE
        self.processes = [ProcessStatus("bot", "running", 1)]
        self.figures = Figures(lambda: self.now, lambda: self.cause, lambda: self.processes)

    def read(self) -> dict[str, float]:
        """Each figure with its labels -> its value."""
        looks: list[dict[str, str]] = []
        Deferred.fromCoroutine(self.figures.look()).addCallback(looks.append)
        lines = (line.rpartition(" ") for line in looks[0]["figures"].splitlines() if line[:1] != "#")
        return {name: float(value) for name, _, value in lines}

    def get_silence(self, cause: SilenceCause) -> float:
        return self.read()[f'bandstand_silence_seconds_total{{cause="{cause}"}}']


def start(waited: float | None = 0.1, place: Place = IRC, is_request: bool = False) -> SongStarted:
    return SongStarted(
        cue=CueId(1), song=LANTERN, name="ann", is_first=True, waited=waited, place=place, is_request=is_request
    )


def test_silence_counts_for_the_cause_that_it_had_while_it_lasted() -> None:
    house = House()
    house.figures.react(StreamerWentAway())  # something happened, so the cause is looked up
    house.now, house.cause = 110.0, None
    house.figures.react(start())
    house.now, house.cause = 150.0, SilenceCause.MAKING
    house.figures.react(SongEnded(cue=CueId(1), song=LANTERN, place=IRC, reason=EndReason.FINISHED, seconds=40.0))
    house.now = 152.0
    assert house.get_silence(SilenceCause.IDLE) == 10.0
    assert house.get_silence(SilenceCause.MAKING) == 2.0


def test_silence_that_somebody_wanted_and_that_of_all_mounts_have_causes_of_their_own() -> None:
    house = House()
    house.figures.react(PlaybackStopped(fade=1.0))
    house.now = 130.0
    house.figures.react(PlaybackResumed())
    house.cause = None
    house.figures.react(MountCameOn(mount="/b"))
    house.figures.react(MountWentOff(mount="/a", reason="gone"))
    house.now = 140.0
    house.figures.react(MountWentOff(mount="/b", reason="gone"))
    house.now = 145.0
    assert (house.get_silence(SilenceCause.STOPPED), house.get_silence(SilenceCause.MOUNTS)) == (30.0, 5.0)
    assert house.read()['bandstand_mount_losses_total{mount="/b"}'] == 1


def test_the_time_to_the_first_sound_is_of_songs_that_somebody_asked_for() -> None:
    house = House()
    for event in (start(0.08), start(40.0, is_request=True), start(9.0, place=STATION), start(None)):
        house.figures.react(event)
    figures = house.read()
    assert figures['bandstand_first_audio_seconds_count{kind="command"}'] == 1
    assert figures['bandstand_first_audio_seconds_bucket{kind="command",le="0.1"}'] == 1
    assert figures['bandstand_first_audio_seconds_sum{kind="request"}'] == 40.0
    assert figures["bandstand_songs_started_total"] == 4


def test_jobs_underruns_and_transactions_are_counted() -> None:
    house = House()
    house.figures.react(JobDone(job=1, song=LANTERN, place=IRC, making=3.0))
    house.figures.take_underrun(0.5)
    house.figures.take_transaction(True, 0.003)
    figures = house.read()
    assert figures['bandstand_jobs_total{outcome="done"}'] == 1 == figures["bandstand_underruns_total"]
    assert figures["bandstand_song_making_seconds_sum"] == 3.0
    assert figures['bandstand_database_seconds_bucket{kind="write",le="0.005"}'] == 1
    assert house.get_silence(SilenceCause.UNDERRUN) == 0.5


@given(st.lists(st.tuples(st.floats(0, 1000), st.sampled_from([None, *SilenceCause])), max_size=20))
def test_causes_never_have_more_than_the_time_that_passed(steps: list[tuple[float, SilenceCause | None]]) -> None:
    now, cause = 0.0, None
    clock = SilenceClock(lambda: now, lambda: cause)
    silent = 0.0
    for seconds, next_cause in steps:
        now += seconds
        silent += seconds if cause is not None else 0.0
        cause = next_cause
        clock.note()
    assert sum(clock.read().values()) == pytest.approx(silent)


@pytest.mark.parametrize(
    ("is_connected", "on_air", "is_busy", "cause"),
    [
        (False, object(), True, SilenceCause.STREAMER),
        (True, object(), True, None),
        (True, None, True, SilenceCause.MAKING),
        (True, None, False, SilenceCause.IDLE),
    ],
)
def test_the_cause_is_found_by_streamer_air_and_workers(
    is_connected: bool, on_air: object, is_busy: bool, cause: SilenceCause | None
) -> None:
    class Playout:
        def get_on_air(self) -> object:
            return on_air

    class Making:
        pass

    playout, making = Playout(), Making()
    playout.is_connected = is_connected  # type: ignore[attr-defined]
    making.is_busy = is_busy  # type: ignore[attr-defined]
    assert find_silence(playout, making) is cause  # type: ignore[arg-type]


def test_a_process_that_is_gone_has_no_figures(tmp_path: Path) -> None:
    assert read_usage(tmp_path) is None
    usage = read_usage(Path("/proc/self"))
    assert usage is not None and usage[1] > 1_000_000 and usage[2] >= 1


def test_names_end_as_prometheus_asks_for() -> None:
    names = {re.match(r"\w+", line)[0] for line in House().read()}  # type: ignore[index]
    ours = {name for name in names if not name.endswith(("_created", "_bucket", "_count", "_sum"))}
    assert all(name.startswith("bandstand_") for name in names)
    assert all(name.endswith(("_total", "_bytes", "_descriptors")) for name in ours), ours
