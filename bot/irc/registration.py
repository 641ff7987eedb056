"""From a connection to a registered client: capabilities, SASL, a nick that is free. Pure: lines in, steps out.

    HELLO -> ASKING -> PROVING -> WELCOME -> REGISTERED
      |        '---------------------^  ^        (a server without capabilities: HELLO -> REGISTERED)
      '---------------------------------'

Capabilities may come and go afterwards, and with them a chance to log in; a nick does not matter here any more then.
"""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.irc import sasl, sts
from bot.irc.caps import SASL, Capabilities
from bot.irc.line import Line, built


@dataclass(frozen=True)
class Login:
    """Who the bot says it is. `mechanisms` make one SASL exchange each, in the order of preference."""

    nicks: Sequence[str]
    user: str
    realname: str
    password: str = ""
    """The server's own, for those that let nobody else in."""
    mechanisms: Sequence[Callable[[], sasl.Mechanism]] = ()
    must_log_in: bool = False


@dataclass(frozen=True)
class Send:
    line: str


@dataclass(frozen=True)
class Registered:
    nick: str


@dataclass(frozen=True)
class Refused:
    """This connection is of no use. `lasting`: trying again soon would change nothing."""

    reason: str
    lasting: bool = False


@dataclass(frozen=True)
class Secure:
    """The server wants TLS, on this port, and nothing more is to be said in the clear."""

    port: int


@dataclass(frozen=True)
class Remember:
    """The server wants TLS from now on for so many seconds, or, with 0, no longer."""

    seconds: int


Step = Send | Registered | Refused | Secure | Remember


class Phase(enum.Enum):
    HELLO = "the server has not said what it offers"
    ASKING = "capabilities are requested"
    PROVING = "the account is being logged in to"
    WELCOME = "nothing is left to negotiate"
    REGISTERED = "the server has let us in"


NICK_REFUSED = ("432", "433", "436", "437")
"""Erroneous, in use, collided, unavailable."""
LOGIN_FAILED = ("902", "904", "905", "906")
TURNED_AWAY = {
    "464": "the server wants a password, or another one than it was given",
    "465": "the server has banned this bot",
    "466": "the server is about to ban this bot",
}
SAID_LIMIT = 200


class Registration:
    """One connection's. `secure`: by TLS; `trusted`: with a certificate that an authority stands for."""

    def __init__(self, login: Login, secure: bool, trusted: bool) -> None:
        self._login = login
        self._secure = secure
        self._trusted = trusted
        self._phase = Phase.HELLO
        self._nicks = iter(login.nicks)
        self._tried = ""
        self._given_up: set[str] = set()
        self._mechanisms = list(login.mechanisms)
        self._exchange: sasl.Mechanism | None = None
        self._inbox = sasl.Inbox()
        self.capabilities = Capabilities(with_sasl=bool(login.mechanisms))
        self.account = ""
        """The one that services say we are logged in to."""
        self._takers: dict[str, Callable[[Line], list[Step]]] = {
            "CAP": self._capability,
            "AUTHENTICATE": self._authenticate,
            "001": self._welcome,
            "900": self._logged_in,
            "901": self._logged_out,
            "903": self._login_succeeded,
            "907": lambda _: self._logged_in_enough(),
            "908": self._mechanisms_named,
            **dict.fromkeys(LOGIN_FAILED, self._login_failed),
            **dict.fromkeys(NICK_REFUSED, self._nick_refused),
            **dict.fromkeys(TURNED_AWAY, self._turned_away),
        }

    @property
    def registered(self) -> bool:
        return self._phase is Phase.REGISTERED

    def begin(self) -> list[Step]:
        login = self._login
        password = [Send(built("PASS", login.password))] if login.password else []
        user = Send(built("USER", login.user, "0", "*", login.realname))
        return [Send(built("CAP", "LS", "302")), *password, *self._next_nick(), user]

    def take(self, line: Line) -> list[Step]:
        taker = self._takers.get(line.command)
        return taker(line) if taker else []

    def _capability(self, line: Line) -> list[Step]:
        steps: list[Step] = [Send(text) for text in self.capabilities.take(line)]
        steps = [*self._transport_policy(), *steps]
        if any(isinstance(step, Secure) for step in steps):
            return [step for step in steps if isinstance(step, Secure)]
        if self._phase is Phase.HELLO and self.capabilities.listed:
            self._phase = Phase.ASKING
        if self._phase is Phase.ASKING and not self.capabilities.open:
            return steps + self._after_capabilities()
        granted = line[1].upper() == "ACK" and SASL in line[-1].split()
        if self._phase is Phase.REGISTERED and granted and not self.account:
            return steps + self._next_mechanism()
        return steps

    def _transport_policy(self) -> list[Step]:
        policy = sts.policy(self.capabilities.offered.pop("sts", ""))
        if policy is None:
            return []
        if self._secure:
            return [Remember(policy.seconds)] if self._trusted and policy.seconds is not None else []
        return [Secure(policy.port)] if policy.port else []

    def _after_capabilities(self) -> list[Step]:
        if SASL in self.capabilities.enabled:
            self._phase = Phase.PROVING
            return self._next_mechanism()
        return self._without_login("the server offers no SASL")

    def _without_login(self, why: str) -> list[Step]:
        """Go on as nobody in particular, if that is allowed."""
        if self._login.must_log_in and self._login.mechanisms:
            return [Refused(f"not logged in: {why}", lasting=True)]
        return self._end()

    def _end(self) -> list[Step]:
        if self._phase is Phase.REGISTERED:
            return []
        self._phase = Phase.WELCOME
        return [Send(built("CAP", "END"))]

    def _next_mechanism(self) -> list[Step]:
        offered = self.capabilities.offered.get(SASL, "").upper()
        while self._mechanisms:
            try:
                mechanism = self._mechanisms.pop(0)()
            except sasl.Refused:
                continue
            if not offered or mechanism.name in offered.split(","):
                self._exchange, self._inbox = mechanism, sasl.Inbox()
                return [Send(built("AUTHENTICATE", mechanism.name))]
        self._exchange = None
        return self._without_login("the server accepted none of the ways to log in that are configured")

    def _authenticate(self, line: Line) -> list[Step]:
        if self._exchange is None:
            return []
        try:
            challenge = self._inbox.take(line[0])
            message = None if challenge is None else self._exchange.answer(challenge)
        except sasl.Lied as error:
            self._exchange = None
            return [Send(built("AUTHENTICATE", "*")), Refused(str(error), lasting=True)]
        except sasl.Refused:
            return [Send(built("AUTHENTICATE", "*"))]  # the server says 906, and the next one is tried
        return [] if message is None else [Send(built("AUTHENTICATE", chunk)) for chunk in sasl.chunks(message)]

    def _logged_in(self, line: Line) -> list[Step]:
        self.account = line[2]
        return []

    def _logged_out(self, _: Line) -> list[Step]:
        self.account = ""
        return []

    def _login_succeeded(self, _: Line) -> list[Step]:
        if isinstance(self._exchange, sasl.Scram) and not self._exchange.proved:
            return [Refused("the server let us in without proving that it knows the password", lasting=True)]
        return self._logged_in_enough()

    def _logged_in_enough(self) -> list[Step]:
        self._exchange = None
        return self._end() if self._phase is Phase.PROVING else []

    def _login_failed(self, _: Line) -> list[Step]:
        if self._exchange is None:
            return []
        return self._next_mechanism()

    def _mechanisms_named(self, line: Line) -> list[Step]:
        """The server knows others: what it does not name is not tried."""
        self.capabilities.offered[SASL] = line[1]
        return []

    def _next_nick(self) -> list[Step]:
        nick = next(self._nicks, None)
        if nick is None:
            return [Refused("no nick that was tried is free")]
        self._given_up.add(self._tried)
        self._tried = nick
        return [Send(built("NICK", nick))]

    def _nick_refused(self, line: Line) -> list[Step]:
        # A late answer for a nick that was given up already must not cost another one.
        if self.registered or line[1] in self._given_up:
            return []
        return self._next_nick()

    def _turned_away(self, line: Line) -> list[Step]:
        if self.registered:
            return []
        return [Refused(f"{TURNED_AWAY[line.command]} ({line[-1][:SAID_LIMIT]})", lasting=True)]

    def _welcome(self, line: Line) -> list[Step]:
        if self.registered:
            return []
        self._phase = Phase.REGISTERED
        return [Registered(line[0])]
