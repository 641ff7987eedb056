"""Recordings in the core: what the disk has, who sees it, and what has to go."""

import msgspec
import pytest

from bandstand.bot.station import recordings, table
from bandstand.bot.station.recordings import Found, take_found
from bandstand.bot.station.rules import RecordingRules, Rules
from bandstand.bot.station.status import list_names
from bandstand.bot.storage.transaction import SqlTransaction
from bandstand.common.api.people import Requester, Right
from bandstand.common.api.recordings import (
    GetRecording,
    ListRecordings,
    PublishRecording,
    Reason,
    RecordingDue,
    RecordingEnded,
    RecordingRemoved,
    RecordingsChanged,
    RecordingWanted,
    RemoveRecording,
    SwitchRecording,
)
from bandstand.common.api.refusals import NoSuchRecording, Refused
from bandstand.common.api.requests import ListNames
from bandstand.common.recordings import Sheet, SheetFile, SheetTitle
from tests.bot.memory import make_transaction
from tests.bot.storage.samples import make_song

pytestmark = pytest.mark.usefixtures("either_database")

DAY = 86400.0
NOW = 100 * DAY
SONG = "7kq3"
GB = 10**9
DJ = Requester("dora", right=Right.DJ)
EAR = Requester("ear")


def make_sheet(code: str, began: float = 0.0, size: int = GB, show: str = "4") -> tuple[str, Sheet]:
    files = (SheetFile("flac", "a.flac", size),)
    titles = (SheetTitle("", "", SONG, 0.0, began),)
    return f"2026-11-27-2000-{code}", Sheet(code, "Night", show, began, 3600.0, titles, files, is_whole=True)


def make(**rules: object) -> SqlTransaction:
    return make_transaction(now=NOW, rules=Rules(recordings=msgspec.convert(rules, RecordingRules)))


def list_codes(tx: SqlTransaction, by: Requester = DJ) -> list[str]:
    return [one.code for one in recordings.list_recordings(ListRecordings(), by, tx).recordings]


def told(tx: SqlTransaction, kind: type) -> list[tuple[str, str]]:
    found = [event for event in tx.events if isinstance(event, kind)]
    return [(event.recording.code, getattr(event, "reason", "")) for event in found]  # type: ignore[attr-defined]


def test_what_is_on_the_disk_is_known_and_told_once() -> None:
    tx = make()
    for _ in range(2):
        take_found(tx, Found([make_sheet("aaaaa", NOW - 3700), make_sheet("bbbbb", NOW - 3600)]))
    assert list_codes(tx) == ["bbbbb", "aaaaa"]
    assert told(tx, RecordingEnded) == [("aaaaa", ""), ("bbbbb", "")]
    take_found(tx, Found([make_sheet("bbbbb")]))
    assert list_codes(tx) == ["bbbbb"], "somebody removed the other by hand"


def test_of_folders_that_were_moved_here_only_what_a_crash_ended_is_told_one_by_one() -> None:
    tx = make()
    old, new = make_sheet("aaaaa"), make_sheet("bbbbb")
    take_found(tx, Found([old, (new[0], msgspec.structs.replace(new[1], is_mended=True))]))
    assert told(tx, RecordingEnded) == [("bbbbb", "")]
    assert RecordingsChanged() in tx.events


@pytest.mark.parametrize(
    ("generator", "show", "public", "is_public"),
    [
        ("band", "4", "own", True),
        ("mine", "4", "own", True),
        ("import", "4", "own", False),
        ("file", "4", "own", False),
        ("pipe", "4", "own", False),
        ("station-live", "4", "own", False),
        ("", "4", "own", False),
        ("band", "", "own", False),
        ("import", "4", "shows", True),
        ("import", "", "all", True),
        ("band", "4", "none", False),
    ],
)
def test_music_of_others_is_given_to_nobody_unless_the_operator_says_so(
    generator: str, show: str, public: str, is_public: bool
) -> None:
    tx = make(public=public)
    if generator:
        tx.songs.add(make_song(SONG, generator=generator))
    take_found(tx, Found([make_sheet("aaaaa", show=show)]))
    assert tx.recordings.get("aaaaa").is_public == is_public


@pytest.mark.parametrize(("public", "seen"), [("shows", ["aaaaa"]), ("all", ["bbbbb", "aaaaa"]), ("none", [])])
def test_listeners_see_what_is_public(public: str, seen: list[str]) -> None:
    tx = make(public=public)
    take_found(tx, Found([make_sheet("aaaaa", 1.0), make_sheet("bbbbb", 2.0, show="")]))
    assert list_codes(tx, EAR) == seen
    recordings.publish_recording(PublishRecording(code="bbbbb", is_public=True), DJ, tx)
    recordings.publish_recording(PublishRecording(code="aaaaa", is_public=False), DJ, tx)
    assert list_codes(tx, EAR) == ["bbbbb"]
    assert recordings.get_recording(GetRecording(code="2026-11-27-2000-BBBBB"), EAR, tx).recording.is_public
    with pytest.raises(Refused) as refused:
        recordings.get_recording(GetRecording(code="aaaaa"), EAR, tx)
    assert refused.value.why == NoSuchRecording("aaaaa")


def test_what_is_removed_is_not_found_again_while_its_files_go() -> None:
    tx = make()
    take_found(tx, Found([make_sheet("aaaaa")]))
    recordings.remove_recording(RemoveRecording(code="aaaaa"), DJ, tx)
    take_found(tx, Found([make_sheet("aaaaa")]))
    assert list_codes(tx) == []
    assert told(tx, RecordingRemoved) == [("aaaaa", Reason.ASKED)] * 2
    take_found(tx, Found([]))
    assert tx.recordings.list_kept() == []


def test_the_oldest_goes_first_and_is_told_before() -> None:
    tx = make(limit=10 * GB)
    sheets = [make_sheet(f"aaaa{number}", number) for number in range(9)]
    take_found(tx, Found(sheets))
    assert told(tx, RecordingDue) == []
    take_found(tx, Found(sheets, open_bytes=GB // 2))
    assert told(tx, RecordingDue) == [("aaaa0", Reason.LIMIT)]
    assert told(tx, RecordingRemoved) == []
    take_found(tx, Found(sheets, open_bytes=2 * GB))
    assert told(tx, RecordingRemoved) == [("aaaa0", Reason.LIMIT)]
    assert told(tx, RecordingDue)[1:] == [("aaaa1", Reason.LIMIT)]


def test_what_is_too_old_goes_a_day_after_it_was_told() -> None:
    tx = make(seconds=10 * DAY)
    sheets = [make_sheet("aaaaa", 90.5 * DAY), make_sheet("bbbbb", 99 * DAY)]
    take_found(tx, Found(sheets))
    assert told(tx, RecordingDue) == [("aaaaa", Reason.AGE)]
    assert told(tx, RecordingRemoved) == []
    tx.now += DAY
    take_found(tx, Found(sheets))
    assert told(tx, RecordingRemoved) == [("aaaaa", Reason.AGE)]


def test_without_limits_everything_stays() -> None:
    tx = make()
    take_found(tx, Found([make_sheet("aaaaa", -1000 * DAY, 10**15)]))
    assert told(tx, RecordingDue) == []


def test_the_configuration_decides_until_somebody_says_otherwise() -> None:
    tx = make(is_on=True)
    assert recordings.is_on(tx)
    answer = recordings.switch_recording(SwitchRecording(is_on=False), DJ, tx)
    assert (answer.is_on, answer.was_recording, recordings.is_on(tx)) == (False, False, False)
    assert tx.events == [RecordingWanted(is_on=False)]


def test_rights() -> None:
    rights = {kind: table.REQUESTS[kind].right for kind in (SwitchRecording, RemoveRecording, ListRecordings)}
    assert rights == {SwitchRecording: Right.DJ, RemoveRecording: Right.ADMIN, ListRecordings: Right.LISTENER}


def test_status_and_completion_know_of_recordings() -> None:
    tx = make(limit=5 * GB)
    take_found(tx, Found([make_sheet("aaaaa", 1.0), make_sheet("bbbbb", 2.0)]))
    tx.settings.put(recordings.CURRENT, "2026-11-27-2100-ccccc")
    recordings.remove_recording(RemoveRecording(code="aaaaa"), DJ, tx)
    known = recordings.get_status(tx)
    assert (known.total, known.bytes, known.limit) == (1, GB, 5 * GB)
    assert (known.is_on, known.current) == (False, "2026-11-27-2100-ccccc")
    assert list_names(ListNames(kind="recording"), DJ, tx).names == ("bbbbb",)
    assert list_names(ListNames(kind="recording"), EAR, tx).names == ()


def test_only_the_newest_are_read_of_many() -> None:
    tx = make()
    take_found(tx, Found([make_sheet(f"a{number:04}", float(number)) for number in range(20)]))
    answer = recordings.list_recordings(ListRecordings(limit=2), DJ, tx)
    assert ([one.code for one in answer.recordings], answer.total) == (["a0019", "a0018"], 20)
    later = recordings.list_recordings(ListRecordings(limit=2, offset=18), DJ, tx)
    assert [one.code for one in later.recordings] == ["a0001", "a0000"]
