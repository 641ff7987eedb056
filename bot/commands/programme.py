"""Commands that make songs and decide what is heard."""

import re
from collections.abc import Mapping

from bot.commands import quota, transport
from bot.commands.table import Call, Command, Desk, Param
from bot.database.models import BEGUN, READY
from bot.effects import Compose, Effect, Outcome, Quit, Skip, Sync, Tell
from bot.people.limits import SONGS
from bot.request import Level, Reply, Right
from bot.songs import bands, comparisons, library, programme, station
from bot.songs.bands import BandView
from bot.songs.library import SongView
from bot.view import StationView
from common import generators, song_parameters
from common.errors import CommandError, UsageError
from common.jobs import Value
from common.text import clock, counted, one_line

GENERATOR = "band"
"""The built-in band."""
NOTHING: Mapping[str, Value] = {}
OWN_OPTIONS = ("queue", "seed")
SEED_DIGITS = 9


def generate(call: Call, desk: Desk) -> Outcome:
    name = call["generator"].lower() or GENERATOR
    if name in desk.view.generators:
        return _order(call, desk, name, wished(desk.view, name, call.options))
    genome = bands.take("" if name == GENERATOR else named_band(name, desk).slug, desk.now, desk.chance)
    return _order(call, desk, GENERATOR, wished(desk.view, GENERATOR, call.options), genome)


def named_band(words: str, desk: Desk) -> BandView:
    """Raises CommandError that names the generators, too."""
    try:
        return bands.find(words)
    except CommandError as error:
        own = f", and the generators {', '.join(desk.view.generators)}" if desk.view.generators else ""
        raise CommandError(f"{error}{own}") from None


def again(call: Call, desk: Desk) -> Outcome:
    last = library.newest_song()
    if last is None:
        raise CommandError("there is no last song yet; generate makes the first")
    asked = wished(desk.view, last.generator, call.options, last.parameters)
    genome = bands.take(bands.name_of(last.genome), desk.now, desk.chance) if last.generator == GENERATOR else None
    return _order(call, desk, last.generator, asked, genome)


def wished(
    view: StationView, name: str, options: Mapping[str, str], before: Mapping[str, Value] = NOTHING
) -> dict[str, Value]:
    """What is asked of the song, checked."""
    given = {wish: text for wish, text in options.items() if wish not in OWN_OPTIONS}
    generator = view.generators.get(name)
    if generator is not None:
        known = generators.parameters(generator)
        return generators.checked(name, generator, {wish: v for wish, v in before.items() if wish in known} | given)
    if name != GENERATOR:
        raise CommandError(f"{one_line(name, 40)}: there is no such generator any more; generate makes another song")
    values = {**before, **{wish: _value(text) for wish, text in given.items()}}
    song_parameters.checked(values)
    return values


def _order(call: Call, desk: Desk, generator: str, parameters: dict[str, Value], genome: int | None = None) -> Outcome:
    cut = "queue" not in call.options
    quota.check_jobs(call, desk)
    if not cut:
        quota.check_queue(call, desk)
    job, code = programme.order_song(
        generator=generator,
        seed=checked_seed(call.options.get("seed", "")),
        parameters=parameters,
        who=call.request.who,
        where=call.request.where,
        cut=cut,
        now=desk.now,
        chance=desk.chance,
        person=call.person,
        genome=genome,
    )
    when = "it cuts in as soon as it can be heard" if cut else "it waits in the queue"
    return Outcome(Reply(f"job {job} makes song {code}; {when}", job=str(job)), (Compose(), Sync()))


def checked_seed(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(rf"[0-9]{{1,{SEED_DIGITS}}}", text):
        raise UsageError(f"seed=NUMBER (a whole number of at most {SEED_DIGITS} digits)")
    return int(text)


def _value(text: str) -> Value:
    """A parameter as the number that it looks like, or as text."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def play(call: Call, desk: Desk) -> Outcome:
    song = _playable(call["song"])
    crossfade = transport.fade(call, "crossfade")
    after = transport.set_aside(desk) if "resume" in call.options else ""
    programme.cut_in(song.code, call.request.who, call.request.where, desk.now, crossfade=crossfade)
    return Outcome(Reply(f"playing {song.name}{after}"), (Sync(),))


def queue(call: Call, desk: Desk) -> Outcome:
    if not call["song"].strip():
        return _show_queue()
    song = library.find(call["song"])
    quota.check_queue(call, desk)
    crossfade = transport.fade(call, "crossfade")
    place = programme.enqueue(song.code, call.request.who, call.request.where, desk.now, call.person, crossfade)
    said = f"{song.name} is number {place} in the queue" if place else f"playing {song.name}"
    return Outcome(Reply(said), (Sync(),))


def _show_queue() -> Outcome:
    slots = station.in_order(library.slots())
    if not slots:
        return Outcome(Reply("the queue is empty"))
    states = {BEGUN: "being made, can be heard", READY: ""}
    rows = tuple(
        (str(number), slot.song, slot.title, states.get(slot.song_state, "being made"))
        for number, slot in enumerate(slots, 1)
    )
    return Outcome(Reply(f"{counted(len(rows), 'song')} in the queue", columns=("#", "code", "title", ""), rows=rows))


def _playable(words: str) -> SongView:
    song = library.find(words)
    if song.state not in (BEGUN, READY):
        raise CommandError(f"{song.name} is still being made; queue {song.code} plays it when it can be heard")
    return song


def skip(_: Call, desk: Desk) -> Outcome:
    slot = station.on_air(library.slots())
    if slot is None:
        raise CommandError("nothing is on the air")
    name = library.song(slot.song).name
    effects: tuple[Effect, ...] = (Skip(slot.cue),)
    if library.stopped() or not slot.audible or not desk.view.connected:
        # The streamer does not have it, so nothing will come back to say that it ended.
        programme.drop(slot.cue, desk.now)
        effects = (Sync(),)
    following = station.next_up(library.slots())
    then = f'next is "{following.title}"' if following else "nothing follows"
    return Outcome(Reply(f"skipped {name}; {then}"), effects)


def stop(call: Call, __: Desk) -> Outcome:
    if library.stopped():
        return Outcome(Reply("stopped already; resume goes on"))
    given = transport.fade(call, "fade")
    programme.stop(transport.STOP_FADE if given is None else given)
    return Outcome(Reply("stopped; the queue stays as it is, and resume goes on"), (Sync(),))


def resume(_: Call, __: Desk) -> Outcome:
    if not library.stopped():
        return Outcome(Reply("it is not stopped"))
    programme.resume()
    slot = station.on_air(library.slots())
    said = f"going on with {library.song(slot.song).name}" if slot else "resumed; the queue is empty"
    return Outcome(Reply(said), (Sync(),))


def cancel(call: Call, desk: Desk) -> Outcome:
    number = call["job"].lstrip("#")
    if not re.fullmatch(r"[0-9]{1,9}", number):
        raise UsageError("cancel JOB (a job's number, as jobs shows it)")
    job = next((job for job in library.open_jobs() if job.id == int(number)), None)
    if job is None:
        raise CommandError(f"no open job {one_line(number, 12)}; jobs shows what there is")
    effects = programme.cancel(job.id, desk.now)
    if job.where != call.request.where:
        said = Reply(f"job {job.id} was cancelled by {call.request.who}", Level.ERROR, job=str(job.id))
        effects = (*effects, Tell(job.where, said))
    return Outcome(Reply(f"job {job.id} is cancelled"), effects)


def quit_station(_: Call, __: Desk) -> Outcome:
    return Outcome(Reply("the station stops; up goes on where it was"), (Quit(),))


def now_playing(call: Call, desk: Desk) -> Outcome:
    slot = station.on_air(library.slots())
    if slot is None:
        may = call.request.right >= Right.DJ
        return Outcome(Reply("silence; generate makes a song" if may else "silence"))
    song = library.song(slot.song)
    if library.stopped():
        return Outcome(Reply(f"stopped in {song.name} at {clock(station.seconds(slot.start))}; resume goes on"))
    if not desk.view.connected:
        return Outcome(Reply(f"{song.name} is held: the streamer is away, and it goes on when it is back", Level.ERROR))
    air = desk.view.air
    if air is None or air.cue != slot.cue:
        return Outcome(Reply(f"{song.name} is about to begin"))
    length = f" of {clock(song.seconds)}" if song.seconds else ""
    turn = comparisons.turn(song.facts, air.seconds)
    which = f"; {turn} is heard" if turn else ""
    return Outcome(Reply(f"{song.name} by {song.artist}, at {clock(air.seconds)}{length}{which}"))


_OPTIONS = (
    Param("queue", "wait in the queue instead of cutting in", required=False),
    Param("seed", "the number that the song grows from", required=False, value="NUMBER"),
)
_SONG = Param("song", "a code, or words of the title", rest=True)
_CROSSFADE = Param("crossfade", "in which it rises over what goes", required=False, value="SECONDS")
_RESUME = Param("resume", "then go on with the song that it interrupts, where that was", required=False)

COMMANDS = (
    Command(
        "generate",
        generate,
        "make a new song and play it while it is being made",
        "generate bossa key=Dm minutes=2",
        Right.DJ,
        (Param("generator", "a band, a style, or a generator of the configuration", required=False, rest=True),),
        options=_OPTIONS,
        aliases=("gen",),
        any_options=True,
        limit=SONGS,
    ),
    Command(
        "again",
        again,
        "make the last song again, with a new seed",
        "again",
        Right.DJ,
        options=_OPTIONS,
        any_options=True,
        limit=SONGS,
    ),
    Command("play", play, "cut in with a song now", "play 7kq3", Right.DJ, (_SONG,), (_CROSSFADE, _RESUME)),
    Command(
        "queue",
        queue,
        "show the queue, or append a song to it",
        "queue blue lantern",
        Right.LISTENER,
        (Param("song", "a code, or words of the title", required=False, rest=True),),
        (_CROSSFADE,),
        aliases=("q",),
    ),
    Command("skip", skip, "end the song on the air and go on with the next", "skip", Right.DJ),
    Command(
        "stop",
        stop,
        "go to silence; the queue stays as it is",
        "stop --fade=5",
        Right.DJ,
        options=(Param("fade", "in which it goes silent", required=False, value="SECONDS"),),
    ),
    Command("resume", resume, "go on after stop, where it was", "resume", Right.DJ),
    Command("np", now_playing, "what is on the air now", "np", Right.LISTENER),
    Command("cancel", cancel, "give up a job", "cancel 12", Right.DJ, (Param("job", "its number"),)),
    Command("quit", quit_station, "stop the whole station in order", "quit", Right.OWNER, confirm=True),
)
