"""What a person is told of a result where no line of theirs asked for it: a visitor of the page, who pressed a button.

It is what the command says that makes the same request, without its table. Some requests have no command; then there
is nothing to say.
"""

from typing import Final

from bandstand.bot.commands.all_commands import TABLE
from bandstand.bot.commands.frontend import Line
from bandstand.bot.commands.table import Call, Command
from bandstand.common.api.people import Requester
from bandstand.common.api.requests import Request, Wish, WishAlike
from bandstand.common.api.results import Result

BY_REQUEST: Final[dict[type[Request], Command]] = {
    request: command for command in reversed(TABLE) for request in command.requests
}
SAME: Final[dict[type[Request], type[Request]]] = {WishAlike: Wish}
"""Requests whose results are told as those of others."""


def say_result(kind: type[Request], result: Result, by: Requester) -> str:
    """One sentence for the result of a request of this type, or an empty text."""
    command = BY_REQUEST.get(SAME.get(kind, kind))
    return command.show(result, Call(Line("", by))).summary if command else ""
