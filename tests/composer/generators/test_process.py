"""How a program is started, limited and ended: as real processes."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from bandstand.common.descendants import list_children
from bandstand.common.generators import Generator

pytestmark = pytest.mark.integration
CASES = Path(__file__).parents[2] / "cases" / "generators"
TONE = "out.write(wav(s16(frames())))\n"
DAEMON = "setsid sh -c 'setsid sleep 907 & sleep 907' >/dev/null 2>&1 &"
BREEDER = """
import os, time
os.setsid()
ends = time.monotonic() + 20  # also where nobody ends it, because the test was killed
while time.monotonic() < ends:
    if not os.fork():
        os.setsid()
        time.sleep(60)
        break
    time.sleep(0.02)
"""
LEAVE = {
    "session": "subprocess.Popen(['sleep', '907'], start_new_session=True)\n",
    "daemon": f"subprocess.Popen(['sh', '-c', {DAEMON!r}]).wait()\n",
    "deaf": "subprocess.Popen(['sh', '-c', 'trap \"\" TERM HUP; sleep 907; sleep 907'], start_new_session=True)\n",
    "breeds": f"subprocess.Popen([sys.executable, '-c', {BREEDER!r}])\n",
}


def case(name: str, *arguments: str) -> Generator:
    command = [sys.executable, name, *arguments] if name.endswith(".py") else [f"./{name}"]
    return Generator(command=command, directory=str(CASES))


@pytest.mark.parametrize("end", ["", "sys.exit(1)", "signal.pause()"], ids=["well", "badly", "late"])
@pytest.mark.parametrize("how", LEAVE)
def test_what_a_program_leaves_behind_is_gone_with_the_job(how: str, end: str, workshop) -> None:
    before = list_children(os.getpid())
    workshop.run(workshop.python(f"import signal, subprocess\n{LEAVE[how]}{TONE}out.close()\n{end}", timeout=1.5))
    assert set(list_children(os.getpid())) <= set(before)


def test_the_case_that_leaves_a_helper_is_played_and_its_helper_is_gone(workshop) -> None:
    before = list_children(os.getpid())
    assert workshop.run(case("leaves.sh")).done.seconds == 5.0
    assert set(list_children(os.getpid())) <= set(before)


def test_addresses_that_are_only_reserved_are_no_memory(workshop) -> None:
    assert workshop.run(case("reserves.py")).done.seconds == pytest.approx(6.0, abs=0.05)


@pytest.mark.parametrize("prot", ["mmap.PROT_READ | mmap.PROT_WRITE", "0"])
def test_reserved_memory_of_any_kind_is_taken(prot: str, workshop) -> None:
    reserve = f"import mmap\nm = mmap.mmap(-1, 20 << 30, flags=mmap.MAP_PRIVATE | 0x4000, prot={prot})\n"
    assert workshop.run(workshop.python(reserve + TONE, memory=100)).done.seconds == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "x = bytearray(300 << 20)\nimport signal; signal.pause()",
        "import subprocess\nx = bytearray(60 << 20)\n"
        "more = [subprocess.Popen([sys.executable, '-c', 'x = bytearray(60 << 20); input()'], stdin=subprocess.PIPE,"
        " start_new_session=True) for _ in range(4)]\nimport signal; signal.pause()",
        "x = []\nwhile True: x.append(bytearray(1 << 20))",
        "import tempfile\nf = open('/dev/shm/bandstand-test', 'wb+')\nimport os\nos.unlink(f.name)\n"
        "os.ftruncate(f.fileno(), 300 << 20)\nimport mmap\nm = mmap.mmap(f.fileno(), 0)\n"
        "for at in range(0, len(m), 4096): m[at] = 1\nimport signal; signal.pause()",
    ],
    ids=["one", "several", "grows", "shared"],
)
def test_a_program_that_uses_more_memory_than_its_limit_is_ended_and_the_limit_is_named(text: str, workshop) -> None:
    run = workshop.run(workshop.python(text, memory=200, silence=60))
    assert run.failed.reason == "mine: it needed more than 200 MiB of memory (its limit memory)"


def test_memory_that_several_processes_share_counts_once(workshop) -> None:
    text = "x = bytearray(b'1') * (120 << 20)\nimport time\nchildren = [os.fork() for _ in range(2)]\n"
    text += "if 0 in children: time.sleep(30)\ntime.sleep(.5)\n"
    assert workshop.run(workshop.python(text + TONE, memory=200)).done.seconds == 1.0


def test_colours_and_progress_bars_are_shown_as_text(workshop) -> None:
    text = (
        r"sys.stderr.write('\x1b[1;31merror:\x1b[0m no such \x1b]8;;http://x\x1b\\voice\x1b]8;;\x1b\\\n"
        r"10 %\r 50 %\r100 %\r\n\x1b[2K\x1b[31mfatal\x1b(B\x1b[m')"
    )
    run = workshop.run(workshop.python(text + "\nsys.exit(1)"))
    assert run.failed.reason == "mine: it ended with exit status 1: fatal"
    assert run.failed.provenance.errors == "error: no such voice\n100 %\nfatal"


def test_a_program_sees_none_of_the_stations_variables_but_its_own(workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sesame")
    monkeypatch.setenv("BANDSTAND_IRC_PASSWORD", "sesame")
    monkeypatch.setenv("LC_TIME", "C")
    text = "print(dict(os.environ), open('/proc/self/environ').read().split(chr(0)), file=sys.stderr)"
    run = workshop.run(workshop.python(text, environment={"VOICE": "soprano"}))
    said = run.failed.provenance.errors
    assert "sesame" not in said
    assert "'VOICE': 'soprano'" in said and "'LC_TIME': 'C'" in said and "'PATH'" in said


def test_a_callable_sees_none_of_the_stations_variables_but_its_own(workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANDSTAND_IRC_PASSWORD", "sesame")
    workshop.write(
        "plain.py",
        "import os\ndef song():\n    raise Exception(str(dict(os.environ)), open('/proc/self/environ').read())",
    )
    run = workshop.run(Generator(callable="plain:song", directory=str(workshop.folder), environment={"VOICE": "alto"}))
    assert "sesame" not in run.failed.provenance.errors
    assert "'VOICE': 'alto'" in run.failed.provenance.errors


def test_a_program_has_no_descriptor_of_the_workers(workshop) -> None:
    run = workshop.run(workshop.python("print(sorted(os.listdir('/proc/self/fd')), file=sys.stderr)\n" + TONE))
    assert run.done.provenance.errors == "['0', '1', '2', '3']", "3 is the listing's own"


def test_a_script_without_an_interpreter_runs_as_in_a_shell(workshop) -> None:
    workshop.write("plain.sh", "exec python3 mine.py\n", mode=0o755)
    workshop.python(TONE)
    assert workshop.run(Generator(command=["./plain.sh"], directory=str(workshop.folder))).done.seconds == 1.0


def test_a_script_whose_interpreter_is_missing_is_named_with_it(workshop) -> None:
    workshop.write("odd", "#!/no/such/interpreter\n", mode=0o755)
    run = workshop.run(Generator(command=["./odd"], directory=str(workshop.folder)))
    where = workshop.folder / "odd"
    assert run.failed.reason == f"mine: {where} is to be run by /no/such/interpreter, which is not on this machine"


def test_all_that_a_failed_program_said_is_kept_and_the_oldest_is_removed(workshop, monkeypatch: Any) -> None:
    monkeypatch.setattr("bandstand.composer.generators.run.MOST_ERRORS", 2)
    for number in range(3):
        text = f"sys.stderr.write('first {number}\\n' + 'x' * 100 * 2**20 + '\\nlast\\n')\nsys.exit(1)"
        workshop.run(workshop.python(text))
    kept = sorted((workshop.folder / "errors").iterdir())
    assert [path.name for path in kept] == ["s2.txt", "s3.txt"]
    said = kept[1].read_text()
    assert said.startswith("first 2\nxxx") and said.endswith("xxx\nlast\n")
    assert "bytes are left out here" in said
    assert len(said) < 1.1 * 2**20
