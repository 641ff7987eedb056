"""The chat front end of one network: which lines are meant for the bot, whom it answers, and where.

In a channel a line is meant for the bot if it begins with `!` or with the bot's nick and `:` or `,`. Many bots share
the `!`, so what follows it is answered only if it names a command. A line with the nick is answered in any case. In
private every line is meant.

An answer may come much later ("your song is made"), when its person has another nick or the bot is away for a moment.
So the place of a request is a `ReplyAddress` as text, `NETWORK CHANNEL NICK ACCOUNT` with `*` for a part that is empty;
the account finds the person again, and what cannot be said now waits up to an hour.

Knows no command.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from bandstand.bot.commands.frontend import Access, Commands, Line
from bandstand.bot.commands.reply import Reply
from bandstand.bot.irc.channel_state import CHANNEL_TYPES
from bandstand.bot.irc.isupport import casefold
from bandstand.bot.irc.message import Hostmask, count_bytes
from bandstand.bot.irc.network import NetworkConnection
from bandstand.bot.irc.pagination import MORE, Pager, format_announcement, format_summary
from bandstand.bot.irc.session import ChatMessage, FindAccount, Session
from bandstand.common.api.people import Identity, Place, Requester, Right
from bandstand.common.api.values import ChatNetwork

log = Logger()

FRONT_END = "irc"
PREFIX = "!"
EMPTY = "*"
CHANNEL_LINES, PRIVATE_LINES = 1, 4
"""Lines of an answer that are said at once; the rest takes `!more`."""
MAX_HELD = 50
HELD_SECONDS = 3600.0
"""Later answers that wait for the bot to be back: how many, and how long."""
SPEAKING_SECONDS = 600.0
"""For how long somebody counts as there after they said something."""
MAX_SPEAKERS = 500
RIGHT_TO_INVITE = Right.DJ


@dataclass(frozen=True)
class AddressedLine:
    """A line for the bot. `is_by_name`: for no other bot, so an answer is expected whatever it says."""

    text: str
    is_by_name: bool


def parse_channel_line(text: str, nick: str, casemapping: str) -> AddressedLine | None:
    """The line without `!`, or without the bot's nick; None for what people say to one another."""
    if text.startswith(PREFIX):
        line = text.removeprefix(PREFIX).strip()
        return AddressedLine(line, is_by_name=False) if line and not line.startswith(PREFIX) else None
    name, rest = text[: len(nick)], text[len(nick) :]
    if casefold(name, casemapping) == casefold(nick, casemapping) and rest.startswith((":", ",")):
        return parse_private_line(rest[1:])
    return None


def parse_private_line(text: str) -> AddressedLine | None:
    line = text.strip()
    return AddressedLine(line, is_by_name=True) if line else None


@dataclass(frozen=True)
class ReplyAddress:
    """Where an answer goes; `channel` is empty in private, `account` for people without one."""

    network: str
    channel: str
    nick: str
    account: str = ""

    @property
    def place(self) -> Place:
        return Place(FRONT_END, f"{self.network} {self.channel or EMPTY} {self.nick} {self.account or EMPTY}")

    @classmethod
    def parse(cls, place: Place) -> "ReplyAddress | None":
        words = place.address.split(" ")
        if len(words) != 4:
            return None
        network, channel, nick, account = ("" if word == EMPTY else word for word in words)
        return cls(network, channel, nick, account)


class Chat:
    """A `bot.irc.network.NetworkListener`."""

    def __init__(self, connection: NetworkConnection, commands: Commands, access: Access, clock: IReactorTime) -> None:
        """`clock` is monotonic."""
        self._connection = connection
        self._commands = commands
        self._access = access
        self._clock = clock
        self._pager = Pager()
        self._speakers: dict[str, tuple[float, Identity]] = {}
        """Who said something, and when; whoever did last is at the end."""
        self._held: deque[tuple[float, ReplyAddress, Reply]] = deque(maxlen=MAX_HELD)
        network = connection.network
        self._network = network.label
        silent = {channel.lower() for channel in network.silent_channels}
        names = (channel.partition(" ")[0] for channel in network.channels)
        self._announced = [name for name in names if network.announce and name.lower() not in silent]
        connection.listener = self

    # From the network.

    def handle_message(self, message: ChatMessage, find_account: FindAccount) -> None:
        session = self._connection.session
        if session is None:
            return
        self._note_speaker(message.source)
        line = self._parse(message, session)
        if line is None:
            return
        is_more = line.text.removeprefix(PREFIX).strip().lower() == MORE
        if not is_more and not line.is_by_name and not self._commands.knows(line.text):
            return
        if not session.flood_control.allows_answer(message.source.user_host, self._clock.seconds()):
            return
        if is_more:
            self._show_more(session, ReplyAddress(self._network, message.channel, message.source.nick))
        else:
            answering = Deferred.fromCoroutine(self._answer(session, line.text, message, find_account))
            answering.addErrback(self._log_failure)

    def _note_speaker(self, source: Hostmask, account: str = "") -> None:
        """Remember that somebody said something just now; the account, once it is known, stays with them."""
        known = self._speakers.pop(source.user_host, None)
        member = self._connection.session and self._connection.session.state.members.find(source.nick)
        account = account or (member.account if member else "") or (known[1].account if known else "")
        self._speakers[source.user_host] = (self._clock.seconds(), self._identify(source, account))
        while len(self._speakers) > MAX_SPEAKERS:
            del self._speakers[next(iter(self._speakers))]

    def _list_speakers(self) -> tuple[Identity, ...]:
        now = self._clock.seconds()
        return tuple(identity for at, identity in self._speakers.values() if now - at <= SPEAKING_SECONDS)

    def _parse(self, message: ChatMessage, session: Session) -> AddressedLine | None:
        if message.channel:
            return parse_channel_line(message.text, session.state.nick, session.state.casemapping)
        return parse_private_line(message.text)

    async def _answer(self, session: Session, line: str, message: ChatMessage, find_account: FindAccount) -> None:
        source = message.source
        account = await find_account()
        if session.is_over:
            return  # the connection ended before it was known who asked
        self._note_speaker(source, account)
        address = ReplyAddress(self._network, message.channel, source.nick, account)
        identity = self._identify(source, account)
        right = await self._access.get_right(identity)
        reply = await self._commands.answer(Line(line, Requester(source.nick, address.place, right, identity)))
        if reply.is_repeated:
            return
        if not reply.is_good and not session.flood_control.allows_error(source.user_host, self._clock.seconds()):
            return
        self.tell(address, reply)

    def handle_invitation(self, source: Hostmask, channel: str, find_account: FindAccount) -> None:
        """Anybody may invite the bot into a channel of its own; into others, those who have the right."""
        session = self._connection.session
        if session is None or not channel.startswith(CHANNEL_TYPES) or "," in channel or " " in channel:
            return
        if session.state.join_policy.find(channel) is not None:
            self._join(session, channel)
        elif session.flood_control.allows_answer(source.user_host, self._clock.seconds()):
            joining = Deferred.fromCoroutine(self._join_if_allowed(session, source, channel, find_account))
            joining.addErrback(self._log_failure)

    async def _join_if_allowed(
        self, session: Session, source: Hostmask, channel: str, find_account: FindAccount
    ) -> None:
        account = await find_account()
        right = await self._access.get_right(self._identify(source, account))
        if right >= RIGHT_TO_INVITE and session is self._connection.session:
            log.info("{nick} invites the bot to {channel}", nick=source.nick, channel=channel)
            self._join(session, channel)

    def _join(self, session: Session, channel: str) -> None:
        wanted = session.state.join_policy.accept_invitation(channel)
        if wanted is not None:
            session.join_channel(wanted.name)

    def handle_joined(self, channel: str) -> None:
        """Say what was held back; what still cannot be said is held again."""
        held, now = list(self._held), self._clock.seconds()
        self._held.clear()
        for until, address, reply in held:
            if until > now:
                self.tell(address, reply)

    def describe_network(self, is_whole: bool) -> ChatNetwork:
        """What the core is to know of this network; `is_whole`: with the people who are there."""
        session = self._connection.session
        if session is None:
            return ChatNetwork()
        members = session.state.members.list_all() if is_whole else []
        people = tuple(self._identify(one.hostmask, one.account or "") for one in members if one.user and one.host)
        speakers = self._list_speakers() if is_whole else ()
        return ChatNetwork(tells_accounts=session.state.tells_accounts, people=people, speakers=speakers)

    def _identify(self, source: Hostmask, account: str) -> Identity:
        return Identity(f"{FRONT_END}:{self._network}", account, str(source))

    # To the network.

    def tell(self, address: ReplyAddress, reply: Reply) -> None:
        """Say a reply at an address, or hold it back while the bot is not there. What is private is not said in the
        channel."""
        address = replace(address, channel="") if reply.is_private else address
        if reply.is_heard and address.channel.lower() in [channel.lower() for channel in self._announced]:
            return
        session = self._connection.session
        if session is None or (address.channel and not session.state.members.is_in_channel(address.channel)):
            self._held.append((self._clock.seconds() + HELD_SECONDS, address, reply))
            return
        address = self._with_current_nick(session, address)
        target, mention, count = _manner(address)
        limit = session.text_bytes(target) - count_bytes(mention)
        for line in self._pager.show_first(_reader(session, address), reply, limit, self._clock.seconds(), count):
            session.send_text(target, mention + line, address.nick)

    def announce(self, reply: Reply) -> None:
        """Say a public notice in every channel that wants announcements."""
        session = self._connection.session
        if session is None or not reply.is_public:
            return
        besides = ReplyAddress.parse(reply.besides) if reply.besides else None
        for channel in self._announced:
            if besides and (besides.network, besides.channel.lower()) == (self._network, channel.lower()):
                continue
            if session.state.members.is_in_channel(channel):
                for line in format_announcement(reply, session.text_bytes(channel), CHANNEL_LINES):
                    session.send_text(channel, line)

    def tell_present(self, is_meant: Callable[[Identity], bool], reply: Reply) -> None:
        """Say a notice to those who are in a channel with the bot and meant, to each alone, when nobody waits for an
        answer."""
        session = self._connection.session
        if session is None:
            return
        line = format_summary(reply)
        for member in session.state.members.list_all():
            if session.state.is_own_nick(member.nick) or not (member.account or member.host):
                continue
            if is_meant(self._identify(member.hostmask, member.account or "")):
                session.send_notice(member.nick, line)

    def _show_more(self, session: Session, address: ReplyAddress) -> None:
        target, mention, count = _manner(address)
        limit = session.text_bytes(target) - count_bytes(mention)
        for line in self._pager.show_more(_reader(session, address), limit, self._clock.seconds(), count):
            session.send_text(target, mention + line, address.nick)

    def _with_current_nick(self, session: Session, address: ReplyAddress) -> ReplyAddress:
        """The same person under their present nick, if they have an account."""
        members = session.state.members
        member = members.find(address.nick)
        is_same = member is not None and (member.account or "").lower() == address.account.lower()
        if not address.account or is_same:
            return address
        return replace(address, nick=members.find_nick(address.account, address.channel) or address.nick)

    def _log_failure(self, failure: Failure) -> None:
        log.failure("something said on IRC was not answered", failure)


def _manner(address: ReplyAddress) -> tuple[str, str, int]:
    """The target of an answer, what stands before each line, and the number of lines that are said at once."""
    if address.channel:
        return address.channel, f"{address.nick}: ", CHANNEL_LINES
    return address.nick, "", PRIVATE_LINES


def _reader(session: Session, address: ReplyAddress) -> str:
    """The pager's key for one person in one channel."""
    return f"{address.channel} {casefold(address.nick, session.state.casemapping)}"
