"""Registration with the server: all that happens until numeric 001. Pure: messages in, actions out.

    CAP_LS -> CAP_REQ -> SASL -> CAP_END -> REGISTERED
      |          '-----------------^  ^     (without SASL: CAP_REQ -> CAP_END)
      '-------------------------------'     (a server without capabilities: CAP_LS -> REGISTERED)

CAP LS, NICK and USER are sent together; a server that knows capabilities then waits for CAP END before it welcomes the
client. A nick that is refused is followed by the next candidate. Capabilities may come and go after registration, and
with them a chance to log in.
"""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bandstand.bot.irc import sasl, sts
from bandstand.bot.irc.capabilities import SASL, Capabilities
from bandstand.bot.irc.message import Message, build
from bandstand.common.irc import Mechanism, Network

MAX_NICKS = 12
"""Nicks that are tried on one connection."""
STEM_CHARACTERS = 7
"""Some networks cut a nick to nine characters without a word: what makes candidates differ must stand within them."""
QUOTED_CHARACTERS = 200
"""Of a server's text that are repeated in the log."""

NICK_REFUSED = ("432", "433", "436", "437")
"""Erroneous, in use, collided, unavailable."""
LOGIN_FAILED = ("902", "904", "905", "906")
REDIRECTED = "010"
TURNED_AWAY = {
    "463": "the server lets nobody in from this address",
    "464": "the server wants a password, or another one than it was given",
    "465": "the server has banned this bot",
    "466": "the server is about to ban this bot",
    "468": "the server does not take the user name (irc.user)",
}


@dataclass(frozen=True)
class Login:
    """Who the bot says it is. `mechanisms` make one SASL exchange each, the preferred one first."""

    nicks: Sequence[str]
    user: str
    realname: str
    server_password: str = ""
    """For servers that let nobody else in (PASS)."""
    mechanisms: Sequence[Callable[[], sasl.Mechanism]] = ()
    is_required: bool = False
    """Leave if SASL does not succeed."""


def make_login(network: Network) -> Login:
    """The login that the configuration asks for."""
    name, password = network.login_name, network.password
    authzid = name if network.sasl_authzid == "account" else ""
    makers: dict[Mechanism, Callable[[], sasl.Mechanism]] = {
        "EXTERNAL": sasl.External,
        "ECDSA-NIST256P-CHALLENGE": lambda: sasl.Ecdsa(name, read_key(network.sasl_key)),
        "SCRAM-SHA-256": lambda: sasl.Scram(name, password),
        "PLAIN": lambda: sasl.Plain(name, password, authzid),
    }
    return Login(
        nicks=list_nicks(network.nick, network.other_nicks),
        user=network.user,
        realname=network.realname,
        server_password=network.server_password,
        mechanisms=[makers[mechanism] for mechanism in network.mechanisms],
        is_required=network.login == "required",
    )


def read_key(path: str) -> bytes:
    """Raises SaslFailed if the file cannot be read."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise sasl.SaslFailed(f"{path}: {error.strerror}") from None


def list_nicks(nick: str, others: Sequence[str]) -> list[str]:
    """The nicks to try in order: the wanted one, those of the configuration, then variations of the wanted one."""
    variations = (f"{nick[:STEM_CHARACTERS]}{number}" for number in range(2, MAX_NICKS + 2))
    return list(islice((nick, *others, f"{nick}_", *variations), MAX_NICKS))


@dataclass(frozen=True)
class Send:
    message: str


@dataclass(frozen=True)
class Registered:
    nick: str


@dataclass(frozen=True)
class Rejected:
    """This connection has to end. `is_lasting`: trying again soon would change nothing."""

    reason: str
    is_lasting: bool = False


@dataclass(frozen=True)
class TlsRequired:
    """The connection has to end, and the next one to use TLS on this port (STS)."""

    port: int


@dataclass(frozen=True)
class TlsPolicyReceived:
    """The server demands TLS for so many seconds; 0: no longer (STS)."""

    seconds: int


Action = Send | Registered | Rejected | TlsRequired | TlsPolicyReceived


class Phase(enum.Enum):
    CAP_LS = "the server's list of capabilities is awaited"
    CAP_REQ = "capabilities are requested"
    SASL = "the account is being logged in to"
    CAP_END = "nothing is left to negotiate"
    REGISTERED = "the server has welcomed the bot"


class Registration:
    def __init__(self, login: Login, is_tls: bool, is_verified: bool) -> None:
        """`is_verified`: by TLS, with a certificate that an authority stands for, or that is pinned."""
        self._login = login
        self._is_tls = is_tls
        self._is_verified = is_verified
        self._phase = Phase.CAP_LS
        self._nicks = iter(login.nicks)
        self._nick = ""
        self._refused_nicks: set[str] = set()
        self._mechanisms = list(login.mechanisms)
        self._exchange: sasl.Mechanism | None = None
        self._challenge = sasl.ChallengeBuffer()
        self.capabilities = Capabilities(with_sasl=bool(login.mechanisms))
        self.account = ""
        """The services account that the bot is logged in to."""
        self._handlers: dict[str, Callable[[Message], list[Action]]] = {
            "CAP": self._handle_cap,
            "AUTHENTICATE": self._handle_authenticate,
            "001": self._handle_welcome,
            REDIRECTED: self._handle_redirected,
            "900": self._handle_logged_in,
            "901": self._handle_logged_out,
            "903": self._handle_sasl_success,
            "907": lambda _: self._finish_sasl(),
            "908": self._handle_mechanisms,
            **dict.fromkeys(LOGIN_FAILED, self._handle_sasl_failure),
            **dict.fromkeys(NICK_REFUSED, self._handle_nick_refused),
            **dict.fromkeys(TURNED_AWAY, self._handle_turned_away),
        }

    @property
    def is_registered(self) -> bool:
        return self._phase is Phase.REGISTERED

    @property
    def is_negotiating(self) -> bool:
        """Whether an answer about capabilities, or about the login, is awaited."""
        is_begun = self._phase in (Phase.CAP_REQ, Phase.SASL) or bool(self.capabilities.offered)
        return is_begun and self._phase in (Phase.CAP_LS, Phase.CAP_REQ, Phase.SASL)

    def begin(self) -> list[Action]:
        login = self._login
        password = [Send(build("PASS", login.server_password))] if login.server_password else []
        user = Send(build("USER", login.user, "0", "*", login.realname))
        return [Send(build("CAP", "LS", "302")), *password, *self._try_next_nick(), user]

    def handle(self, message: Message) -> list[Action]:
        handler = self._handlers.get(message.command)
        return handler(message) if handler else []

    def stop_waiting(self) -> list[Action]:
        """Go on without the answer that is awaited: it has not come for too long."""
        match self._phase:
            case Phase.CAP_LS | Phase.CAP_REQ:
                return self._go_on([Send(text) for text in self.capabilities.stop_waiting()])
            case Phase.SASL:
                self._exchange = None
                self._mechanisms.clear()
                return [Send(build("AUTHENTICATE", "*")), *self._give_up_sasl("the server did not answer")]
        return []

    # Capabilities.

    def _handle_cap(self, message: Message) -> list[Action]:
        requests: list[Action] = [Send(text) for text in self.capabilities.handle(message)]
        policy = self._handle_sts()
        if any(isinstance(action, TlsRequired) for action in policy):
            return policy
        actions = [*policy, *requests]
        if self._phase in (Phase.CAP_LS, Phase.CAP_REQ):
            return self._go_on(actions)
        is_sasl_new = message[1].upper() == "ACK" and SASL in message[-1].split()
        if self.is_registered and is_sasl_new and not self.account:
            return actions + self._try_next_mechanism()
        return actions

    def _go_on(self, actions: Sequence[Action]) -> list[Action]:
        """To the next phase, if nothing of this one is open; after these actions."""
        if self._phase is Phase.CAP_LS and self.capabilities.is_list_complete:
            self._phase = Phase.CAP_REQ
        if self._phase is Phase.CAP_REQ and not self.capabilities.has_open_requests:
            return [*actions, *self._begin_sasl()]
        return list(actions)

    def _handle_sts(self) -> list[Action]:
        policy = sts.parse_policy(self.capabilities.offered.pop("sts", ""))
        if policy is None:
            return []
        if not self._is_tls:
            return [TlsRequired(policy.port)] if policy.port else []
        return [TlsPolicyReceived(policy.seconds)] if self._is_verified and policy.seconds is not None else []

    def _end_capabilities(self) -> list[Action]:
        if self.is_registered:
            return []
        self._phase = Phase.CAP_END
        return [Send(build("CAP", "END"))]

    # SASL.

    def _begin_sasl(self) -> list[Action]:
        if SASL not in self.capabilities.enabled:
            return self._give_up_sasl("the server offers no SASL")
        self._phase = Phase.SASL
        return self._try_next_mechanism()

    def _try_next_mechanism(self) -> list[Action]:
        offered = self.capabilities.offered.get(SASL, "").upper()
        while self._mechanisms:
            try:
                mechanism = self._mechanisms.pop(0)()
            except sasl.SaslFailed:
                continue
            if not offered or mechanism.name in offered.split(","):
                self._exchange, self._challenge = mechanism, sasl.ChallengeBuffer()
                return [Send(build("AUTHENTICATE", mechanism.name))]
        self._exchange = None
        return self._give_up_sasl("the server accepted none of the ways to log in that are configured")

    def _give_up_sasl(self, why: str) -> list[Action]:
        """Go on without an account, unless one is required."""
        if self._login.is_required and self._login.mechanisms:
            return [Rejected(f"not logged in: {why}", is_lasting=True)]
        return self._end_capabilities()

    def _handle_authenticate(self, message: Message) -> list[Action]:
        if self._exchange is None:
            return []
        try:
            challenge = self._challenge.add(message[0])
            answer = None if challenge is None else self._exchange.answer(challenge)
        except sasl.ImpostorServer as error:
            self._exchange = None
            return [Send(build("AUTHENTICATE", "*")), Rejected(str(error), is_lasting=True)]
        except sasl.SaslFailed:
            return [Send(build("AUTHENTICATE", "*"))]  # the server answers with 906, and the next one is tried
        return [] if answer is None else [Send(build("AUTHENTICATE", part)) for part in sasl.split_message(answer)]

    def _handle_logged_in(self, message: Message) -> list[Action]:
        self.account = message[2]
        return []

    def _handle_logged_out(self, _: Message) -> list[Action]:
        self.account = ""
        return []

    def _handle_sasl_success(self, _: Message) -> list[Action]:
        if isinstance(self._exchange, sasl.Scram) and not self._exchange.is_server_proved:
            return [Rejected("the server let us in without proving that it knows the password", is_lasting=True)]
        return self._finish_sasl()

    def _finish_sasl(self) -> list[Action]:
        self._exchange = None
        return self._end_capabilities() if self._phase is Phase.SASL else []

    def _handle_sasl_failure(self, _: Message) -> list[Action]:
        return [] if self._exchange is None else self._try_next_mechanism()

    def _handle_mechanisms(self, message: Message) -> list[Action]:
        """The server lists its mechanisms (908); others are not tried any more."""
        self.capabilities.offered[SASL] = message[1]
        return []

    # Nick and welcome.

    def _try_next_nick(self) -> list[Action]:
        nick = next(self._nicks, None)
        if nick is None:
            return [Rejected("no nick that was tried is free")]
        self._refused_nicks.add(self._nick)
        self._nick = nick
        return [Send(build("NICK", nick))]

    def _handle_nick_refused(self, message: Message) -> list[Action]:
        # A late answer about a nick that was refused already must not use up the next one.
        if self.is_registered or message[1] in self._refused_nicks:
            return []
        return self._try_next_nick()

    def _handle_turned_away(self, message: Message) -> list[Action]:
        if self.is_registered:
            return []
        reason = f"{TURNED_AWAY[message.command]} ({message[-1][:QUOTED_CHARACTERS]})"
        return [Rejected(reason, is_lasting=True)]

    def _handle_redirected(self, message: Message) -> list[Action]:
        """`010 NICK HOST PORT :...`. To follow would give the password to whoever is there."""
        if self.is_registered:
            return []
        place = f"{message[1]}:{message[2]}"[:QUOTED_CHARACTERS]
        return [Rejected(f"the server wants the bot to connect to {place} instead (irc.server)", is_lasting=True)]

    def _handle_welcome(self, message: Message) -> list[Action]:
        if self.is_registered:
            return []
        self._phase = Phase.REGISTERED
        return [Registered(message[0])]
