"""The operator's page (`/admin`, right admin): processes, mounts, listeners over time, the log, the schedule, people
and rights, and where songs may be requested; and `/admin/machine`, which has the machine examined. Its forms go to
`/api/commands`; the rights are the core's to check.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template

from bandstand.common.api.people import Right
from bandstand.common.api.requests import (
    ExamineMachine,
    GetListeners,
    GetLog,
    GetRequestSwitches,
    GetStatus,
    ListPeople,
)
from bandstand.common.api.results import Diagnosis
from bandstand.common.api.schedule import GetSchedule
from bandstand.web.chart import make_chart
from bandstand.web.given import AnyRequest, TheLink, ThePages, TheVisitor
from bandstand.web.page_context import WEEK, PageMaker
from bandstand.web.rights import require_right

LOG_LINES: Final = 200
Ask = Callable[[Any], Awaitable[Any]]


async def make_status_context(ask: Ask, _: PageMaker) -> dict[str, Any]:
    return {"status": await ask(GetStatus())}


async def make_listeners_context(ask: Ask, _: PageMaker) -> dict[str, Any]:
    return {"chart": make_chart((await ask(GetListeners())).counts)}


async def make_log_context(ask: Ask, _: PageMaker) -> dict[str, Any]:
    return {"lines": (await ask(GetLog(lines=LOG_LINES))).lines}


async def make_week_context(ask: Ask, pages: PageMaker) -> dict[str, Any]:
    schedule = await ask(GetSchedule(days=WEEK))
    return {"schedule": schedule, "days": pages.list_days(schedule)}


async def make_people_context(ask: Ask, _: PageMaker) -> dict[str, Any]:
    return {"people": await ask(ListPeople())}


async def make_switches_context(ask: Ask, _: PageMaker) -> dict[str, Any]:
    return {"switches": await ask(GetRequestSwitches())}


PARTS: Final[dict[str, Callable[[Ask, PageMaker], Awaitable[dict[str, Any]]]]] = {
    "status": make_status_context,
    "listeners": make_listeners_context,
    "log": make_log_context,
    "week": make_week_context,
    "people": make_people_context,
    "switches": make_switches_context,
}
"""What the template of each part is given."""
TEMPLATES: Final = {"week": "parts/week.html"}
"""Those that another page has as well."""


@get("/admin", include_in_schema=False)
async def show_admin(request: AnyRequest, link: TheLink, pages: ThePages, visitor: TheVisitor) -> Template:
    asker = require_right(visitor, Right.ADMIN)

    async def ask(asked: Any) -> Any:
        return await link.carry_out(asked, asker.by())

    context: dict[str, Any] = {}
    for make in PARTS.values():
        context |= await make(ask, pages)
    return await pages.render(request, visitor, "admin.html", "admin", **context)


@get("/admin/parts/{name:str}", include_in_schema=False)
async def show_part(
    request: AnyRequest, link: TheLink, pages: ThePages, visitor: TheVisitor, name: FromPath[str]
) -> Template:
    asker = require_right(visitor, Right.ADMIN)
    make = PARTS.get(name)
    if make is None:
        raise NotFoundException("there is no such part of the page")

    async def ask(asked: Any) -> Any:
        return await link.carry_out(asked, asker.by())

    template = TEMPLATES.get(name, f"admin_parts/{name}.html")
    return await pages.render(request, visitor, template, "admin", **(await make(ask, pages)))


@get("/admin/machine", include_in_schema=False)
async def show_machine(request: AnyRequest, link: TheLink, pages: ThePages, visitor: TheVisitor) -> Template:
    """The examination takes some seconds, so it is a page of its own."""
    asker = require_right(visitor, Right.ADMIN)
    diagnosis = await link.carry_out(ExamineMachine(), asker.by())
    return await pages.render(request, visitor, "machine.html", "admin", symptoms=cast(Diagnosis, diagnosis).symptoms)


ROUTES: Final = [show_admin, show_part, show_machine]
