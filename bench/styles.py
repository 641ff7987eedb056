"""Measures the styles: `python -m bench.styles [FOLDER] [--songs N] [--minutes M] [--tones]`.

Renders songs of every house band to files, and measures their sound: spectral flatness (0.56 for white noise), pulse
(the autocorrelation of the onsets at the song's beat; 0.02 for noise), brightness and onsets. Then computes the
measures of scores (`composer/measures.py`) for 300 seeds, and for four kinds of random notes.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import mean
from typing import Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from bandstand.common.bands import Band
from bandstand.common.lineups import HOUSE
from bandstand.common.types import RATE, Lufs
from bandstand.composer import fluid
from bandstand.composer.audio import Block, FlacWriter
from bandstand.composer.compose import compose
from bandstand.composer.measures import Measures, measure_score
from bandstand.composer.random_source import RandomSource
from bandstand.composer.recorder import make_tags
from bandstand.composer.score import STEP, Note, Score
from bandstand.composer.streaming_score import StreamingScore
from bandstand.composer.synth import find_synthesiser, render_song

SEEDS: Final = 300
HOP: Final = 480
WINDOW: Final = 4096
MUSICAL_FLATNESS: Final = 0.02


class SoundMeasures(NamedTuple):
    flatness: float
    pulse: float
    brightness: float  # Hz, the spectrum's centre
    onsets: float  # a second


def measure_sound(song: npt.NDArray[np.float32], bpm: float) -> SoundMeasures:
    mono = song.mean(axis=1)
    windows = mono[: len(mono) // WINDOW * WINDOW].reshape(-1, WINDOW) * np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(windows)) ** 2 + 1e-12
    flatness = np.median(np.exp(np.log(power).mean(axis=1)) / power.mean(axis=1))
    frequencies = np.fft.rfftfreq(WINDOW, 1 / RATE)
    centre = np.median((power * frequencies).sum(axis=1) / power.sum(axis=1))
    flux = _flux(mono)
    return SoundMeasures(float(flatness), _pulse(flux, bpm), float(centre), _peaks(flux) / (len(mono) / RATE))


def _flux(mono: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Spectral flux: the rise of the spectrum from each hundredth of a second to the next."""
    frames = np.lib.stride_tricks.sliding_window_view(mono, 1024)[::HOP] * np.hanning(1024)
    spectrum = np.log1p(100 * np.abs(np.fft.rfft(frames)))
    rise = np.maximum(0, np.diff(spectrum, axis=0)).sum(axis=1)
    return np.asarray(rise - rise.mean())


def _pulse(flux: npt.NDArray[np.float64], bpm: float) -> float:
    """The highest autocorrelation within 3 % of one, two or four beats."""
    spectrum = np.abs(np.fft.rfft(flux, 2 * len(flux))) ** 2
    correlation = np.fft.irfft(spectrum)[: len(flux)]
    beat = 60 / bpm * RATE / HOP
    near = [correlation[int(n * beat * 0.97) : int(n * beat * 1.03) + 2].max() for n in (1, 2, 4)]
    return float(max(near) / correlation[0])


def _peaks(flux: npt.NDArray[np.float64]) -> int:
    level = flux.std()
    return int(((flux[1:-1] > level) & (flux[1:-1] >= flux[:-2]) & (flux[1:-1] > flux[2:])).sum())


def render_file(score: Score, path: Path) -> npt.NDArray[np.float32]:
    """Render a song to a FLAC file; return its sound, shape (frames, 2)."""
    synthesiser, blocks = find_synthesiser(""), list[Block]()
    flac = FlacWriter(path, score.seed, make_tags(score))
    for block in render_song(StreamingScore.from_score(score), synthesiser.make_renderer(), synthesiser, Lufs(-16)):
        flac.push(block)
        blocks.append(block)
    flac.close()
    return np.concatenate(blocks)


def _changed(score: Score, change: Callable[[Note, bool], Note]) -> Score:
    parts = tuple(
        msgspec.structs.replace(part, notes=tuple(change(note, part.voice == "drums") for note in part.notes))
        for part in score.parts
    )
    return msgspec.structs.replace(score, parts=parts)


def randomise(score: Score) -> Iterator[tuple[str, Score]]:
    random = RandomSource(score.seed, "/noise")
    steps = score.ticks // STEP
    scale = [pitch for pitch in range(40, 85) if pitch % 12 in (0, 2, 4, 5, 7, 9, 11)]

    def pitch(note: Note, drum: bool) -> Note:
        return note if drum else Note(note.start, note.length, random.draw_integer(40, 84), note.velocity)

    def rhythm(note: Note, _: bool) -> Note:
        return Note(random.draw_index(steps) * STEP, note.length, note.pitch, note.velocity)

    def diatonic(note: Note, drum: bool) -> Note:
        return note if drum else Note(note.start, note.length, random.choose(scale), note.velocity)

    yield "random pitch", _changed(score, pitch)
    yield "random rhythm", _changed(score, rhythm)
    yield "random diatonic", _changed(score, diatonic)
    yield "all random", _changed(_changed(score, pitch), rhythm)


def print_measures() -> None:
    print(f"measures of scores, {SEEDS} seeds of each style: mean [least, most]")
    for band in HOUSE.values():
        songs = [compose(band, seed, {}) for seed in range(SEEDS)]
        _row(band.style, [measure_score(song) for song in songs])
        tunes = {tuple(part.notes for part in song.parts if part.voice == "melody") for song in songs}
        print(f"{'':16}{len(tunes)} tunes of {SEEDS} differ; {sum(_ends(song) for song in songs)} end on their tonic")
    kinds: dict[str, list[Measures]] = {}
    for seed in range(SEEDS // 4):
        for name, noise in randomise(compose(_band(seed), seed, {})):
            kinds.setdefault(name, []).append(measure_score(noise))
    for name, measures in kinds.items():
        _row(name, measures)


def _band(seed: int) -> Band:
    return list(HOUSE.values())[seed % len(HOUSE)]


def _ends(song: Score) -> bool:
    return song.chords[-1].symbol.removesuffix("6") == (song.sections[-1].key or song.key)


def _row(name: str, measures: list[Measures]) -> None:
    def field(key: str) -> str:
        values = [getattr(each, key) for each in measures]
        return f"{key} {mean(values):.2f} [{min(values):.2f}, {max(values):.2f}]"

    passed = sum(each.is_musical for each in measures)
    print(f"{name:<16}{'  '.join(map(field, Measures.__struct_fields__))}  {passed} of {len(measures)} pass")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--songs", type=int, default=3)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--tones", action="store_true", help="through our own synthesiser")
    parser.add_argument("--sound-only", action="store_true")
    options = parser.parse_args()
    if options.tones:
        fluid.SOUNDFONTS = ()  # type: ignore[misc]
    folder = options.folder or Path(tempfile.mkdtemp(prefix="styles-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{options.songs} songs of each style, in {folder}: flatness, pulse, brightness in Hz, onsets a second")
    parameters = {"minutes": options.minutes} if options.minutes else {}
    for band in HOUSE.values():
        for seed in range(options.songs):
            score = compose(band, seed, parameters)
            song = render_file(score, folder / f"{band.style}-{seed}.flac")
            flatness, pulse, brightness, onsets = measure_sound(song, score.tempi[0].bpm)
            print(f"{band.style:<12}{seed:<4}{flatness:8.4f}{pulse:8.2f}{brightness:8.0f}{onsets:8.1f}", flush=True)
    if not options.sound_only:
        print_measures()


if __name__ == "__main__":
    main()
