"""`bandstand blindtest`: pairs of excerpts, one of the station's bands and one that a person arranged, in random order.

Whoever listens says of each pair which one a person wrote. Both are played through the same soundfont, mastered alike,
brought to the same loudness and cut to the same length, so that only the music can give them away. The order is drawn
for each pair and kept in the folder's `key.json`; the answers are kept in `answers.json` as they are given, so that a
test can be ended and gone on with. The result is the share of pairs that were told apart, with its exact binomial
interval (Clopper & Pearson, Biometrika 26, 1934): half of them is chance.

Knows players and a terminal only by the functions that it is given; `main` puts them together.
"""

import argparse
import math
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np

from bandstand.common import config
from bandstand.common.errors import ComposeError, Missing
from bandstand.common.files import explain_write, replace_whole
from bandstand.common.lineups import HOUSE
from bandstand.common.types import RATE, Frames, Lufs, Seconds
from bandstand.composer.audio import BLOCK_FRAMES, Block, export_segment, make_segment
from bandstand.composer.compose import compose
from bandstand.composer.loudness import measure_loudness
from bandstand.composer.master import master_song
from bandstand.composer.midi_files import PACKAGES, ROOT, MidiFile, list_files, read_score
from bandstand.composer.random_source import RandomSource
from bandstand.composer.score import EXPRESSION, VIBRATO, Score
from bandstand.composer.streaming_score import StreamingScore
from bandstand.composer.synth import Synthesiser, find_synthesiser
from bandstand.composer.tone import shape_tone

KEY, ANSWERS = "key.json", "answers.json"
PAIRS: Final = 10
SECONDS: Final = Seconds(20.0)
LOUDNESS: Final = Lufs(-19.0)
"""Of every excerpt: low enough that loud music is hardly limited."""
BEGINS: Final = 0.3
"""Share of a song before its excerpt, which begins with a bar: after the introduction."""
FADE: Final = Seconds(1.0)
PEDAL: Final = 64
PLAYABLE: Final = (VIBRATO, EXPRESSION, PEDAL)
"""Controllers of a person's file that are played. Volume and place are those of its beginning."""
CONFIDENCE: Final = 0.95
PLAYERS: Final = {
    "ffplay": ["-nodisp", "-autoexit", "-loglevel", "error"],
    "mpv": ["--no-video", "--really-quiet"],
}
"""From the program to its options; the first that is there is taken."""


class Pair(msgspec.Struct, frozen=True):
    """A pair: what is ours and what is a person's, and which of the two is heard first."""

    style: str
    seed: int
    source: str
    title: str
    is_ours_first: bool


class Plan(msgspec.Struct, frozen=True):
    """What a test consists of: its pairs, and the length of their excerpts."""

    seconds: Seconds
    pairs: tuple[Pair, ...]


class Result(NamedTuple):
    """How many pairs were told apart, and between which shares the true one lies."""

    right: int
    heard: int
    low: float
    high: float

    def __str__(self) -> str:
        if not self.heard:
            return "no pair has been answered yet"
        share = self.right / self.heard
        chance = "chance is in that range" if self.low <= 0.5 <= self.high else "more than chance"
        if self.high < 0.5:
            chance = "the bands were taken for people more often than people were"
        return (
            f"{self.right} of {self.heard} pairs told apart, {share:.0%}"
            f" ({self.low:.0%} to {self.high:.0%} with 95 % confidence); half is chance, and {chance}"
        )


def draw_pairs(people: Sequence[MidiFile], styles: Sequence[str], count: int, seed: int) -> tuple[Pair, ...]:
    """Draw `count` pairs: the styles in turn, and arrangements of which none comes twice before all have come.

    Files that are no arrangement are passed over. Raises ComposeError if none is.
    """
    random = RandomSource(seed, "/blind test")
    left, good = list(people), list[MidiFile]()
    pairs: list[Pair] = []
    while len(pairs) < count:
        if not left:
            if not good:
                raise ComposeError(
                    "none of the MIDI files is an arrangement in 2/4, 3/4 or 4/4 of three to fifteen parts"
                )
            left, good = good, []
        file = left.pop(random.draw_index(len(left)))
        if read_score(file) is None:
            continue
        good.append(file)
        style = styles[len(pairs) % len(styles)]
        pairs.append(Pair(style, random.draw_index(2**31), file.source, file.name, random.draw_bool(0.5)))
    return tuple(pairs)


def compute_result(answers: Sequence[bool]) -> Result:
    """The result of these answers, true for right ones."""
    low, high = find_interval(sum(answers), len(answers))
    return Result(sum(answers), len(answers), low, high)


def find_interval(right: int, count: int) -> tuple[float, float]:
    """The exact binomial interval of a share: `right` of `count`, both ends with half of the error."""
    error = (1 - CONFIDENCE) / 2

    def at_least(share: float) -> float:
        return sum(math.comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(right, count + 1))

    def at_most(share: float) -> float:
        return sum(math.comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(right + 1))

    low = _bisect(lambda share: at_least(share) < error) if right else 0.0
    high = _bisect(lambda share: at_most(share) > error) if right < count else 1.0
    return low, high


def _bisect(is_below: Callable[[float], bool]) -> float:
    """The share up to which `is_below` is true."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return low


def render_excerpt(score: Score, seconds: Seconds, synthesiser: Synthesiser) -> Block:
    """Render an excerpt from a bar after `BEGINS` of the song: shape (frames, 2), at `LOUDNESS`, faded."""
    bar = int(score.ticks * BEGINS) // score.bar
    first = int(score.seconds(bar * score.bar) * RATE) // BLOCK_FRAMES
    blocks = int(seconds * RATE) // BLOCK_FRAMES
    song, renderer = StreamingScore.from_score(score), synthesiser.make_renderer()
    with closing(renderer):
        raw = list(islice(shape_tone(renderer.render(song, single=first + blocks)), first, first + blocks))
    loudness = measure_loudness(raw)
    gain = 10 ** ((LOUDNESS - loudness) / 20) if math.isfinite(loudness) else 1.0
    frames, fade = Frames(blocks * BLOCK_FRAMES), Frames(round(FADE * RATE))
    sound = np.concatenate(list(master_song(iter(raw), frames, lambda at: np.full(len(at), gain), fade)))
    rise = np.minimum(1.0, np.arange(len(sound)) / (fade / 10))
    return np.asarray(sound * rise[:, None], np.float32)


def prepare_person(score: Score) -> Score:
    """A person's score with the controllers that are played."""
    parts = tuple(
        msgspec.structs.replace(part, controls=tuple(one for one in part.controls if one.number in PLAYABLE))
        for part in score.parts
    )
    return msgspec.structs.replace(score, parts=parts)


class BlindTest:
    """A blind test in a folder. `people` are the files among which are those of its pairs."""

    def __init__(self, folder: Path, people: Sequence[MidiFile], synthesiser: Synthesiser) -> None:
        self._folder, self._synthesiser = folder, synthesiser
        self._people = {(one.source, one.name): one for one in people}
        plan = msgspec.json.decode((folder / KEY).read_bytes(), type=Plan)
        self._seconds, self.pairs = plan.seconds, plan.pairs
        answers = folder / ANSWERS
        self.answers = msgspec.json.decode(answers.read_bytes(), type=list[bool]) if answers.is_file() else []

    @property
    def is_over(self) -> bool:
        return len(self.answers) >= len(self.pairs)

    def write_pair(self, number: int) -> tuple[Path, Path]:
        """Write the two files of a pair, counted from 0, if they are not there. Returns them in the order to be heard.

        Raises ComposeError if the arrangement is no longer where the test was begun with.
        """
        pair = self.pairs[number]
        paths = (self._folder / f"{number + 1:02}-a.wav", self._folder / f"{number + 1:02}-b.wav")
        ours, theirs = paths if pair.is_ours_first else paths[::-1]
        if not ours.is_file():
            band = next(band for band in HOUSE.values() if band.style == pair.style)
            self._write(compose(band, pair.seed, {}), ours)
        if not theirs.is_file():
            file = self._people.get((pair.source, pair.title))
            score = read_score(file) if file else None
            if score is None:
                raise ComposeError(f"{pair.title} of {pair.source}, of pair {number + 1}, is not there any more")
            self._write(prepare_person(score), theirs)
        return paths

    def record_answer(self, is_second: bool) -> None:
        """Keep the answer to the next pair: whether the second one is taken for a person's."""
        self.answers.append(self.pairs[len(self.answers)].is_ours_first == is_second)
        with replace_whole(self._folder / ANSWERS) as partial:
            partial.write_bytes(msgspec.json.encode(self.answers))

    def _write(self, score: Score, path: Path) -> None:
        sound = render_excerpt(score, self._seconds, self._synthesiser)
        try:
            with replace_whole(path) as partial:
                export_segment(make_segment(iter([sound]), 0), partial, "wav", {})
        except OSError as error:
            raise ComposeError(f"{path}: cannot be written: {explain_write(error, path)}") from None


def ask(test: BlindTest, play: Callable[[Path], None] | None, lines: Iterator[str], say: Callable[[str], None]) -> None:
    """Ask about every pair that is not answered yet, until `lines` end or one of them is `q`."""
    while not test.is_over:
        number = len(test.answers)
        first, second = test.write_pair(number)
        say(f"pair {number + 1} of {len(test.pairs)}: {first} and {second}")
        answer = "r"
        while answer == "r":
            if play:
                for path in (first, second):
                    say(f"  {path.stem[-1]} ...")
                    play(path)
            say("which one did a person write? a, b, r to hear them again, q to stop")
            answer = next(lines, "q").strip().lower()
            while answer not in ("a", "b", "r", "q"):
                say("a, b, r or q?")
                answer = next(lines, "q").strip().lower()
        if answer == "q":
            return
        test.record_answer(answer == "b")


def find_player(find: Callable[[str], str | None] = shutil.which) -> Callable[[Path], None] | None:
    """What plays a file on this machine, or None if there is no player."""
    for name, options in PLAYERS.items():
        if find(name):
            return lambda path: _play([name, *options, str(path)])
    return None


def _play(command: list[str]) -> None:
    """Play a file. A player that fails has said why; the files are there for another one."""
    subprocess.run(command, stdin=subprocess.DEVNULL, check=False)


def find_people(folder: Path | None) -> list[MidiFile]:
    """The MIDI files below a folder, or those of the packages. Raises ComposeError if there are none."""
    if folder and not folder.is_dir():
        raise ComposeError(f"{folder}: there is no such folder")
    people = list(list_files([folder or ROOT]))
    if not people:
        where = f"{folder} has no MIDI files" if folder else "there is no music of people here"
        raise ComposeError(
            f"{where}; Debian's packages {' and '.join(PACKAGES)} have some: apt-get install {PACKAGES[0]}"
        )
    return people


def main(arguments: list[str]) -> int:
    """Run `bandstand blindtest`. Raises BandstandError."""
    parser = argparse.ArgumentParser(prog="bandstand blindtest", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--people", type=Path, metavar="FOLDER", help="people's MIDI files; else those of the packages")
    parser.add_argument("--folder", type=Path, default=Path("blindtest"), help="where pairs and answers are kept")
    parser.add_argument("--pairs", type=int, default=PAIRS, help=f"{PAIRS} without it")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"of each excerpt; {SECONDS:g} without it")
    parser.add_argument("--style", action="append", help="only this style of ours; may be given repeatedly")
    parser.add_argument("--seed", type=int, help="the same seed draws the same pairs")
    parser.add_argument("--write", action="store_true", help="write all pairs as WAV files and ask nothing")
    parser.add_argument("--result", action="store_true", help="say the result so far, and ask nothing")
    parser.add_argument("--config", metavar="FILE", help="the configuration file, for its soundfont")
    options = parser.parse_args(arguments)
    if options.pairs < 1 or options.seconds < 1:
        raise ComposeError("--pairs and --seconds are at least 1")
    folder: Path = options.folder
    if options.result and not (folder / KEY).is_file():
        raise ComposeError(f"{folder}: no blind test has been begun there")
    people = [] if options.result else find_people(options.people)
    if not (folder / KEY).is_file():
        _begin(folder, people, options)
    settings = config.load(config.find(options.config))
    test = BlindTest(folder, people, find_synthesiser(settings.composer.soundfont))
    if options.write:
        for number in range(len(test.pairs)):
            print(*test.write_pair(number), flush=True)
        print(f"listen, then answer: bandstand blindtest --folder {folder}")
        return 0
    if not options.result:
        play = find_player()
        if play is None:
            print("there is no player here (mpv or ffplay): listen to the files with your own")
        ask(test, play, iter(sys.stdin), lambda line: print(line, flush=True))
    print(compute_result(test.answers))
    if test.is_over:
        print("\n".join(_tell(number, pair) for number, pair in enumerate(test.pairs, 1)))
    return 0


def _begin(folder: Path, people: Sequence[MidiFile], options: argparse.Namespace) -> None:
    """Draw the pairs of a new test and keep them."""
    known = [band.style for band in HOUSE.values()]
    styles: list[str] = options.style or known
    if unknown := [style for style in styles if style not in known]:
        raise ComposeError(f"{unknown[0]}: there is no such style; there are {', '.join(known)}")
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    random = RandomSource(seed, "/styles")
    order = sorted(styles, key=lambda _: random.draw_uniform())
    plan = Plan(Seconds(options.seconds), draw_pairs(people, order, options.pairs, seed))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replace_whole(folder / KEY) as partial:
            partial.write_bytes(msgspec.json.encode(plan))
    except OSError as error:
        raise Missing(f"{folder}: cannot be written: {error.strerror}") from None


def _tell(number: int, pair: Pair) -> str:
    ours, theirs = ("a", "b") if pair.is_ours_first else ("b", "a")
    return f"{number:2}: {ours} is our {pair.style}, seed {pair.seed}; {theirs} is {pair.title} of {pair.source}"
