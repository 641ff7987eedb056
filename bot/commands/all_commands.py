"""All commands of the station in one table, in the order in which `help` and docs/commands.md list them."""

from bandstand.bot.commands import (
    bands,
    between,
    favourites,
    generators,
    library,
    live,
    people,
    playing,
    playlists,
    programme,
    queueing,
    recordings,
    requesting,
    schedule,
    songs,
    station,
    wishes,
)
from bandstand.bot.commands.table import Command

TABLE: tuple[Command, ...] = (
    *songs.MAKING_COMMANDS,
    *playing.COMMANDS,
    *queueing.COMMANDS,
    *requesting.COMMANDS,
    *wishes.COMMANDS,
    *programme.COMMANDS,
    *schedule.COMMANDS,
    *recordings.COMMANDS,
    *playlists.COMMANDS,
    *between.COMMANDS,
    *live.COMMANDS,
    *songs.LIBRARY_COMMANDS,
    *library.COMMANDS,
    *generators.COMMANDS,
    *favourites.COMMANDS,
    *bands.COMMANDS,
    *people.COMMANDS,
    *station.COMMANDS,
)
BY_NAME: dict[str, Command] = {name: command for command in TABLE for name in command.names}
