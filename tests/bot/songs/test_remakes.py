"""What is said of a song that was made again."""

from bot.database.models import Song
from bot.effects import Tell
from bot.songs import library, programme, purposes
from bot.songs.remakes import verdict
from common.jobs import Provenance
from common.types import SongCode
from tests.bot.conftest import made


def test_the_verdict_tells_sound_and_program_apart() -> None:
    before = Provenance(sound="a", program="p")
    assert verdict(before, before) == "the sound is the same, bit for bit"
    assert "though the program has changed" in verdict(before, Provenance(sound="a", program="q"))
    assert "so is the program (p then, q now)" in verdict(before, Provenance(sound="b", program="q"))
    assert "does not depend on its seed alone" in verdict(before, Provenance(sound="b", program="p"))
    assert "nothing to compare with" in verdict(Provenance(), before)


def test_a_remake_is_made_unheard_with_the_same_seed_and_parameters_and_told_to_whoever_asked(bench) -> None:
    bench.stored("One")
    Song.update(provenance='{"sound": "a"}').execute()
    outcome = bench.say("remake one")
    taken = programme.take_job()
    assert taken is not None
    job, song = taken
    assert outcome.reply.job == str(job)
    assert (song.generator, song.seed, song.parameters) == ("band", 1, {})
    effects = purposes.done(job, made(SongCode(song.code), "One"), bench.now)
    assert isinstance(effects[-1], Tell)
    assert "the sound is another one" in effects[-1].reply.summary
    assert library.slots() == []
