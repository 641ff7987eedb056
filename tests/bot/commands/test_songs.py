"""Commands that make songs and show the library: the words of each, and what is said of its results."""

import msgspec
import pytest

from bandstand.bot.commands.reply import Level
from bandstand.common.api import refusals, requests, results
from bandstand.common.api.people import STATION_NAME
from bandstand.common.api.requests import Request
from bandstand.common.api.values import JobState, PlayedSong, RatingMean, SongKind, SongState
from bandstand.common.api.wishing import Understood
from bandstand.common.jobs import Provenance
from bandstand.common.types import SongCode
from tests.bot.commands.conftest import Person
from tests.bot.commands.samples import JOB, LANTERN, ROAD, SONG, UNTITLED


@pytest.mark.parametrize(
    ("line", "request_made"),
    [
        ("generate", requests.Generate()),
        ("gen Gravel Theory", requests.Generate(generator="Gravel Theory")),
        ("generate slow bossa in Dm", requests.Generate(generator="slow bossa in Dm")),
        (
            "generate bossa key=Dm tempo=130 minutes=2",
            requests.Generate(generator="bossa", parameters={"key": "Dm", "tempo": "130", "minutes": "2"}),
        ),
        ("generate mine code=007 --seed=5", requests.Generate(generator="mine", parameters={"code": "007"}, seed=5)),
        ("generate --queue", requests.Generate(cuts_in=False)),
        ("generate mine queue=yes", requests.Generate(generator="mine", cuts_in=False)),
        ("again", requests.GenerateAgain()),
        ("again tempo=100 seed=7 --queue", requests.GenerateAgain(parameters={"tempo": "100"}, seed=7, cuts_in=False)),
        ("cancel 12", requests.CancelJob(job=12)),
        ("cancel #12", requests.CancelJob(job=12)),
        ("jobs", requests.ListJobs()),
        ("job 12", requests.GetJob(job=12)),
        ("job #12", requests.GetJob(job=12)),
        ("songs", requests.ListSongs()),
        ("info blue lantern", requests.GetSong(song="blue lantern")),
        ("history", requests.ListHistory()),
        ("remake", requests.RemakeSong()),
        ("remake 7kq3", requests.RemakeSong(song="7kq3")),
        ("export blue lantern MIDI", requests.ExportSong(song="blue lantern", kind="midi")),
        ("import /a.flac --link", requests.ImportFile(path="/a.flac", link=True)),
        ("import /a.flac --duplicates", requests.ImportFile(path="/a.flac", duplicates=True)),
        ('import "/music/blue  lantern.flac"', requests.ImportFile(path="/music/blue  lantern.flac")),
    ],
)
def test_words_become_requests(line: str, request_made: Request, person: Person) -> None:
    assert person.ask(line) == request_made


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("generate seed=-1", "seed=NUMBER"),
        ("generate seed=99999999999999999999", "seed=NUMBER"),
        ("again seed=²", "seed=NUMBER"),
        ("cancel x", "cancel JOB (a job's number"),
        ("cancel ²", "cancel JOB"),
        ("cancel " + "9" * 5000, "cancel JOB"),
        ("cancel 1.5", "cancel JOB"),
        ("cancel -1", "cancel JOB"),
        ("export midi", "export SONG KIND (the kind is one of midi, musicxml, flac, stems, score, pictures, peaks)"),
    ],
)
def test_words_that_do_not_fit_get_the_usage(line: str, said: str, person: Person) -> None:
    reply = person.say(line)
    assert (reply.level, reply.summary[: len(said)]) == (Level.USAGE, said)
    assert person.core.asked == []


def test_a_kind_that_nothing_can_be_exported_to_is_told_with_the_others(person: Person) -> None:
    reply = person.see("export blue cassette", refusals.NoSuchExport("cassette", ("midi", "flac")))
    assert (reply.level, reply.summary[:16]) == (Level.USAGE, "export SONG KIND")


def test_words_for_a_song_are_answered_with_what_was_understood_of_them(person: Person) -> None:
    understood = Understood(
        band="Trio Maresol", style="bossa", moods=("sad",), unknown=("purple",), taken={"bosa": "bossa"},
        parameters={"key": "Dm", "tempo": 104.0, "seconds": 120.0, "with": "flute,strings", "without": "drums"},
    )  # fmt: skip
    ordered = results.Ordered(job=3, song=SongCode("7kq3"), cuts_in=True, understood=understood)
    assert person.see("generate sad bosa", ordered).summary == (
        "job 3 makes song 7kq3, bossa by Trio Maresol, sad, in Dm, 104 bpm, 2:00, with flute and strings, without "
        "drums; it cuts in as soon as it can be heard; bosa: taken as bossa; did not understand: purple"
    )


def test_an_order_is_told_with_its_job_so_that_a_shell_can_wait_for_it(person: Person) -> None:
    reply = person.say("generate")
    assert (reply.summary, reply.job) == ("job 12 makes song 7kq3; it cuts in as soon as it can be heard", "12")
    assert person.say("again").summary == "job 12 makes song 7kq3; it waits in the queue"
    assert person.say("cancel 12").summary == 'job 12 is cancelled: "Low Tide" (e57x), which eve wished for'


def test_work_that_goes_on_is_told_with_what_follows(person: Person) -> None:
    remake = person.say("remake")
    assert (remake.summary, remake.job) == (
        'job 12 makes "Blue Lantern" (7kq3) again as x2mv, unheard, and tells you whether it comes out the same',
        "12",
    )
    taken = person.say("import /a.flac")
    assert (taken.summary, taken.job) == ("job 12 takes a.flac into the library as 7kq3", "12")
    said = person.say("export blue midi").summary
    assert said == 'exporting "Blue Lantern" (7kq3) as midi; you will be told here where it is'


def test_the_newest_songs_are_a_table_with_times_as_people_say_them(person: Person) -> None:
    reply = person.see("songs", results.Songs(songs=(LANTERN, ROAD, UNTITLED), total=20))
    assert reply.summary == "20 songs, the newest 3 of them"
    assert reply.rows == (
        ("7kq3", "Blue Lantern", "1:30", "1:40 ago", ""),
        ("x2mv", "Old Road", "0:00", "0:10 ago", "being made, can be heard"),
        ("m4wd", "", "0:00", "0:05 ago", "being made"),
    )
    assert person.see("songs", results.Songs(songs=(), total=0)).summary == "there are no songs yet; generate makes one"


def test_a_song_is_shown_with_all_that_is_known_of_it(person: Person) -> None:
    reply = person.say("song 7kq3")
    assert reply.summary == '"Blue Lantern" (7kq3)'
    assert reply.rows == (
        ("artist", "The Robots"),
        ("length", "1:30"),
        ("generator", "band"),
        ("seed", "5"),
        ("tempo", "120"),
        ("key", "Dm"),
        ("sections", "intro 1, verse 5"),
        ("loudness", "-16.2 LUFS"),
        ("made", "1:40 ago"),
        ("making took", "2.0 s"),
        ("rated", "2 ratings, on average +0.5 (from -1 to +1)"),
        ("program's fingerprint", "abc"),
        ("version", "2"),
        ("sound's fingerprint", "d" * 12),
        ("exit status", "0"),
        ("said last", "last words"),
        ("note 1", "it clips"),
        ("first heard", "0.25 s after it was asked for"),
        ("mark 1", "0:12, bar 7, verse: marked (bob)"),
    )


def test_what_a_file_said_of_itself_and_where_it_is_heard_is_shown(person: Person) -> None:
    song = msgspec.structs.replace(
        SONG, album="Night Buses", genre="Dub", year=1994, tags=("calm", "late-night"), cue_in=0.4, next_at=85.0
    )
    reply = person.see("song 7kq3", results.SongDetails(song=song, rating=RatingMean(), to_air=None, bookmarks=()))
    shown = dict(reply.rows)
    assert {name: shown[name] for name in ("album", "genre", "year", "tags", "cue points")} == {
        "album": "Night Buses",
        "genre": "Dub",
        "year": "1994",
        "tags": "calm, late-night",
        "cue points": "begins at 0.4 s, the next may begin at 85.0 s",
    }


def test_of_a_song_that_is_being_made_only_what_is_known_is_shown(person: Person) -> None:
    song = msgspec.structs.replace(
        SONG, title="", artist="", state=SongState.MAKING, sections=(), facts={}, parameters={}, loudness=None,
        making=None, provenance=Provenance(),
    )  # fmt: skip
    details = results.SongDetails(song=song, rating=RatingMean(), to_air=None, bookmarks=())
    reply = person.see("song 7kq3", details)
    assert reply.summary == "song 7kq3"
    assert dict(reply.rows) == {
        "length": "1:30",
        "generator": "band",
        "seed": "5",
        "loudness": "not measured yet",
        "made": "1:40 ago",
        "making took": "being made",
    }


def test_history_says_when_and_how_far_each_song_was_heard(person: Person) -> None:
    reply = person.say("history")
    assert reply.summary == "on the air lately: 1 song"
    assert reply.rows == (("1:30 ago", "7kq3", "Blue Lantern", "", "1:30", "finished", "ann"),)
    playing = PlayedSong(LANTERN.code, "Blue Lantern", "ann", 980.0, 20.0, "")
    assert person.see("history", results.History(plays=(playing,))).rows == (
        ("0:20 ago", "7kq3", "Blue Lantern", "", "0:20", "on the air now", "ann"),
    )
    jingle = msgspec.structs.replace(playing, kind=SongKind.JINGLE, name=STATION_NAME, reason="finished")
    both = person.see("history all", results.History(plays=(jingle, playing, playing)))
    assert both.summary == "on the air lately: 2 songs and 1 jingle"
    assert both.rows[0] == ("0:20 ago", "7kq3", "Blue Lantern", "jingle", "0:20", "finished", "")
    assert person.see("history", results.History(plays=())).summary == "nothing has been played yet"


def test_a_job_is_shown_with_all_that_its_program_said(person: Person) -> None:
    failed = msgspec.structs.replace(JOB, state=JobState.FAILED, reason="it ended with exit status 1")
    reply = person.see("job 12", results.JobDetails(job=failed, generator="mine", errors=("Traceback:", "0 Hz")))
    assert reply.summary == f"job 12, song {JOB.song} by mine, failed: it ended with exit status 1"
    assert reply.rows == (("Traceback:",), ("0 Hz",))


def test_jobs_are_listed_with_their_states(person: Person) -> None:
    failed = msgspec.structs.replace(JOB, id=11, song=SongCode("x2mv"), title="", reason="no such soundfont")
    reply = person.see("jobs", results.Jobs(jobs=(JOB, failed), open=1))
    assert reply.summary == "1 job not done yet"
    assert reply.rows[0] == ("12", "running", "7kq3", "Blue Lantern", "ann", "1:00 ago", "")
    assert reply.rows[1][-1] == "no such soundfont"
    assert person.see("jobs", results.Jobs(jobs=(), open=0)).summary == "there have been no jobs yet"
