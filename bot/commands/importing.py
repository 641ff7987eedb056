"""The command behind `bandstand import`: a file of this machine becomes a song of the library."""

from pathlib import Path

from bot.commands.table import Call, Command, Desk, Param
from bot.effects import Compose, Outcome
from bot.request import Reply, Right
from bot.songs import library, programme
from common.errors import CommandError
from common.generators import IMPORT
from common.text import one_line


def import_file(call: Call, desk: Desk) -> Outcome:
    path = Path(call["file"])
    shown = one_line(str(path), 200)
    if not path.is_absolute():
        raise CommandError(f"{shown}: the whole path is needed, from /; bandstand import takes any")
    if not path.is_file():
        raise CommandError(f"{shown}: there is no such file")
    parameters = {"file": str(path)}
    there = library.made_with(IMPORT, parameters)
    if there is not None:
        raise CommandError(f"{shown}: it is in the library already, as {there.name}")
    job, code = programme.order_song(
        generator=IMPORT,
        seed=0,
        parameters=dict(parameters),
        who=call.request.who,
        where=call.request.where,
        cut=False,
        heard=False,
        now=desk.now,
        chance=desk.chance,
        person=call.person,
    )
    return Outcome(Reply(f"job {job} takes {path.name} into the library as {code}", job=str(job)), (Compose(),))


COMMANDS = (
    Command(
        "import",
        import_file,
        "take a sound file of the station's machine into the library",
        'import "/home/me/music/blue lantern.flac"',
        Right.OWNER,
        (Param("file", "its whole path", rest=True),),
    ),
)
