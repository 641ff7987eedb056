"""Converts a score to a Standard MIDI File of type 1: a track for tempo and sections, and a track for each part."""

import mido

from bandstand.composer.score import BEND_RANGE, TICKS, Part, Score, assign_channels

VOLUME, PAN, REVERB, CHORUS = 7, 10, 91, 93
"""Controller numbers of General MIDI."""
CHORUS_SENDS = ((24, 40), (32, 127), (40, 0), (48, 30), (56, 0), (80, 40), (104, 0), (128, 40))
"""(end, chorus send, 0 to 127) of the programs from the end of the group before up to this one: guitars most of all,
none for basses, so that what is low stays in the middle, and none for strings, choirs and synthesisers, which are wide
by themselves. Drums have none."""
Timed = tuple[int, int, mido.Message | mido.MetaMessage]
"""(tick, rank, message). The rank orders messages at one tick: a note ends before another begins, and controllers and
the pitch wheel move in between."""
SETTING, END, MOVE, BEGIN = range(4)
WHEEL: int = 8191
"""The pitch wheel at one end of its way."""


def make_mix_controls(part: Part) -> dict[int, int]:
    """Make the MIDI controllers that place a part in the mix: number -> value, 0 to 127."""
    return {
        VOLUME: round(127 * part.level),
        PAN: round(64 + 63 * part.pan),
        REVERB: round(127 * part.reverb),
        CHORUS: 0
        if part.voice in ("drums", "bass")
        else next(send for end, send in CHORUS_SENDS if part.program < end),
    }


def turn_wheel(cents: int) -> int:
    """Convert a bend to a position of the pitch wheel, -8191 to 8191, at the usual range of two semitones."""
    return round(max(-1.0, min(1.0, cents / BEND_RANGE)) * WHEEL)


def make_midi(score: Score) -> mido.MidiFile:
    """Convert a score. Drums are on General MIDI's drum channel."""
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS, charset="utf-8")
    file.tracks.append(_make_track(_list_settings(score)))
    file.tracks += [
        _make_track(_list_messages(part, channel))
        for part, channel in zip(score.parts, assign_channels(score), strict=True)
    ]
    return file


def _list_settings(score: Score) -> list[Timed]:
    """List title, time and key signature, tempi, and a marker for each section."""
    rows: list[Timed] = [
        (0, SETTING, mido.MetaMessage("track_name", name=score.title)),
        (0, SETTING, mido.MetaMessage("time_signature", numerator=score.beats, denominator=4)),
        (0, SETTING, mido.MetaMessage("key_signature", key=score.key)),
    ]
    rows += [
        (tempo.start, SETTING, mido.MetaMessage("set_tempo", tempo=round(6e7 / tempo.bpm))) for tempo in score.tempi
    ]
    rows += [
        (section.bar * score.bar, SETTING, mido.MetaMessage("marker", text=f"{section.kind} {section.number}"))
        for section in score.sections
    ]
    return rows


def _list_messages(part: Part, channel: int) -> list[Timed]:
    rows: list[Timed] = [
        (0, SETTING, mido.MetaMessage("track_name", name=part.name)),
        (0, SETTING, mido.Message("program_change", channel=channel, program=part.program)),
    ]
    rows += [
        (0, SETTING, mido.Message("control_change", channel=channel, control=number, value=value))
        for number, value in make_mix_controls(part).items()
    ]
    for note in part.notes:
        begin = {"channel": channel, "note": note.pitch, "velocity": note.velocity}
        end = {"channel": channel, "note": note.pitch}
        rows.append((note.start, BEGIN, _make_message("note_on", begin)))
        rows.append((note.start + note.length, END, _make_message("note_off", end)))
    for move in part.controls:
        values = {"channel": channel, "control": move.number, "value": move.value}
        rows.append((move.start, MOVE, _make_message("control_change", values)))
    for bend in part.bends:
        rows.append(
            (bend.start, MOVE, _make_message("pitchwheel", {"channel": channel, "pitch": turn_wheel(bend.cents)}))
        )
    return rows


def _make_message(kind: str, values: dict[str, int]) -> mido.Message:
    """A message of a score, which has no wrong values: to check them took longer than all the rest of a file."""
    return mido.Message(kind, skip_checks=True, **values)


def _make_track(rows: list[Timed]) -> mido.MidiTrack:
    track, now = mido.MidiTrack(), 0
    for tick, _, message in sorted(rows, key=lambda row: row[:2]):
        message.time = tick - now
        track.append(message)
        now = tick
    return track
