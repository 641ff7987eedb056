"""The setting of a song: how low it lies, how full it is, and whether its figures go round.

A band that plays every song in one register and with as many notes sounds like one song. So each song is set anew, as
an arranger would: tune, accompaniment and bass lie lower or higher, within what their instruments have, and dark songs
at the bottom of them; a small company plays close together, a large one spreads over more octaves; the accompaniment
is sparse or busy, and joins late or early; all play from the first beat, or the song builds up; the harmony is plain or
coloured; in some songs the chords keep a figure of one, two or four bars, and the sections go round the same chords,
more often in styles that are made of loops; in others each bar is played anew. A setting moves the members' habits for
one song; the bands stay as they are. Who of them plays is drawn here, and told in `guests.py`.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from bandstand.common.bands import HABITS, Band, Member
from bandstand.common.instruments import RANGES
from bandstand.composer.guests import ACCOMPANIMENT, BARE, USUAL, draw_company
from bandstand.composer.random_source import RandomSource
from bandstand.composer.stagecraft import Opening, Staging
from bandstand.composer.style import HarmonicLanguage, Style

DARK: Final = -23
"""Semitones by which the accompaniment of dark songs lies lower: at the bottom of its instruments,"""
DARK_COMPASS: Final = 14
"""within so many semitones, where the chords are open (`voices.chords.open_low`),"""
DARK_FLOOR: Final = 31
"""and not below this pitch."""
DARK_SHARE: Final = 0.92
"""Factor of the level of its parts, as low chords cover a tune more; power goes with the fourth power of levels."""
REGISTERS: Final = (
    ((0, 0, 0), 1.0), ((0, -10, -10), 2.0), ((5, -7, 0), 1.0), ((9, -10, 0), 1.0), ((7, 5, 5), 2.0),
    ((-5, DARK, DARK), 2.5), ((-7, DARK, DARK), 1.5), ((5, DARK, DARK), 1.5),
)  # fmt: skip
"""((semitones by which the tune lies higher than usual, by which chords do, by which `upper` does), weight)."""
CLOSE: Final = (
    ((-7, 5, 5), 2.0), ((-7, 0, 0), 2.0), ((0, 5, 5), 2.0), ((-7, DARK, DARK), 3.0), ((-12, DARK, DARK), 4.0),
)  # fmt: skip
"""The same of a company that is smaller than usual,"""
WIDE: Final = (
    ((9, 0, 5), 1.0), ((12, -10, 5), 2.0), ((9, -5, 5), 2.0), ((7, DARK, 5), 2.0), ((12, DARK, 9), 2.0),
    ((-5, DARK, DARK), 4.0),
)  # fmt: skip
"""and of a larger one."""
LOWEST_OVER_DOUBLE: Final = -7
"""The lowest that a tune lies in a bare song, whose bass may be doubled an octave higher."""
UPPER: Final = ("pad", "arpeggio")
"""Voices that hold or break the chords."""
BASS_SHIFTS: Final = ((0, 5.0), (4, 1.0), (7, 1.0))
"""The same of the bass, which is at its lowest already."""
FLOORS: Final = {"chords": 40, "pad": 40, "arpeggio": 40}
"""Voice -> pitch below which no setting takes it, because chords would be a blur there."""
CEILINGS: Final = {11: 80, 29: 80, 30: 80, 40: 82, 42: 72, 68: 82}
"""Program -> pitch above which no setting takes its tune: violins and cellos speak late up there, and an oboe, a
vibraphone and a driven guitar are hardly heard."""
SPARSE: Final = -1.0
FULLNESS: Final = ((SPARSE, 1.5), (0.0, 3.0), (0.4, 1.0), (1.0, 1.5))
"""(-1 sparse to 1 full, weight)."""
DENSITY: Final = 0.9
"""Share of an accompaniment's density that is lost in the sparsest setting, and of what it lacks that is gained in the
fullest: whoever is sparse is at the quiet level in every verse."""
LATE: Final = 0.7
"""Energy from which those that enter later than the first join in in a sparse setting: that of a solo or chorus, not of
a verse, so that two verses have the same players."""
EARLY: Final = 0.5
"""Entry of those drummers, at most, who play from the beginning in an even song: others are not in every verse."""
ARCS: Final = (("even", 1.0), ("joined", 1.5), ("usual", 4.0), ("steep", 2.0))
"""(how a song grows, weight): even if all play from the first beat to the last, joined if so but for the tune and who
joins in last, steep if few begin and all have joined in with the first chorus."""
EVEN: Final = ("even", "joined")
HALVES: Final = 0.3
"""Share of songs in which others than the first who accompanies join in halfway through a verse."""
TOUCHES: Final = (("chords", 6.0), ("broken", 1.2), ("octaves", 1.5))
"""(how chords are struck, weight): as a whole, one note after the other, or with the lowest an octave lower, too."""
TOUCHES_ALONE: Final = (TOUCHES[0], TOUCHES[2])
"""The same for one who accompanies alone."""
LOOPS: Final = ((1, 1.0), (2, 2.0), (4, 3.0))
"""(bars of the figures that go round, weight)."""
ROUND_SHARE: Final = 0.75
"""Share of songs with such figures that have the same chords in most sections."""
FREE: Final = 0.3
"""Share of the other songs whose accompaniment is free, if it is not bare."""
FEW: Final = 0.2
"""Share of such songs in styles whose players avoid what they just played: jazz, too, has its riffs."""
LOOPING: Final = 0.25
"""Share of songs with such figures, beyond the style's share of sections with loops of chords."""
ROUND: Final = ("intro", "verse", "chorus", "break")
"""Kinds of sections that go round the chords of the verse in a song of one loop,"""
VAMPING: Final = (*ROUND, "bridge", "solo")
"""and those that do in a vamp, whose loop has two bars."""
VAMPS: Final = 0.45
"""Share of vamps among the songs of one loop."""
HARMONIES: Final = (("plain", 3.0), ("usual", 3.0), ("coloured", 3.0))
"""(how many chords there are beside those of the key, and how fast they change, weight)."""


class Setting(msgspec.Struct, frozen=True):
    """How one song is set. As it is made without arguments it changes nothing, but for tunes above `CEILINGS`."""

    tune: int = 0
    chords: int = 0
    upper: int = 0
    bass: int = 0
    """Semitones by which each lies higher than usual; `upper` are those of `UPPER`."""
    fullness: float = 0.0
    company: int = USUAL
    """How many play, see `guests`."""
    arc: str = "usual"
    """See `ARCS`."""
    touch: str = "chords"
    """See `TOUCHES`."""
    loop: int = 0
    """Bars of the figures that the chords keep through a section; 0 if they play on freely."""
    goes_round: bool = False
    """True if most sections have the chords of the verse,"""
    is_vamp: bool = False
    """which are two bars."""
    is_free: bool = False
    """Whether those who accompany play every bar anew."""
    has_halves: bool = False
    """See `HALVES`."""
    harmony: str = "usual"
    """See `HARMONIES`."""

    def find_shift(self, voice: str) -> int:
        """Semitones by which a voice lies higher than usual."""
        shifts = {"melody": self.tune, "chords": self.chords, "bass": self.bass}
        return self.upper if voice in UPPER else shifts.get(voice, 0)

    def is_dark(self, voice: str) -> bool:
        """Whether a voice that accompanies lies at the bottom of its instruments."""
        return voice in ACCOMPANIMENT and self.find_shift(voice) == DARK

    def find_share(self, voice: str) -> float:
        """Factor of the level of a part with this voice."""
        return DARK_SHARE if self.is_dark(voice) else 1.0

    @property
    def is_thin(self) -> bool:
        """Whether chords are played without their fifths; who accompanies alone plays them whole."""
        return self.fullness == SPARSE and self.company >= USUAL


def draw_setting(style: Style, random: RandomSource) -> Setting:
    """Draw the setting of a song in this style.

    Where no chords ever go round, as in baroque music, no figure does; few do where players avoid what they just
    played.
    """
    share = style.harmony.loop_share
    figures = min(LOOPING + share, max(FEW, 1 - style.comping_variety)) if share else 0.0
    has_figures = random.branch("figures").draw_bool(figures)
    company = draw_company(random.branch("company"))
    registers = CLOSE if company < USUAL else WIDE if company > USUAL else REGISTERS
    tune, chords, upper = random.branch("register").choose_weighted(registers)
    return Setting(
        tune=tune if company != BARE else max(tune, LOWEST_OVER_DOUBLE),
        chords=chords,
        upper=upper,
        bass=random.branch("bass").choose_weighted(BASS_SHIFTS),
        fullness=random.branch("fullness").choose_weighted(FULLNESS),
        company=company,
        arc=random.branch("arc").choose_weighted(ARCS),
        touch=random.branch("touch").choose_weighted(TOUCHES if company >= USUAL else TOUCHES_ALONE),
        loop=random.branch("loop").choose_weighted(LOOPS) if has_figures else 0,
        goes_round=random.branch("round").draw_bool(ROUND_SHARE if has_figures else share / 2),
        is_vamp=random.branch("vamp").draw_bool(VAMPS),
        has_halves=random.branch("halves").draw_bool(HALVES),
        harmony=random.branch("harmony").choose_weighted(HARMONIES),
        is_free=not has_figures and company != BARE and random.branch("free").draw_bool(FREE),
    )


def set_band(band: Band, setting: Setting, wanted: Sequence[str] = (), riffs: Sequence[str] = ()) -> Band:
    """The band as it plays in this setting, but for the registers.

    Where players were `wanted`, nobody is late, and nowhere is a voice that has the style's `riffs`.
    """
    fullness, members = setting.fullness, list[Member]()
    others = [one for one in band.members if one.voice in ACCOMPANIMENT]
    for member in band.members:
        if member.voice not in ACCOMPANIMENT:
            early = setting.arc in EVEN and member.voice != "melody" and member.enters <= EARLY and not wanted
            members.append(msgspec.structs.replace(member, enters=0.0) if early else member)
            continue
        is_early = member.voice in riffs or not any(one.voice in ACCOMPANIMENT for one in members)
        enters = member.enters if is_early or wanted else _move_entry(member.enters, setting, member == others[-1])
        room = 1 - member.density if fullness > 0 else member.density
        density = HABITS["density"].clamp(member.density + DENSITY * fullness * room)
        variety = 1.0 if setting.is_free else 0.0 if fullness == SPARSE else member.variety
        members.append(msgspec.structs.replace(member, density=density, variety=variety, enters=enters))
    return msgspec.structs.replace(band, members=tuple(members))


def set_staging(staging: Staging, setting: Setting) -> Staging:
    """The style's means: an even song has no opening but that by all, one whose figures go round no counter-melody."""
    return msgspec.structs.replace(
        staging,
        openings=((Opening.ALL, 1.0),) if setting.arc in EVEN else staging.openings,
        counter_share=0.0 if setting.loop else staging.counter_share,
    )


def set_harmony(language: HarmonicLanguage, setting: Setting) -> HarmonicLanguage:
    """The style's harmony, plain or coloured; that of a vamp goes round two bars, that of a free song comes back to
    none."""
    if setting.harmony == "plain":
        language = _make_plain(language)
    elif setting.harmony == "coloured":
        language = _colour(language)
    if setting.goes_round and setting.is_vamp:
        return msgspec.structs.replace(language, loop_share=1.0, return_share=1.0)
    return msgspec.structs.replace(language, loop_share=0.0, return_share=0.0) if setting.is_free else language


def _make_plain(language: HarmonicLanguage) -> HarmonicLanguage:
    """Fewer chords, all of the key."""
    return msgspec.structs.replace(
        language,
        hold_share=max(0.7, language.hold_share),
        two_chord_share=language.two_chord_share / 4,
        secondary_dominant_share=0.0,
        borrowed_share=0.0,
    )


def _colour(language: HarmonicLanguage) -> HarmonicLanguage:
    """More chords, and some from beside the key."""
    return msgspec.structs.replace(
        language,
        hold_share=language.hold_share / 2,
        two_chord_share=max(0.5, language.two_chord_share),
        secondary_dominant_share=max(0.7, language.secondary_dominant_share),
        borrowed_share=max(0.5, language.borrowed_share),
    )


def _move_entry(enters: float, setting: Setting, is_last: bool) -> float:
    """Earlier in a full setting, later in a sparse one; an even song has all from the beginning, a steep one late."""
    fullness = setting.fullness
    if setting.arc in EVEN:
        return LATE if is_last and setting.arc == "joined" else 0.0
    if setting.arc == "steep":
        return max(enters, LATE)
    return enters * (1 - fullness) if fullness >= 0 else max(enters, LATE)


def set_register(member: Member, setting: Setting) -> Member:
    """A member, fitted to an instrument, whose compass lies lower or higher, as far as the instrument has it."""
    if member.voice == "drums":
        return member
    wanted, is_dark = setting.find_shift(member.voice), setting.is_dark(member.voice)
    program = member.instruments[0]
    lowest, highest = RANGES[program]
    lowest = max(lowest, DARK_FLOOR if is_dark else FLOORS.get(member.voice, 0))
    if member.voice == "melody":
        wanted = min(wanted, CEILINGS.get(program, highest) - member.top)
    move = max(wanted, min(0, lowest - member.bottom)) if wanted < 0 else min(wanted, max(0, highest - member.top))
    bottom, top = member.bottom + move, member.top + move
    if is_dark:
        top = min(top, bottom + DARK_COMPASS)
    return msgspec.structs.replace(member, bottom=bottom, top=top)
