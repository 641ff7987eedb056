"""Draws a song as SVG: the piano roll of its score, and the waveform of its sound.

The SVG is put together as text, which takes a few milliseconds for five thousand notes; a drawing library takes longer.
"""

from html import escape
from typing import Final

import numpy as np
import numpy.typing as npt

from bandstand.composer.audio import Block
from bandstand.composer.score import UNPITCHED, Score

WIDTH, HEIGHT, HEAD, DRUMS = 1600, 440, 34, 60
"""Pixels: width and height of the roll, height of the text at the top, and of the drums' rows at the bottom."""
COLOURS: Final = {
    "drums": "#7a828c",
    "bass": "#3d7dd8",
    "chords": "#39a06c",
    "arpeggio": "#2aa7a0",
    "pad": "#a08bd0",
    "melody": "#e2593b",
}
"""Voice -> colour."""
OTHER_COLOUR: Final = "#c89b2b"
STYLE: Final = "text{font:13px sans-serif;fill:#444}rect.s{fill:#000;fill-opacity:.05}line{stroke:#bbb}"
POINTS: Final = 800
"""Columns of a waveform."""
PEAK_FRAMES: Final = 480
"""Frames for which one peak is kept: 10 ms."""

Peaks = npt.NDArray[np.float32]
"""Absolute peaks, shape (n,)."""


def draw_piano_roll(score: Score) -> str:
    """Draw the notes: time to the right, pitch upwards, a colour for each voice. Sections have their names on top."""
    length = score.seconds(score.ticks)
    pitches = [note.pitch for part in score.parts if part.voice not in UNPITCHED for note in part.notes] or [60]
    low, high = min(pitches) - 1, max(pitches) + 1
    row = (HEIGHT - HEAD - DRUMS) / (high - low + 1)
    lines = [_draw_sections(score, length)]
    for part in score.parts:
        colour, is_drums = COLOURS.get(part.voice, OTHER_COLOUR), part.voice in UNPITCHED
        shapes: list[str] = []
        for note in part.notes:
            begin, end = score.seconds(note.start), score.seconds(note.start + note.length)
            left, wide = begin / length * WIDTH, max(1.0, (end - begin) / length * WIDTH)
            top = _place_drum(note.pitch) if is_drums else HEAD + (high - note.pitch) * row
            tall = 3.0 if is_drums else max(2.0, row - 0.5)
            shapes.append(
                f"M{left:.1f} {top:.1f}h{1.5 if is_drums else wide:.1f}v{tall:.1f}h-{1.5 if is_drums else wide:.1f}z"
            )
        lines.append(f'<path fill="{colour}" fill-opacity=".85" d="{"".join(shapes)}"/>')
    text = f"{score.title}, {score.artist}: {score.style}, {score.key}, {score.tempi[0].bpm:g} bpm, seed {score.seed}"
    return _make_svg(HEIGHT, [f'<text x="6" y="14">{escape(text)}</text>', *lines])


def _draw_sections(score: Score, length: float) -> str:
    shapes: list[str] = []
    for index, section in enumerate(score.sections):
        begin = score.seconds(section.bar * score.bar) / length * WIDTH
        end = score.seconds((section.bar + section.bars) * score.bar) / length * WIDTH
        if index % 2:
            shapes.append(f'<rect class="s" x="{begin:.1f}" y="18" width="{end - begin:.1f}" height="{HEIGHT}"/>')
        shapes.append(f'<text x="{begin + 3:.1f}" y="30">{escape(section.kind + " " + section.key)}</text>')
    return "".join(shapes)


def _place_drum(pitch: int) -> float:
    """The height of a drum's row: one row for each General MIDI key."""
    return HEIGHT - 6 - (pitch - 35) % 20 * (DRUMS - 8) / 20


class WaveformPeaks:
    """Collects the peaks of a sound block by block, and draws them."""

    def __init__(self) -> None:
        self._peaks: list[Peaks] = []

    def push(self, block: Block) -> None:
        """Keep the peaks of the next block. A rest of less than `PEAK_FRAMES` frames is ignored."""
        whole = block[: len(block) // PEAK_FRAMES * PEAK_FRAMES]
        if len(whole):
            self._peaks.append(np.abs(whole).reshape(-1, PEAK_FRAMES * block.shape[1]).max(axis=1))

    def draw(self, title: str) -> str:
        """Draw the waveform under its title."""
        peaks = np.concatenate(self._peaks) if self._peaks else np.zeros(1, np.float32)
        columns = np.maximum.reduceat(peaks, np.arange(POINTS) * len(peaks) // POINTS)
        wide, middle = WIDTH / POINTS, HEAD + 80
        shapes = (
            f"M{column * wide:.1f} {middle - 78 * peak:.1f}h{wide - 0.4:.1f}v{156 * peak + 0.5:.1f}h-{wide - 0.4:.1f}z"
            for column, peak in enumerate(columns)
        )
        text = f'<text x="6" y="14">{escape(title)}</text>'
        return _make_svg(HEAD + 160, [text, f'<path fill="#3d7dd8" d="{"".join(shapes)}"/>'])


def _make_svg(height: int, lines: list[str]) -> str:
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{STYLE}</style>'
    return "\n".join([head, f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>', *lines, "</svg>", ""])
