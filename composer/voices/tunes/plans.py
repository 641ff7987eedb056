"""Phrase plans: how a section's tune is divided into units, and which of them return.

A unit is one to five bars, with a label: units of one label have the same material, and the later ones answer the
first, with another end. A unit that ends a phrase has a close: `half` rests on a note of the chord, `full` on the tonic
where the harmony has it. The classical plans are the sentence (a a b c: an idea, its repeat, fragments, a cadence), the
period (a b a c), the song form (a a b a), three bars that five answer, and call and answer bar by bar (Caplin,
"Classical Form", Oxford 1998). Knows no notes.
"""

from typing import Final, Literal, NamedTuple

from bandstand.composer.random_source import RandomSource

Close = Literal["none", "half", "full"]
PHRASE_BARS: Final = 4
LONGEST_PLAN: Final = 8


class Unit(NamedTuple):
    """Some bars of a tune. `number` counts the units of this label, from 0."""

    label: str
    number: int
    bar: int
    bars: int
    close: Close


class Plan(NamedTuple):
    """A form of the tune, and the place of its highest note."""

    units: tuple[Unit, ...]
    climax: int
    """Index of the unit that has the highest note."""


FORMS: Final[dict[int, tuple[tuple[str, float], ...]]] = {
    2: (("a2.", 3), ("a1 a1.", 2)),
    4: (("a2, b2.", 3), ("a1 a1 b2.", 4), ("a1, b1 a1, c1.", 4), ("a1 a1 a1 b1.", 2), ("a4.", 1)),
    8: (
        ("a2, a2, b2, a2.", 3),
        ("a2, b2, a2, c2.", 5),
        ("a2, b2, a2, b2.", 4),
        ("a4, a4.", 5),
        ("a1 a1 a1 b1, a1 a1 c1 d1.", 2),
        ("a2, a2, b1 b1 c2.", 3),
        ("a1 a1 b2, a1 a1 c2.", 2),
        ("a3, b5.", 1),
        ("a1, b1 a1, b1 c1, d1 a1, e1.", 2),
        ("a4, a2 b2.", 2),
        ("a2, b2, c2, d2.", 1),
    ),
}
"""Bars -> (form, weight). A word is a unit: its label, its bars, and its close: a comma is a half close,
a full stop a full one."""
ROUND_FORMS: Final[dict[int, tuple[tuple[str, float], ...]]] = {
    1: (("a1 a1 a1 a1 a1 a1 a1 b1.", 2), ("a1 a1 a1 b1, a1 a1 a1 c1.", 3), ("a1 a1 a1 b1, a1 a1 a1 b1.", 2)),
    2: (("a2 a2 a2 b2.", 3), ("a2 a2 a2 a2.", 2), ("a2 b2, a2 b2.", 2)),
    4: (("a4, a4.", 3), ("a4 a4.", 2)),
}
"""Bars of a figure -> (form of eight bars in which it goes round, weight)."""
SOLO_FORMS: Final = (("a2, b2.", 3), ("a4.", 2), ("a1 b1, c2.", 2))
"""For the four bars of a solo's phrase."""
CLOSES: Final[dict[str, Close]] = {",": "half", ".": "full"}


def plan_tune(kind: str, bars: int, random: RandomSource, figure: int = 0) -> Plan:
    """Plan the tune of a section. Its climax is in its second half, before the last close.

    With `figure`, the tune is one of so many bars that goes round, where it has room; higher the last time.
    """
    units = _read_form(_draw_solo(bars, random) if kind == "solo" else _draw_form(bars, random, figure))
    last = units[-1].bar + units[-1].bars
    late = [index for index, unit in enumerate(units) if unit.bar + unit.bars / 2 >= last * 0.45]
    inner = [index for index in late if index < len(units) - 1] or late[-1:]
    return Plan(units, len(units) - 1 if figure else random.choose(inner))


def _draw_form(bars: int, random: RandomSource, figure: int = 0) -> str:
    """Draw a form; sections that are longer than the forms are halves, of which the second repeats the first or not."""
    if figure and bars == LONGEST_PLAN:
        return random.choose_weighted(ROUND_FORMS[figure])
    if bars in FORMS:
        return random.choose_weighted(FORMS[bars])
    if bars < min(FORMS):
        return "a1."
    first = max(size for size in FORMS if size < bars and (bars - size <= size or size == LONGEST_PLAN))
    opening, rest = _draw_form(first, random, figure), _draw_form(bars - first, random, figure)
    if random.draw_bool(0.5):
        rest = rest.translate(str.maketrans("abcde", "fghij"))
    return f"{opening.replace('.', ',')} {rest}"


def _draw_solo(bars: int, random: RandomSource) -> str:
    """Phrases of four bars, each with labels of its own, so that nothing returns."""
    letters = iter("abcdefghijklmnopqrstuvwxyz" * (1 + bars // 26))
    words: list[str] = []
    for phrase in [PHRASE_BARS] * (bars // PHRASE_BARS) + [bars % PHRASE_BARS] * (bars % PHRASE_BARS > 0):
        form = random.choose_weighted(SOLO_FORMS) if phrase == PHRASE_BARS else f"a{phrase}."
        names = {label: next(letters) for label in dict.fromkeys(word[0] for word in form.split())}
        words += [names[word[0]] + word[1:] for word in form.split()]
    return " ".join(words)


def _read_form(form: str, bar: int = 0) -> tuple[Unit, ...]:
    units: list[Unit] = []
    for word in form.split():
        label, bars, close = word[0], int(word[1]), CLOSES.get(word[2:], "none")
        number = sum(unit.label == label for unit in units)
        units.append(Unit(label, number, bar, bars, close))
        bar += bars
    return tuple(units)
