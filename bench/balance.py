"""Measures the mix: `python bench/balance.py [--style pop] [--seeds 4]`, and what `composer/mixing.py` is made of.

For each style, the loudness (ITU-R BS.1770) of the drums, the bass, the harmony (chords, arpeggio and pad together) and
of all three beside that of the lead, LU, where the lead sounds, in the first 75 seconds of songs, before the master.
Beside it what the style's sheet wants, and the entries of the sheet with which it would be so. With `--programs`: the
tables of programs, measured by phrases on the soundfont that a station usually has.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Any, Final

import msgspec
import numpy as np

from bandstand.common.instruments import RANGES
from bandstand.common.lineups import HOUSE
from bandstand.common.types import RATE
from bandstand.composer import fluid
from bandstand.composer.audio import Block
from bandstand.composer.compose import compose
from bandstand.composer.loudness import measure_loudness
from bandstand.composer.master import take_frames
from bandstand.composer.mixing import HARMONY, SHEETS, WANTED
from bandstand.composer.score import Part, Score
from bandstand.composer.soundfont_levels import VELOCITY, FontLevels, correct_program, get_levels, write_block
from bandstand.composer.streaming_score import StreamingScore
from bandstand.composer.synth import find_synthesiser

SECONDS: Final = 75
WINDOW: Final = RATE // 10
"""Frames of which it is said whether the lead sounds."""
ABSENT: Final = -40.0
"""LU above the lead: a group that is as soft as that is not in the song, and does not count for the mix."""
SOUNDS: Final = 1e-3
"""Share of the lead's loudest window's energy from which on it sounds."""
GROUPS: Final = (("drums",), ("bass",), HARMONY)
Stroke = tuple[tuple[int, ...], float, float]
"""(semitones above the first note, seconds held, seconds until the next one)."""
PHRASES: Final[dict[str, tuple[int, tuple[Stroke, ...]]]] = {
    "bass": (36, tuple(((at,), held, 0.03) for at, held in zip((0, 0, 7, 5, 12, 0), (0.4, 0.25) * 3, strict=True))),
    "chords": (59, (((0, 4, 7), 0.45, 0.05),) * 3 + (((0, 3, 8), 0.25, 0.25),) * 3),
    "arpeggio": (64, tuple(((at,), 0.17, 0.03) for at in (0, 4, 7, 12, 7, 4) * 2)),
    "pad": (61, (((0, 4, 7), 1.9, 0.1), ((0, 3, 8), 1.9, 0.1))),
    "melody": (
        69,
        tuple(
            ((at,), held, 0.04)
            for at, held in zip((0, 2, 4, 7, 5, 4, 2, 0), (0.3, 0.3, 0.6, 0.3, 0.3, 0.3, 0.9, 0.6), strict=True)
        ),
    ),
}
"""Voice -> the first pitch of what it usually plays, and that."""


def measure_programs(path: Path, levels: FontLevels) -> dict[str, list[float]]:
    """Voice -> the loudness of its phrase with each program, on the scale of the reference soundfont."""
    synth = fluid.make_dry_synth()
    try:
        font = synth.sfload(str(path))
        return {
            voice: [
                round(_play_phrase(synth, font, program, voice) + correct_program(levels, program), 1)
                for program in range(128)
            ]
            for voice in PHRASES
        }
    finally:
        synth.delete()


def _play_phrase(synth: Any, font: int, program: int, voice: str) -> float:
    pitch, phrase = PHRASES[voice]
    lowest, highest = RANGES[program]
    pitch = max(lowest, min(pitch, highest - max(at for strike, _, _ in phrase for at in strike)))
    synth.program_select(0, font, 0, program)
    blocks = []
    for strike, held, gap in phrase:
        for at in strike:
            synth.noteon(0, pitch + at, VELOCITY)
        blocks.append(write_block(synth, round(held * RATE)))
        for at in strike:
            synth.noteoff(0, pitch + at)
        blocks.append(write_block(synth, round(gap * RATE)))
    synth.cc(0, 120, 0)  # all sound off
    write_block(synth, WINDOW)
    return max(-70.0, measure_loudness(blocks))


def measure_song(score: Score) -> list[float]:
    """Loudness of each of `GROUPS`, and of all three, above the lead's."""
    lead = _render(score, [part for part in score.parts if part.voice == "melody"])
    windows = lead[: len(lead) // WINDOW * WINDOW].reshape(-1, WINDOW * 2)
    energies = np.einsum("ij,ij->i", windows, windows)
    sounds = energies > energies.max() * SOUNDS
    own = _measure(lead, sounds)
    groups = [_render(score, [part for part in score.parts if part.voice in voices]) for voices in GROUPS]
    return [_measure(sound, sounds) - own for sound in (*groups, np.sum(groups, axis=0))]


def _render(score: Score, parts: Sequence[Part]) -> Block:
    chosen = tuple(part if part in parts else msgspec.structs.replace(part, notes=()) for part in score.parts)
    renderer = find_synthesiser("").make_renderer()
    try:
        song = StreamingScore.from_score(msgspec.structs.replace(score, parts=chosen))
        return np.concatenate(list(take_frames(renderer.render(song), SECONDS * RATE)))
    finally:
        renderer.close()


def _measure(sound: Block, sounds: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    kept = sound[: len(sounds) * WINDOW].reshape(-1, WINDOW, 2)[sounds].reshape(-1, 2)
    return max(-70.0, measure_loudness([np.ascontiguousarray(kept)]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--style", action="append", help="only this style; may be given repeatedly")
    parser.add_argument("--seeds", type=int, default=4, help="songs of each style; 4")
    parser.add_argument("--programs", action="store_true", help="measure the programs instead")
    options = parser.parse_args()
    path = fluid.find_soundfont("")
    if path is None:
        parser.error("no soundfont is installed")
    if options.programs:
        for voice, row in measure_programs(path, get_levels(path, fluid.make_dry_synth)).items():
            print(f"{voice}: {row}")
        return
    print("LU above the lead: drums, bass, harmony, all (drums, bass, harmony wanted); the sheet would be")
    for band in HOUSE.values():
        if options.style and band.style not in options.style:
            continue
        songs = [measure_song(compose(band, seed, {})) for seed in range(options.seeds)]
        found = [mean([value for value in row if value > ABSENT] or row) for row in zip(*songs, strict=True)]
        wanted = WANTED[band.style]
        sheet = {
            voice: round(SHEETS[band.style][voice] + want - now, 1)
            for voices, want, now in zip(GROUPS, wanted, found, strict=False)
            for voice in voices
            if now > ABSENT
        }
        print(f"{band.style:<10}", *(f"{value:+6.1f}" for value in found), f"  {wanted}  {sheet}", flush=True)


if __name__ == "__main__":
    main()
