"""The process that imports one file after the other."""

from pathlib import Path

import msgspec

from bandstand.common.generators import IMPORT
from bandstand.common.jobs import Done, Failed, Job, Step
from bandstand.common.types import SongCode
from bandstand.composer import importer

CASES = Path(__file__).parents[1] / "cases" / "audio"


def make_line(folder: Path, code: str, file: Path) -> bytes:
    job = Job(
        song=SongCode(code), generator=IMPORT, seed=0, parameters={"file": str(file)}, directory=str(folder / code)
    )
    return msgspec.json.encode(job)


def test_a_file_that_fails_does_not_hinder_the_next(tmp_path: Path) -> None:
    steps: list[Step] = []
    (tmp_path / "text.mp3").write_text("no sound\n" * 500)
    importer.run(make_line(tmp_path, "aaaa", tmp_path / "text.mp3"), steps.append)
    importer.run(b"no job", steps.append)
    importer.run(make_line(tmp_path, "bbbb", tmp_path / "gone.mp3"), steps.append)
    importer.run(make_line(tmp_path, "cccc", CASES / "tree" / "good.mp3"), steps.append)
    assert [type(step) for step in steps] == [Failed, Failed, Failed, Done]
    assert (tmp_path / "cccc" / "song.mp3").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cccc", "text.mp3"]
