"""The words of a wish: what people call styles, tempi and moods, and what the composer is asked for by each.

Tables only; `common.wish_grammar` reads them. A mood is no parameter of a song by itself: it stands for a mode, an
energy, a tempo, and the styles that suit it best.
"""

import enum
from typing import Final, NamedTuple

from bandstand.common.lineups import STYLES


class Pace(enum.StrEnum):
    """A tempo in words."""

    VERY_SLOW = "very slow"
    SLOW = "slow"
    MEDIUM = "medium"
    FAST = "fast"
    VERY_FAST = "very fast"


class Mood(NamedTuple):
    """What a mood asks of the composer; what is empty or None is left to the band."""

    styles: tuple[str, ...] = ()
    """Styles that suit it."""
    mode: str = ""
    energy: float | None = None
    pace: Pace | None = None


STYLE_NAMES: Final = {
    **{style: style for style in STYLES},
    "bossa nova": "bossa", "bossanova": "bossa", "brazilian": "bossa", "samba": "latin",
    "tango": "latin", "bolero": "latin", "cha cha": "latin", "cha cha cha": "latin", "bachata": "latin",
    "salsa": "latin", "mambo": "latin", "cumbia": "latin", "rumba": "latin", "merengue": "latin",
    "dub": "reggae", "ska": "reggae", "rocksteady": "reggae", "dancehall": "reggae", "funky": "funk", "soul": "funk",
    "disco": "funk", "motown": "funk", "r&b": "funk", "rnb": "funk", "hip hop": "hiphop", "hip-hop": "hiphop",
    "rap": "hiphop", "lo-fi": "hiphop", "lofi": "hiphop", "lo fi": "hiphop", "trip hop": "hiphop",
    "boom bap": "hiphop", "folksy": "folk", "country": "folk", "bluegrass": "folk", "celtic": "folk", "irish": "folk",
    "americana": "folk", "polka": "folk", "jig": "folk",
    "retrowave": "synthwave", "outrun": "synthwave", "eighties": "synthwave", "80s": "synthwave",
    "drum and bass": "techno", "drum n bass": "techno", "dnb": "techno", "d n b": "techno",
    "jungle": "techno", "dubstep": "techno", "eurodance": "techno", "happy hardcore": "techno", "acid": "techno",
    "k pop": "pop", "j pop": "pop", "blues": "swing", "boogie": "swing", "charleston": "swing",
    "vaporwave": "synthwave", "synth wave": "synthwave", "jazz waltz": "waltz", "viennese waltz": "waltz",
    "rockabilly": "rock", "hard rock": "rock", "afrobeat": "funk", "lounge": "bossa",
    "rock and roll": "rock", "rock n roll": "rock", "metal": "rock", "punk": "rock", "grunge": "rock", "indie": "pop",
    "synthpop": "synthwave", "synth pop": "synthwave", "house": "techno", "trance": "techno", "electro": "techno",
    "edm": "techno",
    "electronic": "techno", "rave": "techno", "jazz": "swing", "big band": "swing", "bebop": "swing",
    "valse": "waltz", "walzer": "waltz", "waltzes": "waltz", "ballads": "ballad",
    "lullaby": "ballad", "8 bit": "chiptune", "8bit": "chiptune", "chip": "chiptune", "video game": "chiptune",
    "game": "chiptune", "nintendo": "chiptune", "drone": "ambient", "new age": "ambient", "soundscape": "ambient",
    "meditation": "ambient", "classical": "baroque", "chamber": "baroque",
    "chamber music": "baroque", "bach": "baroque", "vivaldi": "baroque", "concerto": "baroque", "fugue": "baroque",
}  # fmt: skip
"""What people call a style -> the style."""
PACES: Final = {
    "very slow": Pace.VERY_SLOW, "really slow": Pace.VERY_SLOW, "super slow": Pace.VERY_SLOW, "largo": Pace.VERY_SLOW,
    "grave": Pace.VERY_SLOW, "larghetto": Pace.SLOW, "lento": Pace.SLOW, "moderately slow": Pace.SLOW,
    "moderato": Pace.MEDIUM, "allegretto": Pace.MEDIUM, "moderately": Pace.MEDIUM, "moderately fast": Pace.FAST,
    "vivace": Pace.FAST, "prestissimo": Pace.VERY_FAST, "langsam": Pace.SLOW, "langsame": Pace.SLOW,
    "langsamer": Pace.SLOW, "lent": Pace.SLOW, "lente": Pace.SLOW, "schnell": Pace.FAST, "schnelle": Pace.FAST,
    "schneller": Pace.FAST,
    "slow": Pace.SLOW, "slowly": Pace.SLOW, "slower": Pace.SLOW, "downtempo": Pace.SLOW, "down tempo": Pace.SLOW,
    "adagio": Pace.SLOW, "laid back": Pace.SLOW, "medium": Pace.MEDIUM, "mid tempo": Pace.MEDIUM,
    "midtempo": Pace.MEDIUM, "moderate": Pace.MEDIUM, "andante": Pace.MEDIUM, "fast": Pace.FAST, "quick": Pace.FAST,
    "faster": Pace.FAST, "uptempo": Pace.FAST, "up tempo": Pace.FAST, "upbeat": Pace.FAST, "allegro": Pace.FAST,
    "very fast": Pace.VERY_FAST, "really fast": Pace.VERY_FAST, "super fast": Pace.VERY_FAST, "presto": Pace.VERY_FAST,
}  # fmt: skip
FACTORS: Final = {
    Pace.VERY_SLOW: (0.62, 0.72),
    Pace.SLOW: (0.74, 0.86),
    Pace.MEDIUM: (0.95, 1.05),
    Pace.FAST: (1.12, 1.24),
    Pace.VERY_FAST: (1.28, 1.4),
}
"""Pace -> lowest and highest share of the band's own tempo."""
PACE_STYLES: Final = {
    Pace.VERY_SLOW: ("ballad", "ambient"),
    Pace.SLOW: ("ballad", "bossa", "pop", "reggae", "hiphop"),
    Pace.MEDIUM: ("pop", "bossa", "rock", "funk", "folk"),
    Pace.FAST: ("rock", "techno", "chiptune", "swing"),
    Pace.VERY_FAST: ("chiptune", "techno", "swing"),
}
"""Pace -> styles that it suits, where nobody asked for a style."""
_SAD: Final = Mood(("ballad", "waltz", "bossa"), "minor", 0.3, Pace.SLOW)
_HAPPY: Final = Mood(("pop", "chiptune", "swing", "bossa", "folk", "funk", "latin"), "major", 0.65, Pace.FAST)
_QUIET: Final = Mood(("ballad", "bossa", "waltz"), "", 0.1)
_CALM: Final = Mood(("ballad", "bossa", "waltz", "ambient"), "", 0.2, Pace.SLOW)
_DARK: Final = Mood(("techno", "rock", "ballad"), "minor", 0.45)
_WILD: Final = Mood(("rock", "techno", "chiptune", "pop"), "", 0.9, Pace.FAST)
_LOUD: Final = Mood(("rock", "techno", "pop"), "", 0.9)
_DREAMY: Final = Mood(("ballad", "bossa", "ambient"), "", 0.25, Pace.SLOW)
_TENDER: Final = Mood(("ballad", "bossa", "waltz", "swing"), "", 0.3)
_DANCE: Final = Mood(("techno", "pop", "chiptune", "funk", "latin"), "", 0.8)
_ANGRY: Final = Mood(("rock", "techno"), "minor", 0.95, Pace.FAST)
_GRAND: Final = Mood(("rock", "ballad", "pop"), "", 0.9)
MOODS: Final = {
    "sad": _SAD, "melancholy": _SAD, "melancholic": _SAD, "gloomy": _SAD, "blue": _SAD, "lonely": _SAD,
    "wistful": _SAD, "sorrowful": _SAD, "tearful": _SAD, "happy": _HAPPY, "cheerful": _HAPPY, "cheery": _HAPPY,
    "merry": _HAPPY, "joyful": _HAPPY, "bright": _HAPPY, "sunny": _HAPPY, "funny": _HAPPY, "playful": _HAPPY,
    "quiet": _QUIET, "soft": _QUIET, "gentle": _QUIET, "sparse": _QUIET, "calm": _CALM, "relaxed": _CALM,
    "relaxing": _CALM, "chill": _CALM, "chilled": _CALM, "peaceful": _CALM, "sleepy": _CALM, "mellow": _CALM,
    "dark": _DARK, "sinister": _DARK, "spooky": _DARK, "scary": _DARK, "serious": _DARK, "energetic": _WILD,
    "wild": _WILD, "lively": _WILD, "crazy": _WILD, "exciting": _WILD, "powerful": _LOUD, "loud": _LOUD,
    "heavy": _LOUD, "busy": _LOUD, "dreamy": _DREAMY, "ethereal": _DREAMY, "floating": _DREAMY, "romantic": _TENDER,
    "love song": _TENDER, "tender": _TENDER, "warm": _TENDER, "sweet": _TENDER, "dance": _DANCE,
    "danceable": _DANCE, "party": _DANCE,
    "groovy": _DANCE, "angry": _ANGRY, "aggressive": _ANGRY, "furious": _ANGRY, "epic": _GRAND, "grand": _GRAND,
    "dramatic": _GRAND, "triumphant": _GRAND, "dancing": _DANCE, "triste": _SAD,
    "traurig": _SAD, "fröhlich": _HAPPY, "ruhig": _CALM,
}  # fmt: skip
MODE_WORDS: Final = {
    "minor": "minor", "minor key": "minor", "a minor key": "minor", "major": "major", "major key": "major",
    "a major key": "major",
}  # fmt: skip
FILLERS: Final = frozenset(
    (
        "a", "an", "the", "some", "w/", "mit", "avec", "con", "com", "met", "und", "et", "something", "anything",
        "everything", "song", "songs", "music", "tune", "tunes", "track", "tracks", "piece", "number", "one", "me",
        "us", "we", "get", "please", "pls", "plz", "play", "make", "compose", "hear", "listen", "want", "wish",
        "wishes", "would",
        "like", "love", "i", "i'd", "id", "i'm", "im", "am", "are", "be", "my", "your", "you", "of", "and", "or", "nor",
        "with", "w", "for", "in", "at", "on", "to", "that's", "that", "is", "it", "its", "it's", "long", "very",
        "really", "quite", "rather", "pretty", "little", "bit", "so", "just", "now", "kind", "sort", "style", "genre",
        "mood", "feel", "feeling", "tempo", "speed", "bpm", "beat", "beats", "key", "time", "mode", "about", "around",
        "roughly", "exactly", "approximately", "length", "lasting", "featuring", "plus", "but", "played", "playing",
        "instrument", "instruments", "sound", "sounding", "sounds", "any", "all", "this", "these", "good", "nice",
        "beautiful", "great", "lovely", "cool", "fine", "too", "also", "much", "many", "lots", "lot", "plenty", "more",
        "as", "possible", "than", "use", "using", "have", "has", "having", "give", "can", "could", "let", "do", "does",
        "thanks", "thank", "hi", "hello", "hey", "under", "over",
        "instrumental",
    )
)  # fmt: skip
"""Words that say nothing about the music. `instrumental` is all of it."""
FILLER_PHRASES: Final = (
    ("no", "longer", "than"), ("not", "longer", "than"), ("no", "more", "than"), ("not", "more", "than"),
    ("no", "less", "than"), ("not", "less", "than"), ("less", "than"), ("more", "than"), ("longer", "than"),
    ("shorter", "than"), ("at", "least"), ("at", "most"), ("up", "to"), ("as", "long", "as"), ("not", "only"),
)  # fmt: skip
"""The same, of several words: an amount behind them is the one that is composed."""
WITH: Final = frozenset(("with", "but", "plus", "featuring", "w", "w/", "mit", "avec", "con", "com", "met"))
"""Fillers behind which what is named is wanted again."""
NEGATIONS: Final = frozenset(
    (
        "without", "no", "not", "minus", "except", "w/o", "never", "don't", "dont", "avoid", "hate", "excluding",
        "ohne", "kein", "keine", "keinen", "nicht", "sans", "pas", "sin", "senza", "sem", "zonder", "geen", "utan",
        "uden", "uten", "ikke", "bez", "без",
    )
)  # fmt: skip
"""In the languages of neighbours too: who writes `ohne drums` must not be given drums."""
NEGATION_PHRASES: Final = (
    ("anything", "but"), ("everything", "but"), ("all", "but"), ("do", "not"), ("free", "of"), ("w/", "o"),
)  # fmt: skip
OPPOSITES: Final = {
    Pace.VERY_SLOW: Pace.MEDIUM, Pace.SLOW: Pace.MEDIUM, Pace.FAST: Pace.MEDIUM, Pace.VERY_FAST: Pace.MEDIUM,
    "minor": "major", "major": "minor",
}  # fmt: skip
"""Pace or mode -> what is meant by `not` before it."""
STRONG_WORDS: Final = frozenset(("only", "solo", "less", "fewer", "nothing"))
"""Words that would change a wish and that nobody understands: they are said to be so, not taken for others."""
BAND_WORDS: Final = frozenset(("by", "from", "band"))
"""What a band's name stands behind."""
SIZES: Final = {
    "very short": 40.0, "really short": 40.0, "tiny": 40.0, "short": 75.0, "shorter": 75.0, "brief": 75.0,
    "long": 240.0, "longer": 240.0, "very long": 300.0, "really long": 300.0,
}  # fmt: skip
"""Length in words -> seconds."""
METRES: Final = {"3/4": 3, "three four": 3, "waltz time": 3, "4/4": 4, "four four": 4, "common time": 4}
"""Metre -> beats in a bar."""
BEATS: Final = {"waltz": 3}
"""Style -> beats in a bar, where there are not four."""
