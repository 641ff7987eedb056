"""What people are told without having asked just now: where, in which words, and which bars are drawn."""

from typing import Any

import msgspec
import pytest
from twisted.logger import globalLogPublisher

from bandstand.bot.commands.announcements import ANSWERS, LIKENESSES, NOTICES, Announcer
from bandstand.bot.commands.live_notices import NOTICES as LIVE_NOTICES
from bandstand.bot.commands.reply import Level, Reply
from bandstand.common.api import events, recordings, refusals
from bandstand.common.api.events import Event, Likeness
from bandstand.common.api.people import Place
from bandstand.common.api.shows import HeldShow
from bandstand.common.api.values import EndReason
from bandstand.common.types import CueId, SongCode
from tests.bot.commands.samples import BOSSA, FRIDAY, LANTERN, RECORDING, ROAD, UNTITLED

ANN = Place("terminal", "ann:1")
SHELL = Place("ctl", "12")
CODE = SongCode("7kq3")


class FrontEnd:
    """Has only the places that a test names."""

    def __init__(self, name: str, *places: Place) -> None:
        self.name = name
        self.places = places
        self.told: list[tuple[Place, Reply]] = []
        self.announced: list[Reply] = []

    def tell(self, place: Place, reply: Reply) -> bool:
        if place in self.places:
            self.told.append((place, reply))
        return place in self.places

    def announce(self, reply: Reply) -> None:
        self.announced.append(reply)


class Terminals(FrontEnd):
    def __init__(self) -> None:
        super().__init__("terminal", ANN)
        self.bars: list[tuple[Place, str, str, float | None]] = []

    def show_progress(self, place: Place, job: str, text: str, fraction: float | None) -> None:
        self.bars.append((place, job, text, fraction))


class House:
    def __init__(self) -> None:
        self.terminals = Terminals()
        self.shell = FrontEnd("ctl", SHELL)
        self.announcer = Announcer([self.shell, self.terminals])

    def hear(self, *happened: Event) -> None:
        for event in happened:
            self.announcer.handle(event)


@pytest.fixture
def house() -> House:
    return House()


TOLD: list[tuple[Any, Level, str, str]] = [
    (
        events.JobDone(job=12, song=LANTERN, place=ANN, making=2.04),
        Level.OK,
        'job 12: "Blue Lantern" (7kq3) is made: 1:30, in 2.0 s',
        "12",
    ),
    (
        events.JobFailed(job=12, song=CODE, place=ANN, reason="no such\nsoundfont"),
        Level.FAILED,
        "job 12: no such soundfont",
        "12",
    ),
    (
        events.JobHeld(job=12, song=CODE, place=ANN, reason="the disk is full"),
        Level.FAILED,
        "job 12 waits: the disk is full; it is made when there is room",
        "12",
    ),
    (
        events.JobFailed(job=12, song=CODE, place=ANN, reason="no soundfont", is_wish=True),
        Level.FAILED,
        "job 12: no soundfont; your wish could not be composed, and you have it back",
        "12",
    ),
    (
        events.WishBegun(song=LANTERN, name="eve", place=ANN),
        Level.NOTICE,
        'your wish begins: "Blue Lantern" (7kq3) by The Robots, 1:30',
        "",
    ),
    (
        events.JobNoticed(job=12, generator="mine", place=ANN, notice="it clips"),
        Level.NOTICE,
        "job 12: mine: it clips",
        "",
    ),
    (
        events.JobCancelled(job=12, song=CODE, place=ANN, name="ann", by="bob", by_place=SHELL),
        Level.ERROR,
        "bob cancelled job 12: song 7kq3, which ann ordered",
        "12",
    ),
    (
        events.JobCancelled(
            job=12, song=CODE, place=ANN, title="Low Tide", name="ann", is_wish=True, by="bob", by_place=SHELL
        ),
        Level.ERROR,
        'bob cancelled job 12: "Low Tide" (7kq3), which ann wished for; the wish does not count',
        "12",
    ),
    (
        events.SongRemade(
            job=12, place=ANN, original=LANTERN, song=SongCode("x2mv"), likeness=Likeness.CHANGED_PROGRAM,
            program_before="abc", program_now="def",
        ),
        Level.OK,
        '"Blue Lantern" (7kq3) made again as x2mv: the sound is different, and so is the program (abc then, def now)',
        "",
    ),
    (
        events.SongEnded(
            cue=CueId(7), song=LANTERN, place=ANN, reason=EndReason.BROKEN, seconds=30.0, detail="It is cut off."
        ),
        Level.FAILED,
        '"Blue Lantern" (7kq3) broke off after 0:30: It is cut off.',
        "",
    ),
    (
        events.SongUnplayable(cue=CueId(7), song=LANTERN, place=ANN, reason="song.flac is no audio file"),
        Level.FAILED,
        '"Blue Lantern" (7kq3) cannot be played: song.flac is no audio file',
        "",
    ),
    (
        events.SongUnplayable(cue=CueId(7), song=LANTERN, place=ANN, reason="no such file", is_request=True),
        Level.FAILED,
        '"Blue Lantern" (7kq3) cannot be played: no such file; it does not count as your request',
        "",
    ),
    (
        events.SongsRemoved(songs=(LANTERN, ROAD), place=ANN, by="bob", by_place=SHELL),
        Level.NOTICE,
        'bob took "Blue Lantern" (7kq3), "Old Road" (x2mv) out of the queue',
        "",
    ),
    (
        events.WatchEnded(generator="mine", place=ANN, by_place=SHELL),
        Level.OK,
        "mine is not watched any more",
        "watch mine",
    ),
    (
        events.WatchFailed(generator="mine", place=ANN, why=refusals.BadParameter("tempo: 9 is not a number")),
        Level.FAILED,
        "mine: tempo: 9 is not a number",
        "",
    ),
    (
        events.SongExported(place=ANN, subject='"Blue Lantern" (7kq3)', files=("/a.mid", "/b.mid")),
        Level.OK,
        '"Blue Lantern" (7kq3) is exported: /a.mid, /b.mid',
        "",
    ),
    (
        events.SongRecognised(job=12, place=ANN, file="a.mp3", song=LANTERN, is_same_sound=True),
        Level.OK,
        'job 12: a.mp3 is "Blue Lantern" (7kq3), which is there already',
        "12",
    ),
    (
        events.SongRecognised(job=12, place=ANN, file="a.mp3", song=LANTERN, is_same_sound=False),
        Level.OK,
        'job 12: a.mp3 is "Blue Lantern" (7kq3) in another encoding, so it was not taken again',
        "12",
    ),
    (
        events.LiveEnded(job=12, place=ANN, song=LANTERN),
        Level.OK,
        'job 12: "Blue Lantern" (7kq3) is over after 1:30',
        "12",
    ),
    (
        events.LiveEnded(job=12, place=ANN, song=ROAD),
        Level.OK,
        'job 12: "Old Road" (x2mv) is over',
        "12",
    ),
    (
        events.JobDone(job=12, place=ANN, song=LANTERN, making=0.1, is_kept=False),
        Level.OK,
        'job 12: playing "Blue Lantern" (7kq3), 1:30; it is not kept',
        "12",
    ),
    (
        events.BandBred(place=ANN, band="Null Modem", generation=2, candidates=40, changes=("faster", "lower")),
        Level.OK,
        "Null Modem is in generation 2 now, the best of 40 candidates; faster; lower",
        "",
    ),
    (
        events.BandBred(place=ANN, band="Null Modem", generation=None),
        Level.NOTICE,
        "Null Modem stays as it is: its ratings do not yet say clearly what listeners like",
        "",
    ),
    (
        events.BandBred(place=ANN, band="Null Modem", generation=0),
        Level.ERROR,
        "Null Modem has changed meanwhile, so nothing was done; evolve it again",
        "",
    ),
    (
        events.BackgroundJobFailed(place=ANN, subject="Null Modem", reason="it broke off"),
        Level.FAILED,
        "Null Modem: it broke off",
        "",
    ),
    (
        events.StreamerRestartFailed(place=ANN, reason="it did not answer"),
        Level.FAILED,
        "the streamer was not replaced and goes on as it was: it did not answer",
        "",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("event", "level", "said", "job"), TOLD, ids=lambda value: type(value).__name__)
def test_a_later_answer_goes_to_the_place_that_asked(
    event: Any, level: Level, said: str, job: str, house: House
) -> None:
    house.hear(event)
    [(place, reply)] = house.terminals.told
    assert (place, reply.summary, reply.level, reply.job, reply.value) == (ANN, said, level, job, event)
    assert house.shell.told == [] and house.shell.announced == house.terminals.announced == []


def test_every_later_answer_is_tested() -> None:
    assert {type(event) for event, *_ in TOLD} == set(ANSWERS) - {events.SongStarted}


def start_song(
    waited: float | None, *, is_first: bool = True, is_request: bool = True, is_wish: bool = False
) -> events.SongStarted:
    return events.SongStarted(
        cue=CueId(7), song=LANTERN, name="ann", is_first=is_first, waited=waited, place=ANN, is_request=is_request,
        is_wish=is_wish,
    )  # fmt: skip


@pytest.mark.parametrize(("is_request", "did"), [(True, "requested"), (False, "asked for")])
def test_whoever_asked_for_a_song_is_told_when_it_begins_and_is_not_told_twice(
    is_request: bool, did: str, house: House
) -> None:
    house.hear(start_song(600.0, is_request=is_request))
    [(place, reply)] = house.terminals.told
    assert (place, reply.level) == (ANN, Level.NOTICE)
    assert reply.summary == f'now: "Blue Lantern" (7kq3) by The Robots, 1:30, which you {did}'
    [notice] = house.shell.announced
    assert notice.besides == ANN


def test_everybody_else_is_told_who_requested_it(house: House) -> None:
    house.hear(start_song(600.0))
    [notice] = house.shell.announced
    assert notice.summary == 'now: "Blue Lantern" (7kq3) by The Robots, 1:30; ann requested it'


def test_a_wish_that_begins_is_announced_with_its_wisher_who_alone_is_told_apart(house: House) -> None:
    house.hear(start_song(600.0, is_request=False, is_wish=True))
    assert house.terminals.told == [], "WishBegun tells them"
    [notice] = house.shell.announced
    assert notice.summary == 'now: "Blue Lantern" (7kq3) by The Robots, 1:30; ann wished for it'
    assert notice.besides is None
    house.hear(events.WishBegun(song=LANTERN, name="ann", place=ANN))
    [(_, reply)] = house.terminals.told
    assert reply.is_private


@pytest.mark.parametrize("event", [start_song(0.2), start_song(None), start_song(600.0, is_first=False)])
def test_whoever_was_answered_just_now_is_not_told_that_it_begins(event: events.SongStarted, house: House) -> None:
    house.hear(event)
    assert house.terminals.told == []
    assert all(notice.besides is None for notice in house.terminals.announced)


def test_the_end_of_what_a_program_said_is_shown_with_its_failure(house: House) -> None:
    house.hear(events.JobFailed(job=12, song=CODE, place=ANN, reason="it crashed", errors=("Traceback", "KeyError")))
    [(_, reply)] = house.terminals.told
    assert reply.columns == ("the end of its standard error",)
    assert reply.rows == (("Traceback",), ("KeyError",))


def test_nobody_is_told_what_they_did_themselves_or_what_a_new_version_replaced(house: House) -> None:
    house.hear(
        events.JobCancelled(job=12, song=CODE, place=ANN, by="ann", by_place=ANN),
        events.JobCancelled(job=13, song=CODE, place=ANN),
        events.WatchEnded(generator="mine", place=ANN, by_place=ANN),
        events.SongsRemoved(songs=(LANTERN,), place=ANN, by="ann", by_place=ANN),
    )
    assert house.terminals.told == []


@pytest.mark.parametrize("reason", [reason for reason in EndReason if reason is not EndReason.BROKEN])
def test_a_song_that_ended_as_it_should_is_no_news(reason: EndReason, house: House) -> None:
    house.hear(events.SongEnded(cue=CueId(7), song=LANTERN, place=ANN, reason=reason, seconds=30.0))
    assert house.terminals.told == []


@pytest.mark.parametrize("likeness", list(Likeness))
def test_every_likeness_has_words(likeness: Likeness) -> None:
    assert LIKENESSES[likeness].format(before="a", now="b")


def make_held(until: float) -> HeldShow:
    return HeldShow(show=BOSSA, start=FRIDAY, end=FRIDAY + 7200, song=LANTERN, name="ann", until=until)


def test_a_show_that_would_be_over_is_told_to_be_missed() -> None:
    reply = NOTICES[events.ShowHeld](events.ShowHeld(held=make_held(until=FRIDAY + 7300)))
    assert reply is not None and "missed unless you skip" in reply.summary


NOTICED: list[tuple[Event, str, bool]] = [
    (events.ScheduleRead(file="radio.toml", shows=2), "radio.toml was read: 0 playlists, 0 clocks, 2 shows", False),
    (
        events.ScheduleRead(file="radio.toml"),
        "radio.toml is empty or gone: it has no shows any more; playlists and clocks that it had stay until they are "
        "deleted",
        False,
    ),
    (recordings.RecordingEnded(recording=RECORDING), '"Bossa" (8wq2z) is recorded: 1:00:05', False),
    (
        recordings.RecordingEnded(recording=msgspec.structs.replace(RECORDING, is_mended=True)),
        '"Bossa" (8wq2z) is recorded: 1:00:05, as far as it got: a crash or a full disk ended it',
        False,
    ),
    (
        recordings.RecordingFailed(reason="no space left"),
        "nothing is recorded now: no space left; what there is of it is kept, and it is tried again with the next song",
        False,
    ),
    (
        recordings.RecordingDue(
            recording=RECORDING, reason=recordings.Reason.LIMIT, bytes=46 * 10**9, limit=50 * 10**9
        ),
        '"Bossa" (8wq2z) will be removed soon: recordings take 46.0 GB of 50.0 GB',
        False,
    ),
    (
        recordings.RecordingDue(recording=RECORDING, reason=recordings.Reason.AGE, bytes=0, limit=0),
        '"Bossa" (8wq2z) will be removed soon: it is nearly as old as recordings may be',
        False,
    ),
    (
        recordings.RecordingRemoved(recording=RECORDING, reason=recordings.Reason.LIMIT),
        '"Bossa" (8wq2z) is removed to make room',
        False,
    ),
    (events.ShowStarted(show=BOSSA, start=FRIDAY, end=FRIDAY + 7200), '"bossa" is on, until 22:00', True),
    (
        events.ShowHeld(held=make_held(until=FRIDAY + 240)),
        '"bossa" waits for "Blue Lantern" (7kq3), which ann asked for: it begins at about 20:04',
        False,
    ),
    (
        events.ShowMissed(show=BOSSA, start=FRIDAY, is_held=True),
        '"bossa" was missed: it was to begin at fri 2026-05-01 20:00, '
        "and what people had asked for lasted until it was over",
        False,
    ),
    (
        events.ShowMissed(show=BOSSA, start=FRIDAY),
        '"bossa" was missed: it was to begin at fri 2026-05-01 20:00, and the radio did not play',
        False,
    ),
    (
        events.SongStarted(cue=CueId(7), song=LANTERN, name="ann", is_first=True, waited=0.314),
        'now: "Blue Lantern" (7kq3) by The Robots, 1:30; on the air 0.31 s after it was asked for',
        True,
    ),
    (
        events.SongStarted(cue=CueId(7), song=LANTERN, name="ann", is_first=True, waited=10.6),
        'now: "Blue Lantern" (7kq3) by The Robots, 1:30; on the air 11 s after it was asked for',
        True,
    ),
    (
        events.SongStarted(cue=CueId(7), song=UNTITLED, name="ann", is_first=True, waited=61.0),
        "now: song m4wd",
        True,
    ),
    (
        events.ComparisonRevealed(x=LANTERN, y=ROAD, x_votes=2, y_votes=1, by_place=Place("irc", "x")),
        'X is "Blue Lantern" (7kq3), 2 votes; Y is "Old Road" (x2mv), 1 vote',
        True,
    ),
    (
        events.SkipVoteBegan(song=LANTERN, name="ann", needed=3, by_place=Place("irc", "x")),
        'ann votes to skip "Blue Lantern" (7kq3): 1 of 3 votes; voteskip adds one',
        True,
    ),
    (
        events.SkippedByVote(song=LANTERN, votes=3, by_place=Place("irc", "x")),
        '"Blue Lantern" (7kq3) is skipped by 3 votes',
        True,
    ),
    (events.MountCameOn(mount="/radio.mp3"), "/radio.mp3 is on the air", False),
    (
        events.MountWentOff(mount="/radio.mp3", reason="the server refused the password"),
        "/radio.mp3 is off the air: the server refused the password",
        False,
    ),
    (
        events.DatabaseFailed(reason="the disk is full; free some space and try again"),
        "nothing can be written down, and the queue waits; it is tried again and again: the disk is full; free some"
        " space and try again",
        False,
    ),
    (
        events.RoomChanged(is_short=True),
        "there is no room for songs on the disk: jobs wait until some space is free",
        False,
    ),
    (
        events.RoomChanged(is_short=False),
        "there is room for songs on the disk again: the jobs that waited are made",
        False,
    ),
    (
        events.FarmChanged(songs=0, trouble="the farm's scheduler is away", is_told=True),
        "songs are composed here: the farm's scheduler is away",
        False,
    ),
    (
        events.FarmChanged(songs=4, is_told=True),
        "songs are composed on the farm again",
        False,
    ),
    (
        events.DatabaseRecovered(),
        "the database takes everything again; what had waited is written down",
        False,
    ),
    (
        events.SeekFailed(title="Blue Lantern", reason="its file is gone"),
        '"Blue Lantern" goes on where it was, because it could not be moved: its file is gone',
        False,
    ),
    (
        events.GeneratorsReloaded(file="b.toml", added=("a", "b"), changed=("c",), removed=("d",)),
        "b.toml: new: a, b; changed: c; removed: d",
        False,
    ),
    (
        events.GeneratorsReloaded(file="b.toml", is_rest_changed=True),
        "b.toml: what else has changed there is taken up at the next start",
        False,
    ),
]


@pytest.mark.parametrize(("event", "said", "is_public"), NOTICED, ids=lambda value: type(value).__name__)
def test_a_notice_is_for_everyone_and_for_listeners_where_it_is_public(
    event: Event, said: str, is_public: bool, house: House
) -> None:
    house.hear(event)
    for front_end in (house.shell, house.terminals):
        besides = getattr(event, "by_place", None)
        assert front_end.announced == [Reply(said, Level.NOTICE, is_public=is_public, besides=besides, value=event)]
        assert front_end.told == []


def test_every_notice_is_tested() -> None:
    assert {type(event) for event, *_ in NOTICED} == set(NOTICES) - set(LIVE_NOTICES)  # those have a file of their own


def test_what_is_wrong_with_the_configuration_is_told_with_what_was_taken_up(house: House) -> None:
    house.hear(events.GeneratorsReloaded(file="b.toml", added=("a",), faults=("x: no such key", "y: not a number")))
    [told] = house.terminals.announced
    assert (told.summary, told.rows) == ("x: no such key", (("y: not a number",), ("new: a",)))
    house.hear(events.GeneratorsReloaded(file="b.toml"))
    assert house.terminals.announced == [told]


def test_a_song_that_goes_on_after_an_interruption_is_no_news(house: House) -> None:
    house.hear(events.SongStarted(cue=CueId(7), song=LANTERN, name="ann", is_first=False))
    assert house.shell.announced == []


def test_of_the_songs_that_began_while_the_database_was_away_the_last_alone_is_announced(house: House) -> None:
    songs = [
        events.SongStarted(cue=CueId(number), song=song, name="ann", is_first=True)
        for number, song in enumerate((ROAD, UNTITLED, LANTERN))
    ]
    house.hear(events.DatabaseFailed(reason="it is away"), *songs)
    assert len(house.terminals.announced) == 1
    house.hear(events.DatabaseRecovered(), songs[0])
    said = [reply.value for reply in house.terminals.announced[1:]]
    assert said == [events.DatabaseRecovered(), songs[2], songs[0]]
    house.hear(events.DatabaseFailed(reason="it is away"), events.DatabaseRecovered())
    assert len(house.terminals.announced) == 6, "there was no song in between"


def test_of_a_song_that_was_announced_it_is_said_that_it_was_heard_when_it_is_done(house: House) -> None:
    done = events.JobDone(job=12, song=LANTERN, place=ANN, making=2.0)
    house.hear(done, events.SongStarted(cue=CueId(7), song=LANTERN, name="ann", is_first=True), done)
    assert [reply.is_heard for _, reply in house.terminals.told] == [False, True]


def test_facts_that_concern_only_the_machines_are_told_to_nobody(house: House) -> None:
    house.hear(events.QueueChanged(), events.StationQuit(), events.RightsChanged(name="ann"))
    assert house.shell.announced == house.terminals.told == []


def test_what_cannot_be_told_is_kept_in_the_log(house: House) -> None:
    logged: list[dict[str, Any]] = []
    globalLogPublisher.addObserver(logged.append)
    try:
        house.hear(events.WatchEnded(generator="mine", place=Place("terminal", "gone"), by_place=SHELL))
    finally:
        globalLogPublisher.removeObserver(logged.append)
    assert [event["text"] for event in logged if event.get("place") == "terminal:gone"] == [
        "mine is not watched any more"
    ]


# Progress


def begin(seconds: float = 120.0, place: Place = ANN) -> events.JobBegun:
    return events.JobBegun(job=7, song=LANTERN, place=place, seconds=seconds)


def test_a_bar_is_drawn_where_the_song_was_asked_for_and_taken_away_at_the_end(house: House) -> None:
    house.hear(
        begin(),
        events.JobAdvanced(job=7, seconds=30.0),
        events.JobDone(job=7, song=LANTERN, place=ANN, making=1.0),
        events.JobAdvanced(job=7, seconds=40.0),
    )
    assert house.terminals.bars == [
        (ANN, "7", "job 7, 0:00 of 2:00: Blue Lantern (7kq3)", 0.0),
        (ANN, "7", "job 7, 0:30 of 2:00: Blue Lantern (7kq3)", 0.25),
        (ANN, "7", "job 7, 0:00 of 2:00: Blue Lantern (7kq3)", None),
    ]


@pytest.mark.parametrize(
    "end",
    [
        events.JobFailed(job=7, song=CODE, place=ANN, reason="it crashed"),
        events.JobCancelled(job=7, song=CODE, place=ANN),
        events.JobReturned(job=7),
    ],
    ids=lambda end: type(end).__name__,
)
def test_a_bar_is_taken_away_however_the_job_ends(end: Event, house: House) -> None:
    house.hear(begin(), end)
    assert house.terminals.bars[-1][-1] is None


def test_a_song_of_unknown_length_shows_how_much_there_is(house: House) -> None:
    house.hear(begin(0.0), events.JobAdvanced(job=7, seconds=65.0))
    assert house.terminals.bars[-1][2:] == ("job 7, 1:05: Blue Lantern (7kq3)", 0.0)


def test_a_song_that_is_longer_than_was_said_fills_its_bar(house: House) -> None:
    house.hear(begin(60.0), events.JobAdvanced(job=7, seconds=90.0))
    assert house.terminals.bars[-1][-1] == 1.0


def test_a_front_end_without_terminals_is_left_alone(house: House) -> None:
    house.hear(
        begin(place=SHELL),
        events.JobAdvanced(job=7, seconds=1.0),
        events.JobDone(job=7, song=UNTITLED, place=SHELL, making=1.0),
        events.JobAdvanced(job=9, seconds=1.0),
    )
    assert house.terminals.bars == []
    assert len(house.shell.told) == 1
