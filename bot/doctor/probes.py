"""What is wrong, by what was seen: each function takes a look's result and gives its symptoms, with one remedy each.

Pure: nothing here looks at the machine, at a clock or at a file. A function gives at least one symptom, so that what is
well is said, too, in a few words.
"""

from collections.abc import Iterator, Sequence
from typing import Final

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
from bandstand.common.station_folder import LEAST_BYTES, SONG_BYTES
from bandstand.common.text import clock, counted, one_line, say_bytes

OLDEST_PYTHON: Final = (3, 11)
SMALLEST_SOUNDFONT: Final = 1_000_000
"""Bytes; the smallest General MIDI soundfonts that sound like anything have two million."""
COMFORTABLE_BYTES: Final = 2_000_000_000
"""Room for the songs of some hours, as the programme composes them."""
TEMPORARY_BYTES: Final = 50_000_000
FEW_INODES, HARDLY_INODES = 5000, 100
SLOW_SYNC: Final = 0.5
"""Seconds in which a small file should be on the disk: each command that changes something waits for that."""
LITTLE_MEMORY: Final = 150_000_000
"""Bytes: a song's worker takes about that."""
JUMP: Final = 5.0
"""Seconds. A lock is written within that after the start."""
AHEAD: Final = 60.0
SLEPT: Final = 60.0
OLDEST_ICECAST: Final = "2.4"
SPARE_DESCRIPTORS: Final = 50
"""Of Icecast, besides a connection for each listener: its files, and the sources."""
CROWDED: Final = 0.8
MOVING: Final = ("icecast", "web")
"""Sections whose port another follows where it is taken."""
TIME_SERVER: Final = "timedatectl set-ntp true (or apt-get install chrony)"


def judge_python(seen: PythonSeen) -> Iterator[Symptom]:
    version = ".".join(map(str, seen.version))
    if seen.version < OLDEST_PYTHON:
        yield Symptom("python", Grade.FAULT, f"this is Python {version}", "install Python 3.11 or newer")
    if seen.missing:
        names = " ".join(seen.missing)
        yield Symptom("python", Grade.FAULT, f"packages are missing: {names}", f"pip install {names}")
    for name, why in seen.broken.items():
        if name not in seen.missing:
            sentence = f"the package {name} cannot be loaded: {one_line(why)}"
            yield Symptom("python", Grade.FAULT, sentence, f"pip install --force-reinstall {name}")
    if seen.version >= OLDEST_PYTHON and not (seen.missing or seen.broken):
        yield Symptom("python", Grade.OK, f"{version}, with all packages")


def judge_libraries(seen: LibrariesSeen) -> Iterator[Symptom]:
    for need in seen.missing:
        grade = Grade.WORSE if need.without else Grade.FAULT
        sentence = f"{need.what} is not installed; without it {need.without or 'there is no sound'}"
        yield Symptom("libraries", grade, sentence, f"apt-get install {need.package}")
    if not seen.missing:
        yield Symptom("libraries", Grade.OK, ", ".join(need.what.partition(",")[0] for need in seen.found))


def judge_codecs(seen: CodecsSeen) -> Iterator[Symptom]:
    if seen.without_encoder:
        names = ", ".join(seen.without_encoder)
        sentence = f"the FFmpeg inside the package av does not write {names}"
        yield Symptom("codecs", Grade.FAULT, sentence, "pip install --force-reinstall --only-binary av av")
    if seen.without_decoder:
        sentence = f"the FFmpeg inside the package av does not read {', '.join(seen.without_decoder)}"
        yield Symptom("codecs", Grade.WORSE, sentence, "pip install --force-reinstall --only-binary av av")
    if seen.program_without:
        sentence = f"the ffmpeg program lacks {', '.join(seen.program_without)}, so songs are not exported so"
        yield Symptom("codecs", Grade.WORSE, sentence, "install Debian's own: apt-get install --reinstall ffmpeg")
    if not (seen.without_encoder or seen.without_decoder or seen.program_without):
        yield Symptom("codecs", Grade.OK, "all that is written and read")


def judge_soundfont(seen: SoundfontSeen) -> Iterator[Symptom]:
    install = "apt-get install fluid-soundfont-gm"
    grade = Grade.FAULT if seen.is_configured else Grade.WORSE
    remedy = "name another in composer.soundfont" if seen.is_configured else install
    if not seen.path:
        sentence = "there is no soundfont, so songs are played by a plainer synthesiser"
        yield Symptom("soundfont", Grade.WORSE, sentence, install)
    elif seen.trouble:
        yield Symptom("soundfont", grade, f"{seen.path} cannot be read: {seen.trouble}", remedy)
    elif not seen.is_soundfont or seen.size < SMALLEST_SOUNDFONT:
        yield Symptom("soundfont", grade, f"{seen.path} is no whole soundfont ({say_bytes(seen.size)})", remedy)
    else:
        yield Symptom("soundfont", Grade.OK, f"{seen.path}, {say_bytes(seen.size)}")


def judge_ports(ports: Sequence[PortSeen]) -> Iterator[Symptom]:
    good = []
    for seen in ports:
        name = "bind" if seen.key == "icecast" else "host"
        if seen.trouble:
            grade = Grade.FAULT if seen.is_needed else Grade.WORSE
            yield Symptom("ports", grade, seen.trouble, f"change {seen.key}.port or {seen.key}.{name}")
        elif seen.is_taken and not seen.is_ours:
            by = str(seen.holder) if seen.holder else "a program that cannot be seen from here"
            remedy = f"set {seen.key}.port to a free one, or stop that program"
            moved = ", so the next free one is used" if seen.key in MOVING else ""
            yield Symptom("ports", Grade.WORSE, f"{seen.key}.port {seen.port} is taken by {by}{moved}", remedy)
        else:
            good.append(f"{seen.key} {seen.port}" + (" (ours)" if seen.is_ours else ""))
    if good:
        yield Symptom("ports", Grade.OK, ", ".join(good))


def judge_clock(seen: ClockSeen) -> Iterator[Symptom]:
    found = list(_find_clock_faults(seen))
    said = "synchronised" if seen.is_synchronised else "the kernel does not say whether it is synchronised"
    yield from found or [Symptom("clock", Grade.OK, said)]


def _find_clock_faults(seen: ClockSeen) -> Iterator[Symptom]:
    if seen.newest > seen.now + AHEAD:
        late = clock(seen.newest - seen.now)
        sentence = f"the clock is {late} behind what the station wrote last, so shows come late and repeat"
        yield Symptom("clock", Grade.WORSE, sentence, TIME_SERVER)
    if abs(seen.jumped) > JUMP:
        way = "forwards" if seen.jumped > 0 else "back"
        sentence = f"since the station started, the clock was set {way} by {clock(abs(seen.jumped))}"
        yield Symptom("clock", Grade.WORSE, sentence, f"let a time server keep it: {TIME_SERVER}")
    if seen.asleep > SLEPT:
        sentence = f"this machine was suspended for {clock(seen.asleep)} since it started; nobody hears anything then"
        yield Symptom("clock", Grade.ADVICE, sentence, "systemctl mask sleep.target suspend.target")
    if seen.is_synchronised is False:
        sentence = "no time server keeps the clock, so shows begin early or late"
        yield Symptom("clock", Grade.ADVICE, sentence, TIME_SERVER)


def judge_disks(disks: Sequence[DiskSeen]) -> Iterator[Symptom]:
    found = [(seen, list(_find_disk_faults(seen))) for seen in disks]
    for _, faults in found:
        yield from faults
    good = [f"{seen.what} {say_bytes(seen.free)} free" for seen, faults in found if not faults]
    if good:
        yield Symptom("disk", Grade.OK, ", ".join(good))


def _find_disk_faults(seen: DiskSeen) -> Iterator[Symptom]:
    place = f"the disk of {seen.folder} ({seen.what})"
    is_temporary = seen.what == "temporary files"
    worse = Grade.WORSE if is_temporary else Grade.FAULT
    if seen.is_read_only:
        yield Symptom("disk", worse, f"{place} is mounted read-only", "look at dmesg; then remount it, or move")
        return
    few = TEMPORARY_BYTES if is_temporary else SONG_BYTES
    if seen.free < few:
        grade = worse if seen.free < LEAST_BYTES else Grade.WORSE
        yield Symptom("disk", grade, f"{place} has {say_bytes(seen.free)} free", "free some space there")
    elif seen.free < COMFORTABLE_BYTES and not is_temporary:
        sentence = f"{place} has {say_bytes(seen.free)} free; an hour of songs takes about 300 MB"
        yield Symptom("disk", Grade.ADVICE, sentence, "free some space, or lower radio.kept or radio.stock")
    if seen.inodes is not None and seen.inodes < FEW_INODES:
        grade = worse if seen.inodes < HARDLY_INODES else Grade.WORSE
        sentence = f"{place} takes only {counted(seen.inodes, 'file')} more, however much space is free"
        yield Symptom("disk", grade, sentence, "remove small files there (df -i shows them)")
    if seen.sync is not None and seen.sync > SLOW_SYNC and not is_temporary:
        sentence = f"{place} takes {seen.sync:.1f} s for a small file, and each command waits for that"
        yield Symptom("disk", Grade.WORSE, sentence, "move station.directory to a disk of this machine, or an SSD")


def judge_rights(seen: RightsSeen) -> Iterator[Symptom]:
    for fault in seen.faults:
        yield Symptom("rights", Grade.FAULT, fault, "as it says, or name another station.directory")
    for path in seen.exposed:
        sentence = f"everybody on this machine may read the passwords in {path}"
        yield Symptom("rights", Grade.WORSE, sentence, f"chmod o-rwx {path}")
    if seen.is_root:
        sentence = "the station runs as root, so a fault of it may harm the whole machine"
        yield Symptom("rights", Grade.ADVICE, sentence, "run it as a user of its own (deploy/systemd/)")
    if not (seen.faults or seen.exposed or seen.is_root):
        yield Symptom("rights", Grade.OK, f"{seen.user} may write what it must")


def judge_icecast(seen: IcecastSeen) -> Iterator[Symptom]:
    found = list(_find_icecast_faults(seen))
    if found:
        yield from found
    elif seen.said:
        limit = f", {counted(seen.clients, 'listener')} at most" if seen.clients else ""
        running = "" if seen.is_running else ", not running"
        yield Symptom("icecast", Grade.OK, f"{one_line(seen.said, 60)}{limit}{running}")
    else:
        yield Symptom("icecast", Grade.ADVICE, "its version is unknown", f"Icecast {OLDEST_ICECAST} or newer is needed")


def _find_icecast_faults(seen: IcecastSeen) -> Iterator[Symptom]:
    if seen.trouble:
        sentence = f"the Icecast at {seen.place} does not answer: {one_line(seen.trouble)}"
        yield Symptom("icecast", Grade.FAULT, sentence, "start it, or change icecast.host and icecast.port")
        return
    if (version := find_version(seen.said)) and version < find_version(OLDEST_ICECAST):
        sentence = f"this is {one_line(seen.said, 60)}, and {OLDEST_ICECAST} is needed"
        yield Symptom("icecast", Grade.FAULT, sentence, "apt-get install icecast2 of a newer release")
    if seen.absent:
        sentence = f"the station runs, but the Icecast at {seen.place} does not have {', '.join(seen.absent)}"
        limit = f'; "no more sources": raise <sources> in its icecast.xml to {seen.sources} or more'
        yield Symptom("icecast", Grade.FAULT, sentence, f"bandstand status says why{'' if seen.is_own else limit}")
    if seen.refuses_admin:
        sentence = f"the Icecast at {seen.place} does not take icecast.admin_password, so listeners are not counted"
        yield Symptom("icecast", Grade.WORSE, sentence, "copy <admin-password> from its icecast.xml")
    needed = (seen.clients or 0) + SPARE_DESCRIPTORS
    if seen.clients and seen.descriptors is not None and seen.descriptors < needed:
        sentence = (
            f"Icecast may have {seen.descriptors} files open, too few for the {seen.clients} listeners that it lets in"
        )
        yield Symptom("icecast", Grade.WORSE, sentence, f"ulimit -n {2 * needed} (LimitNOFILE= in a unit)")
    if seen.clients and seen.listeners is not None and seen.listeners > CROWDED * seen.clients:
        sentence = f"{seen.listeners} listen, and Icecast lets in {seen.clients}"
        remedy = "an Icecast of your own with more <clients> (docs/mounts.md), or relays"
        yield Symptom("icecast", Grade.WORSE, sentence, remedy)


def find_version(said: str) -> tuple[int, ...]:
    """`(2, 4, 4)` of `Icecast 2.4.4`; empty where there is no number."""
    for word in said.split():
        parts = word.split(".")
        if len(parts) > 1 and parts[0].isdigit():
            return tuple(int(part) for part in parts if part.isdigit())
    return ()


def judge_names(names: Sequence[NameSeen]) -> Iterator[Symptom]:
    good = []
    for seen in names:
        host = one_line(seen.host, 80)
        is_own = not seen.what.startswith(("web.", "icecast.", "irc."))
        if not seen.is_found and is_own:
            sentence = f"{seen.what}, {host}, is not in the DNS, which delays some programs"
            yield Symptom("names", Grade.ADVICE, sentence, f"add the line 127.0.1.1 {host} to the hosts file")
        elif not seen.is_found:
            grade = Grade.FAULT if seen.what.startswith("icecast.") else Grade.WORSE
            remedy = f"correct the name, or ask the DNS by hand: getent hosts {host}"
            yield Symptom("names", grade, f"{seen.what}: the DNS does not know {host}", remedy)
        elif seen.what.startswith("web.") and seen.is_loopback:
            sentence = f"{seen.what}: {host} is this machine's own address, which nobody elsewhere can reach"
            yield Symptom("names", Grade.ADVICE, sentence, "name the address that listeners type")
        elif seen.is_reached is False:
            sentence = f"{seen.what}: nothing answers at {host}"
            yield Symptom("names", Grade.WORSE, sentence, "start the proxy, or open its port in the firewall")
        else:
            good.append(host)
    if good:
        yield Symptom("names", Grade.OK, ", ".join(good))


def judge_sandbox(seen: SandboxSeen) -> Iterator[Symptom]:
    grade = Grade.WORSE if seen.has_generators else Grade.ADVICE
    if seen.is_root and not seen.as_whom:
        sentence = "users' generators run as root, because they cannot be given another user here"
        yield Symptom("sandbox", grade, sentence, "run the station as a user of its own (deploy/systemd/)")
    whom = f"; generators run as {seen.as_whom} rather than root" if seen.as_whom else ""
    if not seen.is_wanted:
        yield Symptom("sandbox", Grade.OK, f"switched off by composer.sandbox{whom}")
    elif not seen.is_installed:
        sentence = "bubblewrap is not installed, so users' generators run less protected"
        yield Symptom("sandbox", grade, sentence, "apt-get install bubblewrap")
    elif seen.trouble:
        remedy = "allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, or an AppArmor profile for bwrap)"
        yield Symptom("sandbox", grade, one_line(seen.trouble), remedy)
    else:
        yield Symptom("sandbox", Grade.OK, f"bubblewrap works{whom}")


def judge_tools(tools: Sequence[ToolSeen]) -> Iterator[Symptom]:
    for seen in tools:
        if not seen.is_there:
            sentence = f"{seen.name} is not installed; with it {seen.gives}"
            yield Symptom("extras", Grade.ADVICE, sentence, f"apt-get install {seen.package}")
    if there := [seen.name for seen in tools if seen.is_there]:
        yield Symptom("extras", Grade.OK, ", ".join(there))


def judge_memory(seen: MemorySeen) -> Iterator[Symptom]:
    free = f"{say_bytes(seen.available)} are free"
    if seen.available < LITTLE_MEMORY:
        remedy = "lower station.workers, or take the smaller soundfont (composer.soundfont)"
        yield Symptom("memory", Grade.WORSE, f"only {free}; each song that is made takes about 150 MB", remedy)
    else:
        yield Symptom("memory", Grade.OK, free)


def judge_station(seen: StationSeen) -> Iterator[Symptom]:
    if seen.faults:
        sentence = f"the configuration has {counted(seen.faults, 'fault')}"
        yield Symptom("station", Grade.FAULT, sentence, "bandstand check lists them")
    if seen.pid is not None:
        yield Symptom("station", Grade.OK, f"runs (process {seen.pid})")
    elif not seen.faults:
        yield Symptom("station", Grade.OK, "not running; bandstand check looks at the configuration")
