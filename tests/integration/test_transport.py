"""Pause, seek and crossfade as a listener at the real Icecast hears them."""

import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from bandstand.common import wire
from bandstand.common.types import RATE
from tests.integration.streaming import LOUD, Bot, Station, envelope, listening, loud_frames, sine, until, written


@pytest.fixture
def bot(icecast: Any, station: Station) -> Any:
    station.start()
    bot = station.bot()
    until(lambda: station.on_air(bot), "on the air")
    yield bot
    bot.close()


def test_how_loud_it_is_is_told_about_once_a_second_and_at_the_end_that_it_is_silent(bot: Bot, tmp_path: Path) -> None:
    bot.play(1, written(tmp_path / "tone.wav", sine(3 * RATE)))
    bot.wait_for("Ended", cue=1)
    told: list[dict[str, Any]] = []

    def silent() -> bool:
        told[:] = [values for name, values in bot.events if name == "Level"]
        return bot.state().loudness is None and "loudness" not in told[-1]

    until(silent, "that it is silent is told")
    assert len(told) <= 8
    assert max(values["loudness"] for values in told[:-1]) == pytest.approx(-6.0, abs=0.3)
    assert max(values["peak"] for values in told[:-1]) == pytest.approx(-6.0, abs=0.3)


def test_what_is_too_loud_is_limited_on_its_way(icecast: Any, bot: Bot, tmp_path: Path) -> None:
    with listening(icecast, "/stream.opus") as listener:
        bot.play(1, written(tmp_path / "tone.wav", sine(2 * RATE)), gain=12.0)
        bot.wait_for("Ended", cue=1)
        listener.wait_until(lambda sound: _over(sound, RATE), "the end")
        levels = envelope(listener.sound())
    assert np.median(levels[levels > LOUD]) == pytest.approx(0.88, abs=0.05), "it would be 2"  # Opus adds some


def test_a_paused_song_goes_on_at_the_very_frame(icecast: Any, bot: Bot, tmp_path: Path) -> None:
    tone = written(tmp_path / "tone.wav", sine(8 * RATE))
    with listening(icecast) as listener:
        bot.play(1, tone)
        listener.wait_until(lambda sound: loud_frames(sound) > RATE // 2, "the song")
        place = int(bot.ask(wire.Stop, fade=480)["frames"])
        assert 0 < place < 8 * RATE
        bot.wait_for("Ended", cue=1, reason="stopped", frames=place)
        heard = len(listener.sound())
        listener.wait_until(lambda sound: len(sound) > heard + RATE // 2, "the pause")
        bot.play(1, tone, start=place)
        bot.wait_for("Ended", cue=1, reason="finished", frames=8 * RATE)
        listener.wait_until(lambda sound: _over(sound, int(7.8 * RATE)), "the end")
        assert abs(loud_frames(listener.sound()) - 8 * RATE) < 0.05 * RATE


def test_a_song_that_is_sought_in_goes_on_there_and_ends_where_it_ends(icecast: Any, bot: Bot, tmp_path: Path) -> None:
    song = written(tmp_path / "song.wav", np.concatenate([sine(20 * RATE), sine(RATE, frequency=3000)]))
    with listening(icecast) as listener:
        bot.play(1, song)
        listener.wait_until(lambda sound: loud_frames(sound) > RATE // 2, "the song")
        bot.play(1, song, wire.Seek, start=20 * RATE)
        bot.wait_for("Ended", cue=1, reason="finished", frames=21 * RATE)
        assert [name for name, _ in bot.events if name in ("Started", "Ended")] == ["Started", "Ended"]
        listener.wait_until(lambda sound: _over(sound, int(1.2 * RATE)), "the end")
        loud = listener.sound()[np.flatnonzero(envelope(listener.sound()) > LOUD)[-1] * 48 - RATE // 2 :, 0][
            : RATE // 4
        ]
    assert np.argmax(np.abs(np.fft.rfft(loud))) * RATE / len(loud) == pytest.approx(3000, abs=10)
    with pytest.raises(RuntimeError, match="is not on the air"):
        bot.play(1, song, wire.Seek, start=0)


def test_a_crossfade_is_heard_at_one_loudness(icecast: Any, bot: Bot, tmp_path: Path) -> None:
    with listening(icecast) as listener:
        bot.play(1, written(tmp_path / "first.wav", sine(3 * RATE)))
        bot.play(2, written(tmp_path / "second.wav", sine(3 * RATE, frequency=1700)), wire.Follow, crossfade=2 * RATE)
        bot.wait_for("Ended", cue=2, reason="finished", frames=3 * RATE)
        listener.wait_until(lambda sound: _over(sound, 4 * RATE), "the end")
        sound = listener.sound()
    frames = loud_frames(sound)
    assert abs(frames - int(4.5 * RATE)) < 0.05 * RATE, "no song gives more than half of itself to a crossfade"
    loud = np.flatnonzero(envelope(sound) > LOUD) * 48
    inner = sound[loud[0] + 4800 : loud[-1] - 4800, 0]
    power = (inner[: len(inner) // 4800 * 4800] ** 2).reshape(-1, 4800).mean(axis=1)
    assert power.max() / power.min() < 1.15


def test_an_ending_rings_out_under_the_next_song_without_a_gap_or_a_fade(
    icecast: Any, bot: Bot, tmp_path: Path
) -> None:
    join = msgspec.json.encode(wire.Join(1, 2 * RATE))
    with listening(icecast) as listener:
        bot.play(1, written(tmp_path / "first.wav", sine(3 * RATE)), gain=-8.0)
        bot.play(2, written(tmp_path / "second.wav", sine(3 * RATE, frequency=1700)), wire.Follow, gain=-8.0, join=join)
        bot.wait_for("Ended", cue=2, reason="finished", frames=3 * RATE)
        listener.wait_until(lambda sound: _over(sound, round(4.5 * RATE)), "the end")
        sound = listener.sound()
    loud = np.flatnonzero(envelope(sound) > LOUD) * 48
    assert abs(loud[-1] - loud[0] - 5 * RATE) < 0.05 * RATE
    inner = sound[loud[0] + 4800 : loud[0] + round(4.8 * RATE), 0]
    power = (inner[: len(inner) // 4800 * 4800] ** 2).reshape(-1, 4800).mean(axis=1)
    alone, together = np.median(power[:15]), np.median(power[21:27])
    assert together == pytest.approx(2 * alone, rel=0.1), "both are heard at their full level"
    assert power.min() > 0.9 * alone


def test_a_crossfade_may_be_longer_than_what_is_decoded_ahead(icecast: Any, bot: Bot, tmp_path: Path) -> None:
    """It is asked for when the first song is on the air already; its end is known in time all the same."""
    with listening(icecast) as listener:
        bot.play(1, written(tmp_path / "first.wav", sine(16 * RATE)), start=RATE)
        bot.wait_for("Started", cue=1)
        bot.play(2, written(tmp_path / "second.wav", sine(16 * RATE, frequency=1700)), wire.Follow, crossfade=3 * RATE)
        bot.play(1, tmp_path / "first.wav", wire.Seek, start=int(9.5 * RATE))
        bot.wait_for("Started", cue=2)
        listener.wait_until(lambda sound: loud_frames(sound) > 7.5 * RATE, "the crossfade")
        sound = listener.sound()
    both = [at for at in range(0, len(sound) - 4800, 4800) if _has(sound[at : at + 4800], 1000, 1700)]
    assert (both[-1] - both[0]) / RATE == pytest.approx(2.8, abs=0.2), "but for its quiet ends"


def _over(sound: Any, frames: int) -> bool:
    """So much was loud, and now it is silent."""
    return loud_frames(sound) > frames and loud_frames(sound[-RATE // 2 :]) == 0


def _has(sound: Any, *frequencies: int) -> bool:
    spectrum = np.abs(np.fft.rfft(sound[:, 0])) / len(sound)
    return all(spectrum[frequency // 10] > 0.01 for frequency in frequencies)


def test_after_any_number_of_quick_commands_every_cue_has_started_and_ended_once_and_in_order(
    bot: Bot, tmp_path: Path
) -> None:
    tone = written(tmp_path / "tone.wav", sine(RATE // 4))
    for number in range(1, 61):
        bot.play(number, tone, wire.Follow if number % 3 else wire.Play, crossfade=4800 if number % 2 else 0)
        current = bot.state().current
        if number % 5 == 0 and current is not None:
            with suppress(RuntimeError):  # it may have ended since
                bot.ask(wire.Skip, cue=current.cue)
        if number % 17 == 0:
            bot.ask(wire.Stop)
    until(lambda: bot.state().current is None and bot.state().following is None, "the last one ends")
    told = [(name, values["cue"]) for name, values in bot.events if name in ("Started", "Ended")]
    assert len(set(told)) == len(told)
    begun = [cue for name, cue in told if name == "Started"]
    assert len(begun) > 20
    assert [entry for entry in told if entry[1] in begun] == [
        (name, cue) for cue in begun for name in ("Started", "Ended")
    ]


def test_songs_of_no_length_of_a_moment_and_broken_in_the_middle_end_and_the_next_begins(
    bot: Bot, tmp_path: Path
) -> None:
    whole = written(tmp_path / "whole.wav", sine(RATE))
    flac = ["ffmpeg", "-v", "error", "-i", str(whole), str(tmp_path / "whole.flac")]
    subprocess.run(flac, check=True, stdin=subprocess.DEVNULL)
    data = (tmp_path / "whole.flac").read_bytes()
    (tmp_path / "broken.flac").write_bytes(data[: len(data) // 2])
    songs = [
        (written(tmp_path / "none.wav", sine(0)), "finished"),
        (written(tmp_path / "moment.wav", sine(10)), "finished"),
        (tmp_path / "broken.flac", "broken"),
        (whole, "finished"),
    ]
    for cue, (path, reason) in enumerate(songs, 1):
        bot.play(cue, path, wire.Follow)
        bot.wait_for("Ended", cue=cue, reason=reason)
    told = [(name, values["cue"]) for name, values in bot.events if name in ("Started", "Ended")]
    assert told == [(name, cue) for cue in range(1, 5) for name in ("Started", "Ended")]
