"""A song's two pictures, as SVG made by hand: the piano roll of its score, and the waveform of its sound.

A roll of five thousand notes takes a few milliseconds, which no drawing library does, and any browser shows it.
"""

from typing import Final
from xml.sax.saxutils import escape

import numpy as np
import numpy.typing as npt

from composer.block import Block
from composer.score import Score

WIDTH, HEIGHT, HEAD, DRUMS = 1600, 440, 34, 60
"""Pixels: of the whole, of the line of text above, and of the drums' rows below."""
COLOURS: Final = {
    "drums": "#7a828c",
    "bass": "#3d7dd8",
    "chords": "#39a06c",
    "arpeggio": "#2aa7a0",
    "pad": "#a08bd0",
    "melody": "#e2593b",
}
OTHER: Final = "#c89b2b"
STYLE: Final = "text{font:13px sans-serif;fill:#444}rect.s{fill:#000;fill-opacity:.05}line{stroke:#bbb}"
POINTS: Final = 800
"""Columns of a waveform."""

Peaks = npt.NDArray[np.float32]


def roll(score: Score) -> str:
    """Time to the right, pitch upwards, a colour for each voice; sections are bands with their names."""
    length = score.seconds(score.ticks)
    pitches = [note.pitch for part in score.parts if part.voice != "drums" for note in part.notes] or [60]
    low, high = min(pitches) - 1, max(pitches) + 1
    row = (HEIGHT - HEAD - DRUMS) / (high - low + 1)
    lines = [_sections(score, length)]
    for part in score.parts:
        colour, drums = COLOURS.get(part.voice, OTHER), part.voice == "drums"
        shapes: list[str] = []
        for note in part.notes:
            begin, end = score.seconds(note.start), score.seconds(note.start + note.length)
            left, wide = begin / length * WIDTH, max(1.0, (end - begin) / length * WIDTH)
            top = _drum(note.pitch) if drums else HEAD + (high - note.pitch) * row
            tall = 3.0 if drums else max(2.0, row - 0.5)
            shapes.append(
                f"M{left:.1f} {top:.1f}h{1.5 if drums else wide:.1f}v{tall:.1f}h-{1.5 if drums else wide:.1f}z"
            )
        lines.append(f'<path fill="{colour}" fill-opacity=".85" d="{"".join(shapes)}"/>')
    said = f"{score.title}, {score.artist}: {score.style}, {score.key}, {score.tempi[0].bpm:g} bpm, seed {score.seed}"
    return _svg(HEIGHT, [f'<text x="6" y="14">{escape(said)}</text>', *lines])


def _sections(score: Score, length: float) -> str:
    shapes: list[str] = []
    for index, section in enumerate(score.sections):
        begin = score.seconds(section.bar * score.bar) / length * WIDTH
        end = score.seconds((section.bar + section.bars) * score.bar) / length * WIDTH
        if index % 2:
            shapes.append(f'<rect class="s" x="{begin:.1f}" y="18" width="{end - begin:.1f}" height="{HEIGHT}"/>')
        shapes.append(f'<text x="{begin + 3:.1f}" y="30">{escape(section.kind + " " + section.key)}</text>')
    return "".join(shapes)


def _drum(pitch: int) -> float:
    """A row for each of the kit's pieces."""
    return HEIGHT - 6 - (pitch - 35) % 20 * (DRUMS - 8) / 20


class Envelope:
    """What a waveform is drawn from, taken down as the sound passes: the peaks of each hundredth of a second."""

    def __init__(self) -> None:
        self._peaks: list[Peaks] = []

    def push(self, block: Block) -> None:
        whole = block[: len(block) // 480 * 480]
        if len(whole):
            self._peaks.append(np.abs(whole).reshape(-1, 480 * block.shape[1]).max(axis=1))

    def picture(self, title: str) -> str:
        peaks = np.concatenate(self._peaks) if self._peaks else np.zeros(1, np.float32)
        columns = np.maximum.reduceat(peaks, np.arange(POINTS) * len(peaks) // POINTS)
        wide, middle = WIDTH / POINTS, HEAD + 80
        shapes = (
            f"M{place * wide:.1f} {middle - 78 * peak:.1f}h{wide - 0.4:.1f}v{156 * peak + 0.5:.1f}h-{wide - 0.4:.1f}z"
            for place, peak in enumerate(columns)
        )
        text = f'<text x="6" y="14">{escape(title)}</text>'
        return _svg(HEAD + 160, [text, f'<path fill="#3d7dd8" d="{"".join(shapes)}"/>'])


def _svg(height: int, lines: list[str]) -> str:
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{STYLE}</style>'
    return "\n".join([head, f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>', *lines, "</svg>", ""])
