"""How many listen: asking Icecast, of which none runs here, and what is said of HLS."""

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from bandstand.bot.supervision.listeners import HlsListeners, IcecastStatistics, read_counts
from bandstand.common import config as configuration
from bandstand.common.api.events import HlsListenersCounted, StationQuit


def test_listeners_on_a_standby_count_for_its_mount() -> None:
    stats = b"""<icestats><source mount="/stream.mp3"><listeners>2</listeners></source>
        <source mount="/standby/stream.mp3"><listeners>3</listeners></source>
        <source mount="/foreign"><listeners>9</listeners></source></icestats>"""
    assert read_counts(stats, configuration.DEFAULT_MOUNTS) == {"/stream.mp3": 5, "/stream.opus": 0}


class SilentAgent:
    """An agent whose server takes the connection and never answers."""

    def __init__(self) -> None:
        self.asked: list[tuple[bytes, bytes]] = []

    def request(self, method: bytes, uri: bytes, headers: object = None, body: object = None) -> Deferred[object]:
        self.asked.append((method, uri))
        return Deferred()


def test_an_icecast_that_does_not_answer_is_given_a_second() -> None:
    clock, agent = Clock(), SilentAgent()
    failures: list[object] = []
    statistics = IcecastStatistics(agent, clock, "http://127.0.0.1:8000", "x")  # type: ignore[arg-type]
    asked = Deferred.fromCoroutine(statistics.count_listeners(configuration.DEFAULT_MOUNTS))
    asked.addErrback(lambda failure: failures.append(failure.type))
    clock.advance(0.9)
    assert not failures
    clock.advance(0.2)
    assert len(failures) == 1
    assert agent.asked == [(b"GET", b"http://127.0.0.1:8000/admin/stats")]


def test_those_of_hls_are_the_sum_of_what_each_process_said_last() -> None:
    clock = Clock()
    listeners = HlsListeners(clock)
    for source, count in [("web 1", 5), ("web 2", 1), ("web 1", 2)]:
        listeners.react(HlsListenersCounted(source=source, listeners=count))
    listeners.react(StationQuit())
    assert listeners.count() == 3
    clock.advance(100)
    listeners.react(HlsListenersCounted(source="web 2", listeners=1))
    clock.advance(100)
    assert listeners.count() == 1  # the other process has ended without a word


def test_those_of_hls_stand_beside_the_mounts() -> None:
    async def count() -> dict[str, int]:
        return {"/stream.mp3": 2}

    counted: list[dict[str, int]] = []
    Deferred.fromCoroutine(HlsListeners(Clock()).add_to(count)()).addCallback(counted.append)
    assert counted == [{"/stream.mp3": 2, "/hls/live.m3u8": 0}]
