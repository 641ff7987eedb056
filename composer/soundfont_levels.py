"""How loud each program and each drum of a soundfont is, so that a song has the same balance with every soundfont; and
for how long each is heard when it dies away, so that what is no longer heard costs nothing (`tails.py`). And how soon
after its beginning a note is heard, so that slow instruments can begin before the beat, as their players do.

General MIDI specifies no loudness: the programs of one soundfont differ by 20 dB, and the same program of two by 10. A
score is balanced for `REFERENCE`. For another soundfont the volume of every part is corrected by the difference of its
program in the two, and the velocity of every drum stroke by that of its drum.

The levels of Debian's soundfonts are in `levels/`, written by `bench/levels.py`. Those of any other are measured when
a worker first finds it, which takes some seconds and is logged, and kept in the user's cache, together with the file's
hash.
"""

import fcntl
import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ctypes import c_void_p
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from bandstand.common.errors import Missing
from bandstand.common.files import write_whole
from bandstand.common.instruments import KITS, RANGES
from bandstand.common.types import CHANNELS, RATE
from bandstand.composer.audio import Block
from bandstand.composer.loudness import measure_loudness, round_decibels
from bandstand.composer.score import Part

FOLDER: Final = Path(__file__).parent / "levels"
REFERENCE: Final = "TimGM6mb"
"""Stem of the soundfont for which `mixing.PROGRAMS` and the styles' drums are balanced."""
DRUMS: Final = range(27, 88)
"""The keys of a drum kit in General MIDI 2."""
VELOCITY: Final = 96
NOTE_SECONDS: Final = 1.0
STROKE_SECONDS: Final = 0.6
TAIL_NOTES: Final = (0.06, 0.3)
"""Lengths of the notes whose dying away is measured: the sound of a short one has not yet died away by itself when it
ends, and a long one has become as loud as it will."""
TAIL_DEPTH, RING_DEPTH = 40.0, 50.0
"""Decibels below its loudest moment until which a note, or a stroke, is taken for heard when it dies away. Cymbals have
the highest frequencies for themselves, so that less of them is masked by other sounds."""
ATTACK_KEYS: Final = range(36, 97)
"""Keys whose beginning is measured, within the instrument's range. A soundfont has another sample every few keys, and a
bow that was slow for one of them is slow on these keys only."""
LONGEST_TAIL: Final = 12.0
"""Seconds for which it is followed at most."""
TAIL_STEP: Final = RATE // 50
"""Frames in which its level is measured: 20 ms."""
SPEAKS: Final = 10.0
"""Decibels below its loudest moment at which a note is heard to begin: the beginnings of instruments that are played
together in time are about so (Gordon, "The perceptual attack time of musical tones", JASA 82:88, 1987)."""
SPEAKS_WITHIN: Final = 0.4
"""Seconds of the note of which this is the loudest moment: what swells has begun before."""
SPEAKS_STEP: Final = RATE // 200
"""Frames in which its level is measured: 5 ms."""
INAUDIBLE: Final = -65.0
"""Loudness below which a program or drum counts as missing, and is not corrected."""
USUAL_DRUMS: Final = range(36, 60)
"""Drums whose corrections the volume of the whole kit has room for."""
LARGEST: Final = 12.0
"""Largest correction, decibels."""


log = logging.getLogger("composer")


class FontLevels(msgspec.Struct, frozen=True):
    """The loudness (ITU-R BS.1770, LUFS) of a note at velocity 96, without effects, and how it dies away, seconds."""

    sha256: str
    """Of the soundfont's file."""
    programs: tuple[float, ...]
    """Index: General MIDI program, a note of a second in the middle of the instrument's range."""
    drums: dict[int, tuple[float, ...]]
    """Program of a kit -> a stroke on each of `DRUMS`."""
    releases: tuple[float, ...]
    """Index: program, from the end of a note until it is `TAIL_DEPTH` below its loudest moment."""
    rings: dict[int, tuple[float, ...]]
    """Program of a kit -> from each stroke on until it is `RING_DEPTH` below."""
    attacks: tuple[tuple[float, ...], ...]
    """Index: program -> of each of `ATTACK_KEYS`, from the beginning of a note until it is heard."""


def find_correction(reference: float, level: float) -> float:
    """Decibels by which a sound of this level has to be louder to equal the reference; 0 if either is missing."""
    if min(reference, level) < INAUDIBLE:
        return 0.0
    return max(-LARGEST, min(LARGEST, reference - level))


def correct_program(levels: FontLevels, program: int) -> float:
    """Decibels by which a program of this soundfont is to be louder."""
    return find_correction(get_reference().programs[program], levels.programs[program])


def correct_drum(levels: FontLevels, kit: int, drum: int) -> float:
    """Decibels by which a drum of this soundfont is to be louder. A kit that is not known is taken for the standard."""
    if drum not in DRUMS:
        return 0.0
    index, reference = drum - DRUMS.start, get_reference()
    return find_correction(
        reference.drums.get(kit, reference.drums[0])[index], levels.drums.get(kit, levels.drums[0])[index]
    )


def find_attacks(levels: FontLevels, program: int) -> tuple[float, ...]:
    """Seconds until a note on each of the 128 keys is heard to begin."""
    known = levels.attacks[program]
    return (*((known[0],) * ATTACK_KEYS.start), *known, *((known[-1],) * (128 - ATTACK_KEYS.stop)))


def find_rings(levels: FontLevels, kit: int) -> tuple[float, ...]:
    """Seconds for which a stroke on each of the 128 keys of a kit can be heard."""
    known = levels.rings.get(kit) or levels.rings.get(0) or (LONGEST_TAIL,) * len(DRUMS)
    above = (LONGEST_TAIL,) * (128 - DRUMS.stop)
    return (*((LONGEST_TAIL,) * DRUMS.start), *known, *above)


def balance_parts(parts: tuple[Part, ...], levels: FontLevels) -> tuple[tuple[Part, ...], float]:
    """The parts with the volumes that this soundfont needs, and the gain for all of them.

    No volume may exceed 1, so where one would, all are turned down, and the gain makes up for it.
    """
    corrections = [
        DrumCorrection(levels, part.program).highest if part.voice == "drums" else correct_program(levels, part.program)
        for part in parts
    ]
    volumes = [part.level * _scale(decibels) for part, decibels in zip(parts, corrections, strict=True)]
    highest = max(1.0, *volumes)
    balanced = (
        msgspec.structs.replace(part, level=volume / highest) for part, volume in zip(parts, volumes, strict=True)
    )
    return tuple(balanced), highest**2


class DrumCorrection:
    """Corrects the velocities of a kit's strokes; `highest` is what the kit's volume has to make up for, decibels."""

    def __init__(self, levels: FontLevels, kit: int) -> None:
        self._decibels = {drum: correct_drum(levels, kit, drum) for drum in DRUMS}
        self.highest = max(self._decibels[drum] for drum in USUAL_DRUMS)

    def correct(self, drum: int, velocity: int) -> int:
        decibels = self._decibels.get(drum, 0.0) - self.highest
        return max(1, min(127, round(velocity * _scale(decibels))))


def _scale(decibels: float) -> float:
    """The factor of a volume or velocity: both attenuate by 40 dB for a factor of ten (SoundFont 2.04, 8.4)."""
    return float(10 ** (decibels / 40))


@cache
def get_reference() -> FontLevels:
    return _read_levels(FOLDER / f"{REFERENCE}.json")


def get_levels(path: Path, make_synth: Callable[[], Any]) -> FontLevels:
    """The levels of a soundfont. `make_synth` makes a FluidSynth instance to measure with.

    Of several processes that meet a new soundfont at once, one measures and the others wait for it. Raises Missing if
    FluidSynth cannot load it.
    """
    state = path.stat()
    kept = _find_cache() / f"{path.stem}-{state.st_size}-{state.st_mtime_ns}.json"
    with suppress(OSError, msgspec.DecodeError):
        return _read_levels(kept)
    with _lock(kept.parent):
        with suppress(OSError, msgspec.DecodeError):
            return _read_levels(kept)
        sha256 = hash_file(path)
        levels = _find_known(sha256) or _measure_once(path, make_synth, sha256)
        with suppress(OSError):  # measured again the next time
            write_whole(kept, msgspec.json.encode(levels))
        return levels


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Make the folder and lock it; nothing is locked where it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        yield
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _measure_once(path: Path, make_synth: Callable[[], Any], sha256: str) -> FontLevels:
    log.info("%s: a soundfont that is new here; measuring how loud its instruments are, once, for some seconds", path)
    return measure_levels(path, make_synth, sha256)


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _find_known(sha256: str) -> FontLevels | None:
    known = (_read_levels(path) for path in sorted(FOLDER.glob("*.json")))
    return next((levels for levels in known if levels.sha256 == sha256), None)


def _read_levels(path: Path) -> FontLevels:
    return msgspec.json.decode(path.read_bytes(), type=FontLevels)


def _find_cache() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(cache) / "bandstand" / "soundfonts"


# Measuring


def measure_levels(path: Path, make_synth: Callable[[], Any], sha256: str) -> FontLevels:
    """Play every program and every drum, and measure how loud it is and how it dies away. Raises Missing as
    `get_levels` does."""
    synth = make_synth()
    try:
        font = synth.sfload(str(path))
        if font == -1:
            raise Missing(f"{path}: FluidSynth cannot read this as a soundfont")
        programs, releases, attacks = [], [], []
        for program in range(128):
            synth.program_select(0, font, 0, program)
            low, high = RANGES[program]
            programs.append(_measure(synth, 0, max(40, min(76, (low + high) // 2)), NOTE_SECONDS))
            keys = (low, (low + high) // 2, high)
            releases.append(max(_measure_release(synth, key, seconds) for key in keys for seconds in TAIL_NOTES))
            attacks.append(_measure_attacks(synth, low, high))
        drums, rings = {}, {}
        for kit in KITS:
            if synth.program_select(9, font, 128, kit) == 0:
                drums[kit] = tuple(_measure(synth, 9, key, STROKE_SECONDS) for key in DRUMS)
                rings[kit] = tuple(_measure_ring(synth, key) for key in DRUMS)
        return FontLevels(
            sha256, tuple(programs), drums or {0: (-99.0,) * len(DRUMS)}, tuple(releases), rings, tuple(attacks)
        )
    finally:
        synth.delete()


def _measure(synth: Any, channel: int, key: int, seconds: float) -> float:
    synth.noteon(channel, key, VELOCITY)
    block = write_block(synth, round(seconds * RATE))
    synth.noteoff(channel, key)
    _silence(synth, channel)
    return round_decibels(measure_loudness([block]))


def _silence(synth: Any, channel: int) -> None:
    synth.cc(channel, 120, 0)  # all sound off
    write_block(synth, RATE // 50)


def _measure_release(synth: Any, key: int, seconds: float) -> float:
    """Seconds for which a note of this length can be heard after its end."""
    return round(max(0.0, find_tail(_play_note(synth, 0, key, seconds), TAIL_DEPTH) - seconds), 2)


def _measure_attacks(synth: Any, low: int, high: int) -> tuple[float, ...]:
    """Seconds until a note is heard to begin on each of `ATTACK_KEYS`, of an instrument with this range."""
    found = {key: _measure_attack(synth, key) for key in ATTACK_KEYS if low <= key <= high}
    return tuple(found[max(min(found), min(max(found), key))] for key in ATTACK_KEYS)


def _measure_attack(synth: Any, key: int) -> float:
    """Seconds until a note is heard to begin."""
    synth.noteon(0, key, VELOCITY)
    sound = write_block(synth, round(SPEAKS_WITHIN * RATE))
    synth.noteoff(0, key)
    _silence(synth, 0)
    return find_attack(sound)


def _measure_ring(synth: Any, key: int) -> float:
    """Seconds for which a stroke can be heard."""
    return round(find_tail(_play_note(synth, 9, key, TAIL_NOTES[-1]), RING_DEPTH), 2)


def _play_note(synth: Any, channel: int, key: int, seconds: float) -> Block:
    """A note of this length, until it has died away."""
    synth.noteon(channel, key, VELOCITY)
    blocks = [write_block(synth, round(seconds * RATE))]
    synth.noteoff(channel, key)
    loudest = float(np.abs(blocks[0]).max())
    for _ in range(round(LONGEST_TAIL)):
        blocks.append(write_block(synth, RATE))
        peak = float(np.abs(blocks[-1]).max())
        loudest = max(loudest, peak)
        if not synth.get_active_voice_count() or peak < loudest * 10 ** (-RING_DEPTH / 20):
            break
    _silence(synth, channel)
    return np.concatenate(blocks)


def find_tail(sound: Block, depth: float) -> float:
    """When a sound is so many decibels below its loudest moment for good, seconds; 0 for silence."""
    steps = sound[: len(sound) // TAIL_STEP * TAIL_STEP].reshape(-1, TAIL_STEP * CHANNELS)
    powers = np.einsum("ij,ij->i", steps, steps)
    heard = np.flatnonzero(powers > powers.max(initial=0.0) * 10 ** (-depth / 10))
    return float(heard[-1] + 1) * TAIL_STEP / RATE if len(heard) else 0.0


def find_attack(sound: Block) -> float:
    """When a sound is first less than `SPEAKS` below its loudest moment, seconds; 0 for silence."""
    steps = sound[: len(sound) // SPEAKS_STEP * SPEAKS_STEP].reshape(-1, SPEAKS_STEP * CHANNELS)
    powers = np.convolve(np.einsum("ij,ij->i", steps, steps), np.ones(3) / 3)[: len(steps)]
    return round(int(np.argmax(powers >= powers.max(initial=0.0) * 10 ** (-SPEAKS / 10))) * SPEAKS_STEP / RATE, 3)


def write_block(synth: Any, frames: int) -> Block:
    """The next frames of a FluidSynth instance."""
    import fluidsynth  # only where it is there

    block = np.empty((frames, CHANNELS), np.float32)
    address = c_void_p(block.ctypes.data)
    fluidsynth._fl.fluid_synth_write_float(c_void_p(synth.synth), frames, address, 0, 2, address, 1, 2)
    return block
