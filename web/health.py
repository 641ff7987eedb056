"""Whether the web process lives (`/healthz`), for whoever watches over it."""

import msgspec
from litestar import get


class Health(msgspec.Struct, frozen=True):
    status: str


@get("/healthz", sync_to_thread=False, summary="This process answers", cache_control=None)
def get_health() -> Health:
    return Health("ok")


ROUTES = [get_health]
