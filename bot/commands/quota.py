"""How much one person may have under way at a time. Runs inside a command's transaction; admins have no such limit."""

from bot.commands.table import Call, Desk
from bot.request import Right
from bot.songs import library
from common.errors import Busy
from common.text import counted


def check_jobs(call: Call, desk: Desk) -> None:
    """Raises Busy where this person has as many songs being made as they may."""
    most = desk.quotas.open_jobs
    if most and call.request.right < Right.ADMIN and library.open_jobs_of(call.person) >= most:
        raise Busy(f"you have {counted(most, 'song')} being made; try again when one is done")


def check_queue(call: Call, desk: Desk) -> None:
    """Raises Busy where this person has as many songs in the queue as they may."""
    most = desk.quotas.queued_songs
    if most and call.request.right < Right.ADMIN and library.queued_by(call.person) >= most:
        raise Busy(f"you have {counted(most, 'song')} in the queue; try again when one has been played")
