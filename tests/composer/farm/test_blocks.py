"""A song's sound from the farm without a station, with a farm client that says what the test wants."""

import socket
import threading
from pathlib import Path

import msgspec
import numpy as np
import pytest

from bandstand.common.errors import ComposeError
from bandstand.common.farm import END, FRAMES, STEP, pack
from bandstand.common.jobs import Done, Job
from bandstand.common.types import SongCode
from bandstand.composer.farm.blocks import make_blocks

SOUND = np.arange(2000, dtype="<f4").reshape(-1, 2)
JOB = Job(song=SongCode("abc"), generator="band", seed=5, directory="")
DONE = Done(
    song=SongCode("abc"), title="T", artist="A", seconds=1.0, generator="band", seed=5, parameters={}, loudness=-16.0,
    peak=-1.0, making=0.1,
)  # fmt: skip


def serve_once(path: Path, data: bytes) -> threading.Thread:
    """A farm client that answers one worker so, and is gone then."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()

    def serve() -> None:
        with server:
            link, _ = server.accept()
            with link, link.makefile("rb") as lines:
                lines.readline()
                link.sendall(data)
        path.unlink()

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


def test_the_sound_is_the_farms_and_nothing_is_composed_here(tmp_path: Path) -> None:
    done = pack(STEP, msgspec.json.encode(DONE)) + pack(END, b"")
    serving = serve_once(tmp_path / "client", pack(FRAMES, SOUND.tobytes()) + done)
    here = iter([SOUND + 1])
    assert np.array_equal(np.concatenate(list(make_blocks(JOB, here, tmp_path / "client"))), SOUND)
    serving.join()
    assert next(here) is not None, "nobody asked for it"


def test_what_the_farm_breaks_off_is_gone_on_with_here(tmp_path: Path) -> None:
    serving = serve_once(tmp_path / "client", pack(FRAMES, SOUND[:300].tobytes()))
    blocks = make_blocks(JOB, [SOUND[:500], SOUND[500:]], tmp_path / "client")
    assert np.array_equal(np.concatenate(list(blocks)), SOUND)
    serving.join()


def test_without_a_farm_client_it_is_composed_here(tmp_path: Path) -> None:
    assert np.array_equal(np.concatenate(list(make_blocks(JOB, [SOUND], tmp_path / "client"))), SOUND)


def test_a_song_that_cannot_be_composed_here_either_raises_an_error(tmp_path: Path) -> None:
    def fail() -> np.ndarray:
        raise ComposeError("no such key")

    with pytest.raises(ComposeError, match="no such key"):
        list(make_blocks(JOB, (fail() for _ in range(1)), tmp_path / "client"))
