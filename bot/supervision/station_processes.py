"""Which processes `bandstand up` keeps running beside the bot, in the order of starting. Pure."""

import sys
from collections.abc import Sequence

from bot.supervision.icecast import Prepared
from bot.supervision.keeper import KeptProcess
from common.config import Config

STREAMER = "streamer"


def list_processes(config: Config, icecast: Prepared | None, arguments: Sequence[str]) -> list[KeptProcess]:
    """`icecast` is None where that is not ours to keep; `arguments` name the configuration file for the others.

    Port and password of our own Icecast go to the others in their environment, where nobody else sees them.
    """
    processes = []
    environment: dict[str, str] = {}
    if icecast is not None:
        environment = {
            "BANDSTAND_ICECAST_PORT": str(icecast.port),
            "BANDSTAND_ICECAST_PASSWORD": icecast.password,
        }
        processes.append(KeptProcess("icecast", icecast.argv, pid=icecast.pid))
    python = [sys.executable, "-m"]
    locks = {"standby": config.paths.standby_lock, STREAMER: config.paths.streamer_lock}
    modules = {"standby": "streamer.standby", STREAMER: "streamer"}
    processes += [
        KeptProcess(name, [*python, modules[name], *arguments], lock=lock, environment=environment)
        for name, lock in locks.items()
    ]
    return processes
