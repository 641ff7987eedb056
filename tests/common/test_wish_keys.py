import pytest

from bandstand.common.song_parameters import KEY
from bandstand.common.wish_keys import GERMAN, SYLLABLE_SIGNS, SYLLABLES, read_key
from bandstand.common.wish_splitting import split_words


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Dm", "Dm"), ("dm", "Dm"), ("D minor", "Dm"), ("in d minor", "Dm"), ("in the key of D", "D"), ("in D", "D"),
        ("F# minor", "F#m"), ("F sharp minor", "F#m"), ("f\u266fm", "F#m"), ("F # minor", "F#m"), ("C#", "C#"),
        ("B flat minor", "Bbm"), ("b-flat minor", "Bbm"), ("in B\u266d minor", "Bbm"), ("Bb", "Bb"), ("in a", "A"),
        ("A minor", "Am"), ("a minor", "Am"), ("in H minor", "Bm"), ("in H", "B"),
        ("d-moll", "Dm"), ("in d-Moll", "Dm"), ("D-Dur", "D"), ("C dur", "C"), ("fis-moll", "F#m"), ("Es-Dur", "Eb"),
        ("h-moll", "Bm"), ("B-Dur", "Bb"), ("b-moll", "Bbm"), ("As-Dur", "Ab"), ("cis moll", "C#m"),
        ("la mineur", "Am"), ("ré majeur", "D"), ("do dièse mineur", "C#m"), ("si bémol majeur", "Bb"),
        ("sol maggiore", "G"), ("fa diesis minore", "F#m"), ("mi bemol mayor", "Eb"), ("D majeur", "D"),
    ],
)  # fmt: skip
def test_a_key_is_read_whole(text: str, key: str) -> None:
    words = split_words(text)
    read = read_key(words, 0)
    assert read == (key, len(words))


@pytest.mark.parametrize(
    "text", ["a", "b", "H", "es", "do", "la", "in la", "am", "a song", "cis", "Dmaj7", "in", "key"]
)
def test_other_words_are_no_key(text: str) -> None:
    assert read_key(split_words(text), 0) is None


@pytest.mark.parametrize("name", [*(f"{name} moll" for name in GERMAN), *(f"{one} minore" for one in SYLLABLES)])
def test_every_key_is_one_that_the_bands_have(name: str) -> None:
    read = read_key(name.split(), 0)
    assert read is not None
    assert KEY.fullmatch(read.name)
    assert read.words == 2


@pytest.mark.parametrize("sign", SYLLABLE_SIGNS)
def test_signs_of_the_south(sign: str) -> None:
    assert read_key(["sol", sign, "minore"], 0) == (f"G{SYLLABLE_SIGNS[sign]}m", 3)
