"""By its heartbeat the standby knows a streamer that stands still from one that is gone, or quiet on purpose."""

import os
import signal
import subprocess
from pathlib import Path

from bandstand.common.config import Mount
from bandstand.streamer.heartbeat import (
    LEAST_STEPS,
    OFF_AIR,
    STALLED,
    Beat,
    Heartbeat,
    StallDetector,
    State,
    read_state,
)

MOUNT = Mount(path="/stream.mp3", format="mp3", bitrate=128)
STEP = 0.1


def find_stalls(beat: Beat, seconds: float, state: State = State.RUNNING) -> list[float]:
    """When a detector that sees the same beat all the time finds a stall, in seconds after the beat."""
    detector = StallDetector(lambda _: state)
    times = [number * STEP for number in range(round(seconds / STEP))]
    return [after for after in times if detector.detect(beat, after + beat.at)]


def test_what_one_process_writes_another_reads(tmp_path: Path) -> None:
    written, read = Heartbeat(tmp_path, MOUNT), Heartbeat(tmp_path, MOUNT)
    assert read.read().at == OFF_AIR
    written.record_sent(12.5)
    assert read.read() == Beat(os.getpid(), 12.5)
    written.record_off_air()
    assert read.read() == Beat(os.getpid(), OFF_AIR)


def test_a_streamer_that_ends_does_not_speak_for_the_next_one(tmp_path: Path) -> None:
    old, new = Heartbeat(tmp_path, MOUNT), Heartbeat(tmp_path, MOUNT)
    new._pid = 1  # stands for another process
    new.record_sent(3.0)
    old.record_off_air()
    assert new.read() == Beat(1, 3.0)


def test_a_stall_is_found_after_a_second_and_told_once() -> None:
    (found,) = find_stalls(Beat(7, 100.0), 60.0)
    assert STALLED - STEP <= found <= STALLED + 2 * STEP


def test_one_that_is_off_the_air_or_was_killed_does_not_stall() -> None:
    assert find_stalls(Beat(7, OFF_AIR), 60.0) == []
    assert find_stalls(Beat(7, 100.0), 60.0, State.GONE) == []


def test_where_the_standby_stood_still_as_well_the_streamer_gets_time() -> None:
    detector = StallDetector(lambda _: State.RUNNING)
    beat = Beat(7, 100.0)
    assert not detector.detect(beat, 100.1)
    assert not any(detector.detect(beat, 130.0 + number * STEP) for number in range(LEAST_STEPS - 1))


def test_one_that_somebody_has_stopped_is_given_no_time() -> None:
    (found,) = find_stalls(Beat(7, 100.0), 60.0, State.STOPPED)
    assert found <= 2 * STEP
    assert find_stalls(Beat(7, OFF_AIR), 60.0, State.STOPPED) == []


def test_the_state_of_a_process_is_known() -> None:
    assert read_state(os.getpid()) is State.RUNNING
    assert read_state(2**22 + 1) is State.GONE
    with subprocess.Popen(["sleep", "60"]) as child:
        child.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, child.pid, os.WSTOPPED | os.WNOWAIT)
        assert read_state(child.pid) is State.STOPPED
        child.kill()
