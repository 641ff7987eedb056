"""What is asked of recordings, what is answered, and what happens to them. `requests`, `results` and `events` have the
unions.
"""

import enum
from typing import Annotated

import msgspec

from bandstand.common.api.bases import EventBase, RequestBase, ResultBase
from bandstand.common.recordings import SheetFile, SheetTitle

Code = Annotated[str, msgspec.Meta(max_length=40)]


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """A recording of what was on the air, which is whole."""

    code: str
    folder: str
    """The name of its folder, below that of all recordings."""
    name: str
    """Of the show, or of the station."""
    show: str = ""
    """The show's key; empty: no show."""
    began: float
    seconds: float
    titles: tuple[SheetTitle, ...] = ()
    files: tuple[SheetFile, ...] = ()
    is_public: bool = False
    """It is on the page and in the podcast."""
    is_mended: bool = False
    """A crash or a full disk ended it; it has what was written until then."""

    @property
    def bytes(self) -> int:
        """Of all its files."""
        return sum(file.bytes for file in self.files)


class RecordingStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What is recorded, and what there is already, as everybody may know it."""

    is_on: bool = False
    """Everything is recorded; otherwise shows that are to be."""
    current: str = ""
    """The folder of what is recorded now; empty: nothing is."""
    total: int = 0
    """Recordings that there are."""
    bytes: int = 0
    """Of all of them."""
    limit: int = 0
    """Bytes that they may take; 0: any number."""


class Reason(enum.StrEnum):
    """Why a recording is removed."""

    ASKED = "asked"
    """Somebody wanted it."""
    LIMIT = "limit"
    """All recordings together take more than they may."""
    AGE = "age"


# Requests


class SwitchRecording(RequestBase, frozen=True, tag="switch_recording"):
    """Record everything from now on, or stop; what a show records is stopped, too, until the next show."""

    is_on: bool


class ListRecordings(RequestBase, frozen=True, tag="list_recordings"):
    """The newest recordings; of listeners, those that are public."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 50
    offset: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)] = 0
    """How many of the newest to pass over."""
    is_public: bool = False
    """Only those that are public, whoever asks."""


class GetRecording(RequestBase, frozen=True, tag="get_recording"):
    """One recording with its titles."""

    code: Code


class RemoveRecording(RequestBase, frozen=True, tag="remove_recording"):
    """Remove a recording and its files."""

    code: Code


class PublishRecording(RequestBase, frozen=True, tag="publish_recording"):
    """Show a recording on the page and in the podcast, or take it away there."""

    code: Code
    is_public: bool = True


RecordingRequest = SwitchRecording | ListRecordings | GetRecording | RemoveRecording | PublishRecording

# Results


class RecordingSwitched(ResultBase, frozen=True, tag="recording_switched"):
    is_on: bool
    was_recording: bool
    """Something was recorded already."""


class RecordingList(ResultBase, frozen=True, tag="recordings"):
    recordings: tuple[Recording, ...]
    """The newest first."""
    total: int
    is_on: bool
    """Everything is recorded; otherwise shows that are to be."""
    current: str = ""
    """The folder of what is recorded now; empty: nothing is."""
    bytes: int = 0
    """Of all of them."""
    limit: int = 0
    """Bytes that they may take; 0: any number."""


class RecordingDetails(ResultBase, frozen=True, tag="recording"):
    recording: Recording


class RecordingDeleted(ResultBase, frozen=True, tag="recording_deleted"):
    recording: Recording


class RecordingPublished(ResultBase, frozen=True, tag="recording_published"):
    recording: Recording


RecordingResult = RecordingSwitched | RecordingList | RecordingDetails | RecordingDeleted | RecordingPublished

# Events


class RecordingWanted(EventBase, frozen=True, tag="recording_wanted"):
    """Somebody said `record on` or `record off`."""

    is_on: bool


class RecordingBegan(EventBase, frozen=True, tag="recording_began"):
    folder: str


class RecordingEnded(EventBase, frozen=True, tag="recording_ended"):
    """A recording is whole."""

    recording: Recording


class RecordingFailed(EventBase, frozen=True, tag="recording_failed"):
    """The disk does not take it. What there was is kept, and it is tried again with the next song."""

    reason: str


class RecordingDue(EventBase, frozen=True, tag="recording_due"):
    """A recording is removed soon, by itself."""

    recording: Recording
    reason: Reason
    bytes: int
    """Of all recordings."""
    limit: int


class RecordingRemoved(EventBase, frozen=True, tag="recording_removed"):
    """A recording is none any more; its files go now."""

    recording: Recording
    reason: Reason


class RecordingsChanged(EventBase, frozen=True, tag="recordings_changed"):
    """Another recording is public than before."""


RecordingEvent = (
    RecordingWanted
    | RecordingBegan
    | RecordingEnded
    | RecordingFailed
    | RecordingDue
    | RecordingRemoved
    | RecordingsChanged
)
