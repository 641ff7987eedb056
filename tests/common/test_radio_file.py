"""The programme as a file: what is taken up, and every fault at once."""

import os
from pathlib import Path

import pytest

from bandstand.common.api.playlists import PlaylistRule
from bandstand.common.api.shows import ShowRule
from bandstand.common.api.values import Slot, SlotKind
from bandstand.common.radio_file import RadioFile, find_unknown, get_path, read_radio_file

GOOD = """
zone = "Europe/Berlin"

[playlists.calm]
query = "style:bossa"
weight = 2

[playlists."The News"]
query = "tag:news"
rule = "hourly"
every = 5

[clocks]
day = ["playlist:calm", "any", "jingle"]

[[shows]]
when = "fri 20:00-22:00"
play = "style:swing"
name = "Friday night"

[[shows]]
when = "2026-12-24 18:00-23:00"
play = "clock:day"
zone = "america/new_york"
override = true
"""
BAD = """
zone = "Europe/Berln"

[clocks]
day = []
night = ["what"]

[[shows]]
when = "frx 20:00-22:00"
play = "style:swing"

[[shows]]
when = "fri 20:00-22:00"
play = "style:swng"
override = true
"""


def read(tmp_path: Path, text: str) -> RadioFile:
    path = get_path(tmp_path / "bandstand.toml")
    path.write_text(text)
    return read_radio_file(path, "UTC")


def test_playlists_clocks_and_shows_are_read(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    assert found.faults == ()
    calm, news = found.playlists
    assert (calm.name, calm.query, calm.weight) == ("calm", "style:bossa", 2)
    assert (news.name, news.rule, news.every) == ("news", PlaylistRule.HOURLY, 5)
    assert [str(slot) for slot in found.clocks[0].slots] == ["playlist:calm", "any", "jingle"]
    friday, eve = found.shows
    assert (friday.name, friday.zone, friday.slot) == ("Friday night", "Europe/Berlin", Slot(SlotKind.STYLE, "swing"))
    assert (eve.zone, eve.is_override, eve.rule) == ("America/New_York", True, ShowRule((), "2026-12-24", 1080, 1380))
    assert friday.key == "file:Friday night" and friday.id == 0


def test_a_show_knows_when_the_file_was_saved(tmp_path: Path) -> None:
    read(tmp_path, GOOD)
    os.utime(get_path(tmp_path / "bandstand.toml"), (1000.0, 1000.0))
    assert {show.saved for show in read_radio_file(get_path(tmp_path / "bandstand.toml"), "UTC").shows} == {1000.0}


def test_without_a_file_there_is_nothing(tmp_path: Path) -> None:
    assert read_radio_file(tmp_path / "radio.toml", "UTC") == RadioFile()


def test_every_fault_is_told_at_once_and_nothing_is_taken_up(tmp_path: Path) -> None:
    found = read(tmp_path, BAD)
    assert found.shows == () and found.clocks == ()
    assert [fault.split(": ")[1] for fault in found.faults] == [
        "clocks.day", "clocks.night[0]", "zone", "shows[0].when", "shows[1].play", "shows[1].when",
    ]  # fmt: skip
    assert all(fault.startswith("radio.toml: ") for fault in found.faults)


def test_an_unknown_key_and_a_file_that_is_no_toml_are_faults(tmp_path: Path) -> None:
    assert "shows[0].wen" in read(tmp_path, '[[shows]]\nwen = "x"\nplay = "any"').faults[0]
    assert "not TOML" in read(tmp_path, "[shows").faults[0]


def test_names_that_nothing_has_are_told_with_those_that_there_are(tmp_path: Path) -> None:
    path = tmp_path / "radio.toml"
    path.write_text(
        '[playlists.calm]\nquery = "style:bossa"\n[clocks]\nday = ["playlist:calm", "playlist:clam", "file:/nowhere"]\n'
        '[[shows]]\nwhen = "fri 20:00-22:00"\nplay = "clock:night"\n'
        '[[shows]]\nwhen = "sat 20:00-22:00"\nplay = "band:nobody"\n'
    )
    found = read_radio_file(path, "UTC")
    assert found.faults == ()
    assert list(find_unknown(found, {SlotKind.PLAYLIST: ["old"], SlotKind.CLOCK: []})) == [
        "radio.toml: clocks.day[1]: there is no playlist clam; there are calm, old",
        "radio.toml: clocks.day[2]: /nowhere: there is no such file",
        "radio.toml: shows[0].play: there is no clock night; there are day",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[clocks]\na = ["clock:b"]\nb = ["any", "clock:a"]', "clocks.a: that clock would never end: a leads to b"),
        ('[clocks]\nday = ["any"]\nDay = ["any"]', "clocks.Day: there is a day already"),
        ('[clocks]\n"?!" = ["any"]', "clocks.?!: a name has letters"),
        ('[playlists.a]\nquery = "colour:red"', "playlists.a.query: there is no filter colour:; there are title:"),
        ('[playlists.a]\nquery = ""', "playlists.a.query: search WORDS"),
        ('[playlists.a]\nquery = "faves:me"', "playlists.a.query: faves:me is nobody in a file"),
        (
            '[playlists.a]\nquery = "x"\nrule = "songs"',
            'playlists.a.every: expected a number of songs from 1 to 1000 with rule = "songs", got 0',
        ),
        (
            '[playlists.a]\nquery = "x"\nrule = "hourly"\nevery = 75',
            'playlists.a.every: expected a minute of the hour from 0 to 59 with rule = "hourly", got 75',
        ),
        ('[playlists.a]\nquery = "x"\nevery = 5', "playlists.a.every: says nothing without a rule"),
        ('[clocks]\nday = ["off"]', "clocks.day[0]: off is for overrides"),
        ('[[shows]]\nwhen = "fri 20-22"\nplay = "off"', "shows[0].play: off is for overrides"),
    ],
)
def test_what_cannot_be_played_is_a_fault(text: str, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "radio.toml"
    path.write_text(text + "\n")
    assert f"radio.toml: {fault}" in read_radio_file(path, "UTC").faults[0]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "radio.toml"
    path.write_text(
        'colour = 1\nzone = "Nowhere/At_All"\n[playlists.a]\nquery = 3\n[clocks]\nday = ["stile:x", 3, "off"]\n'
        '[[shows]]\nwhen = "fri 20:00"\n[[shows]]\nwhen = "sometime"\nplay = "any"\n'
    )
    keys = [fault.split(": ")[1] for fault in read_radio_file(path, "UTC").faults]
    assert sorted(keys) == [
        "clocks.day[0]", "clocks.day[1]", "clocks.day[2]", "colour", "playlists.a.query", "shows[0].play",
        "shows[1].when", "zone",
    ]  # fmt: skip
