"""Other people's ears on the songs: `python bench/outside_ears.py`, tools that know nothing of how they are made.

    beats      librosa's tracker (Ellis, JNMR 36:1, 2007) against the score's beats: F-measure within 70 ms, at the
               score's tempo, half or double, as a listener may tap either
    key        Essentia's KeyExtractor against the score's first key, its relative counting as wrong
    chords     Essentia's ChordsDetection against the score's symbols, root and major or minor, by time
    tune       Spotify's Basic Pitch (Bittner et al., ICASSP 2022; its model is inside the package) against the notes of
               the tune: share found within 50 ms and half a semitone, an octave up or down allowed
    tags       musicnn (Pons & Serra, late-breaking at ISMIR 2019; its models are inside the package): whether a tag of
               `TAGS` is among the first three of a model's fifty. One model has the tags of the Million Song Dataset's
               listeners, which are genres; the other MagnaTagATune's, which say how it sounds. The row ends with the
               first three and in how many songs each is.

Each tool is optional: a column whose tool is missing has `-`. The environment, outside the checkout:

    python3 -m venv ENV
    ENV/bin/pip install librosa essentia mir_eval msgspec mido av pyfluidsynth pydub
    ENV/bin/pip install --no-deps basic-pitch && ENV/bin/pip install onnxruntime resampy pretty_midi
    PYTHONPATH=. ENV/bin/python bench/outside_ears.py [--style pop] [--seeds 6] [--seconds 60]

musicnn needs an environment of its own, because its TensorFlow is of 2024:

    ENV2/bin/pip install "tensorflow-cpu<2.16" librosa msgspec mido av pyfluidsynth pydub audioop-lts mutagen
    ENV2/bin/pip install --no-deps musicnn

A song takes about a minute of processor.
"""

import argparse
import logging
import os
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from bandstand.common.lineups import HOUSE
from bandstand.common.types import RATE, Lufs
from bandstand.composer.audio import Block, export_segment, make_segment
from bandstand.composer.compose import compose
from bandstand.composer.master import take_frames
from bandstand.composer.score import TICKS, Score
from bandstand.composer.streaming_score import StreamingScore
from bandstand.composer.synth import find_synthesiser, render_song
from bandstand.composer.tune_measures import find_tune

TARGETS = {"beats": 0.9, "key": 0.85, "chords": 0.7, "tune": 0.85, "tags": 0.83}
GENRES, SOUNDS = "MSD_musicnn", "MTT_musicnn"
"""musicnn's models."""
ELECTRONIC = frozenset({"electronic", "electronica", "electro", "dance", "House"})
TAGS: dict[str, tuple[str, frozenset[str]]] = {
    "rock": (
        GENRES,
        frozenset({"rock", "alternative rock", "hard rock", "classic rock", "punk", "metal", "heavy metal"}),
    ),
    "techno": (GENRES, ELECTRONIC),
    "chiptune": (GENRES, ELECTRONIC),
    "swing": (GENRES, frozenset({"jazz"})),
    "bossa": (GENRES, frozenset({"jazz"})),
    "ballad": (SOUNDS, frozenset({"slow", "soft", "quiet"})),
}
"""Style -> a model, and its tags that a listener would take for the style. Other styles have no tag of their own."""
FIRST = 3
"""Tags of a song that count."""
ONSET, BEAT = 0.05, 0.07
"""Seconds within which an onset, or a beat, is found."""


def render(score: Score, seconds: float) -> Block:
    """The first seconds of a song, as a station plays it."""
    synthesiser = find_synthesiser("")
    song = render_song(StreamingScore.from_score(score), synthesiser.make_renderer(), synthesiser, Lufs(-16))
    return np.concatenate(list(take_frames(song, round(seconds * RATE))))


def rate_beats(score: Score, sound: Block, _: Path) -> float:
    import librosa

    mono = librosa.resample(sound.mean(axis=1), orig_sr=RATE, target_sr=22050)
    _, found = librosa.beat.beat_track(y=mono, sr=22050, units="time")
    beats = [score.seconds(tick) for tick in range(0, score.ticks, TICKS)]
    kinds = (
        beats,
        beats[::2],
        beats[1::2],
        sorted([*beats, *((a + b) / 2 for a, b in pairwise(beats))]),
    )
    return max(_f_measure([beat for beat in kind if beat < len(sound) / RATE], list(found)) for kind in kinds)


def _f_measure(expected: list[float], found: list[float]) -> float:
    hits = sum(any(abs(beat - one) <= BEAT for one in found) for beat in expected)
    return 2 * hits / max(1, len(expected) + len(found))


def rate_key(score: Score, sound: Block, path: Path) -> float:
    es = _import_essentia()
    key, mode, _ = es.KeyExtractor()(es.MonoLoader(filename=str(path))())
    return float(_name_chord(key + ("m" if mode == "minor" else "")) == _name_chord(score.key))


def rate_chords(score: Score, sound: Block, path: Path) -> float:
    es = _import_essentia()
    audio = es.MonoLoader(filename=str(path))()
    window, spectrum, peaks, hpcp = es.Windowing(type="blackmanharris62"), es.Spectrum(), es.SpectralPeaks(), es.HPCP()
    profile = [hpcp(*peaks(spectrum(window(frame)))) for frame in es.FrameGenerator(audio, 4096, 2048)]
    names, _ = es.ChordsDetection(hopSize=2048, windowSize=2)(np.array(profile, np.float32))
    marks = [(score.seconds(mark.start), _name_chord(mark.symbol)) for mark in score.chords]
    rated = []
    for index, name in enumerate(names):
        now = index * 2048 / 44100
        expected = [chord for start, chord in marks if start <= now]
        rated.append(bool(expected) and _name_chord(name) == expected[-1])
    return mean(rated)


def _import_essentia() -> Any:
    """Essentia's algorithms, without a warning for each of them. Raises ImportError."""
    import essentia
    import essentia.standard as es

    essentia.log.warningActive = False
    return es


def _name_chord(symbol: str) -> tuple[int, bool]:
    """(pitch class of the root, whether it is minor) of a symbol."""
    root = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[symbol[0]]
    rest = symbol[1:]
    if rest[:1] in ("#", "b"):
        root, rest = root + (1 if rest[0] == "#" else -1), rest[1:]
    return root % 12, rest.startswith(("m", "dim")) and not rest.startswith("maj")


def rate_tune(score: Score, sound: Block, path: Path) -> float:
    from basic_pitch import ICASSP_2022_MODEL_PATH
    from basic_pitch.inference import predict

    with redirect_stdout(None):
        _, _, events = predict(str(path), _find_model(ICASSP_2022_MODEL_PATH))
    tune = [note for note in find_tune(score) if score.seconds(note.start) < len(sound) / RATE - 0.5]
    found = [(start, pitch) for start, _, pitch, *_ in events]
    return mean(
        any(
            abs(start - score.seconds(note.start)) <= ONSET and (pitch - note.pitch) in (-12, 0, 12)
            for start, pitch in found
        )
        for note in tune
    )


def _find_model(usual: Any) -> Path:
    """The model for ONNX, which is the smallest runtime, beside the usual one."""
    return next(Path(usual).parent.glob("*.onnx"), Path(usual))


def find_tags(path: Path, model: str) -> list[str]:
    """The tags of one of musicnn's models for a file, the likeliest first. Raises ImportError."""
    from musicnn.extractor import extractor

    with redirect_stdout(None):
        likely, names = extractor(str(path), model, extract_features=False)
    return [names[index] for index in np.argsort(-likely.mean(axis=0))][:FIRST]


RATERS: dict[str, Callable[[Score, Block, Path], float]] = {
    "beats": rate_beats,
    "key": rate_key,
    "chords": rate_chords,
    "tune": rate_tune,
}


def rate_song(score: Score, seconds: float, folder: Path, heard: Counter[str]) -> dict[str, float]:
    """Name of the rating -> figure, without those whose tool is not here. Counts a tagger's tags in `heard`."""
    sound, path = render(score, seconds), folder / "song.wav"
    export_segment(make_segment(iter([sound]), 0), path, "wav", {})
    found = {}
    for name, rate in RATERS.items():
        with suppress(ImportError):
            found[name] = rate(score, sound, path)
    return found | rate_tags(score.style, path, heard)


def rate_tags(style: str, path: Path, heard: Counter[str]) -> dict[str, float]:
    """Whether a style's tags are found, as `rate_song`; nothing where it has none. Counts the tags in `heard`."""
    if style not in TAGS:
        return {}
    model, expected = TAGS[style]
    with suppress(ImportError):
        tags = find_tags(path, model)
        heard.update(tags)
        return {"tags": float(not expected.isdisjoint(tags))}
    return {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--style", action="append", help="only this style; may be given repeatedly")
    parser.add_argument("--seeds", type=int, default=6, help="songs of each style; 6")
    parser.add_argument("--seconds", type=float, default=60, help="of each song; 60")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    print(f"{'':<12}", *(f"{name:>9}" for name in TARGETS), f"   targets {TARGETS}", sep="")
    for band in HOUSE.values():
        if options.style and band.style not in options.style:
            continue
        heard: Counter[str] = Counter()
        with tempfile.TemporaryDirectory() as folder:
            scores = [compose(band, seed, {}) for seed in range(options.seeds)]
            songs = [rate_song(score, options.seconds, Path(folder), heard) for score in scores]
        cells = []
        for name in TARGETS:
            values = [song[name] for song in songs if name in song]
            cells.append(f"{mean(values):>9.2f}" if values else f"{'-':>9}")
        tags = ", ".join(f"{tag} {count}" for tag, count in heard.most_common())
        print(f"{band.style:<12}", *cells, f"   {tags}", sep="", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
