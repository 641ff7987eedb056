"""The configuration of the web process: the page, the HTTP API and the event stream. Part of `common.config`."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from bandstand.common.errors import UnusableFile
from bandstand.common.files import find_problem, resolve_path
from bandstand.common.plain_values import Count, Fault, Host, PathText, Port

Url = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(?:https?://[^\s/?#@]+(?:/[^\s?#]*)?)?\Z",
        description="an address that begins with http:// or https://, such as https://radio.example",
    ),
]


class Web(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    enabled: bool = True
    host: Host = "127.0.0.1"
    """Where it listens; 0.0.0.0 for everybody."""
    port: Port = 8080
    """The next free one if another program has it."""
    public_url: Url = ""
    """Where people find the page if that is not host and port, as behind a proxy."""
    streams_url: Url = ""
    """Where listeners reach Icecast, if that is not its host and port, as behind a proxy."""
    downloads: Literal["own", "all", "none"] = "own"
    """Whose sound anybody may have as a file: that of songs that were made here, or also that of imported ones."""
    workers: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    """Processes that share the port."""
    certificate: PathText = ""
    """The chain of certificates, PEM, for a page that speaks TLS itself; empty: plain HTTP."""
    key: PathText = ""
    """The certificate's private key, PEM."""
    requests: Count = 1200
    """Requests a minute of one address, which may begin with 15 seconds' worth at once; 0 is no limit."""
    proxies: tuple[Host, ...] = ("127.0.0.1", "::1")
    """Whose word is taken for who asks (X-Forwarded-For) and how (X-Forwarded-Proto)."""

    def get_url(self, port: int | None = None) -> str:
        """Where people find the page, without a slash at the end; `port` is the one that it has, if not configured."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)
        host = f"[{host}]" if ":" in host and not host.startswith("[") else host
        scheme = "https" if self.certificate else "http"
        return f"{scheme}://{host}:{self.port if port is None else port}"


def resolve_web(web: Web, base: Path, found: list[Fault]) -> Web:
    """Make the files' paths absolute by the folder `base`. What is wrong is added to `found`."""
    if bool(web.certificate) != bool(web.key):
        given, missing = ("certificate", "key") if web.certificate else ("key", "certificate")
        found.append(
            (f"web.{missing}", f"web.{given} is there, so this is needed as well; without both it is plain HTTP")
        )
    paths = {}
    for key in ("certificate", "key"):
        text = getattr(web, key)
        try:
            paths[key] = str(resolve_path(text, base)) if text else ""
        except UnusableFile as error:
            found.append((f"web.{key}", str(error)))
            continue
        if text and (problem := find_problem(Path(paths[key]))):
            found.append((f"web.{key}", f"{paths[key]}: {problem}"))
    return msgspec.structs.replace(web, **paths)
