"""live, telldj, kick and guest in words, and what people are told of live shows."""

import pytest

from bandstand.bot.commands.live_notices import NOTICES, DjNotices
from bandstand.bot.commands.reply import Level, Reply
from bandstand.common.api import live, requests
from bandstand.common.api.people import Right
from bandstand.common.types import CueId, SongCode
from tests.bot.commands.conftest import Person
from tests.bot.commands.test_favourite_notices import ANN, Channel, Deaf
from tests.bot.memory import DirectStore


@pytest.mark.parametrize(
    ("line", "request_made"),
    [
        ("live", requests.GetLive()),
        ("dj", requests.GetLive()),
        ("live go ann", requests.GoLive(name="ann")),
        ("live go", requests.GoLive()),
        ("live now ann", requests.GoLive(name="ann", is_now=True)),
        ("live end", requests.EndLive()),
        ("kick ann --yes", requests.KickDj(name="ann")),
        ('telldj "greetings to you"', requests.TellDj(text="greetings to you")),
        ('telldj greetings to name=x, and "you"', requests.TellDj(text='greetings to name=x, and "you"')),
        ("guest bob", requests.InviteGuest(name="bob")),
    ],
)
def test_lines_become_requests(person: Person, line: str, request_made: object) -> None:
    assert person.ask(line.removesuffix(" --yes")) == request_made


@pytest.mark.parametrize("line", ["live up", "live end ann", "kick", "guest"])
def test_other_words_are_told_how_it_is_used(person: Person, line: str) -> None:
    assert person.say(line).level is Level.USAGE


def test_live_says_who_is_on_and_who_waits(person: Person) -> None:
    said = person.say("live")
    assert said.summary == "ann is live, 1 DJ waits"
    assert said.rows[0][:3] == ("ann", "on the air", "-18 dBFS")
    assert said.rows[1][:3] == ("bob", "waits, is next", "silence")
    person.core.results[requests.GetLive] = live.LiveStatus(djs=())
    assert person.say("live").summary.startswith("nobody is live or waits; a DJ sends to the mount /live/NAME")
    person.core.results[requests.GetLive] = live.LiveStatus(djs=(), is_enabled=False)
    assert "live.enabled = false" in person.say("live").summary


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (live.LiveOrdered(name="bob"), "bob goes on the air"),
        (live.LiveOrdered(name="bob", is_on_air=True), "bob is on the air already"),
        (
            live.LiveOrdered(name="bob", after="ann"),
            "bob goes on the air after ann; live now bob does not wait for that",
        ),
        (
            live.LiveOrdered(name="bob", is_waited_for=True),
            "bob goes on the air as soon as two seconds of sound above -50 dBFS were heard",
        ),
    ],
)
def test_go_says_when(person: Person, result: live.LiveOrdered, said: str) -> None:
    person.core.results[requests.GoLive] = result
    assert person.say("live go bob").summary == said


def test_a_guests_password_is_for_the_one_who_asked(person: Person) -> None:
    said = person.say("guest bob")
    assert "password s3cret" in said.summary
    assert said.is_private


def test_everybody_is_told_who_is_live_and_only_the_crew_the_rest() -> None:
    assert {type(event) for event in SAMPLES} == set(NOTICES)
    public = {kind for kind in NOTICES if (reply := _announce(kind)) is not None and reply.is_public}
    assert public == {live.LiveTookOver, live.LiveLeft, live.LiveTitled}
    assert _announce(live.LiveLeft).summary == "the live show of ann was lost after 1:01"


SAMPLES = [
    live.LiveConnected(name="ann", format="mp3"),
    live.LiveDisconnected(name="ann"),
    live.LiveTookOver(name="ann", song=SongCode("abcd"), cue=CueId(1)),
    live.LiveDropped(name="ann"),
    live.LiveReturned(name="ann"),
    live.LiveLeft(name="ann", reason=live.LeftReason.LOST, seconds=61.0),
    live.LiveTitled(name="ann", title="Tune"),
    live.LiveTroubled(name="ann", trouble="it is no sound"),
    live.LiveRefused(name="ann", reason="was kicked"),
    live.LiveAwaited(name="ann"),
    live.LiveWarned(name="ann", minutes=5),
]


def _announce(kind: type):  # type: ignore[no-untyped-def]
    return NOTICES[kind](next(event for event in SAMPLES if type(event) is kind))


@pytest.mark.parametrize(("granted", "is_told"), [("libera/ann", True), ("oftc/ann", False), ("ann", False)])
def test_what_is_written_to_a_dj_is_told_to_them_alone_where_they_have_the_right(granted: str, is_told: bool) -> None:
    store, channel = DirectStore(), Channel()
    store.do(lambda tx: tx.people.put_grant(granted, Right.DJ, "owner", 0.0))
    DjNotices(store, [Deaf(), channel]).react(
        live.DjTold(message=live.DjMessage(dj="ann", name="eve", text="play a waltz", at=0.0))
    )
    told = [(ANN, Reply("eve to you on the air: play a waltz", Level.NOTICE))]
    assert channel.told == (told if is_told else [])
