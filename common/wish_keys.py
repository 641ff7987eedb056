"""Keys in a wish: `in Dm`, `B flat minor`, `fis-moll`, `la mineur`. Pure.

English names come as letters with signs, `H` among them, by which half of Europe means B. German and Scandinavian names
(`Es-Dur`, where B is B flat) and those of the south (`sol maggiore`) need a word for the mode behind them, or a bare
`es`, `do` or `la` would be a key. A lone `a` or `b` is a word, unless it is asked for as a key (`in A`).
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

LETTER: Final = re.compile(
    r"(?P<before>(?:(?:in|key|of|the) )*)(?P<letter>[A-Ha-h])(?P<sign>#|b| sharp| flat|♯|♭|)"
    r"(?P<mode> ?(?:minor|major|min|maj|m)|)(?= |$)"
)
SIGNS: Final = {"": "", "#": "#", "♯": "#", "sharp": "#", "b": "b", "♭": "b", "flat": "b"}
BEFORE: Final = ("in", "key", "of", "the")
GERMAN: Final = {
    "c": "C", "d": "D", "e": "E", "f": "F", "g": "G", "a": "A", "h": "B", "b": "Bb", "cis": "C#", "dis": "D#",
    "eis": "E#", "fis": "F#", "gis": "G#", "ais": "A#", "his": "B#", "ces": "Cb", "des": "Db", "es": "Eb", "fes": "Fb",
    "ges": "Gb", "as": "Ab", "ass": "Ab",
}  # fmt: skip
GERMAN_MODES: Final = {"dur": "", "moll": "m", "duur": "", "mol": "m"}
SYLLABLES: Final = {
    "do": "C", "ut": "C", "re": "D", "ré": "D", "mi": "E", "fa": "F", "sol": "G", "la": "A", "si": "B",
}  # fmt: skip
SYLLABLE_SIGNS: Final = {
    "dièse": "#", "diese": "#", "diesis": "#", "sostenido": "#", "bémol": "b", "bemol": "b", "bemolle": "b",
}  # fmt: skip
SYLLABLE_MODES: Final = {
    "majeur": "", "maggiore": "", "mayor": "", "maior": "", "major": "", "mineur": "m", "minore": "m", "menor": "m",
    "minor": "m",
}  # fmt: skip


class Key(NamedTuple):
    """A key as `common.song_parameters.KEY` has it, and how many words it takes."""

    name: str
    words: int


def read_key(words: Sequence[str], at: int) -> Key | None:
    """The key that begins at this word; `words` as they were typed, since `A` is a key rather than `a`."""
    return _read_foreign(words, at) or _read_letter(words, at)


def _read_foreign(words: Sequence[str], at: int) -> Key | None:
    start = at
    while start < len(words) and words[start].casefold() in BEFORE:
        start += 1
    name, second, third = (*(word.casefold() for word in words[start : start + 3]), "", "", "")[:3]
    if name in GERMAN and second in GERMAN_MODES:
        return Key(GERMAN[name] + GERMAN_MODES[second], start + 2 - at)
    sign = SYLLABLE_SIGNS.get(second, "")
    mode = third if sign else second
    is_letter = len(name) == 1 and name in "cdefgab"
    note = name.upper() if is_letter else SYLLABLES.get(name)
    if note and mode in SYLLABLE_MODES and not (is_letter and mode in ("major", "minor")):
        return Key(note + sign + SYLLABLE_MODES[mode], start + (3 if sign else 2) - at)
    return None


def _read_letter(words: Sequence[str], at: int) -> Key | None:
    match = LETTER.match(" ".join(words[at : at + 8]))
    if not match:
        return None
    mode = match["mode"].strip().casefold()
    letter, sign = match["letter"], SIGNS[match["sign"].strip()]
    count = len(match[0].split())
    is_last = at + count == len(words)
    is_asked = bool(re.search(r"\b(in|key)\b", match["before"]))
    is_word = letter + match["sign"] + match["mode"] in ("a", "am", "A", "b")
    is_word = is_word and not (is_asked and (is_last or letter == "A"))
    is_spoken = letter == "a" and not is_last and words[at + count].casefold() == "key"  # in a minor key
    is_letter = letter.isupper() and letter != "H"
    if is_word or is_spoken or not (sign or mode or is_letter or is_asked):
        return None
    if is_asked and letter == "a" and not (sign or mode or is_last):
        return None
    name = letter.upper().replace("H", "B") + sign
    return Key(name + ("m" if mode in ("m", "min", "minor") else ""), count)
