"""Stages a song: how it opens, where it stops, builds and drops out, what joins when a section returns, how it ends.

`draw_stages` chooses from the style's means (`stagecraft.py`) once for a song. When a section has been played by all,
`stage_section` changes what its seams need: it leaves notes out, cuts them off, or adds drums and a counter-melody. It
never changes the tune, except that nothing is held over an ending.
"""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from bandstand.common.bands import Member
from bandstand.composer.random_source import RandomSource
from bandstand.composer.risers import play_riser
from bandstand.composer.score import Section
from bandstand.composer.stagecraft import FIGURES, TAGS, Ending, Opening, Seam, Stage, Staging
from bandstand.composer.style import CLAP, CLOSED, CRASH, FORCES, KICK, OPEN, PEDAL, SHAKER, SIDESTICK, SNARE
from bandstand.composer.voices.context import GridNote, SectionContext
from bandstand.composer.voices.counter import play_counter

Parts = list[list[GridNote]]
"""For each member in order, the notes of one section."""
BEAT: Final = 4
"""Steps."""
RETURNING: Final = ("verse", "bridge")
"""Kinds of sections that may have a counter-melody when they return."""
LAST_SHARE: Final = 1.5
"""Factor of `Staging.counter_share` for the last chorus."""
COUNTER_PLAYERS: Final = ("pad", "chords", "arpeggio")
"""Voices whose players may play a counter-melody, the first one that the band has."""
RISING: Final = ("arpeggio", "pad", "chords")
"""Voices whose players may play a riser, the first one that plays."""
LAYERS: Final = ("chords", "arpeggio", "pad", "bass", "drums")
"""Voices in the order in which they enter."""
FADING: Final = {"outro": (1.0, 0.75), "ending": (0.65, 0.35)}
"""Kind of section -> the share of the force that is left at its beginning and at its end, in a song that fades."""
ROLLS: Final = ((4, 0.45, 0.6), (2, 0.55, 0.75), (1, 0.65, 1.0))
"""(steps between strokes, force at its beginning, at its end) of a build's first half, third and last quarter."""
SWELLS: Final = (0.08, 0.6)
"""Force of a cymbal's roll at its beginning and at its end."""
GROWTH: Final = (0.55, 1.0)
"""Share of their force with which the others begin and end a build."""
WITHOUT_BASS: Final = 2
"""Bars at the end of a build in which the bass is silent, but in a chorus, which stays what people know."""
ENTRIES: Final = ((KICK, CLOSED, PEDAL), (CLAP, SNARE, SIDESTICK), (OPEN, SHAKER))
"""Drums that enter with each quarter of a layered section; all others do with the last one."""
HITS: Final = (KICK, SNARE)
"""What the drums play of a figure."""


def draw_ending(staging: Staging, random: RandomSource) -> Ending:
    """Draw how a song ends."""
    return random.choose_weighted(staging.endings)


def draw_stages(
    staging: Staging, form: Sequence[Section], ending: Ending, development: float, random: RandomSource
) -> list[Stage]:
    """Draw what is staged in each section. `development` is the band's, 0.5 for what the style usually has."""
    opening = random.branch("opening").choose_weighted(staging.openings)
    return [
        Stage(
            opening=opening,
            ending=ending,
            seam=_draw_seam(staging, section, after, random.branch("seam", section.bar)),
            has_counter=random.branch("counter", section.bar).draw_bool(
                _find_counter_share(staging, section, development)
            ),
            surprise=_draw_surprise(staging, section, random.branch("surprise", section.bar)),
        )
        for section, after in zip(form, [*form[1:], None], strict=True)
    ]


def _draw_seam(staging: Staging, section: Section, after: Section | None, random: RandomSource) -> Seam:
    """Nothing but the way into a chorus is staged, and that into the last one always where the style has a means."""
    if after is None or after.kind != "chorus" or section.bars < staging.build_bars + 1:
        return Seam.PLAIN
    means = [(seam, weight) for seam, weight in staging.seams if seam is not Seam.PLAIN or after.energy < 1.0]
    return random.choose_weighted(means or staging.seams)


def _find_counter_share(staging: Staging, section: Section, development: float) -> float:
    if section.kind == "chorus" and section.energy == 1.0:
        return staging.counter_share * LAST_SHARE * 2 * development
    return staging.counter_share * 2 * development if section.kind in RETURNING and section.number > 1 else 0.0


def _draw_surprise(staging: Staging, section: Section, random: RandomSource) -> tuple[int, str] | None:
    has_one = section.kind not in ("intro", "ending") and random.draw_bool(staging.surprise_share)
    return random.choose(staging.surprises) if has_one and staging.surprises else None


# The notes


def play_ending(
    play: Callable[[SectionContext], list[GridNote]], context: SectionContext, member: Member
) -> list[GridNote]:
    """Play the last section as its ending wants it. `play` is the member's voice; it may go on as in an outro."""
    ending, section, steps = context.stage.ending, context.section, context.steps
    held = play(context)
    last = (section.bars - 1) * steps
    is_tag = ending in (Ending.TAG, Ending.RING)
    if ending is Ending.SWELL and member.voice == "drums":
        return _swell(section.bars * steps, section.bars * steps)
    if ending in (Ending.HELD, Ending.SWELL) or (is_tag and section.bars == 1):
        return held
    random = RandomSource(section.bar, "/figure")  # the same for all members
    if is_tag:
        figure = random.choose(TAGS[context.style.beats])
        final = [note._replace(step=last, length=min(note.length, steps)) for note in held]
        return _strike(held, figure, last - steps, member) + final
    outro = msgspec.structs.replace(context, section=msgspec.structs.replace(section, kind="outro"))
    going = [] if member.voice == "melody" else cut_off(play(outro), last)
    if ending is Ending.STOP:
        return going + _strike(held, random.choose(FIGURES[context.style.beats]), last, member)
    if member.voice in ("drums", "melody"):
        return going
    return going + [note._replace(step=last, length=min(note.length, steps)) for note in held]


def _strike(held: Sequence[GridNote], figure: Sequence[tuple[int, int]], start: int, member: Member) -> list[GridNote]:
    """Play what would be held in the rhythm of a figure."""
    if member.voice == "drums":
        strokes = [GridNote(start + step, 1, drum, 1.0) for step, _ in figure for drum in HITS]
        return [*strokes, GridNote(start + figure[-1][0], 2, CRASH, 0.6)]
    return [
        note._replace(step=start + step, length=length * 0.9, force=min(1.0, note.force * 1.1))
        for step, length in figure
        for note in held
    ]


def stage_section(played: Parts, members: Sequence[Member], context: SectionContext) -> Parts:
    """What all play in a section, as it is staged. A member without notes rests."""
    section, stage = context.section, context.stage
    if section.kind in context.style.staging.layered:
        played = _layer_drums(played, members, context)
    if section.kind == "intro":
        played = _open(played, members, context)
    if context.has_halves and section.kind in RETURNING:
        played = _join_halfway(played, members, context)
    if stage.has_counter:
        played = _add_counter(played, members, context)
    if stage.surprise:
        played = _add_surprise(played, members, context, stage.surprise)
    if stage.seam is not Seam.PLAIN:
        played = _go_over(played, members, context)
    if stage.ending is Ending.FADE and section.kind in FADING:
        played = _fade(played, context)
    return played


def cut_off(notes: Sequence[GridNote], end: int) -> list[GridNote]:
    """The notes that begin before step `end`, none longer than until then."""
    return [note._replace(length=min(note.length, end - note.step)) for note in notes if note.step < end]


def _open(played: Parts, members: Sequence[Member], context: SectionContext) -> Parts:
    """Let players enter later. The song still begins at once: if nobody would play on its first beat, all stay."""
    entries = _find_entries(members, context)
    opened = [
        [note for note in notes if note.step >= entries.get(member.voice, 0)]
        for notes, member in zip(played, members, strict=True)
    ]
    return opened if any(note.step == 0 for notes in opened for note in notes) else played


def _find_entries(members: Sequence[Member], context: SectionContext) -> dict[str, int]:
    """Voice -> the step at which it enters."""
    total, half = context.section.bars * context.steps, context.section.bars // 2 * context.steps
    match context.stage.opening:
        case Opening.LAYERS:
            voices = [voice for voice in LAYERS if any(member.voice == voice for member in members)]
            bars = context.section.bars
            return {voice: index * bars // len(voices) * context.steps for index, voice in enumerate(voices)}
        case Opening.CHORDS:
            return {"drums": total - BEAT * 2, "bass": total - context.steps}
        case Opening.DRUMS:
            return dict.fromkeys(("chords", "arpeggio", "pad", "bass"), half)
        case Opening.BASS:
            return dict.fromkeys(("chords", "arpeggio", "pad"), half)
        case _:
            return {}


def _join_halfway(played: Parts, members: Sequence[Member], context: SectionContext) -> Parts:
    """Let all who accompany but the first who plays, and who has a riff, rest until the middle of the section."""
    half = context.section.bars // 2 * context.steps
    others = [
        index
        for index, (notes, member) in enumerate(zip(played, members, strict=True))
        if notes and member.voice in COUNTER_PLAYERS
    ][1:]
    busy = context.riff.players if context.riff else ()
    return [
        [note for note in notes if note.step >= half] if index in others and members[index].name not in busy else notes
        for index, notes in enumerate(played)
    ]


def _layer_drums(played: Parts, members: Sequence[Member], context: SectionContext) -> Parts:
    """Let the drums enter one after the other, a quarter of the section apart. Fills and crashes stay."""
    bars, steps = context.section.bars, context.steps
    entries = {drum: index * bars // 4 * steps for index, drums in enumerate(ENTRIES) for drum in drums}
    last, fill = 3 * bars // 4 * steps, (bars - 1) * steps

    def enters(note: GridNote) -> bool:
        return note.step >= min(fill, entries.get(note.pitch, last)) or note.pitch == CRASH

    return [
        [note for note in notes if enters(note)] if member.voice == "drums" else notes
        for notes, member in zip(played, members, strict=True)
    ]


def _add_counter(played: Parts, members: Sequence[Member], context: SectionContext) -> Parts:
    """Give a counter-melody to a player: to one who rests, if there is one, in whose part it then stands alone."""
    busy = context.riff.players if context.riff else ()
    choices = [
        index
        for voice in COUNTER_PLAYERS
        for index, member in enumerate(members)
        if member.voice == voice and member.name not in busy
    ]
    chosen = next((index for index in choices if not played[index]), choices[0] if choices else None)
    if chosen is None or not context.tune or (len(choices) == 1 and not played[chosen]):
        return played
    line = play_counter(context, members[chosen])
    own = [note for note in played[chosen] if not _is_near(note, line)]
    return [own + line if index == chosen else notes for index, notes in enumerate(played)]


def _is_near(note: GridNote, line: Sequence[GridNote]) -> bool:
    """Whether the line sounds less than a fourth beside the note, or above it no higher than that."""
    begin, end, pitch = note.step, note.step + note.length, note.pitch
    return any(abs(its - pitch) < 5 and step < end and begin < step + length for step, length, its, _ in line)


def _add_surprise(
    played: Parts, members: Sequence[Member], context: SectionContext, surprise: tuple[int, str]
) -> Parts:
    drum, bar = surprise
    start = context.section.bars // 2 * context.steps
    strokes = [
        GridNote(start + step, 1, drum, FORCES[mark])
        for step, mark in enumerate(bar[: context.steps])
        if mark in FORCES
    ]
    return [
        notes + strokes if member.voice == "drums" and notes else notes
        for notes, member in zip(played, members, strict=True)
    ]


def _go_over(played: Parts, members: Sequence[Member], context: SectionContext) -> Parts:
    """Stop, drop out or build before the next section. Without drums there is nothing to build."""
    total, steps, seam = context.section.bars * context.steps, context.steps, context.stage.seam
    riser = _choose_riser(played, members, context) if seam is Seam.RISE else None
    staged: Parts = []
    for index, (notes, member) in enumerate(zip(played, members, strict=True)):
        if member.voice == "melody":
            staged.append(notes)
        elif seam is Seam.STOP:
            staged.append(cut_off(notes, total - BEAT))
        elif seam is Seam.BUILD and member.voice == "drums" and notes:
            start = total - context.style.staging.build_bars * steps
            staged.append(cut_off(notes, start) + _roll(notes, start, total, steps) + _swell(total, steps))
        elif seam is Seam.BUILD and member.voice == "bass" and context.section.kind != "chorus":
            staged.append(cut_off(notes, total - WITHOUT_BASS * steps))
        elif seam is Seam.BUILD:
            staged.append(_grow(notes, total - context.style.staging.build_bars * steps, total))
        elif index == riser:
            staged.append(cut_off(notes, total - steps) + play_riser(context, member))
        elif seam in (Seam.SWELL, Seam.RISE) and member.voice == "drums" and notes:
            staged.append(notes + _swell(total, steps))
        elif seam is Seam.DROP and member.voice in ("drums", "bass"):
            pickup = [note for note in notes if member.voice == "drums" and note.step >= total - BEAT]
            staged.append(cut_off(notes, total - steps) + pickup)
        else:
            staged.append(notes)
    return staged


def _choose_riser(played: Parts, members: Sequence[Member], context: SectionContext) -> int | None:
    """Index of the player of a riser: one who plays, and has no riff."""
    busy = context.riff.players if context.riff else ()
    choices = [
        index
        for voice in RISING
        for index, (notes, member) in enumerate(zip(played, members, strict=True))
        if member.voice == voice and notes and member.name not in busy
    ]
    return choices[0] if choices else None


def _roll(notes: Sequence[GridNote], start: int, total: int, steps: int) -> list[GridNote]:
    """A roll on the drum of the backbeat, with the kick until the last bar. Its strokes come ever faster and louder."""
    drum = CLAP if any(note.pitch == CLAP for note in notes) else SNARE
    kick = [note for note in notes if note.pitch == KICK and start <= note.step < total - steps]
    half, quarter = (total - start) // 2, (total - start) // 4
    begins = (start, start + half, start + half + quarter, total)
    strokes: list[GridNote] = []
    for (every, soft, loud), begin, end in zip(ROLLS, begins, begins[1:], strict=False):
        strokes += [
            GridNote(step, 1, drum, soft + (loud - soft) * (step - begin) / (end - begin))
            for step in range(begin, end, every)
        ]
    return kick + strokes


def _grow(notes: Sequence[GridNote], start: int, total: int) -> list[GridNote]:
    """The notes, of which those from step `start` on begin soft and grow to their full force."""
    soft, loud = GROWTH
    return [
        note._replace(force=note.force * (soft + (loud - soft) * (note.step - start) / (total - start)))
        if note.step >= start
        else note
        for note in notes
    ]


def _swell(total: int, steps: int) -> list[GridNote]:
    """A roll on a cymbal through the last bar, from next to nothing to what leads into the next section."""
    soft, loud = SWELLS
    begin = total - steps
    return [
        GridNote(step, 1, CRASH, soft + (loud - soft) * ((step - begin) / steps) ** 2) for step in range(begin, total)
    ]


def _fade(played: Parts, context: SectionContext) -> Parts:
    begin, end = FADING[context.section.kind]
    total = context.section.bars * context.steps
    return [
        [note._replace(force=note.force * (begin + (end - begin) * min(1.0, note.step / total))) for note in notes]
        for notes in played
    ]
