"""The programme as a readable file: `radio.toml`, beside the station's configuration, with playlists, clocks and shows.

It is read again whenever it is saved, and is taken up whole or, where there is any fault in it, not at all. Every fault
is a sentence that names the file, the key and what was expected. Knows the file's form; not what the database has. So a
slot with a name that nothing has is no fault: `find_unknown` tells it to whoever knows the names.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec

from bandstand.common import config, lineups
from bandstand.common.api.playlists import RULE_LIMITS, RULE_NUMBERS, Clock, Playlist, PlaylistRule
from bandstand.common.api.refusals import BadQuery, Refused
from bandstand.common.api.shows import Show
from bandstand.common.api.values import Slot, SlotKind, read_slot
from bandstand.common.bands import slug
from bandstand.common.config_values import find_faults, leave_out_faults
from bandstand.common.errors import ConfigError
from bandstand.common.files import find_problem
from bandstand.common.plain_values import Fault
from bandstand.common.show_times import find_zone, read_rule
from bandstand.common.song_search import parse_query, say_bad_query

NAME: Final = "radio.toml"
ME: Final = "me"
"""Whoever asks, in a search."""
Priority = Annotated[int, msgspec.Meta(ge=-100, le=100)]


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class FilePlaylist(_Section, frozen=True):
    query: str
    """As `search` takes it."""
    weight: Annotated[float, msgspec.Meta(ge=0, le=100)] = 1.0
    rule: Literal["standard", "hourly", "songs", "minutes"] = "standard"
    every: Annotated[int, msgspec.Meta(ge=0, le=1440)] = 0


class FileShow(_Section, frozen=True):
    when: str
    """As `schedule add` takes it: `fri 20:00-22:00`."""
    play: str
    """A slot, as `style:bossa`."""
    zone: str = ""
    """Empty: the file's."""
    name: str = ""
    priority: Priority = 0
    override: bool = False
    record: bool = False
    """Each coming of it is recorded."""


class _File(_Section, frozen=True):
    zone: str = ""
    """Of its shows; empty: the station's."""
    playlists: dict[str, FilePlaylist] = {}
    clocks: dict[str, list[str]] = {}
    shows: list[FileShow] = []


class RadioFile(NamedTuple):
    playlists: tuple[Playlist, ...] = ()
    clocks: tuple[Clock, ...] = ()
    shows: tuple[Show, ...] = ()
    faults: tuple[str, ...] = ()
    """Where there are any, there is nothing else."""


def get_path(configuration: Path) -> Path:
    """Where the file is, or would be."""
    return configuration.parent / NAME


def read_radio_file(path: Path, zone: str) -> RadioFile:
    """Read and check the file; `zone` is the station's. Without a file there is nothing in it."""
    if not path.exists():
        return RadioFile()
    try:
        data: dict[str, Any] = config.read(path)
    except ConfigError as error:
        return RadioFile(faults=(str(error),))
    found = find_faults(data, _File)
    further: list[Fault] = []
    repaired = leave_out_faults(data, _File)
    read = msgspec.convert(repaired.value, _File)
    clocks, shows = _read_clocks(read, further), _read_shows(read, zone, further)
    further += [*_find_bad_names(read), *_find_bad_playlists(read), *_find_cycles(clocks)]
    found += repaired.list_further(further, found)
    if not found:
        saved = path.stat().st_mtime
        shows = tuple(msgspec.structs.replace(show, saved=saved) for show in shows)
        return RadioFile(tuple(_list_playlists(read)), clocks, shows)
    return RadioFile(faults=tuple(f"{path.name}: {key}: {what}" for key, what in found))


def _find_bad_names(read: _File) -> Iterator[Fault]:
    """Names without a letter or digit, and those that are the same as another one's (`The News` and `news`)."""
    for section, names in (("playlists", read.playlists), ("clocks", read.clocks)):
        slugs = [slug(name) for name in names]
        for index, name in enumerate(names):
            if not slugs[index]:
                yield f"{section}.{name}", "a name has letters, digits and dashes"
            elif slugs[index] in slugs[:index]:
                yield f"{section}.{name}", f"there is a {slugs[index]} already; give it another name"


def _find_bad_playlists(read: _File) -> Iterator[Fault]:
    """Searches that cannot be read, and numbers that say nothing by the playlist's rule."""
    for name, one in read.playlists.items():
        try:
            query = parse_query(one.query)
        except Refused as refused:
            if isinstance(refused.why, BadQuery):
                yield f"playlists.{name}.query", say_bad_query(refused.why)
        else:
            if query.faves == ME:
                yield f"playlists.{name}.query", "faves:me is nobody in a file; name the account, as in faves:ann"
        rule = PlaylistRule(one.rule)
        low, high = RULE_LIMITS[rule]
        if rule is PlaylistRule.STANDARD and one.every:
            yield f"playlists.{name}.every", 'says nothing without a rule: "hourly", "songs" or "minutes"'
        elif not low <= one.every <= high:
            number = f'{RULE_NUMBERS[rule]} from {low} to {high} with rule = "{rule}"'
            yield f"playlists.{name}.every", f"expected {number}, got {one.every}"


def _find_cycles(clocks: Sequence[Clock]) -> Iterator[Fault]:
    known = {clock.name: clock for clock in clocks}
    for name in known:
        cycle = find_cycle(known, name)
        if cycle:
            yield f"clocks.{name}", f"that clock would never end: {' leads to '.join(cycle)}"


def find_cycle(clocks: Mapping[str, Clock], name: str) -> tuple[str, ...]:
    """The names along which a clock leads back to itself; empty where it does not."""
    stack: list[tuple[str, ...]] = [(name,)]
    seen: set[str] = set()
    while stack:
        path = stack.pop()
        clock = clocks.get(path[-1])
        for slot in clock.slots if clock else ():
            if slot.kind is not SlotKind.CLOCK:
                continue
            if slot.name == name:
                return (*path, name)
            if slot.name not in seen:
                seen.add(slot.name)
                stack.append((*path, slot.name))
    return ()


def find_unknown(read: RadioFile, known: Mapping[SlotKind, Collection[str]]) -> Iterator[str]:
    """A sentence for each slot of the file that names what is not there. `known` has the names beside those of the
    file; a kind that is not in it is not looked at. Files are looked for on this machine."""
    names = {kind: set(there) for kind, there in known.items()}
    for kind, own in ((SlotKind.PLAYLIST, read.playlists), (SlotKind.CLOCK, read.clocks)):
        if kind in names:
            names[kind] |= {one.name for one in own}
    for key, slot in _list_slots(read):
        there = names.get(slot.kind)
        if slot.kind is SlotKind.FILE and (problem := find_problem(Path(slot.name))):
            yield f"{NAME}: {key}: {slot.name}: {problem}"
        elif there is not None and slot.name and slot.name.casefold() not in {one.casefold() for one in there}:
            said = f"there are {', '.join(sorted(there)[:30])}" if there else "there is none yet"
            yield f"{NAME}: {key}: there is no {slot.kind} {slot.name}; {said}"


def _list_slots(read: RadioFile) -> Iterator[tuple[str, Slot]]:
    """Each slot with its key."""
    for clock in read.clocks:
        for index, slot in enumerate(clock.slots):
            yield f"clocks.{clock.name}[{index}]", slot
    for index, show in enumerate(read.shows):
        yield f"shows[{index}].play", show.slot


def _list_playlists(read: _File) -> Iterator[Playlist]:
    for name, one in read.playlists.items():
        yield Playlist(
            name=slug(name), query=one.query, weight=one.weight, rule=PlaylistRule(one.rule), every=one.every
        )


def _read_clocks(read: _File, found: list[Fault]) -> tuple[Clock, ...]:
    clocks = []
    for name, texts in read.clocks.items():
        slots = [_read_slot(text, f"clocks.{name}[{index}]", found) for index, text in enumerate(texts)]
        if not slots:
            found.append((f"clocks.{name}", "expected at least one slot, such as any"))
        clocks.append(Clock(name=slug(name), slots=tuple(slot for slot in slots if slot is not None)))
    return tuple(clocks)


def _read_shows(read: _File, zone: str, found: list[Fault]) -> tuple[Show, ...]:
    shows: list[Show] = []
    zone = _read_zone(read.zone or zone, "zone", found)
    for index, one in enumerate(read.shows):
        key = f"shows[{index}]"
        slot = _read_slot(one.play, f"{key}.play", found)
        own = _read_zone(one.zone, f"{key}.zone", found) if one.zone else zone
        try:
            rule = read_rule(one.when)
        except ValueError as error:
            found.append((f"{key}.when", str(error)))
            continue
        if slot is not None and slot.kind is SlotKind.OFF and not one.override:
            found.append((f"{key}.play", "off is for overrides: override = true"))
        if slot is not None and slot.kind is SlotKind.LIVE and (rule.every or rule.end is None):
            found.append((f"{key}.when", "the time of a DJ needs an end, as fri 20:00-22:00"))
        if one.override and not rule.date:
            found.append((f"{key}.when", "an override needs a date, as 2026-12-24 18:00-23:00"))
        if slot is None:
            continue
        name = one.name.strip() or str(slot)
        if any(show.name == name for show in shows):
            name = f"{name} {one.when}"
        shows.append(
            Show(name=name, rule=rule, zone=own, slot=slot, priority=one.priority, is_override=one.override,
                 created=float(index), is_recorded=one.record)
        )  # fmt: skip
    return tuple(shows)


def _read_zone(name: str, key: str, found: list[Fault]) -> str:
    try:
        return find_zone(name)
    except ValueError as error:
        found.append((key, str(error)))
        return "UTC"


def _read_slot(text: str, key: str, found: list[Fault]) -> Slot | None:
    try:
        slot = read_slot(text)
    except ValueError as error:
        found.append((key, f"{error}, got {text!r}"))
        return None
    if slot.kind is SlotKind.OFF and key.startswith("clocks"):
        found.append((key, "off is for overrides among the shows"))
    if slot.kind is SlotKind.LIVE and key.startswith("clocks"):
        found.append((key, "live is for shows"))
    if slot.kind is SlotKind.STYLE and slot.name not in lineups.STYLES:
        found.append((key, f"there is no style {slot.name}; there are {', '.join(lineups.STYLES)}"))
    if slot.kind in (SlotKind.PLAYLIST, SlotKind.CLOCK, SlotKind.BAND):
        return Slot(slot.kind, slug(slot.name))
    return slot
