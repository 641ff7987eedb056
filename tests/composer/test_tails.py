"""When voices are ended, by a FluidSynth that only takes note; and that nobody hears it, by the real one."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import msgspec
import numpy as np
import pytest

from bandstand.composer import fluid
from bandstand.composer.audio import BLOCK_FRAMES, SPAN, Block
from bandstand.composer.fluid import FluidRenderer
from bandstand.composer.score import Part, Score
from bandstand.composer.soundfont_levels import ATTACK_KEYS, DRUMS, FontLevels, get_levels
from bandstand.composer.streaming_score import StreamingScore
from bandstand.composer.tails import ATTENUATION, PACE, RELEASE, SHORTEST, Tails

needs_soundfont = pytest.mark.skipif(
    not fluid.is_available() or fluid.find_soundfont("") is None, reason="needs libfluidsynth and a soundfont"
)
PAD = Part(name="pad", voice="pad", program=90, level=1, pan=0, reverb=0, notes=())
KIT = Part(name="drums", voice="drums", program=0, level=1, pan=0, reverb=0, notes=())
LEVELS = FontLevels(
    sha256="",
    programs=(-30.0,) * 128,
    drums={0: (-30.0,) * len(DRUMS)},
    releases=(0.2,) * 128,
    rings={0: (0.5,) * len(DRUMS)},
    attacks=((0.0,) * len(ATTACK_KEYS),) * 128,
)


class FakeLibrary:
    """One voice for each note: its address is 1000 and the note's number."""

    def __init__(self) -> None:
        self.voices: dict[int, tuple[int, int]] = {}
        """Number of a note -> (channel, key)."""
        self.changed: list[tuple[int, int]] = []
        """(address, generator)."""
        for name, function in (
            ("fluid_synth_get_voicelist", self._list_voices),
            ("fluid_voice_get_key", lambda voice: self.voices[voice - 1000][1]),
            ("fluid_voice_get_channel", lambda voice: self.voices[voice - 1000][0]),
            ("fluid_voice_gen_set", lambda *_: None),
            ("fluid_voice_update_param", lambda voice, generator: self.changed.append((voice, generator))),
            ("fluid_synth_get_active_voice_count", lambda _: len(self.voices)),
        ):
            setattr(self, name, _accept_types(function))

    def _list_voices(self, synth: int, found: Any, size: int, note: int) -> int:
        found[0] = 1000 + note if note in self.voices else None
        found[1] = None
        return 0


def _accept_types(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that, like one of ctypes, can be told its types."""

    def call(*arguments: Any) -> Any:
        return function(*arguments)

    return call


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary()


@pytest.fixture
def tails(library: FakeLibrary) -> Tails:
    tails = Tails(library, 1, LEVELS)
    tails.add_part(0, PAD)
    tails.add_part(9, KIT)
    return tails


def play(tails: Tails, library: FakeLibrary, place: int, key: int, begin: int, end: int) -> None:
    library.voices[len(library.voices)] = (place, key)
    tails.begin_note(begin, place, key)
    tails.end_note(end, place, key)


def list_moments(tails: Tails) -> list[int]:
    """When something is due, until nothing is any more."""
    moments = []
    while (frame := tails.find_next(1 << 40)) < 1 << 40:
        moments.append(frame)
        tails.end_voices(frame)
    return moments


def test_a_note_is_muted_and_then_ended_when_it_has_died_away(library: FakeLibrary, tails: Tails) -> None:
    play(tails, library, 0, 60, 0, 9600)
    muted = 9600 + 4 * PACE
    assert list_moments(tails)[-2:] == [muted, muted + PACE]
    assert library.changed == [(1000, ATTENUATION), (1000, RELEASE)]


def test_a_note_that_its_part_covers_is_ended_sooner(library: FakeLibrary, tails: Tails) -> None:
    play(tails, library, 0, 60, 0, 9600)
    library.voices[1] = (0, 64)
    tails.begin_note(9600, 0, 64)
    muted = 9600 + 3 * PACE
    assert list_moments(tails) == [muted, muted + PACE]


def test_what_dies_away_soon_is_left_to_itself(library: FakeLibrary) -> None:
    tails = Tails(library, 1, msgspec.structs.replace(LEVELS, releases=(SHORTEST - 0.01,) * 128))
    tails.add_part(0, PAD)
    play(tails, library, 0, 60, 0, 9600)
    assert list_moments(tails) == []


def test_a_stroke_is_ended_by_its_own_time_and_not_before_the_note_is_over(library: FakeLibrary, tails: Tails) -> None:
    play(tails, library, 9, 38, 9600, 12_000)
    assert tails.find_next(1 << 40) == 9600 + 10 * PACE
    play(tails, library, 9, 40, 9600, 96_000)
    assert list_moments(tails)[-1] == 96_000 + PACE


def test_voices_are_ended_on_their_own_grid(library: FakeLibrary, tails: Tails) -> None:
    play(tails, library, 0, 60, 64, 9664)
    assert all(frame % PACE == 0 for frame in list_moments(tails))


def test_a_note_that_is_struck_again_has_ended(library: FakeLibrary, tails: Tails) -> None:
    library.voices = {0: (0, 60), 1: (0, 60)}
    tails.begin_note(0, 0, 60)
    tails.begin_note(4800, 0, 60)
    list_moments(tails)
    assert {voice for voice, _ in library.changed} == {1000}


def test_a_voice_that_has_ended_by_itself_is_not_looked_at_again(library: FakeLibrary, tails: Tails) -> None:
    play(tails, library, 0, 60, 0, 9600)
    library.voices.clear()
    assert len(list_moments(tails)) == 2
    assert library.changed == []


@pytest.mark.parametrize("voice", [(0, 61), (1, 60)])
def test_another_note_s_voice_is_left_alone(library: FakeLibrary, tails: Tails, voice: tuple[int, int]) -> None:
    """As if FluidSynth numbered its notes in another way."""
    play(tails, library, 0, 60, 0, 9600)
    library.voices = {0: voice}
    list_moments(tails)
    assert library.changed == []


# The real one


def render(score: Score, levels: FontLevels, single: int, frames: int) -> tuple[Block, float]:
    """The first frames of a song, and the mean number of voices."""
    path = fluid.find_soundfont("")
    assert path is not None
    renderer = FluidRenderer(path, levels)
    voices: list[int] = []

    def count(blocks: Iterator[Block]) -> Iterator[Block]:
        for block in blocks:
            voices.append(renderer._synth.get_active_voice_count())
            yield block

    try:
        blocks = count(renderer.render(StreamingScore.from_score(score), single))
        many = frames // BLOCK_FRAMES
        sound = np.concatenate(list(islice(blocks, many if many < single else -(-frames // (SPAN * BLOCK_FRAMES)))))
    finally:
        renderer.close()
    return sound[:frames], sum(voices) / len(voices)


@needs_soundfont
@pytest.mark.slow
def test_far_fewer_voices_sound_alike(short: Score) -> None:
    path = fluid.find_soundfont("")
    assert path is not None
    levels = get_levels(path, fluid.make_dry_synth)
    endless = msgspec.structs.replace(levels, releases=(99.0,) * 128, rings={0: (99.0,) * len(DRUMS)})
    whole, many = render(short, endless, 1000, 20 * 48_000)
    ended, few = render(short, levels, 1000, 20 * 48_000)
    assert few < 0.8 * many
    left = ((ended - whole) ** 2).mean() / (whole**2).mean()
    assert 10 * np.log10(left) < -40


@needs_soundfont
@pytest.mark.slow
def test_the_sound_does_not_depend_on_how_it_is_cut_into_blocks(short: Score) -> None:
    path = fluid.find_soundfont("")
    assert path is not None
    levels = get_levels(path, fluid.make_dry_synth)
    one, other = (render(short, levels, single, 10 * 48_000)[0] for single in (1000, 0))
    assert np.array_equal(one, other)
