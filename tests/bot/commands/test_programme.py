"""Commands that make songs and decide what is heard, compared as the effects that they decide on."""

import pytest

from bot.database.models import Cue, Job
from bot.effects import Abandon, Announce, Compose, Effect, Skip, Sync, Tell
from bot.request import Level, Reply, Right
from bot.songs import bands, library, programme, station
from bot.view import StationView
from common.errors import BandstandError, CommandError, UsageError
from common.generators import Generator, Parameter
from common.types import RATE

MINE = Generator(command=["mine"], parameters={"tempo": Parameter(type="int", min=40, max=200, default=120)})


def on_air() -> str | None:
    slot = station.on_air(library.slots())
    return slot.title if slot else None


def queue() -> list[str]:
    return [slot.title for slot in station.in_order(library.slots())]


def test_silence_is_told_with_what_helps_to_whom_it_helps(bench) -> None:
    assert bench.say("np", Right.DJ).reply.summary == "silence; generate makes a song"
    assert bench.say("np", Right.LISTENER).reply.summary == "silence"


def test_generate_answers_with_its_job_and_wakes_the_workers(bench) -> None:
    outcome = bench.say("generate key=Dm")
    assert outcome.effects == (Compose(), Sync())
    assert outcome.reply.job == "1"
    song = library.newest_song()
    assert song is not None
    assert song.code in outcome.reply.summary
    assert song.parameters == {"key": "Dm"}


def test_a_generated_song_cuts_in_when_it_has_begun_and_not_before(bench) -> None:
    bench.say("generate")
    assert on_air() is None
    bench.begun(1)
    assert on_air() == "Blue Lantern"


def test_a_job_that_is_begun_again_after_a_crash_does_not_cut_in_twice(bench) -> None:
    bench.say("generate")
    bench.begun(1)
    programme.again_after_start([], bench.now)
    bench.begun(1)
    assert Cue.select().count() == 1


def test_a_song_made_for_the_queue_waits_its_turn(bench) -> None:
    bench.stored("Old Road")
    bench.say("play old road")
    bench.say("generate --queue")
    bench.begun(2)
    assert on_air() == "Old Road"
    assert queue() == ["Blue Lantern"]


def test_play_cuts_in_and_history_says_that_the_other_was_cut(bench) -> None:
    bench.stored("Old Road")
    bench.stored("New Road")
    bench.say("play old road")
    cue = station.on_air(library.slots())
    assert cue is not None
    programme.started(cue.cue, bench.now)
    assert bench.say("play new road").effects == (Sync(),)
    programme.ended(cue.cue, "cut", 4800, "", bench.now)
    assert on_air() == "New Road"
    assert [(play.title, play.reason, play.frames) for play in library.history(5)] == [("Old Road", "cut", 4800)]


def test_two_queued_songs_follow_each_other(bench) -> None:
    bench.stored("One")
    bench.stored("Two")
    bench.say("queue one")
    bench.say("queue two")
    assert (on_air(), queue()) == ("One", ["Two"])
    first = station.on_air(library.slots())
    assert first is not None
    programme.ended(first.cue, "finished", 100, "", bench.now)
    assert (on_air(), queue()) == ("Two", [])


def test_a_skip_on_nothing_does_nothing_and_leaves_the_queue(bench) -> None:
    with pytest.raises(CommandError, match="nothing is on the air"):
        bench.say("skip")
    bench.stored("One")
    bench.say("queue one")
    assert on_air() == "One"


def test_a_skip_names_the_cue_that_was_on_the_air(bench) -> None:
    bench.stored("One")
    bench.say("play one")
    slot = station.on_air(library.slots())
    assert slot is not None
    assert bench.say("skip").effects == (Skip(slot.cue),)


def test_a_skip_while_stopped_needs_no_streamer(bench) -> None:
    bench.stored("One")
    bench.say("play one")
    bench.say("stop")
    assert bench.say("skip").effects == (Sync(),)
    assert on_air() is None
    assert bench.say("resume").reply.summary == "resumed; the queue is empty"


def test_stop_empties_nothing_and_resume_goes_on_where_it_was(bench) -> None:
    bench.stored("One")
    bench.stored("Two")
    bench.say("queue one")
    bench.say("queue two")
    slot = station.on_air(library.slots())
    assert slot is not None
    bench.say("stop")
    programme.ended(slot.cue, "stopped", 48_000, "", bench.now)
    assert station.programme(library.slots(), library.stopped()) == station.Programme()
    assert queue() == ["Two"]
    bench.say("resume")
    wanted = station.programme(library.slots(), library.stopped())
    assert wanted.current is not None
    assert (wanted.current.title, wanted.current.start) == ("One", 48_000)


def test_a_song_queued_while_stopped_waits(bench) -> None:
    bench.stored("One")
    bench.say("stop")
    bench.say("queue one")
    assert on_air() is None
    assert bench.say("resume").reply.summary.startswith("going on with")
    assert on_air() == "One"


def test_cancel_ends_the_worker_and_gives_up_the_place_in_the_queue(bench) -> None:
    bench.say("generate --queue")
    programme.take_job()
    assert bench.say("cancel 1").effects == (Sync(), Abandon(1), Compose())
    assert queue() == []
    with pytest.raises(CommandError, match="no open job 1"):
        bench.say("cancel 1")


def test_a_failed_job_is_told_to_the_place_that_asked(bench) -> None:
    bench.say("generate")
    programme.take_job()
    effects = programme.failed(1, "no such soundfont", bench.now)
    assert [(e.where, e.reply.summary) for e in effects if hasattr(e, "reply")] == [
        ("console", "job 1: no such soundfont")
    ]


def test_jobs_that_ran_when_the_bot_died_are_made_again(bench) -> None:
    bench.say("generate")
    assert programme.take_job() is not None
    assert programme.take_job() is None
    programme.again_after_start([], bench.now)
    again = programme.take_job()
    assert again is not None
    assert again[0] == 1


def test_again_takes_the_last_songs_parameters_with_a_new_seed(bench) -> None:
    with pytest.raises(CommandError, match="no last song"):
        bench.say("again")
    bench.say("generate key=Dm tempo=90 seed=5")
    bench.say("again tempo=100")
    song = library.newest_song()
    assert song is not None
    assert song.parameters == {"key": "Dm", "tempo": 100}
    assert song.seed != 5


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("play", "play SONG"),
        ("cancel", "cancel JOB"),
        ("cancel x", "a job's number"),
        ("skip now", "too many words"),
        ("generate seed=-1", "seed=NUMBER"),
        ("generate seed=99999999999999999999", "seed=NUMBER"),
        ("skip --all", "no other options"),
        ('play ""', "play SONG"),
    ],
)
def test_words_that_do_not_fit_get_the_usage(bench, line: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        bench.say(line)


def test_an_unknown_song_says_how_many_there_are(bench) -> None:
    bench.stored("One")
    with pytest.raises(CommandError, match=r'no song "two" \(there is 1\)'):
        bench.say("play two")


def test_words_that_fit_several_songs_name_them(bench) -> None:
    first, second = bench.stored("Blue Road"), bench.stored("Blue Lantern")
    with pytest.raises(CommandError, match="2 songs fit") as told:
        bench.say("play blue")
    assert first in str(told.value)
    assert second in str(told.value)


def test_a_song_is_named_by_its_code_in_any_case(bench) -> None:
    code = bench.stored("One")
    bench.say(f"play {code.upper()}")
    assert on_air() == "One"


def test_a_broken_song_is_told_and_the_next_goes_on_the_air(bench) -> None:
    bench.stored("One")
    bench.stored("Two")
    bench.say("queue one")
    bench.say("queue two")
    slot = station.on_air(library.slots())
    assert slot is not None
    programme.unplayable(slot.cue, "song.flac is no audio file", bench.now)
    assert on_air() == "Two"


def test_a_song_that_began_just_before_another_was_put_on_the_air_keeps_its_place(bench) -> None:
    for title in ("One", "Two", "Three"):
        bench.stored(title)
    bench.say("queue one")
    bench.say("queue two")
    first, following = station.on_air(library.slots()), station.next_up(library.slots())
    assert first is not None and following is not None
    programme.started(first.cue, bench.now)
    bench.say("play three")
    programme.ended(first.cue, "finished", 90 * RATE, "", bench.now)
    assert programme.started(following.cue, bench.now) == (Sync(),)
    programme.ended(following.cue, "cut", 4800, "", bench.now)
    assert (on_air(), queue()) == ("Three", ["Two"])


def test_a_streamer_that_went_on_by_itself_is_believed(bench) -> None:
    bench.stored("One")
    bench.stored("Two")
    bench.say("queue one")
    bench.say("queue two")
    first = station.on_air(library.slots())
    assert first is not None
    programme.started(first.cue, bench.now)
    following = station.next_up(library.slots())
    assert following is not None
    programme.found(following.cue, 0.0, bench.now)
    assert (on_air(), queue()) == ("Two", [])


def test_what_ended_while_the_bot_was_away_is_history_with_its_time_and_reason(bench) -> None:
    for title in ("One", "Two", "Three"):
        bench.stored(title)
        bench.say(f"queue {title}")
    one = station.on_air(library.slots())
    assert one is not None
    two, three = station.in_order(library.slots())
    programme.started(one.cue, bench.now - 150)

    def hear() -> list[Effect]:
        """What the streamer reports after the bot was away, and what it has on the air."""
        return [
            *programme.ended(one.cue, "finished", 90 * RATE, "", bench.now - 60),
            *programme.started(two.cue, bench.now - 60),
            *programme.ended(two.cue, "broken", 30 * RATE, "It is cut off.", bench.now - 30),
            *programme.started(three.cue, bench.now - 30),
            *programme.found(three.cue, 0.0, bench.now),
        ]

    effects = hear()
    assert (on_air(), queue()) == ("Three", [])
    assert [(play.title, play.reason, play.frames) for play in library.history(5)] == [
        ("Two", "broken", 30 * RATE),
        ("One", "finished", 90 * RATE),
    ]
    assert library.history(5)[0].started == bench.now - 60
    assert [effect.reply.summary for effect in effects if isinstance(effect, Tell)] == [
        f'"Two" ({two.song}) broke off after 0:30: It is cut off.'
    ]
    assert not [effect for effect in hear() if isinstance(effect, Tell | Announce)]


def test_a_resumed_song_that_ended_while_the_bot_was_away_is_not_played_again(bench) -> None:
    bench.stored("One")
    bench.say("play one")
    slot = station.on_air(library.slots())
    assert slot is not None
    programme.started(slot.cue, bench.now)
    programme.stopped_at(slot.cue, 20 * RATE)
    programme.ended(slot.cue, "finished", 90 * RATE, "", bench.now + 70)
    programme.found(None, 0.0, bench.now + 80)
    assert on_air() is None


def test_a_new_streamer_is_given_the_song_where_it_was(bench) -> None:
    bench.stored("One")
    bench.say("play one")
    slot = station.on_air(library.slots())
    assert slot is not None
    programme.started(slot.cue, bench.now)
    programme.stopped_at(slot.cue, 96_000)
    programme.found(None, bench.now + 1, bench.now + 2)
    wanted = station.programme(library.slots(), library.stopped())
    assert wanted.current is not None
    assert wanted.current.start == 96_000


def test_a_song_that_breaks_off_is_heard_to_there_and_what_it_cut_goes_on(bench) -> None:
    bench.stored("Old Road")
    bench.say("play old road")
    old = station.on_air(library.slots())
    assert old is not None
    programme.started(old.cue, bench.now)
    bench.say("generate")
    bench.begun(2)
    new = station.on_air(library.slots())
    assert new is not None
    programme.ended(old.cue, "cut", 96_000, "", bench.now)
    programme.started(new.cue, bench.now)
    programme.failed(2, "it crashed", bench.now)
    assert (on_air(), queue()) == ("Blue Lantern", ["Old Road"])
    programme.ended(new.cue, "finished", 4800, "", bench.now)
    [slot] = library.slots()
    assert (slot.title, slot.state, slot.start) == ("Old Road", "air", 96_000)


def test_a_song_that_fails_before_it_is_heard_gives_the_air_back_at_once(bench) -> None:
    bench.stored("Old Road")
    bench.say("play old road")
    old = station.on_air(library.slots())
    assert old is not None
    programme.started(old.cue, bench.now)
    bench.say("generate")
    bench.begun(2)
    programme.failed(2, "it crashed", bench.now)
    assert on_air() == "Old Road"


def test_what_broke_off_does_not_come_back_with_a_new_streamer(bench) -> None:
    bench.say("generate")
    bench.begun(1)
    cue = station.on_air(library.slots())
    assert cue is not None
    programme.started(cue.cue, bench.now)
    programme.failed(1, "it crashed", bench.now)
    programme.found(None, bench.now + 1, bench.now + 2)
    assert library.slots() == []


def test_the_users_generators_are_checked_before_anything_is_written(bench) -> None:
    bench.view = StationView(connected=True, generators={"mine": MINE})
    with pytest.raises(CommandError, match="tempo: 9 is not a whole number from 40 to 200"):
        bench.say("generate mine tempo=9")
    with pytest.raises(CommandError, match=r"mien: there is no such band; .*and the generators mine"):
        bench.say("generate mien")
    assert library.newest_song() is None
    bench.say("generate mine tempo=90")
    song = library.newest_song()
    assert song is not None
    assert (song.generator, song.parameters) == ("mine", {"tempo": 90, "duration": 120.0})
    bench.say("again duration=30")
    song = library.newest_song()
    assert song is not None
    assert song.parameters == {"tempo": 90, "duration": 30.0}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("tempo=9", "tempo: 9 is not a number of beats a minute from 50 to 200"),
        ("rock tempo=fast", "tempo: fast is not"),
        ("bossa key=H", "key: 'H' is not a key"),
        ("temp=100", "did you mean tempo"),
    ],
)
def test_what_is_asked_of_a_band_is_checked_before_anything_is_written(bench, words: str, said: str) -> None:
    bands.settle(0.0)
    with pytest.raises(BandstandError, match=said):
        bench.say(f"generate {words}")
    assert bench.say("jobs").reply.summary == "there have been no jobs yet"


def test_what_is_odd_about_a_song_is_told_to_whoever_asked(bench) -> None:
    bench.say("generate")
    [told] = programme.noticed(1, "it clips")
    assert isinstance(told, Tell)
    assert (told.where, told.reply.summary) == ("console", "job 1: band: it clips")


def test_whoever_waits_for_a_job_hears_that_another_cancelled_it(bench) -> None:
    bench.say("generate")
    Job.update(where="ctl:3").execute()
    assert Tell("ctl:3", Reply("job 1 was cancelled by ann", Level.ERROR, job="1")) in bench.say("cancel 1").effects


@pytest.mark.parametrize("number", ["²", "9" * 5000, "x", "1.5", "-1"])
def test_what_is_no_number_of_a_job_is_a_usage_error(bench, number: str) -> None:
    with pytest.raises(UsageError, match="cancel JOB"):
        bench.say(f"cancel {number}")
