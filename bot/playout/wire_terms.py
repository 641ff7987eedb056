"""The streamer's messages in the core's terms: its reports as what is written down, a plan's transition as it is told.

The messages themselves are in `common.wire`.
"""

from bandstand.bot.playout.connection import NumberedReport
from bandstand.bot.station import on_air
from bandstand.bot.station.repositories import Transaction
from bandstand.bot.station.scheduling import Plan
from bandstand.common import wire
from bandstand.common.api.values import EndReason
from bandstand.common.types import RATE, Frames


def record_report(tx: Transaction, numbered: NumberedReport, at: float) -> None:
    """Write down what the streamer reports, which happened `at` this Unix time; once, however often it comes."""
    if not on_air.is_new_report(tx, numbered.streamer, numbered.number):
        return
    report = numbered.report
    if isinstance(report, wire.Started):
        on_air.record_started(tx, report.cue, at)
    else:
        reason = EndReason(report.reason)
        on_air.record_ended(tx, report.cue, reason, Frames(report.frames), report.detail, at)


def make_join(plan: Plan) -> wire.Join | None:
    """What the streamer is told of the transition, where that is more than a crossfade."""
    transition = plan.transition
    if plan.current is None or transition.at is None:
        return None
    end = None if transition.end is None else round(transition.end * RATE)
    return wire.Join(plan.current.id, round(transition.at * RATE), end, round(transition.fade * RATE))
