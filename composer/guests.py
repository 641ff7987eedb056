"""Who plays in one song of a band: a few of its members, all of them, or all and guests.

A band that always plays with the same number of people sounds as full in every song. So some songs are played by a
small company: the tune, the bass, one who accompanies and the drums. In bare songs, brushed drums stay at home too;
with other drums the bass may be doubled, and who accompanies waits for the chorus, unless the style is known by it.
Other songs have guests, as a studio has them: further players of chords or arpeggios, and one who doubles the bass an
octave higher, as a guitar doubles a riff and a left hand its bass. Bands are values: a guest is gone with the song.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from bandstand.common.bands import Band, Member
from bandstand.common.instruments import RANGES
from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import UNPITCHED
from bandstand.composer.theory import Key, fold_into_register
from bandstand.composer.voices.context import GridNote

ACCOMPANIMENT: Final = ("chords", "arpeggio", "pad")
BARE, SMALL, USUAL, ONE_GUEST, GUESTS = range(-2, 3)
COMPANIES: Final = ((BARE, 2.0), (SMALL, 3.0), (USUAL, 2.0), (ONE_GUEST, 2.0), (GUESTS, 1.8))
"""(company, weight)."""
BRUSHED: Final = 0.4
"""Largest force of a drummer without whom the style's songs may do."""
MOST: Final = 7
"""Players with whom no more guests are asked."""
CARRIED: Final = {"reggae": ("chords",)}
"""Style -> voices by which listeners know it, as reggae by its off-beats: one of them plays in bare songs, too, from
the beginning."""
DOUBLED: Final = 0.5
"""Share of bare songs with drums whose bass is doubled."""
WAITING: Final = 0.7
"""Energy from which the one who accompanies in a bare song plays."""
DOUBLE: Final = "bass double"
"""Name of the guest who plays what the bass does, `OCTAVE` higher,"""
DOUBLE_SHARE: Final = 0.7
"""and the factor of the level of that part; power goes with the fourth power of levels."""
AMONG_GUESTS: Final = 1.08
"""The same of the tune's part where there are guests."""
OCTAVE: Final = 12
RUBBING: Final = (1, 13)
"""Semitones between two notes that rub,"""
HELD_STEPS: Final = 3
"""of which one lasts so many steps at least."""


def _seat(name: str, voice: str, instruments: tuple[int, ...], bottom: int, pan: float) -> Member:
    return Member(
        name=name,
        voice=voice,
        instruments=instruments,
        bottom=bottom,
        top=bottom + 22,
        pan=pan,
        reverb=0.3,
        enters=0.5,
        loose=8,
        force=0.3,
    )


INVITED: Final = {
    "pop": (_seat("guitar", "arpeggio", (25, 27), 52, 0.45), _seat("brass", "chords", (61,), 53, -0.45)),
    "rock": (_seat("organ", "pad", (18, 16), 50, 0.3), _seat("piano", "chords", (2, 0), 50, -0.3)),
    "bossa": (_seat("piano", "chords", (0, 4), 50, 0.45), _seat("vibraphone", "arpeggio", (11,), 55, -0.45)),
    "waltz": (_seat("harp", "arpeggio", (46,), 52, -0.45), _seat("piano", "chords", (0,), 50, 0.45)),
    "techno": (_seat("second sequence", "arpeggio", (80, 87), 52, -0.45), _seat("choir", "pad", (91, 54), 52, 0.4)),
    "ballad": (_seat("guitar", "arpeggio", (24, 25), 52, 0.45), _seat("choir", "pad", (52, 53), 52, -0.45)),
    "chiptune": (_seat("pulse 3", "pad", (80,), 50, 0.45), _seat("pulse 4", "arpeggio", (81,), 50, -0.1)),
    "swing": (_seat("guitar", "chords", (26,), 50, 0.45), _seat("horns", "pad", (61, 57), 50, 0.1)),
    "reggae": (_seat("piano", "chords", (0,), 52, 0.2), _seat("strings", "pad", (48, 50), 52, -0.2)),
    "funk": (_seat("strings", "pad", (48, 50), 52, 0.3), _seat("synthesiser", "arpeggio", (80, 81), 52, -0.3)),
    "synthwave": (_seat("second sequence", "arpeggio", (80, 87), 52, -0.45), _seat("choir", "pad", (54, 52), 52, 0.3)),
    "latin": (_seat("guitar", "arpeggio", (24, 25), 52, 0.45), _seat("strings", "pad", (48,), 52, -0.45)),
    "hiphop": (_seat("guitar", "chords", (26, 27), 52, 0.2), _seat("choir", "pad", (52, 53), 52, -0.45)),
    "folk": (_seat("mandolin", "arpeggio", (25,), 52, -0.45), _seat("piano", "chords", (0,), 50, 0.45)),
    "ambient": (_seat("choir", "pad", (52, 91), 52, -0.45), _seat("harp", "arpeggio", (46,), 55, 0.2)),
    "baroque": (_seat("lute", "arpeggio", (24, 46), 50, 0.45), _seat("organ", "pad", (19, 20), 50, -0.1)),
}
"""Style -> guests in the order in which they are asked."""
DOUBLES: Final = {
    "pop": (0, 27), "rock": (29, 30), "bossa": (24, 0), "waltz": (42, 0), "techno": (38, 81), "ballad": (42, 0),
    "chiptune": (80,), "swing": (0, 67), "reggae": (28, 27), "funk": (28, 7), "synthwave": (38, 87), "latin": (0, 57),
    "hiphop": (4, 28), "folk": (25, 42), "ambient": (42, 89), "baroque": (6, 42),
}  # fmt: skip
"""Style -> programs that double its bass."""


def draw_company(random: RandomSource) -> int:
    """Draw how many play a song, from `BARE` to `GUESTS`."""
    return random.choose_weighted(COMPANIES)


def gather_company(band: Band, company: int, riffs: Sequence[str], random: RandomSource) -> Band:
    """The band as it comes to this song. `riffs` are the voices that have the style's riffs."""
    if company == USUAL:
        return band
    carriers = riffs or CARRIED.get(band.style, ())
    members = _send_home(band, company, carriers, random) if company < USUAL else _invite(band, company)
    return msgspec.structs.replace(band, members=members)


def _send_home(band: Band, company: int, carriers: Sequence[str], random: RandomSource) -> tuple[Member, ...]:
    """The players of a small company; who accompanies is there from the beginning, or in a bare song waits, unless
    theirs is one of the voices that carry the style."""
    chosen = _choose_accompanist(band, carriers, random)
    is_brushed = all(one.force <= BRUSHED for one in band.members if one.voice in UNPITCHED)
    staying = ("bass", "melody") if company == BARE and is_brushed else ("bass", "melody", *UNPITCHED)
    has_riff = company == BARE and not is_brushed
    left: list[Member] = []
    for one in band.members:
        if one == chosen:
            enters = WAITING if has_riff and one.voice not in carriers else 0.0
            left.append(msgspec.structs.replace(one, enters=enters))
        elif one.voice in staying:
            left.append(one)
    return (*left, *_list_doubles(band)) if has_riff and random.draw_bool(DOUBLED) else tuple(left)


def _choose_accompanist(band: Band, carriers: Sequence[str], random: RandomSource) -> Member | None:
    """Who carries the style if somebody does; nobody who only holds chords if somebody else is there."""
    others = [one for one in band.members if one.voice in ACCOMPANIMENT]
    for voices in (carriers, ("chords", "arpeggio"), ACCOMPANIMENT):
        fitting = [one for one in others if one.voice in voices]
        if fitting:
            return fitting[0] if voices == carriers else random.choose(fitting)
    return None


def _invite(band: Band, company: int) -> tuple[Member, ...]:
    taken = {one.name for one in band.members}
    guests = [one for one in INVITED[band.style] if one.name not in taken][:company]
    if company == GUESTS:
        guests = [*_list_doubles(band), *guests]
    return (*band.members, *guests[: max(1, MOST - len(band.members))])


def _list_doubles(band: Band) -> list[Member]:
    """Who doubles the bass, if there is one."""
    return [_make_double(one, DOUBLES[band.style]) for one in band.members if one.voice == "bass"][:1]


def _make_double(bass: Member, programs: tuple[int, ...]) -> Member:
    return msgspec.structs.replace(
        bass,
        name=DOUBLE,
        player="",
        instruments=programs,
        bottom=bass.bottom + OCTAVE,
        top=bass.top + OCTAVE,
        pan=0.2,
        reverb=0.15,
        force=0.3,
    )


def double_bass(
    played: Sequence[Sequence[GridNote]], members: Sequence[Member], double: Member, key: Key
) -> list[GridNote]:
    """What the bass plays, an octave higher, but for notes that are not in the key, which are the bass's alone.

    It is as high as the bass where it would rub against what is held up there; or rests, if it is no bass instrument.
    """
    lowest, highest = RANGES[double.instruments[0]]
    others = [
        note
        for notes, member in zip(played, members, strict=True)
        if member.voice in (*ACCOMPANIMENT, "melody")
        for note in notes
        if note.length >= HELD_STEPS
    ]
    notes = next((one for one, member in zip(played, members, strict=True) if member.voice == "bass"), ())
    doubled: list[GridNote] = []
    for note in [note for note in notes if note.pitch % 12 in key.scale]:
        if not _rubs(note, others):
            doubled.append(note._replace(pitch=fold_into_register(note.pitch + OCTAVE, lowest, highest)))
        elif note.pitch >= lowest:
            doubled.append(note)
    return doubled


def _rubs(note: GridNote, others: Sequence[GridNote]) -> bool:
    """Whether the note would be a semitone beside another one, an octave higher."""
    pitch, end = note.pitch + OCTAVE, note.step + note.length
    return any(
        abs(other.pitch - pitch) in RUBBING and other.step < end and note.step < other.step + other.length
        for other in others
    )


def find_share(member: Member, members: Sequence[Member], band: Band) -> float:
    """Factor of the level of a member's part: what accompanies is as loud together as the band's players are."""
    if member.name == DOUBLE:
        return DOUBLE_SHARE
    if member.voice == "melody" and len(members) > len(band.members):
        return AMONG_GUESTS
    usual, now = (sum(one.voice in ACCOMPANIMENT for one in players) for players in (band.members, members))
    return (usual / now) ** 0.25 if member.voice in ACCOMPANIMENT and now > usual > 0 else 1.0
