"""Commands about recordings of what was on the air: record, recordings and recording."""

from typing import Final

from bandstand.bot.commands.reply import Reply
from bandstand.bot.commands.schedule import say_moment
from bandstand.bot.commands.table import Call, Command, Param
from bandstand.common.api.recordings import (
    GetRecording,
    ListRecordings,
    PublishRecording,
    Recording,
    RecordingDeleted,
    RecordingDetails,
    RecordingList,
    RecordingPublished,
    RecordingRequest,
    RecordingSwitched,
    RemoveRecording,
    SwitchRecording,
)
from bandstand.common.errors import UsageError
from bandstand.common.show_times import find_local_zone
from bandstand.common.text import clock, counted, one_line, say_bytes

SWITCHES: Final = {"on": True, "off": False}
RECORDING_USAGE: Final = "recording [remove | publish | hide] CODE"
ACTIONS: Final = ("remove", "publish", "hide")


def parse_record(call: Call) -> RecordingRequest:
    word = call["switch"].lower()
    if not word:
        return ListRecordings(limit=1)
    if word not in SWITCHES:
        raise UsageError("record [on|off]")
    return SwitchRecording(is_on=SWITCHES[word])


def show_record(result: RecordingSwitched | RecordingList, _: Call) -> Reply:
    match result:
        case RecordingSwitched(is_on=True, was_recording=was):
            how = "the recording goes on" if was else "it begins now, or in silence with the next song"
            return Reply(f"everything is recorded until record off; {how}")
        case RecordingSwitched(was_recording=was):
            said = "the recording ends here" if was else "nothing was recorded"
            return Reply(f"{said}; shows that are to be recorded still are, from the next one on")
        case RecordingList():
            what = "everything is recorded" if result.is_on else "shows that are to be recorded are"
            now = f"now: {result.current}" if result.current else "now: nothing"
            return Reply(f"{what}; {now}; {say_total(result)}")


def say_total(result: RecordingList) -> str:
    size = f"{counted(result.total, 'recording')}, {say_bytes(result.bytes)}"
    return f"{size} of at most {say_bytes(result.limit)}" if result.limit else size


def show_recordings(result: RecordingList, call: Call) -> Reply:
    if not result.recordings:
        now = f"; {result.current} is being recorded" if result.current else "; record on begins one"
        return Reply(f"there are no recordings yet{now}")
    columns = ("code", "name", "began", "length", "titles", "size", "")
    rows = tuple(_write_row(one, call.now) for one in result.recordings)
    more = f", the newest {len(rows)} of them" if result.total > len(rows) else ""
    return Reply(f"{say_total(result)}{more}", columns=columns, rows=rows, only_at_terminals=("titles", "size"))


def _write_row(recording: Recording, now: float) -> tuple[str, ...]:
    state = ["public"] if recording.is_public else []
    state += ["ended early"] if recording.is_mended else []
    return (
        recording.code,
        one_line(recording.name, 60),
        say_moment(recording.began, find_local_zone(), now),
        clock(recording.seconds),
        str(len(recording.titles)),
        say_bytes(recording.bytes),
        ", ".join(state),
    )


def parse_recording(call: Call) -> RecordingRequest:
    match [word.lower() for word in (call["what"], call["code"]) if word]:
        case ["remove", code]:
            return RemoveRecording(code=code[:40])
        case ["publish", code]:
            return PublishRecording(code=code[:40])
        case ["hide", code]:
            return PublishRecording(code=code[:40], is_public=False)
        case [code] if code not in ACTIONS:
            return GetRecording(code=code[:40])
    raise UsageError(RECORDING_USAGE)


def show_recording(result: RecordingDetails | RecordingDeleted | RecordingPublished, call: Call) -> Reply:
    recording = result.recording
    match result:
        case RecordingDeleted():
            return Reply(f"{name_recording(recording)} is removed")
        case RecordingPublished():
            where = "is on the page and in the podcast now" if recording.is_public else "is not public any more"
            return Reply(f"{name_recording(recording)} {where}")
    titles = tuple((clock(one.start), one.song, one.title, one.artist) for one in recording.titles)
    began = say_moment(recording.began, find_local_zone(), call.now)
    files = ", ".join(f"{file.name} ({say_bytes(file.bytes)})" for file in recording.files)
    seen = "public" if recording.is_public else "not public"
    said = (
        f"{name_recording(recording)}: {clock(recording.seconds)} from {began}, {seen}; {files} in {recording.folder}"
    )
    return Reply(said, columns=("at", "song", "title", "artist"), rows=titles)


def name_recording(recording: Recording) -> str:
    return f'"{one_line(recording.name, 60)}" ({recording.code})'


COMMANDS: Final = (
    Command(
        "record",
        parse_record,
        show_record,
        "record what is on the air; on or off",
        "record on",
        (ListRecordings, SwitchRecording),
        (Param("switch", "on or off; without it, how it is", is_required=False, names=("switch",)),),
    ),
    Command(
        "recordings",
        lambda _: ListRecordings(),
        show_recordings,
        "the recordings that there are, the newest first",
        "recordings",
        (ListRecordings,),
    ),
    Command(
        "recording",
        parse_recording,
        show_recording,
        "a recording with its titles; remove, publish or hide it",
        "recording remove 7kq3x",
        (GetRecording, RemoveRecording, PublishRecording),
        (
            Param(
                "what",
                "a recording's code; or remove, publish or hide, and then the code",
                value="ACTION|CODE",
                names=("recording", "recording action"),
            ),
            Param("code", "of which recording", is_required=False, names=("recording",)),
        ),
    ),
)
