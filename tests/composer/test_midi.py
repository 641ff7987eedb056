from pathlib import Path

import mido
import msgspec
import pytest

from bandstand.composer.midi import make_midi
from bandstand.composer.score import EXPRESSION, Bend, Control, Note, Score, assign_channels
from bandstand.composer.synth import cut_excerpt

pytestmark = pytest.mark.slow
"""Whole songs are composed."""


def test_every_note_is_in_the_file_at_its_tick(short: Score, tmp_path: Path) -> None:
    make_midi(short).save(tmp_path / "song.mid")
    file = mido.MidiFile(tmp_path / "song.mid")
    assert len(file.tracks) == 1 + len(short.parts)
    for track, part in zip(file.tracks[1:], short.parts, strict=True):
        assert played(track) == part.notes


def played(track: mido.MidiTrack) -> tuple[Note, ...]:
    now, begun, notes = 0, {}, []
    for message in track:
        now += message.time
        if message.type == "note_on":
            begun[message.note] = (now, message.velocity)
        elif message.type == "note_off":
            start, velocity = begun.pop(message.note)
            notes.append(Note(start, now - start, message.note, velocity))
    assert not begun
    return tuple(sorted(notes, key=lambda note: (note.start, note.pitch)))


def test_controls_and_bends_are_in_the_file_at_their_ticks(short: Score) -> None:
    moved = msgspec.structs.replace(
        short.parts[-1], controls=(Control(480, EXPRESSION, 90),), bends=(Bend(480, -100), Bend(600, 200))
    )
    track = make_midi(msgspec.structs.replace(short, parts=(moved,))).tracks[1]
    now, found = 0, []
    for message in track:
        now += message.time
        if message.type == "pitchwheel":
            found.append((now, message.pitch))
        elif message.type == "control_change" and now:
            found.append((now, message.control, message.value))
    assert found == [(480, EXPRESSION, 90), (480, -4096), (600, 8191)]


def test_the_file_lasts_as_long_as_the_score(short: Score) -> None:
    assert abs(make_midi(short).length - short.seconds(short.ticks)) < 0.1


def test_the_file_has_instruments_key_and_sections(short: Score) -> None:
    file = make_midi(short)
    programs = {m.channel: m.program for track in file.tracks for m in track if m.type == "program_change"}
    assert programs == dict(zip(assign_channels(short), [part.program for part in short.parts], strict=True))
    messages = [message for message in file.tracks[0] if message.type in ("key_signature", "marker")]
    assert messages[0].key == short.key
    assert [message.text.split()[0] for message in messages[1:]] == [section.kind for section in short.sections]


def test_every_key_can_be_written(songs: list[Score]) -> None:
    assert len({song.key for song in songs}) > 8
    for song in songs:
        assert make_midi(cut_excerpt(song)).tracks
