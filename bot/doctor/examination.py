"""Runs every probe at the same time, each in a thread of its own, and waits for none longer than the limit.

A look that hangs (a dead network share, a name server that does not answer) costs its own line and no other. Its thread
is left behind: it ends with the process.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bandstand.bot.doctor import looking, probes
from bandstand.common.api.values import Grade, Symptom
from bandstand.common.config import Config
from bandstand.common.errors import explain

LIMIT: Final = 8.0
"""Seconds for all looks together."""
ORDER: Final = tuple(Grade)


@dataclass(frozen=True)
class Probe:
    """A look, and what follows from what it saw."""

    subject: str
    look: Callable[[], Any]
    judge: Callable[[Any], Iterator[Symptom]]


def list_probes(config: Config, configuration: Path | None, faults: int) -> list[Probe]:
    """`faults` is the number of those in the configuration."""
    return [
        Probe("station", lambda: looking.look_at_station(config, faults), probes.judge_station),
        Probe("python", lambda: looking.look_at_python(config), probes.judge_python),
        Probe("libraries", lambda: looking.look_at_libraries(config), probes.judge_libraries),
        Probe("codecs", lambda: looking.look_at_codecs(config), probes.judge_codecs),
        Probe("soundfont", lambda: looking.look_at_soundfont(config), probes.judge_soundfont),
        Probe("icecast", lambda: looking.look_at_icecast(config), probes.judge_icecast),
        Probe("ports", lambda: looking.look_at_ports(config), probes.judge_ports),
        Probe("names", lambda: looking.look_at_names(config), probes.judge_names),
        Probe("clock", lambda: looking.look_at_clock(config), probes.judge_clock),
        Probe("disk", lambda: looking.look_at_disks(config), probes.judge_disks),
        Probe("memory", lambda: looking.look_at_memory(config), probes.judge_memory),
        Probe("rights", lambda: looking.look_at_rights(config, configuration), probes.judge_rights),
        Probe("sandbox", lambda: looking.look_at_sandbox(config, configuration), probes.judge_sandbox),
        Probe("extras", lambda: looking.look_at_tools(config), probes.judge_tools),
    ]


@dataclass
class _Run:
    """A probe under way."""

    probe: Probe
    symptoms: list[Symptom] = field(default_factory=list)
    is_done: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        threading.Thread(target=self._examine, name=self.probe.subject, daemon=True).start()

    def _examine(self) -> None:
        try:
            symptoms = list(self.probe.judge(self.probe.look()))
        except Exception as error:  # whatever a strange machine makes of a look: the others are still of use
            sentence = f"it could not be looked at: {explain(error)}"
            symptoms = [Symptom(self.probe.subject, Grade.WORSE, sentence, "look at it by hand")]
        self.symptoms = symptoms
        self.is_done.set()

    def take(self, seconds: float) -> list[Symptom]:
        """The symptoms, waited for so long."""
        if self.is_done.wait(max(0.0, seconds)):
            return self.symptoms
        sentence = f"the look at it did not end within {LIMIT:.0f} s"
        return [
            Symptom(
                self.probe.subject,
                Grade.WORSE,
                sentence,
                "see whether a disk or the network hangs, or much else runs here (uptime)",
            )
        ]


def examine(found: Sequence[Probe], limit: float = LIMIT) -> tuple[Symptom, ...]:
    """The symptoms of all probes, the worst first; of one grade in the order of the probes."""
    deadline = time.monotonic() + limit
    runs = [_Run(probe) for probe in found]
    for run in runs:
        run.begin()
    symptoms = [symptom for run in runs for symptom in run.take(deadline - time.monotonic())]
    return sort_symptoms(symptoms)


def sort_symptoms(symptoms: Sequence[Symptom]) -> tuple[Symptom, ...]:
    return tuple(sorted(symptoms, key=lambda symptom: ORDER.index(symptom.grade)))
