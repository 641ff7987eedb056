"""What the doctor concludes from what was seen: the grade, what is said, and a remedy for each thing that is bad."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.doctor import probes
from bandstand.bot.doctor.observed import (
    ClockSeen,
    CodecsSeen,
    DiskSeen,
    IcecastSeen,
    LibrariesSeen,
    MemorySeen,
    NameSeen,
    PortSeen,
    PythonSeen,
    RightsSeen,
    SandboxSeen,
    SoundfontSeen,
    StationSeen,
    ToolSeen,
)
from bandstand.common.api.values import Grade, Symptom
from bandstand.common.check import ICECAST, NEEDS
from bandstand.common.port_holders import Holder

FAULT, WORSE, ADVICE, OK = Grade.FAULT, Grade.WORSE, Grade.ADVICE, Grade.OK
NGINX = Holder("root", 812, "nginx")
GB = 1_000_000_000
OWN = IcecastSeen(is_own=True, place="127.0.0.1:8000", said="Icecast 2.4.4", clients=500, descriptors=1024)


def icecast(**changes: Any) -> IcecastSeen:
    return IcecastSeen(**({name: getattr(OWN, name) for name in OWN.__dataclass_fields__} | changes))


CASES: dict[str, tuple[Callable[[Any], Iterable[Symptom]], Any, Grade, str]] = {
    "python": (probes.judge_python, PythonSeen((3, 11)), OK, "3.11"),
    "old python": (probes.judge_python, PythonSeen((3, 9)), FAULT, "Python 3.9"),
    "a package": (probes.judge_python, PythonSeen((3, 11), ("mido",)), FAULT, "missing: mido"),
    "a broken one": (
        probes.judge_python, PythonSeen((3, 11), (), {"shout": "libshout.so.3: no such file"}), FAULT, "libshout.so.3"
    ),
    "libraries": (probes.judge_libraries, LibrariesSeen(NEEDS), OK, "LAME, Opus"),
    "icecast is missing": (probes.judge_libraries, LibrariesSeen((), (ICECAST,)), FAULT, "Icecast is not installed"),
    "ffmpeg is missing": (probes.judge_libraries, LibrariesSeen((), (NEEDS[3],)), WORSE, "are not exported"),
    "codecs": (probes.judge_codecs, CodecsSeen(), OK, "all"),
    "an encoder": (probes.judge_codecs, CodecsSeen(("libopus",)), FAULT, "libopus"),
    "a decoder": (probes.judge_codecs, CodecsSeen((), ("vorbis",)), WORSE, "vorbis"),
    "the program": (probes.judge_codecs, CodecsSeen((), (), ("libmp3lame",)), WORSE, "libmp3lame"),
    "soundfont": (probes.judge_soundfont, SoundfontSeen("/a.sf2", 6_000_000), OK, "6.0 MB"),
    "no soundfont": (probes.judge_soundfont, SoundfontSeen(), WORSE, "plainer"),
    "a cut soundfont": (probes.judge_soundfont, SoundfontSeen("/a.sf2", 900), WORSE, "no whole"),
    "another file": (probes.judge_soundfont, SoundfontSeen("/a.sf2", GB, False, "", True), FAULT, "no whole"),
    "unreadable": (
        probes.judge_soundfont, SoundfontSeen("/a", trouble="Permission denied", is_configured=True), FAULT, "denied"
    ),
    "a free port": (probes.judge_ports, [PortSeen("web", "127.0.0.1", 8080)], OK, "web 8080"),
    "our own port": (
        probes.judge_ports, [PortSeen("web", "::", 8080, is_taken=True, holder=NGINX, is_ours=True)], OK, "(ours)"
    ),
    "a taken port": (
        probes.judge_ports, [PortSeen("web", "::", 8080, is_taken=True, holder=NGINX)], WORSE, "nginx (process 812)"
    ),
    "taken by somebody": (
        probes.judge_ports, [PortSeen("web", "::", 80, is_taken=True, holder=Holder("bob"))], WORSE, "program of bob"
    ),
    "taken unseen": (probes.judge_ports, [PortSeen("web", "::", 80, is_taken=True)], WORSE, "cannot be seen"),
    "a foreign address": (
        probes.judge_ports, [PortSeen("icecast", "192.0.2.1", 8000, True, trouble="192.0.2.1 is not")], FAULT, "is not"
    ),
    "clock": (probes.judge_clock, ClockSeen(GB, True, GB), OK, "synchronised"),
    "a silent kernel": (probes.judge_clock, ClockSeen(GB), OK, "does not say"),
    "no time server": (probes.judge_clock, ClockSeen(GB, False), ADVICE, "no time server"),
    "set back": (probes.judge_clock, ClockSeen(GB, True, GB + 3600), WORSE, "1:00:00 behind"),
    "a jump": (probes.judge_clock, ClockSeen(GB, True, GB, jumped=-120), WORSE, "back by 2:00"),
    "a jump on": (probes.judge_clock, ClockSeen(GB, True, GB, jumped=120), WORSE, "forwards by 2:00"),
    "asleep": (probes.judge_clock, ClockSeen(GB, True, GB, asleep=7200), ADVICE, "suspended for 2:00:00"),
    "disk": (probes.judge_disks, [DiskSeen("station", "/srv", 50 * GB, 10**6, sync=0.01)], OK, "50.0 GB"),
    "a full disk": (probes.judge_disks, [DiskSeen("station", "/srv", 1000)], FAULT, "free"),
    "nearly full": (probes.judge_disks, [DiskSeen("station", "/srv", 50_000_000)], WORSE, "50.0 MB"),
    "hours": (probes.judge_disks, [DiskSeen("station", "/srv", GB)], ADVICE, "300 MB"),
    "no inodes": (probes.judge_disks, [DiskSeen("station", "/srv", 50 * GB, 3)], FAULT, "3 files more"),
    "few inodes": (probes.judge_disks, [DiskSeen("station", "/srv", 50 * GB, 900)], WORSE, "900 files"),
    "read-only": (probes.judge_disks, [DiskSeen("station", "/srv", 50 * GB, is_read_only=True)], FAULT, "read-only"),
    "slow": (probes.judge_disks, [DiskSeen("station", "/srv", 50 * GB, sync=2.5)], WORSE, "2.5 s"),
    "a full /tmp": (probes.judge_disks, [DiskSeen("temporary files", "/tmp", 0)], WORSE, "/tmp"),
    "rights": (probes.judge_rights, RightsSeen("radio"), OK, "radio"),
    "root": (probes.judge_rights, RightsSeen("root", is_root=True), ADVICE, "root"),
    "foreign": (probes.judge_rights, RightsSeen("radio", faults=("/srv belongs to root",)), FAULT, "belongs to root"),
    "exposed": (probes.judge_rights, RightsSeen("radio", exposed=("/etc/b.toml",)), WORSE, "/etc/b.toml"),
    "icecast": (probes.judge_icecast, OWN, OK, "Icecast 2.4.4, 500 listeners at most, not running"),
    "old icecast": (probes.judge_icecast, icecast(said="Icecast 2.3.3"), FAULT, "2.4 is needed"),
    "few descriptors": (probes.judge_icecast, icecast(descriptors=256), WORSE, "256 files"),
    "absent": (probes.judge_icecast, icecast(absent=("/a.mp3", "/b.opus")), FAULT, "does not have /a.mp3, /b.opus"),
    "no more sources": (
        probes.judge_icecast, icecast(is_own=False, absent=("/a.mp3",), sources=4), FAULT, "<sources>"
    ),
    "crowded": (probes.judge_icecast, icecast(listeners=450, is_running=True), WORSE, "450 listen"),
    "away": (
        probes.judge_icecast, IcecastSeen(False, "radio.example:8000", trouble="refused"), FAULT, "radio.example:8000"
    ),
    "another password": (
        probes.judge_icecast, IcecastSeen(False, "h:8000", "Icecast 2.4.4", refuses_admin=True), WORSE, "admin_password"
    ),
    "nameless": (probes.judge_icecast, IcecastSeen(is_own=True), ADVICE, "unknown"),
    "names": (probes.judge_names, [NameSeen("this machine's name", "radio")], OK, "radio"),
    "our name": (probes.judge_names, [NameSeen("this machine's name", "radio", False)], ADVICE, "hosts file"),
    "no such host": (probes.judge_names, [NameSeen("web.public_url", "radio.example", False)], WORSE, "does not know"),
    "no icecast host": (probes.judge_names, [NameSeen("icecast.host", "x.example", False)], FAULT, "x.example"),
    "only here": (
        probes.judge_names, [NameSeen("web.public_url", "localhost", is_loopback=True)], ADVICE, "nobody elsewhere"
    ),
    "no proxy": (
        probes.judge_names, [NameSeen("web.public_url", "radio.example", is_reached=False)], WORSE, "nothing answers"
    ),
    "sandbox": (probes.judge_sandbox, SandboxSeen(), OK, "works"),
    "no sandbox": (probes.judge_sandbox, SandboxSeen("x", False), ADVICE, "not installed"),
    "needed sandbox": (probes.judge_sandbox, SandboxSeen("x", False, has_generators=True), WORSE, "not installed"),
    "broken sandbox": (probes.judge_sandbox, SandboxSeen("no namespaces", has_generators=True), WORSE, "namespaces"),
    "sandbox off": (probes.judge_sandbox, SandboxSeen("", False, False), OK, "off"),
    "another user": (probes.judge_sandbox, SandboxSeen(is_root=True, as_whom="user 64001"), OK, "as user 64001"),
    "roots": (probes.judge_sandbox, SandboxSeen(is_root=True, has_generators=True), WORSE, "generators run as root"),
    "extras": (probes.judge_tools, [ToolSeen("espeak-ng", "espeak-ng", "idents speak", True)], OK, "espeak-ng"),
    "no extras": (probes.judge_tools, [ToolSeen("espeak-ng", "espeak-ng", "idents speak", False)], ADVICE, "speak"),
    "memory": (probes.judge_memory, MemorySeen(GB), OK, "1.0 GB"),
    "little memory": (probes.judge_memory, MemorySeen(90_000_000), WORSE, "90.0 MB"),
    "station": (probes.judge_station, StationSeen(12, 0), OK, "process 12"),
    "not running": (probes.judge_station, StationSeen(None, 0), OK, "not running"),
    "configuration": (probes.judge_station, StationSeen(12, 2), FAULT, "2 faults"),
}  # fmt: skip
"""What was seen -> who judges it, and the grade and a piece of the worst symptom."""


@pytest.mark.parametrize("case", CASES)
def test_what_was_seen_has_its_grade_and_a_remedy(case: str) -> None:
    judge, seen, grade, words = CASES[case]
    symptoms = list(judge(seen))
    worst = min(symptoms, key=lambda symptom: list(Grade).index(symptom.grade))
    assert worst.grade is grade, symptoms
    assert words in f"{worst.sentence} {worst.remedy}"
    assert all(bool(symptom.remedy) is (symptom.grade is not OK) for symptom in symptoms), symptoms


@given(
    st.lists(
        st.builds(
            DiskSeen,
            what=st.sampled_from(["station", "temporary files"]),
            folder=st.just("/srv"),
            free=st.integers(0, 10**15),
            inodes=st.none() | st.integers(0, 10**9),
            is_read_only=st.booleans(),
            sync=st.none() | st.floats(0, 100),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_whatever_a_disk_is_like_something_is_said_and_a_worse_disk_is_never_better(disks: list[DiskSeen]) -> None:
    symptoms = list(probes.judge_disks(disks))
    assert symptoms and all(symptom.subject == "disk" for symptom in symptoms)
    fuller = [DiskSeen(one.what, one.folder, one.free // 2, one.inodes, one.is_read_only, one.sync) for one in disks]
    grades = list(Grade)

    def worst(found: list[Symptom]) -> int:
        return min(grades.index(symptom.grade) for symptom in found)

    assert worst(list(probes.judge_disks(fuller))) <= worst(symptoms)


@pytest.mark.parametrize(
    ("said", "version"), [("Icecast 2.4.4", (2, 4, 4)), ("Icecast 2.5-beta3 (x)", (2,)), ("nginx", ()), ("", ())]
)
def test_a_version_is_read_from_what_a_server_calls_itself(said: str, version: tuple[int, ...]) -> None:
    assert probes.find_version(said) == version
