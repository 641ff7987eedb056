"""What the farm is in the configuration, and its messages."""

from pathlib import Path

import pytest

from bandstand.common.errors import ComposeError
from bandstand.common.farm import (
    END,
    FILE,
    FRAMES,
    Farm,
    Unpacker,
    is_for_farm,
    pack,
    pack_file,
    resolve_farm,
    split_file,
)
from bandstand.common.generators import Generator
from bandstand.common.jobs import Job
from bandstand.common.plain_values import Fault
from bandstand.common.types import SongCode


def job(generator: str = "band", program: Generator | None = None) -> Job:
    return Job(song=SongCode("abc"), generator=generator, seed=1, directory="songs/abc", program=program)


@pytest.mark.parametrize("address", ["tcp://10.0.0.1:8786", "tcp://[::1]:8786", "tls://farm.example:8786"])
def test_a_scheduler_has_a_scheme_a_host_and_a_port(address: str, tmp_path: Path) -> None:
    found: list[Fault] = []
    (tmp_path / "file").touch()
    farm = Farm(scheduler=address, ca_file="file", certificate="file", key="file")
    assert resolve_farm(farm, tmp_path, found).ca_file == str(tmp_path / "file")
    assert found == []


@pytest.mark.parametrize(
    "address", ["10.0.0.1:8786", "http://10.0.0.1:8786", "tcp://10.0.0.1", "tcp://a:b", "tcp://a:1/x"]
)
def test_what_is_no_address_of_a_scheduler_is_a_fault(address: str, tmp_path: Path) -> None:
    found: list[Fault] = []
    resolve_farm(Farm(scheduler=address), tmp_path, found)
    expected = "expected the address of a Dask scheduler such as tcp://10.0.0.1:8786"
    assert found == [("farm.scheduler", f"{expected}, got {address}")]


def test_an_encrypted_scheduler_needs_certificates_that_are_there(tmp_path: Path) -> None:
    found: list[Fault] = []
    resolve_farm(Farm(scheduler="tls://a:1", key="missing"), tmp_path, found)
    assert [place for place, _ in found] == ["farm.key", "farm.ca_file", "farm.certificate"]


def test_bands_songs_are_for_the_farm_and_what_needs_the_stations_disk_is_not() -> None:
    assert is_for_farm(job()) and is_for_farm(job("gravel"))
    assert not any(is_for_farm(job(name)) for name in ("import", "file", "pipe", "compare", "station-ident"))
    assert not is_for_farm(job("mine", Generator(command=["mine"])))
    assert is_for_farm(job("mine", Generator(command=["mine"], farm=True)))


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_messages_are_put_together_however_they_arrive(size: int) -> None:
    sent = pack(FRAMES, b"12345678") + pack_file("song.mid", b"MThd\0") + pack(END, b"")
    unpacker, got = Unpacker(), []
    for at in range(0, len(sent), size):
        got += unpacker.push(sent[at : at + size])
    assert got == [(FRAMES, b"12345678"), (FILE, b"song.mid\0MThd\0"), (END, b"")]
    assert split_file(got[1][1]) == ("song.mid", b"MThd\0")


@pytest.mark.parametrize("data", [b"?\0\0\0\1x", b"F\xff\xff\xff\xff", b"GET / HTTP/1.1\r\n"])
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(ComposeError, match="no message"):
        list(Unpacker().push(data))


@pytest.mark.parametrize("name", ["", ".", "..", "../song.flac", "/etc/passwd", ".hidden", "a\nb"])
def test_a_file_outside_of_the_folder_is_refused(name: str) -> None:
    with pytest.raises(ComposeError, match="a file of the name"):
        split_file(name.encode() + b"\0x")
