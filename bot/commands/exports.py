"""The command that makes files of a song for other programs."""

from bot.commands.table import Call, Command, Desk, Param
from bot.database.models import READY
from bot.effects import Outcome, Send
from bot.request import Reply, Right
from bot.songs import library
from common.background_jobs import EXPORTS, Export
from common.errors import CommandError, UsageError
from common.text import one_line


def export(call: Call, _: Desk) -> Outcome:
    *words, last = call["song"].split()
    if last.lower() not in EXPORTS or not words:
        raise UsageError(f"export SONG KIND (the kind is one of {', '.join(EXPORTS)}, not {one_line(last, 20)})")
    song = library.find(" ".join(words))
    if song.state != READY:
        raise CommandError(f"{song.name} is still being made; ask again when it is done")
    send = Send(Export(song.code, last.lower()), call.request.where, song.name)
    return Outcome(Reply(f"{last.lower()} of {song.name} is made; where it is will be told here"), (send,))


COMMANDS = (
    Command(
        "export",
        export,
        "make a file of a song for another program",
        "export blue lantern midi",
        Right.DJ,
        (
            Param(
                "song",
                f"a code or words of the title; the kind is one of {', '.join(EXPORTS)}",
                rest=True,
                value="SONG KIND",
            ),
        ),
    ),
)
