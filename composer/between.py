"""Makes what is heard between songs: idents and bridges, from the job to the files.

They are short and need not be heard while they are made, so each is rendered whole, measured, and brought to the
station's loudness before anything is written. A voice may speak the station's name over an ident's last chord, never
over its tune; the music is softer under it.
"""

import logging
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from bandstand.common.bands import Band
from bandstand.common.errors import Missing
from bandstand.common.generators import IDENT
from bandstand.common.jobs import Done, Job, Noticed, Provenance
from bandstand.common.station_motif import parse_motif
from bandstand.common.types import RATE, Frames, Lufs
from bandstand.composer.audio import BLOCK_FRAMES, Block, FlacWriter
from bandstand.composer.bridges import BridgePlan, compose_bridge
from bandstand.composer.compose import VERSION, describe
from bandstand.composer.folder import SongFolder, publish_song, read_finished
from bandstand.composer.idents import IdentPlan, compose_ident
from bandstand.composer.loudness import LoudnessMeter, measure_loudness, round_decibels
from bandstand.composer.master import Gains, limit_peaks, master_song, take_frames
from bandstand.composer.recorder import FILES, make_tags
from bandstand.composer.score import encode_score
from bandstand.composer.speech import say
from bandstand.composer.spool import Report
from bandstand.composer.streaming_score import StreamingScore
from bandstand.composer.synth import Renderer, Synthesiser
from bandstand.composer.tone import shape_tone

HOLD: Final = 2.2
"""Seconds for which an ident's last chord is held, where nobody speaks over it."""
TAIL: Final = 0.6
"""Seconds of sound after that, and after a bridge's last bar."""
IDENT_FADE, BRIDGE_FADE = 1.5, 0.6
"""Seconds of the fade to nothing at the end, against a click."""
BELOW: Final = 1.0
"""Decibels by which a bridge is softer than a whole song: so are the endings and introductions beside it (on the air
they were .6 and 1.9 dB softer, as a mean of eight)."""
NEXT: Final = 0.9
"""Seconds before an ident's end when the next song may begin."""
LONGEST: Final = 8.0
"""Seconds of an ident, unless the station's name takes longer to speak."""
SPEECH_AFTER, SPEECH_ROOM = 0.15, NEXT + 0.1
"""Seconds from the last note of the tune to the speech, and from its end to the ident's: no song begins over it."""
DUCKED: Final = 0.35
"""Gain of the music under speech."""
PASSES: Final = 2
"""Measurements of the loudness: the limiter takes some of what the first one adds."""
LARGEST_GAIN: Final = 24.0

log = logging.getLogger("composer")


class Rendered(NamedTuple):
    song: StreamingScore
    sound: Block
    next_at: float


def make_between(job: Job, band: Band, synthesiser: Synthesiser, renderer: Renderer, report: Report) -> Done:
    """Make an ident or a bridge. Raises BandstandError, or OSError if the folder cannot be written."""
    finished = read_finished(job)
    if finished:
        return finished
    began = time.perf_counter()
    try:
        make = _make_ident if job.generator == IDENT else _make_bridge
        song, sound, next_at = make(job, band, renderer, report)
    finally:
        renderer.close()
    header, meter = song.header, LoudnessMeter()
    with SongFolder(Path(job.directory)) as folder:
        flac = FlacWriter(folder.path / FILES["audio"], job.seed, make_tags(header))
        for block in _cut(sound):
            flac.push(block)
            meter.push(block)
        flac.close()
        (folder.path / FILES["score"]).write_bytes(encode_score(song.complete()))
        loudness, peak = meter.finish()
        done = Done(
            song=job.song, title=header.title, artist=header.artist, seconds=round(len(sound) / RATE, 3),
            generator=job.generator, seed=job.seed, parameters=job.parameters, loudness=round_decibels(loudness),
            peak=round_decibels(peak), making=round(time.perf_counter() - began, 3), next_at=round(next_at, 3),
            facts=describe(header) | synthesiser.facts, provenance=Provenance(composer=VERSION),
            files={kind: FILES[kind] for kind in ("audio", "score")},
        )  # fmt: skip
        return publish_song(folder, job, done)


def _make_ident(job: Job, band: Band, renderer: Renderer, report: Report) -> Rendered:
    values = job.parameters
    name = str(values.get("name", ""))
    speech = _speak(name, str(values.get("voice", "")), report)
    hold = HOLD if speech is None else max(HOLD, SPEECH_AFTER + len(speech) / RATE + SPEECH_ROOM - TAIL)
    plan = IdentPlan(
        title=name, key=str(values["key"]), tempo=float(values["tempo"]), motif=parse_motif(str(values["motif"])),
        hold=hold,
    )  # fmt: skip
    song = compose_ident(band, job.seed, plan)
    ending = song.header.sections[-1]
    tune = song.header.seconds(ending.bar * song.header.bar)
    seconds = min(LONGEST, tune + hold + TAIL) if speech is None else tune + hold + TAIL
    sound = render_levelled(song, renderer, Lufs(job.loudness), seconds, IDENT_FADE)
    if speech is not None:
        sound = speak_over(sound, speech, tune + SPEECH_AFTER, Lufs(job.loudness))
    return Rendered(song, sound, len(sound) / RATE - NEXT)


def _make_bridge(job: Job, band: Band, renderer: Renderer, report: Report) -> Rendered:
    values = job.parameters
    plan = BridgePlan(
        title=str(values.get("title", "")) or "bridge", key=str(values["key"]), tempo=float(values["tempo"]),
        to_key=str(values["to_key"]), to_tempo=float(values["to_tempo"]),
    )  # fmt: skip
    song = compose_bridge(band, job.seed, plan)
    end = song.header.seconds(song.header.ticks)
    sound = render_levelled(song, renderer, Lufs(job.loudness - BELOW), end + TAIL, BRIDGE_FADE)
    return Rendered(song, sound, end)


def _speak(name: str, voice: str, report: Report) -> Block | None:
    """The station's name, spoken; None without a voice, or where it cannot speak, which is told."""
    if not voice or not name:
        return None
    try:
        return say(name, voice)
    except Missing as error:
        log.warning("an ident without its voice: %s", error)
        report(Noticed(f"the ident has no voice: {error}"))
        return None


def render_levelled(song: StreamingScore, renderer: Renderer, target: Lufs, seconds: float, fade: float) -> Block:
    """Render a short score whole: `seconds` long, at the target loudness, its last `fade` seconds faded out."""
    length, fading = Frames(round(seconds * RATE)), Frames(round(fade * RATE))
    raw = list(take_frames(shape_tone(renderer.render(song, single=0)), length))
    decibels, sound = 0.0, np.zeros((0, 2), np.float32)
    for attempt in range(PASSES + 1):
        linear = 10 ** (decibels / 20)
        sound = np.concatenate(list(master_song(iter(raw), length, partial(_make_even, linear), fading)))
        if attempt < PASSES:
            wanted = decibels + target - measure_loudness(_cut(sound))
            decibels = max(-LARGEST_GAIN, min(LARGEST_GAIN, wanted))
    return sound


def _make_even(linear: float, frames: npt.NDArray[np.int64]) -> Gains:
    return np.full(len(frames), linear)


def speak_over(music: Block, speech: Block, at: float, target: Lufs) -> Block:
    """Lay speech over music from second `at` on, at the target loudness; the music goes down for it and comes back."""
    begin = max(0, min(round(at * RATE), len(music) - len(speech)))
    speech = speech[: len(music) - begin]
    gain = 10 ** ((target - measure_loudness(_cut(speech))) / 20)
    ramp = round(0.12 * RATE)
    envelope = np.ones(len(music) + 2 * ramp, np.float32)
    envelope[begin + ramp : begin + ramp + len(speech)] = DUCKED
    smooth = np.convolve(envelope, np.hanning(ramp) / np.hanning(ramp).sum(), "same")[ramp : ramp + len(music)]
    mixed = music * smooth[:, None].astype(np.float32)
    mixed[begin : begin + len(speech)] += speech * np.float32(gain)
    return np.concatenate(list(limit_peaks(iter(_cut(mixed, pads=True)))))[: len(music)]


def _cut(sound: Block, pads: bool = False) -> Sequence[Block]:
    """The sound in blocks of `BLOCK_FRAMES`; the last one is shorter, unless silence fills it up."""
    if pads and len(sound) % BLOCK_FRAMES:
        sound = np.concatenate((sound, np.zeros((BLOCK_FRAMES - len(sound) % BLOCK_FRAMES, 2), np.float32)))
    return [sound[at : at + BLOCK_FRAMES] for at in range(0, len(sound), BLOCK_FRAMES)]
