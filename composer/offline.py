"""Composes a song and writes it to a file, without a station; on the farm, where there is one."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from bandstand.common.config import Config
from bandstand.common.errors import ComposeError
from bandstand.common.files import explain_write, is_full, replace_whole
from bandstand.common.jobs import Job, Value
from bandstand.common.text import clock
from bandstand.common.types import RATE, Lufs, Seconds, SongCode
from bandstand.composer.audio import CODECS, Block, export_segment, make_segment, write_flac
from bandstand.composer.compose import compose, find_band
from bandstand.composer.midi import make_midi
from bandstand.composer.recorder import make_tags
from bandstand.composer.score import Score
from bandstand.composer.streaming_score import StreamingScore
from bandstand.composer.synth import choose_fade, count_frames, find_synthesiser, render_song

USUAL: Final = "flac"
"""The kind of a file where nobody says one."""
Writer = Callable[[Score, Iterator[Block], Path], None]
"""Writes a song's score or its rendered blocks to a file."""


class NoRoom(ComposeError):
    """There is no room for the file, and so none for further ones."""


class SongOrder(NamedTuple):
    """What song is to be written."""

    band: str
    """The slug of a house band."""
    seed: int
    parameters: Mapping[str, Value]


def write_song(order: SongOrder, out: Path, settings: Config, client: Path | None = None) -> str:
    """Write a song to the file `out`, whose suffix says what kind it is. Returns a line that describes the song.

    The file appears whole or not at all. `client` is the socket of a farm client. Raises BandstandError.
    """
    band, seed, parameters = order
    kind = out.suffix.lower().removeprefix(".")
    members = find_band(band)
    if kind not in WRITERS:
        raise ComposeError(f"{out}: the name must end in one of {', '.join('.' + name for name in WRITERS)}")
    if not out.parent.is_dir():
        raise ComposeError(f"{out}: there is no such directory to write into")
    score = compose(members, seed, parameters)
    blocks = _render_score(score, settings, choose_fade(parameters))
    if client is not None:
        from bandstand.composer.farm.blocks import make_blocks

        job = Job(
            song=SongCode(f"{band}-{seed}"), generator=band, seed=seed, parameters=dict(parameters), directory="",
            loudness=settings.station.loudness, band=members,
        )  # fmt: skip
        blocks = make_blocks(job, blocks, client)
    try:
        with replace_whole(out) as partial:
            WRITERS[kind](score, blocks, partial)
    except OSError as error:
        sentence = f"{out}: cannot be written: {explain_write(error, out)}"
        raise (NoRoom if is_full(error) else ComposeError)(sentence) from None
    length = clock(count_frames(score) / RATE)
    return f"{out}: {score.title}, by {score.artist}, {score.key}, {score.tempi[0].bpm:g} bpm, {length}, seed {seed}"


def _render_score(score: Score, settings: Config, fade: Seconds) -> Iterator[Block]:
    """Render the song. Loads the synthesiser when the first block is read, so never for a MIDI file."""
    synthesiser = find_synthesiser(settings.composer.soundfont)
    song, loudness = StreamingScore.from_score(score), Lufs(settings.station.loudness)
    yield from render_song(song, synthesiser.make_renderer(), synthesiser, loudness, fade)


def _write_flac(score: Score, blocks: Iterator[Block], path: Path) -> None:
    write_flac(blocks, path, score.seed, make_tags(score))


def _write_midi(score: Score, blocks: Iterator[Block], path: Path) -> None:
    make_midi(score).save(path)


def _make_pydub_writer(kind: str) -> Writer:
    def write(score: Score, blocks: Iterator[Block], path: Path) -> None:
        export_segment(make_segment(blocks, score.seed), path, kind, make_tags(score))

    return write


WRITERS: Final[dict[str, Writer]] = {"flac": _write_flac, "mid": _write_midi} | {
    kind: _make_pydub_writer(kind) for kind in CODECS
}
"""Suffix of the file -> writer."""
