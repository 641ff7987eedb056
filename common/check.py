"""`bandstand check`: what is wrong with the configuration, and what is missing on this machine.

Knows what the processes need of a machine, as a table; looks for it in the way they do and starts none of it.
"""

import argparse
import ctypes
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from common import config, irc
from common.config import Config
from common.errors import BandstandError, Missing
from common.generator_files import check_startable
from common.text import harmless


def program(name: str) -> bool:
    return shutil.which(name) is not None


def library(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def soundfont(folder: str) -> bool:
    return any(Path(folder).glob("sf[23]/*.sf[23]"))


@dataclass(frozen=True)
class Need:
    """Something that a machine should have. `without`: what is worse where it is missing; empty: nothing works."""

    what: str
    there: Callable[[str], bool]
    name: str
    package: str
    """Debian's and Ubuntu's."""
    without: str = ""


ICECAST = Need("Icecast", program, "icecast2", "icecast2")
NEEDS = (
    Need("LAME, the MP3 encoder", library, "libmp3lame.so.0", "libmp3lame0"),
    Need("Opus, the encoder", library, "libopus.so.0", "libopus0"),
    Need("libshout, which sends to Icecast", library, "libshout.so.3", "libshout3"),
    Need("FFmpeg", program, "ffmpeg", "ffmpeg", "songs are not exported to other formats"),
    Need("FluidSynth", library, "libfluidsynth.so.3", "libfluidsynth3", "songs are played by a plainer synthesiser"),
    Need(
        "a soundfont", soundfont, "/usr/share/sounds", "timgm6mb-soundfont", "songs are played by a plainer synthesiser"
    ),
)


@dataclass(frozen=True)
class Finding:
    """One line for a person; `fatal` where the station cannot work with it."""

    kind: str
    sentence: str
    fatal: bool = True
    package: str = ""


def configuration(path: Path | None) -> Iterator[Finding]:
    found = config.faults(path)
    for fault in found:
        yield Finding("wrong", fault)
    for warning in [] if found else irc.warnings(config.load(path).irc):
        yield Finding("unwise", warning, fatal=False)


def machine(settings: Config) -> Iterator[Finding]:
    """What of the table is missing, as far as this configuration needs it."""
    wanted = [need for need in NEEDS if not (need.there is soundfont and settings.composer.soundfont)]
    for need in [ICECAST, *wanted] if settings.manages_icecast else wanted:
        if not need.there(need.name):
            kind, rest = ("worse", f"; without it {need.without}") if need.without else ("missing", "")
            yield Finding(kind, f"{need.what}: Debian package {need.package}{rest}", not need.without, need.package)
    named = settings.composer.soundfont
    if named and not Path(named).is_file():
        yield Finding("missing", f"composer.soundfont: {named}: there is no such file")


def programs(settings: Config) -> Iterator[Finding]:
    """Generators whose programs cannot be started; the station is on the air without them."""
    for name, generator in settings.generators.items():
        try:
            check_startable(name, generator)
        except Missing as error:
            yield Finding("worse", f"generators.{error}", fatal=False)


def python() -> Iterator[Finding]:
    """Which of the Python packages that Bandstand requires everywhere are not installed beside it."""
    for requirement in metadata.requires("bandstand") or []:
        name, _, condition = requirement.partition(";")
        name = re.split(r"[^\w.-]", name, maxsplit=1)[0]
        if not condition and not _installed(name):
            yield Finding("missing", f"Python package {name}: deploy/up installs it")


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def report(findings: Sequence[Finding]) -> str:
    lines = [harmless(f"{finding.kind:<8} {finding.sentence}") for finding in findings]
    packages = sorted({finding.package for finding in findings if finding.package})
    if packages:
        lines.append(f"install  apt-get install {' '.join(packages)}")
    if not any(finding.fatal for finding in findings):
        lines.append("ok       nothing keeps the station off the air: bandstand up")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("bandstand check", description="Say what is wrong or missing.")
    parser.add_argument("--config", metavar="FILE", help="the station's configuration")
    path = config.find(parser.parse_args(arguments).config)
    findings = list(configuration(path))
    try:
        settings = config.load(path)
    except BandstandError:
        settings = config.load(None, {})  # what is wrong is said already; the usual needs are looked at all the same
    findings += [*machine(settings), *programs(settings), *python()]
    print(report(findings))
    return 1 if any(finding.fatal for finding in findings) else 0
