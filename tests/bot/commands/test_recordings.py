"""The commands record, recordings and recording."""

import pytest

from bandstand.bot.commands.frontend import Line
from bandstand.bot.commands.recordings import show_record, show_recording, show_recordings
from bandstand.bot.commands.reply import Level
from bandstand.bot.commands.table import Call
from bandstand.common.api import requests
from bandstand.common.api.people import Requester, Right
from bandstand.common.api.recordings import (
    GetRecording,
    ListRecordings,
    PublishRecording,
    RecordingDetails,
    RecordingList,
    RecordingSwitched,
    RemoveRecording,
    SwitchRecording,
)
from tests.bot.commands.conftest import Person
from tests.bot.commands.samples import RECORDING

CALL = Call(Line("", Requester("ann")), now=1000.0)


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ("record on", SwitchRecording(is_on=True)),
        ("record OFF", SwitchRecording(is_on=False)),
        ("record", ListRecordings(limit=1)),
        ("recordings", ListRecordings()),
        ("recording 8wq2z", GetRecording(code="8wq2z")),
        ("recording remove 8wq2z", RemoveRecording(code="8wq2z")),
        ("recording publish 8wq2z", PublishRecording(code="8wq2z")),
        ("recording hide 8wq2z", PublishRecording(code="8wq2z", is_public=False)),
    ],
)
def test_words_become_requests(person: Person, line: str, request_: requests.Request) -> None:
    assert person.ask(line, Right.ADMIN) == request_


@pytest.mark.parametrize("line", ["record loudly", "recording", "recording remove", "recording eat 8wq2z"])
def test_other_words_are_refused(person: Person, line: str) -> None:
    assert person.say(line, Right.ADMIN).level is Level.USAGE


def test_replies_say_what_there_is() -> None:
    listed = RecordingList(recordings=(RECORDING,), total=1, is_on=True, bytes=300_000_000, limit=50 * 10**9)
    assert show_recordings(listed, CALL).summary == "1 recording, 300.0 MB of at most 50.0 GB"
    assert show_recordings(listed, CALL).rows[0][:2] == ("8wq2z", "Bossa")
    assert "everything is recorded; now: nothing" in show_record(listed, CALL).summary
    assert "goes on" in show_record(RecordingSwitched(is_on=True, was_recording=True), CALL).summary
    details = show_recording(RecordingDetails(recording=RECORDING), CALL)
    assert details.rows == (("0:00", "7kq3", "Blue Lantern", "The Robots"),)
