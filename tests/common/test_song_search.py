"""What a person may type to search the library."""

import pytest

from bandstand.common.api.refusals import BadQuery, Refused
from bandstand.common.song_search import Query, normalise_key, parse_query


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Blue lantern", Query(words=("blue", "lantern"))),
        ('"blue lantern" road', Query(words=("road",), phrases=("blue lantern",))),
        ("blue -rain -'snow'", Query(words=("blue",), excluded=("rain", "snow"))),
        ('artist:"trio maresol" title:tide', Query(fields=(("artist", "trio maresol"), ("title", "tide")))),
        (
            "style:Bossa key:dm tempo:130-120 unplayed",
            Query(style="bossa", key="Dm", tempo=(120, 130), is_unplayed=True),
        ),
        ("faves:Ann blue", Query(words=("blue",), faves="ann")),
        ('genre:"Drum & Bass" tag:late-night', Query(fields=(("genre", "drum bass"), ("tag", "late night")))),
        ("year:1999-1990", Query(year=(1990, 1999))),
        ("year:1990s blue", Query(words=("blue",), year=(1990, 1999))),
        ("year:1994", Query(year=(1994, 1994))),
        ("tempo:96", Query(tempo=(96, 96))),
        ("don't stop", Query(words=("stop",), phrases=("don t",))),
        ('half "open phrase', Query(words=("half",), phrases=("open phrase",))),
        ("AC/DC: live", Query(words=("live",), phrases=("ac dc",))),
        ("lantern AND road", Query(words=("lantern", "road"))),
        ("this and that", Query(words=("this", "and", "that"))),
        ("日本の歌", Query(words=("日本の歌",))),
    ],
)
def test_a_query_is_read(text: str, query: Query) -> None:
    assert parse_query(text) == query


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "empty"),
        ("  -blue", "excluded"),
        ('""', "empty"),
        ("!!!", "empty"),
        ("colour:red", "filter"),
        ("tempo:fast", "tempo"),
        ("key:H", "key"),
        ("year:soon", "year"),
        ("year:19", "year"),
        ("style: bossa", "value"),
        ("lantern OR road", "joined"),
    ],
)
def test_a_query_that_cannot_be_read_is_refused_with_the_reason(text: str, what: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_query(text)
    assert isinstance(refused.value.why, BadQuery)
    assert refused.value.why.what == what


@pytest.mark.parametrize(
    ("text", "key"), [("Em, later F#m", "Em"), ("d minor", "Dm"), ("Bb", "Bb"), ("C major", "C"), ("", ""), ("?", "")]
)
def test_keys_are_written_in_one_way(text: str, key: str) -> None:
    assert normalise_key(text) == key
