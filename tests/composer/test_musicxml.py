"""MusicXML: complete bars, matching ties, and all notes of the score."""

from xml.etree.ElementTree import Element, fromstring

import pytest

from bandstand.common.lineups import HOUSE
from bandstand.composer.compose import compose
from bandstand.composer.musicxml import make_musicxml
from bandstand.composer.score import EFFECTS, STEP, Part, Score

pytestmark = pytest.mark.slow
"""Whole songs are composed."""


@pytest.fixture(scope="module")
def written() -> list[tuple[Score, Element]]:
    """One short song of each band, with its MusicXML."""
    songs = [compose(band, 0, {"minutes": 1}) for band in HOUSE.values()]
    return [(song, fromstring(make_musicxml(song))) for song in songs]


def bars(root: Element) -> list[list[Element]]:
    return [part.findall("measure") for part in root.findall("part")]


def list_players(song: Score) -> list[Part]:
    return [part for part in song.parts if part.voice != EFFECTS]


def test_every_bar_is_complete(written: list[tuple[Score, Element]]) -> None:
    for song, root in written:
        assert len(root.findall("part")) == len(list_players(song))
        for measures in bars(root):
            assert len(measures) == song.ticks // song.bar
            for measure in measures:
                heads = [note for note in measure.findall("note") if note.find("chord") is None]
                assert sum(int(note.findtext("duration", "0")) for note in heads) == song.bar // STEP


def test_every_tie_has_a_beginning_and_an_end(written: list[tuple[Score, Element]]) -> None:
    for _, root in written:
        for measures in bars(root):
            open_: set[str] = set()
            for measure in measures:
                for note in measure.findall("note"):
                    kinds = {tie.get("type") for tie in note.findall("tie")}
                    pitch = "".join(note.find("pitch").itertext()) if note.find("pitch") is not None else "drum"
                    if "stop" in kinds:
                        assert pitch in open_
                        open_.discard(pitch)
                    if "start" in kinds:
                        open_.add(pitch)
            assert not open_


def test_every_note_is_written_at_its_pitch(short: Score) -> None:
    steps = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
    for part, element in zip(list_players(short), fromstring(make_musicxml(short)).findall("part"), strict=True):
        if part.voice == "drums":
            continue
        written = {
            12 * (int(pitch.findtext("octave", "0")) + 1)
            + steps[pitch.findtext("step", "")]
            + int(pitch.findtext("alter", "0"))
            for pitch in element.iter("pitch")
        }
        assert written == {note.pitch for note in part.notes}


def test_the_document_has_key_metre_tempo_chords_and_sections(short: Score) -> None:
    first = fromstring(make_musicxml(short)).find("part")
    assert first is not None
    assert first.findtext("measure/attributes/time/beats") == str(short.beats)
    assert float(first.find("measure/sound").get("tempo")) == short.tempi[0].bpm
    assert len(list(first.iter("harmony"))) == len(short.chords)
    assert [mark.text.split()[0] for mark in first.iter("rehearsal")] == [part.kind for part in short.sections]
