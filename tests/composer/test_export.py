from pathlib import Path

import msgspec
import pytest

from bandstand.common.jobs import Done, Value
from bandstand.common.paths import SONG_FILE
from bandstand.common.types import SongCode
from bandstand.composer.export import find_fade
from bandstand.composer.synth import EXACT_FADE, FADE


@pytest.mark.parametrize(("parameters", "fade"), [({"seconds": 60}, EXACT_FADE), ({"minutes": 1}, FADE)])
def test_a_song_that_is_rendered_again_ends_as_it_did(
    tmp_path: Path, parameters: dict[str, Value], fade: float
) -> None:
    done = Done(
        song=SongCode("7kq3"), title="Blue Lantern", artist="The Robots", seconds=60.0, generator="band", seed=1,
        parameters=parameters, loudness=-16.0, peak=-1.5, making=2.0,
    )  # fmt: skip
    (tmp_path / SONG_FILE).write_bytes(msgspec.json.encode(done))
    assert find_fade(tmp_path) == fade


def test_a_song_whose_order_is_not_known_fades_as_usual(tmp_path: Path) -> None:
    assert find_fade(tmp_path) == FADE
    (tmp_path / SONG_FILE).write_text("{", "utf-8")
    assert find_fade(tmp_path) == FADE
