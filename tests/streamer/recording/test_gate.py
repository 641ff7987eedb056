"""What is recorded, and where it is cut: the gate alone, frame by frame."""

import itertools
import sys
import threading

from bandstand.common.recordings import CueTag
from bandstand.common.types import RATE, CueId, Frames
from bandstand.streamer.block import NOTHING, Block, Mark, Title
from bandstand.streamer.recording.gate import STILL, NotedCue, RecordingGate
from bandstand.streamer.recording.recorder import Begin, End, RecorderItem, TitleBegan

STEP = 4608
JAZZ = CueTag("7kq3", "4", "Jazz night", is_recorded=True)
TALK = CueTag("9abc", "5", "Talk", is_recorded=True)
PLAIN = CueTag("2222")


class Air:
    def __init__(self, *, is_cut_hourly: bool = False, until_hour: int = 3600 * RATE) -> None:
        self.items: list[RecorderItem] = []
        self.until_hour = until_hour
        self.gate = RecordingGate(self.items.append, lambda: self.until_hour, is_cut_hourly)
        self.at = 0
        self._cue = 0

    def begin(self, tag: CueTag, title: str = "Lantern") -> None:
        self._cue += 1
        self.gate.note_cue(CueId(self._cue), NotedCue(title, "Ann", tag))
        self.mark()

    def mark(self, *, is_moving: bool = True, is_silent: bool = False) -> None:
        cue = None if is_silent else CueId(self._cue)
        self.gate.offer(Mark(Frames(self.at), cue, Frames(0), is_moving))

    def play(self, frames: int = STEP) -> None:
        left = frames
        while left > 0:
            self.gate.offer(Block(STEP, None, Frames(self.at)))
            self.at += STEP
            left -= STEP

    def told(self) -> list[RecorderItem]:
        """All but sound."""
        told = [item for item in self.items if not isinstance(item, Block)]
        self.items.clear()
        return told


def test_nothing_passes_while_nothing_is_recorded() -> None:
    air = Air()
    air.begin(PLAIN)
    air.play(RATE)
    assert air.items == []


def test_a_show_is_recorded_from_its_first_song_to_the_first_after_it() -> None:
    air = Air()
    air.begin(PLAIN)
    air.play()
    air.begin(JAZZ)
    assert air.told() == [Begin(STEP, "Jazz night", "4"), TitleBegan(STEP, "Lantern", "Ann", "7kq3")]
    air.play()
    air.begin(JAZZ, "Road")
    assert air.told() == [TitleBegan(2 * STEP, "Road", "Ann", "7kq3")]
    air.begin(PLAIN)
    assert air.told() == [End(2 * STEP)]


def test_what_a_dj_plays_is_on_the_sheet_and_what_begins_is_there_once() -> None:
    air = Air()
    air.begin(JAZZ, "live: Ann")
    air.gate.offer(Title("Ann", "live: Ann"))
    air.play()
    for title in ("Blue", "Road", "Blue"):
        air.gate.offer(Title("Somebody", title))
        air.play()
    begun, *titles = air.told()
    assert begun == Begin(0, "Jazz night", "4")
    assert titles == [
        TitleBegan(0, "live: Ann", "Ann", "7kq3"),
        TitleBegan(STEP, "Blue", "Somebody", ""),
        TitleBegan(2 * STEP, "Road", "Somebody", ""),
        TitleBegan(3 * STEP, "Blue", "Somebody", ""),
    ]
    air.gate.offer(NOTHING)
    assert air.told() == []


def test_a_show_that_begins_and_ends_while_a_dj_is_heard_is_cut_out_of_their_time() -> None:
    air = Air()
    air.begin(PLAIN, "live: ann")
    air.play()
    air.gate.retag(CueId(1), JAZZ)
    assert air.told() == [Begin(STEP, "Jazz night", "4"), TitleBegan(STEP, "live: ann", "Ann", "7kq3")]
    air.play()
    air.gate.retag(CueId(1), JAZZ)
    assert air.told() == [], "what it was told before changes nothing"
    air.gate.retag(CueId(1), PLAIN)
    assert air.told() == [End(2 * STEP)]


def test_a_cue_that_is_not_heard_cuts_nothing_when_its_show_is_another() -> None:
    air = Air()
    air.begin(JAZZ)
    air.begin(JAZZ, "Road")
    air.told()
    air.gate.retag(CueId(1), PLAIN)
    air.gate.retag(CueId(9), PLAIN)
    assert air.told() == []


def test_two_shows_in_a_row_are_two_recordings() -> None:
    air = Air()
    air.begin(JAZZ)
    air.play()
    air.told()
    air.begin(TALK)
    assert air.told()[0] == Begin(STEP, "Talk", "5")


def test_record_on_begins_at_once_with_the_title_that_is_heard() -> None:
    air = Air()
    air.begin(PLAIN)
    air.play()
    air.gate.switch(True, ends_shows=False)
    assert air.told() == [Begin(STEP, "", ""), TitleBegan(STEP, "Lantern", "Ann", "2222")]
    air.gate.switch(True, ends_shows=False)
    assert air.told() == []


def test_record_on_in_silence_begins_with_the_next_song() -> None:
    air = Air()
    air.gate.switch(True, ends_shows=False)
    air.play()
    assert air.told() == []
    air.begin(PLAIN)
    assert air.told()[0] == Begin(STEP, "", "")


def test_record_off_ends_a_show_and_leaves_the_next_show_alone() -> None:
    air = Air()
    air.begin(JAZZ)
    air.play()
    air.told()
    air.gate.switch(False, ends_shows=True)
    assert air.told() == [End(STEP)]
    air.begin(JAZZ)
    assert air.told() == []
    air.begin(TALK)
    assert isinstance(air.told()[0], Begin)


def test_a_bot_that_comes_back_does_not_end_a_show() -> None:
    air = Air()
    air.begin(JAZZ)
    air.told()
    air.gate.switch(False, ends_shows=False)
    assert air.told() == []


def test_it_is_cut_with_the_first_song_of_an_hour() -> None:
    air = Air(until_hour=400 * RATE)
    air.gate.switch(True, ends_shows=False)
    air.begin(PLAIN)
    air.play(399 * RATE)
    air.told()
    air.begin(PLAIN)
    assert [type(item) for item in air.told()] == [TitleBegan]
    air.play(RATE * 2)
    air.begin(PLAIN)
    assert [type(item) for item in air.told()] == [Begin, TitleBegan]


def test_a_recording_that_began_just_before_the_hour_goes_on_for_another() -> None:
    air = Air(until_hour=10 * RATE)
    air.gate.switch(True, ends_shows=False)
    air.begin(PLAIN)
    air.play(20 * RATE)
    air.told()
    air.begin(PLAIN)
    assert [type(item) for item in air.told()] == [TitleBegan]


def test_a_show_is_cut_at_hours_only_where_that_is_wanted() -> None:
    for is_hourly, expected in ((False, [TitleBegan]), (True, [Begin, TitleBegan])):
        air = Air(is_cut_hourly=is_hourly, until_hour=400 * RATE)
        air.begin(JAZZ)
        air.play(401 * RATE)
        air.told()
        air.begin(JAZZ)
        assert [type(item) for item in air.told()] == expected


def test_silence_ends_the_recording_and_the_song_that_goes_on_begins_another() -> None:
    air = Air()
    air.begin(JAZZ)
    air.play()
    air.mark(is_moving=False)
    air.play(STILL // 2)
    air.mark()
    air.play()
    assert [type(item) for item in air.told()] == [Begin, TitleBegan]
    air.mark(is_moving=False)
    air.play(STILL + 2 * STEP)
    assert [type(item) for item in air.told()] == [End]
    air.mark()
    assert [type(item) for item in air.told()] == [Begin, TitleBegan]


def test_a_seek_is_no_new_title() -> None:
    air = Air()
    air.begin(JAZZ)
    air.told()
    air.mark()
    assert air.told() == []


def test_blocks_pass_for_a_while_after_the_end_so_that_it_is_carried_out() -> None:
    air = Air()
    air.begin(JAZZ)
    air.play()
    air.begin(PLAIN)
    air.items.clear()
    air.play(10 * RATE)
    assert 0 < len(air.items) < 15


def test_the_programme_of_an_unknown_cue_is_recorded_without_a_title() -> None:
    air = Air()
    air.gate.switch(True, ends_shows=False)
    air.gate.offer(Mark(Frames(0), CueId(99), Frames(0), is_moving=True))
    assert air.told() == [Begin(0, "", ""), TitleBegan(0, "", "", "")]


def test_cues_are_noted_by_one_thread_while_another_reads_titles() -> None:
    gate = RecordingGate(lambda item: None, lambda: RATE)
    is_over = threading.Event()

    def note() -> None:
        for number in itertools.count():
            gate.note_cue(CueId(number), NotedCue(f"title {number}", "", CueTag()))
            if is_over.is_set():
                return

    noting = threading.Thread(target=note)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    noting.start()
    try:
        for number in range(2000):
            gate.offer(Title("", f"other {number}"))
    finally:
        is_over.set()
        noting.join()
        sys.setswitchinterval(before)
