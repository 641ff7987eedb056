"""Commands about the station as a whole: status, doctor, version, restart, quit, and help."""

from typing import Final

from bandstand.bot.commands.frontend import Help, HelpEntry
from bandstand.bot.commands.generators import show_generator
from bandstand.bot.commands.grammar import strip_prefix
from bandstand.bot.commands.reply import Reply
from bandstand.bot.commands.table import Call, Command, Param
from bandstand.common.api import requests, results
from bandstand.common.api.recordings import RecordingStatus
from bandstand.common.api.values import Grade, Loudness, MountStatus, ProcessStatus, RelayStatus
from bandstand.common.errors import CommandError, UsageError
from bandstand.common.text import clock, counted, one_line, say_bytes

STREAMER: Final = "streamer"


def show_status(result: results.Status, _: Call) -> Reply:
    station = result.station
    rows = [_say_process(process) for process in station.processes]
    rows += [_say_mount(mount) for mount in station.mounts]
    rows += [_say_relay(relay) for relay in station.relays]
    if station.page:
        rows.append(("page", "on the web", f"{station.page}/", "", ""))
    rows += _list_recordings(result.recordings)
    if station.database:
        rows.append(("database", f"takes nothing: {one_line(station.database)}", "", "", ""))
    if station.loudness is not None:
        rows.append(_say_loudness(station.loudness))
    state = "on the air" if result.is_healthy else "not wholly on the air"
    said = f"{station.name} is {state}, up {clock(station.uptime)}"
    columns = ("part", "state", "", "", "process")
    return Reply(said, columns=columns, rows=tuple(rows), only_at_terminals=("process",))


def _say_process(process: ProcessStatus) -> tuple[str, ...]:
    uptime = "" if process.uptime is None else f"for {clock(process.uptime)}"
    return process.name, process.state, "", uptime, str(process.pid or "")


def _say_mount(mount: MountStatus) -> tuple[str, ...]:
    state = "on the air" if mount.is_on_air else f"off the air: {mount.trouble or 'not connected yet'}"
    listeners = f"for {clock(mount.seconds)}" if mount.listeners is None else counted(mount.listeners, "listener")
    return mount.path, state, mount.url, listeners, ""


def _say_relay(relay: RelayStatus) -> tuple[str, ...]:
    state = "well" if relay.is_well else relay.trouble
    return f"relay {relay.name}", state, relay.url, f"{relay.listeners} of {counted(relay.limit, 'listener')}", ""


def _list_recordings(recordings: RecordingStatus) -> list[tuple[str, ...]]:
    """Nothing for a station that has never recorded."""
    if not (recordings.total or recordings.is_on or recordings.current):
        return []
    state = f"on: {recordings.current}" if recordings.current else "waits for a song" if recordings.is_on else "off"
    limit = f" of at most {say_bytes(recordings.limit)}" if recordings.limit else ""
    return [
        ("recording", state, f"{counted(recordings.total, 'recording')}, {say_bytes(recordings.bytes)}{limit}", "", "")
    ]


def _say_loudness(loudness: Loudness) -> tuple[str, ...]:
    momentary = "silence" if loudness.momentary is None else f"{loudness.momentary:.1f} LUFS"
    return "level", momentary, "" if loudness.peak is None else f"peak {loudness.peak:.1f} dBTP", "", ""


def show_diagnosis(result: results.Diagnosis, _: Call) -> Reply:
    rows = [(one.grade.value, one.subject, one.sentence, one.remedy) for one in result.symptoms]
    bad = [one for one in result.symptoms if one.grade in (Grade.FAULT, Grade.WORSE)]
    said = f"{counted(len(bad), 'thing')} to mend on this machine" if bad else "nothing is wrong on this machine"
    columns = ("grade", "what", "", "do")
    return Reply(said, columns=columns, rows=tuple(rows), only_at_terminals=("do",))


def show_version(result: results.Version, _: Call) -> Reply:
    return Reply(f"Bandstand {result.bandstand}", columns=("", ""), rows=tuple(result.parts.items()))


def parse_restart(call: Call) -> requests.Request:
    if call["part"].lower() != STREAMER:
        raise UsageError(f"restart {STREAMER} (no other part can be restarted by itself)")
    return requests.RestartStreamer()


def show_restarting(_: results.Restarting, __: Call) -> Reply:
    return Reply("a new streamer is being started; when it is ready it takes over the song where it is")


def show_quitting(_: results.Quitting, __: Call) -> Reply:
    return Reply("the station stops; the next bandstand up goes on where it was")


# Help


def parse_help(call: Call) -> requests.Request | Reply:
    """The commands that this person may use, or one of them; the core knows a generator's parameters."""
    if not call["command"]:
        rows = tuple((command.name, command.summary) for command in call.allowed)
        value = Help(commands=tuple(_describe(command) for command in call.allowed))
        said, columns = "help COMMAND says more", ("command", "does")
        return Reply(said, columns=columns, rows=rows, only_at_terminals=("does",), value=value)
    wanted = strip_prefix(call["command"]).lower()
    found = next((command for command in call.allowed if wanted in command.names), None)
    if found is None:
        raise CommandError(f"there is no command {one_line(wanted, 20)} that you may give; help lists yours")
    if call["topic"].strip():
        if not found.takes_any_option:
            raise UsageError(f"help {found.name} (only generate, again and watch take a band or a generator)")
        return requests.DescribeGenerator(name=call["topic"].strip().lower())
    rows = (
        ("example", found.example),
        *((param.usage, param.help) for param in found.params),
        *((option.flag + option.value, option.help) for option in found.options),
        *((f"or {alias}", "") for alias in found.aliases),
    )
    value = Help(commands=(_describe(found),))
    return Reply(f"{found.usage}: {found.summary}", columns=("", ""), rows=rows, value=value)


def _describe(command: Command) -> HelpEntry:
    return HelpEntry(command.name, command.usage, command.summary, command.example, command.aliases)


COMMANDS: Final = (
    Command(
        "status",
        lambda _: requests.GetStatus(),
        show_status,
        "every process and mount, and who listens",
        "status",
        (requests.GetStatus,),
    ),
    Command(
        "doctor",
        lambda _: requests.ExamineMachine(),
        show_diagnosis,
        "what is wrong on the station's machine, and a remedy for each",
        "doctor",
        (requests.ExamineMachine,),
        is_private=True,
    ),
    Command(
        "help",
        parse_help,
        lambda result, _: show_generator(result),
        "the commands, or one of them",
        "help play",
        (requests.DescribeGenerator,),
        (
            Param("command", "its name", is_required=False, names=("command",)),
            Param(
                "topic",
                "a band or a generator, whose parameters are listed",
                is_required=False,
                is_rest=True,
                names=("generator", "band"),
            ),
        ),
    ),
    Command(
        "version",
        lambda _: requests.GetVersion(),
        show_version,
        "which versions are running",
        "version",
        (requests.GetVersion,),
    ),
    Command(
        "restart",
        parse_restart,
        show_restarting,
        "start the streamer anew; the song goes on where it was",
        "restart streamer",
        (requests.RestartStreamer,),
        (Param("part", f"the word {STREAMER}"),),
    ),
    Command(
        "quit",
        lambda _: requests.Quit(),
        show_quitting,
        "stop the whole station in order",
        "quit",
        (requests.Quit,),
        needs_confirmation=True,
    ),
)
