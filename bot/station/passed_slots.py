"""What was told of slots that the programme passed over: each thing once, and not at every plan that is made anew.

A plan is made again whenever something happens, so an empty playlist would be told of every few seconds. What was told
is a setting: for each slot the reasons, and when each was told. It is told again when it was filled in between and time
has gone by (`QUIET`): a slot that is now full and now empty, such as that of a jingle next to another one, is no news.
"""

import json
from collections.abc import Iterable
from typing import Final

from bandstand.bot.station.repositories import Transaction
from bandstand.common.api.events import SlotPassed
from bandstand.common.api.values import PassedSlot, SlotKind

TOLD: Final = "passed_slots"
"""The setting: slot -> reason -> Unix seconds."""
QUIET: Final = 3600.0
"""Seconds for which the same is not told of a slot again, though something filled it meanwhile."""
MOST: Final = 200
"""Slots that are remembered; those told of longest ago are forgotten first."""

Told = dict[str, dict[str, float]]


def tell_passed(tx: Transaction, passed: Iterable[PassedSlot], filled: str) -> None:
    """Publish what is new about the slots that were passed over, and forget what was told of the one that is `filled`,
    as it is written; '' where it was none."""
    saved = tx.settings.get(TOLD)
    told: Told = json.loads(saved) if saved is not None else {}
    if filled in told:
        told[filled] = {reason: at for reason, at in told[filled].items() if tx.now - at < QUIET}
    for one in passed:
        reasons = told.setdefault(str(one.slot), {})
        if one.slot.kind is not SlotKind.ANY and one.reason not in reasons:
            reasons[one.reason] = tx.now
            tx.publish(SlotPassed(slot=str(one.slot), reason=one.reason))
    kept = sorted((slot for slot in told if told[slot]), key=lambda slot: max(told[slot].values()))[-MOST:]
    text = json.dumps({slot: told[slot] for slot in sorted(kept)})
    if text != (saved or "{}"):
        tx.settings.put(TOLD, text)
