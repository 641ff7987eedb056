"""Whatever is asked, made, reported, lost and repeated, in any order: nothing promised vanishes, and what is heard is
what the database says.

The core, the database and the picture that the bot has of the streamer are the real ones. The streamer, its wire, the
workers and a disk that fails are models: they do what the real ones do, at the moments that hypothesis chooses.
"""

from collections import deque
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.playout.connection import NumberedReport
from bot.playout.controller import record_report
from bot.playout.picture import StreamerPicture
from bot.station import making, on_air, watches
from bot.station.on_air import get_asker
from bot.station.ordering import Order, order_song
from bot.station.repositories import Transaction
from bot.station.scheduling import Plan, find_next
from bot.station.table import REQUESTS
from bot.storage.store import StoreError
from common import wire
from common.api.events import CueSkipped, CueSought, Event, QueueChanged, VersionReady
from common.api.people import Place, Requester, Right
from common.api.refusals import Refused
from common.api.requests import (
    CancelJob,
    Enqueue,
    Generate,
    Pause,
    Play,
    RemakeSong,
    Request,
    Resume,
    Seek,
    Skip,
    Stop,
    UnwatchGenerator,
    WatchGenerator,
)
from common.api.results import Enqueued, Ordered, Playing
from common.api.values import Cue, CueState, Outside, SongState
from common.generators import Generator
from common.jobs import Begun, Failed
from common.types import RATE
from tests.bot.memory import DirectStore
from tests.bot.station.conftest import LENGTH, make_done

ANN = Requester("ann", Place("console"), Right.OWNER)
MINE = {"mine": Generator(command=["mine"])}
MOST_JOBS = 5
Work = Callable[[Transaction], Any]
INDEX = st.integers(0, 9)

JOBS = "SELECT id, job.state, song.state, purpose, cuts_in FROM job JOIN song ON song.code = job.song_id"
CUES = (
    "SELECT cue.id, cue.state, cue.reason, cue.song_id, song.state, cue.started, cue.job_id, cue.cuts_id,"
    " cue.returns_id FROM cue JOIN song ON song.code = cue.song_id"
)
TABLES = ("song", "job", "cue", "setting", "watch")
SONGS_OF_JOB = {
    "waiting": {"making"},
    "running": {"making", "begun"},
    "done": {"ready"},
    "failed": {"failed"},
    "cancelled": {"failed"},
}


class ModelStreamer:
    """What `streamer.playout` and `streamer.reports` do, without sound."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.current: int | None = None
        self.position = 0
        self.following: tuple[int, int] | None = None
        self.kept: dict[int, wire.PlayoutReport] = {}
        self._is_started = False
        self._last = 0

    def play(self, cue: int, start: int) -> None:
        if self.following is not None and self.following[0] == cue:
            self.following = None
        self._end("cut")
        self._begin(cue, start)

    def follow(self, cue: int, start: int) -> None:
        self.following = None
        if cue != self.current:
            self.following = (cue, start)
            self._go_on()

    def unfollow(self, cue: int) -> None:
        if self.following is not None and self.following[0] == cue:
            self.following = None

    def skip(self, cue: int) -> None:
        if cue == self.current:
            self._end("skipped")
            self._go_on()

    def seek(self, cue: int, frames: int) -> None:
        if cue == self.current:
            self.position = frames

    def stop(self) -> None:
        self._end("stopped")
        self.following = None

    def sound(self, seconds: float) -> None:
        if self.current is not None:
            self._start()
            self.position += round(seconds * RATE)

    def finish(self, reason: str) -> None:
        if self.current is not None:
            self._start()
            self._end(reason)
            self._go_on()

    def _begin(self, cue: int, start: int) -> None:
        self.current, self.position, self._is_started = cue, start, False

    def _go_on(self) -> None:
        if self.current is None and self.following is not None:
            (cue, start), self.following = self.following, None
            self._begin(cue, start)

    def _start(self) -> None:
        if not self._is_started and self.current is not None:
            self._is_started = True
            self._report(wire.Started(self.current, self.position))

    def _end(self, reason: str) -> None:
        if self.current is not None:
            self._report(wire.Ended(self.current, reason, self.position))
            self.current = None

    def _report(self, report: wire.PlayoutReport) -> None:
        self._last += 1
        self.kept[self._last] = report


class ProgrammeMachine(RuleBasedStateMachine):
    @initialize()
    def open_station(self) -> None:
        self.now = 1000.0
        self.store = DirectStore(self.publish, now=lambda: self.now)
        self.is_failing = False
        self.facts: deque[tuple[Work, Callable[[], None]]] = deque()
        self.workers: dict[int, str] = {}
        """Jobs that were handed out in this life of the bot, and their songs."""
        self.sounds: set[str] = set()
        """Songs whose sound can be opened."""
        self.must_compare = False
        self.cuts: list[VersionReady] = []
        self.sought: list[CueSought] = []
        self.streamers = 0
        self.reported: dict[int, set[str]] = {}
        self.skipped: set[int] = set()
        self.unplayable: set[int] = set()
        self.promised: list[Ordered | int] = []
        self.before: dict[int, Any] = {}
        for title in ("One", "Two"):
            self.store_song(title)
        self.start_bot()
        self.start_streamer()
        self.connect(acknowledges=True)

    def store_song(self, title: str) -> None:
        def work(tx: Transaction) -> None:
            job = order_song(tx, Order("band", get_asker(ANN), {}, is_played=False))
            making.claim_job(tx)
            making.record_done(tx, job.id, make_done(job.song, title, facts={"tempo": 120}))
            self.sounds.add(job.song)

        self.now += 1
        self.store.do(work)

    def start_bot(self) -> None:
        self.picture = StreamerPicture(lambda: self.now)
        self.is_connected = self.is_ready = False
        self.sent: set[int] = set()
        """Reports that came over this connection."""

    def start_streamer(self) -> None:
        self.streamers += 1
        self.streamer: ModelStreamer | None = ModelStreamer(f"life {self.streamers}")

    # What the bot's parts do

    def publish(self, events: Any) -> None:
        for event in events:
            self.react(event)

    def react(self, event: Event) -> None:
        match event:
            case QueueChanged():
                self.must_compare = True
            case CueSkipped(cue=cue) if self.is_connected and self.streamer is not None:
                self.streamer.skip(cue)
            case CueSought():
                self.sought.append(event)
            case VersionReady():
                self.cuts.append(event)

    def record(self, work: Work, then: Callable[[], None] = lambda: None) -> None:
        """As `Store.record`: in order, and tried again until the disk takes it."""
        self.facts.append((work, then))
        self.try_facts()

    def try_facts(self) -> None:
        while self.facts:
            work, then = self.facts[0]
            if not self.run(work):
                return
            self.facts.popleft()
            then()

    def run(self, work: Work) -> bool:
        """Whether it was committed. Where the disk fails all of the work has run, and nothing of it has happened."""
        if not self.is_failing:
            self.store.do(work, self.look())
            return True
        before = self.dump()

        def work_in_vain(tx: Transaction) -> None:
            work(tx)
            raise StoreError("the disk is full")

        with pytest.raises(StoreError):
            self.store.do(work_in_vain, self.look())
        assert self.dump() == before
        return False

    def look(self) -> Outside:
        air = self.picture.get_on_air() if self.is_connected else None
        return Outside(on_air=air, is_connected=self.is_connected, generators=MINE)

    def ask(self, request: Request) -> Any:
        """The result; None where it was refused, or the disk failed. Facts that wait are not overtaken."""
        self.now += 1
        self.try_facts()
        if self.facts:
            return None
        results: list[Any] = []
        try:
            is_done = self.run(lambda tx: results.append(REQUESTS[type(request)].handler(request, ANN, tx)))
        except Refused:
            return None
        self.carry_out_seeks()
        return results[0] if is_done else None

    def promise(self, result: Any) -> None:
        if isinstance(result, Ordered):
            self.promised.append(result)
        elif isinstance(result, Playing | Enqueued):
            self.promised.append(self.select("SELECT MAX(id) FROM cue")[0][0])

    # The wire

    def connect(self, *, acknowledges: bool) -> None:
        """Reports that were kept come first, and then what is played."""
        if self.streamer is None:
            self.start_streamer()
        assert self.streamer is not None
        self.picture.clear()
        self.sent = set()
        self.is_connected = True
        self.deliver_all(acknowledges=acknowledges)
        current, following = self.streamer.current, self.streamer.following
        state = wire.StreamerState(
            pid=1, streamer=self.streamer.name, uptime=1.0, mounts=[],
            current=wire.OnAir(current, self.streamer.position) if current is not None else None,
            following=wire.OnAir(*following) if following else None,
        )  # fmt: skip
        self.picture.record_state(state)
        streamer = self.streamer

        def become_ready() -> None:
            self.is_ready = self.is_connected and streamer is self.streamer
            self.must_compare = True

        self.record(lambda tx: on_air.record_found(tx, current), become_ready)

    def deliver_next(self, *, acknowledges: bool) -> None:
        streamer = self.streamer
        unsent = [number for number in streamer.kept if number not in self.sent] if streamer else []
        if not self.is_connected or not unsent or streamer is None:
            return
        number, report = unsent[0], streamer.kept[unsent[0]]
        self.sent.add(number)
        if isinstance(report, wire.Ended):
            self.reported.setdefault(report.cue, set()).add(report.reason)
        self.picture.record_report(report, 0.0)
        numbered, at = NumberedReport(streamer.name, number, 0.0, report), self.now

        def acknowledge() -> None:
            self.must_compare = True
            if acknowledges:
                streamer.kept.pop(number, None)

        self.record(lambda tx: record_report(tx, numbered, at), acknowledge)

    def deliver_all(self, *, acknowledges: bool) -> None:
        while self.is_connected and self.streamer and set(self.streamer.kept) - self.sent:
            self.deliver_next(acknowledges=acknowledges)

    def lose_connection(self, *, notes_place: bool) -> None:
        current, position = self.picture.current, self.picture.get_position()
        self.start_bot_connection_anew()
        if current is not None and notes_place:
            self.record(lambda tx: on_air.record_lost(tx, current, position))

    def start_bot_connection_anew(self) -> None:
        self.is_connected = self.is_ready = False
        self.picture.clear()

    # The controller, as `bot.playout.controller` does it; answers come after the reports before them

    def carry_out_plan(self, *, can_open: bool = True) -> None:
        if not self.is_ready or self.streamer is None or not self.must_compare:
            return
        self.must_compare = False
        plan = self.store._run(on_air.make_plan, self.look(), is_writing=False)
        if plan.current is None:
            self.carry_out_silence(plan)
        elif not self.picture.has_ended(plan.current.id):
            if self.picture.current != plan.current.id:
                if not self.send(self.streamer.play, plan.current, can_open):
                    return
                self.picture.record_played(plan.current)
            self.carry_out_following(plan.following, can_open)

    def carry_out_silence(self, plan: Plan) -> None:
        assert self.streamer is not None
        picture, keep = self.picture, plan.keep
        if keep is not None and picture.current != keep and not picture.has_ended(keep):
            self.record(lambda tx: on_air.record_missing(tx, keep))
        if picture.current is not None and picture.current != keep:
            self.streamer.stop()
            self.deliver_all(acknowledges=True)

    def carry_out_following(self, following: Cue | None, can_open: bool) -> None:
        assert self.streamer is not None
        if following is None:
            if self.picture.following is not None:
                self.streamer.unfollow(self.picture.following)
                self.deliver_all(acknowledges=True)
                self.picture.record_unfollowed()
        elif self.picture.lacks_following(following) and self.send(self.streamer.follow, following, can_open):
            self.picture.record_followed(following)

    def send(self, act: Callable[[int, int], None], cue: Cue, can_open: bool) -> bool:
        if not can_open or cue.song.code not in self.sounds:
            self.unplayable.add(cue.id)
            self.record(lambda tx: on_air.record_unplayable(tx, cue.id, "no sound"))
            return False
        act(cue.id, cue.start)
        self.deliver_all(acknowledges=True)
        return True

    def carry_out_seeks(self) -> None:
        while self.sought:
            event = self.sought.pop()
            plan = self.store._run(on_air.make_plan, self.look(), is_writing=False)
            is_there = plan.current is not None and plan.current.id == event.cue == self.picture.current
            if self.is_connected and self.streamer is not None and is_there:
                self.streamer.seek(event.cue, event.frames)
                self.picture.record_sought(event.cue, event.frames)

    # What people ask

    def pick(self, songs: list[str], index: int) -> str:
        return songs[index % len(songs)]

    def list_songs(self, *states: str) -> list[str]:
        marks = ", ".join("?" for _ in states)
        return [
            code for (code,) in self.select(f"SELECT code FROM song WHERE state IN ({marks}) ORDER BY code", states)
        ]

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

    # The database, past the core

    def select(self, query: str, parameters: Any = ()) -> list[Any]:
        rows: list[Any] = self.store.database.connection().execute(query, parameters).fetchall()
        return rows

    def dump(self) -> list[Any]:
        return [self.select(f"SELECT * FROM {table}") for table in TABLES]


TestProgramme = ProgrammeMachine.TestCase
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
