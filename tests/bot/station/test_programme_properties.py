"""Whatever is asked, made, reported, lost and repeated, in any order: nothing promised vanishes, and what is heard is
what the database says.

The core, the database and the picture that the bot has of the streamer are the real ones. The streamer, its wire, the
workers and a disk that fails are models: they do what the real ones do, at the moments that hypothesis chooses.
"""

from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bandstand.bot.station import making, on_air, watches
from bandstand.bot.station.scheduling import find_next
from bandstand.common import wire
from bandstand.common.api.requests import (
    CancelJob,
    ClearQueue,
    Enqueue,
    Generate,
    MoveInQueue,
    Pause,
    Play,
    RemakeSong,
    RemoveFromQueue,
    Request,
    Resume,
    Seek,
    Skip,
    Stop,
    UnwatchGenerator,
    WatchGenerator,
)
from bandstand.common.api.values import CueState, SongState
from bandstand.common.jobs import Begun, Failed
from bandstand.common.types import RATE
from tests.bot.station.conftest import LENGTH, make_done
from tests.bot.station.model_station import ModelStation, ModelStreamer

T = TypeVar("T")
MOST_JOBS = 5
INDEX = st.integers(0, 9)

JOBS = "SELECT id, job.state, song.state, purpose, cuts_in FROM job JOIN song ON song.code = job.song_id"
CUES = (
    "SELECT cue.id, cue.state, cue.reason, cue.song_id, song.state, cue.started, cue.job_id, cue.cuts_id,"
    " cue.returns_id FROM cue JOIN song ON song.code = cue.song_id"
)
SONGS_OF_JOB = {
    "waiting": {"making"},
    "running": {"making", "begun"},
    "done": {"ready"},
    "failed": {"failed"},
    "cancelled": {"failed"},
}


class ProgrammeMachine(ModelStation, RuleBasedStateMachine):
    @initialize()
    def open(self) -> None:
        self.open_station()

    # What people ask

    def pick(self, some: list[T], index: int) -> T:
        return some[index % len(some)]

    def list_songs(self, *states: str) -> list[str]:
        songs = self.select("SELECT code, state FROM song ORDER BY code")
        return [code for code, state in songs if state in states]

    def list_queued(self) -> list[int]:
        return [cue for (cue,) in self.select("SELECT id FROM cue WHERE state = 'queued' ORDER BY id")]

    def list_open_jobs(self) -> list[int]:
        return [job for (job,) in self.select("SELECT id FROM job WHERE state IN ('waiting', 'running') ORDER BY id")]

    @rule(cuts_in=st.booleans())
    def generate(self, cuts_in: bool) -> None:
        if len(self.list_open_jobs()) < MOST_JOBS:
            self.promise(self.ask(Generate(cuts_in=cuts_in)))

    @rule(index=INDEX, resumes=st.booleans())
    def play(self, index: int, resumes: bool) -> None:
        self.promise(self.ask(Play(song=self.pick(self.list_songs("ready", "begun"), index), resumes=resumes)))

    @rule(index=INDEX)
    def enqueue(self, index: int) -> None:
        self.promise(self.ask(Enqueue(song=self.pick(self.list_songs("ready", "begun", "making"), index))))

    @rule(index=INDEX)
    def remove(self, index: int) -> None:
        queued = self.list_queued()
        if queued and self.ask(RemoveFromQueue(cue=self.pick(queued, index))) is not None:
            self.removed.add(self.pick(queued, index))

    @rule(index=INDEX, place=st.integers(1, 4))
    def move(self, index: int, place: int) -> None:
        queued = self.list_queued()
        if queued:
            self.ask(MoveInQueue(cue=self.pick(queued, index), place=place))

    @rule()
    def clear(self) -> None:
        queued = self.list_queued()
        if self.ask(ClearQueue()) is not None:
            self.removed.update(queued)

    @rule(index=INDEX)
    def remake(self, index: int) -> None:
        if len(self.list_open_jobs()) < MOST_JOBS:
            self.ask(RemakeSong(song=self.pick(self.list_songs("ready"), index)))

    @rule(names_cue=st.booleans())
    def skip(self, names_cue: bool) -> None:
        air = self.find_air()
        if self.ask(Skip(cue=air if names_cue else None)) is not None and air is not None:
            self.skipped.add(air)

    @rule(request=st.sampled_from([Stop(), Stop(fade=5), Pause()]))
    def stop(self, request: Request) -> None:
        self.ask(request)

    @rule()
    def resume(self) -> None:
        self.ask(Resume())

    @rule(seconds=st.sampled_from([-5, 0, 5, 80]), is_relative=st.booleans())
    def seek(self, seconds: int, is_relative: bool) -> None:
        self.ask(Seek(seconds=seconds, is_relative=is_relative))

    @rule(index=INDEX)
    def cancel(self, index: int) -> None:
        jobs = self.list_open_jobs()
        if jobs:
            self.ask(CancelJob(job=jobs[index % len(jobs)]))

    @rule(begins=st.booleans())
    def watch(self, begins: bool) -> None:
        if len(self.list_open_jobs()) < MOST_JOBS:
            self.ask(WatchGenerator(generator="mine") if begins else UnwatchGenerator())

    @rule()
    def save_generator(self) -> None:
        if len(self.list_open_jobs()) < MOST_JOBS:
            self.record(lambda tx: watches.record_saved(tx, "mine"))

    @precondition(lambda self: self.cuts)
    @rule(has_bars=st.booleans())
    def cut_in_version(self, has_bars: bool) -> None:
        ready = self.cuts.pop()
        self.record(lambda tx: watches.cut_in_version(tx, ready.job, ready.bars if has_bars else None))

    # What workers do

    @rule()
    def claim(self) -> None:
        self.try_facts()
        claimed: list[Any] = []
        if not self.facts and self.run(lambda tx: claimed.append(making.claim_job(tx))) and claimed[0] is not None:
            self.workers[claimed[0].job.id] = claimed[0].song.code

    @precondition(lambda self: self.workers)
    @rule(index=INDEX, step=st.sampled_from(["begun", "begun", "begun", "done", "failed"]), tempo=st.booleans())
    def step(self, index: int, step: str, tempo: bool) -> None:
        """Of any job that was handed out, be it over or not; perhaps the second time."""
        self.now += 1
        job, song = list(self.workers.items())[index % len(self.workers)]
        if step == "begun":
            self.sounds.add(song)
            begun = Begun("Begun", "ann", LENGTH, {"tempo": 120} if tempo else {})
            self.record(lambda tx: making.record_begun(tx, job, begun))
        elif step == "done":
            self.sounds.add(song)
            self.record(lambda tx: making.record_done(tx, job, make_done(song, "Done")))
        else:
            is_made = self.select("SELECT state FROM song WHERE code = ?", (song,)) == [("ready",)]
            if not is_made:
                self.sounds.discard(song)
            self.record(lambda tx: making.record_failed(tx, job, Failed("it crashed")))

    # What the streamer does

    @precondition(lambda self: self.streamer)
    @rule(seconds=st.sampled_from([0.5, 20.0]))
    def sound(self, seconds: float) -> None:
        self.now += seconds
        self.streamer.sound(seconds)

    @precondition(lambda self: self.streamer and self.streamer.current is not None)
    @rule(reason=st.sampled_from(["finished", "finished", "broken"]))
    def finish(self, reason: str) -> None:
        self.streamer.finish(reason)

    @precondition(lambda self: self.is_connected)
    @rule(acknowledges=st.booleans())
    def deliver(self, acknowledges: bool) -> None:
        self.deliver_next(acknowledges=acknowledges)

    @rule(can_open=st.sampled_from([True, True, True, False]))
    def bring_into_step(self, can_open: bool) -> None:
        self.carry_out_plan(can_open=can_open)

    # What goes wrong

    @rule()
    def lose_or_mend_disk(self) -> None:
        self.is_failing = not self.is_failing
        self.try_facts()

    @precondition(lambda self: self.is_connected)
    @rule(notes_place=st.booleans())
    def break_connection(self, notes_place: bool) -> None:
        self.lose_connection(notes_place=notes_place)

    @rule(notes_place=st.booleans())
    def kill_streamer(self, notes_place: bool) -> None:
        if self.is_connected:
            self.lose_connection(notes_place=notes_place)
        self.streamer = None

    @precondition(lambda self: not self.is_connected)
    @rule(acknowledges=st.booleans())
    def connect_again(self, acknowledges: bool) -> None:
        self.connect(acknowledges=acknowledges)

    @rule(finished=st.booleans())
    def restart_bot(self, finished: bool) -> None:
        """Facts that waited are lost with the bot, and so are workers; some have finished their songs by themselves."""
        self.facts.clear()
        self.cuts.clear()
        self.is_failing = False
        self.start_bot()
        running = self.select("SELECT song_id FROM job WHERE state = 'running' ORDER BY id") if finished else []
        made = [song for (song,) in running[::2]]
        ready = {song for (song,) in self.select("SELECT code FROM song WHERE state = 'ready'")}
        self.sounds &= ready
        self.sounds |= set(made)
        self.workers.clear()
        self.store.do(lambda tx: making.return_jobs(tx, [make_done(song, "Done") for song in made]))

    # What holds at every moment

    @invariant()
    def states_agree(self) -> None:
        for job, state, song, purpose, cuts_in in self.select(JOBS):
            assert song in SONGS_OF_JOB[state], (job, state, song)
            if purpose == "" and cuts_in and state == "done":
                assert self.select("SELECT id FROM cue WHERE job_id = ?", (job,)), f"job {job} was never heard"

    @invariant()
    def cues_live_their_lives(self) -> None:
        after = {row[0]: row[1:] for row in self.select(CUES)}
        assert sum(row[0] == "air" for row in after.values()) <= 1
        assert set(self.before) <= set(after), "a cue is never forgotten"
        for cue, (state, reason, song, song_state, started, _job, _cuts, returns) in after.items():
            was = self.before.get(cue)
            if was is not None and was[0] == "over":
                assert state == "over", "what is over stays over"
            elif state == "over":
                self.check_end(cue, after)
            if state == "queued":
                assert song_state != "failed", f"cue {cue} waits for {song}, which was given up"
                assert started is None
            assert (state == "over") or reason == "", (cue, state, reason, returns)
        self.before = after

    def check_end(self, cue: int, after: dict[int, Any]) -> None:
        """A cue ends for a reason that somebody gave."""
        _, reason, song, song_state, _, _, _, returns = after[cue]
        told = self.reported.get(cue, set()) | (self.reported.get(returns, set()) if returns else set())
        skipped = {cue, returns} & (self.skipped | ({self.find_last_air()} if reason == "skipped" else set()))
        is_cut = any(row[6] == cue for row in after.values())
        is_again = any(row[2] == song and number > cue for number, row in after.items() if number not in self.before)
        assert {
            "": True,
            "finished": "finished" in told,
            "skipped": "skipped" in told or bool(skipped),
            "broken": "broken" in told or song_state == "failed" or cue in self.unplayable,
            "cut": is_cut or ("cut" in told and (is_again or self.before.get(cue, ("",))[0] == "air")),
            "stopped": song_state == "failed",
            "removed": cue in self.removed,
        }[reason], (cue, after[cue], told)

    def find_air(self) -> int | None:
        return next((cue for (cue,) in self.select("SELECT id FROM cue WHERE state = 'air'")), None)

    def find_last_air(self) -> int | None:
        return next((cue for cue, row in self.before.items() if row[0] == "air"), None)

    @invariant()
    def promises_are_kept(self) -> None:
        jobs = {row[0] for row in self.select("SELECT id FROM job")}
        of_jobs = {job: cue for cue, job in self.select("SELECT id, job_id FROM cue WHERE job_id IS NOT NULL")}
        cues = {row[0] for row in self.select("SELECT id FROM cue")}
        for promised in self.promised:
            if isinstance(promised, int):
                assert promised in cues
            else:
                assert promised.job in jobs
                assert promised.cuts_in or promised.job in of_jobs

    # What holds when all has arrived

    @rule()
    def settle(self) -> None:
        self.is_failing = False
        self.try_facts()
        if not self.is_connected:
            self.connect(acknowledges=True)
        for _ in range(12):
            self.deliver_all(acknowledges=True)
            self.carry_out_plan()
        self.check_air()

    def check_air(self) -> None:
        """What is heard is what the database says, and silence only where nothing can be played."""
        assert self.streamer is not None and self.is_ready
        cues = self.store.do(lambda tx: tx.queue.list_open())
        plan = self.store.do(on_air.make_plan)
        air = next((cue for cue in cues if cue.state is CueState.AIR), None)
        current, following = self.streamer.current, self.streamer.following
        if self.store.do(on_air.is_stopped):
            assert current is None
        elif air is None:
            assert current is None
            assert find_next(cues) is None, "nothing is heard, though something is there to be played"
        elif air.is_audible:
            assert plan.current is not None
            assert current == air.id
            wanted = (plan.following.id, plan.following.start) if plan.following else None
            assert following == wanted
        elif air.song.state is SongState.FAILED:
            assert current == air.id, "what the streamer does not have holds the air"
        else:
            assert current in (None, air.id)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.settle()
            self.cues_live_their_lives()
            self.store.database.close()


TestProgramme = pytest.mark.slow(ProgrammeMachine.TestCase)
TestProgramme.settings = settings(max_examples=settings.default.max_examples // 2)
"""Half of the usual: each of them is fifty steps."""


def test_a_model_is_no_better_than_the_reports_that_it_makes() -> None:
    """The model streamer against the rules of the real one: who ends, who begins, and in which order that is told."""
    streamer = ModelStreamer("x")
    streamer.play(1, 0)
    streamer.follow(2, 10)
    streamer.sound(1.0)
    streamer.finish("finished")
    streamer.sound(0.0)
    streamer.stop()
    assert list(streamer.kept.values()) == [
        wire.Started(1, 0),
        wire.Ended(1, "finished", RATE),
        wire.Started(2, 10),
        wire.Ended(2, "stopped", 10),
    ]
    assert streamer.current is None
