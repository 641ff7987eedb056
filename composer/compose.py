"""Composes a song: `(band, seed, parameters) -> Score`, the same score each time.

The order of work: key and tempo, song form, harmony, and then section by section the notes of every member. This is the
only module that knows it. Each step has its own branch of the random source, so that a song parameter changes nothing
else.
"""

from collections.abc import Hashable, Iterator, Mapping
from functools import cache
from typing import Final

import msgspec

from bandstand.common import jobs
from bandstand.common.bands import Band, Member
from bandstand.common.errors import ComposeError
from bandstand.common.jobs import Value
from bandstand.common.lineups import HOUSE, LINEUPS
from bandstand.common.song_parameters import SongParameters, checked
from bandstand.composer.arranging import arrange_band, may_play, shift_energy
from bandstand.composer.enrichment import draw_enrichment
from bandstand.composer.exact_length import Fit, Length, fit_length, slow_down
from bandstand.composer.expression import perform
from bandstand.composer.guests import DOUBLE, USUAL, double_bass, find_share, gather_company
from bandstand.composer.harmony import PHRASE_BARS, BarChords, Harmoniser, lead_into_key, list_chord_changes
from bandstand.composer.parts import choose_instrument, fit_to_instrument, make_effects_part, make_part
from bandstand.composer.random_source import RandomSource
from bandstand.composer.risers import play_reversed_cymbal
from bandstand.composer.score import STEP, ChordMark, Part, Score, Section, Tempo
from bandstand.composer.setting import (
    ROUND,
    VAMPING,
    Setting,
    draw_setting,
    set_band,
    set_harmony,
    set_register,
    set_staging,
)
from bandstand.composer.song_form import TOLERANCE_ASKED, TOLERANCE_FREE, plan_song_form
from bandstand.composer.stagecraft import Ending, Opening, Seam
from bandstand.composer.staging import draw_ending, draw_stages, play_ending, stage_section
from bandstand.composer.streaming_score import Performance, SectionNotes, StreamingScore
from bandstand.composer.style import Style
from bandstand.composer.styles import STYLES
from bandstand.composer.theory import Key
from bandstand.composer.voices import VOICES
from bandstand.composer.voices.context import Ahead, GridNote, SectionContext, Tune
from bandstand.composer.voices.melody import draw_motif, draw_rhythm
from bandstand.composer.voices.riffs import draw_riff, play_riff

BANDS: Final[dict[str, Band]] = {"band": HOUSE["small-robots"], **HOUSE}
"""Generator name of a job without a band of its own -> band. `band` is the station's oldest."""
VERSION: Final = 9
"""Version of the composer, kept with each song. Raise it with a release whose songs differ from those of the last one
for the same band, seed and parameters: `remake` then says that the composer is newer."""
MINUTES: Final = (1.8, 3.1)
"""Range of a song's length if the parameters give none."""
HOOKED: Final = (Opening.BAND, Opening.LAYERS, Opening.ALL)
"""Openings that quote the tune of the chorus from the first bar on; the others do so from their middle on."""
TEMPO_WIDTH: Final = 0.08
"""Largest difference between a song's tempo and its band's, as a share of the tempo."""

# Words of titles: harmless, and none chosen to name a real song.
ADJECTIVES: Final = (
    "Amber", "Borrowed", "Bright", "Copper", "Distant", "Early", "Electric", "Empty", "Evening", "Faded", "Gentle",
    "Golden", "Green", "Half-Forgotten", "Hidden", "Hollow", "Last", "Late", "Little", "Lost", "Low", "Lucky",
    "Midnight", "Mild", "Narrow", "Northern", "Old", "Open", "Paper", "Patient", "Quiet", "Restless", "Scarlet",
    "Second", "Silver", "Slow", "Small", "Southern", "Spare", "Steady", "Tidy", "Velvet", "Warm", "Wandering", "Winter",
)  # fmt: skip
NOUNS: Final = (
    "Antenna", "Avenue", "Balcony", "Bicycle", "Boat", "Bridge", "Candle", "Carousel", "Circuit", "Clock", "Corner",
    "Engine", "Ferry", "Field", "Garden", "Harbour", "Hill", "Island", "Kettle", "Kitchen", "Ladder", "Lantern",
    "Letter", "Lighthouse", "Machine", "Map", "Meadow", "Mirror", "Moon", "Orchard", "Platform", "Postcard", "Radio",
    "River", "Robot", "Rooftop", "Satellite", "Shadow", "Signal", "Staircase", "Station", "Street", "Summer", "Tide",
    "Train", "Umbrella", "Valley", "Window",
)  # fmt: skip
PHRASES: Final = (
    "across the Bay", "after Closing Time", "at Low Tide", "before the Rain", "behind the Moon", "by the Window",
    "down the Line", "from Here", "in June", "in the Attic", "on a Tuesday", "on the Wire", "past the Station",
    "through the Static", "under Glass", "until Morning",
)  # fmt: skip


def find_band(name: str) -> Band:
    """Find a house band by its generator name. Raises ComposeError, which lists the names."""
    if name not in BANDS:
        raise ComposeError(f"{name}: there is no such band; known are {', '.join(BANDS)}")
    return BANDS[name]


def compose(band: Band, seed: int, parameters: Mapping[str, Value]) -> Score:
    """Compose a whole song.

    Raises ComposeError if a parameter is unknown or out of range, or if the band's style is unknown.
    """
    return compose_streaming(band, seed, parameters).complete()


def compose_streaming(band: Band, seed: int, parameters: Mapping[str, Value]) -> StreamingScore:
    """Compose the song's header; its notes are composed when they are read. Raises ComposeError as `compose` does."""
    asked, style = checked(parameters), find_style(band)
    random = RandomSource(seed).branch(style.name)
    setting = draw_setting(style, random.branch("setting"))
    usual, band = band, _gather_players(band, setting, asked, random.branch("company"))
    ending = _choose_ending(style, asked, random)
    key, plan = _choose_key(band, asked, random), _plan_song(band, asked, ending, random)
    form = plan.sections
    keys = [key] * len(form) if setting.goes_round else _choose_keys(style, form, key, random.branch("keys"))
    stages = draw_stages(set_staging(style.staging, setting), form, ending, band.development, random.branch("stage"))
    contexts = [
        msgspec.structs.replace(context, stage=stage)
        for context, stage in zip(
            _make_contexts(band, setting, _shift_energies(form, asked), keys, random), stages, strict=True
        )
    ]
    contexts = _place_hook(contexts, band, random) if setting.arc != "joined" else contexts
    header = Score(
        title=draw_title(random.branch("title")),
        artist=band.name,
        style=band.style,
        seed=seed,
        key=key.name,
        beats=style.beats,
        tempi=slow_down(plan.bpm, form, style.beats, plan.hold) if ending.slows else (Tempo(0, plan.bpm),),
        sections=tuple(_mark_key(context, key) for context in contexts),
        chords=_mark_chords(contexts),
        parts=_make_parts(usual, band, setting, contexts, random),
    )
    return StreamingScore(header, _play_sections(band, setting, form, contexts, plan.bpm, random))


def describe(score: Score) -> dict[str, Value]:
    """The facts of a song for a person to read."""
    moved = ", ".join(dict.fromkeys(section.key for section in score.sections if section.key))
    ends_in = score.sections[-1].key
    return {
        "style": score.style,
        **({"last key": ends_in} if ends_in else {}),
        "key": f"{score.key}, later {moved}" if moved else score.key,
        "tempo": score.tempi[0].bpm,
        "beats": score.beats,
    }


def describe_sections(score: Score) -> tuple[jobs.Section, ...]:
    """The sections as the station knows them; their bars count from 1."""
    return tuple(jobs.Section(section.kind, section.bar + 1, section.energy) for section in score.sections)


def draw_title(random: RandomSource) -> str:
    """Draw a title, such as `Quiet Harbour` or `Lantern by the Window`."""
    adjective, noun, other = random.choose(ADJECTIVES), random.choose(NOUNS), random.choose(NOUNS)
    phrase = random.choose(PHRASES)
    templates = [
        (f"{adjective} {noun}", 4),
        (f"The {adjective} {noun}", 2),
        (f"{noun} {phrase}", 3),
        (f"{adjective} {noun} {phrase}", 1),
    ]
    if other != noun:
        templates.append((f"{noun} and {other}", 2))
    return random.choose_weighted(templates)


def find_style(band: Band) -> Style:
    if band.style not in STYLES:
        raise ComposeError(f"{band.style}: there is no such style; there are {', '.join(STYLES)}")
    return STYLES[band.style]


def _gather_players(band: Band, setting: Setting, asked: SongParameters, random: RandomSource) -> Band:
    """The band as it plays in this song. Nobody stays at home from a song for which players were asked for."""
    riffs = find_style(band).riffs.players
    company = max(USUAL, setting.company) if asked.wanted else setting.company
    return set_band(arrange_band(gather_company(band, company, riffs, random), asked), setting, asked.wanted, riffs)


def _make_parts(
    usual: Band, band: Band, setting: Setting, contexts: list[SectionContext], random: RandomSource
) -> tuple[Part, ...]:
    """The parts of all that play, still without notes; `usual` is the band without its guests."""
    parts = []
    for member in band.members:
        part = make_part(member, band.style, random.branch("part", member.name))
        share = find_share(member, band.members, usual) * setting.find_share(member.voice)
        level = round(min(1.0, part.level * share), 3)
        parts.append(msgspec.structs.replace(part, level=level))
    return (*parts, *([make_effects_part(band.style)] if _has_effects(band, contexts) else []))


def _choose_key(band: Band, asked: SongParameters, random: RandomSource) -> Key:
    if asked.key or asked.mode is None:
        return Key.parse(asked.key or random.branch("key").choose(band.keys))
    lineup = LINEUPS[band.style].keys if band.style in LINEUPS else ()
    for names in (band.keys, lineup):
        fitting = [name for name in names if Key.parse(name).mode == asked.mode]
        if fitting:
            return Key.parse(random.branch("key").choose(fitting))
    tonic = Key.parse(random.branch("key").choose(band.keys)).tonic
    return Key(tonic, "minor" if asked.mode == "minor" else "major")


def _choose_tempo(band: Band, asked: SongParameters, random: RandomSource) -> float:
    return asked.tempo or round(band.tempo * (1 + random.branch("tempo").draw_triangular(TEMPO_WIDTH)))


def _choose_ending(style: Style, asked: SongParameters, random: RandomSource) -> Ending:
    """Choose how the song ends. Where tempo and length are asked for, its last chord takes up the rest of the time."""
    is_fixed = bool(asked.seconds) and asked.tempo is not None
    return Ending.HELD if is_fixed else draw_ending(style.staging, random.branch("ending"))


def _plan_song(band: Band, asked: SongParameters, ending: Ending, random: RandomSource) -> Fit:
    """Choose tempo and form, so that the song is as long as was asked."""
    bpm, style = _choose_tempo(band, asked, random), find_style(band)
    if asked.seconds:
        length = Length(asked.seconds, style.beats, bpm, keeps_tempo=asked.tempo is not None, slows=ending.slows)
        return fit_length(length, band.forms, random.branch("form"))
    low, high = MINUTES
    minutes = asked.minutes or low + (high - low) * random.branch("minutes").draw_uniform()
    tolerance = TOLERANCE_ASKED if asked.minutes else TOLERANCE_FREE
    return Fit(plan_song_form(minutes * bpm / style.beats, band.forms, random.branch("form"), tolerance), bpm)


def _shift_energies(form: tuple[Section, ...], asked: SongParameters) -> tuple[Section, ...]:
    return tuple(
        msgspec.structs.replace(section, energy=shift_energy(section.energy, asked.energy)) for section in form
    )


def _choose_keys(style: Style, form: tuple[Section, ...], key: Key, random: RandomSource) -> list[Key]:
    """Choose the key of each section. A bridge, and all sections from the last chorus on, may be transposed."""
    bridge = key.transpose(random.choose_weighted(style.harmony.bridge_transpositions))
    final = key.transpose(random.choose_weighted(style.harmony.final_transpositions))
    last_chorus = next((index for index, section in enumerate(form) if section.energy == 1.0), len(form))
    return [
        final if index >= last_chorus else bridge if section.kind == "bridge" else key
        for index, section in enumerate(form)
    ]


def _make_contexts(
    band: Band, setting: Setting, form: tuple[Section, ...], keys: list[Key], random: RandomSource
) -> list[SectionContext]:
    """Make the context of each section. Sections of one kind share their harmony, and all share the song's motif."""
    style = find_style(band)
    motif, rhythm = draw_motif(random.branch("motif")), draw_rhythm(style, random.branch("rhythm"))
    rich = draw_enrichment(style.harmony, band.richness, random.branch("harmony", "palette"))
    riff = draw_riff(style.riffs, band.members, random.branch("riff"))

    language = set_harmony(style.harmony, setting)
    going_round = VAMPING if setting.is_vamp else ROUND

    @cache
    def harmonise(kind: str, length: int, key: Key) -> tuple[BarChords, ...]:
        branch = random.branch("harmony", kind)
        return Harmoniser(key, band.colour, language, branch, rich).make_progression(kind, length)

    bars: list[tuple[BarChords, ...]] = []
    for section, key, next_key in zip(form, keys, [*keys[1:], keys[-1]], strict=True):
        kind = "verse" if setting.goes_round and section.kind in going_round else section.kind
        plain = harmonise(kind, section.bars, key)
        bars.append(lead_into_key(plain, next_key) if next_key != key else plain)
    written: dict[Hashable, Tune] = {}
    firsts = [chords[0][0] for chords in bars[1:]] + [keys[-1].build_chord(0)]
    return [
        SectionContext(
            section=section,
            style=style,
            key=key,
            bars=chords,
            following=first,
            motif=motif,
            rhythm=rhythm,
            riff=riff if riff and section.kind in riff.kinds else None,
            loop=setting.loop,
            is_thin=setting.is_thin,
            is_free=setting.is_free,
            touch=setting.touch,
            has_halves=setting.has_halves,
            is_strict=setting.loop > 0 and setting.is_vamp,
            swing=band.swing,
            fills=band.fills,
            development=band.development,
            syncopation=band.syncopation,
            pickups=band.pickups,
            leaps=band.leaps,
            written=written,
        )
        for section, key, chords, first in zip(form, keys, bars, firsts, strict=True)
    ]


def _place_hook(contexts: list[SectionContext], band: Band, random: RandomSource) -> list[SectionContext]:
    """Let the intro quote the head of the first chorus, tune and chords, unless it has the song's riff."""
    opening, chorus = contexts[0], next((one for one in contexts if one.section.kind == "chorus"), None)
    soloist = next((member for member in band.members if member.voice == "melody"), None)
    if opening.section.kind != "intro" or opening.riff or chorus is None or soloist is None:
        return contexts
    begin = 0 if opening.stage.opening in HOOKED else opening.section.bars // 2
    longer = chorus.section.bars - opening.section.bars
    if longer < 0 or longer % PHRASE_BARS or chorus.key != opening.key:
        return contexts
    source, section = random.branch("part", soloist.name), chorus.section
    hook = Ahead(chorus, source.branch(section.kind), source.branch(section.kind, section.number))
    bars = opening.bars[:begin] + chorus.bars[: opening.section.bars - begin]
    return [msgspec.structs.replace(opening, bars=bars, hook=hook, hook_bar=begin), *contexts[1:]]


def _mark_key(context: SectionContext, key: Key) -> Section:
    return msgspec.structs.replace(context.section, key="" if context.key == key else context.key.name)


def _mark_chords(contexts: list[SectionContext]) -> tuple[ChordMark, ...]:
    return tuple(
        ChordMark(((context.section.bar + bar) * context.steps + step) * STEP, chord.symbol)
        for context in contexts
        for bar, step, chord in list_chord_changes(context.bars)
    )


def _play_sections(
    band: Band,
    setting: Setting,
    form: tuple[Section, ...],
    contexts: list[SectionContext],
    bpm: float,
    random: RandomSource,
) -> Iterator[SectionNotes]:
    """`form` has the sections with their usual energies, `contexts` with those that were asked for."""
    sources = [random.branch("part", member.name) for member in band.members]
    human = [source.branch("human") for source in sources]  # goes on from section to section
    members = [
        set_register(fit_to_instrument(member, choose_instrument(member, source)), setting)
        for member, source in zip(band.members, sources, strict=True)
    ]
    for index, context in enumerate(contexts):
        playing = [may_play(member, form[index].energy, context.section.energy) for member in members]
        following = contexts[index + 1] if index + 1 < len(contexts) else None
        played = stage_section(_play_section(members, playing, context, sources, following), members, context)
        performed = [
            perform(notes, context, member, bpm, timing)
            for notes, member, timing in zip(played, members, human, strict=True)
        ]
        effects = [Performance(play_reversed_cymbal(context, bpm))] if _has_effects(band, contexts) else []
        yield performed + effects


def _has_effects(band: Band, contexts: list[SectionContext]) -> bool:
    """Whether a reversed cymbal is heard: a song without drums that was asked for has none either."""
    has_drums = any(member.voice == "drums" for member in band.members)
    return has_drums and any(context.stage.seam is Seam.REVERSE for context in contexts)


def _play_section(
    members: list[Member],
    playing: list[bool],
    context: SectionContext,
    sources: list[RandomSource],
    following: SectionContext | None,
) -> list[list[GridNote]]:
    """Play one section: the tune first, because the others keep clear of it, and with the section that follows in
    sight, because its tune may begin with a pickup."""
    played: list[list[GridNote]] = [[] for _ in members]
    for index in sorted(range(len(members)), key=lambda index: members[index].voice != "melody"):
        if playing[index] and members[index].name != DOUBLE:
            is_tune = members[index].voice == "melody"
            knowing = _look_ahead(context, following, sources[index]) if is_tune and following else context
            played[index] = _play_member(members[index], knowing, sources[index])
            if members[index].voice == "melody":
                context = msgspec.structs.replace(context, tune=(*context.tune, *played[index]))
    for index, member in enumerate(members):
        if playing[index] and member.name == DOUBLE:
            played[index] = double_bass(played, members, member, context.key)
    return played


def _look_ahead(context: SectionContext, following: SectionContext, random: RandomSource) -> SectionContext:
    section = following.section
    material, occurrence = random.branch(section.kind), random.branch(section.kind, section.number)
    return msgspec.structs.replace(context, ahead=Ahead(following, material, occurrence))


def _play_member(member: Member, context: SectionContext, random: RandomSource) -> list[GridNote]:
    """Play one member. Sections of one kind share the branch `material`; each has a branch `occurrence` of its own."""
    section = context.section
    material, occurrence = random.branch(section.kind), random.branch(section.kind, section.number)
    if context.riff and member.name in context.riff.players:
        return play_riff(context, member)
    if section.kind == "ending":
        return play_ending(lambda own: VOICES[member.voice](own, member, material, occurrence), context, member)
    return VOICES[member.voice](context, member, material, occurrence)
