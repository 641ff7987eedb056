"""Background jobs, in this process and as the bot starts them."""

import subprocess
import sys
from pathlib import Path
from random import Random
from typing import TypeVar

import av
import mido
import msgspec
import pytest

from bandstand.common.background_jobs import Bred, Breed, Export, Exported, Refused, Result
from bandstand.common.breeding import Heard, vary_band
from bandstand.common.lineups import HOUSE
from bandstand.composer import fluid
from bandstand.composer.background_job import NO_ROOM, run_background_job
from bandstand.composer.compose import compose
from bandstand.composer.score import Score, encode_score
from tests.common.test_files import limit_files

T = TypeVar("T")


@pytest.fixture
def folder(tmp_path: Path, short: Score) -> Path:
    (tmp_path / "score.json").write_bytes(encode_score(short))
    return tmp_path


@pytest.mark.parametrize(
    ("kind", "name"),
    [("midi", "song.mid"), ("musicxml", "song.musicxml"), ("score", "score.json"), ("pictures", "roll.svg")],
)
def test_a_song_is_exported_from_its_score(kind: str, name: str, folder: Path) -> None:
    assert run_background_job(Export("abc", kind, str(folder))) == Exported((str(folder / name),))
    assert (folder / name).stat().st_size > 1000


@pytest.mark.slow
def test_stems_are_one_file_for_each_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fluid, "SOUNDFONTS", ())
    score = compose(HOUSE["8-bit-picnic"], 5, {"minutes": 1, "tempo": 200})
    (tmp_path / "score.json").write_bytes(encode_score(score))
    result = run_background_job(Export("abc", "stems", str(tmp_path)))
    assert isinstance(result, Exported)
    assert [Path(file).name.split("-", 1)[1] for file in result.files] == [
        f"{part.name.replace(' ', '-')}.flac" for part in score.parts
    ]
    lengths = set()
    for file in result.files:
        with av.open(file) as stem:
            lengths.add(stem.streams.audio[0].duration)
    assert len(lengths) == 1


def test_a_song_without_a_score_is_refused(tmp_path: Path) -> None:
    result = run_background_job(Export("abc", "midi", str(tmp_path)))
    assert result == Refused("the song has no score: only what the bands play has one")


@pytest.mark.slow
def test_the_process_reads_one_line_and_prints_one(folder: Path) -> None:
    assert mido.MidiFile(run_process(Export("abc", "midi", str(folder)), Exported).files[0]).length > 30


@pytest.mark.slow
def test_a_band_is_bred_by_the_process() -> None:
    band = HOUSE["slow-harbour"]
    variations = [vary_band(band, Random(seed)) for seed in range(30)]
    archive = tuple(Heard(variation, 1.0, (variation.tempo - band.tempo) / 10, 2) for variation in variations)
    found = run_process(Breed(band, archive, 1), Bred).band
    assert found is not None
    assert found.tempo > band.tempo


def run_process(job: object, kind: type[T]) -> T:
    done = subprocess.run(
        [sys.executable, "-m", "bandstand.composer.background_job"],
        input=msgspec.json.encode(job) + b"\n",
        capture_output=True,
        timeout=100,
    )
    result = msgspec.json.decode(done.stdout, type=Result)
    assert isinstance(result, kind), done.stderr
    return result


@pytest.mark.parametrize("kind", ["midi", "musicxml", "pictures", "stems", "flac"])
def test_where_there_is_no_room_nothing_is_left_and_the_reason_is_one_sentence(
    kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fluid, "SOUNDFONTS", ())
    with limit_files(100):
        assert run_background_job(Export("abc", kind, str(folder))) == Refused(NO_ROOM)
    assert [path.name for path in folder.iterdir()] == ["score.json"]
