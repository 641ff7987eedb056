"""What `bandstand import` says of each file, and how it ends."""

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from bandstand.bot.commands.reply import Level, Reply
from bandstand.bot.shell import importing
from bandstand.bot.shell.ctl import NotRunning
from bandstand.common.api.refusals import ImportedAlready
from bandstand.common.api.requests import ImportFile, RecogniseFiles
from bandstand.common.api.results import FilesRecognised, Importing
from bandstand.common.api.socket import Answer
from bandstand.common.api.values import SongBrief, SongState
from bandstand.common.errors import CommandError
from bandstand.common.types import SongCode

CASES = Path(__file__).parents[2] / "cases" / "audio"
SONG = SongBrief(SongCode("7kq3"), "Blue", "x", SongState.READY, 3.0, 0.0)


class Running:
    """A station that imports what is called good, and has what is called old."""

    asked: set[str] = set()
    requests: list[ImportFile] = []
    looked_up: list[int] = []
    goes_away = False
    hung_up: list[str] = []

    def __init__(self, _: Path) -> None:
        self._path = ""

    def carry_out(self, request: ImportFile | RecogniseFiles, _: object) -> Answer:
        if isinstance(request, RecogniseFiles):
            self.looked_up.append(len(request.files))
            return Answer(1, result=FilesRecognised(known=tuple("kept" in file.path for file in request.files)))
        if self.goes_away:
            raise NotRunning("the station went away before it answered")
        self.requests.append(request)
        self._path = request.path
        self.asked.add(request.path)
        if "old" in request.path:
            return Answer(1, refused=ImportedAlready(request.path, SONG), sentence="it is there")
        return Answer(1, result=Importing(job=1, song=SONG.code, file=request.path))

    def follow(self, job: str) -> Iterator[Reply]:
        if "same" in self._path:
            value = {"event": "song_recognised", "is_same_sound": "encoding" not in self._path}
            yield Reply(f"{self._path} is there already", job=job, value=value)
            return
        if "large" in self._path:
            yield Reply("job 1 waits: the disk is full", Level.FAILED, job=job, value={"event": "job_held"})
            return
        if "bad" in self._path:
            yield Reply(f"{self._path}: no sound in it", Level.FAILED, job=job)
            return
        yield Reply("job 1: import: it is damaged", Level.NOTICE)
        yield Reply("made", job=job)

    def close(self) -> None:
        pass

    def hang_up(self) -> None:
        self.hung_up.append(self._path)


@pytest.fixture
def music(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BANDSTAND_CONFIG", raising=False)
    monkeypatch.setattr(importing, "Station", Running)
    monkeypatch.setattr(Running, "goes_away", False)
    for kept in (Running.asked, Running.requests, Running.looked_up):
        kept.clear()  # type: ignore[attr-defined]
    return tmp_path


def make(folder: Path, *names: bytes) -> list[str]:
    paths = [folder / os.fsdecode(name) for name in names]
    for path in paths:
        path.write_bytes((CASES / "tree" / "good.mp3").read_bytes())
    return list(map(str, paths))


def test_every_file_is_taken_and_what_is_odd_or_failed_is_told(music: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = make(music, b"good one.wav", b"bad.wav")
    assert importing.main(paths) == 1
    assert Running.asked == set(paths)
    out, err = capsys.readouterr()
    assert "it is damaged" in out
    assert out.endswith("1 of 2 songs imported\n")
    assert "no sound in it" in err
    assert importing.main(paths[:1]) == 0


def test_what_waits_for_room_is_told_and_is_not_in_yet(music: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert importing.main(make(music, b"good.mp3", b"large 1.mp3", b"large 2.mp3")) == 1
    out, err = capsys.readouterr()
    assert err.count("the disk is full") == 2
    assert out.endswith("1 of 3 songs imported, 2 to be taken when there is room\n")


def test_what_is_there_already_is_counted_and_no_error(music: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert importing.main(make(music, b"good.mp3", b"old 1.mp3", b"old 2.mp3")) == 0
    assert capsys.readouterr().out.endswith("1 of 3 songs imported, 2 there already\n")


def test_files_that_have_not_changed_are_not_asked_for_again(music: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [b"kept %d.mp3" % number for number in range(250)]
    paths = make(music, b"good.mp3", *names)
    assert importing.main(paths) == 0
    assert Running.asked == {paths[0]}
    assert sum(Running.looked_up) == 251
    assert max(Running.looked_up) <= importing.BATCH
    assert capsys.readouterr().out.endswith("1 of 251 songs imported, 250 there already\n")


def test_long_names_are_looked_up_a_few_at_a_time(music: Path) -> None:
    folder = music / ("a" * 200) / ("b" * 200)
    folder.mkdir(parents=True)
    importing.main(make(folder, *(b"kept %d.mp3" % number for number in range(60))))
    assert len(Running.looked_up) > 1


def test_what_the_station_recognises_is_counted_and_another_encoding_is_told(
    music: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = make(music, b"same sound.mp3", b"same in another encoding.mp3")
    assert importing.main(paths) == 0
    assert capsys.readouterr().out == (f"ok: {paths[1]} is there already\n0 of 2 songs imported, 2 there already\n")


def test_how_files_are_to_be_taken_is_passed_on(music: Path) -> None:
    assert importing.main(["--link", "--duplicates", *make(music, b"good.mp3")]) == 0
    assert [(request.link, request.duplicates) for request in Running.requests] == [(True, True)]


def test_any_name_can_be_taken(music: Path) -> None:
    (music / "a").mkdir()
    names = [
        b'He said "hi".mp3',
        b'"start.mp3',
        b'end".mp3',
        b"both ' and \".mp3",
        b"-dash.mp3",
        b"two\nlines.mp3",
        b"caf\xe9.mp3",
    ]
    paths = make(music / "a", *names)
    assert importing.main([str(music / "a")]) == 0
    assert Running.asked == {*paths[:-1], f"file://{music}/a/caf%E9.mp3"}


def test_one_missing_file_does_not_end_the_import(music: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert importing.main([str(music / "gone.mp3"), *make(music, b"good.mp3")]) == 1
    out, err = capsys.readouterr()
    assert out.endswith("1 of 2 songs imported\n")
    assert err == f"error: {music}/gone.mp3: there is no such file or directory\n"


def test_of_a_folder_what_has_sound_is_taken_whatever_it_is_called(music: Path) -> None:
    (music / "a").mkdir()
    make(music / "a", b"song.unknown", b"song")
    (music / "a" / "cover.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(5000))
    (music / "a" / "notes.mp3").write_text("no sound\n" * 500)
    assert importing.main([str(music / "a")]) == 0
    assert Running.asked == {str(music / "a" / "song.unknown"), str(music / "a" / "song")}


def test_files_of_a_folder_without_sound_are_counted(music: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(music, b"good.mp3")
    (music / "cover.jpg").write_bytes(b"x")
    assert importing.main([str(music)]) == 0
    assert capsys.readouterr().out.endswith("without sound passed over\n")


def test_a_folder_without_sound_is_an_error(music: Path) -> None:
    with pytest.raises(CommandError, match="there is no sound file in"):
        importing.main([str(music)])


def test_a_station_that_goes_away_ends_the_import_with_its_total(
    music: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Running, "goes_away", True)
    with pytest.raises(NotRunning):
        importing.main(make(music, b"good.mp3"))
    assert capsys.readouterr().out == "stopped: 0 of 0 songs imported\n"


def test_without_a_station_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BANDSTAND_CONFIG", raising=False)
    with pytest.raises(NotRunning, match="bandstand up"):
        importing.main([str(tmp_path)])


def test_ctrl_c_does_not_wait_for_the_file_that_is_under_way(music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    is_asked, may_go_on = Event(), Event()

    def wait(self: Running, job: str) -> Iterator[Reply]:
        is_asked.set()
        may_go_on.wait(10)
        yield Reply("made", job=job)

    def interrupt(reports: Iterator[importing.Report], total: int, title: str) -> Iterator[importing.Report]:
        is_asked.wait(10)
        raise KeyboardInterrupt
        yield

    paths = make(music, b"good.mp3")
    monkeypatch.setattr(Running, "follow", wait)
    monkeypatch.setattr(Running, "hung_up", [])
    monkeypatch.setattr(importing, "show_progress", interrupt)
    assert importing.main(paths) == importing.INTERRUPTED
    assert Running.hung_up == paths
    may_go_on.set()


def test_ctrl_c_ends_with_what_is_in_and_how_to_go_on(
    music: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(self: Running, job: str) -> Iterator[Reply]:
        raise KeyboardInterrupt

    paths = make(music, b"kept 1.mp3", b"good.mp3")
    monkeypatch.setattr(Running, "follow", interrupt)
    assert importing.main(["--jobs", "1", *paths]) == importing.INTERRUPTED
    said = "stopped: 0 of 1 song imported, 1 there already; the same command goes on from here\n"
    assert capsys.readouterr().out == said
