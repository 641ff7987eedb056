"""The source distribution and the wheel of `python -m build`: a station goes on the air from the wheel alone.

The wheel is made of the source distribution, so what that lacks is lacking in both. It is installed into an environment
of its own, without the network: what Bandstand requires is lent by the environment of the tests.
"""

import http.client
import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.streaming import free_port, until
from tests.integration.test_station import PATIENCE, Station

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "common", "composer", "streamer", "web")
ONLY_FOR_DEVELOPERS = {"bandstand/web/package.json", "bandstand/web/tsconfig.json"}
FILES = ("setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md")


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both; made from a copy, because setuptools leaves files beside the sources."""
    source = tmp_path_factory.mktemp("source")
    for name in (*PACKAGES, "bandstand", "deploy"):
        left = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(ROOT / name, source / name, symlinks=True, ignore=left)
    for name in FILES:
        shutil.copy(ROOT / name, source)
    target = source / "dist"
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), str(source)]
    made = subprocess.run(command, capture_output=True, text=True, env=clean_environment(), timeout=PATIENCE)
    assert made.returncode == 0, made.stdout + made.stderr
    return target


def clean_environment() -> dict[str, str]:
    """This one without what leads Python to the checkout."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


@pytest.fixture(scope="module")
def program(distributions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`bandstand`, installed from the wheel."""
    folder = tmp_path_factory.mktemp("installed") / "env"
    venv.create(folder, with_pip=False, symlinks=True)
    [packages] = folder.glob("lib/python3*/site-packages")
    lent = Path(pytest.__file__).parents[1]
    (packages / "lent.pth").write_text(f"{lent}\n")  # its own .pth files, and so the checkout, are not read
    python = folder / "bin" / "python"
    [wheel] = distributions.glob("*.whl")
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(command, check=True, env=clean_environment(), timeout=PATIENCE)
    return folder / "bin" / "bandstand"


class Installed(Station):
    """A station of the installed program, with a page."""

    def __init__(self, folder: Path, program: Path) -> None:
        super().__init__(folder)
        self.executable = str(program)
        self.environment = clean_environment()
        self.page = free_port()
        self.config.write_text(
            f"[icecast]\nport = {self.port}\n[web]\nport = {self.page}\n[telnet]\nenabled = false\n"
            '[radio]\nidle = "silence"\nstock = 0\n'
        )

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.page, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        except ConnectionError:
            return 0, ""
        finally:
            connection.close()


@pytest.fixture
def station(program: Path, tmp_path: Path) -> Iterator[Installed]:
    installed = Installed(tmp_path, program)
    yield installed
    installed.end()


def list_files(folder: str) -> set[str]:
    """Whatever a package has in the checkout and needs at run time."""
    paths = (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {f"bandstand/{path.relative_to(ROOT)}" for path in paths} - ONLY_FOR_DEVELOPERS


def test_both_have_every_file_of_the_packages_and_the_wheel_has_no_tests(distributions: Path) -> None:
    wanted = {path for folder in PACKAGES for path in list_files(folder)}
    [wheel] = distributions.glob("*.whl")
    [source] = distributions.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        installed = set(archive.namelist())
    with tarfile.open(source) as archive_of_sources:
        members = archive_of_sources.getmembers()
    assert wanted - installed == set()
    assert wanted - {member.name.partition("/")[2] for member in members} == set()
    assert [member.name for member in members if member.islnk() or member.issym()] == []
    assert {name.partition("/")[0].partition("-")[0] for name in installed} == {"bandstand"}


def test_a_station_of_the_wheel_goes_on_the_air_with_its_page(program: Path, station: Installed) -> None:
    inside = str(program.parents[1])
    command = [str(program), "check", "--config", str(station.config)]
    checked = subprocess.run(command, capture_output=True, text=True, env=clean_environment(), timeout=PATIENCE)
    assert checked.returncode == 0, checked.stdout
    station.up()
    station.give_up_first_song()
    assert [pid for pid in station.pids_of("bandstand.streamer") if f"{inside}/" not in read_command(pid)] == []
    until(lambda: station.get("/readyz")[0] == 200, "the page is there", PATIENCE)
    page = station.get("/")[1]
    parts = set(re.findall(r'"(/static/[^"]+)"', page))
    assert parts
    assert {path: status for path in parts if (status := station.get(path)[0]) != 200} == {}


def read_command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
