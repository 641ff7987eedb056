"""A connection's life: registration, capabilities, logging in, nicks, channels, and what is never answered."""

import base64
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.logger import capturedLogs

from bandstand.bot.irc.capabilities import Capabilities
from bandstand.bot.irc.message import parse
from bandstand.bot.irc.post_registration import IDENTIFY_SECONDS
from bandstand.bot.irc.send_queue import BURST, CAPACITY, SECONDS_PER_MESSAGE
from tests.bot.irc.conftest import WALL, Connection

Connect = Callable[..., Connection]


def test_capabilities_come_first_and_the_nick_at_once(connect: Connect) -> None:
    assert connect().sent() == ["CAP LS 302", "NICK bandstand", "USER bandstand 0 * :Bandstand, a radio station"]


def test_a_server_without_capabilities_is_enough(connect: Connect) -> None:
    peer = connect()
    peer.says(":srv 421 bandstand CAP :Unknown command", ":srv 001 bandstand :welcome")
    assert peer.says(":srv 422 bandstand :no motd") == ["JOIN #radio"]
    assert peer.listener.told == [("registered",)]


def test_only_what_the_bot_knows_is_requested(connect: Connect) -> None:
    peer = connect()
    peer.sent()
    assert peer.says(":srv CAP * LS * :multi-prefix ergo.chat/nope draft/chathistory") == []
    assert peer.says(":srv CAP * LS :server-time sasl=PLAIN") == ["CAP REQ :multi-prefix server-time"]
    assert peer.says(":srv CAP * ACK :multi-prefix server-time") == ["CAP END"]


def test_a_refused_request_is_made_again_name_by_name(connect: Connect) -> None:
    peer = connect()
    peer.says(":srv CAP * LS :chghost setname")
    assert peer.says(":srv CAP * NAK :chghost setname") == ["CAP REQ chghost", "CAP REQ setname"]
    assert peer.says(":srv CAP * NAK chghost") == []
    assert peer.says(":srv CAP * ACK setname") == ["CAP END"]


def test_an_answer_in_two_lines_grants_what_both_have_and_nothing_else() -> None:
    capabilities = Capabilities(with_sasl=False)
    for line in ("LS :account-tag chghost setname", "ACK :account-tag", "ACK :chghost ergo.chat/nope"):
        message = parse(f":srv CAP * {line}".encode())
        assert message is not None
        capabilities.handle(message)
    assert capabilities.enabled == {"account-tag", "chghost"}


def test_it_logs_in_before_the_registration_ends(connect: Connect) -> None:
    peer = connect(secure=False, password="secret", account="ann")
    assert peer.says(":srv CAP * LS :sasl=PLAIN,EXTERNAL")[-1] == "CAP REQ sasl"
    assert peer.says(":srv CAP * ACK sasl") == ["AUTHENTICATE PLAIN"]
    message = base64.b64encode(b"ann\0ann\0secret").decode()
    assert peer.says("AUTHENTICATE +") == [f"AUTHENTICATE {message}"]
    assert peer.says(":srv 900 * * ann :You are now logged in", ":srv 903 * :ok") == ["CAP END"]


def test_after_a_failed_mechanism_the_next_is_tried_and_then_none(connect: Connect) -> None:
    peer = connect(password="secret")
    peer.says(":srv CAP * LS :sasl")
    assert peer.says(":srv CAP * ACK sasl") == ["AUTHENTICATE SCRAM-SHA-256"]
    assert peer.says(":srv 908 * PLAIN :are the mechanisms", ":srv 904 * :failed") == ["AUTHENTICATE PLAIN"]
    assert peer.says(":srv 904 * :failed") == ["CAP END"]


def test_an_impostor_is_told_so_before_the_connection_ends(connect: Connect) -> None:
    peer = connect(password="secret")
    peer.says(":srv CAP * LS :sasl=SCRAM-SHA-256", ":srv CAP * ACK sasl")
    first = base64.b64decode(peer.says("AUTHENTICATE +")[0].split()[1]).decode()
    salt = base64.b64encode(b"salt" * 4).decode()
    challenge = f"r={first.partition(',r=')[2]}more,s={salt},i=4096"
    peer.says("AUTHENTICATE " + base64.b64encode(challenge.encode()).decode())
    proof = base64.b64encode(b"v=" + base64.b64encode(bytes(32))).decode()
    assert peer.says(f"AUTHENTICATE {proof}") == ["AUTHENTICATE *"]
    assert peer.transport.is_half_closed
    assert not peer.transport.aborted


def test_plain_says_nothing_of_whom_to_act_as_where_that_is_configured(connect: Connect) -> None:
    peer = connect(password="secret", account="ann", sasl_authzid="empty", sasl_mechanisms=["PLAIN"])
    peer.says(":srv CAP * LS :sasl")
    assert peer.says(":srv CAP * ACK sasl") == ["AUTHENTICATE PLAIN"]
    assert peer.says("AUTHENTICATE +") == ["AUTHENTICATE " + base64.b64encode(b"\0ann\0secret").decode()]


@pytest.mark.parametrize(
    ("settings_", "told"),
    [({}, True), ({"tls_verify": False, "tls_pins": ["00" * 32]}, True), ({"tls_verify": False}, False)],
)
def test_a_demand_for_tls_is_kept_from_a_server_that_is_verified_or_pinned(
    connect: Connect, settings_: dict[str, object], told: bool
) -> None:
    peer = connect(secure=True, **settings_)
    peer.says(":srv CAP * LS :sts=duration=100")
    assert (("tls policy", 100) in peer.listener.told) is told


def test_it_leaves_if_logging_in_is_required_and_the_server_has_no_sasl(connect: Connect) -> None:
    peer = connect(password="secret", login="required")
    peer.says(":srv CAP * LS :server-time")
    peer.says(":srv CAP * ACK server-time")
    assert peer.listener.told == [("rejected", "not logged in: the server offers no SASL", True)]
    assert peer.transport.has_ended


def test_it_leaves_a_server_that_accepts_scram_without_proving_itself(connect: Connect) -> None:
    peer = connect(password="secret")
    peer.says(":srv CAP * LS :sasl=SCRAM-SHA-256", ":srv CAP * ACK sasl", "AUTHENTICATE +")
    assert "CAP END" not in peer.says(":srv 900 * * ann :in", ":srv 903 * :ok")
    assert peer.transport.has_ended


def test_a_wrong_challenge_aborts_the_mechanism(connect: Connect) -> None:
    peer = connect(password="secret")
    peer.says(":srv CAP * LS :sasl=SCRAM-SHA-256,PLAIN", ":srv CAP * ACK sasl", "AUTHENTICATE +")
    assert peer.says("AUTHENTICATE !!") == ["AUTHENTICATE *"]
    assert peer.says(":srv 906 * :aborted") == ["AUTHENTICATE PLAIN"]


def test_sasl_that_is_offered_later_is_used(connect: Connect) -> None:
    peer = connect(password="secret")
    peer.register(caps="cap-notify")
    peer.says(":srv CAP bandstand NEW :sasl=PLAIN")
    assert peer.says(":srv CAP bandstand ACK :sasl") == ["AUTHENTICATE PLAIN"]


@pytest.mark.parametrize("numeric", ["432", "433", "436", "437"])
def test_after_a_refused_nick_the_next_is_tried(connect: Connect, numeric: str) -> None:
    peer = connect(other_nicks=["standband"])
    peer.sent()
    assert peer.says(f":srv {numeric} * bandstand :no") == ["NICK standband"]
    assert peer.says(f":srv {numeric} * bandstand :no") == [], "a late answer for the first one"
    assert peer.says(f":srv {numeric} * standband :no") == ["NICK bandstand_"]


def test_the_nick_is_the_one_that_the_server_welcomes(connect: Connect) -> None:
    peer = connect()
    peer.says(":srv 001 bandst :welcome")
    assert peer.session.state.nick == "bandst"


def test_a_nick_in_use_after_registration_changes_nothing(connect: Connect) -> None:
    peer = connect()
    peer.register()
    assert peer.says(":srv 433 bandstand other :in use") == []
    assert peer.session.state.nick == "bandstand"


def test_the_wanted_nick_is_taken_when_it_is_free_and_tried_for_every_minute(connect: Connect) -> None:
    peer = connect()
    peer.says(":srv 433 * bandstand :in use", ":srv 001 bandstand_ :welcome", ":srv 422 bandstand_ :no motd")
    peer.says(":bandstand_!b@h JOIN #radio")
    peer.advance(61)
    assert "NICK bandstand" in peer.sent()
    assert peer.says(":bandstand!x@y QUIT :gone") == ["NICK bandstand"]
    peer.says(":bandstand_!b@h NICK bandstand")
    peer.advance(200)
    assert not [line for line in peer.sent() if line.startswith("NICK")]


def test_a_forced_rename_is_noticed_and_undone_later(connect: Connect) -> None:
    peer = connect()
    peer.register()
    peer.says(":bandstand!b@h NICK Guest12")
    assert peer.session.state.nick == "Guest12"
    peer.advance(61)
    assert "NICK bandstand" in peer.sent()


def test_without_sasl_it_identifies_to_nickserv_and_then_joins(connect: Connect) -> None:
    peer = connect(password="secret")
    peer.says(":srv 001 bandstand :welcome")
    assert peer.says(":srv 376 bandstand :end") == ["PRIVMSG NickServ :IDENTIFY secret"]
    assert peer.says(":srv 900 bandstand b!b@h bandstand :in") == ["JOIN #radio"]


def test_under_another_nick_nickserv_is_told_the_account(connect: Connect) -> None:
    peer = connect(password="secret", account="radio")
    peer.says(":srv 001 bandstand :welcome")
    assert peer.says(":srv 376 bandstand :end") == ["PRIVMSG NickServ :IDENTIFY radio secret"]


def test_channels_are_joined_even_if_nickserv_does_not_answer(connect: Connect) -> None:
    peer = connect(password="secret")
    peer.says(":srv 001 bandstand :welcome", ":srv 376 bandstand :end")
    peer.advance(IDENTIFY_SECONDS + 1)
    assert "JOIN #radio" in peer.sent()


def test_the_bot_mode_is_set(connect: Connect) -> None:
    peer = connect()
    peer.says(":srv 001 bandstand :welcome", ":srv 005 bandstand BOT=B :are supported")
    assert "MODE bandstand +B" in peer.says(":srv 376 bandstand :end")


def test_a_channel_with_a_key_is_joined_with_it(connect: Connect) -> None:
    peer = connect(channels=["#radio", "#club secret"])
    peer.says(":srv 001 bandstand :welcome")
    assert peer.says(":srv 376 bandstand :end") == ["JOIN #radio", "JOIN #club secret"]


def test_after_a_kick_it_comes_back_later_and_later_and_then_stays_away(connect: Connect) -> None:
    peer = connect()
    peer.register()
    for wait in (10, 20, 40, 80, 160):
        assert peer.says(":op!o@h KICK #radio bandstand :out") == []
        peer.advance(wait - 1)
        assert "JOIN #radio" not in peer.sent()
        peer.advance(2)
        assert "JOIN #radio" in peer.sent()
        peer.says(":bandstand!b@h JOIN #radio")
    peer.says(":op!o@h KICK #radio bandstand :out")
    peer.advance(2000)
    assert "JOIN #radio" not in peer.sent()


@pytest.mark.parametrize(
    "numeric", ["471", "473", "474", "475", "477", "437", "470", "480", "495", "599", "609", "742", "926", "977"]
)
def test_a_channel_that_cannot_be_joined_is_tried_again(connect: Connect, numeric: str) -> None:
    peer = connect()
    peer.says(":srv 001 bandstand :welcome", ":srv 376 bandstand :end")
    peer.says(f":srv {numeric} bandstand #radio :no")
    peer.advance(31)
    assert "JOIN #radio" in peer.sent()


@pytest.mark.parametrize(
    "line", ["461 bandstand JOIN :Not enough", "972 bandstand JOIN :Not now", "263 bandstand JOIN :Busy"]
)
def test_an_error_that_names_the_command_alone_is_of_the_channels_that_were_asked_for(
    connect: Connect, line: str
) -> None:
    peer = connect()
    peer.says(":srv 001 bandstand :welcome", ":srv 376 bandstand :end", f":srv {line}")
    [trouble] = peer.session.describe_troubles()
    assert line.rpartition(":")[2] in trouble
    peer.advance(31)
    assert "JOIN #radio" in peer.sent()


def test_a_forward_is_said_and_tried_again_and_the_other_channel_left_when_it_succeeds(connect: Connect) -> None:
    peer = connect()
    peer.says(":srv 001 bandstand :welcome", ":srv 376 bandstand :end")
    with capturedLogs() as records:
        peer.says(":srv 470 bandstand #radio ##over :Forwarding", ":bandstand!b@h JOIN ##over")
    assert peer.session.describe_troubles() == ["not in #radio (it forwards the bot to ##over; trying again)"]
    assert "#radio: it forwards the bot to ##over; joining again in 30 s" in [record.get("what") for record in records]
    peer.advance(31)
    assert "JOIN #radio" in peer.sent()
    assert peer.says(":bandstand!b@h JOIN #radio") == ["PART ##over", "WHO #radio"]
    assert peer.session.describe_troubles() == []


def test_a_forward_to_a_channel_where_the_bot_is_to_be_leaves_it_there(connect: Connect) -> None:
    peer = connect(channels=["#radio", "##over"])
    peer.says(":srv 001 bandstand :welcome", ":srv 376 bandstand :end", ":bandstand!b@h JOIN ##over")
    peer.says(":srv 470 bandstand #radio ##over :Forwarding")
    assert peer.says(":bandstand!b@h JOIN #radio") == ["WHO #radio"]


def test_a_join_that_nobody_answers_is_said_and_made_again(connect: Connect) -> None:
    peer = connect()
    peer.says(":srv 001 bandstand :welcome", ":srv 376 bandstand :end")
    peer.advance(31)
    assert peer.session.describe_troubles() == ["not in #radio (the server did not answer the JOIN; trying again)"]
    peer.sent()
    peer.advance(30)
    assert "JOIN #radio" in peer.sent()


@pytest.mark.parametrize(
    "line",
    [
        ":srv 263 bandstand JOIN :Please wait",
        ":srv FAIL JOIN CLOSED #radio :Please wait",
        "FAIL JOIN X #radio :Please wait",
    ],
)
def test_a_join_that_is_refused_in_another_way_is_made_again(connect: Connect, line: str) -> None:
    peer = connect()
    peer.says(":srv 001 bandstand :welcome", ":srv 376 bandstand :end", line)
    assert peer.session.describe_troubles() == ["not in #radio (Please wait; trying again)"]
    peer.advance(31)
    assert "JOIN #radio" in peer.sent()


def test_an_error_about_a_channel_where_the_bot_is_changes_nothing(connect: Connect) -> None:
    peer = connect()
    peer.register()
    peer.says(":srv 403 bandstand #radio :No such channel", ":srv 482 bandstand #radio :no")
    assert peer.session.describe_troubles() == []


@pytest.mark.parametrize("end", [":ann!a@h MODE #radio -m", ":ann!a@h MODE #RADIO +v bandstand"])
def test_a_channel_that_does_not_take_what_the_bot_says_is_told_until_that_changes(connect: Connect, end: str) -> None:
    peer = connect()
    peer.register()
    with capturedLogs() as records:
        peer.says(*[":srv 404 bandstand #radio :Cannot send to channel\x02 (+m)"] * 3)
    assert peer.session.describe_troubles() == ["not heard in #radio (Cannot send to channel (+m))"]
    assert len(records) == 1
    peer.says(end)
    assert peer.session.describe_troubles() == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (":op!o@h KICK #radio bandstand", "not in #radio (kicked by op; trying again)"),
        (":srv 404 bandstand #radio", "not heard in #radio (the server does not say why)"),
    ],
)
def test_what_is_not_given_a_reason_is_told_without_one(connect: Connect, line: str, said: str) -> None:
    peer = connect()
    peer.register()
    peer.says(line)
    assert peer.session.describe_troubles() == [said]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (":srv 470 bandstand #radio :##other (forwarded)", "it forwards the bot to ##other"),
        (":srv 439 bandstand JOIN :Too fast", "Too fast"),
        (":srv 477 bandstand join :Log in first", "Log in first"),
    ],
)
def test_a_refusal_in_another_form_is_one_of_the_join(connect: Connect, line: str, said: str) -> None:
    peer = connect()
    peer.says(":srv 001 bandstand :welcome", ":srv 376 bandstand :end", line)
    assert peer.session.describe_troubles() == [f"not in #radio ({said}; trying again)"]


def test_an_error_without_a_word_is_told_as_that(connect: Connect) -> None:
    peer = connect()
    peer.register()
    peer.says("ERROR")
    peer.session.connectionLost()
    assert peer.listener.told[-1] == ("lost", "the server ends the connection")


def test_who_is_taken_out_of_a_muted_channel_is_no_longer_unheard_there(connect: Connect) -> None:
    peer = connect()
    peer.register()
    peer.says(":srv 404 bandstand #radio :Cannot send", ":ann!a@h KICK #radio bandstand :go\x1b[31m away")
    assert peer.session.describe_troubles() == ["not in #radio (kicked by ann: go [31m away; trying again)"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            ":srv 010 bandstand irc2.example 6667 :Please use this Server/Port instead",
            "the server wants the bot to connect to irc2.example:6667 instead (irc.server)",
        ),
        (":srv 463 bandstand :Not among the privileged", "lets nobody in from this address (Not among"),
        (":srv 468 bandstand :Your username is not valid", "user name (irc.user) (Your username is not valid)"),
    ],
)
def test_a_server_that_turns_the_bot_away_is_left_with_its_reason(connect: Connect, line: str, reason: str) -> None:
    peer = connect()
    peer.says(line)
    [(_, told, is_lasting)] = peer.listener.told
    assert reason in told
    assert is_lasting
    assert peer.transport.has_ended


def test_services_are_asked_for_the_nick_in_the_words_of_each_network(connect: Connect) -> None:
    peer = connect(password="secret")
    peer.says(":srv 433 * bandstand :in use", ":srv 001 bandstand_ :welcome")
    said = peer.says(":srv 376 bandstand_ :end")
    for _ in range(20):
        peer.advance(10)
        said += [line for line in peer.sent() if "NickServ" in line or line.startswith("NICK")]
    assert said == [
        "PRIVMSG NickServ :IDENTIFY bandstand secret",
        *("PRIVMSG NickServ :REGAIN bandstand", "NICK bandstand"),
        *("PRIVMSG NickServ :GHOST bandstand", "NICK bandstand"),
        *("PRIVMSG NickServ :RECOVER bandstand", "NICK bandstand"),
    ]


def test_a_nick_that_is_taken_away_again_and_again_is_asked_for_ever_more_rarely_and_that_is_said(
    connect: Connect,
) -> None:
    peer = connect(password="secret", say="privmsg")
    peer.register()
    waits = []
    for _ in range(8):
        peer.says(":bandstand!b@h NICK Guest12")
        waits.append(0)
        while "NICK bandstand" not in peer.sent() and waits[-1] < 4000:
            peer.advance(10)
            waits[-1] += 10
        assert "PRIVMSG NickServ :IDENTIFY secret" in peer.says(":Guest12!b@h NICK bandstand")
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    peer.says(":bandstand!b@h NICK Guest12", ":bandstand!x@y QUIT :gone")
    assert peer.session.describe_troubles() == ["as Guest12: the nick bandstand was taken away 9 times"]
    assert peer.sent() == []


def test_setbacks_are_forgotten_when_the_nick_was_kept_for_long(connect: Connect) -> None:
    peer = connect()
    peer.register()
    for _ in range(4):
        peer.says(":bandstand!b@h NICK Guest12", ":Guest12!b@h NICK bandstand")
    peer.advance(601)
    peer.sent()
    peer.says(":bandstand!b@h NICK Guest12")
    peer.advance(61)
    assert "NICK bandstand" in peer.sent()


def test_a_nick_that_the_server_refuses_is_asked_for_ever_more_rarely(connect: Connect) -> None:
    peer = connect()
    peer.says(":srv 432 * bandstand :Reserved", ":srv 001 bandstand_ :welcome", ":srv 422 bandstand_ :no motd")
    asked = 0
    for _ in range(360):
        peer.advance(10)
        if "NICK bandstand" in peer.sent():
            asked += 1
            peer.says(":srv 432 bandstand_ bandstand :Reserved for services")
    assert asked == 6
    assert (
        "as bandstand_: the server refuses the nick bandstand: Reserved for services"
        in peer.session.describe_troubles()
    )


def test_a_line_for_those_with_a_status_in_the_channel_is_one_of_the_channel(connect: Connect) -> None:
    peer = connect()
    peer.register("STATUSMSG=~@+")
    peer.says(":ann!a@h PRIVMSG @#radio :!np", ":ann!a@h PRIVMSG ~#radio :!np", ":ann!a@h PRIVMSG %#radio :!np")
    assert peer.heard() == [("ann", "#radio", "!np")] * 2


def test_a_refusal_that_repeats_only_the_beginning_of_its_request_is_understood(connect: Connect) -> None:
    peer = connect()
    offered = (
        "account-notify account-tag cap-notify chghost extended-join message-tags multi-prefix server-time setname"
    )
    assert peer.says(f":srv CAP * LS :{offered}")[-1] == f"CAP REQ :{offered}"
    single = peer.says(f":srv CAP * NAK :{offered[:100]}")
    assert single == [f"CAP REQ {name}" for name in offered.split()]
    said = [line for name in offered.split() for line in peer.says(f":srv CAP * ACK :{name}")]
    assert said == ["CAP END"]


@pytest.mark.parametrize("answer", ["NAK :", "NAK", "NAK :something-else", "ACK :", "ACK :server-time"])
def test_whatever_the_answer_to_a_request_it_comes_to_an_end(connect: Connect, answer: str) -> None:
    peer = connect()
    peer.says(":srv CAP * LS :server-time setname")
    said = peer.says(f":srv CAP * {answer}", ":srv CAP * NAK :server-time", ":srv CAP * NAK :setname")
    assert said[-1] == "CAP END"


def test_an_answer_in_two_lines_is_waited_for(connect: Connect) -> None:
    peer = connect()
    peer.says(":srv CAP * LS :server-time setname")
    assert peer.says(":srv CAP * ACK * :server-time") == []
    assert peer.says(":srv CAP * ACK :setname") == ["CAP END"]


@pytest.mark.parametrize("lines", [[":srv CAP * LS * :server-time"], [":srv CAP * LS :server-time"]])
def test_a_server_that_does_not_go_on_with_capabilities_is_not_waited_for(connect: Connect, lines: list[str]) -> None:
    peer = connect()
    peer.says(*lines)
    peer.advance(31)
    assert peer.sent()[-1] == "CAP END"


def test_a_login_that_services_do_not_answer_is_given_up(connect: Connect) -> None:
    peer = connect(password="secret")
    peer.says(":srv CAP * LS :sasl=PLAIN", ":srv CAP * ACK sasl")
    peer.advance(16)
    assert peer.sent() == ["AUTHENTICATE *", "CAP END"]


def test_a_required_login_that_services_do_not_answer_ends_the_connection(connect: Connect) -> None:
    peer = connect(password="secret", login="required")
    peer.says(":srv CAP * LS :sasl=PLAIN", ":srv CAP * ACK sasl")
    peer.advance(16)
    assert peer.sent() == ["AUTHENTICATE *"]
    assert peer.transport.is_half_closed
    assert not peer.transport.aborted, "what was sent must reach the server first"
    peer.clock.advance(2)
    assert peer.transport.aborted


def test_after_an_error_the_connection_is_closed_at_once(connect: Connect) -> None:
    peer = connect()
    peer.register()
    assert peer.says("ERROR :Closing link", "PING :more") == []
    assert peer.transport.disconnecting
    peer.session.connectionLost()
    assert peer.listener.told[-1] == ("lost", "the server says: Closing link")


def test_a_ping_is_answered_before_everything_that_waits(connect: Connect) -> None:
    peer = connect()
    peer.register()
    for number in range(10):
        peer.session.send_text("#radio", f"line {number}")
    assert len(peer.sent()) == BURST
    assert peer.says("PING :tok en") == ["PONG :tok en"]


def test_the_send_queue_has_a_rate_and_a_bound(connect: Connect) -> None:
    peer = connect()
    peer.register()
    for number in range(200):
        peer.session.send_text("#radio", f"line {number}")
    peer.advance(SECONDS_PER_MESSAGE * 4)
    assert len(peer.sent()) == BURST + 4
    peer.advance(1000)
    assert len(peer.sent()) == CAPACITY - 4


def test_a_silent_server_is_pinged_and_then_left(connect: Connect) -> None:
    peer = connect()
    peer.register()
    peer.advance(75, alive=False)
    assert "PING bandstand" in peer.sent()
    peer.says(":srv PONG srv bandstand")
    peer.advance(119, alive=False)
    assert not peer.transport.aborted
    peer.advance(20, alive=False)
    assert peer.transport.aborted


def test_a_server_that_never_welcomes_the_bot_is_left(connect: Connect) -> None:
    peer = connect()
    for _ in range(10):
        peer.says(":srv NOTICE * :still looking up your name")
        peer.advance(7)
    assert peer.transport.aborted


def test_messages_in_the_channel_and_in_private_arrive_without_formatting(connect: Connect) -> None:
    peer = connect()
    peer.register()
    peer.says(":ann!a@h PRIVMSG #radio :\x0304!skip\x0f", ":ann!a@h PRIVMSG bandstand :np", ":ann!a@h PRIVMSG #x :!np")
    assert peer.heard() == [("ann", "#radio", "!skip"), ("ann", "", "np")]


@pytest.mark.parametrize(
    "line",
    [
        ":ann!a@h NOTICE #radio :!np",
        "@bot :robot!r@h PRIVMSG #radio :!np",
        "@inspircd.org/bot= :robot!r@h PRIVMSG #radio :!np",
        ":bandstand!b@h PRIVMSG #radio :!np",
        ":srv PRIVMSG bandstand :!np",
        ":ann!a@h PRIVMSG @#elsewhere :!np",
        "@time=2020-01-01T00:00:00.000Z :ann!a@h PRIVMSG #radio :!np",
        "@time=2020-01-01T00:00:00.000Z :ann!a@h INVITE bandstand #den",
    ],
)
def test_notices_bots_echoes_servers_and_history_are_ignored(connect: Connect, line: str) -> None:
    peer = connect()
    peer.register(caps="server-time message-tags")
    assert peer.says(line) == []
    assert peer.heard() == []
    assert not [told for told in peer.listener.told if told[0] == "invited"]


def test_a_servers_wrong_clock_does_not_make_everything_history(connect: Connect) -> None:
    peer = connect()
    peer.register(caps="server-time")
    early = "2027-01-15T07:00:00.000Z"  # an hour before WALL
    assert WALL == 1_800_000_000
    peer.says(f"@time={early} :srv PONG srv bandstand", f"@time={early} :ann!a@h PRIVMSG #radio :!np")
    assert peer.heard() == [("ann", "#radio", "!np")]


def test_setting_our_own_clock_makes_nothing_history_and_no_history_live(connect: Connect) -> None:
    peer = connect()
    peer.register(caps="server-time")
    live, old = "2027-01-15T08:00:10.000Z", "2027-01-15T07:30:00.000Z"
    for step in (3600, -7200):
        peer.now += step
        peer.says(f"@time={live} :ann!a@h PRIVMSG #radio :!np", f"@time={old} :ann!a@h PRIVMSG #radio :!skip")
        assert peer.heard() == [("ann", "#radio", "!np")]


def test_ctcp_has_two_requests_that_are_answered_and_a_limit(connect: Connect) -> None:
    peer = connect()
    peer.register()
    said = peer.says(":ann!a@h PRIVMSG bandstand :\x01VERSION\x01", ":ann!a@h PRIVMSG bandstand :\x01PING 12 34\x01")
    assert said == ["NOTICE ann :\x01VERSION Bandstand\x01", "NOTICE ann :\x01PING 12 34\x01"]
    peer.says(*[f":ann!a@h PRIVMSG bandstand :\x01{word}\x01" for word in ("DCC SEND x 1 2 3", "TIME", "FINGER")])
    peer.says(*[":bob!b@h PRIVMSG bandstand :\x01VERSION\x01"] * 20)
    peer.advance(2)
    assert peer.sent() == []
    assert peer.heard() == []


def test_an_account_tag_says_who_it_is(connect: Connect) -> None:
    peer = connect()
    peer.register(caps="account-tag")
    peer.says("@account=ann :nick!a@h PRIVMSG bandstand :np", ":ann!a@h PRIVMSG bandstand :np")
    assert accounts(peer) == ["ann", ""]


def test_accounts_of_members_count_while_the_server_reports_changes(connect: Connect) -> None:
    peer = connect()
    peer.register("WHOX", caps="extended-join account-notify chghost")
    assert peer.says(":ann!a@h JOIN #radio ann :Ann", ":bob!b@h JOIN #radio * :Bob") == []
    peer.says(":ann!a@h PRIVMSG #radio :!np", ":bob!b@h PRIVMSG #radio :!np")
    assert accounts(peer) == ["ann", ""]
    peer.says(":bob!b@h ACCOUNT robert", ":ann!a@h ACCOUNT *", ":bob!b@h NICK rob")
    peer.says(":ann!a@h PRIVMSG #radio :!np", ":rob!b@h PRIVMSG #radio :!np")
    assert accounts(peer) == ["", "robert"]


def test_otherwise_the_server_is_asked_each_time(connect: Connect) -> None:
    peer = connect()
    peer.register("WHOX")
    peer.says(":ann!a@h PRIVMSG #radio :!np", ":ann!a@h PRIVMSG #radio :!skip")
    found: list[str] = []
    for _, account in peer.listener.messages:
        account().addCallback(found.append)
    assert peer.sent() == ["WHO ann %tcuhna,2"]
    peer.says(":srv 354 bandstand 2 #radio a h ann annacct", ":srv 315 bandstand ann :end")
    assert found == ["annacct", "annacct"]


def test_a_question_without_an_answer_means_no_account(connect: Connect) -> None:
    peer = connect()
    peer.register("WHOX")
    peer.says(":ann!a@h PRIVMSG #radio :!np")
    found: list[str] = []
    peer.listener.messages[0][1]().addCallback(found.append)
    peer.advance(11)
    assert found == [""]


def test_without_services_nobody_has_an_account(connect: Connect) -> None:
    peer = connect()
    peer.register()
    peer.says("@account=owner :ann!a@h PRIVMSG #radio :!np")
    assert accounts(peer) == [""], "a tag that was not negotiated says nothing"


def accounts(peer: Connection) -> list[str]:
    found: list[str] = []
    for _, account in peer.listener.messages:
        account().addCallback(found.append)
    peer.listener.messages.clear()
    return found


def test_nothing_is_sent_in_the_clear_to_a_server_that_demands_tls(connect: Connect) -> None:
    peer = connect()
    peer.sent()
    assert peer.says(":srv CAP * LS :sts=port=6697 server-time") == []
    assert peer.listener.told == [("tls required", 6697)]
    assert peer.transport.has_ended


def test_a_line_is_never_longer_than_512_bytes_with_the_prefix_that_is_ours(connect: Connect) -> None:
    peer = connect(say="privmsg")
    peer.register()
    peer.says(":srv 396 bandstand a.very.long.and.hidden.host.example :is now your host")
    peer.session.send_text("#radio", "ö" * 600)
    peer.advance(10)
    prefix = ":bandstand!bs@a.very.long.and.hidden.host.example "
    lengths = [len(f"{prefix}{line}\r\n".encode()) for line in peer.sent()]
    assert len(lengths) == 3
    assert max(lengths) in (511, 512)


def test_bytes_of_every_kind_leave_the_connection_as_it_is(connect: Connect) -> None:
    peer = connect()
    peer.register()
    peer.session.dataReceived(b":ann!a@h PRIVMSG #radio :J\xfcrgen\r\n:foo\r\n \r\n\r\n@\r\n:a b\r\n\x00\r\n")
    assert peer.heard() == [("ann", "#radio", "Jürgen")]
    peer.session.dataReceived(b"x" * 40_000)
    peer.session.dataReceived(b"y PRIVMSG\r\nPING :still\r\n")
    assert peer.sent() == ["PONG still"]
    assert not peer.transport.disconnecting
    assert not peer.transport.aborted


COMMANDS = [
    *("JOIN", "PART", "KICK", "QUIT", "NICK", "ACCOUNT", "CHGHOST", "SETNAME", "MODE", "TOPIC", "INVITE", "TAGMSG"),
    *("PRIVMSG", "NOTICE", "PING", "PONG", "CAP", "AUTHENTICATE", "BATCH"),
    *("001", "005", "315", "353", "354", "366", "376", "396", "433", "437", "473", "474", "900", "903", "904", "908"),
]
WORDS = st.sampled_from(
    ["#radio", "bandstand", "ann", "*", "", "#x", "LS", "NEW", "DEL", "sasl", "!np", "\x01", "é", "+"]
)
LINES = st.builds(
    lambda source, command, words, last: " ".join([source, command, *filter(None, words), f":{last}"]),
    st.sampled_from([":ann!a@h", ":bandstand!b@h", ":srv", ":", "@time=x;account=y :bob!b@h", "@bot", ""]),
    st.sampled_from(COMMANDS),
    st.lists(WORDS, max_size=4),
    st.one_of(WORDS, st.text(max_size=30).map(lambda text: text.replace("\n", "").replace("\r", ""))),
)


@pytest.mark.slow
@settings(max_examples=300)
@given(st.lists(LINES, max_size=30), st.booleans())
def test_no_line_raises_or_ends_the_connection(lines: list[str], registered: bool) -> None:
    peer = Connection(password="secret")
    if registered:
        peer.register("WHOX", caps="server-time extended-join account-notify")
    with capturedLogs() as records:
        for line in lines:
            peer.session.dataReceived(line.encode() + b"\r\n")
    assert not [record for record in records if "log_failure" in record]
    refused = [told for told in peer.listener.told if told[0] == "rejected"]
    assert peer.transport.has_ended == bool(refused)
    if registered:
        assert not refused
        assert peer.says("PING :there")[-1] == "PONG there"
