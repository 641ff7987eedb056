"""Every soundfont is corrected to the balance of the one for which songs are written."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from bandstand.common.errors import Missing
from bandstand.common.types import RATE
from bandstand.composer import fluid, soundfont_levels
from bandstand.composer.fluid import make_dry_synth
from bandstand.composer.score import Score
from bandstand.composer.soundfont_levels import (
    ATTACK_KEYS,
    DRUMS,
    FOLDER,
    LARGEST,
    LONGEST_TAIL,
    DrumCorrection,
    FontLevels,
    balance_parts,
    correct_drum,
    correct_program,
    find_attack,
    find_attacks,
    find_correction,
    find_rings,
    find_tail,
    get_levels,
    get_reference,
)

needs_soundfont = pytest.mark.skipif(
    not fluid.is_available() or fluid.find_soundfont("") is None, reason="needs libfluidsynth and a soundfont"
)


PIANO, SLOW_STRINGS = 0, 49


def make_levels(program: float = -30.0, drum: float = -30.0) -> FontLevels:
    drums, rings = {0: (drum,) * len(DRUMS)}, {0: (1.0,) * len(DRUMS)}
    return FontLevels("0" * 64, (program,) * 128, drums, (1.0,) * 128, rings, ((0.0,) * len(ATTACK_KEYS),) * 128)


def test_a_correction_is_the_difference_within_its_limit() -> None:
    assert find_correction(-30, -24) == -6
    assert find_correction(-30, -60) == LARGEST
    assert find_correction(-30, -99) == 0  # the soundfont does not have it


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_the_levels_of_debians_soundfonts_are_known(path: Path) -> None:
    levels = msgspec.json.decode(path.read_bytes(), type=FontLevels)
    assert len(levels.sha256) == 64
    assert len(levels.programs) == 128
    assert all(len(kit) == len(DRUMS) for kit in levels.drums.values())
    assert all(-99 <= level < 0 for level in levels.programs)
    assert len(levels.releases) == 128
    assert levels.rings.keys() == levels.drums.keys()
    assert max(find_attacks(levels, SLOW_STRINGS)) > 0.1 > 0.02 > max(find_attacks(levels, PIANO))
    assert all(len(find_attacks(levels, program)) == 128 for program in range(128))
    assert all(len(find_rings(levels, kit)) == 128 for kit in range(128))


def test_the_reference_needs_no_correction() -> None:
    reference = get_reference()
    assert {correct_program(reference, program) for program in range(128)} == {0}
    assert {correct_drum(reference, kit, drum) for kit in (0, 25, 40, 99) for drum in range(128)} == {0}


def test_a_loud_program_is_turned_down_and_a_soft_one_has_the_others_turned_down(short: Score) -> None:
    reference = get_reference()
    melodic = [part for part in short.parts if part.voice != "drums"]
    programs = list(reference.programs)
    for part, change in zip(melodic[:2], (+8, -8), strict=True):
        programs[part.program] = reference.programs[part.program] + change
    parts, gain = balance_parts(tuple(melodic), msgspec.structs.replace(reference, programs=tuple(programs)))
    loudness = [part.level**2 * gain for part in parts]
    wanted = [part.level**2 for part in melodic]
    for heard, part_wanted, decibels in zip(loudness[:2], wanted[:2], (-8, +8), strict=True):
        assert heard == pytest.approx(part_wanted * 10 ** (decibels / 20))
    assert loudness[2:] == pytest.approx(wanted[2:])
    assert max(part.level for part in parts) <= 1


def test_a_sound_is_heard_until_it_is_far_below_its_loudest_moment() -> None:
    at = np.arange(3 * RATE) / RATE
    falling = np.sin(2 * np.pi * 440 * at) * 10 ** (-20 * at / 20)  # 20 dB a second
    sound = np.stack((falling, falling), axis=1).astype(np.float32)
    assert find_tail(sound, 40) == pytest.approx(2, abs=0.04)
    assert find_tail(np.zeros_like(sound), 40) == 0


def test_a_sound_begins_where_it_is_nearly_as_loud_as_it_will_be() -> None:
    at = np.arange(RATE // 2) / RATE
    rising = np.sin(2 * np.pi * 440 * at) * np.minimum(1, at / 0.2)  # 10 dB below full after 0.063 s
    sound = np.stack((rising, rising), axis=1).astype(np.float32)
    assert find_attack(sound) == pytest.approx(0.065, abs=0.01)
    assert find_attack(np.zeros_like(sound)) == 0


def test_the_strokes_of_an_unknown_kit_ring_like_those_of_the_standard_one() -> None:
    levels = make_levels()
    assert find_rings(levels, 77) == find_rings(levels, 0)
    assert find_rings(levels, 0)[0] == find_rings(msgspec.structs.replace(levels, rings={}), 0)[38] == LONGEST_TAIL


def test_a_loud_drum_is_struck_more_softly() -> None:
    reference = get_reference()
    kit = list(reference.drums[0])
    kit[51 - DRUMS.start] += 12  # the ride
    strokes = DrumCorrection(msgspec.structs.replace(reference, drums={0: tuple(kit)}), 0)
    assert strokes.highest == 0
    assert strokes.correct(38, 100) == 100
    assert strokes.correct(51, 100) == round(100 * 10 ** (-12 / 40))
    assert strokes.correct(51, 1) == 1


@needs_soundfont
def test_an_unknown_soundfont_is_measured_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    measured: list[Path] = []

    def measure(path: Path, _: object, sha256: str) -> FontLevels:
        measured.append(path)
        return msgspec.structs.replace(make_levels(), sha256=sha256)

    monkeypatch.setattr(soundfont_levels, "measure_levels", measure)
    font = tmp_path / "mine.sf2"
    font.write_bytes(b"a soundfont")
    first = get_levels(font, make_dry_synth)
    assert get_levels(font, make_dry_synth) == first
    assert measured == [font]
    font.write_bytes(b"another soundfont")
    assert get_levels(font, make_dry_synth).sha256 != first.sha256
    assert len(measured) == 2


def test_a_cache_that_cannot_be_written_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").write_text("a file")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(soundfont_levels, "measure_levels", lambda *_: make_levels())
    font = tmp_path / "mine.sf2"
    font.write_bytes(b"a soundfont")
    assert get_levels(font, make_dry_synth) == make_levels()


@needs_soundfont
def test_what_is_no_soundfont_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "no.sf2").write_text("no soundfont")
    with pytest.raises(Missing, match="cannot read this as a soundfont"):
        get_levels(tmp_path / "no.sf2", make_dry_synth)


@needs_soundfont
@pytest.mark.slow
def test_a_soundfont_that_is_measured_again_is_as_loud_as_it_was() -> None:
    path = fluid.find_soundfont("")
    assert path is not None
    known = msgspec.json.decode((FOLDER / f"{path.stem}.json").read_bytes(), type=FontLevels)
    again = soundfont_levels.measure_levels(path, make_dry_synth, known.sha256)
    assert again.programs == pytest.approx(known.programs, abs=1.0)
