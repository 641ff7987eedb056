"""What is said of a song that words asked for: what it will be, and which of the words were not understood."""

from typing import Final

from bandstand.common.api.wishing import Understood
from bandstand.common.text import clock, one_line
from bandstand.common.wish_splitting import LONGEST, MOST_WORDS

WORDS: Final = 8
"""Words that were not understood, of which each is repeated."""


def say_song(understood: Understood) -> str:
    """`bossa by Trio Maresol, slow, in Dm, 104 bpm, 2:00, with flute`."""
    given = understood.parameters
    key = f"in {given['key']}" if "key" in given else f"in a {given['mode']} key" if "mode" in given else ""
    facts = (
        *understood.moods,
        key,
        f"{given['tempo']:g} bpm" if "tempo" in given else "",
        clock(given["seconds"]) if "seconds" in given else "",
        _say_list("with", given.get("with", "")),
        _say_list("without", given.get("without", "")),
    )
    return ", ".join(one_line(fact, 200) for fact in (f"{understood.style} by {understood.band}", *facts) if fact)


def _say_list(word: str, names: str) -> str:
    *others, last = names.split(",")
    return f"{word} {', '.join(others)} and {last}" if others else f"{word} {last}" if last else ""


def say_misunderstood(understood: Understood) -> str:
    """What was taken for something else, and what was not understood; each begins with a semicolon."""
    said = [f"{typed}: taken as {meant}" for typed, meant in understood.taken.items()]
    if understood.unknown:
        more = ", ..." if len(understood.unknown) > WORDS else ""
        said.append(f"did not understand: {', '.join(understood.unknown[:WORDS])}{more}")
    if understood.is_cut:
        said.append(f"read only the first {MOST_WORDS} words or {LONGEST} characters")
    return "".join(f"; {one_line(one, 300)}" for one in said)


def say_ordered(code: str, title: str, name: str, is_wish: bool) -> str:
    """`"Blue Lantern" (7kq3), which ann wished for`; a song in the making may have no title yet."""
    song = f'"{title}" ({code})' if title else f"song {code}"
    return f"{song}, which {one_line(name, 40)} {'wished for' if is_wish else 'ordered'}"
