"""How probes are run and reported: in time, whatever one of them does; the worst first; as text and as JSON."""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bandstand.bot.doctor import command, examination, looking
from bandstand.bot.doctor.examination import Probe, examine
from bandstand.common import config
from bandstand.common.api.values import Grade, Symptom
from bandstand.common.lock import ProcessLock


def say(grade: Grade) -> Iterator[Symptom]:
    yield Symptom("a", grade, f"it is {grade}", "" if grade is Grade.OK else "mend it")


def test_the_worst_comes_first_and_the_order_of_the_probes_is_kept_within_a_grade() -> None:
    probes = [Probe(str(number), lambda grade=grade: grade, say) for number, grade in enumerate(reversed(Grade))]
    assert [symptom.grade for symptom in examine(probes)] == list(Grade)


def test_a_look_that_hangs_or_fails_costs_its_own_line_only() -> None:
    def fail() -> None:
        raise PermissionError(13, "Permission denied", "/proc/x")

    hang = threading.Event()
    probes = [Probe("hung", hang.wait, say), Probe("failed", fail, say), Probe("good", lambda: Grade.OK, say)]
    symptoms = {symptom.subject: symptom for symptom in examine(probes, limit=0.2)}
    hang.set()
    assert "did not end" in symptoms["hung"].sentence and symptoms["hung"].remedy
    assert "/proc/x: Permission denied" in symptoms["failed"].sentence
    assert symptoms["a"].grade is Grade.OK


def test_a_report_has_each_remedy_below_its_fault_and_no_control_codes() -> None:
    symptoms = [Symptom("ports", Grade.WORSE, "taken by \x1b[2Jx", "set web.port"), Symptom("disk", Grade.OK, "much")]
    lines = command.format_report(symptoms).splitlines()
    assert lines[0].startswith("worse   ports") and "\x1b" not in lines[0]
    assert lines[1].strip() == "do: set web.port"
    assert lines[2].startswith("ok      disk") and lines[3].startswith("nothing keeps the station off the air; 1 thing")


@pytest.fixture
def few_probes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Probe]:
    monkeypatch.chdir(tmp_path)
    probes: list[Probe] = []
    monkeypatch.setattr(command, "list_probes", lambda *_: probes)
    return probes


@pytest.mark.parametrize(("grade", "status"), [(Grade.FAULT, 1), (Grade.WORSE, 0), (Grade.ADVICE, 0), (Grade.OK, 0)])
def test_the_exit_status_says_whether_there_is_a_fault(
    few_probes: list[Probe], grade: Grade, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    few_probes.append(Probe("a", lambda: grade, say))
    assert command.main(["--json"]) == status
    said = json.loads(capsys.readouterr().out)
    assert said["result"] == "diagnosis" and said["symptoms"][0]["grade"] == grade


def test_every_probe_has_a_subject_of_its_own_and_all_look_without_a_station(tmp_path: Path) -> None:
    settings = config.load(None, {})
    probes = examination.list_probes(settings, None, 0)
    assert len({probe.subject for probe in probes}) == len(probes)


def test_who_has_a_port_is_found_by_its_process(tmp_path: Path) -> None:
    (tmp_path / "bandstand.toml").write_text("[telnet]\nenabled = false\n[live]\nenabled = false\n")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        text = f'[icecast]\nhost = "127.0.0.1"\npassword = "x"\n[web]\nport = {port}\n'
        with (tmp_path / "bandstand.toml").open("a") as stream:
            stream.write(text)
        seen = looking.look_at_ports(config.load(tmp_path / "bandstand.toml", {}))
    assert [(one.key, one.port, one.is_taken, one.is_ours) for one in seen] == [("web", port, True, False)]
    assert seen[0].holder is not None and seen[0].holder.pid is not None


def test_what_can_be_seen_of_this_machine_is_plausible(tmp_path: Path) -> None:
    (tmp_path / "bandstand.toml").write_text("")
    settings = config.load(tmp_path / "bandstand.toml", {})
    assert looking.look_at_memory(settings).available > 1_000_000
    assert looking.look_at_clock(settings).newest == 0
    assert [seen.what for seen in looking.look_at_disks(settings)] == ["station", "temporary files"]
    assert looking.look_at_station(settings, 2).faults == 2
    assert looking.look_at_rights(settings, tmp_path / "bandstand.toml").faults == ()


class Answers(BaseHTTPRequestHandler):
    """An Icecast with one source, the standby's."""

    def do_GET(self) -> None:
        source = {"listenurl": "http://radio:8000/standby/stream.mp3", "listeners": 3}
        body = json.dumps({"icestats": {"source": source}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(("age", "absent"), [(60, ("/stream.mp3", "/stream.opus")), (0, ())])
def test_mounts_are_missed_once_the_station_has_run_for_a_while(
    age: int, absent: tuple[str, ...], tmp_path: Path
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        path = tmp_path / "bandstand.toml"
        path.write_text(f'[icecast]\nhost = "127.0.0.1"\nport = {server.server_port}\npassword = "x"\n')
        settings = config.load(path, {})
        settings.paths.directory.mkdir()
        lock = ProcessLock(settings.paths.bot_lock)
        lock.acquire("station")
        os.utime(settings.paths.bot_lock, (time.time() - age,) * 2)
        seen = looking.look_at_icecast(settings)
        lock.release()
        server.shutdown()
    assert (seen.absent, seen.listeners, seen.sources) == (absent, 3, 4)


def test_as_whom_the_station_runs_is_whose_its_folder_is(tmp_path: Path) -> None:
    path = tmp_path / "bandstand.toml"
    path.write_text("")
    settings = config.load(path, {})
    settings.paths.directory.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    assert looking.look_at_rights(settings, path).is_root
    os.chown(settings.paths.directory, 64001, 64001)
    seen = looking.look_at_rights(settings, path)
    assert (seen.user, seen.is_root) == ("user 64001", False)
