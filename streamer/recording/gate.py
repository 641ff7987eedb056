"""What is recorded: the sink on the bus that lets sound through to the recorder's thread, and says where it is cut.

Two things have something recorded: a person who said `record on` (or the configuration), until `record off`,
and a show that is to be recorded, whose songs say so (`common.recordings.CueTag`). A recording is cut where another
show's song begins, where a show begins or ends while a DJ is heard (`wire.Retag`), and, outside of shows, with the
first song of an hour. `record off` also ends a show's recording, until another show comes. Where no song has gone on
for `STILL`, the recording ends, and the next begins with the song that goes on.

While nothing is recorded the gate costs a comparison for each block, and there is no thread. It never waits: the queue
to the thread is bounded, and sound that finds it full is lost, which the recorder makes silence of. Frames of the bus
are its clock; the clock on the wall says only how long it is until the hour, once for each recording, so that a clock
that is set does no harm.
"""

import queue
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace as replace_fields
from datetime import datetime
from functools import partial
from typing import Final

from msgspec.structs import replace

from bandstand.common.recordings import PARTIAL, CueTag
from bandstand.common.types import RATE, CueId, Seconds
from bandstand.streamer.block import NOTHING, Block, Item, Mark, Title
from bandstand.streamer.recording.recorder import Begin, End, Recorder, RecorderItem, RecorderSettings, TitleBegan

LONGEST_QUEUE: Final = 300
"""Blocks, half a minute, that wait while the disk is busy."""
STILL: Final = 10 * RATE
"""Frames without a song after which a recording ends."""
SOONEST: Final = 300 * RATE
"""Frames after its beginning before which a recording is not cut at an hour."""
LONGEST: Final = 12 * 3600 * RATE
"""Frames after which a show's recording is cut, at a song's start."""
REMEMBERED: Final = 64
"""Cues whose titles are known: the one on the air, the one that follows, and some more."""


@dataclass(frozen=True)
class NotedCue:
    title: str
    artist: str
    tag: CueTag


UNKNOWN: Final = NotedCue("", "", CueTag())


class RecordingGate:
    """`offer`, `switch` and `retag` are called by the bus's thread; `note_cue` by any. `put` must not wait."""

    def __init__(
        self,
        put: Callable[[RecorderItem], None],
        count_until_hour: Callable[[], int],
        is_cut_hourly: bool = False,
    ) -> None:
        """`count_until_hour` gives the frames until the next full hour on the wall."""
        self._put = put
        self._count_until_hour = count_until_hour
        self._is_cut_hourly = is_cut_hourly
        self._cues: OrderedDict[CueId, NotedCue] = OrderedDict()
        self._noting = threading.Lock()
        """Held, for a moment, by whoever touches the cues."""
        self._is_on = False
        """Everything is recorded."""
        self._unwanted = ""
        """The show that somebody ended the recording of."""
        self._current: CueId | None = None
        self._still_since: int | None = 0
        self._at = 0
        """The next frame of the bus."""
        self._show: str | None = None
        """That of the open recording; None: none is open."""
        self._cut_due = 0
        self._pass_until = 0
        """Blocks that begin before this frame go to the recorder though nothing is open."""

    @property
    def is_open(self) -> bool:
        return self._show is not None

    def note_cue(self, cue: CueId, noted: NotedCue) -> None:
        """Before the cue begins."""
        with self._noting:
            self._cues[cue] = noted
            while len(self._cues) > REMEMBERED:
                self._cues.popitem(last=False)

    def retag(self, cue: CueId, tag: CueTag) -> None:
        """This cue belongs to another show from now on: that is where the recording is cut, if the cue is heard."""
        with self._noting:
            noted = self._cues.get(cue)
            if noted is None or noted.tag.show == tag.show:
                return
            self._cues[cue] = replace_fields(noted, tag=tag)
        if cue == self._current and self._still_since is None:
            self._decide(self._at, is_start=True)

    def switch(self, is_on: bool, *, ends_shows: bool) -> None:
        """Record everything from now on, or only shows; with `ends_shows` the one that is on is left out as well."""
        self._is_on = is_on
        noted = self._get_noted()
        self._unwanted = noted.tag.show if ends_shows and not is_on else ""
        if self._still_since is None:
            self._decide(self._at, is_start=False)
        elif not is_on:
            self._end(self._at)

    def offer(self, item: Item) -> None:
        if isinstance(item, Block):
            if self._show is not None or item.at < self._pass_until:
                self._put(item)
                if self._still_since is not None and item.at - self._still_since > STILL:
                    self._end(item.at + item.frames)
            self._at = item.at + item.frames
        elif isinstance(item, Mark):
            self._take_mark(item)
        elif item != NOTHING:
            self._take_title(item)

    def _take_title(self, title: Title) -> None:
        """What a DJ plays now; the title that a cue begins with was noted. It is no song of the station's."""
        with self._noting:
            known = {(one.artist, one.title) for one in self._cues.values()}
        if self._current is None or (title.artist, title.title) in known:
            return
        tag = replace(self._get_noted().tag, song="")
        self.note_cue(self._current, NotedCue(title.title, title.artist, tag))
        if self._show is not None:
            self._put(TitleBegan(self._at, title.title, title.artist, ""))

    def _take_mark(self, mark: Mark) -> None:
        if not mark.is_moving or mark.cue is None:
            if self._still_since is None:
                self._still_since = mark.at
            if mark.cue is None:
                self._current = None
            return
        self._still_since = None
        is_start, self._current = mark.cue != self._current, mark.cue
        self._decide(mark.at, is_start=is_start)

    def _decide(self, at: int, *, is_start: bool) -> None:
        """Begin, cut or end at this frame. `is_start`: a song begins with it."""
        noted = self._get_noted()
        wanted = self._find_wanted(noted.tag)
        is_begun = False
        if wanted is None:
            self._end(at)
            return
        if self._show is None or (is_start and (wanted != self._show or at >= self._cut_due)):
            self._begin(at, wanted, noted.tag.name if wanted else "")
            is_begun = True
        if is_begun or is_start:
            self._put(TitleBegan(at, noted.title, noted.artist, noted.tag.song, noted.tag.is_between))

    def _find_wanted(self, tag: CueTag) -> str | None:
        """The show that is to be recorded now, empty for none in particular; None: nothing is."""
        if self._is_on:
            return tag.show
        return tag.show if tag.is_recorded and tag.show != self._unwanted else None

    def _begin(self, at: int, show: str, name: str) -> None:
        self._show = show
        is_hourly = self._is_cut_hourly or not show
        self._cut_due = at + (self._find_hour() if is_hourly else LONGEST)
        self._put(Begin(at, name, show))

    def _find_hour(self) -> int:
        until = self._count_until_hour()
        return until if until >= SOONEST else until + 3600 * RATE

    def _end(self, at: int) -> None:
        if self._show is not None:
            self._show = None
            self._pass_until = at + RATE  # the recorder acts on what is due when it sees a later block
            self._put(End(at))

    def _get_noted(self) -> NotedCue:
        with self._noting:
            return UNKNOWN if self._current is None else self._cues.get(self._current, UNKNOWN)


class RecordingOutput:
    """The gate and the thread behind it, beside the mounts on the bus. The thread starts with the first recording."""

    def __init__(self, settings: RecorderSettings, recorder: Recorder, is_cut_hourly: bool) -> None:
        self._settings = settings
        self._recorder = recorder
        self.gate = RecordingGate(self._put, self._count_until_hour, is_cut_hourly)
        self.on_air = False
        """The programme stands still while no mount is on the air, whether it is recorded or not."""
        self._queue: queue.SimpleQueue[RecorderItem | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self.dropped = 0
        """Blocks that found the queue full; written by the bus's thread, and no other."""

    @property
    def folder(self) -> str:
        """The name of what is recorded; empty: nothing."""
        return self._recorder.folder

    def start(self) -> None:
        """Have what a crash left behind made whole, if there is any."""
        if any(self._settings.folder.glob(f"*{PARTIAL}")):
            self._start_thread()

    def offer(self, item: Item) -> None:
        self.gate.offer(item)

    def stop(self) -> None:
        """End what is recorded; `join` waits for it."""
        self._queue.put(None)

    def join(self, timeout: Seconds) -> None:
        if self._thread is not None:
            self._thread.join(timeout)

    def _put(self, item: RecorderItem) -> None:
        if isinstance(item, Block) and self._queue.qsize() >= LONGEST_QUEUE:
            self.dropped += 1
            return
        if self._thread is None:
            self._start_thread()
        self._queue.put(item)

    def _start_thread(self) -> None:
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        """A fault ends what is recorded, and nothing else: the air goes on."""
        recorder = self._recorder
        recorder.attempt(recorder.mend)
        while (item := self._queue.get()) is not None:
            recorder.attempt(partial(recorder.push, item))
        recorder.attempt(recorder.close)

    def _count_until_hour(self) -> int:
        local = datetime.fromtimestamp(self._settings.wall(), self._settings.zone)
        return round((3600 - local.minute * 60 - local.second) * RATE)
