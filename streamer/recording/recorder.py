"""Writes recordings: folders, sound files and sheets, driven by what the gate lets through. No thread, no queue.

One recording at a time is open. It is begun, cut and ended at frames of the bus, so that a song's first sample is the
first of its file. Every second all that was written is brought to the disk; that, and what a codec holds, is the most
that a crash loses. Where the disk cannot take it, the recording ends with what it has, that is reported once, and the
next song begins another one: the air never waits for the disk.

Folders that a crash left behind are mended (`mend_left_behind`), before the first recording begins.

Knows disks and formats; not why something is recorded (`streamer.recording.gate`).
"""

import errno
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from pathlib import Path
from random import Random
from typing import Final

import msgspec

from bandstand.common.errors import BandstandError
from bandstand.common.files import keep_name, write_whole
from bandstand.common.recordings import PARTIAL, SHEET, SUFFIXES, Sheet, SheetFile, SheetTitle, clean_title, find_code
from bandstand.common.types import RATE
from bandstand.streamer.block import Block, Samples, zeros
from bandstand.streamer.recording.sound_files import Chapter, Head, SoundFile, mend_file

RETITLED: Final = 0.75
"""Seconds from a song's beginning for which a title without a song of its own is that song's."""
SYNC: Final = RATE
"""Frames after which all is brought to the disk."""
ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH: Final = 5
LEAST_FREE: Final = 64 << 20
"""Bytes that a recording leaves free on its disk, for the station's database."""
ROOM_TO_BEGIN: Final = LEAST_FREE + (16 << 20)
"""Bytes without which none begins: it would end within a second, again with each song."""
LONGEST_HOLE: Final = 60 * RATE
"""Frames of silence that stand for lost sound, at most; after more the recording is cut."""


@dataclass(frozen=True)
class Begin:
    """From frame `at` of the bus on, there is a recording of that name. An open one ends there."""

    at: int
    name: str
    show: str


@dataclass(frozen=True)
class End:
    """The open recording ends before frame `at` of the bus."""

    at: int


@dataclass(frozen=True)
class TitleBegan:
    """With frame `at` of the bus this song begins, or is heard when the recording begins."""

    at: int
    title: str
    artist: str
    song: str
    is_between: bool = False


@dataclass(frozen=True)
class RecordingEvent:
    """`state` is `began`, `ended` or `failed`, with the sentence in `reason`."""

    state: str
    folder: str = ""
    reason: str = ""


FAULTS: Final = (OSError, BandstandError)
"""Of the disk, and of a format whose library is missing."""
RecorderItem = Begin | End | TitleBegan | Block


@dataclass(frozen=True)
class RecorderSettings:
    folder: Path
    formats: tuple[str, ...]
    bitrate: int
    station: str
    zone: tzinfo
    """In which folders are named."""
    wall: Callable[[], float] = time.time
    chance: Random = field(default_factory=Random)
    count_free: Callable[[Path], int] = lambda folder: os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize


class OpenRecording:
    """The folder that is written. Methods raise OSError."""

    def __init__(self, settings: RecorderSettings, begin: Begin) -> None:
        self.at = self._reached = begin.at
        """The frame of the bus with which it begins, and the one that it has reached."""
        self.begin = begin
        self._settings = settings
        self._unsynced = 0
        self._lost = 0
        self._files: dict[str, SoundFile] = {}
        now = settings.wall()
        stamp = datetime.fromtimestamp(now, settings.zone)
        code = "".join(settings.chance.choice(ALPHABET) for _ in range(CODE_LENGTH))
        self.name = f"{stamp:%Y-%m-%d-%H%M}-{code}"
        self._date = f"{stamp:%Y-%m-%d}"
        self.sheet = Sheet(code, clean_title(begin.name) or settings.station, begin.show, now)
        settings.folder.mkdir(parents=True, exist_ok=True)
        check_room(settings, settings.folder, ROOM_TO_BEGIN)
        self._folder = settings.folder / f"{self.name}{PARTIAL}"
        self._folder.mkdir()
        try:
            for format in settings.formats:
                file = (self._folder / f"{self.name}.{SUFFIXES[format]}").open("w+b", buffering=0)
                self._files[format] = SoundFile(file, format, settings.bitrate, make_head(self.sheet, settings))
            self._write_sheet()
        except BaseException:
            self.close()
            raise

    def take_title(self, title: TitleBegan) -> None:
        start = max(0, title.at - self.at) / RATE
        made = SheetTitle(
            clean_title(title.title), clean_title(title.artist), title.song, round(start, 3),
            round(self.sheet.began + start, 3), title.is_between,
        )  # fmt: skip
        if not self.sheet.titles or self.sheet.titles[-1] != made:
            self.sheet = msgspec.structs.replace(self.sheet, titles=put_title(self.sheet.titles, made))
            self._write_sheet()

    def write(self, at: int, samples: Samples) -> None:
        """Append the sound that is at frame `at` of the bus; silence stands for what is missing before it."""
        hole = at - self._reached
        if hole > 0:
            self._lost += hole
            self._append(zeros(hole))
        self._append(samples)
        self._reached = at + len(samples)
        if self._unsynced >= SYNC:
            self._sync()

    @property
    def reached(self) -> int:
        return self._reached

    def _append(self, samples: Samples) -> None:
        self._unsynced += len(samples)
        for file in self._files.values():
            file.write(samples)

    def _sync(self) -> None:
        self._unsynced = 0
        for file in self._files.values():
            file.sync()
        check_room(self._settings, self._folder, LEAST_FREE)

    def finish(self) -> None:
        """Write chapters and length, and give the folder its name."""
        frames = self._reached - self.at
        self.sheet = msgspec.structs.replace(
            self.sheet, seconds=round(frames / RATE, 3), lost=round(self._lost / RATE, 3)
        )
        head = make_head(self.sheet, self._settings)
        try:
            for file in self._files.values():
                file.finish(head)
                file.sync()
        finally:
            self.close()
        settle_folder(self._folder, self.sheet)

    def close(self) -> None:
        """Let go of the files; what was written stays."""
        files, self._files = self._files, {}
        for file in files.values():
            file.close()

    def _write_sheet(self) -> None:
        write_sheet(self._folder, self.sheet)


def put_title(titles: tuple[SheetTitle, ...], made: SheetTitle) -> tuple[SheetTitle, ...]:
    """The titles with another one. One that a DJ's program tells right after it has come on the air is the title of
    what has just begun, instead of `live: NAME`."""
    last = titles[-1] if titles else None
    if last is None or made.song or not last.song or made.start - last.start > RETITLED:
        return (*titles, made)
    return (*titles[:-1], msgspec.structs.replace(last, title=made.title, artist=made.artist))


def check_room(settings: RecorderSettings, folder: Path, least: int) -> None:
    """Raises OSError where the folder's disk has less than so many bytes left."""
    if settings.count_free(folder) < least:
        raise OSError(errno.ENOSPC, f"its disk has less than {LEAST_FREE >> 20} MiB left")


class Recorder:
    """Takes items in order; raises nothing."""

    def __init__(self, settings: RecorderSettings, report: Callable[[RecordingEvent], None]) -> None:
        self._settings = settings
        self._report = report
        self._open: OpenRecording | None = None
        self._due: list[Begin | End | TitleBegan] = []
        self._again: Begin | None = None
        """What is to be tried again with the next song."""
        self._trouble = ""
        self._is_left_behind = False

    @property
    def folder(self) -> str:
        """The name of the folder that is written; empty: none."""
        return self._open.name if self._open else ""

    def mend(self) -> None:
        """Make whole what a crash, or a full disk, left behind. Not while a recording is open."""
        self._is_left_behind = False
        for name, error in mend_left_behind(self._settings):
            self._is_left_behind |= bool(error)
            if not error:
                self._report(RecordingEvent("ended", name))
            elif error != self._trouble:
                self._trouble = error
                self._report(RecordingEvent("failed", name, error))

    def push(self, item: RecorderItem) -> None:
        if not isinstance(item, Block):
            self._due.append(item)
            return
        end = item.at + item.frames
        position = int(item.at)
        while self._due and self._due[0].at < end:
            due = self._due.pop(0)
            until = min(max(position, due.at), end)
            self._write(item, position, until)
            position = until
            self._carry_out(due)
        self._write(item, position, end)

    def attempt(self, work: Callable[[], None]) -> None:
        """Do this much of the work. A fault that nobody thought of ends what is recorded, and is reported."""
        try:
            work()
        except Exception as error:
            failed, self._open = self._open, None
            if failed is not None:
                failed.close()
                self._again = failed.begin
                self._is_left_behind = True
            self._report_failure(error, failed.name if failed else "")

    def close(self) -> None:
        """End the open recording where it is."""
        self._due.clear()
        self._end()

    def _carry_out(self, due: Begin | End | TitleBegan) -> None:
        match due:
            case Begin():
                self._end()
                self._again = None
                self._begin(due)
            case End():
                self._end()
                self._again = None
            case TitleBegan():
                if self._again is not None:
                    again, self._again = self._again, None
                    self._begin(replace(again, at=due.at))
                if self._open is not None:
                    self._try(lambda open: open.take_title(due))

    def _begin(self, begin: Begin) -> None:
        if self._is_left_behind:
            self.mend()
        try:
            self._open = OpenRecording(self._settings, begin)
        except FAULTS as error:
            self._fail(begin, error)
            return
        self._report(RecordingEvent("began", self._open.name))

    def _write(self, block: Block, begin: int, end: int) -> None:
        if self._open is None or begin >= end:
            return
        if begin - self._open.reached > LONGEST_HOLE:
            again = replace(self._open.begin, at=begin)
            self._end()
            self._begin(again)
        first = begin - block.at
        samples = zeros(end - begin) if block.samples is None else block.samples[first : first + end - begin]
        self._try(lambda open: open.write(begin, samples))

    def _try(self, work: Callable[[OpenRecording], None]) -> None:
        if self._open is None:
            return
        try:
            work(self._open)
        except FAULTS as error:
            failed, self._open = self._open, None
            failed.close()
            self._fail(failed.begin, error, failed.name)
            self.mend()

    def _end(self) -> None:
        ended, self._open = self._open, None
        if ended is None:
            return
        try:
            ended.finish()
        except FAULTS as error:
            self._is_left_behind = True
            self._report_failure(error, ended.name)
            return
        self._trouble = ""
        self._report(RecordingEvent("ended", ended.name))

    def _fail(self, begin: Begin, error: Exception, folder: str = "") -> None:
        self._again = begin
        self._is_left_behind = True
        self._report_failure(error, folder)

    def _report_failure(self, error: Exception, folder: str) -> None:
        """Once for each reason."""
        reason = describe_fault(error)
        if reason != self._trouble:
            self._trouble = reason
            self._report(RecordingEvent("failed", folder, reason))


def describe_fault(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else "") or str(error) or type(error).__name__


def make_head(sheet: Sheet, settings: RecorderSettings) -> Head:
    stamp = datetime.fromtimestamp(sheet.began, settings.zone)
    titles = [title for title in sheet.titles if not title.is_between]
    chapters = [Chapter(one.start, " - ".join(filter(None, (one.artist, one.title)))) for one in titles]
    title = f"{sheet.name}, {stamp:%Y-%m-%d %H:%M}"
    return Head(title, settings.station, f"{stamp:%Y-%m-%d}", chapters, sheet.seconds)


def write_sheet(folder: Path, sheet: Sheet) -> None:
    write_whole(folder / SHEET, msgspec.json.format(msgspec.json.encode(sheet), indent=1))


def settle_folder(folder: Path, sheet: Sheet) -> None:
    """The sound files are whole: say so on the sheet, and give the folder its name. Raises OSError."""
    files = tuple(
        SheetFile(format, path.name, path.stat().st_size)
        for format, suffix in SUFFIXES.items()
        for path in sorted(folder.glob(f"*.{suffix}"))
    )
    write_sheet(folder, msgspec.structs.replace(sheet, files=files, is_whole=True))
    folder.rename(folder.with_name(folder.name.removesuffix(PARTIAL)))
    keep_name(folder.parent)


# What a crash left behind


def mend_left_behind(settings: RecorderSettings) -> Iterator[tuple[str, str]]:
    """Make every folder whole that is not; gives the name of each, with a sentence if that failed."""
    try:
        folders = sorted(settings.folder.glob(f"*{PARTIAL}"))
    except OSError:
        return
    for folder in folders:
        name = folder.name.removesuffix(PARTIAL)
        try:
            if mend_folder(folder, settings):
                yield name, ""
        except OSError as error:
            yield name, error.strerror or str(error)


def mend_folder(folder: Path, settings: RecorderSettings) -> bool:
    """Give the folder its name, with what it has; remove it, and return False, if that is nothing."""
    sheet = read_sheet(folder) or make_lost_sheet(folder, settings)
    longest = 0.0
    for format, suffix in SUFFIXES.items():
        for path in sorted(folder.glob(f"*.{suffix}")):
            with path.open("r+b", buffering=0) as file:
                seconds = mend_file(file, format, lambda length: make_head(set_seconds(sheet, length), settings))
                os.fsync(file.fileno())
            if not seconds:
                path.unlink()
            longest = max(longest, seconds)
    if not longest:
        for path in [*folder.iterdir()]:
            path.unlink()
        folder.rmdir()
        return False
    settle_folder(folder, msgspec.structs.replace(set_seconds(sheet, longest), is_mended=True))
    return True


def set_seconds(sheet: Sheet, seconds: float) -> Sheet:
    titles = tuple(title for title in sheet.titles if title.start < seconds)
    return msgspec.structs.replace(sheet, seconds=round(seconds, 3), titles=titles)


def read_sheet(folder: Path) -> Sheet | None:
    try:
        return msgspec.json.decode((folder / SHEET).read_bytes(), type=Sheet)
    except (OSError, msgspec.DecodeError):
        return None


def make_lost_sheet(folder: Path, settings: RecorderSettings) -> Sheet:
    """For a folder whose sheet cannot be read any more."""
    name = folder.name.removesuffix(PARTIAL)
    return Sheet(find_code(name) or name[-CODE_LENGTH:], settings.station, "", folder.stat().st_mtime)
