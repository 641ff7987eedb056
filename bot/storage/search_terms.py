"""What a song's words must be for a query, in words of no database.

Frequent words have to be cheap, too. A frequent word with filters would have every song with the word looked at; so a
document's words have *facets* among them, such as `=sbossa` for its style and `=t12` for a tempo of 120 to 129, which
the index intersects with the others. No word has a `=`, so nobody can type one. The filters themselves decide.
"""

from typing import Final, NamedTuple

from bandstand.common.song_search import Query, split_words

WIDEST: Final = 30
"""Facets of a range that are looked for one by one; a wider one narrows little down."""
TENS: Final = 10
"""Beats a minute, or years, that have a facet in common."""


class Terms(NamedTuple):
    """Words are casefolded; a text of several words is of words that stand together."""

    words: tuple[str, ...]
    """Each of which a word begins with."""
    phrases: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    """A column and what stands there."""
    facets: tuple[tuple[str, ...], ...]
    """Of each there must be one."""
    excluded: tuple[str, ...]


def find_terms(query: Query) -> Terms:
    has_words = query.words or query.phrases or query.fields
    facets = list_facets(query) if has_words else ()  # fewer rows to look at
    return Terms(query.words, query.phrases, query.fields, facets, query.excluded)


def make_facets(style: str, key: str, tempo: float | None, year: int | None) -> str:
    """A document's facets, each as a word."""
    facets = [_make_style_facet(style), _make_key_facet(key)]
    facets += [] if tempo is None else [f"=t{int(tempo) // TENS}"]
    facets += [] if year is None else [f"=y{year // TENS}"]
    return " ".join(facets)


def list_facets(query: Query) -> tuple[tuple[str, ...], ...]:
    """For each filter the facets of which a song must have one."""
    facets: list[tuple[str, ...]] = []
    if query.style:
        facets.append((_make_style_facet(query.style),))
    if query.key:
        facets.append((_make_key_facet(query.key),))
    for name, between in (("t", query.tempo), ("y", query.year)):
        if between is not None:
            first, last = int(between[0]) // TENS, int(between[1]) // TENS
            if last - first < WIDEST:
                facets.append(tuple(f"={name}{number}" for number in range(first, last + 1)))
    return tuple(facets)


def _make_style_facet(style: str) -> str:
    return f"=s{''.join(split_words(style))}"


def _make_key_facet(key: str) -> str:
    return f"=k{key.lower().replace('#', 's')}"
