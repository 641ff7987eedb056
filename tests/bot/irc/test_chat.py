"""Which lines are meant for the bot, whom it answers, and where: a session in memory, commands that record."""

import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, succeed
from twisted.logger import capturedLogs

from bandstand.bot.commands.all_commands import BY_NAME
from bandstand.bot.commands.frontend import Line
from bandstand.bot.commands.grammar import parse_line
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.irc.chat import (
    HELD_SECONDS,
    MAX_HELD,
    AddressedLine,
    Chat,
    ReplyAddress,
    parse_channel_line,
    parse_private_line,
)
from bandstand.common.api.people import Identity, Place, Requester, Right
from bandstand.common.api.values import ChatNetwork
from tests.bot.irc.conftest import Connection

DONE = Reply("done")


@dataclass
class Commands:
    """Says what it is told to, and keeps what was asked."""

    reply: Reply = DONE
    asked: list[Line] = field(default_factory=list)
    slow: Deferred[Reply] | None = None

    def answer(self, line: Line) -> Deferred[Reply]:
        self.asked.append(line)
        return self.slow or succeed(self.reply)

    def complete(self, text: str, right: Right) -> Deferred[list[str]]:
        return succeed([])

    def knows(self, text: str) -> bool:
        return text.split(" ")[0] in ("np", "skip", "songs")


@dataclass
class Access:
    asked: list[Identity] = field(default_factory=list)

    def get_right(self, identity: Identity) -> Deferred[Right]:
        self.asked.append(identity)
        return succeed(Right.DJ if identity.account == "boss" else Right.LISTENER)


class Room:
    """A bot in #radio, and what goes in and out there. Stands in for the connection between session and chat."""

    def __init__(self, caps: str = "account-tag", **settings: object) -> None:
        self.peer = Connection(**settings)
        self.network = self.peer.network
        self.session = None
        self.listener = None
        self.commands, self.access = Commands(), Access()
        self.chat = Chat(self, self.commands, self.access, self.peer.clock)  # type: ignore[arg-type]
        self.peer.register(caps=caps)
        self.session = self.peer.session  # type: ignore[assignment]
        listener = self.peer.listener
        listener.handle_message = self.chat.handle_message  # type: ignore[method-assign]
        listener.handle_invitation = self.chat.handle_invitation  # type: ignore[method-assign]

    def says(self, text: str, nick: str = "ann", target: str = "#radio", tags: str = "") -> list[str]:
        return self.peer.says(f"{tags}:{nick}!{nick}@host.example PRIVMSG {target} :{text}")


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_command_in_the_channel_is_asked_for_its_person_and_answered_by_name(room: Room) -> None:
    assert room.says("!skip it", tags="@account=boss ") == ["NOTICE #radio :ann: ok: done"]
    identity = Identity("irc:test", "boss", "ann!ann@host.example")
    by = Requester("ann", Place("irc", "test #radio ann boss"), Right.DJ, identity)
    assert room.commands.asked == [Line("skip it", by)]


def test_what_is_not_for_the_bot_or_names_no_command_is_left_alone(room: Room) -> None:
    for text in ("hello", "!wow that is good", "!!!", "bandstander: np"):
        assert room.says(text) == []
    assert room.commands.asked == []


def test_whoever_names_the_bot_gets_an_answer_whatever_they_say(room: Room) -> None:
    room.commands.reply = Reply("there is no command of that name", Level.ERROR)
    assert room.says("bandstand: wow") == ["NOTICE #radio :ann: error: there is no command of that name"]
    assert room.says("wow", target="bandstand") == ["NOTICE ann :error: there is no command of that name"]


def test_a_private_reply_goes_to_the_person_alone(room: Room) -> None:
    room.commands.reply = Reply("secret", is_private=True)
    assert room.says("!np") == ["NOTICE ann :ok: secret"]


def test_what_was_said_already_is_not_said_again(room: Room) -> None:
    room.commands.reply = Reply("try again in 3 s", Level.BUSY, is_repeated=True)
    assert room.says("!np") == []


def test_errors_end_before_two_bots_have_a_conversation(room: Room) -> None:
    room.commands.reply = Reply("what?", Level.ERROR)
    for _ in range(40):
        room.says("what?", target="bandstand")
        room.peer.advance(0.5)
    assert len(room.commands.asked) < 30
    room.commands.reply = Reply("fine")
    assert room.says("!np", nick="bob") == ["NOTICE #radio :bob: ok: fine"]


def test_more_is_for_whoever_had_the_answer(room: Room) -> None:
    room.commands.reply = Reply("many", rows=tuple((f"row {n} " + "x" * 90,) for n in range(12)))
    assert room.says("!songs")[0].endswith("(+8 more: !more)")
    assert room.says("!more", nick="bob") == ["NOTICE #radio :bob: error: there is nothing more to show"]
    assert "row 4" in room.says("!more")[0]
    assert "row 8" in room.says("bandstand: more")[0]


def test_the_later_answer_finds_its_person_under_another_nick() -> None:
    room = Room(caps="account-tag extended-join account-notify")
    room.peer.says(":ann!a@h JOIN #radio annacct :Ann", ":ann!a@h NICK anna")
    room.chat.tell(ReplyAddress("test", "#radio", "ann", "annacct"), Reply("made"))
    assert room.peer.sent() == ["NOTICE #radio :anna: ok: made"]


def test_the_later_answer_waits_while_the_bot_is_away_and_not_for_ever(room: Room) -> None:
    address = ReplyAddress("test", "#radio", "ann")
    room.peer.says(":op!o@h KICK #radio bandstand :out")
    room.chat.tell(address, Reply("first"))
    room.peer.advance(HELD_SECONDS + 1)
    for number in range(MAX_HELD + 5):
        room.chat.tell(address, Reply(f"{number}"))
    room.peer.sent()
    room.peer.says(":bandstand!b@h JOIN #radio")
    room.chat.handle_joined("#radio")
    room.peer.advance(100)
    said = room.peer.sent()
    assert "NOTICE #radio :ann: ok: 5" in said
    assert not [line for line in said if line.endswith(("first", " 4"))]


def test_only_public_notices_are_announced(room: Room) -> None:
    room.chat.announce(Reply("/stream.mp3 is off the air", Level.NOTICE))
    assert room.peer.sent() == []
    room.chat.announce(Reply("now: x\r\nQUIT", Level.NOTICE, is_public=True))
    assert room.peer.sent() == ["NOTICE #radio :now: x QUIT"]


def test_a_notice_is_not_said_in_the_channel_that_has_it_as_an_answer_already(room: Room) -> None:
    said = Reply("X is", Level.NOTICE, is_public=True)
    here, alone = ReplyAddress("test", "#Radio", "ann").place, ReplyAddress("test", "", "ann").place
    room.chat.announce(msgspec.structs.replace(said, besides=here))
    assert room.peer.sent() == []
    for elsewhere in (alone, ReplyAddress("other", "#radio", "ann").place, Place("console")):
        room.chat.announce(msgspec.structs.replace(said, besides=elsewhere))
        assert room.peer.sent() == ["NOTICE #radio :X is"]


def test_a_notice_to_those_who_are_meant_goes_to_each_alone_and_to_nobody_else(room: Room) -> None:
    room.peer.says(
        ":srv 352 bandstand #radio ann 10.1.2.3 srv ann H :0 Ann",
        ":srv 352 bandstand #radio bs host.example srv bandstand H :0 Bandstand",
        ":bob!b@10.1.2.4 JOIN #radio",
        ":cyd!c@10.1.2.5 JOIN #radio",
        ":cyd!c@10.1.2.5 PART #radio",
        ":srv 353 bandstand = #radio :@ann bob dan",
    )
    asked: list[str] = []

    def is_meant(identity: Identity) -> bool:
        asked.append(identity.mask)
        return identity.mask.endswith("@10.1.2.3")

    room.chat.tell_present(is_meant, Reply("it begins", Level.NOTICE, rows=(("no", "row"),)))
    assert room.peer.sent() == ["NOTICE ann :it begins"]
    assert sorted(asked) == ["ann!ann@10.1.2.3", "bob!b@10.1.2.4"]


def test_a_personal_notice_is_a_notice_where_answers_are_ordinary_messages_and_after_the_answers() -> None:
    room = Room(say="privmsg")
    for number in range(6):
        room.peer.says(f":p{number}!p@10.1.2.{number} JOIN #radio")
    room.chat.tell_present(lambda _: True, Reply("it begins\r\nQUIT :now", Level.NOTICE))
    sent = room.says("!np", nick="p5")
    room.peer.advance(30)
    told = [f"NOTICE p{number} :it begins QUIT :now" for number in range(6)]
    answer = "PRIVMSG #radio :p5: ok: done"
    sent += room.peer.sent()
    assert sorted(sent) == sorted([*told, answer]) and sent.index(answer) < sent.index(told[4])


def test_whoever_said_something_within_ten_minutes_is_there_once() -> None:
    room = Room(caps="account-tag")
    room.says("hello")
    room.says("hello again", nick="ann")
    room.says("!np", nick="boss", tags="@account=boss ")
    room.peer.says(":bob!b@host.example JOIN #radio")

    def list_speakers() -> list[Identity]:
        return list(room.chat.describe_network(is_whole=True).speakers)

    ann, boss = "ann!ann@host.example", "boss!boss@host.example"
    assert list_speakers() == [Identity("irc:test", mask=ann), Identity("irc:test", "boss", boss)]
    assert room.chat.describe_network(is_whole=False).speakers == ()
    room.peer.advance(590)
    room.says("still here", nick="boss")
    room.peer.advance(20)
    assert list_speakers() == [Identity("irc:test", "boss", boss)]


def test_nobody_is_told_anything_while_the_network_is_away(room: Room) -> None:
    room.session = None
    room.chat.tell_present(lambda _: True, Reply("it begins"))
    assert room.peer.sent() == []


def test_the_core_is_told_whether_the_network_knows_accounts_and_who_is_there() -> None:
    plain, rich = Room(caps=""), Room(caps="account-tag")
    assert plain.chat.describe_network(is_whole=False) == ChatNetwork(tells_accounts=False)
    assert rich.chat.describe_network(is_whole=False) == ChatNetwork(tells_accounts=True)
    plain.peer.says(":ann!a@10.1.2.3 JOIN #radio")
    people = plain.chat.describe_network(is_whole=True).people
    assert Identity("irc:test", mask="ann!a@10.1.2.3") in people


def test_a_song_that_was_announced_in_the_channel_is_not_told_there_a_second_time(room: Room) -> None:
    made = Reply("job 3: song 7kq3 is made", is_heard=True)
    room.chat.tell(ReplyAddress("test", "#Radio", "ann"), made)
    assert room.peer.sent() == []
    room.chat.tell(ReplyAddress("test", "", "ann"), made)
    assert room.peer.sent() == ["NOTICE ann :ok: job 3: song 7kq3 is made"]


def test_announcements_can_be_turned_off_for_a_channel_or_for_all() -> None:
    for settings_ in ({"silent_channels": ["#Radio"]}, {"announce": False}):
        room = Room(**settings_)
        room.chat.announce(Reply("now: x", Level.NOTICE, is_public=True))
        assert room.peer.sent() == []


def test_a_dj_invites_the_bot_and_nobody_else(room: Room) -> None:
    assert room.peer.says("@account=ann :ann!a@h INVITE bandstand #den") == []
    assert room.peer.says("@account=boss :b!b@h INVITE bandstand #den") == ["JOIN #den"]


@pytest.mark.parametrize("channel", ["0", "#a,#b", "radio", ""])
def test_what_is_no_channel_is_no_invitation(room: Room, channel: str) -> None:
    assert room.peer.says(f"@account=boss :b!b@h INVITE bandstand {channel}") == []


def test_a_reply_address_is_written_and_read() -> None:
    for address in (
        ReplyAddress("libera", "#radio", "ann", "acct"),
        ReplyAddress("net", "", "ann"),
        ReplyAddress("net", "#a:b", "x|y"),
    ):
        assert ReplyAddress.parse(address.place) == address
    assert ReplyAddress.parse(Place("irc", "net #radio")) is None


def test_who_asked_as_the_connection_ended_asks_nothing() -> None:
    room = Room(caps="server-time")
    room.peer.says(":srv 005 bandstand WHOX :are supported")
    assert room.says("!np") == ["WHO ann %tcuhna,2"]
    room.peer.session.abort("gone")
    room.peer.session.connectionLost()
    assert room.commands.asked == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("!skip", AddressedLine("skip", is_by_name=False)),
        ("!Generate mine --seed=3", AddressedLine("Generate mine --seed=3", is_by_name=False)),
        ("bandstand: skip", AddressedLine("skip", is_by_name=True)),
        ("BANDSTAND, !np", AddressedLine("!np", is_by_name=True)),
        ("!", None),
        ("!!!", None),
        ("! skip", AddressedLine("skip", is_by_name=False)),
        ("!+1", AddressedLine("+1", is_by_name=False)),
        ("!-1 blue lantern", AddressedLine("-1 blue lantern", is_by_name=False)),
        ("bandstand skip", None),
        ("bandstand:", None),
        ("bandstander: skip", None),
        ("skip", None),
        ("", None),
    ],
)
def test_a_line_in_a_channel_is_for_the_bot_or_not(text: str, line: AddressedLine | None) -> None:
    assert parse_channel_line(text, "bandstand", "rfc1459") == line


def test_the_nick_is_compared_as_the_server_does() -> None:
    assert parse_channel_line("radio{1}: np", "Radio[1]", "rfc1459") == AddressedLine("np", is_by_name=True)
    assert parse_channel_line("radio{1}: np", "Radio[1]", "ascii") is None


def test_every_line_in_private_is_for_the_bot() -> None:
    assert parse_private_line(" np ") == AddressedLine("np", is_by_name=True)
    assert parse_private_line("  ") is None


@pytest.mark.parametrize("name", sorted(BY_NAME))
@pytest.mark.parametrize("beginning", ["!", "! ", "bandstand:", "bandstand: ", "Bandstand, ", "bandstand: !"])
@pytest.mark.parametrize("ending", ["", " ", " a1b2 five"])
def test_every_command_and_alias_can_be_given_in_a_channel(name: str, beginning: str, ending: str) -> None:
    said = parse_channel_line(f"{beginning}{name}{ending}", "bandstand", "rfc1459")
    assert said is not None
    assert parse_line(said.text).command == name


def corpus() -> list[bytes]:
    lines = Path(__file__).with_name("corpus.txt").read_text("ascii").splitlines()
    return [line.encode().decode("unicode_escape").encode("latin-1") for line in lines if not line.startswith("# ")]


@pytest.mark.parametrize("caps", ["", "account-tag server-time", "extended-join account-notify"])
def test_no_line_of_the_corpus_does_any_harm(caps: str) -> None:
    room = Room(caps=caps)
    with capturedLogs() as records:
        for line in corpus():
            if b"ERROR" not in line:  # that ends the connection
                room.peer.session.dataReceived(line + b"\r\n")
            room.peer.advance(0.5)
    assert not [record for record in records if "log_failure" in record]
    assert not room.peer.transport.has_ended
    assert not [line for line in room.peer.sent() if line.startswith(("QUIT", "JOIN 0"))]
    room.peer.says(":bandstand!b@h NICK bandstand")
    assert "NOTICE #radio :zoe: ok: done" in room.says("!np", nick="zoe")


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(["ann", "bob", "bandstand"]), st.text(max_size=80)), max_size=20), st.text())
def test_nothing_that_is_said_does_any_harm_or_sends_a_line_that_is_too_long(
    said: list[tuple[str, str]], answer: str
) -> None:
    room = Room()
    room.commands.reply = Reply(answer * 20, rows=((answer, answer), ("", answer)))
    written: list[bytes] = []
    write: Callable[[bytes], None] = room.peer.transport.write
    room.peer.transport.write = lambda data: (written.append(data), write(data))[1]  # type: ignore[method-assign]
    with capturedLogs() as records:
        for nick, text in said:
            line = f":{nick}!u@h PRIVMSG bandstand :!songs {text}".replace("\n", "").replace("\r", "")
            room.peer.session.dataReceived(line.encode("utf-8", "replace") + b"\r\n")
    assert not [record for record in records if "log_failure" in record]
    room.peer.advance(30)
    assert all(data.endswith(b"\r\n") and data.count(b"\n") == 1 and len(data) <= 512 for data in written)


@pytest.mark.slow
def test_a_crowd_leaves_nothing_behind_that_grows() -> None:
    """As many people again, with as many lines, cost no more memory than the first ones did."""
    room = Room(caps="server-time")
    room.peer.says(":srv 005 bandstand WHOX :are supported")
    room.commands.reply = Reply("many", rows=tuple((f"row {n} " + "x" * 90,) for n in range(12)))

    def crowd(beginning: int) -> int:
        for number in range(beginning, beginning + 600):
            nick = f"p{number}"
            for line in (f":{nick}!u@{nick}.example JOIN #radio", f":{nick}!u@{nick}.example PRIVMSG #radio :!songs"):
                room.peer.session.dataReceived(f"{line}\r\n".encode())
            room.peer.session.dataReceived(f":srv 354 bandstand 2 #radio u h {nick} *\r\n".encode())
            room.peer.session.dataReceived(f":{nick}!u@{nick}.example PRIVMSG bandstand :what?\r\n".encode())
            room.peer.session.dataReceived(f":{nick}!u@{nick}.example QUIT :bye\r\n".encode())
            if number % 50 == 0:
                room.peer.advance(20)
        room.commands.asked.clear()
        room.access.asked.clear()
        room.peer.sent()
        gc.collect()
        return len(gc.get_objects())

    first, second = crowd(0), crowd(600)
    assert second < first + 300


def test_five_people_who_flood_do_not_hold_up_a_sixth() -> None:
    room = Room()
    for _ in range(60):
        for number in range(5):
            room.says("!np", nick=f"flooder{number}")
        room.peer.advance(0.5)
    room.peer.sent()
    room.says("!np", nick="ann")
    room.peer.advance(2)
    assert "NOTICE #radio :ann: ok: done" in room.peer.sent()


def test_queries_about_those_who_flood_do_not_hold_up_the_others() -> None:
    room = Room(caps="server-time")
    room.peer.says(":srv 005 bandstand WHOX :are supported")
    for number in range(30):
        room.says("!np", nick=f"flooder{number % 5}")
        room.peer.says(f":srv 315 bandstand flooder{number % 5} :end")
        room.peer.advance(0.5)
    room.peer.sent()
    room.says("!np", nick="ann")
    room.peer.advance(2)
    assert "WHO ann %tcuhna,2" in room.peer.sent()
