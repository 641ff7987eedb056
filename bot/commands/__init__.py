"""The station's commands: one table, from which help, completion and the reference are made."""

from bot.commands import (
    bands,
    exports,
    generators,
    importing,
    liking,
    listing,
    people,
    processes,
    programme,
    transport,
)
from bot.commands.table import Command

TABLE: tuple[Command, ...] = (
    *programme.COMMANDS,
    *transport.COMMANDS,
    *generators.COMMANDS,
    *bands.COMMANDS,
    *liking.COMMANDS,
    *exports.COMMANDS,
    *listing.COMMANDS,
    *people.COMMANDS,
    *processes.COMMANDS,
    *importing.COMMANDS,
)
BY_NAME: dict[str, Command] = {name: command for command in TABLE for name in (command.name, *command.aliases)}
