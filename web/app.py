"""Wires the web process: its routes, what their handlers are given, and what runs beside them.

A module with handlers has a list `ROUTES`, and stands in the list of that name here. `given` says what a handler may be
given.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar
from litestar.config.cors import CORSConfig
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template.config import TemplateConfig

from bandstand.common.config import Config
from bandstand.web import (
    accounts,
    asking,
    bands,
    event_stream,
    health,
    heard,
    hls,
    listening,
    live,
    making,
    metrics,
    now_playing,
    pages,
    podcast,
    programme,
    recordings,
    song_files,
    songs,
    static_files,
    static_routes,
)
from bandstand.web.audience import tell_audience
from bandstand.web.booth_feed import tell_booths
from bandstand.web.bot_link import Link
from bandstand.web.caching import ETags
from bandstand.web.event_hub import EventHub
from bandstand.web.head_requests import answer_heads
from bandstand.web.hls_audience import HlsAudience, make_audience, tell_hls_listeners
from bandstand.web.limits import Limits
from bandstand.web.openapi import StructSchemas, make_openapi
from bandstand.web.page_context import PageMaker
from bandstand.web.people import People, find_visitor
from bandstand.web.problems import answer_error
from bandstand.web.reader import Reader
from bandstand.web.request_ids import name_requests
from bandstand.web.safety import Guard, add_safety
from bandstand.web.static_files import StaticFiles
from bandstand.web.words import find_zone, make_filters

ROUTES: Final = [
    *pages.ROUTES,
    *asking.ROUTES,
    *accounts.ROUTES,
    *event_stream.ROUTES,
    *now_playing.ROUTES,
    *programme.ROUTES,
    *songs.ROUTES,
    *song_files.ROUTES,
    *recordings.ROUTES,
    *podcast.ROUTES,
    *bands.ROUTES,
    *making.ROUTES,
    *heard.ROUTES,
    *listening.ROUTES,
    *live.ROUTES,
    *hls.ROUTES,
    *health.ROUTES,
    *metrics.ROUTES,
    *static_routes.ROUTES,
]
MOST_BODY_BYTES: Final = 65_536
"""Of what is sent to us."""


def create_app(settings: Config, link: Link) -> Litestar:
    hub = EventHub(time.time)
    reader = Reader(link)
    hub.on_change.append(reader.forget)
    files = StaticFiles()
    hls_audience = make_audience(settings.hls)
    given: dict[str, Any] = {
        "settings": settings,
        "link": link,
        "reader": reader,
        "hub": hub,
        "hls_audience": hls_audience,
        "static_files": files,
        "pages": PageMaker(settings, reader, hub),
    }
    app = Litestar(
        ROUTES,
        dependencies={name: _provide(value) for name, value in given.items()} | {"visitor": Provide(find_visitor)},
        before_request=Guard(settings).check,
        exception_handlers={Exception: answer_error, HTTPException: answer_error},
        lifespan=[lambda _: _run_beside(hub, link, reader, hls_audience)],
        template_config=TemplateConfig(instance=make_template_engine(settings, files)),
        cors_config=CORSConfig(allow_origins=["*"], allow_methods=["GET", "HEAD"], allow_headers=["last-event-id"]),
        request_max_body_size=MOST_BODY_BYTES,
        openapi_config=make_openapi(settings),
        plugins=[StructSchemas()],
        logging_config=None,
    )
    # Around everything, also what no route answers.
    people = People(settings).wrap(ETags(app.asgi_handler))
    app.asgi_handler = name_requests(answer_heads(add_safety(Limits(people, settings.web.requests, time.monotonic))))
    return app


def _provide(value: Any) -> Provide:
    return Provide(lambda: value, sync_to_thread=False)


def make_template_engine(settings: Config, files: StaticFiles) -> JinjaTemplateEngine:
    """Templates escape whatever is put into them, and have `static_url(NAME)` and `station`."""
    folder = FileSystemLoader(static_files.FOLDER.with_name("templates"))
    environment = Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters.update(make_filters(find_zone(settings.radio.zone)))
    environment.globals.update(static_url=files.get_url, station=settings.station, modules=pages.MODULES)
    return JinjaTemplateEngine.from_environment(environment)


@asynccontextmanager
async def _run_beside(hub: EventHub, link: Link, reader: Reader, hls_audience: HlsAudience) -> AsyncIterator[None]:
    """What goes on as long as the application runs: the connections to the bot, and the events."""
    beside = (
        link.run(hub),
        hub.run(link),
        tell_audience(hub, reader),
        tell_booths(hub, link),
        tell_hls_listeners(link, hls_audience),
    )
    running = [asyncio.create_task(work) for work in beside]
    try:
        yield
    finally:
        hub.close()
        for task in running:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
