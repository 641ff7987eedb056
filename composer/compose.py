"""A song from a band, a seed and the listener's wishes: `(band, seed, parameters) -> Score`, the same each time.

The only place that knows the order of work: key and tempo, form, harmony, then section by section every member.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from common.bands import Band, Member
from common.errors import ComposeError
from common.jobs import Value
from common.song_parameters import SongParameters, checked
from composer import mix
from composer.band import Style
from composer.draw import Draw
from composer.form import FREE, NEAR, plan
from composer.harmony import Bar, marks, progression, turned
from composer.humanise import performed
from composer.piece import Notes, Piece
from composer.score import STEP, ChordMark, Note, Part, Score, Section, Tempo
from composer.styles import STYLES
from composer.theory import Key
from composer.titles import title
from composer.voices import VOICES
from composer.voices.melody import motif
from composer.voices.scene import Scene

MINUTES: Final = (1.8, 3.1)
"""How long a song is where nobody says."""
STRAY: Final = 0.08
"""How far a song's tempo is from its band's, as a share of it."""
SLOWING: Final = (0.96, 0.91, 0.85, 0.78)
"""The tempo of each of the last beats before the ending, as a share of the song's."""


def compose(band: Band, seed: int, parameters: Mapping[str, Value]) -> Score:
    """Raises ComposeError where a parameter is unknown or out of range, or the band's style is not known here."""
    return begun(band, seed, parameters).whole()


def begun(band: Band, seed: int, parameters: Mapping[str, Value]) -> Piece:
    """The same, but for the notes, which are composed as they are wanted."""
    wishes, style = checked(parameters), _style(band)
    draw = Draw(seed).branch(style.name)
    key, bpm = _key(band, wishes, draw), _tempo(band, wishes, draw)
    low, high = MINUTES
    minutes = wishes.minutes or low + (high - low) * draw.branch("minutes").unit()
    form = plan(minutes * bpm / style.beats, band.forms, draw.branch("form"), NEAR if wishes.minutes else FREE)
    scenes = _scenes(band, style, form, key, draw)
    head = Score(
        title=title(draw.branch("title")),
        artist=band.name,
        style=band.style,
        seed=seed,
        key=key.name,
        beats=style.beats,
        tempi=_tempi(bpm, form, style.beats),
        sections=tuple(_keyed(scene, key) for scene in scenes),
        chords=_marks(scenes),
        parts=tuple(_part(member, draw.branch("part", member.name)) for member in band.members),
    )
    return Piece(head, _played(band, scenes, bpm, draw))


def _style(band: Band) -> Style:
    if band.style not in STYLES:
        raise ComposeError(f"{band.style}: there is no such style; there are {', '.join(STYLES)}")
    return STYLES[band.style]


def _key(band: Band, wishes: SongParameters, draw: Draw) -> Key:
    return Key.parse(wishes.key or draw.branch("key").pick(band.keys))


def _tempo(band: Band, wishes: SongParameters, draw: Draw) -> float:
    return wishes.tempo or round(band.tempo * (1 + draw.branch("tempo").spread(STRAY)))


def _scenes(band: Band, style: Style, form: tuple[Section, ...], key: Key, draw: Draw) -> list[Scene]:
    """Sections of one kind have one harmony; all have the song's motif. Some songs change key."""
    turn = motif(draw.branch("motif"))
    keys = _keys(style, form, key, draw.branch("keys"))
    bars: list[tuple[Bar, ...]] = []
    for section, own, ahead in zip(form, keys, [*keys[1:], keys[-1]], strict=True):
        branch = draw.branch("harmony", section.kind)
        plain = progression(section.kind, section.bars, own, band.colour, style.language, branch)
        bars.append(turned(plain, ahead) if ahead != own else plain)
    firsts = [chords[0][0] for chords in bars[1:]] + [keys[-1].chord(0)]
    return [
        Scene(section=section, style=style, key=own, bars=chords, following=following, motif=turn, swing=band.swing)
        for section, own, chords, following in zip(form, keys, bars, firsts, strict=True)
    ]


def _keys(style: Style, form: tuple[Section, ...], key: Key, draw: Draw) -> list[Key]:
    """The key of each section: the bridge's, and from the last chorus on perhaps a higher one."""
    bridge = key.higher(draw.weighted(style.language.bridges))
    lifted = key.higher(draw.weighted(style.language.lifts))
    last = next((place for place, section in enumerate(form) if section.energy == 1.0), len(form))
    return [
        lifted if place >= last else bridge if section.kind == "bridge" else key for place, section in enumerate(form)
    ]


def _keyed(scene: Scene, key: Key) -> Section:
    return msgspec.structs.replace(scene.section, key="" if scene.key == key else scene.key.name)


def _part(member: Member, draw: Draw) -> Part:
    program = draw.branch("instrument").pick(member.instruments)
    return Part(
        name=member.name,
        voice=member.voice,
        program=program,
        level=mix.level(member.voice, program),
        pan=member.pan,
        reverb=member.reverb,
        notes=(),
    )


def _played(band: Band, scenes: list[Scene], bpm: float, draw: Draw) -> Iterator[Notes]:
    own = [draw.branch("part", member.name) for member in band.members]
    human = [branch.branch("human") for branch in own]
    for scene in scenes:
        yield [
            _section(member, scene, bpm, branch, hand)
            for member, branch, hand in zip(band.members, own, human, strict=True)
        ]


def _section(member: Member, scene: Scene, bpm: float, draw: Draw, human: Draw) -> list[Note]:
    section = scene.section
    if section.energy < member.enters:
        return []
    material, occasion = draw.branch(section.kind), draw.branch(section.kind, section.number)
    return performed(VOICES[member.voice](scene, member, material, occasion), scene, member, bpm, human)


def _tempi(bpm: float, sections: tuple[Section, ...], beats: int) -> tuple[Tempo, ...]:
    """One tempo, slowing over the last beats before the ending, which keeps the last of them."""
    end = sections[-1].bar * beats
    first = end - len(SLOWING)
    slowing = [Tempo((first + beat) * 4 * STEP, round(bpm * share, 2)) for beat, share in enumerate(SLOWING)]
    return (Tempo(0, bpm), *slowing)


def _marks(scenes: list[Scene]) -> tuple[ChordMark, ...]:
    return tuple(
        ChordMark(((scene.section.bar + bar) * scene.steps + step) * STEP, chord.symbol)
        for scene in scenes
        for bar, step, chord in marks(scene.bars)
    )


def facts(score: Score) -> dict[str, Value]:
    """What a person may want to know of a song; the bars of sections count from 1."""
    sections = ", ".join(f"{section.kind} {section.bar + 1}" for section in score.sections)
    moved = ", ".join(dict.fromkeys(section.key for section in score.sections if section.key))
    return {
        "style": score.style,
        "key": f"{score.key}, later {moved}" if moved else score.key,
        "tempo": score.tempi[0].bpm,
        "beats": score.beats,
        "sections": sections,
        "energies": ", ".join(f"{section.energy:g}" for section in score.sections),
    }
