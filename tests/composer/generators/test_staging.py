"""Programs in the real sandbox: what they cannot reach, and that all else is as without it."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest

from bandstand.common.config import Config
from bandstand.common.descendants import list_children
from bandstand.common.generators import Generator
from bandstand.common.program_user import give_folder
from bandstand.common.sandbox import Sandbox, find_trouble, plan_landlock, plan_sandbox, set_user, try_out
from bandstand.composer.generators.staging import Staging

pytestmark = pytest.mark.integration
TONE = "out.write(wav(s16(frames())))\n"
TRY = """
import glob, socket
def attempt(name, do):
    try:
        print(name, do() or "done", file=sys.stderr)
    except OSError as error:
        print(name, "refused", file=sys.stderr)
def connect():
    socket.socket(socket.AF_UNIX).connect("var/bot.sock")
attempt("database", lambda: open("var/bandstand.db").read())
attempt("configuration", lambda: open("bandstand.toml").read())
attempt("replace", lambda: os.replace("mine.py", "bandstand.toml"))
attempt("socket", connect)
attempt("make", lambda: open("var/new", "w"))
attempt("elsewhere", lambda: open("/var/tmp/bandstand-elsewhere", "w"))
attempt("bot", lambda: os.kill(BOT, 0))
attempt("environment", lambda: open(f"/proc/{BOT}/environ").read())
attempt("song", lambda: open("var/songs/abc").read())
attempt("song written", lambda: open("var/songs/abc", "w"))
attempt("own", lambda: open("own", "w").close())
attempt("temporary", lambda: open("/tmp/private", "w").close())
"""


class Box:
    """A folder with a station in it, and generators beside the station's folder and configuration."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.configuration = folder / "bandstand.toml"
        self.configuration.write_text("password = 'sesame'")
        (folder / "var/songs").mkdir(parents=True)
        (folder / "var/songs/abc").write_text("melody")
        (folder / "var/bandstand.db").write_text("secret")
        self.bot = socket.socket(socket.AF_UNIX)
        here = os.open(folder / "var", os.O_RDONLY)
        self.bot.bind(f"/proc/self/fd/{here}/bot.sock")
        os.close(here)
        self.bot.listen()
        settings = msgspec.convert({"station": {"directory": str(folder / "var")}}, Config)
        sandbox = plan_sandbox(settings, self.configuration)
        trouble = find_trouble(settings, sandbox)
        if trouble:
            pytest.skip(trouble)
        assert sandbox is not None
        self.sandbox: Sandbox = sandbox

    def use_landlock(self) -> None:
        settings = msgspec.convert({"station": {"directory": str(self.folder / "var")}}, Config)
        self.sandbox = plan_landlock(settings, self.configuration)
        trouble = find_trouble(settings, self.sandbox)
        if trouble:
            pytest.skip(trouble)

    def use_other_user(self) -> None:
        """As a station of root's does."""
        if os.geteuid() != 0:
            pytest.skip("only root can become another user")
        settings = msgspec.convert({"station": {"directory": str(self.folder / "var")}}, Config)
        self.sandbox = set_user(settings, self.sandbox)
        assert self.sandbox.user is not None
        if give_folder(str(self.folder), self.sandbox.user):
            pytest.skip("the file system of TMPDIR has no access control lists")

    def stage(self) -> Staging:
        return Staging(self.sandbox, [str(self.folder)], self.folder / "var/spool")


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    made = Box(tmp_path)
    yield made
    made.bot.close()


def make_attempts() -> str:
    return f"BOT = {os.getpid()}\n{TRY}"


CONFINED = """database refused
configuration refused
replace refused
socket refused
make refused
elsewhere refused
bot refused
environment refused
song melody
song written refused
own done
temporary done"""


def test_a_program_reaches_nothing_of_the_stations_and_is_played(box: Box, workshop) -> None:
    workshop.staging = box.stage()
    workshop.staging.prepare(has_callables=False)
    run = workshop.run(workshop.python(make_attempts() + TONE))
    assert run.done.seconds == 1.0
    assert run.done.provenance.errors.splitlines() == CONFINED.splitlines()
    assert (box.folder / "own").exists() and not Path("/tmp/private").exists()


def test_under_landlock_it_reads_nothing_of_the_stations_and_makes_nothing_beside_it(box: Box, workshop) -> None:
    box.use_landlock()
    workshop.staging = box.stage()
    workshop.staging.prepare(has_callables=False)
    attempts = make_attempts().replace("/tmp/private", "{os.environ['TMPDIR']}/private").replace('open("{', 'open(f"{')
    run = workshop.run(workshop.python(attempts + TONE))
    assert run.done.seconds == 1.0
    said = dict(line.rsplit(" ", 1) for line in run.done.provenance.errors.splitlines())
    allowed = {"song": "melody", "temporary": "done", "socket": "done"}
    signals = {"bot": said["bot"]}  # older kernels allow them
    assert said == dict.fromkeys(said, "refused") | allowed | signals


def test_a_callable_reaches_nothing_of_the_stations_either(box: Box, workshop) -> None:
    workshop.staging = box.stage()
    workshop.staging.prepare(has_callables=True)
    workshop.write("plain.py", "def song():\n    raise Exception(open('var/bandstand.db').read())")
    run = workshop.run(Generator(callable="plain:song", directory=str(box.folder)))
    assert "No such file or directory: 'var/bandstand.db'" in run.failed.reason


def test_a_configuration_that_was_saved_by_renaming_meanwhile_is_hidden_too(box: Box, workshop) -> None:
    workshop.staging = box.stage()
    workshop.staging.prepare(has_callables=False)
    (box.folder / "new").write_text("password = 'sesame'")
    (box.folder / "new").rename(box.configuration)
    run = workshop.run(workshop.python("open('bandstand.toml')\n" + TONE))
    assert "Permission denied: 'bandstand.toml'" in run.failed.reason


def test_a_generator_that_was_declared_meanwhile_may_write_to_its_folder(box: Box, workshop) -> None:
    workshop.staging = Staging(box.sandbox, [], box.folder / "var/spool")
    workshop.staging.prepare(has_callables=False)
    run = workshop.run(workshop.python("open('own', 'w')\n" + TONE))
    assert run.done.seconds == 1.0


def test_a_generator_may_be_declared_to_need_no_sandbox(box: Box, workshop) -> None:
    workshop.staging = box.stage()
    workshop.staging.prepare(has_callables=False)
    run = workshop.run(
        workshop.python("print(open('var/bandstand.db').read(), file=sys.stderr)\n" + TONE, sandbox=False)
    )
    assert run.done.provenance.errors == "secret"


def test_a_file_that_it_writes_is_played(box: Box, workshop) -> None:
    workshop.staging = box.stage()
    mine = workshop.python("open(sys.argv[1], 'wb').write(wav(s16(frames())))")
    run = workshop.run(msgspec.structs.replace(mine, command=[*mine.command, "{output}"]))
    assert run.done.seconds == 1.0


def test_a_link_in_place_of_that_file_is_not_followed(box: Box, workshop) -> None:
    workshop.staging = box.stage()
    mine = workshop.python("os.symlink('/etc/hostname', sys.argv[1])")
    run = workshop.run(msgspec.structs.replace(mine, command=[*mine.command, "{output}"]))
    assert "wrote no file to {output}" in run.failed.reason


@pytest.mark.parametrize("end", ["sys.exit(0)", "os.kill(os.getpid(), 11)", "signal.pause()"])
def test_what_it_leaves_behind_is_gone_with_it(end: str, box: Box, workshop) -> None:
    before = list_children(os.getpid())
    workshop.staging = box.stage()
    text = "import signal, subprocess\nsubprocess.Popen(['sleep', '907'], start_new_session=True)\n"
    workshop.run(workshop.python(f"{text}{TONE}out.close()\n{end}", timeout=1.5))
    assert set(list_children(os.getpid())) <= set(before)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("os.kill(os.getpid(), 11)", "it was ended by SIGSEGV"),
        ("sys.exit(3)", "it ended with exit status 3"),
        ("while True: pass", "it took more than 1 s of processor time"),
    ],
)
def test_how_it_ended_is_told_as_without_a_sandbox(text: str, reason: str, box: Box, workshop) -> None:
    workshop.staging = box.stage()
    assert reason in workshop.run(workshop.python(text, processor=1)).failed.reason


def test_it_is_asked_to_end_before_it_is_killed(box: Box, workshop) -> None:
    workshop.staging = box.stage()
    text = "import signal, time\n"
    text += "signal.signal(15, lambda *_: (open('told', 'w').close(), sys.exit(0)))\n"
    workshop.run(workshop.python(f"{text}{TONE}out.flush()\ntime.sleep(60)", timeout=1.5))
    assert (box.folder / "told").exists()


def test_its_memory_is_watched(box: Box, workshop) -> None:
    workshop.staging = box.stage()
    run = workshop.run(workshop.python("x = bytearray(300 << 20)\nimport signal; signal.pause()", memory=200))
    assert run.failed.reason.endswith("(its limit memory)")


# Where the station is root's

WHO = """
print(os.getresuid(), os.getresgid(), os.getgroups(), os.environ["HOME"] == os.environ["TMPDIR"], file=sys.stderr)
print(os.access("/etc/shadow", os.R_OK), os.access("/root", os.W_OK), file=sys.stderr)
open("own", "w").close(), open(os.environ["HOME"] + "/private", "w").close()
out = open("/dev/stdout", "wb")
"""


def say_who(box: Box) -> list[str]:
    user, group = box.sandbox.user.user, box.sandbox.user.group  # type: ignore[union-attr]
    return [f"{(user,) * 3} {(group,) * 3} [] True", "False False"]


def test_roots_station_runs_programs_as_another_user_who_may_write_to_their_folder(box: Box, workshop) -> None:
    box.use_other_user()
    workshop.staging = box.stage()
    workshop.staging.prepare(has_callables=False)
    run = workshop.run(workshop.python(WHO + TONE))
    assert run.done.seconds == 1.0
    assert run.done.provenance.errors.splitlines() == say_who(box)
    assert (box.folder / "own").stat().st_uid == box.sandbox.user.user  # type: ignore[union-attr]


def test_that_user_reaches_no_more_of_the_stations_than_root_did(box: Box, workshop) -> None:
    box.use_other_user()
    workshop.staging = box.stage()
    run = workshop.run(workshop.python(make_attempts() + TONE))
    assert run.done.provenance.errors.splitlines() == CONFINED.splitlines()


def test_a_callable_and_a_file_are_that_users_too(box: Box, workshop) -> None:
    box.use_other_user()
    workshop.staging = box.stage()
    workshop.staging.prepare(has_callables=True)
    workshop.write("plain.py", "import os\ndef song():\n    raise Exception(os.getuid())")
    run = workshop.run(Generator(callable="plain:song", directory=str(box.folder)))
    assert f"Exception: {box.sandbox.user.user}" in run.failed.reason  # type: ignore[union-attr]
    workshop.staging = box.stage()
    mine = workshop.python("open(sys.argv[1], 'wb').write(wav(s16(frames())))")
    run = workshop.run(msgspec.structs.replace(mine, command=[*mine.command, "{output}"]))
    assert run.done.seconds == 1.0


def test_what_that_users_program_leaves_behind_is_gone_with_it(box: Box, workshop) -> None:
    box.use_other_user()
    before = list_children(os.getpid())
    workshop.staging = box.stage()
    text = "import subprocess\nsubprocess.Popen(['sleep', '907'], start_new_session=True)\n"
    workshop.run(workshop.python(f"{text}{TONE}"))
    assert set(list_children(os.getpid())) <= set(before)


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that lies in none that is private, as those of pytest are."""
    with TemporaryDirectory() as name:
        (Path(name) / "songs").mkdir()
        yield Path(name)


@pytest.mark.parametrize("is_landlock", [True, False])
def test_without_bubblewrap_it_is_another_user_all_the_same(is_landlock: bool, reachable: Path, workshop) -> None:
    box, workshop = Box(reachable), type(workshop)(reachable)
    if is_landlock:
        box.use_landlock()
    box.use_other_user()
    if trouble := try_out(box.sandbox if is_landlock else msgspec.structs.replace(box.sandbox, program="")):
        pytest.skip(trouble)
    workshop.staging = box.stage()
    run = workshop.run(workshop.python(WHO + TONE, sandbox=is_landlock))
    box.bot.close()
    assert run.done.provenance.errors.splitlines() == say_who(box)
