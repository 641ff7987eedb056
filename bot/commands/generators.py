"""Commands for those who write generators: watch the program, make a song again, note a place in it."""

from bot.commands.programme import checked_seed, named_band, wished
from bot.commands.table import Call, Command, Desk, Param
from bot.database.models import BEGUN, READY, REMADE
from bot.effects import Announce, Compose, Outcome, Sync
from bot.people.limits import SONGS
from bot.request import Level, Reply, Right
from bot.songs import comparisons, library, marks, programme, station, watches
from bot.songs.library import SongView
from common import generators, song_parameters
from common.errors import CommandError, UsageError
from common.generators import Generator, Parameter, written
from common.text import counted, one_line

SEED_LIMIT = programme.SEED_LIMIT


def show(_: Call, desk: Desk) -> Outcome:
    known = desk.view.generators
    if not known:
        return Outcome(Reply("there are no generators but the band; docs/generators.md says how one is declared"))
    watched = watches.watched()
    rows = tuple(
        (
            name,
            one.help or one.callable or " ".join(one.command),
            one.version,
            desk.view.generator_troubles.get(name, "watched" if name in watched else ""),
        )
        for name, one in known.items()
    )
    summary = f"{counted(len(rows), 'generator')}; help generate NAME shows the parameters of one"
    return Outcome(Reply(summary, columns=("name", "is", "version", ""), rows=rows))


def about(desk: Desk, words: str) -> Outcome:
    """The parameters of one generator, or of a band, for `help generate NAME`."""
    if words in desk.view.generators:
        generator = desk.view.generators[words]
        name, means = words, generator.help
        rows = tuple(
            (wish, one.expected, _default(one), one.help) for wish, one in generators.parameters(generator).items()
        )
    else:
        view = named_band(words, desk)
        name, means = view.slug, f"a song by {view.band.name}"
        rows = tuple((wish, takes, "the band's choice", help) for wish, takes, help in song_parameters.described())
    summary = f"generate {name} [NAME=VALUE ...]" + (f": {means}" if means else "")
    return Outcome(Reply(summary, columns=("parameter", "takes", "without it", "means"), rows=rows))


def _default(parameter: Parameter) -> str:
    return "must be given" if parameter.default is None else written(parameter.default)


def known(desk: Desk, name: str) -> Generator:
    generator = desk.view.generators.get(name)
    if generator is None:
        named = ", ".join(desk.view.generators) or "none; docs/generators.md says how one is declared"
        raise CommandError(f"{one_line(name, 40)}: there is no such generator; there are {named}")
    return generator


def watch(call: Call, desk: Desk) -> Outcome:
    name = call["program"].lower()
    generator = known(desk, name)
    last = library.newest_of(name)
    before = last.parameters if last else {}
    parameters = wished(desk.view, name, call.options, before)
    seed = checked_seed(call.options.get("seed", ""))
    if seed is None:
        seed = last.seed if last else int(desk.chance.random() * SEED_LIMIT)
    request = call.request
    watches.begin(name, seed, parameters, who=request.who, where=request.where, person=call.person, now=desk.now)
    effects = watches.saved(name, generator, desk.now, desk.chance)
    said = f"watching {name} with seed {seed}: it runs now, and again whenever it is saved; unwatch {name} ends that"
    return Outcome(Reply(said, job=watches.waiting_for(name)), effects)


def unwatch(call: Call, desk: Desk) -> Outcome:
    names = [call["program"].lower()] if call["program"] else watches.watched()
    ended = {name: effects for name in names if (effects := watches.end(name))}
    if not ended:
        raise CommandError(f"{one_line(names[0], 40)} is not watched" if names else "nothing is watched")
    return Outcome(
        Reply(f"{', '.join(ended)}: not watched any more"), tuple(one for effects in ended.values() for one in effects)
    )


def replay(call: Call, desk: Desk) -> Outcome:
    song = _song(call["song"])
    if song.state not in (BEGUN, READY):
        raise CommandError(f"{song.name} cannot be played yet")
    programme.cut_in(song.code, call.request.who, call.request.where, desk.now)
    return Outcome(Reply(f"playing {song.name} from its beginning, as it was made"), (Sync(),))


def remake(call: Call, desk: Desk) -> Outcome:
    song = _song(call["song"])
    if song.state != READY:
        raise CommandError(f"{song.name} is not made yet, so there is nothing to compare with")
    if song.generator == generators.COMPARE:
        raise CommandError(f"{song.name} is a comparison; remake one of its songs")
    job, code = programme.order_song(
        generator=song.generator, seed=song.seed, parameters=song.parameters, who=call.request.who,
        where=call.request.where, cut=False, now=desk.now, chance=desk.chance, person=call.person, purpose=REMADE,
        original=song.code, heard=False, genome=song.genome,
    )  # fmt: skip
    said = f"job {job} makes {song.name} again as {code}, unheard, and says whether it came out the same"
    return Outcome(Reply(said, job=str(job)), (Compose(),))


def compare(call: Call, desk: Desk) -> Outcome:
    first, second = (library.find(call[name]) for name in ("song", "other"))
    if first.code == second.code:
        raise CommandError(f"{first.name} twice is no comparison; name two songs")
    for song in (first, second):
        if song.state != READY:
            raise CommandError(f"{song.name} is not made yet; a comparison needs two songs that are")
    count = call.options.get("bars", str(BARS))
    if not count.isdigit() or not 1 <= int(count) <= MOST_BARS:
        raise UsageError(f"compare SONG OTHER bars=NUMBER (from 1 to {MOST_BARS})")
    request = call.request
    job, code = comparisons.begin(
        first, second, int(count), who=request.who, where=request.where, person=call.person, now=desk.now,
        chance=desk.chance,
    )  # fmt: skip
    said = f"job {job} lets X and Y take turns of {counted(int(count), 'bar')}, X first ({code}); vote X or vote Y"
    return Outcome(Reply(said, job=str(job)), (Compose(), Sync()))


def vote(call: Call, desk: Desk) -> Outcome:
    choice = call["choice"].lower()
    if choice not in comparisons.CHOICES:
        raise UsageError("vote X, or vote Y (np says which of them is heard)")
    comparisons.vote(choice, call.person, desk.now)
    return Outcome(Reply(f"your vote is for {choice.upper()}; the last one counts"))


def reveal(_: Call, desk: Desk) -> Outcome:
    songs, votes = comparisons.reveal(desk.now)
    said = "; ".join(
        f"{choice.upper()} is {song.name}, {counted(votes[choice], 'vote')}" for choice, song in songs.items()
    )
    return Outcome(Reply(said), (Announce(Reply(said, Level.NOTICE, public=True)),))


def mark(call: Call, desk: Desk) -> Outcome:
    slot, air = station.on_air(library.slots()), desk.view.air
    if slot is None or air is None or air.cue != slot.cue:
        raise CommandError("nothing is on the air that could be marked")
    song = library.song(slot.song)
    place = marks.heard(song, air)
    marks.note(song, place, call["note"], call.request.who, desk.now)
    return Outcome(Reply(f"marked {song.name} at {place.words}; song {song.code} shows it"))


def _song(words: str) -> SongView:
    """The song of that name; without one, the song on the air, or the newest."""
    if words.strip():
        return library.find(words)
    slot = station.on_air(library.slots())
    song = library.song(slot.song) if slot else library.newest_song()
    if song is None:
        raise CommandError("there are no songs yet; generate makes one")
    return song


BARS, MOST_BARS = 4, 64
_GENERATOR = Param("program", "a generator's name, as generators shows it")
_SONG = Param("song", "a code, or words of the title; without one, the song on the air", required=False, rest=True)
_SEED = Param(
    "seed", "the number that the songs grow from; without one, that of its last song", required=False, value="NUMBER"
)

COMMANDS = (
    Command("generators", show, "the users' own generators", "generators", Right.LISTENER),
    Command(
        "watch",
        watch,
        "run a generator now, and again whenever its program is saved",
        "watch mine tempo=140",
        Right.DJ,
        (_GENERATOR,),
        options=(_SEED,),
        any_options=True,
        limit=SONGS,
    ),
    Command(
        "unwatch",
        unwatch,
        "watch a generator no longer, or none of them",
        "unwatch mine",
        Right.DJ,
        (Param("program", "a generator's name; without one, all of them", required=False),),
    ),
    Command("replay", replay, "play a song again from its beginning, as it was made", "replay", Right.DJ, (_SONG,)),
    Command(
        "remake",
        remake,
        "make a song anew, and say whether it comes out the same",
        "remake 7kq3",
        Right.DJ,
        (_SONG,),
        limit=SONGS,
    ),
    Command(
        "compare",
        compare,
        "let two songs take turns, not saying which is which",
        "compare 7kq3 x2mv bars=8",
        Right.DJ,
        (
            Param("song", "a code, or a title in quotes"),
            Param("other", "the other song, likewise"),
        ),
        options=(Param("bars", f"of a turn; {BARS} where it is not said", required=False, value="NUMBER"),),
        limit=SONGS,
    ),
    Command(
        "vote",
        vote,
        "say which song of a comparison is better",
        "vote X",
        Right.LISTENER,
        (Param("choice", "X or Y"),),
    ),
    Command("reveal", reveal, "say which song of a comparison is which, and count the votes", "reveal", Right.DJ),
    Command(
        "mark",
        mark,
        "note the place that you hear right now, with its bar and section",
        "mark the bass is late here",
        Right.LISTENER,
        (Param("note", "what is to be said of it", required=False, rest=True),),
    ),
)
