"""The web process as the bot keeps it: on which port it is to listen, and where people find it.

The process itself takes the port, and notes its address in its lock, so a bot that finds it running knows it, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bandstand.bot.supervision.keeper import WEB, KeptProcess
from bandstand.common.config import Config
from bandstand.common.errors import ConfigError
from bandstand.common.lock import find_holder, read_note
from bandstand.common.ports import PortClaim, claim_free_port, list_ports
from bandstand.common.python import build_command


@dataclass(frozen=True)
class PreparedWeb:
    """`url`: where people find the page; empty where it is switched off, or cannot listen: then `trouble` says why."""

    url: str = ""
    port: int = 0
    trouble: str = ""
    claim: PortClaim | None = field(default=None, compare=False)
    """Keeps `port` from other stations that start before the process listens there."""


def prepare_web(config: Config) -> PreparedWeb:
    """Choose a port, or find the process that runs already. May block for a look-up of the host."""
    web = config.web
    if not web.enabled:
        return PreparedWeb()
    running = find_page(config)
    if running:
        return PreparedWeb(running)
    try:
        claim = claim_free_port(WEB, web.host, list_ports(web.port))
    except ConfigError as error:
        return PreparedWeb(trouble=f"there is no page: {error}")
    return PreparedWeb(web.get_url(claim.port), claim.port, claim=claim)


def make_kept_web(config: Config, prepared: PreparedWeb, arguments: Sequence[str]) -> KeptProcess:
    """`arguments` name the configuration file."""
    mark = config.get_web_mark()
    own = ["--mark", mark, *(["--port", str(prepared.port)] if prepared.port else [])]
    return KeptProcess(WEB, build_command("bandstand.web", [*arguments, *own]), lock=config.paths.web_lock, mark=mark)


def find_page(config: Config) -> str:
    """Where the page is now, by the process that serves it; empty where none does."""
    lock = config.paths.web_lock
    return read_note(lock).partition(" ")[2] if find_holder(lock) is not None else ""
