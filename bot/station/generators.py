"""The users' generators as the core sees them: which there are, what may be asked of one, and the check of that."""

from collections.abc import Mapping
from typing import Final

from bandstand.bot.station import bands
from bandstand.bot.station.repositories import Transaction
from bandstand.common import generators, song_parameters
from bandstand.common.api.events import ReloadOrdered
from bandstand.common.api.people import Requester
from bandstand.common.api.refusals import BadParameter, GeneratorNotLoaded, NoSuchBand, NoSuchGenerator, Refused
from bandstand.common.api.requests import DescribeGenerator, ListGenerators, ReloadGenerators
from bandstand.common.api.results import GeneratorBrief, GeneratorDetails, Generators, Reloaded
from bandstand.common.api.values import BandForm
from bandstand.common.declarations import read_declarations
from bandstand.common.errors import CommandError, ComposeError
from bandstand.common.generators import Generator, Parameter, Value
from bandstand.common.text import one_line

NONE: Mapping[str, Value] = {}
BAND_PARAMETERS: Final = {
    "key": Parameter(help=f"the key that it begins in: {song_parameters.KEY_SYNTAX}"),
    "mode": Parameter(choices=list(song_parameters.MODES), help="the mode of its key, where none is given"),
    **{
        name: Parameter(type="float", min=one.low, max=one.high, help=f"{one.help}, {one.unit}")
        for name, one in song_parameters.RANGES.items()
    },
    **{name: Parameter(help=help) for name, help in song_parameters.INSTRUMENT_LISTS.items()},
}
"""What may be asked of a band's song; without it, the band chooses."""


def get_generator(tx: Transaction, name: str) -> Generator:
    """Raises Refused(NoSuchGenerator or GeneratorNotLoaded)."""
    generator = tx.outside.generators.get(name)
    if generator is None:
        _refuse_unloaded(tx, name)
        raise Refused(NoSuchGenerator(one_line(name, 40), tuple(tx.outside.generators)))
    return generator


def _refuse_unloaded(tx: Transaction, name: str) -> None:
    """Raises Refused(GeneratorNotLoaded) for one that the configuration has by now, with a fault."""
    if name and name in tx.outside.generator_faults:
        raise Refused(GeneratorNotLoaded(one_line(name, 40), tx.outside.generator_faults[name]))


def check_parameters(
    tx: Transaction, name: str, given: Mapping[str, Value], before: Mapping[str, Value] = NONE
) -> dict[str, Value]:
    """Every parameter's value: as it was given, else as it was `before`, else its default.

    Raises Refused(BadParameter). What was given before and is no parameter any more is left out.
    """
    generator = tx.outside.generators.get(name)
    try:
        if generator is not None:
            known = generators.parameters(generator)
            kept = {parameter: value for parameter, value in before.items() if parameter in known}
            return generators.checked(name, generator, {**kept, **given})
        values = {**before, **{parameter: _read_value(value) for parameter, value in given.items()}}
        song_parameters.checked(values)
    except (CommandError, ComposeError) as error:
        raise Refused(BadParameter(str(error))) from None
    return values


def _read_value(value: Value) -> Value:
    """A band's parameter as the number that it looks like, or as text."""
    for kind in (int, float):
        try:
            return kind(value) if isinstance(value, str) else value
        except ValueError:
            continue
    return value


def list_generators(request: ListGenerators, by: Requester, tx: Transaction) -> Generators:
    watched = {watch.generator for watch in tx.watches.list_all()}
    faults = {name: fault for name, fault in tx.outside.generator_faults.items() if name}
    loaded = tuple(
        GeneratorBrief(
            name=name,
            help=one.help or one.callable or " ".join(one.command),
            version=one.version,
            is_watched=name in watched,
            trouble=faults.pop(name, "") or tx.outside.generator_troubles.get(name, ""),
        )
        for name, one in tx.outside.generators.items()
    )
    unloaded = (
        GeneratorBrief(name=name, help="", version="", is_watched=name in watched, trouble=fault)
        for name, fault in faults.items()
    )
    return Generators(generators=(*loaded, *unloaded))


def reload_generators(request: ReloadGenerators, by: Requester, tx: Transaction) -> Reloaded:
    """The answer says what the file has; it is taken up when this is committed."""
    read = read_declarations(tx.rules.configuration)
    tx.publish(ReloadOrdered())
    whole = read.faults.get("")
    faults = (whole,) if whole else tuple(read.faults.values())
    return Reloaded(file=tx.rules.configuration.name, generators=tuple(read.generators), faults=faults)


def describe_generator(request: DescribeGenerator, by: Requester, tx: Transaction) -> GeneratorDetails:
    """What may be asked of a generator, or of a band's song."""
    name = request.name.lower()
    generator = tx.outside.generators.get(name)
    if generator is not None:
        return GeneratorDetails(name=name, help=generator.help, parameters=generators.parameters(generator))
    form = find_band_or_generator(tx, name)
    return GeneratorDetails(name=form.slug, help="", parameters=BAND_PARAMETERS, band=form.band.name)


def find_band_or_generator(tx: Transaction, words: str) -> BandForm:
    """The band; what is refused names the generators, too, and says why one is not loaded."""
    _refuse_unloaded(tx, words)
    try:
        return bands.find_band(tx, words)
    except Refused as refused:
        if isinstance(refused.why, NoSuchBand):
            raise Refused(NoSuchBand(refused.why.words, refused.why.bands, tuple(tx.outside.generators))) from None
        raise
