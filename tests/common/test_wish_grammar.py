import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.common.lineups import HOUSE
from bandstand.common.song_parameters import checked
from bandstand.common.wish_grammar import Wish, parse_wish
from bandstand.common.wish_words import FACTORS, MOODS, PACE_STYLES, STYLES, Pace

BANDS = {slug: band.name for slug, band in HOUSE.items()}


def parse(text: str, longest: float = 900) -> Wish:
    return parse_wish(text, BANDS, longest)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        (
            "slow bossa in Dm, 2 minutes, with flute",
            Wish(style="bossa", key="Dm", pace=Pace.SLOW, seconds=120, wanted=("flute",)),
        ),
        ("something sad and quiet by Slow Harbour", Wish(band="slow-harbour", moods=("sad", "quiet"))),
        (
            "fast techno 140 bpm in F# minor for 90 seconds without drums",
            Wish(style="techno", pace=Pace.FAST, bpm=140, key="F#m", seconds=90, unwanted=("drums",)),
        ),
        ("a song", Wish()),
        ("", Wish()),
        ("a happy waltz in G major", Wish(style="waltz", moods=("happy",), key="G")),
        ("very slow, in a minor key", Wish(pace=Pace.VERY_SLOW, mode="minor")),
        ("rock in A", Wish(style="rock", key="A")),
        ("rock in a minor", Wish(style="rock", key="Am")),
        ("pop in e flat", Wish(style="pop", key="Eb")),
        ("Bb swing with sax and trumpet", Wish(style="swing", key="Bb", wanted=("sax", "trumpet"))),
        ("i am sad", Wish(moods=("sad",))),
        ("no drums or bass but with piano", Wish(unwanted=("drums", "bass"), wanted=("piano",))),
        ("techno, no piano, no strings, 3:30", Wish(style="techno", unwanted=("piano", "strings"), seconds=210)),
        (
            "electric piano ballad, two and a half minutes",
            Wish(style="ballad", wanted=("electric piano",), seconds=150),
        ),
        ("8-bit at 150", Wish(style="chiptune", bpm=150)),
        ("bossa-nova 1m30s", Wish(style="bossa", seconds=90)),
        ("half a minute of jazz", Wish(style="swing", seconds=30)),
        ("slow reggae with trombone", Wish(style="reggae", pace=Pace.SLOW, wanted=("trombone",))),
        ("hip-hop or something", Wish(style="hiphop")),
        ("salsa in Am", Wish(style="latin", key="Am")),
        ("lo-fi, 2 minutes", Wish(style="hiphop", seconds=120)),
        ("the small robots", Wish(band="small-robots")),
        ("something by robots", Wish(band="small-robots")),
        ("something purple", Wish(unknown=("purple",))),
        ("not sad", Wish(unknown=("not sad",))),
        ("FAST ROCK!!!", Wish(style="rock", pace=Pace.FAST)),
    ],
)
def test_a_wish_is_understood(text: str, wish: Wish) -> None:
    assert parse(text) == wish


@pytest.mark.parametrize(
    ("text", "field", "value", "taken"),
    [
        ("bosa", "style", "bossa", {"bosa": "bossa"}),
        ("rock 10 bpm", "bpm", 50, {"10 bpm": "50 bpm, the slowest"}),
        ("half an hour", "seconds", 300, {"half an hour": "5:00, the longest"}),
        ("not too fast", "pace", Pace.MEDIUM, {"not fast": "medium"}),
        ("not in a minor key", "mode", "major", {"not a minor key": "major"}),
        ("tecno", "style", "techno", {"tecno": "techno"}),
        ("by Slow Harbor", "band", "slow-harbour", {"Slow Harbor": "slow harbour"}),
        ("with trumpt", "wanted", ("trumpet",), {"trumpt": "trumpet"}),
        ("eletric piano", "wanted", ("electric piano",), {"eletric piano": "electric piano"}),
        ("without drmus", "unwanted", ("drums",), {"drmus": "drums"}),
        ("rock 500 bpm", "bpm", 200, {"500 bpm": "200 bpm, the fastest"}),
        ("rock 40 minutes", "seconds", 300, {"40 minutes": "5:00, the longest"}),
        ("rock 3 seconds", "seconds", 20, {"3 seconds": "0:20, the shortest"}),
    ],
)
def test_what_is_taken_for_something_else_is_told(text: str, field: str, value: object, taken: dict[str, str]) -> None:
    wish = parse(text, 300)
    assert getattr(wish, field) == value
    assert wish.taken == taken
    assert not wish.unknown


WORDS = st.sampled_from(
    (
        "slow", "fast", "bossa", "techno", "in", "Dm", "F#", "minor", "a", "A", "b", "with", "without", "no", "not",
        "by", "Slow", "Harbour", "harbor", "drums", "flute", "2", "minutes", "90", "s", "140", "bpm", "tempo", "at",
        "3:30", "half", "and", "purple", "key", "of", "sharp", "flat", ",", "-", '"', "1,5", "m", "#",
    )
)  # fmt: skip


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_any_words_are_a_wish_that_the_composer_takes(text: str) -> None:
    check(parse(text))


@given(st.text(max_size=400))
def test_any_text_is_a_wish(text: str) -> None:
    check(parse(text))


def check(wish: Wish) -> None:
    asked = {"with": ",".join(wish.wanted), "without": ",".join(wish.unwanted), "key": wish.key, "tempo": wish.bpm}
    asked |= {"seconds": wish.seconds, "mode": wish.mode}
    checked({name: value for name, value in asked.items() if value})
    assert all("\n" not in word and len(word) <= 40 for word in wish.unknown)


@pytest.mark.parametrize(
    ("text", "field", "value", "taken"),
    [
        ("slow fast waltz", "pace", Pace.SLOW, {"fast": "slow"}),
        ("bossa in Dm in F", "key", "Dm", {"in F": "Dm"}),
        ("pop, rock", "style", "pop", {"rock": "pop"}),
        ("2 minutes, 3 minutes", "seconds", 120.0, {"3 minutes": "2:00"}),
        ("with flute, without flute", "wanted", ("flute",), {"without flute": "with flute"}),
        ("without flute with flute", "unwanted", ("flute",), {"flute": "without flute"}),
        ("in Dm, in Dm", "key", "Dm", {}),
        ("in C major, minor", "key", "C", {"minor": "C"}),
        ("sad and happy", "moods", ("sad",), {"happy": "sad"}),
        ("calm, wild", "moods", ("calm",), {"wild": "calm"}),
        ("rock, not rock", "style", "rock", {"not rock": "rock"}),
        ("no rock, rock", "avoided", ("rock",), {"rock": "not rock"}),
        ("rock in 3/4", "style", "rock", {"3/4": "4/4, as rock is"}),
        ("waltz in 4/4", "style", "waltz", {"4/4": "3/4, as waltz is"}),
        ("no waltz, in 3/4", "avoided", ("waltz",), {"3/4": "not waltz"}),
        ("short, 4 minutes", "seconds", 240.0, {"short": "4:00"}),
    ],
)
def test_of_two_that_cannot_both_be_the_first_holds_and_that_is_told(
    text: str, field: str, value: object, taken: dict[str, str]
) -> None:
    wish = parse_wish(text, {})
    assert getattr(wish, field) == value
    assert wish.taken == taken


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("no drums, fast rock", Wish(unwanted=("drums",), pace=Pace.FAST, style="rock")),
        ("w/o drums but w/ flute", Wish(unwanted=("drums",), wanted=("flute",))),
        ("don't use drums", Wish(unwanted=("drums",))),
        ("I don't want drums. I want a flute", Wish(unwanted=("drums",), wanted=("flute",))),
        ("ohne drums mit flute", Wish(unwanted=("drums",), wanted=("flute",))),
        ("bossa -drums", Wish(style="bossa", unwanted=("drums",))),
        ("everything except drums", Wish(unwanted=("drums",))),
        ("anything but rock", Wish(avoided=("rock",))),
        ("no rock or pop", Wish(avoided=("rock", "pop"))),
        ("no rock, pop please", Wish(avoided=("rock",), style="pop")),
        ("in 4/4", Wish(avoided=("waltz",))),
        ("not in Dm", Wish(unknown=("not in Dm",))),
        ("not 90 bpm, not by robots", Wish(unknown=("not 90 bpm", "not robots"))),
        ("less drums", Wish(unknown=("less drums",))),
        ("only piano", Wish(unknown=("only",), wanted=("piano",))),
        ("no longer than 2 minutes", Wish(seconds=120)),
    ],
)
def test_what_is_not_wanted_is_never_wanted(text: str, wish: Wish) -> None:
    parsed = parse(text)
    assert parsed == msgspec.structs.replace(wish, taken=parsed.taken)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("in 3/4", Wish(style="waltz")),
        ("waltz, in three four time", Wish(style="waltz")),
        ("a short ballad", Wish(style="ballad", seconds=75)),
        ("a long ballad", Wish(style="ballad", seconds=240)),
        ("2 minutes long", Wish(seconds=120)),
        ("style=rock key: Dm tempo=120", Wish(style="rock", key="Dm", bpm=120)),
        ("rock'n'roll", Wish(style="rock")),
        ("rock & roll", Wish(style="rock")),
        ("drum'n'bass", Wish(style="techno")),
        ("80s, 90s", Wish(style="synthwave", seconds=90)),
        ("swing in A, 30 seconds", Wish(style="swing", key="A", seconds=30)),
        ("IN A HURRY", Wish(unknown=("HURRY",))),
        ("80s rock", Wish(style="rock", unknown=("80s",))),
        ("60s pop with organ", Wish(style="pop", wanted=("organ",), unknown=("60s",))),
        ("rock from the 70s", Wish(style="rock", unknown=("70s",))),
        ("sixties soul", Wish(style="funk", unknown=("60s",))),
        ("1960s jazz", Wish(style="swing", unknown=("1960's",))),
        ("rock, 70s", Wish(style="rock", seconds=70)),
        ("drum and bass 174", Wish(style="techno", bpm=174)),
        ("rock 100-120", Wish(style="rock", bpm=110)),
        ("rock 1984", Wish(style="rock", unknown=("1984",))),
        ("rock with 12 flutes", Wish(style="rock", wanted=("flute",), unknown=("12",))),
        ("moderately slow jazz waltz", Wish(style="waltz", pace=Pace.SLOW)),
        ("play me a love song", Wish(moods=("love song",))),
        ("ein langsamer Walzer in G-Dur", Wish(style="waltz", pace=Pace.SLOW, key="G", unknown=("ein",))),
        ("a \u2764 rock \U0001f3b8", Wish(style="rock")),
        ("\uff52\uff4f\uff43\uff4b \u201cslow\u201d", Wish(style="rock", pace=Pace.SLOW)),
        ("рок", Wish(unknown=("рок",))),
        ("with " + ", ".join(("flute", "piano", "drums", "bass", "violin", "cello", "harp")),
         Wish(wanted=("flute", "piano", "drums", "bass", "violin", "cello"),
              unknown=("harp (more than 6 instruments)",))),
    ],
)  # fmt: skip
def test_odd_words_are_understood_or_said_not_to_be(text: str, wish: Wish) -> None:
    assert parse(text) == wish


def test_a_long_text_is_read_to_a_limit_which_is_told() -> None:
    wish = parse("purple " * 5000)
    assert len(wish.unknown) <= 60
    assert wish.is_cut
    assert parse("rock " * 61).is_cut
    assert parse("rock" + " " * 2000) == Wish(style="rock")


def test_moods_and_paces_name_styles_that_there_are() -> None:
    assert all(set(mood.styles) <= set(STYLES) for mood in MOODS.values())
    assert set(FACTORS) == set(PACE_STYLES) == set(Pace)
