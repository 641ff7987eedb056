"""The pages that a visitor sees, from the templates."""

from litestar import get
from litestar.response import Template

from bandstand.web.given import TheHub


@get("/", include_in_schema=False, sync_to_thread=False)
def show_home(hub: TheHub) -> Template:
    """The station's page."""
    return Template("index.html", context={"state": hub.state})


ROUTES = [show_home]
