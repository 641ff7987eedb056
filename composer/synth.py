"""From a score to finished sound: the machine's synthesiser, the tone, the gain to the target loudness, and mastering.

A song must be heard before its loudness can be known. So it starts with the gain of an average song. When `HEAD`
seconds have been rendered, an excerpt (some bars of chorus and verse) is rendered by another instance of the
synthesiser and measured (ITU-R BS.1770), and within `GLIDE` seconds the gain moves to the value that brings the song to
the target. Everything is deterministic, so a song rendered again has the same samples.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Final, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from bandstand.common.jobs import Value
from bandstand.common.types import RATE, Frames, Lufs, Seconds
from bandstand.composer import fluid
from bandstand.composer.audio import SINGLE_BLOCKS, Block
from bandstand.composer.fluid import FluidRenderer
from bandstand.composer.loudness import measure_loudness
from bandstand.composer.master import Gains, master_song
from bandstand.composer.score import TAIL, Bend, Control, Note, Score, Section
from bandstand.composer.soundfont_levels import get_levels
from bandstand.composer.streaming_score import Performance, StreamingScore
from bandstand.composer.tone import make_filters, shape_tone
from bandstand.composer.tones import ToneRenderer

FADE: Final = Seconds(1.0)
"""Length of the fade-out at the end of a song. It begins when the last chord is about to end."""
EXACT_FADE: Final = Seconds(0.8)
"""The same of a song that was asked for with an exact length: its last chord ends by itself, and only the rest of its
reverberation is faded, so that the ending is heard at its time."""
HEAD: Final = Seconds(10.0)
"""Time with the average gain. The listener has this much sound while the rest of the song is composed and the excerpt
measured, about a second of processor time in one piece, which takes four on a busy machine."""
GLIDE: Final = Seconds(4.0)
"""Time in which the gain moves from the average to the measured one."""
EXCERPT_KINDS: Final = ("chorus", "verse")
EXCERPT_BARS: Final = 2
"""Bars of each kind of section in an excerpt."""
LARGEST_CORRECTION: Final = 12.0
"""Largest difference between the measured and the average gain, decibels."""


class Renderer(Protocol):
    """Renders one score once, and is closed then."""

    def render(self, song: StreamingScore, single: int = SINGLE_BLOCKS) -> Iterator[Block]:
        """Yield the blocks of `audio.plan_blocks(single)`: the song, then its decay, without an end."""

    def close(self) -> None: ...


class Synthesiser(msgspec.Struct, frozen=True):
    """A way to make sound on this machine."""

    facts: dict[str, Value]
    """Software and soundfont. Stored with each song, because others make other sound."""
    make_renderer: Callable[[], Renderer]
    average_loudness: Lufs
    """Integrated loudness of the average song when its tone is shaped, without gain."""
    excerpt_offset: float
    """Loudness of an excerpt above that of the whole song, LU."""


def find_synthesiser(soundfont: str) -> Synthesiser:
    """Choose FluidSynth with the configured or Debian's soundfont, or our own tones if one of the two is missing.

    Makes the filters as well, so that a waiting worker has them. Raises Missing if a soundfont is configured and does
    not exist.
    """
    make_filters()
    path = fluid.find_soundfont(soundfont)
    if path is None or not fluid.is_available():
        return Synthesiser({"synthesiser": "tones"}, ToneRenderer, average_loudness=Lufs(-22.4), excerpt_offset=0.3)
    levels = get_levels(path, fluid.make_dry_synth)
    facts = fluid.describe(path, levels.sha256)
    return Synthesiser(facts, lambda: FluidRenderer(path, levels), average_loudness=Lufs(-22.7), excerpt_offset=0.3)


def count_frames(score: Score) -> Frames:
    """Length of the finished song, with its tail."""
    return Frames(round((score.seconds(score.ticks) + TAIL) * RATE))


def choose_fade(parameters: Mapping[str, Value]) -> Seconds:
    """How long a song with these parameters fades out at its end."""
    return EXACT_FADE if "seconds" in parameters else FADE


def render_song(
    song: StreamingScore, renderer: Renderer, synthesiser: Synthesiser, target: Lufs, fade: Seconds = FADE
) -> Generator[Block, None, None]:
    """Render, level and master a song: the blocks of `audio.plan_blocks`, the last one shorter.

    `fade` is how long it fades out at its end (`choose_fade`).
    `renderer` is unused and made by `synthesiser`, perhaps ahead of time. It is closed at the end.
    """
    gain = _GainCurve(song, synthesiser, target)
    try:
        yield from master_song(
            shape_tone(renderer.render(song)), count_frames(song.header), gain, Frames(round(fade * RATE))
        )
    finally:
        renderer.close()


class _GainCurve:
    """The gain over time. Measures the song when the first block after `HEAD` is asked for, not earlier."""

    def __init__(self, song: StreamingScore, synthesiser: Synthesiser, target: Lufs) -> None:
        self._song = song
        self._synthesiser = synthesiser
        self._target = target
        self._average = target - synthesiser.average_loudness
        self._measured: float | None = None

    def __call__(self, frames: npt.NDArray[np.int64]) -> Gains:
        glide = np.clip((frames[[0, -1]] / RATE - HEAD) / GLIDE, 0, 1)
        if glide[0] == glide[1]:  # all of the block before the glide, or after it
            frames = frames[:1]
        decibels = np.full(len(frames), self._average)
        if glide[1] > 0:
            if self._measured is None:
                self._measured = self._measure()
            decibels += (self._measured - self._average) * np.clip((frames / RATE - HEAD) / GLIDE, 0, 1)
        return np.asarray(10 ** (decibels / 20))

    def _measure(self) -> float:
        """Measure an excerpt; return the gain that brings the whole song to the target, decibels."""
        excerpt = cut_excerpt(self._song.complete())
        renderer = self._synthesiser.make_renderer()
        try:
            raw = shape_tone(renderer.render(StreamingScore.from_score(excerpt), single=0))
            length = Frames(round(excerpt.seconds(excerpt.ticks) * RATE))
            loudness = measure_loudness(master_song(raw, length, lambda at: np.ones(1), Frames(1)))
        finally:
            renderer.close()
        gain = self._target - (loudness - self._synthesiser.excerpt_offset)
        return max(self._average - LARGEST_CORRECTION, min(self._average + LARGEST_CORRECTION, gain))


def cut_excerpt(score: Score) -> Score:
    """Make a score of the first bars of the last chorus, followed by those of the last verse.

    Half loud and half quiet bars are nearer to the loudness of the whole song than a chorus alone.
    """
    chosen = [[section for section in score.sections if section.kind == kind][-1:] for kind in EXCERPT_KINDS]
    sections, begin = list[Section](), 0
    copies = [Performance() for _ in score.parts]
    for section in (section for found in chosen for section in found):
        bars = min(EXCERPT_BARS, section.bars)
        _copy_bars(score, section.bar * score.bar, bars * score.bar, begin * score.bar, copies)
        sections.append(msgspec.structs.replace(section, bar=begin, bars=bars))
        begin += bars
    return msgspec.structs.replace(
        score,
        tempi=score.tempi[:1],
        sections=tuple(sections),
        parts=tuple(
            msgspec.structs.replace(
                part, notes=tuple(copy.notes), controls=tuple(copy.controls), bends=tuple(copy.bends)
            )
            for part, copy in zip(score.parts, copies, strict=True)
        ),
    )


def _copy_bars(score: Score, begin: int, length: int, to: int, copies: list[Performance]) -> None:
    """Append to `copies`, one for each part, what begins within `length` ticks from tick `begin` on.

    It is moved to tick `to`, and notes end with the excerpt at the latest. Notes that a player begins early count too.
    Controllers and the pitch wheel begin where they stood.
    """
    early = begin - score.bar // 16
    for part, copy in zip(score.parts, copies, strict=True):
        for note in part.notes:
            if early <= note.start < begin + length:
                start = max(0, note.start - begin)
                copy.notes.append(Note(to + start, min(note.length, length - start), note.pitch, note.velocity))
        stand = {move.number: move for move in part.controls if move.start < early}
        moves = [*stand.values(), *(move for move in part.controls if early <= move.start < begin + length)]
        copy.controls += [Control(to + max(0, move.start - begin), move.number, move.value) for move in moves]
        bends = [bend for bend in part.bends if bend.start < early][-1:]
        bends += [bend for bend in part.bends if early <= bend.start < begin + length]
        copy.bends += [Bend(to + max(0, bend.start - begin), bend.cents) for bend in bends]
