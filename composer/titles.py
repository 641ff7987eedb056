"""A song's title, from the seed. Words that any listener may read, and nothing that names a real song on purpose."""

from typing import Final

from composer.draw import Draw

ADJECTIVES: Final = (
    "Amber", "Borrowed", "Bright", "Copper", "Distant", "Early", "Electric", "Empty", "Evening", "Faded", "Gentle",
    "Golden", "Green", "Half-Forgotten", "Hidden", "Hollow", "Last", "Late", "Little", "Lost", "Low", "Lucky",
    "Midnight", "Mild", "Narrow", "Northern", "Old", "Open", "Paper", "Patient", "Quiet", "Restless", "Scarlet",
    "Second", "Silver", "Slow", "Small", "Southern", "Spare", "Steady", "Tidy", "Velvet", "Warm", "Wandering", "Winter",
)  # fmt: skip
NOUNS: Final = (
    "Antenna", "Avenue", "Balcony", "Bicycle", "Boat", "Bridge", "Candle", "Carousel", "Circuit", "Clock", "Corner",
    "Engine", "Ferry", "Field", "Garden", "Harbour", "Hill", "Island", "Kettle", "Kitchen", "Ladder", "Lantern",
    "Letter", "Lighthouse", "Machine", "Map", "Meadow", "Mirror", "Moon", "Orchard", "Platform", "Postcard", "Radio",
    "River", "Robot", "Rooftop", "Satellite", "Shadow", "Signal", "Staircase", "Station", "Street", "Summer", "Tide",
    "Train", "Umbrella", "Valley", "Window",
)  # fmt: skip
PLACES: Final = (
    "across the Bay", "after Closing Time", "at Low Tide", "before the Rain", "behind the Moon", "by the Window",
    "down the Line", "from Here", "in June", "in the Attic", "on a Tuesday", "on the Wire", "past the Station",
    "through the Static", "under Glass", "until Morning",
)  # fmt: skip


def title(draw: Draw) -> str:
    adjective, noun, other = draw.pick(ADJECTIVES), draw.pick(NOUNS), draw.pick(NOUNS)
    place = draw.pick(PLACES)
    forms = [
        (f"{adjective} {noun}", 4),
        (f"The {adjective} {noun}", 2),
        (f"{noun} {place}", 3),
        (f"{adjective} {noun} {place}", 1),
    ]
    if other != noun:
        forms.append((f"{noun} and {other}", 2))
    return draw.weighted(forms)
