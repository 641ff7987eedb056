"""The pages that a visitor sees, from the templates."""

from litestar import get
from litestar.response import Template

from bandstand.common.config import Config
from bandstand.web.event_hub import EventHub


@get("/", include_in_schema=False, sync_to_thread=False)
def show_home(settings: Config, hub: EventHub) -> Template:
    """The station's page."""
    return Template("index.html", context={"station": settings.station, "state": hub.state})


ROUTES = [show_home]
