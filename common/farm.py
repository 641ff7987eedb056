"""The farm: songs composed on other machines. What `[farm]` has in the configuration, and what those who take part in
it say to each other.

```
 worker (station) ──order──▶ farm client ──task──▶ scheduler (Dask) ──task──▶ machine ──job──▶ composer
        ▲                       │    ▲                                           │
        └── messages ───────────┘    └──────────── messages, TLS ────────────────┘
```

The scheduler decides on a machine and carries an order of a few kilobytes. All else goes straight from the machine to
the station's farm client, which passes it on to the worker of that job, byte by byte. A message is a letter for its
kind, four bytes for its length, and its content:

- `F` frames, as the spool has them, in order from the first one on; `C` the sound is complete
- `S` a step of the composer (common/jobs.py) as JSON; the last message is a `Done` or a `Failed`
- `N` a file of the song's folder: its name, a zero byte, and what it has
- `A` nothing: it still works; `E` the end, so that a machine that is done can be told from one that is lost

Knows neither Dask nor a socket.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec

from bandstand.common.errors import ComposeError, UnusableFile
from bandstand.common.files import find_problem, resolve_path
from bandstand.common.generators import BAND, TAKEN
from bandstand.common.jobs import Job
from bandstand.common.plain_values import Fault, HostOrNone, PathText

FRAMES, COMPLETE, STEP, FILE, ALIVE, END = b"F", b"C", b"S", b"N", b"A", b"E"
KINDS: Final = (FRAMES, COMPLETE, STEP, FILE, ALIVE, END)
HEAD: Final = 5
"""Bytes before a message's content."""
LARGEST: Final = 1 << 28
"""Bytes of a message's content, at most."""
ALIVE_SECONDS: Final = 0.25
"""Between two messages of a machine, at most, once a song has begun."""
TOKEN_BYTES: Final = 64
"""Of the token that a machine sends before its first message: hexadecimal digits."""


class Farm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    scheduler: str = ""
    """The address of a Dask scheduler, such as tcp://10.0.0.1:8786, or tls://...; empty: there is no farm."""
    host: HostOrNone = ""
    """Where the machines reach the station; empty: the address from which it reaches the scheduler."""
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0
    """Where the frames arrive; 0: any free port."""
    ca_file: PathText = ""
    """With a tls:// scheduler, as Dask has it: who vouches for its certificate, and our own certificate and key."""
    certificate: PathText = ""
    key: PathText = ""


class Order(msgspec.Struct, frozen=True):
    """What a machine is told: to make this job, and to whom its frames go."""

    job: Job
    """Without `program`: a machine runs its own, which it offered."""
    offer: str
    """The name of the resource under which the machine offered to make it (composer/farm/offers.py)."""
    host: str
    port: int
    certificate: str
    """PEM: the only one that the station shows."""
    token: str
    """What the machine sends first; it is good for one song."""


class FarmState(msgspec.Struct, frozen=True):
    """What the farm client tells the bot of, one line of JSON for each change."""

    machines: int = 0
    slots: int = 0
    """Songs that those machines make at the same time."""
    trouble: str = ""
    """Why there is nobody who composes, as a part of a sentence."""


def is_for_farm(job: Job) -> bool:
    """Whether a machine of the farm may make it: a song that takes nothing from the station's disk."""
    if job.program is not None:
        return job.program.farm
    return job.pair is None and (job.generator == BAND or job.generator not in TAKEN)


def pack(kind: bytes, content: bytes) -> bytes:
    """One message."""
    return kind + len(content).to_bytes(4, "big") + content


def pack_file(name: str, content: bytes) -> bytes:
    return pack(FILE, name.encode() + b"\0" + content)


def split_file(content: bytes) -> tuple[str, bytes]:
    """Name and content. Raises ComposeError where the name is not that of a file in the folder itself."""
    name, _, data = content.partition(b"\0")
    text = name.decode("utf-8", "replace")
    if not text or text.startswith(".") or Path(text).name != text or not text.isprintable():
        raise ComposeError(f"the farm sent a file of the name {text[:40]!r}")
    return text, data


class Unpacker:
    """Cuts what arrives into messages."""

    def __init__(self) -> None:
        self._held = bytearray()

    def push(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield (kind, content) of each message that is complete by now. Raises ComposeError where it is none."""
        self._held += data
        while len(self._held) >= HEAD:
            kind, size = bytes(self._held[:1]), int.from_bytes(self._held[1:HEAD], "big")
            if kind not in KINDS or size > LARGEST:
                raise ComposeError("the farm sent what is no message")
            if len(self._held) < HEAD + size:
                return
            content = bytes(self._held[HEAD : HEAD + size])
            del self._held[: HEAD + size]
            yield kind, content


def resolve_farm(farm: Farm, base: Path, found: list[Fault]) -> Farm:
    """With its paths made absolute. What is wrong is added to `found`; `base` is what paths are relative to."""
    if not farm.scheduler:
        return farm
    if not is_scheduler(farm.scheduler):
        expected = "the address of a Dask scheduler such as tcp://10.0.0.1:8786"
        found.append(("farm.scheduler", f"expected {expected}, got {farm.scheduler}"))
    is_encrypted = farm.scheduler.startswith("tls:")
    paths = {key: _resolve(getattr(farm, key), base, key, found) for key in ("ca_file", "certificate", "key")}
    for key, path in paths.items():
        if is_encrypted and not path:
            found.append((f"farm.{key}", "a tls:// scheduler needs it"))
    return msgspec.structs.replace(farm, **paths)


def is_scheduler(address: str) -> bool:
    """Whether it is an address of Dask with a host and a port."""
    try:
        parts = urlsplit(address)
        return parts.scheme in ("tcp", "tls") and bool(parts.hostname) and parts.port is not None and not parts.path
    except ValueError:
        return False


def _resolve(text: str, base: Path, key: str, found: list[Fault]) -> str:
    if not text:
        return ""
    try:
        path = resolve_path(text, base)
    except UnusableFile as error:
        found.append((f"farm.{key}", str(error)))
        return text
    if problem := find_problem(path):
        found.append((f"farm.{key}", f"{text}: {problem}"))
    return str(path)
