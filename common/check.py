"""`bandstand check`: what is wrong with the configuration, and what is missing on this machine.

Knows as a table what the processes need of a machine. Looks for it as they do, and starts nothing, except that it
asks espeak-ng for a voice.
"""

import argparse
import ctypes
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Final

import msgspec

from bandstand.common import config, database_check, inotify, irc, station_folder
from bandstand.common.api.values import SlotKind
from bandstand.common.config import Config
from bandstand.common.errors import BandstandError, ConfigError, Missing
from bandstand.common.files import find_problem
from bandstand.common.generator_files import check_startable
from bandstand.common.intro_check import find_missing_intros
from bandstand.common.ports import find_free_port, list_ports
from bandstand.common.radio_file import find_unknown, get_path, read_radio_file
from bandstand.common.remote_access import is_loopback
from bandstand.common.sandbox import protect_programs
from bandstand.common.show_overlaps import find_overlaps
from bandstand.common.show_times import find_local_zone
from bandstand.common.text import harmless


def has_program(name: str) -> bool:
    return shutil.which(name) is not None


def has_library(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def has_soundfont(folder: str) -> bool:
    return any(Path(folder).glob("sf[23]/*.sf[23]"))


@dataclass(frozen=True)
class Need:
    """Something that a machine should have. `without`: what is worse if it is missing; if empty, nothing works."""

    what: str
    is_there: Callable[[str], bool]
    name: str
    """The argument of `is_there`."""
    package: str
    """In Debian and Ubuntu."""
    without: str = ""


ICECAST = Need("Icecast", has_program, "icecast2", "icecast2")
NEEDS = (
    Need("LAME, the MP3 encoder", has_library, "libmp3lame.so.0", "libmp3lame0"),
    Need("Opus, the encoder", has_library, "libopus.so.0", "libopus0"),
    Need("libshout, which sends to Icecast", has_library, "libshout.so.3", "libshout3"),
    Need("FFmpeg", has_program, "ffmpeg", "ffmpeg", "songs are not exported to other formats"),
    Need(
        "FluidSynth", has_library, "libfluidsynth.so.3", "libfluidsynth3", "songs are played by a plainer synthesiser"
    ),
    Need(
        "a soundfont",
        has_soundfont,
        "/usr/share/sounds",
        "fluid-soundfont-gm",
        "songs are played by a plainer synthesiser",
    ),
)


@dataclass(frozen=True)
class Finding:
    """One line for a person; `is_fatal` if it keeps the station off the air."""

    kind: str
    sentence: str
    is_fatal: bool = True
    package: str = ""


def check_programme(settings: Config, path: Path | None) -> Iterator[Finding]:
    """Each fault of the programme's file, and what is unwise in it."""
    file = get_path(path or config.DEFAULT_FILE.resolve())
    programme = read_radio_file(file, settings.radio.zone or find_local_zone())
    for fault in programme.faults:
        yield Finding("wrong", fault, is_fatal=False)
    for unknown in find_unknown(programme, {SlotKind.PLAYLIST: (), SlotKind.CLOCK: ()}):
        yield Finding("unwise", f"{unknown} (unless a command has made it, the radio passes it over)", is_fatal=False)
    for overlap in find_overlaps(programme.shows, date.today()):
        yield Finding("unwise", f"{file.name}: {overlap}", is_fatal=False)


def check_irc(settings: Config) -> Iterator[Finding]:
    """What works on IRC but is probably a mistake."""
    for warning in irc.warnings(settings.irc):
        yield Finding("unwise", warning, is_fatal=False)


def check_folder(settings: Config) -> Iterator[Finding]:
    """Whether the station can live in its folder."""
    faults = list(station_folder.find_faults(settings.paths))
    yield from (Finding("wrong", fault) for fault in faults)
    for warning in [] if faults else station_folder.find_warnings(settings.paths):
        yield Finding("unwise", warning, is_fatal=False)


def check_database(settings: Config) -> Iterator[Finding]:
    """Whether PostgreSQL answers and is new enough, where the station's database is there."""
    if settings.paths.postgres:
        for fault in database_check.find_faults(settings.paths.postgres):
            yield Finding("wrong", f"station.database: {fault}")


def list_listening(settings: Config) -> list[tuple[str, str, int, bool]]:
    """Where the station listens: section, host, port, and whether nobody hears anything without it."""
    icecast, telnet, ssh, web, live = settings.icecast, settings.telnet, settings.ssh, settings.web, settings.live
    listening = [("icecast", icecast.bind, icecast.port, True)] if settings.manages_icecast else []
    listening += [("live", live.host, live.port, False)] if live.enabled and settings.manages_icecast else []
    listening += [("telnet", telnet.host, telnet.port, False)] if telnet.enabled else []
    listening += [("ssh", ssh.host, ssh.port, False)] if ssh.authorized_keys else []
    return listening + ([("web", web.host, web.port, False)] if web.enabled else [])


def check_ports(settings: Config) -> Iterator[Finding]:
    """Whether this machine has the addresses and lets this person listen there; only Icecast's are needed.

    A port that another program has is no fault: Icecast and the page take another, and the rest is told when the
    station starts. `bandstand doctor` says who has it.
    """
    for key, host, port, is_needed in list_listening(settings):
        try:
            find_free_port(key, host, list_ports(port))
        except ConfigError as error:
            yield Finding("wrong" if is_needed else "worse", str(error), is_needed)


def check_watching(settings: Config) -> Iterator[Finding]:
    """Whether saves of generators' files can be heard of."""
    trouble = inotify.find_trouble() if settings.generators else ""
    if trouble:
        yield Finding("worse", f"watch: {trouble}", is_fatal=False)


def check_intros(settings: Config) -> Iterator[Finding]:
    """Whether players begin at once on the MP3 mounts that are on the air."""
    for sentence in find_missing_intros(settings):
        yield Finding("worse", sentence, is_fatal=False)


def check_page_sound(settings: Config) -> Iterator[Finding]:
    """Whether a browser may play the streams: on a page with TLS none without."""
    web, icecast = settings.web, settings.icecast
    is_private = web.public_url.startswith("https:") or (web.certificate and not is_loopback(web.host))
    is_heard = web.streams_url.startswith("https:") or (icecast.tls and not web.streams_url)
    if web.enabled and is_private and not is_heard:
        sentence = "web.streams_url: the page has TLS, so browsers play only streams with TLS; name their https address"
        yield Finding("worse", sentence, is_fatal=False)


def check_machine(settings: Config) -> Iterator[Finding]:
    """Each need of this configuration that is missing."""
    wanted = [need for need in NEEDS if not (need.is_there is has_soundfont and settings.composer.soundfont)]
    for need in [ICECAST, *wanted] if settings.manages_icecast else wanted:
        if not need.is_there(need.name):
            kind, rest = ("worse", f"; without it {need.without}") if need.without else ("missing", "")
            yield Finding(kind, f"{need.what}: Debian package {need.package}{rest}", not need.without, need.package)
    yield from check_voice(settings.radio.voice)
    named = settings.composer.soundfont
    if named and (problem := find_problem(Path(named))):
        yield Finding("missing", f"composer.soundfont: {named}: {problem}")


def check_voice(voice: str) -> Iterator[Finding]:
    """Whether the voice of the idents can speak here; without it they are music only."""
    is_piper = voice.endswith(".onnx")
    program = "piper" if is_piper else "espeak-ng"
    if voice and not has_program(program):
        sentence = f"radio.voice: {program} is not installed, so idents are music only"
        yield Finding("worse", sentence, is_fatal=False, package="" if is_piper else program)
    elif is_piper and (problem := find_problem(Path(voice))):
        yield Finding("worse", f"radio.voice: {voice}: {problem}, so idents are music only", is_fatal=False)
    elif voice and not is_piper and not has_voice(voice):
        sentence = (
            f"radio.voice: espeak-ng has no voice {voice}, so idents are music only; espeak-ng --voices lists them"
        )
        yield Finding("worse", sentence, is_fatal=False)


def has_voice(voice: str) -> bool:
    """Whether espeak-ng can speak with this voice; it says so by its exit status."""
    try:
        said = subprocess.run(["espeak-ng", "-v", voice, "-q", "a"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return not said.returncode


def check_sandbox(settings: Config) -> Iterator[Finding]:
    """How users' programs are kept from what is the station's, and from the machine."""
    if not settings.generators:
        return
    protection = protect_programs(settings, None, find_owner(settings))
    package = "" if has_program("bwrap") else "bubblewrap"
    for warning in protection.warnings:
        yield Finding("worse", f"generators: {warning}", is_fatal=False, package=package)
    if not protection.warnings:
        yield Finding("good", f"generators: their programs run {protection}", is_fatal=False)


def find_owner(settings: Config) -> int:
    """The number of the user that the station runs as: whose its folder is, if there is one yet."""
    try:
        return settings.paths.directory.stat().st_uid
    except OSError:
        return os.geteuid()


def check_generators(settings: Config) -> Iterator[Finding]:
    """Each generator whose program cannot be started; the station is on the air without it."""
    for name, generator in settings.generators.items():
        if not generator.command and not generator.callable:  # which is told as a fault of the configuration
            continue
        try:
            check_startable(name, generator)
        except Missing as error:
            yield Finding("worse", f"generators.{error}", is_fatal=False)


def check_packages() -> Iterator[Finding]:
    """Each Python package that Bandstand requires everywhere and that is not installed."""
    for name in list_missing_packages():
        yield Finding("missing", f"Python package {name}: deploy/up installs it, or pip with Bandstand anew")


def list_missing_packages() -> Iterator[str]:
    for requirement in metadata.requires("bandstand") or []:
        name, _, condition = requirement.partition(";")
        name = re.split(r"[^\w.-]", name, maxsplit=1)[0]
        if not condition and not _is_installed(name):
            yield name


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def format_report(findings: Sequence[Finding]) -> str:
    """A line for each finding, then what to install, then whether the station can go on the air."""
    lines = [harmless(f"{finding.kind:<8} {finding.sentence}") for finding in findings]
    packages = sorted({finding.package for finding in findings if finding.package})
    if packages:
        lines.append(f"install  apt-get install {' '.join(packages)}")
    if not any(finding.is_fatal for finding in findings):
        lines.append("ok       nothing keeps the station off the air: bandstand up")
    return "\n".join(lines)


def make_substitute(path: Path | None) -> Config:
    """In place of a configuration whose faults are told already: the defaults, in the folder that it names."""
    settings = config.load(None, {})
    try:
        directory = str(config.find_directory(path).directory)
    except BandstandError:
        return settings
    return msgspec.structs.replace(settings, station=msgspec.structs.replace(settings.station, directory=directory))


CHECKS: Final[tuple[Callable[[Config], Iterator[Finding]], ...]] = (
    check_irc,
    check_folder,
    check_database,
    check_ports,
    check_machine,
    check_page_sound,
    check_generators,
    check_sandbox,
    check_watching,
    check_intros,
)
KEY: Final = re.compile(rf"(?:{'|'.join(Config.__struct_fields__)})\.\S+: ")
"""How a sentence of the value of a key begins."""


def name_file(finding: Finding, path: Path) -> Finding:
    """The finding with the name of the configuration's file before a key."""
    return replace(finding, sentence=f"{path.name}: {finding.sentence}") if KEY.match(finding.sentence) else finding


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("bandstand check", description="Say what is wrong or missing.")
    parser.add_argument("--config", metavar="FILE", help="the station's configuration")
    path = config.find(parser.parse_args(arguments).config)
    found, faults = config.examine(path)
    settings = found or make_substitute(path)
    findings = [Finding("wrong", fault) for fault in faults]
    findings += check_programme(settings, path)
    for check in CHECKS:
        findings += [name_file(finding, path) for finding in check(settings)] if path else check(settings)
    findings += check_packages()
    print(format_report(findings))
    return 1 if any(finding.is_fatal for finding in findings) else 0
