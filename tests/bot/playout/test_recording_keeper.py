"""Which show a cue belongs to, what the streamer says of recordings, and what the disk has."""

import os
from pathlib import Path

import msgspec
import pytest
from twisted.internet.defer import execute
from twisted.internet.task import Clock

from bandstand.bot.playout import recording_keeper
from bandstand.bot.playout.recording_keeper import EVERY, RecordingKeeper, read_folder, remove_folder
from bandstand.bot.station import recordings, show_starts
from bandstand.bot.station.rules import Rules
from bandstand.common.api.events import ScheduleChanged, ShowEnded, ShowStarted
from bandstand.common.api.programme import Choice, Source
from bandstand.common.api.recordings import (
    Reason,
    Recording,
    RecordingBegan,
    RecordingEnded,
    RecordingFailed,
    RecordingRemoved,
    RecordingWanted,
)
from bandstand.common.api.shows import Show, ShowRule
from bandstand.common.api.values import CueState, Slot, SlotKind
from bandstand.common.generators import JINGLE, LIVE_SHOW
from bandstand.common.recordings import SHEET, CueTag, Sheet
from bandstand.common.types import CueId
from tests.bot.memory import DirectStore
from tests.bot.storage.samples import make_cue, make_song

FOLDER = "2026-11-27-2000-8wq2z"
JAZZ = Show(name="Jazz", rule=ShowRule(end=60), slot=Slot(SlotKind.STYLE, "swing"), is_recorded=True)
TALK = Show(name="Talk", rule=ShowRule(start=60, end=120), slot=Slot(SlotKind.STYLE, "pop"))
LIVE = Show(
    name="Ann", rule=ShowRule(start=180, end=240), zone="UTC", slot=Slot(SlotKind.LIVE, "ann"), is_recorded=True
)
MIDNIGHT = 1_795_737_600.0
"""2026-11-27, UTC."""
LATER = Choice(source=Source.ROTATION, show="Talk")


class World:
    """A keeper over a folder and a database in memory; `told` is what the streamer was told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[tuple[bool, bool]] = []
        self.events: list[object] = []
        self.store = DirectStore(self.events.extend, rules=Rules(shows=(JAZZ, TALK, LIVE)))
        self.clock = Clock()
        self.now = MIDNIGHT
        self.tags: list[tuple[CueId, CueTag]] = []
        """Those that the streamer was told of cues that it had already."""
        self.keeper = RecordingKeeper(self.clock, self.store, folder, self.events.extend, self, lambda: self.now)

    async def record(self, is_on: bool, ends_shows: bool) -> None:
        self.told.append((is_on, ends_shows))

    async def retag(self, cue: CueId, tag: CueTag) -> None:
        self.tags.append((cue, tag))

    def make_folder(self, name: str = FOLDER, **fields: object) -> Path:
        made = self.folder / name
        made.mkdir()
        sheet = msgspec.structs.replace(Sheet("?", "Jazz", "4", 990.0, 5.0), **fields)
        (made / SHEET).write_bytes(msgspec.json.encode(sheet))
        return made

    def kinds(self) -> list[type]:
        return [type(event) for event in self.events]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(recording_keeper, "deferToThread", execute)
    made = World(tmp_path)
    started = made.keeper.start()
    with pytest.raises(StopIteration):
        started.send(None)
    return made


# Cues


def test_a_cue_of_the_programme_belongs_to_the_show_that_it_was_chosen_for(world: World) -> None:
    world.keeper.react(ShowStarted(show=JAZZ, start=0.0, end=1.0))
    assert world.keeper.find_tag(make_cue(choice=LATER)) == CueTag("7kq3", "file:Talk", "Talk")
    assert world.keeper.find_tag(make_cue(choice=Choice(source=Source.ROTATION))) == CueTag("7kq3")


def test_what_people_order_belongs_to_the_show_that_is_on(world: World) -> None:
    assert world.keeper.find_tag(make_cue()) == CueTag("7kq3")
    world.keeper.react(ShowStarted(show=JAZZ, start=0.0, end=1.0))
    assert world.keeper.find_tag(make_cue()) == CueTag("7kq3", "file:Jazz", "Jazz", is_recorded=True)
    world.keeper.react(ShowEnded(show=JAZZ))
    assert world.keeper.find_tag(make_cue()) == CueTag("7kq3")


def test_a_show_that_was_on_before_the_bots_start_is_on(world: World) -> None:
    world.store.do(lambda tx: tx.settings.put(show_starts.ON, "file:Jazz 2026-11-27"))
    world.keeper.react(ScheduleChanged())
    assert world.keeper.find_tag(make_cue()).name == "Jazz"


def test_a_djs_time_belongs_to_its_show_from_its_first_second_to_its_last(world: World) -> None:
    """The DJ takes the air, and leaves it, before the programme tells that the show begins or ends."""
    ann = CueTag("7kq3", "file:Ann", "Ann", is_recorded=True)
    world.now = MIDNIGHT + 180 * 60
    assert world.keeper.find_tag(make_cue(make_song(generator=LIVE_SHOW))) == ann
    world.keeper.react(ShowStarted(show=LIVE, start=world.now, end=MIDNIGHT + 240 * 60))
    world.now = MIDNIGHT + 240 * 60 - 1
    assert world.keeper.find_tag(make_cue()) == ann
    world.now += 1
    assert world.keeper.find_tag(make_cue()) == CueTag("7kq3")
    world.keeper.react(ShowEnded(show=LIVE))
    assert world.keeper.find_tag(make_cue()) == CueTag("7kq3")


def test_a_dj_who_is_on_when_their_show_begins_is_recorded_from_then_to_its_end(world: World) -> None:
    live = make_song(generator=LIVE_SHOW)
    world.store.do(lambda tx: tx.songs.add(live))
    cue = world.store.do(lambda tx: tx.queue.add(make_cue(live, state=CueState.AIR)))
    world.now = MIDNIGHT + 180 * 60
    world.keeper.react(ShowStarted(show=LIVE, start=world.now, end=MIDNIGHT + 240 * 60))
    world.now = MIDNIGHT + 240 * 60
    world.keeper.react(ShowEnded(show=LIVE))
    assert world.tags == [(cue.id, CueTag("7kq3", "file:Ann", "Ann", is_recorded=True)), (cue.id, CueTag("7kq3"))]


def test_a_show_that_begins_over_a_song_is_told_by_the_next_one(world: World) -> None:
    world.store.do(lambda tx: tx.songs.add(make_song()))
    world.store.do(lambda tx: tx.queue.add(make_cue(state=CueState.AIR)))
    world.keeper.react(ShowStarted(show=JAZZ, start=0.0, end=1.0))
    assert world.tags == []


def test_a_jingle_is_between_songs(world: World) -> None:
    assert world.keeper.find_tag(make_cue(make_song(generator=JINGLE))).is_between
    assert not world.keeper.find_tag(make_cue(make_song(generator=LIVE_SHOW))).is_between


# The streamer


def test_the_streamer_is_told_what_people_said_and_whenever_it_connects(world: World) -> None:
    world.keeper.react(RecordingWanted(is_on=False))
    world.store.do(lambda tx: tx.settings.put(recordings.RECORD, recordings.ON))
    world.keeper.take_connected(FOLDER)
    assert world.told == [(False, True), (True, False)]
    assert world.store.do(lambda tx: tx.settings.get(recordings.CURRENT)) == FOLDER


def test_what_is_recorded_is_known_until_that_ends(world: World) -> None:
    world.keeper.take_change("began", FOLDER, "")
    world.keeper.take_change("ended", "2026-11-27-1900-other", "")
    assert world.store.do(recordings.get_status).current == FOLDER
    world.keeper.take_change("failed", FOLDER, "no space left")
    assert world.store.do(recordings.get_status).current == ""
    assert world.events == [RecordingBegan(folder=FOLDER), RecordingFailed(reason="no space left")]


# The disk


def test_a_folder_that_ended_is_found_at_once_and_one_put_back_within_a_minute(world: World) -> None:
    world.make_folder()
    world.keeper.take_change("ended", FOLDER, "")
    assert world.kinds() == [RecordingEnded]
    world.make_folder("2026-11-27-2100-aaaaa")
    world.clock.advance(EVERY)
    assert [one.code for one in world.store.do(lambda tx: tx.recordings.list_kept())] == ["8wq2z", "aaaaa"]


def test_the_files_of_one_that_is_removed_go(world: World) -> None:
    folder = world.make_folder()
    world.keeper.look()
    world.store.do(lambda tx: tx.recordings.set_removed("8wq2z"))
    removed = Recording(code="8wq2z", folder=FOLDER, name="Jazz", began=0.0, seconds=5.0)
    world.keeper.react(RecordingRemoved(recording=removed, reason=Reason.LIMIT))
    assert not folder.exists()
    assert world.store.do(lambda tx: tx.recordings.list_kept()) == []


def test_what_is_written_counts_and_what_is_none_is_passed_over(world: World) -> None:
    world.make_folder(f"{FOLDER}.partial")
    (world.folder / f"{FOLDER}.partial" / "a.flac").write_bytes(bytes(1000))
    (world.make_folder("2026-11-27-2100-aaaaa") / SHEET).write_bytes(b"{")
    (world.folder / "2026-11-27-2100-bbbbb").mkdir()
    world.make_folder("holiday")
    found = read_folder(world.folder, {})
    assert found is not None
    assert (found.sheets, found.open_bytes > 1000) == ([], True)
    assert read_folder(world.folder / "nowhere", {}) is None


def test_a_sheet_is_read_again_only_where_it_has_changed(world: World) -> None:
    sheet = world.make_folder() / SHEET
    known: recording_keeper.Sheets = {}
    first = read_folder(world.folder, known)
    assert first is not None and first.sheets[0][1].code == "8wq2z", "the folder's name is what counts"
    before = sheet.stat()
    sheet.write_bytes(b"{")
    os.utime(sheet, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert read_folder(world.folder, known) == first
    remove_folder(world.folder, FOLDER)
    assert read_folder(world.folder, known) is not None and known == {}


@pytest.mark.parametrize("name", ["..", "", "holiday", "../2026-11-27-2000-8wq2z", "2026-11-27-2000-8wq2z/.."])
def test_nothing_else_is_ever_removed(world: World, name: str) -> None:
    kept = world.make_folder("holiday")
    remove_folder(world.folder, name)
    assert kept.exists()
