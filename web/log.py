"""The log of the web process."""

import logging

from bandstand.common import standard_log
from bandstand.common.config import Log

CHATTY = {"uvicorn.access": logging.ERROR, "uvicorn.error": logging.ERROR, "asyncio": logging.WARNING}
"""They tell of every connection, and warn of every request that is none; from which level on what they say is kept."""


def begin(settings: Log) -> None:
    """Called once, in `__main__`."""
    standard_log.begin("web", as_json=settings.format == "json", level=settings.level)
    for name, level in CHATTY.items():
        logging.getLogger(name).setLevel(level)
