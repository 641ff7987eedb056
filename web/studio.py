"""The studio (`/studio`, right dj): making songs, watching programs, comparing, marking places, and how jobs go.

What a form asks for goes to `/api/commands`, so that this page only shows. What not everybody may read (what a program
says, whether a generator has trouble) is asked for this visitor; the right is the core's to check.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

import msgspec
from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from bandstand.common import song_parameters
from bandstand.common.api.people import Right
from bandstand.common.api.refusals import Refused
from bandstand.common.api.requests import DescribeGenerator, GetJob, GetSong, ListGenerators, ListJobs
from bandstand.common.api.results import GeneratorDetails, Generators, JobDetails, Jobs, SongDetails
from bandstand.common.api.values import JobBrief, Purpose
from bandstand.common.errors import BandstandError
from bandstand.common.generators import Parameter, written
from bandstand.common.text import one_line
from bandstand.web.bot_link import Link
from bandstand.web.given import AnyRequest, TheLink, ThePages, TheVisitor
from bandstand.web.page_context import PageMaker
from bandstand.web.rights import Asker, require_right

JOBS: Final = 12
LINES: Final = 14
"""Last lines of what a watched program said."""
WIDTH: Final = 1000
"""Of the strip of bookmarks, in its own units."""
LONGEST: Final = 200


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter in the form."""

    name: str
    help: str
    type: str = "text"
    value: str = ""
    choices: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    step: str = "any"
    may_be_empty: bool = True


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """A watched generator, with how its latest version went and what it said last."""

    name: str
    state: str = ""
    reason: str = ""
    lines: tuple[str, ...] = ()


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    x: float
    seconds: float
    place: str
    note: str
    name: str


def make_field(name: str, parameter: Parameter) -> Field:
    kind = "number" if parameter.type in ("int", "float") and not parameter.choices else "text"
    choices = tuple(written(choice) for choice in parameter.choices) or (
        ("yes", "no") if parameter.type == "bool" else ()
    )
    return Field(
        name=name,
        help=one_line("; ".join(filter(None, (parameter.help, parameter.expected))), LONGEST),
        type=kind,
        value="" if parameter.default is None else written(parameter.default),
        choices=choices,
        low="" if parameter.min is None else f"{parameter.min:g}",
        high="" if parameter.max is None else f"{parameter.max:g}",
        step="1" if parameter.type == "int" else "any",
        may_be_empty=parameter.default is not None,
    )


def list_fields(details: GeneratorDetails) -> list[Field]:
    if details.band:
        return [Field(name=name, help=f"{means}: {takes}") for name, takes, means in song_parameters.described()]
    return [make_field(name, parameter) for name, parameter in details.parameters.items()]


async def read(link: Link, asker: Asker, request: Any) -> Any:
    """The answer for this visitor; None where the station refuses, or is away."""
    try:
        return await link.carry_out(request, asker.by())
    except (BandstandError, Refused):
        return None


async def make_jobs_context(link: Link, asker: Asker, _: PageMaker) -> dict[str, Any]:
    found = cast(Jobs | None, await read(link, asker, ListJobs(limit=JOBS)))
    return {"jobs": found.jobs if found else ()}


async def make_watched_context(link: Link, asker: Asker, _: PageMaker) -> dict[str, Any]:
    generators = cast(Generators | None, await read(link, asker, ListGenerators()))
    jobs = cast(Jobs | None, await read(link, asker, ListJobs(limit=60)))
    names = [one.name for one in generators.generators if one.is_watched] if generators else []
    versions = [job for job in jobs.jobs if job.purpose is Purpose.WATCH] if jobs and names else []
    return {"watched": await _find_versions(link, asker, names, versions)}


async def _find_versions(link: Link, asker: Asker, names: list[str], jobs: list[JobBrief]) -> list[Watched]:
    """The newest job of each of these generators; which generator a job is of, only the job itself says."""
    found: dict[str, Watched] = {}
    for job in jobs:
        if len(found) == len(names):
            break
        details = cast(JobDetails | None, await read(link, asker, GetJob(job=job.id)))
        if details is not None and details.generator in names and details.generator not in found:
            lines = tuple(one_line(line, LONGEST) for line in details.errors[-LINES:])
            state = details.job.state.value
            found[details.generator] = Watched(
                name=details.generator, state=state, reason=details.job.reason, lines=lines
            )
    return [found.get(name, Watched(name=name)) for name in names]


async def make_marks_context(link: Link, asker: Asker, pages: PageMaker) -> dict[str, Any]:
    song = pages.find_now().song
    details = await read(link, asker, GetSong(song=song.code)) if song else None
    if not isinstance(details, SongDetails):
        return {"song": None, "marks": ()}
    seconds = max(details.song.seconds, 0.1)
    marks = tuple(
        Mark(
            x=round(min(1.0, mark.at.seconds / seconds) * WIDTH, 1),
            seconds=mark.at.seconds,
            place=f"{mark.at.section}, bar {mark.at.bar}" if mark.at.section else "",
            note=mark.note,
            name=mark.name,
        )
        for mark in details.bookmarks
    )
    return {"song": details.song, "marks": marks}


PARTS: Final[dict[str, Callable[[Link, Asker, PageMaker], Awaitable[dict[str, Any]]]]] = {
    "jobs": make_jobs_context,
    "watched": make_watched_context,
    "marks": make_marks_context,
}
"""What the template `studio_parts/NAME.html` is given."""


@get("/studio", include_in_schema=False)
async def show_studio(
    request: AnyRequest, link: TheLink, pages: ThePages, visitor: TheVisitor, generator: FromQuery[str] = ""
) -> Template:
    asker = require_right(visitor, Right.DJ)
    context: dict[str, Any] = {}
    for make in PARTS.values():
        context |= await make(link, asker, pages)
    found = cast(Generators | None, await read(link, asker, ListGenerators()))
    generators = found.generators if found else ()
    chosen = await read(link, asker, DescribeGenerator(name=generator)) if generator.strip() else None
    trouble = next((one.trouble for one in generators if chosen and one.name == chosen.name), "")
    context |= {
        "generators": generators,
        "bands": await pages.list_bands(),
        "chosen": chosen,
        "trouble": trouble,
        "fields": list_fields(chosen) if isinstance(chosen, GeneratorDetails) else (),
    }
    return await pages.render(request, visitor, "studio.html", "studio", **context)


@get("/studio/parts/{name:str}", include_in_schema=False)
async def show_part(
    request: AnyRequest, link: TheLink, pages: ThePages, visitor: TheVisitor, name: FromPath[str]
) -> Template:
    asker = require_right(visitor, Right.DJ)
    make = PARTS.get(name)
    if make is None:
        raise NotFoundException("there is no such part of the page")
    context = await make(link, asker, pages)
    return await pages.render(request, visitor, f"studio_parts/{name}.html", "studio", **context)


ROUTES: Final = [show_studio, show_part]
