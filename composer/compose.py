"""A song from a band, a seed and the listener's wishes: `(band, seed, parameters) -> Score`, the same each time.

The only place that knows the order of work: key and tempo, form, harmony, then every member in every section.
"""

from collections.abc import Mapping
from typing import Final

from common.jobs import Value
from composer.band import Band, Member
from composer.draw import Draw
from composer.form import plan
from composer.harmony import progression
from composer.parameters import Wishes, checked
from composer.perform import performed, untangled
from composer.score import TICKS, ChordMark, Note, Part, Score, Section, Tempo
from composer.theory import Key
from composer.titles import title
from composer.voices import VOICES
from composer.voices.melody import motif
from composer.voices.scene import Scene

MINUTES: Final = (1.8, 3.1)
"""How long a song is where nobody says."""
SLOWING: Final = (0.96, 0.91, 0.85, 0.78)
"""The tempo of each of the last beats before the ending, as a share of the song's."""


def compose(band: Band, seed: int, parameters: Mapping[str, Value]) -> Score:
    """Raises ComposeError where a parameter is unknown or out of range."""
    wishes = checked(parameters)
    draw = Draw(seed)
    key, bpm = _key(band, wishes, draw), _tempo(band, wishes, draw)
    beats = band.style.beats
    low, high = MINUTES
    minutes = wishes.minutes or low + (high - low) * draw.branch("minutes").unit()
    sections = plan(minutes * bpm / beats, draw.branch("form"))
    scenes = _scenes(band, sections, key, draw)
    return Score(
        title=title(draw.branch("title")),
        artist=band.name,
        seed=seed,
        key=key.name,
        beats=beats,
        tempi=_tempi(bpm, sections, beats),
        sections=sections,
        chords=_marks(scenes),
        parts=tuple(_part(member, scenes, bpm, draw.branch("part", member.name)) for member in band.members),
    )


def _key(band: Band, wishes: Wishes, draw: Draw) -> Key:
    own = draw.branch("key")
    return wishes.key or Key(own.below(12), own.weighted(band.style.modes))


def _tempo(band: Band, wishes: Wishes, draw: Draw) -> float:
    return wishes.tempo or draw.branch("tempo").between(*band.style.tempi)


def _scenes(band: Band, sections: tuple[Section, ...], key: Key, draw: Draw) -> list[Scene]:
    """Sections of one kind have one harmony; all have the song's motif."""
    turn = motif(draw.branch("motif"))
    chords = [
        progression(section.kind, section.bars, key, band.style.sevenths, draw.branch("harmony", section.kind))
        for section in sections
    ]
    firsts = [progression[0] for progression in chords[1:]] + [key.chord(0)]
    return [
        Scene(section=section, style=band.style, key=key, chords=own, following=following, motif=turn)
        for section, own, following in zip(sections, chords, firsts, strict=True)
    ]


def _part(member: Member, scenes: list[Scene], bpm: float, draw: Draw) -> Part:
    notes: list[Note] = []
    human = draw.branch("human")
    for scene in scenes:
        section = scene.section
        if section.energy < member.enters:
            continue
        material, occasion = draw.branch(section.kind), draw.branch(section.kind, section.number)
        notes += performed(VOICES[member.voice](scene, member, material, occasion), scene, member, bpm, human)
    program, loud = draw.branch("instrument").pick(member.instruments)
    return Part(
        name=member.name,
        voice=member.voice,
        program=program,
        level=loud,
        pan=member.pan,
        reverb=member.reverb,
        notes=untangled(notes),
    )


def _tempi(bpm: float, sections: tuple[Section, ...], beats: int) -> tuple[Tempo, ...]:
    """One tempo, slowing over the last beats before the ending, which keeps the last of them."""
    end = sections[-1].bar * beats
    first = end - len(SLOWING)
    slowing = [Tempo((first + beat) * TICKS, round(bpm * share, 2)) for beat, share in enumerate(SLOWING)]
    return (Tempo(0, bpm), *slowing)


def _marks(scenes: list[Scene]) -> tuple[ChordMark, ...]:
    return tuple(
        ChordMark((scene.section.bar + bar) * scene.style.beats * TICKS, chord.symbol)
        for scene in scenes
        for bar, chord in enumerate(scene.chords)
    )


def facts(score: Score) -> dict[str, Value]:
    """What a person may want to know of a song."""
    names = [section.kind for section in score.sections]
    return {"key": score.key, "tempo": score.tempi[0].bpm, "form": ", ".join(names)}
