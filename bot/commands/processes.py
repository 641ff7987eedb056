"""Commands that start parts of the station anew."""

from bot.commands.table import Call, Command, Desk, Param
from bot.effects import Outcome, Restart
from bot.request import Reply, Right
from common.errors import UsageError

STREAMER = "streamer"


def restart(call: Call, _: Desk) -> Outcome:
    if call["part"].lower() != STREAMER:
        raise UsageError(f"restart {STREAMER} (the others keep no sound; they end and begin with the station)")
    said = "the next streamer is being started; when it is ready the song goes on there, where it was"
    return Outcome(Reply(said), (Restart(call.request.where),))


COMMANDS = (
    Command(
        "restart",
        restart,
        "start the streamer anew; the song goes on where it was",
        "restart streamer",
        Right.ADMIN,
        (Param("part", f"the word {STREAMER}"),),
    ),
)
