"""What a handler can be given: it names a parameter `hub: TheHub`, and has the one that `app.create_app` made.

| parameter | is |
|---|---|
| `settings: TheSettings` | the configuration |
| `link: TheLink` | the way to the bot, for requests of a person |
| `reader: TheReader` | what everybody may read of the bot, asked for once |
| `hub: TheHub` | the events, and what is on the air |
| `static_files: TheStaticFiles` | the page's own files |
| `hls_audience: TheHlsAudience` | who follows HLS |
| `visitor: TheVisitor` | who asks: their name, account, right and forms' token; `visitor.by()` for the bot |
| `pages: ThePages` | what every page has, and its templates |
"""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency

from bandstand.common.config import Config
from bandstand.web.bot_link import Link
from bandstand.web.event_hub import EventHub
from bandstand.web.hls_audience import HlsAudience
from bandstand.web.page_context import PageMaker
from bandstand.web.people import Visitor
from bandstand.web.reader import Reader
from bandstand.web.static_files import StaticFiles

AnyRequest = Request[Any, Any, Any]
TheSettings = NamedDependency[Config]
TheLink = NamedDependency[Link]
TheReader = NamedDependency[Reader]
TheHub = NamedDependency[EventHub]
TheHlsAudience = NamedDependency[HlsAudience]
TheStaticFiles = NamedDependency[StaticFiles]
TheVisitor = NamedDependency[Visitor]
ThePages = NamedDependency[PageMaker]
