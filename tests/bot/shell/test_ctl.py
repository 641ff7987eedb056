"""`bandstand ctl` against a bot's socket that a thread plays."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.commands.grammar import parse_line
from bandstand.bot.shell import ctl
from bandstand.bot.shell.ctl import NotRunning, joined
from bandstand.common import cli
from bandstand.common.cli import main as bandstand
from bandstand.common.errors import UsageError

CTL = [sys.executable, "-c", "import sys; from bandstand.common.cli import main; sys.exit(main(['ctl']))"]
Script = Callable[[str], list[dict[str, object]]]


def said(summary: str, level: str = "ok", job: str = "") -> dict[str, object]:
    return {"summary": summary, "level": level, "job": job, "columns": [], "rows": []}


class FakeBot:
    """Answers each line with the first of the script's replies to it; the others come later. Without any, it ends."""

    def __init__(self, path: Path, script: Script) -> None:
        self.lines: list[str] = []
        self._script = script
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(path))
        self._listening.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._listening.accept()
        with connection, connection.makefile("rb") as requests:
            for number, request in enumerate(requests, 1):
                self.lines.append(json.loads(request)["line"])
                replies = self._script(self.lines[-1])
                if not replies:
                    return
                with suppress(BrokenPipeError):  # nobody waited for the later ones
                    for reply, answer in zip(replies, [number, 0, 0, 0], strict=False):
                        fraction = reply.pop("fraction", None)
                        message = {"reply": reply, "answers": answer, "fraction": fraction}
                        connection.sendall(json.dumps(message).encode() + b"\n")

    def close(self) -> None:
        self._listening.close()
        self._thread.join(10)


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Script], FakeBot]]:
    """Makes a bot in the current directory, without a configuration file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var").mkdir()
    bots: list[FakeBot] = []

    def begin(script: Script) -> FakeBot:
        bots.append(FakeBot(tmp_path / "var" / "bot.sock", script))
        return bots[-1]

    yield begin
    for bot in bots:
        bot.close()


@pytest.mark.parametrize(
    ("then", "status"),
    [
        ([{"answers": 2, "state": {"now_playing": {"state": "playing"}}}], 0),
        ([{"answers": 2, "state": {"now_playing": {"state": "held"}}}], 0),
        (
            [
                {"answers": 2, "state": {"now_playing": {"state": "starting"}}},
                {"number": 3, "event": {"event": "song_started", "song": {"code": "7kq3"}}},
            ],
            0,
        ),
        (
            [
                {"answers": 2, "state": {"now_playing": {"state": "starting"}}},
                {"number": 3, "event": {"event": "song_unplayable", "song": {"code": "7kq3"}}},
                {"answers": 0, "reply": said("Blue cannot be played: no sound", "failed")},
            ],
            1,
        ),
        ([{"answers": 0, "reply": said("Blue cannot be played: no sound", "failed")}], 1),
    ],
)
def test_a_song_that_is_played_is_waited_for_and_is_an_error_if_it_cannot_be(
    then: list[dict[str, object]], status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var").mkdir()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind("var/bot.sock")
    listening.listen()
    playing = {**said("playing Blue"), "value": {"result": "playing", "song": {"code": "7kq3"}}}
    asked = []

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rb") as requests:
            asked.append(json.loads(requests.readline()))
            connection.sendall(json.dumps({"answers": 1, "reply": playing}).encode() + b"\n")
            asked.append(json.loads(requests.readline()))
            connection.sendall(b"".join(json.dumps(message).encode() + b"\n" for message in then))
            requests.readline()

    with listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        assert bandstand(["ctl", "play", "blue"]) == status
        thread.join(10)
    assert asked == [{"line": "play blue"}, {"subscribe": {}}]


def test_an_answer_is_printed_and_the_status_is_zero(
    station: Callable[[Script], FakeBot], capsys: pytest.CaptureFixture[str]
) -> None:
    bot = station(lambda _: [said("nothing is on the air")])
    assert ctl.main(["np"]) == 0
    assert capsys.readouterr() == ("ok: nothing is on the air\n", "")
    assert bot.lines == ["np"]


def test_an_error_goes_to_standard_error_and_the_status_is_one(
    station: Callable[[Script], FakeBot], capsys: pytest.CaptureFixture[str]
) -> None:
    station(lambda _: [said("there is no such song", "error")])
    assert ctl.main(["play", "xyz"]) == 1
    assert capsys.readouterr() == ("", "error: there is no such song\n")


def test_json_is_the_value_of_each_answer_and_a_refusal_is_on_standard_output_too(
    station: Callable[[Script], FakeBot], capsys: pytest.CaptureFixture[str]
) -> None:
    refused = {"refused": "no_such_song", "words": "xyz", "known": 3}
    station(lambda _: [{**said("there is no such song", "error"), "value": refused}])
    assert ctl.main(["--json", "play", "xyz"]) == 1
    out, err = capsys.readouterr()
    assert (json.loads(out), err) == (refused, "")


def test_json_of_a_job_is_one_line_for_each_answer(
    station: Callable[[Script], FakeBot], capsys: pytest.CaptureFixture[str]
) -> None:
    begun = {"result": "ordered", "job": 7, "seconds": 0.0, "song": {"code": "7kq3", "title": "Blüe\nLantern"}}
    done = {"event": "job_done", "job": 7}
    station(lambda _: [{**said("begun", job="7"), "value": begun}, {**said("made", job="7"), "value": done}])
    assert ctl.main(["--json", "--wait", "generate"]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [begun, done]


def test_json_of_an_answer_without_a_value_is_its_sentence(
    station: Callable[[Script], FakeBot], capsys: pytest.CaptureFixture[str]
) -> None:
    station(lambda _: [said("nothing is on the air")])
    assert ctl.main(["--json", "np"]) == 0
    assert json.loads(capsys.readouterr().out) == {"summary": "nothing is on the air", "level": "ok"}


def test_wait_stays_until_the_jobs_result(
    station: Callable[[Script], FakeBot], capsys: pytest.CaptureFixture[str]
) -> None:
    results = [said("composing", job="j2"), said("j1 is done", job="j1"), said("j2 failed", "failed", "j2")]
    station(lambda _: results)
    assert ctl.main(["--wait", "generate"]) == 1
    assert capsys.readouterr() == ("ok: composing\nok: j1 is done\n", "failed: j2 failed\n")


def test_lines_of_standard_input_are_commands(
    station: Callable[[Script], FakeBot], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = station(lambda line: [said(f"did {line}", job="j1"), said("an earlier job's result", job="j1")])
    monkeypatch.setattr(sys, "stdin", StringIO("generate\n\nskip\n"))
    assert ctl.main([]) == 0
    assert bot.lines == ["generate", "skip"]
    assert capsys.readouterr().out == "ok: did generate\nok: did skip\n"


def test_bytes_that_are_no_text_are_a_line_like_any_other(station: Callable[[Script], FakeBot], tmp_path: Path) -> None:
    bot = station(lambda line: [said("fine")])
    done = subprocess.run(CTL, input=b"play \xff\xfe\nnp\n", capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, b"ok: fine\nok: fine\n")
    assert bot.lines == ["play \ufffd\ufffd", "np"]


def test_a_reader_that_goes_away_is_no_traceback(station: Callable[[Script], FakeBot]) -> None:
    station(lambda _: [{**said("many"), "columns": ["x"], "rows": [["y" * 390]] * 1000}])
    with subprocess.Popen(
        CTL, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as client:  # fmt: skip
        assert client.stdin is not None and client.stdout is not None and client.stderr is not None
        client.stdout.close()
        client.stdin.write(b"np\n" * 3)
        client.stdin.close()
        assert client.wait(60) == cli.CLOSED
        assert client.stderr.read() == b""


def test_a_bar_is_drawn_on_a_terminal_and_is_gone_before_the_result(
    station: Callable[[Script], FakeBot], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bar = {**said("job 1, 0:10 of 0:40", "notice", "1"), "fraction": 0.25}
    station(lambda _: [said("begun", job="1"), bar, said("made", job="1")])
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert ctl.main(["--wait", "generate"]) == 0
    shown = capsys.readouterr()
    assert shown.out == "ok: begun\nok: made\n"
    assert "[======                  ]  25 % job 1, 0:10 of 0:40" in shown.err
    assert shown.err.endswith(ctl.CLEAR)


def test_no_station_is_a_sentence_that_says_how_to_start_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert bandstand(["ctl", "np"]) == 1
    assert capsys.readouterr().err == (
        f"bandstand ctl: no station is running in {tmp_path}/var: start it with bandstand up\n"
    )


def test_a_station_that_ends_meanwhile_is_said(station: Callable[[Script], FakeBot]) -> None:
    station(lambda _: [])
    with pytest.raises(NotRunning, match="went away"):
        ctl.main(["quit"])


def test_the_source_password_is_not_needed_to_give_a_command(
    station: Callable[[Script], FakeBot], tmp_path: Path
) -> None:
    (tmp_path / "bandstand.toml").write_text('[icecast]\nhost = "radio.example"\n')
    station(lambda _: [said("fine")])
    assert ctl.main(["status"]) == 0


def test_a_single_word_is_a_whole_line() -> None:
    assert joined(['play "two words"']) == 'play "two words"'


def test_a_quote_inside_a_word_cannot_be_said() -> None:
    with pytest.raises(UsageError, match="cannot stand inside a word"):
        joined(["play", 'a"b'])


WORDS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters='"'), max_size=8)


@given(st.lists(WORDS.filter(lambda word: "=" not in word and not word.startswith("--")), min_size=1, max_size=4))
def test_the_bot_takes_the_line_apart_into_the_words_of_the_shell(words: list[str]) -> None:
    assert parse_line(joined(["play", *words])).words == tuple(words)


@pytest.mark.parametrize("option", ["title=a long one", "--title=a long one"])
def test_an_option_with_blanks_remains_an_option(option: str) -> None:
    assert parse_line(joined(["generate", option])).options == {"title": "a long one"}


def test_it_starts_without_twisted() -> None:
    code = "import sys, bandstand.bot.shell.ctl; sys.exit(any(name.split('.')[0] == 'twisted' for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_json_has_escapes_for_what_the_output_has_no_characters_for() -> None:
    text = '{"title":"café 🎵"}'
    assert ctl.escape_json(text, "utf-8") == text
    assert json.loads(ctl.escape_json(text, "latin-1").encode("latin-1")) == json.loads(text)


def test_a_title_that_the_output_has_no_characters_for_is_shown_with_marks(
    station: Callable[[Script], FakeBot],
) -> None:
    station(lambda _: [said("café 🎵")])
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(CTL, input=b"\xef\xbb\xbfnp\n", capture_output=True, timeout=60, env=environment)
    assert (done.returncode, done.stdout) == (0, b"ok: caf\xe9 ?\n")


def test_a_byte_order_mark_before_the_first_line_is_no_part_of_it(station: Callable[[Script], FakeBot]) -> None:
    bot = station(lambda _: [said("fine")])
    subprocess.run(CTL, input=b"\xef\xbb\xbfnp\r\n", capture_output=True, timeout=60)
    assert bot.lines == ["np"]
