"""The configuration of the web process: the page, the HTTP API and the event stream. Part of `common.config`."""

from typing import Annotated

import msgspec

from bandstand.common.plain_values import Host, Port

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

    def get_url(self, port: int | None = None) -> str:
        """Where people find the page, without a slash at the end; `port` is the one that it has, if not configured."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)
        host = f"[{host}]" if ":" in host and not host.startswith("[") else host
        return f"http://{host}:{self.port if port is None else port}"
