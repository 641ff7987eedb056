"""Commands that show what the station has and how it is."""

from functools import cache
from importlib import metadata

from bot.commands import generators, provenance
from bot.commands.table import Call, Command, Desk, Param
from bot.effects import Outcome
from bot.request import Reply, Right
from bot.songs import library, ratings
from bot.songs.station import seconds
from bot.view import LevelView, StationView
from common.errors import CommandError
from common.text import clock, counted

package_version = cache(metadata.version)  # which reads files
LIMIT = 15
STATES = {"making": "being made", "begun": "being made, can be heard", "ready": "", "failed": "failed"}


def ago(then: float, now: float) -> str:
    return f"{clock(now - then)} ago"


def songs(_: Call, desk: Desk) -> Outcome:
    found, total = library.songs(LIMIT)
    if not found:
        return Outcome(Reply("there are no songs yet; generate makes one"))
    rows = tuple(
        (song.code, song.title, clock(song.seconds), ago(song.created, desk.now), STATES[song.state]) for song in found
    )
    newest = f", the newest {len(rows)} of them" if total > len(rows) else ""
    return Outcome(Reply(counted(total, "song") + newest, columns=("code", "title", "length", "made", ""), rows=rows))


def song(call: Call, desk: Desk) -> Outcome:
    view = library.find(call["song"])
    level = f"{view.loudness:.1f} LUFS" if view.loudness is not None else "not measured yet"
    made = f"{view.making:.1f} s" if view.making is not None else "being made"
    own = {name: str(value) for name, value in {**view.facts, **view.parameters}.items() if name != "energies"}
    facts = {
        "artist": view.artist,
        "length": clock(view.seconds),
        "generator": view.generator,
        "seed": str(view.seed),
        **own,
        "loudness": level,
        "made": ago(view.created, desk.now),
        "making took": made,
        **_rated(view),
        **provenance.facts(view),
    }
    return Outcome(Reply(view.name, columns=("", ""), rows=tuple(facts.items())))


def _rated(view: library.SongView) -> dict[str, str]:
    mean, count = ratings.of_song(view.code)
    return {"rated": f"{mean:+.1f} of {counted(count, 'rating')}"} if count else {}


def history(_: Call, desk: Desk) -> Outcome:
    plays = library.history(LIMIT)
    if not plays:
        return Outcome(Reply("nothing has been played yet"))
    rows = tuple(
        (ago(play.started, desk.now), play.song, play.title, clock(seconds(play.frames)), play.reason, play.who)
        for play in plays
    )
    columns = ("when", "code", "title", "heard", "end", "asked by")
    return Outcome(Reply(f"the last {counted(len(rows), 'song')} on the air", columns=columns, rows=rows))


def jobs(_: Call, desk: Desk) -> Outcome:
    found = library.jobs(LIMIT)
    if not found:
        return Outcome(Reply("there have been no jobs yet"))
    rows = tuple(
        (str(job.id), job.state, job.song, job.title, job.who, ago(job.created, desk.now), job.reason) for job in found
    )
    running = sum(job.state in ("waiting", "running") for job in found)
    columns = ("job", "state", "song", "title", "asked by", "when", "")
    return Outcome(Reply(f"{counted(running, 'job')} open", columns=columns, rows=rows))


def status(_: Call, desk: Desk) -> Outcome:
    view = desk.view
    rows = [
        (process.name, process.state, f"process {process.pid}" if process.pid else "", _uptime(process.uptime))
        for process in view.processes
    ]
    for mount in view.mounts:
        state = "on the air" if mount.on_air else f"off the air: {mount.trouble or 'not connected yet'}"
        where = view.urls.get(mount.path, "")
        rows.append((mount.path, state, where, _listeners(view, mount.path) or _uptime(mount.seconds)))
    if view.level is not None:
        rows.append(("level", *_level(view.level), ""))
    healthy = view.connected and all(mount.on_air for mount in view.mounts)
    said = f"{view.name} is {'on the air' if healthy else 'not wholly on the air'}, up {clock(view.uptime)}"
    return Outcome(Reply(said, columns=("part", "state", "", ""), rows=tuple(rows)))


def _level(level: LevelView) -> tuple[str, str]:
    loudness = "silence" if level.loudness is None else f"{level.loudness:.1f} LUFS"
    return loudness, "" if level.peak is None else f"peak {level.peak:.1f} dBTP"


def _uptime(value: float | None) -> str:
    return "" if value is None else f"for {clock(value)}"


def _listeners(view: StationView, path: str) -> str:
    if view.listeners is None:
        return ""
    return counted(view.listeners.get(path, 0), "listener")


def show_help(call: Call, desk: Desk) -> Outcome:
    allowed = [command for command in desk.commands if command.right <= call.request.right]
    if not call["command"]:
        rows = tuple((command.name, command.summary) for command in allowed)
        return Outcome(Reply("help COMMAND says more", columns=("command", "does"), rows=rows))
    wanted = call["command"].lower().removeprefix("!")
    found = next((command for command in allowed if wanted in (command.name, *command.aliases)), None)
    if found is None:
        raise CommandError("there is no command of that name; help lists them")
    if call["topic"]:
        return generators.about(desk, call["topic"].lower())
    rows = (
        ("example", found.example),
        *((param.usage, param.help) for param in found.params),
        *((option.flag + option.value, option.help) for option in found.options),
        *((f"also {alias}", "") for alias in found.aliases),
    )
    return Outcome(Reply(f"{found.usage}: {found.summary}", columns=("", ""), rows=rows))


def version(_: Call, __: Desk) -> Outcome:
    parts = ("twisted", "python-shout", "av", "peewee", "pyfluidsynth")
    rows = tuple((part, package_version(part)) for part in parts)
    return Outcome(Reply(f"Bandstand {package_version('bandstand')}", columns=("", ""), rows=rows))


COMMANDS = (
    Command("songs", songs, "the newest songs of the library", "songs", Right.LISTENER),
    Command(
        "song",
        song,
        "what is known of a song",
        "song 7kq3",
        Right.LISTENER,
        (Param("song", "a code, or words of the title", rest=True),),
        aliases=("info",),
    ),
    Command("history", history, "what was on the air", "history", Right.LISTENER),
    Command("jobs", jobs, "songs being made, and how the last ones went", "jobs", Right.LISTENER),
    Command("status", status, "every process and mount, and who listens", "status", Right.LISTENER, asks_icecast=True),
    Command(
        "help",
        show_help,
        "the commands, or one of them",
        "help play",
        Right.LISTENER,
        (
            Param("command", "its name", required=False),
            Param("topic", "a band or a generator, whose parameters are listed", required=False, rest=True),
        ),
    ),
    Command("version", version, "what is running", "version", Right.LISTENER),
)
