"""What the station's podcast says of itself: the section `[podcast]` of the configuration.

The feed is made by the web process (`web.podcast`) of the recordings that are public. Every value has a default that
directories of podcasts take; a person's text is checked here, so that the feed cannot become one that they refuse.
"""

from typing import Annotated, Literal

import msgspec

from bandstand.common.plain_values import Line

Category = Literal[
    "Arts",
    "Business",
    "Comedy",
    "Education",
    "Fiction",
    "Government",
    "Health & Fitness",
    "History",
    "Kids & Family",
    "Leisure",
    "Music",
    "News",
    "Religion & Spirituality",
    "Science",
    "Society & Culture",
    "Sports",
    "TV & Film",
    "Technology",
    "True Crime",
]
"""Of Apple's directory (https://podcasters.apple.com/support/1691-apple-podcasts-categories), which others follow."""
Picture = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(?:https?://[^\s/?#@]+/[^\s?#]*\.(?:jpe?g|png|JPE?G|PNG))?\Z",
        description="the address of a picture, such as https://radio.example/cover.jpg",
    ),
]
Email = Annotated[
    str,
    msgspec.Meta(pattern=r"^(?:[^\s@<>,;:\"]+@[^\s@<>,;:\"]+)?\Z", description="an address such as me@radio.example"),
]
Language = Annotated[
    str,
    msgspec.Meta(pattern=r"^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z", description="a language, such as en or pt-BR"),
]


class Podcast(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The section `[podcast]`."""

    title: Line = ""
    """Empty: the station's name."""
    description: str = ""
    """Empty: the station's."""
    author: Line = ""
    """Empty: the station's name."""
    email: Email = ""
    """Of the owner, in public: directories ask there whether the podcast is yours."""
    language: Language = "en"
    category: Category = "Music"
    image: Picture = ""
    """Square, 1,400 to 3,000 pixels, JPEG or PNG; empty: the station's own."""
    explicit: bool = False
