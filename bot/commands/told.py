"""What a person is told of a result where no line of theirs asked for it: a visitor of the page, who pressed a button.

It is what the command says that makes the same request, without its table. Some requests have no command; then there
is nothing to say.
"""

from typing import Final

from bandstand.bot.commands.all_commands import TABLE
from bandstand.bot.commands.frontend import Line
from bandstand.bot.commands.phrases import say_moment
from bandstand.bot.commands.song_words import say_misunderstood, say_song
from bandstand.bot.commands.table import Call, Command
from bandstand.common.api.people import Requester
from bandstand.common.api.requests import ReadWish, Request, Wish, WishAlike
from bandstand.common.api.results import Result, WishRead

BY_REQUEST: Final[dict[type, Command]] = {
    request: command for command in reversed(TABLE) for request in command.requests
}
TOLD_TOO: Final[tuple[type, ...]] = (ReadWish,)
"""Requests that change nothing and are told nevertheless."""
SAME: Final[dict[type, type]] = {WishAlike: Wish}
"""Requests whose results are told as those of others. Plain types: mypy would take minutes for a hundred in a union."""


def say_result(kind: type[Request], result: Result, by: Requester) -> str:
    """One sentence for the result of a request of this type, or an empty text."""
    if isinstance(result, WishRead):
        return say_reading(result)
    command = BY_REQUEST.get(SAME.get(kind, kind))
    return command.show(result, Call(Line("", by))).summary if command else ""


def is_told(kind: type[Request], is_writing: bool) -> bool:
    return is_writing or kind in TOLD_TOO


def say_reading(read: WishRead) -> str:
    """`bossa by Trio Maresol, in Dm, 2:00; did not understand: purple`, and from when it would be granted."""
    song = f"{say_song(read.understood)}{say_misunderstood(read.understood)}"
    if not read.refused:
        return song
    when = "" if read.allowed_at is None else f" {say_moment(read.allowed_at, read.wait)}"
    return f"{song}; you may wish again{when or ' later'}"
