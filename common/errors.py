"""The faults that a person may meet. Each carries the one sentence that is shown; tracebacks are for the log."""

import os


class BandstandError(Exception):
    """The root: `str(error)` is a sentence for the person who meets it, saying what is wrong and what to do."""


def explain(error: object) -> str:
    """An error as a sentence for a person: of the system's own, what was tried where and why that cannot be."""
    if isinstance(error, OSError) and error.strerror:
        place = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else ""
        return f"{place}: {error.strerror}" if place else error.strerror
    return str(error) or type(error).__name__


class Hindered(BandstandError):
    """Something could not be done, and nothing of it was: its database is away or in use, or the disk is full. The same
    may be done in a moment."""


class ConfigError(BandstandError):
    """The configuration cannot be used; names the file, the key and what was expected."""


class UnusableFile(BandstandError):
    """A file or folder that a person named cannot be used as what it is for."""


class AlreadyRunning(BandstandError):
    """Another process of this kind holds the same station directory."""


class Missing(BandstandError):
    """A program, library or data file that the machine should have is not there."""


class NotAudio(BandstandError):
    """What was given to be played cannot be decoded as sound."""


class UnknownCue(BandstandError):
    """The cue that was named is neither on the air nor next."""


class ComposeError(BandstandError):
    """A song could not be made."""


class CommandError(BandstandError):
    """A command cannot be carried out as it was given."""


class UsageError(CommandError):
    """A command was given words that it does not take."""


class Busy(CommandError):
    """A command could be carried out, but not now: whoever asks has enough under way."""


class Denied(CommandError):
    """A command needs a higher right than whoever asks has."""
