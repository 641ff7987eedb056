"""`bandstand doctor`: the examination of this machine, as lines for a person or as one JSON object."""

import argparse
import sys
from collections.abc import Sequence

import msgspec

from bandstand.bot.doctor.examination import examine, list_probes
from bandstand.common import config
from bandstand.common.api.observing import Diagnosis
from bandstand.common.api.values import Grade, Symptom
from bandstand.common.check import make_substitute
from bandstand.common.text import counted, harmless


def format_report(symptoms: Sequence[Symptom]) -> str:
    """Faults first, each with its remedy below it; then a short line for each thing that is well; then the sum."""
    lines = []
    for symptom in symptoms:
        lines.append(f"{symptom.grade:<7} {symptom.subject:<10} {symptom.sentence}")
        if symptom.remedy:
            lines.append(f"{'':<18} do: {symptom.remedy}")
    return "\n".join(map(harmless, [*lines, format_sum(symptoms)]))


def format_sum(symptoms: Sequence[Symptom]) -> str:
    faults = sum(symptom.grade is Grade.FAULT for symptom in symptoms)
    worse = sum(symptom.grade is Grade.WORSE for symptom in symptoms)
    if faults:
        return f"{counted(faults, 'fault')}: the station is not on the air, or soon will not be"
    if worse:
        return f"nothing keeps the station off the air; {counted(worse, 'thing')} could be better"
    return "nothing is wrong on this machine"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        "bandstand doctor", description="Say what is wrong on this machine, with a remedy for each."
    )
    parser.add_argument("--config", metavar="FILE", help="the station's configuration")
    parser.add_argument("--json", action="store_true", help="print one JSON object: a diagnosis, as in docs/api.md")
    options = parser.parse_args(arguments)
    path = config.find(options.config)
    found, faults = config.examine(path)
    symptoms = examine(list_probes(found or make_substitute(path), path, len(faults)))
    if options.json:
        print(msgspec.json.encode(Diagnosis(symptoms=symptoms)).decode("utf-8"), flush=True)
    else:
        print(format_report(symptoms), flush=True)
    return 1 if any(symptom.grade is Grade.FAULT for symptom in symptoms) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
