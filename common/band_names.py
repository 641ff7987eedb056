"""Names of bands and of their players, from which new ones are drawn. Knows no style."""

from random import Random
from typing import Final, TypeVar

T = TypeVar("T")

FIRSTS: Final = (
    "Analogue", "Brass", "Cardboard", "Chrome", "Cold", "Crooked", "Fifth", "Glass", "Hollow", "Kindly", "Lesser",
    "Lunar", "Minor", "Neon", "Old", "Pocket", "Quiet", "Second", "Secret", "Seven", "Signal", "Stray", "Sunday",
    "Tin", "Ultra", "Velvet",
)  # fmt: skip
SECONDS: Final = (
    "Almanac", "Arcade", "Astronomers", "Binoculars", "Cassette", "Collective", "Committee", "Daughters", "Elevators",
    "Gardeners", "Giants", "Lighthouses", "Machines", "Neighbours", "Orbit", "Parade", "Pilots", "Postmen", "Rabbits",
    "Sparrows", "Tides", "Transistors", "Typists", "Umbrellas", "Weathermen", "Windows",
)  # fmt: skip
PLAYERS: Final = (
    "Ada", "Aldo", "Anouk", "Basil", "Bea", "Bruno", "Clea", "Cosmo", "Dag", "Dora", "Edda", "Elio", "Enid", "Ezra",
    "Fay", "Finn", "Gil", "Greta", "Hana", "Hugo", "Ida", "Ines", "Ivo", "Joss", "Juno", "Kai", "Kit", "Lars", "Lena",
    "Lou", "Mabel", "Max", "Mina", "Moss", "Nell", "Nils", "Noor", "Odile", "Olaf", "Otto", "Pia", "Piet", "Rafa",
    "Roz", "Rufus", "Sal", "Suki", "Tess", "Theo", "Uma", "Vera", "Vito", "Wanda", "Wim", "Xenia", "Yann", "Yves",
    "Zeno", "Zita", "Zoe", "Abel", "Astrid", "Carlo", "Delia", "Emil", "Flora", "Gus", "Hedy", "Iris", "Jonas", "Livia",
    "Marlo", "Nico", "Orla", "Pablo", "Ruth", "Stella", "Tove", "Ugo", "Vigo", "Wren",
)  # fmt: skip
"""Names for players. The members of the house bands have the first ones, in order."""


def draw_band_name(random: Random) -> str:
    """Draw a name for a new band, such as `The Velvet Pilots`."""
    return f"The {draw_some(FIRSTS, 1, random)[0]} {draw_some(SECONDS, 1, random)[0]}"


def draw_some(choices: tuple[T, ...], count: int, random: Random) -> list[T]:
    """Draw `count` different choices, or all of them in random order."""
    left = list(choices)
    return [left.pop(int(random.random() * len(left))) for _ in range(min(count, len(choices)))]
