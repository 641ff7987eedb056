"""Recordings: who may have them made, seen and removed, and which of them have to go.

The streamer writes them, each with a sheet; the folders on the disk are what there is, and the database follows them
(`take_found`), so that neither a crash nor a move of a folder by hand can make them differ for long. What the database
has beside that is who may see one, and that one is to be removed.

Removed by itself is only what was told to be due before: the oldest, as soon as nine tenths of the limit are used, or a
day before its time is over. So an operator has time to take it away.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from bandstand.bot.station.radio_repositories import KeptRecording
from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.people import Requester, Right
from bandstand.common.api.recordings import (
    GetRecording,
    ListRecordings,
    PublishRecording,
    Reason,
    Recording,
    RecordingDeleted,
    RecordingDetails,
    RecordingDue,
    RecordingEnded,
    RecordingList,
    RecordingPublished,
    RecordingRemoved,
    RecordingsChanged,
    RecordingStatus,
    RecordingSwitched,
    RecordingWanted,
    RemoveRecording,
    SwitchRecording,
)
from bandstand.common.api.refusals import NoSuchRecording, Refused
from bandstand.common.generators import FILE, IMPORT, LIVE_SHOW, PIPE
from bandstand.common.recordings import Sheet, SheetTitle
from bandstand.common.text import one_line

RECORD: Final = "record"
"""The setting that `record on` and `record off` write; without it the configuration decides."""
CURRENT: Final = "recording"
"""The setting with the folder of what is recorded now."""
ON, OFF = "on", "off"
NEARLY: Final = 0.9
"""The share of the limit from which on the oldest recording is due."""
DAY: Final = 24 * 3600.0
FOREIGN: Final = (FILE, IMPORT, PIPE, LIVE_SHOW)
"""Generators of what was not made here; nobody knows what a DJ plays."""
NEWS: Final = 900.0
"""Seconds after its end within which a recording that is found is told."""


class Found(NamedTuple):
    """What is on the disk."""

    sheets: Sequence[tuple[str, Sheet]]
    """Of each whole recording, with its folder's name."""
    open_bytes: int = 0
    """Of what is still written."""


def is_on(tx: Transaction) -> bool:
    """Whether everything is to be recorded."""
    said = tx.settings.get(RECORD)
    return tx.rules.recordings.is_on if said is None else said == ON


def switch_recording(request: SwitchRecording, by: Requester, tx: Transaction) -> RecordingSwitched:
    was_recording = bool(tx.settings.get(CURRENT))
    tx.settings.put(RECORD, ON if request.is_on else OFF)
    tx.publish(RecordingWanted(is_on=request.is_on))
    return RecordingSwitched(is_on=request.is_on, was_recording=was_recording)


def list_recordings(request: ListRecordings, by: Requester, tx: Transaction) -> RecordingList:
    is_public = request.is_public or by.right < Right.DJ
    total, size = tx.recordings.measure(is_public=is_public)
    return RecordingList(
        recordings=tuple(tx.recordings.list_newest(request.limit, request.offset, is_public=is_public)),
        total=total,
        is_on=is_on(tx),
        current=tx.settings.get(CURRENT) or "",
        bytes=size,
        limit=tx.rules.recordings.limit,
    )


def get_status(tx: Transaction) -> RecordingStatus:
    total, size = tx.recordings.measure(is_public=False)
    return RecordingStatus(
        is_on=is_on(tx),
        current=tx.settings.get(CURRENT) or "",
        total=total,
        bytes=size,
        limit=tx.rules.recordings.limit,
    )


def get_recording(request: GetRecording, by: Requester, tx: Transaction) -> RecordingDetails:
    """Raises Refused(NoSuchRecording), for listeners also where it is not public."""
    recording = find_recording(tx, request.code)
    if not recording.is_public and by.right < Right.DJ:
        raise Refused(NoSuchRecording(one_line(request.code, 40)))
    return RecordingDetails(recording=recording)


def find_recording(tx: Transaction, words: str) -> Recording:
    """By its code, or the name of its folder. Raises Refused(NoSuchRecording)."""
    found = tx.recordings.find(words.strip().lower().rpartition("-")[2])
    if found is None:
        raise Refused(NoSuchRecording(one_line(words, 40)))
    return found


def remove_recording(request: RemoveRecording, by: Requester, tx: Transaction) -> RecordingDeleted:
    """Raises Refused(NoSuchRecording)."""
    recording = find_recording(tx, request.code)
    _remove(tx, recording, Reason.ASKED)
    return RecordingDeleted(recording=recording)


def _remove(tx: Transaction, recording: Recording, reason: Reason) -> None:
    """It stays in the database until its files are gone, so that it is not found again."""
    tx.recordings.set_removed(recording.code)
    tx.publish(RecordingRemoved(recording=recording, reason=reason))


def publish_recording(request: PublishRecording, by: Requester, tx: Transaction) -> RecordingPublished:
    """Raises Refused(NoSuchRecording)."""
    recording = msgspec.structs.replace(find_recording(tx, request.code), is_public=request.is_public)
    tx.recordings.put(recording)
    tx.publish(RecordingsChanged())
    return RecordingPublished(recording=recording)


# What the disk has


def take_found(tx: Transaction, found: Found) -> None:
    """Bring the database to what is on the disk, and have removed what is too old or too much."""
    known = {one.code: one for one in tx.recordings.list_kept()}
    there = {sheet.code for _, sheet in found.sheets}
    for folder, sheet in found.sheets:
        if sheet.code not in known:
            _take_new(tx, folder, sheet)
        elif known[sheet.code].is_removed:
            tx.publish(RecordingRemoved(recording=tx.recordings.get(sheet.code), reason=Reason.ASKED))
    gone = [code for code in known if code not in there]
    for code in gone:
        tx.recordings.remove(code)
    if any(not known[code].is_removed for code in gone):
        tx.publish(RecordingsChanged())
    _keep_limits(tx, [one for one in tx.recordings.list_kept() if not one.is_removed], found.open_bytes)


def _take_new(tx: Transaction, folder: str, sheet: Sheet) -> None:
    """One that has just ended is told; of folders that somebody moved here there may be hundreds."""
    recording = describe(folder, sheet, is_public=_is_public(tx, sheet))
    tx.recordings.put(recording)
    is_news = sheet.is_mended or tx.now - sheet.began - sheet.seconds < NEWS
    tx.publish(RecordingEnded(recording=recording) if is_news else RecordingsChanged())


def describe(folder: str, sheet: Sheet, *, is_public: bool) -> Recording:
    return Recording(
        code=sheet.code,
        folder=folder,
        name=sheet.name,
        show=sheet.show,
        began=sheet.began,
        seconds=sheet.seconds,
        titles=sheet.titles,
        files=sheet.files,
        is_public=is_public,
        is_mended=sheet.is_mended,
    )


def _is_public(tx: Transaction, sheet: Sheet) -> bool:
    match tx.rules.recordings.public:
        case "all":
            return True
        case "shows":
            return bool(sheet.show)
        case "own":
            return bool(sheet.show) and all(_is_own(tx, title) for title in sheet.titles)
    return False


def _is_own(tx: Transaction, title: SheetTitle) -> bool:
    """Whether it was made here. What nobody knows, such as a song of a guest, was not."""
    try:
        return tx.songs.get_generator(title.song) not in FOREIGN
    except KeyError:
        return False


def _keep_limits(tx: Transaction, kept: list[KeptRecording], open_bytes: int) -> None:
    """`kept`: the oldest first."""
    left = total = open_bytes + sum(one.bytes for one in kept)
    for one in kept:
        reason = _find_reason(tx, one, left)
        if reason is None:
            continue
        if not one.is_told:
            tx.recordings.set_told(one.code)
            due = RecordingDue(
                recording=tx.recordings.get(one.code), reason=reason, bytes=total, limit=tx.rules.recordings.limit
            )
            tx.publish(due)
        elif _is_over(tx, one, reason, left):
            _remove(tx, tx.recordings.get(one.code), reason)
        left -= one.bytes


def _find_reason(tx: Transaction, recording: KeptRecording, total: int) -> Reason | None:
    """Why it is due, where all that are not older take `total` bytes."""
    limits = tx.rules.recordings
    if limits.limit and total > limits.limit * NEARLY:
        return Reason.LIMIT
    if limits.seconds and tx.now - recording.began > limits.seconds - DAY:
        return Reason.AGE
    return None


def _is_over(tx: Transaction, recording: KeptRecording, reason: Reason, total: int) -> bool:
    limits = tx.rules.recordings
    if reason is Reason.LIMIT:
        return total > limits.limit
    return tx.now - recording.began > limits.seconds
