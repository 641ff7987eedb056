"""Whether new listeners of an MP3 mount are sent its intro: `bandstand check` joins the mount for a moment.

Only listening tells. An Icecast of the operator's has a configuration and a folder of its own, perhaps on another
machine; ours may have been started before the file was there. A mount that is off the air tells nothing, and neither
does a station that has not made the file yet (`streamer.silence` says what it is for).
"""

import http.client
import ssl
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import msgspec

from bandstand.common.config import Config, Mount

TIMEOUT: Final = 3.0
PROBED: Final = 131_072
"""Bytes in which FFmpeg looks for MP3 that does not begin with whole frames."""


class _Kept(msgspec.Struct):
    """What our own Icecast has: of `bot.supervision.icecast.Kept`."""

    port: int


def find_missing_intros(config: Config) -> Iterator[str]:
    """A sentence for each MP3 mount on the air whose listeners are not sent the file that the streamer made."""
    for mount in config.mounts:
        with suppress(OSError, http.client.HTTPException, msgspec.DecodeError):
            if mount.intro and not _is_sent(config, mount):
                yield (
                    f"{mount.path}: Icecast does not send its intro, so some players are silent for "
                    f'{PROBED / 125 / mount.bitrate:.0f} s: see "Your own Icecast" in docs/mounts.md'
                )


def _is_sent(config: Config, mount: Mount) -> bool:
    """Also where it cannot be told. Raises OSError and the like where there is no file or no Icecast."""
    intro = (config.paths.webroot / mount.intro.strip("/")).read_bytes()
    connection = _connect(config)
    try:
        connection.request("GET", mount.path)
        answer = connection.getresponse()
        return answer.status != http.HTTPStatus.OK or answer.read(len(intro)) == intro
    finally:
        connection.close()


def _connect(config: Config) -> http.client.HTTPConnection:
    icecast, port = config.icecast, config.icecast.port
    if config.manages_icecast:  # it may have had to take another port
        port = msgspec.json.decode((config.paths.icecast / "kept.json").read_bytes(), type=_Kept).port
    if icecast.tls:
        context = ssl.create_default_context(cafile=icecast.ca_file or None)
        return http.client.HTTPSConnection(icecast.host, port, timeout=TIMEOUT, context=context)
    return http.client.HTTPConnection(icecast.host, port, timeout=TIMEOUT)
