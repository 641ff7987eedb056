"""A person's words become a request to the core, and its result becomes a reply.

The entries of all commands are one table, from which help, completion and docs/commands.md are made. `command_line`
goes from a line to its reply; `announcements` turns what happens later into what people are told.
"""

from bot.commands import bands, generators, people, playing, songs, station
from bot.commands.table import Command

TABLE: tuple[Command, ...] = (
    *songs.MAKING_COMMANDS,
    *playing.COMMANDS,
    *songs.LIBRARY_COMMANDS,
    *generators.COMMANDS,
    *bands.COMMANDS,
    *people.COMMANDS,
    *station.COMMANDS,
)
BY_NAME: dict[str, Command] = {name: command for command in TABLE for name in command.names}
