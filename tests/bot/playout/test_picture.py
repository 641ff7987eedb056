"""The picture that the bot has of the streamer."""

from bot.playout.picture import StreamerPicture
from common import wire
from tests.bot.station.test_scheduling import make_cue


def test_what_follows_stays_when_another_song_cuts_in() -> None:
    picture = StreamerPicture(lambda: 0.0)
    picture.record_played(make_cue(1))
    picture.record_followed(make_cue(2))
    picture.record_report(wire.Ended(1, "cut", 5), 0.0)
    picture.record_played(make_cue(3))
    assert (picture.current, picture.following) == (3, 2)


def test_what_follows_is_on_the_air_when_the_song_before_it_ends() -> None:
    picture = StreamerPicture(lambda: 0.0)
    picture.record_played(make_cue(1))
    picture.record_followed(make_cue(2))
    picture.record_report(wire.Ended(1, "finished", 5), 0.0)
    assert (picture.current, picture.following) == (2, None)
