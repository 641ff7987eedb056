"""The users' generators with what their programs say of themselves when they are asked with `--describe`.

Declarations change while the station runs (`declarations.py`); a program is asked anew when its own has changed.
A program that does not answer keeps what the configuration declares; why is told in the log and in `troubles`.
"""

import os
from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec
from twisted.internet.defer import Deferred, gatherResults
from twisted.logger import Logger

from bandstand.bot.child import CollectingChild, Command, Launcher
from bandstand.common import generators
from bandstand.common.errors import BandstandError, ConfigError
from bandstand.common.generator_files import check_startable
from bandstand.common.generators import Description, Generator
from bandstand.common.sandbox import Sandbox, build_arguments, give_folders
from bandstand.common.text import one_line, strip_escapes

log = Logger()

PATIENCE: Final = 10.0
"""Seconds that a program may take to describe itself."""
LONGEST: Final = 1 << 18
"""Bytes of a description."""


class DeclarationChanges(NamedTuple):
    """Names of generators, by what became of their declarations."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class Catalogue:
    """`known` always has every generator: as declared, and as described as soon as that is known."""

    def __init__(self, launcher: Launcher, declared: Mapping[str, Generator], sandbox: Sandbox | None = None) -> None:
        """`sandbox` is for the programs; None if they run without."""
        self._launcher = launcher
        self._declared = declared
        self._sandbox = sandbox
        self.known: dict[str, Generator] = dict(declared)
        self.troubles: dict[str, str] = {}
        self.faults: dict[str, str] = {}
        """Why a generator that the configuration has by now is not loaded, or not as it stands there."""

    async def start(self) -> None:
        """Ask every program."""
        self._give_folders()
        await gatherResults([Deferred.fromCoroutine(self.refresh(name)) for name in self._declared])

    async def declare(self, declared: Mapping[str, Generator], faults: Mapping[str, str]) -> DeclarationChanges:
        """Take up other declarations. One that has a fault stays as it was, if it was there."""
        before = self._declared
        kept = {name: before[name] for name in faults if name in before}
        now = {**declared, **kept}
        changes = DeclarationChanges(
            added=tuple(name for name in now if name not in before),
            changed=tuple(name for name in now if name in before and before[name] != now[name]),
            removed=tuple(name for name in before if name not in now),
        )
        self._declared, self.faults = now, dict(faults)
        self._give_folders()
        self.known = {name: self.known[name] if before.get(name) == one else one for name, one in now.items()}
        self.troubles = {name: why for name, why in self.troubles.items() if name in now}
        await gatherResults([Deferred.fromCoroutine(self.refresh(name)) for name in changes.added + changes.changed])
        return changes

    def _give_folders(self) -> None:
        for trouble in give_folders(self._sandbox, [one.directory for one in self._declared.values()]):
            log.warn("{trouble}", trouble=trouble)

    @property
    def declared(self) -> Mapping[str, Generator]:
        return self._declared

    async def refresh(self, name: str) -> None:
        """Ask this program anew; a failure is kept in `troubles`."""
        declared = self._declared.get(name)
        if declared is None:
            return
        self.troubles.pop(name, None)
        if not declared.describe:
            return
        try:
            check_startable(name, declared)
            said = await self._ask(declared)
        except (BandstandError, OSError) as error:
            self.troubles[name] = str(error)
            log.warn("{name}: {why}", name=name, why=str(error))
        else:
            if self._declared.get(name) == declared:
                self.known[name] = generators.described(declared, said)

    async def _ask(self, declared: Generator) -> Description:
        """Run `PROGRAM --describe`. Raises ConfigError, or OSError where it cannot be started."""
        child = CollectingChild(LONGEST)
        self._launcher.start(child, _make_command(declared, self._sandbox), PATIENCE)
        ending = await child.ended
        if not ending.is_success:
            words = child.errors.decode("utf-8", "replace").strip().splitlines()
            last = f": {one_line(strip_escapes(words[-1]), 200)}" if words else ""
            raise ConfigError(f"it {ending} when it was asked to describe itself{last}")
        return read_description(child.output)


def read_description(printed: bytes) -> Description:
    """What a program says of itself. Raises ConfigError."""
    try:
        said = msgspec.json.decode(printed, type=Description)
    except msgspec.DecodeError as error:
        raise ConfigError(f"what it prints for --describe is no description: {error}") from None
    for fault in generators.find_parameter_faults(said.parameters):
        raise ConfigError(f"what it prints for --describe is wrong: {fault.lstrip('.')}")
    return said


def _make_command(declared: Generator, sandbox: Sandbox | None) -> Command:
    folder = declared.directory
    sandbox = sandbox and sandbox.fit(is_wanted=declared.sandbox)
    prefix = build_arguments(sandbox, [folder], directory=folder) if sandbox else []
    parameters = generators.parameters(declared)
    given = {name: one.default for name, one in parameters.items() if one.default is not None}
    inherited = generators.inherit_environment(os.environ)
    return Command(
        argv=[*prefix, *generators.build_arguments(declared, 0, given, ""), "--describe"],
        environment=inherited | declared.environment | generators.build_variables(0, given, ""),
        directory="/" if prefix else folder,
        descriptors={0: "w", 1: "r", 2: "r"},
    )
