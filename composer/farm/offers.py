"""What a machine of the farm offers, under names that Dask knows as resources: songs of bands, and users' generators.

A name says how a song is made, so that a station's songs come only to machines on which they become the same ones: for
bands the composer's version and the soundfont, for a generator the hash of what the program is. A generator has to be
declared on both sides with `farm = true`, and it is the machine's own declaration that is carried out: neither a
command nor a file goes from the station to a machine, and the limits and the sandbox are those of the machine.

Reads files; knows neither Dask nor the network.
"""

import hashlib
import logging
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from bandstand.common import config
from bandstand.common.config import Config
from bandstand.common.errors import Missing
from bandstand.common.generator_files import compute_fingerprint, list_files
from bandstand.common.generators import Generator
from bandstand.common.sandbox import give_folders, protect_programs
from bandstand.composer.compose import VERSION
from bandstand.composer.fluid import find_soundfont

DIGITS: Final = 12
"""Hexadecimal digits of a hash in a name."""
SAID: Final = ("command", "callable", "environment", "format", "rate", "channels", "output")
"""What of a declaration makes the sound, beside the program's files."""
log = logging.getLogger("farm")


def name_bands(soundfont: str) -> str:
    """The name for songs of bands with this soundfont. Raises Missing."""
    path = find_soundfont(soundfont)
    digest = hashlib.sha256(path.read_bytes() if path else b"tones").hexdigest()
    return f"bandstand-{VERSION}-{digest[:DIGITS]}"


def name_generator(name: str, generator: Generator) -> str:
    """The name for songs of this generator, as its files are now."""
    said = msgspec.json.encode([getattr(generator, key) for key in SAID], order="sorted")
    digest = hashlib.sha256(said + compute_fingerprint(list_files(generator)).encode()).hexdigest()
    return f"bandstand-generator-{name}-{digest[:DIGITS]}"


class Offers(NamedTuple):
    """What one machine offers."""

    bands: str
    """The name for songs of bands."""
    generators: dict[str, Generator]
    """By their names in the configuration."""
    named: dict[str, str]
    """Name of the offer -> that of the generator."""
    arguments: list[str]
    """Of each worker, for the programs of its generators."""

    def list_names(self) -> list[str]:
        return [self.bands, *self.named]

    def find_generator(self, offer: str) -> Generator:
        """The generator that was offered under this name. Raises Missing where it is another one by now."""
        name = self.named.get(offer, "")
        generator = self.generators.get(name)
        if generator is None or name_generator(name, generator) != offer:
            raise Missing(f"{offer} is not here, or its files have changed since this worker was started")
        return generator


def find_offers(soundfont: str, configuration: str, key: str) -> Offers:
    """What this machine offers; of generators those that `configuration`, a file's path, declares with `farm = true`.

    Where no sandbox works for them they are not offered, unless the file does without one. `key` is a file that is to
    be hidden from them, or empty. Raises BandstandError.
    """
    path = config.find(configuration) if configuration else None
    if path is None:
        return Offers(name_bands(soundfont), {}, {}, [])
    settings = config.load(path)
    generators = {name: one for name, one in settings.generators.items() if one.farm}
    arguments = _confine(generators, settings, path, key) if generators else []
    if arguments is None:
        generators, arguments = {}, []
    named = {name_generator(name, one): name for name, one in generators.items()}
    return Offers(name_bands(soundfont), generators, named, arguments)


def _confine(generators: Mapping[str, Generator], settings: Config, path: Path, key: str) -> list[str] | None:
    """The arguments of a worker that runs these programs; None where there is no sandbox for them."""
    sandbox, warnings = protect_programs(settings, path, os.geteuid())
    for warning in warnings:
        log.warning("%s", warning)
    if settings.composer.sandbox != "off" and not (sandbox and sandbox.program):
        log.warning("no generator is offered, since no sandbox works here")
        return None
    words: list[str] = []
    for folder in sorted({one.directory for one in generators.values()}):
        words += ["--writable", folder]
    if sandbox is not None:
        if key:
            sandbox = msgspec.structs.replace(sandbox, secrets=[*sandbox.secrets, os.path.realpath(key)])
        for trouble in give_folders(sandbox, [one.directory for one in generators.values()]):
            log.warning("%s", trouble)
        scratch = Path(tempfile.gettempdir()) / "bandstand-farm" / "scratch"
        words += ["--sandbox", msgspec.json.encode(sandbox).decode(), "--scratch", str(scratch)]
    has_callables = any(one.callable for one in generators.values())
    return [*words, "--stage", "callables" if has_callables else "programs"]
