"""The bot's socket: lines, requests and subscriptions as JSON lines, and bounds on what a client may cost.

Requests go to the real core over a database in memory; lines go to commands that answer when the test says so.
"""

import json
import os
import socket
import stat
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.testing import MemoryReactorClock, StringTransport

from bandstand.bot.commands.command_line import StoredAccess
from bandstand.bot.commands.frontend import Line
from bandstand.bot.commands.reply import Reply
from bandstand.bot.making.spool import Pipes
from bandstand.bot.shell import bot_socket
from bandstand.bot.shell.bot_socket import BotSocket, Connection
from bandstand.bot.shell.event_feed import KEPT, EventFeed
from bandstand.bot.station import sessions
from bandstand.bot.station.core import Core
from bandstand.bot.station.limits import COMMANDS
from bandstand.common.api.events import JobFailed, MountCameOn
from bandstand.common.api.people import Identity, Place, Requester, Right
from bandstand.common.api.requests import LogIn
from bandstand.common.api.values import Outside, PersonPresent
from bandstand.common.errors import ConfigError
from bandstand.common.types import SongCode
from tests.bot.memory import NOW, DirectStore


class SlowCommands:
    """Commands that are answered when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[Line, Deferred[Reply]]] = []

    def answer(self, line: Line) -> Deferred[Reply]:
        answer: Deferred[Reply] = Deferred()
        self.asked.append((line, answer))
        return answer

    def complete(self, text: str, right: Right) -> Deferred[list[str]]:
        return succeed([])

    def knows(self, text: str) -> bool:
        return True


class Station:
    """The socket, and what is behind it. Each request waits for `ready`, which a test may keep back or let fail."""

    def __init__(self, path: Path, reactor: Any = None) -> None:
        self.commands = SlowCommands()
        self.feed = EventFeed(lambda: NOW)
        self.store = DirectStore(lambda events: [self.feed.handle(event) for event in events] and None)
        self.ready: Deferred[None] = succeed(None)
        self.core = Core(self.store, self._look, {COMMANDS: 3}, lambda: 0.0)
        access = StoredAccess(self.store)
        self.reactor = reactor = reactor or MemoryReactorClock()
        self.pipes = Pipes()
        self.socket = BotSocket(reactor, path, self.commands, self.core, access, self.feed, self.pipes)

    async def _look(self, _: bool) -> Outside:
        await self.ready
        return Outside()

    def happen(self, *mounts: str) -> None:
        for mount in mounts:
            self.feed.handle(MountCameOn(mount=mount))

    def grant(self, name: str, right: Right) -> None:
        self.store.do(lambda tx: tx.people.put_grant(name, right, "boss", tx.now))


class Transport(StringTransport):
    """A client that can be slow to read."""

    aborted = False

    def abortConnection(self) -> None:
        self.aborted = True


class Client:
    def __init__(self, station: Station, transport: Transport | None = None) -> None:
        self.transport = transport or Transport()
        connection = station.socket.buildProtocol(None)
        assert connection is not None
        self.connection: Connection = connection
        connection.makeConnection(self.transport)

    def ask(self, *lines: str) -> None:
        self.give(*({"line": line} for line in lines))

    def give(self, *messages: dict[str, Any]) -> None:
        self.connection.dataReceived(b"".join(json.dumps(message).encode() + b"\n" for message in messages))

    def request(self, name: str, by: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
        """The answer to this request."""
        self.transport.clear()
        self.give({"request": {"request": name, **fields}, **({"by": by} if by else {})})
        [answer] = self.messages()
        return answer

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.transport.value().splitlines()]

    def answers(self) -> list[tuple[int, str]]:
        return [(message.get("answers", 0), message["reply"]["summary"]) for message in self.messages()]

    def events(self) -> list[tuple[int, str]]:
        """The number and the mount of each."""
        return [(each["number"], each["event"]["mount"]) for each in self.messages() if "event" in each]

    def leave(self) -> None:
        self.connection.connectionLost()


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path / "bot.sock")


@pytest.fixture
def client(station: Station) -> Client:
    return Client(station)


# Lines


def test_whoever_can_open_the_socket_owns_the_station(station: Station) -> None:
    Client(station).ask("np")
    assert station.commands.asked[0][0] == Line("np", Requester("ctl", Place("ctl", "1"), Right.OWNER))


def test_answers_say_which_message_they_answer(station: Station, client: Client) -> None:
    client.ask("first", "second")
    station.commands.asked[1][1].callback(Reply("two"))
    station.commands.asked[0][1].callback(Reply("one"))
    assert client.answers() == [(2, "two"), (1, "one")]


def test_a_later_answer_goes_to_the_connection_that_asked(station: Station) -> None:
    one, two = Client(station), Client(station)
    assert station.socket.tell(Place("ctl", "2"), Reply("your song is done"))
    assert (one.answers(), two.answers()) == ([], [(0, "your song is done")])


def test_a_place_that_is_gone_is_told_nothing(station: Station, client: Client) -> None:
    client.ask("generate")
    client.leave()
    station.commands.asked[0][1].callback(Reply("composing"))
    assert not station.socket.tell(Place("ctl", "1"), Reply("done"))
    assert client.answers() == []


@pytest.mark.parametrize("line", [b"generate\n", b'{"line": 3}\n', b'{"lines": "np"}\n', b'"\xff"\n', b"\n"])
def test_what_is_no_message_is_refused_with_how_one_looks(client: Client, line: bytes) -> None:
    client.connection.dataReceived(line)
    assert 'a message is {"line": "..."}' in client.answers()[0][1]
    assert client.transport.disconnecting


def test_an_overlong_line_ends_the_connection(station: Station, client: Client) -> None:
    client.connection.dataReceived(b"x" * (bot_socket.LINE_BYTES + 1))
    assert client.transport.disconnecting
    assert not station.commands.asked


def test_more_than_so_many_lines_wait_until_one_is_answered(station: Station, client: Client) -> None:
    client.ask(*["np"] * (bot_socket.UNANSWERED + 5))
    assert len(station.commands.asked) == bot_socket.UNANSWERED
    assert client.transport.producerState == "paused"
    station.commands.asked[0][1].callback(Reply("nothing"))
    assert len(station.commands.asked) == bot_socket.UNANSWERED + 1
    for _, answer in station.commands.asked[1:]:
        answer.callback(Reply("nothing"))
    assert len(station.commands.asked) == bot_socket.UNANSWERED + 5
    assert client.transport.producerState == "producing"


def test_a_client_that_does_not_read_is_dropped(station: Station, client: Client) -> None:
    client.transport.producer.pauseProducing()
    told = Reply("x" * 10_000)
    for _ in range(bot_socket.UNREAD_BYTES // 10_000 - 1):
        station.socket.tell(Place("ctl", "1"), told)
    assert not client.transport.aborted
    for _ in range(3):
        station.socket.tell(Place("ctl", "1"), told)
    assert client.transport.aborted


def test_how_far_a_job_is_is_told_to_who_asked_for_that_as_long_as_they_read(station: Station) -> None:
    one, two = Client(station), Client(station)
    one.connection.dataReceived(b'{"line": "generate", "progress": true}\n')
    two.ask("generate")
    for place in (Place("ctl", "1"), Place("ctl", "2"), Place("ctl", "3")):
        station.socket.show_progress(place, "7", "job 7", 0.5)
        station.socket.show_progress(place, "7", "job 7", None)
    assert [json.loads(line)["fraction"] for line in one.transport.value().splitlines()] == [0.5]
    assert two.transport.value() == b""
    one.transport.producer.pauseProducing()
    station.socket.show_progress(Place("ctl", "1"), "7", "job 7", 0.6)
    assert one.transport.value().count(b"\n") == 1


def test_a_client_that_reads_again_is_forgiven(station: Station, client: Client) -> None:
    for _ in range(3):
        client.transport.producer.pauseProducing()
        station.socket.tell(Place("ctl", "1"), Reply("x" * (bot_socket.UNREAD_BYTES // 2)))
        client.transport.producer.resumeProducing()
    assert not client.transport.aborted


def test_too_many_clients_are_turned_away(station: Station) -> None:
    for _ in range(bot_socket.CONNECTIONS):
        Client(station)
    assert station.socket.buildProtocol(None) is None


# Requests


def test_a_request_is_answered_by_its_result(client: Client) -> None:
    answer = client.request("get_self")
    assert answer == {
        "answers": 1,
        "result": {
            "result": "you", "name": "ctl", "right": "owner", "known_as": "", "mask": "", "network": "",
            "tells_accounts": True, "is_at_machine": True, "is_visitor": False, "is_guest": False,
        },
    }  # fmt: skip


def test_a_refusal_has_its_reason_and_its_sentence(client: Client) -> None:
    assert client.request("play", song="blue lantern") == {
        "answers": 1,
        "refused": {"refused": "no_such_song", "words": "blue lantern", "known": 0, "near": []},
        "sentence": 'no song "blue lantern" (there are 0); generate makes one',
    }


def test_the_right_of_somebody_who_is_vouched_for_is_looked_up(station: Station, client: Client) -> None:
    ann = {"name": "ann", "identity": {"network": "irc:libera", "account": "ann"}}
    refused = client.request("stop", ann)
    assert refused["refused"] == {"refused": "needs_right", "request": "stop", "right": "dj", "granters": []}
    assert refused["sentence"] == "that needs the right dj; whoever runs the station can give it to you"
    station.grant("libera/ann", Right.DJ)
    assert "result" in client.request("stop", ann)
    assert client.request("get_self", ann)["result"]["right"] == "dj"


def test_a_right_that_the_client_names_is_the_one_that_counts(station: Station, client: Client) -> None:
    station.grant("libera/ann", Right.DJ)
    by = {"name": "ann", "right": "listener", "identity": {"network": "irc:libera", "account": "ann"}}
    assert client.request("stop", by)["refused"]["refused"] == "needs_right"
    assert "result" in client.request("stop", {"name": "web", "right": "dj"})


def test_every_request_counts_for_its_person_alone(client: Client) -> None:
    ann = {"name": "ann", "identity": {"network": "irc:libera", "account": "ann"}}
    bob = {"name": "bob", "identity": {"network": "irc:libera", "account": "bob"}}
    assert all("result" in client.request("get_self", ann) for _ in range(3))
    too_soon = client.request("get_self", ann)
    assert too_soon["refused"] == {"refused": "too_soon", "seconds": 20, "is_first": True}
    assert too_soon["sentence"] == "try again in 20 s"
    assert "result" in client.request("get_self", bob)
    assert all("result" in client.request("get_self") for _ in range(10))


# Visitors of the page


def vouch(session: str = "", name: str = "Eve", account: str = "", cookie: str = "c1") -> dict[str, Any]:
    identity = {"network": "web", "account": account, "cookie": cookie, "address": "203.0.113.9", "session": session}
    return {"name": name, "identity": identity}


def log_in(station: Station, account: str = "ann") -> str:
    """The session of somebody who gave their password."""
    station.store.do(lambda tx: tx.people.put_account(account, "hash", tx.now))
    by = Requester("x", Place("web"), identity=Identity("web", cookie="c1"))
    return station.store.do(lambda tx: sessions.log_in(LogIn(account=account, password=""), by, tx)).session


def test_a_visitor_is_who_their_session_says_and_nothing_else_counts(station: Station, client: Client) -> None:
    station.grant("ann", Right.DJ)
    session = log_in(station)
    you = client.request("get_self", vouch(session, name="whoever"))["result"]
    assert (you["name"], you["known_as"], you["right"]) == ("ann", "ann", "dj")
    stranger = client.request("get_self", vouch("made up", account="ann"))["result"]
    assert (stranger["name"], stranger["right"]) == ("Eve (page)", "listener")
    assert station.socket.visitors.list_people() == (PersonPresent("ann", "the page"),)


def test_what_a_visitor_does_is_told_in_a_sentence_and_comes_from_the_page(station: Station, client: Client) -> None:
    station.grant("ann", Right.DJ)
    done = client.request("switch_requests", vouch(log_in(station)), is_on=False, where="here")
    assert done["said"] == "songs cannot be requested on the page any more" or "page" in done["said"]
    assert client.request("get_request_switches", vouch())["result"]["here"] is False
    assert "said" not in client.request("get_request_switches", vouch())


def test_what_a_visitor_looks_at_is_not_counted_and_what_they_do_is(client: Client) -> None:
    assert all("result" in client.request("get_self", vouch()) for _ in range(10))
    tried = [client.request("rate", vouch(), value=1.0)["refused"]["refused"] for _ in range(4)]
    assert tried == ["nothing_heard"] * 3 + ["too_soon"]


def test_a_password_that_is_wrong_begins_no_session(client: Client) -> None:
    refused = client.request("log_in", vouch(), account="ann", password="x")
    assert refused["refused"] == {"refused": "wrong_password"}


def test_who_was_on_the_page_ten_minutes_ago_is_not_there_any_more(station: Station, client: Client) -> None:
    client.request("get_self", vouch(log_in(station)))
    station.reactor.advance(599)
    assert station.socket.visitors.list_people()
    station.reactor.advance(2)
    assert not station.socket.visitors.list_people()


def test_later_answers_are_for_the_connection_or_for_the_place_that_it_names(station: Station, client: Client) -> None:
    client.request("generate")
    client.request("generate", {"name": "ann", "right": "dj", "place": {"front_end": "web", "address": "7"}})
    jobs = station.store.do(lambda tx: [tx.jobs.get(1), tx.jobs.get(2)])
    assert [(job.name, job.place) for job in jobs] == [("ctl", Place("ctl", "1")), ("ann", Place("web", "7"))]


def test_requests_and_lines_of_one_connection_are_counted_together(station: Station, client: Client) -> None:
    client.give({"line": "np"}, {"request": {"request": "get_version"}})
    assert [message["answers"] for message in client.messages()] == [2]
    station.commands.asked[0][1].callback(Reply("nothing"))
    assert [message["answers"] for message in client.messages()] == [2, 1]


def test_a_fault_of_ours_is_a_refusal_with_a_reference_into_the_log(station: Station, client: Client) -> None:
    station.ready = fail(ZeroDivisionError("secret"))
    answer = client.request("get_version")
    assert answer["refused"]["refused"] == "internal_fault"
    assert answer["refused"]["reference"] in answer["sentence"]
    assert "secret" not in answer["sentence"]


def test_requests_that_wait_for_an_answer_are_bounded_as_lines_are(station: Station, client: Client) -> None:
    station.ready = Deferred()
    client.give(*[{"request": {"request": "get_version"}}] * (bot_socket.UNANSWERED + 5))
    assert client.transport.producerState == "paused"
    station.ready.callback(None)
    assert sorted(message["answers"] for message in client.messages()) == list(range(1, bot_socket.UNANSWERED + 6))
    assert client.transport.producerState == "producing"


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"by": {"name": "ann"}},
        {"request": {"request": "make_coffee"}},
        {"request": {"request": "play"}},
        {"request": {"request": "seek", "seconds": "soon"}},
        {"request": {"request": "stop"}, "by": {"name": "ann", "right": "emperor"}},
        {"request": {"request": "stop"}, "by": {}},
        {"subscribe": {"after": "now"}},
    ],
)
def test_what_is_no_message_is_a_usage_reply(client: Client, message: dict[str, Any]) -> None:
    client.give(message)
    [answer] = client.messages()
    assert (answer["answers"], answer["reply"]["level"]) == (1, "usage")


# Subscriptions


def test_a_subscriber_is_given_the_state_and_then_each_event(station: Station, client: Client) -> None:
    station.happen("/before")
    number = station.feed.number
    client.give({"subscribe": {}})
    [first] = client.messages()
    assert first["answers"] == 1
    assert first["state"]["number"] == number
    assert first["state"]["now_playing"]["state"] == "silence"
    assert first["state"]["queue"] == {"result": "queue", "on_air": None, "songs": []}
    station.happen("/a", "/b")
    assert client.events() == [(number + 1, "/a"), (number + 2, "/b")]
    assert [each["at"] for each in client.messages()[1:]] == [NOW, NOW]


def test_what_a_request_does_is_an_event_for_subscribers(station: Station, client: Client) -> None:
    client.give({"subscribe": {}})
    Client(station).give({"request": {"request": "generate"}})
    assert "job_ordered" in [each["event"]["event"] for each in client.messages() if "event" in each]


def test_whoever_does_not_subscribe_is_given_no_events(station: Station, client: Client) -> None:
    station.happen("/a")
    assert client.messages() == []


def test_a_subscriber_that_comes_back_misses_nothing_and_is_told_nothing_twice(station: Station) -> None:
    first = Client(station)
    first.give({"subscribe": {}})
    station.happen("/a", "/b")
    last = first.messages()[-1]["number"]
    first.leave()
    station.happen("/c", "/d")
    again = Client(station)
    again.give({"subscribe": {"after": last}})
    assert again.messages()[0]["state"]["number"] == last + 2
    assert again.events() == [(last + 1, "/c"), (last + 2, "/d")]
    station.happen("/e")
    assert again.events()[2:] == [(last + 3, "/e")]


def test_a_new_subscriber_may_have_the_last_events_that_are_kept(station: Station, client: Client) -> None:
    station.happen("/a", "/b", "/c")
    client.give({"subscribe": {"last": 2}})
    assert [name for _, name in client.events()] == ["/b", "/c"]


def test_what_happens_while_the_state_is_read_is_told_after_it(station: Station, client: Client) -> None:
    station.ready = Deferred()
    before = station.feed.number
    client.give({"subscribe": {}})
    station.happen("/meanwhile")
    assert client.messages() == []
    station.ready.callback(None)
    assert client.messages()[0]["state"]["number"] == before
    assert client.events() == [(before + 1, "/meanwhile")]
    station.happen("/after")
    assert client.events()[1:] == [(before + 2, "/after")]


@pytest.mark.parametrize("after", [0, 17, 10**15])
def test_after_a_number_that_is_not_known_the_state_and_what_follows_is_all(
    station: Station, client: Client, after: int
) -> None:
    station.happen("/a")
    client.give({"subscribe": {"after": after}})
    assert client.messages()[0]["state"]["number"] == station.feed.number
    assert client.events() == []
    station.happen("/b")
    assert client.events() == [(station.feed.number, "/b")]


def test_who_subscribes_again_on_one_connection_is_told_everything_once(station: Station, client: Client) -> None:
    client.give({"subscribe": {}}, {"subscribe": {}})
    station.happen("/a")
    assert client.events() == [(station.feed.number, "/a")]
    client.leave()
    assert not station.feed._listeners


def test_a_subscriber_that_does_not_read_is_dropped_and_the_others_are_not(station: Station, client: Client) -> None:
    reader = Client(station)
    for each in (client, reader):
        each.give({"subscribe": {}})
    client.transport.producer.pauseProducing()
    rounds = 0
    while not client.transport.aborted:
        station.happen("/" + "x" * 1000)
        rounds += 1
        assert rounds < 300
    assert not reader.transport.aborted
    assert len(reader.events()) == rounds
    assert len(client.transport.value()) < 2 * bot_socket.UNREAD_BYTES


class NarrowTransport(Transport):
    """Tells its producer when more is written than it would send at once, as Twisted's do."""

    def write(self, data: bytes) -> None:
        super().write(data)
        if len(self.value()) > 65_536 and self.producer is not None:
            self.producer.pauseProducing()


def test_however_much_was_missed_a_subscriber_that_reads_is_given_all_of_it(station: Station) -> None:
    after = station.feed.number
    for number in range(KEPT):
        station.feed.handle(
            JobFailed(job=number, song=SongCode("7kq3"), place=Place("ctl"), reason="x" * 500, errors=())
        )
    client = Client(station, NarrowTransport())
    client.give({"subscribe": {"after": after}})
    assert not client.transport.aborted
    assert [each["number"] for each in client.messages()[1:]] == list(range(after + 1, after + KEPT + 1))


def test_a_connection_that_ended_while_its_state_was_read_is_not_kept(station: Station, client: Client) -> None:
    station.ready = Deferred()
    client.give({"subscribe": {}})
    client.leave()
    station.ready.callback(None)
    assert not station.feed._listeners
    assert client.messages() == []


def test_a_connection_that_is_being_closed_is_told_no_more_events(station: Station, client: Client) -> None:
    client.give({"subscribe": {}})
    client.connection.dataReceived(b"no message\n")
    assert client.transport.disconnecting
    station.happen("/a")
    assert client.events() == []


# Its file and its end


class BindingReactor:
    """Binds for real, as Twisted does, and notes who may use the socket at that moment."""

    def __init__(self) -> None:
        self.mode_at_first = 0

    def listenUNIX(self, address: str, *_: Any, **__: Any) -> "BindingReactor":
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(address)
        self.mode_at_first = stat.S_IMODE(Path(address).stat().st_mode)
        return self

    def stopListening(self) -> None:
        pass

    def seconds(self) -> float:
        return 0.0


def test_the_socket_is_its_owners_from_the_first_moment(tmp_path: Path) -> None:
    reactor = BindingReactor()
    before = os.umask(0o022)
    try:
        Station(tmp_path / "bot.sock", reactor).socket.start()
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    assert reactor.mode_at_first == 0o600


def test_a_socket_left_by_a_crash_is_replaced_and_none_is_left_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "bot.sock"
    BindingReactor().listenUNIX(str(path))
    front_end = Station(path, BindingReactor()).socket
    front_end.start()
    front_end.stop()
    assert not path.exists()


def test_a_directory_too_long_for_a_socket_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"station\.directory: .*too long"):
        Station(tmp_path / ("x" * 120) / "bot.sock").socket.start()


# Pipes


def test_a_pipe_comes_with_its_request_and_is_closed_if_it_is_never_played(station: Station, client: Client) -> None:
    reading, writing = os.pipe()
    client.connection.fileDescriptorReceived(reading)
    assert not os.get_inheritable(reading)
    answer = client.request("play_pipe", pipe=99)
    assert answer["result"]["result"] == "ordered"
    client.leave()
    with pytest.raises(OSError):
        os.fstat(reading)
    os.close(writing)


def test_without_a_pipe_there_is_nothing_to_play(client: Client) -> None:
    assert "bandstand play -" in client.request("play_pipe")["sentence"]


def test_a_pipe_without_a_request_is_closed(client: Client) -> None:
    reading, writing = os.pipe()
    client.connection.fileDescriptorReceived(reading)
    client.leave()
    with pytest.raises(OSError):
        os.fstat(reading)
    os.close(writing)
