"""Commands for those who write generators: watch a program, compare two songs, mark a place that is heard."""

from typing import Final

from bandstand.bot.commands.phrases import name_song, say_place
from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.commands.songs import get_parameters, parse_seed
from bandstand.bot.commands.table import Call, Command, Param
from bandstand.common import song_parameters
from bandstand.common.api import requests, results
from bandstand.common.api.requests import DEFAULT_BARS
from bandstand.common.errors import UsageError
from bandstand.common.generators import Parameter, written
from bandstand.common.text import counted

MOST_BARS: Final = 64
BAND_CHOOSES: Final = "the band's choice"


def name_watch(generator: str) -> str:
    """The `job` of replies about a watch: what `ctl --wait watch NAME` follows until the watch ends."""
    return f"watch {generator}"


def show_generators(result: results.Generators, _: Call) -> Reply:
    if not result.generators:
        return Reply("there are no generators but the bands; docs/generators.md says how to declare one")
    rows = tuple(
        (one.name, one.help, one.version, one.trouble or ("watched" if one.is_watched else ""))
        for one in result.generators
    )
    summary = f"{counted(len(rows), 'generator')}; help generate NAME shows the parameters of one"
    return Reply(summary, columns=("name", "is", "version", ""), rows=rows)


def show_reloaded(result: results.Reloaded, _: Call) -> Reply:
    """An error where something is wrong, so that a shell's exit status says so."""
    if result.faults:
        rows = tuple((fault,) for fault in result.faults[1:])
        good = f"; taken up: {', '.join(result.generators)}" if result.generators else "; nothing else was taken up"
        return Reply(f"{result.faults[0]}{good}", Level.ERROR, columns=("also wrong",) if rows else (), rows=rows)
    names = ", ".join(result.generators) or "no generators"
    return Reply(f"{result.file} is read again: {names}")


def show_generator(result: results.GeneratorDetails) -> Reply:
    """The parameters of one generator, or of a band, for `help generate NAME`."""
    if result.band:
        rows = tuple((name, takes, BAND_CHOOSES, help) for name, takes, help in song_parameters.described())
        means = f"a song by {result.band}"
    else:
        rows = tuple((name, one.expected, _say_default(one), one.help) for name, one in result.parameters.items())
        means = result.help
    summary = f"generate {result.name} [NAME=VALUE ...]" + (f": {means}" if means else "")
    return Reply(summary, columns=("parameter", "takes", "without it", "means"), rows=rows)


def _say_default(parameter: Parameter) -> str:
    return "must be given" if parameter.default is None else written(parameter.default)


def parse_watch(call: Call) -> requests.Request:
    return requests.WatchGenerator(
        generator=call["generator"].lower(),
        parameters=get_parameters(call),
        seed=parse_seed(call),
        continues="here" in call.options,
    )


def show_watching(result: results.Watching, _: Call) -> Reply:
    name = result.generator
    where = ", and goes on at the place that is heard" if result.continues else ""
    when = f"it runs now, and again whenever it is saved{where}; unwatch {name} ends that"
    said = f"watching {name} with seed {result.seed}: {when}"
    return Reply(said, job=name_watch(name))


def show_unwatched(result: results.Unwatched, _: Call) -> Reply:
    return Reply(f"{', '.join(result.generators)} is not watched any more")


def parse_compare(call: Call) -> requests.Request:
    text = call.options.get("bars", str(DEFAULT_BARS))
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MOST_BARS):
        raise UsageError(f"compare SONG OTHER bars=NUMBER (from 1 to {MOST_BARS})")
    return requests.CompareSongs(first=call["song"], second=call["other"], bars=int(text))


def show_comparing(result: results.Comparing, _: Call) -> Reply:
    turns = f"turns of {counted(result.bars, 'bar')}, X first"
    said = f"job {result.job} lets X and Y take {turns} ({result.song}); vote X or vote Y"
    return Reply(said, job=str(result.job))


def show_voted(result: results.Voted, _: Call) -> Reply:
    return Reply(f"your vote is for {result.choice.upper()}; vote again to change it")


def say_revealed(x: str, y: str, x_votes: int, y_votes: int) -> str:
    """Which song is which, given their names."""
    return f"X is {x}, {counted(x_votes, 'vote')}; Y is {y}, {counted(y_votes, 'vote')}"


def show_revealed(result: results.Revealed, _: Call) -> Reply:
    return Reply(say_revealed(name_song(result.x), name_song(result.y), result.x_votes, result.y_votes))


def show_bookmarked(result: results.Bookmarked, _: Call) -> Reply:
    song = result.song
    return Reply(f"marked {name_song(song)} at {say_place(result.at)}; song {song.code} shows it")


WATCH_SEED: Final = Param(
    "seed", "the number that the songs grow from; without one, that of its last song", is_required=False, value="NUMBER"
)
HERE: Final = Param(
    "here", "a new version goes on at the place that is heard, rather than at its beginning", is_required=False
)

COMMANDS: Final = (
    Command(
        "generators",
        lambda _: requests.ListGenerators(),
        show_generators,
        "the users' own generators",
        "generators",
        (requests.ListGenerators,),
    ),
    Command(
        "reload",
        lambda _: requests.ReloadGenerators(),
        show_reloaded,
        "read the generators of bandstand.toml again",
        "reload",
        (requests.ReloadGenerators,),
    ),
    Command(
        "watch",
        parse_watch,
        show_watching,
        "run a generator now, and again whenever its program is saved",
        "watch mine tempo=140",
        (requests.WatchGenerator,),
        (Param("generator", "a generator's name, as generators shows it", names=("generator",)),),
        options=(WATCH_SEED, HERE),
        takes_any_option=True,
    ),
    Command(
        "unwatch",
        lambda call: requests.UnwatchGenerator(generator=call["generator"].lower()),
        show_unwatched,
        "watch a generator no longer",
        "unwatch mine",
        (requests.UnwatchGenerator,),
        (Param("generator", "a generator's name; without one, all of them", is_required=False, names=("generator",)),),
    ),
    Command(
        "compare",
        parse_compare,
        show_comparing,
        "let two songs take turns, not saying which is which",
        "compare 7kq3 x2mv bars=8",
        (requests.CompareSongs,),
        (
            Param("song", "a code, or a title in quotes", names=("song",)),
            Param("other", "the other song, likewise", names=("song",)),
        ),
        options=(Param("bars", f"the length of a turn; {DEFAULT_BARS} without it", is_required=False, value="NUMBER"),),
    ),
    Command(
        "vote",
        lambda call: requests.Vote(choice=call["choice"].lower()),
        show_voted,
        "say which song of a comparison is better",
        "vote X",
        (requests.Vote,),
        (Param("choice", "X or Y"),),
    ),
    Command(
        "reveal",
        lambda _: requests.Reveal(),
        show_revealed,
        "say which song of a comparison is which, and count the votes",
        "reveal",
        (requests.Reveal,),
    ),
    Command(
        "mark",
        lambda call: requests.AddBookmark(note=call["note"]),
        show_bookmarked,
        "note the place that you hear right now, with its bar and section",
        "mark the bass is late here",
        (requests.AddBookmark,),
        (Param("note", "what you want to say of it", is_required=False, is_rest=True),),
    ),
)
