from xml.etree.ElementTree import fromstring

import msgspec
import numpy as np

from bandstand.composer.pictures import POINTS, WIDTH, WaveformPeaks, draw_piano_roll
from bandstand.composer.score import Score

SVG = "{http://www.w3.org/2000/svg}"


def test_a_piano_roll_has_all_notes_of_all_parts(short: Score) -> None:
    paths = list(fromstring(draw_piano_roll(short)).iter(f"{SVG}path"))
    assert [path.get("d", "").count("M") for path in paths] == [len(part.notes) for part in short.parts]


def test_a_piano_roll_names_the_song_and_its_sections(short: Score) -> None:
    odd = msgspec.structs.replace(short, title="Salt & <Light>")
    words = [text.text or "" for text in fromstring(draw_piano_roll(odd)).iter(f"{SVG}text")]
    assert words[0].startswith("Salt & <Light>, The Small Robots: pop, ")
    assert [word.split()[0] for word in words[1:]] == [section.kind for section in short.sections]


def test_a_waveform_is_high_where_the_sound_is_loud() -> None:
    envelope = WaveformPeaks()
    quiet, loud = np.full((48_000, 2), 0.01, np.float32), np.full((48_000, 2), 0.9, np.float32)
    for block in (quiet, loud, quiet[:100]):
        envelope.push(block)
    path = fromstring(envelope.draw("X")).find(f"{SVG}path")
    assert path is not None
    heights = [float(column.split("v")[1].split("h")[0]) for column in path.get("d", "").split("z") if column]
    assert len(heights) == POINTS
    assert heights[10] < 5 < 100 < heights[-10]
    assert WIDTH > POINTS
