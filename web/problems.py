"""Every error as a document of RFC 9457 (problem details), or as a page where a browser asks for one.

A refusal of the station has its type and all its values, so a program can tell what to do without reading a sentence.
"""

import logging
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Template

from bandstand.common.api.bases import Kind
from bandstand.common.errors import BandstandError
from bandstand.common.text import one_line
from bandstand.web.bot_link import BotAway, BotFailed, BotHindered, Declined, RequestTooLong

log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
STATUS: Final = {Kind.ERROR: 409, Kind.USAGE: 400, Kind.DENIED: 403, Kind.BUSY: 429}
"""HTTP's status for each sort of refusal."""
NOT_FOUND: Final = ("no_such_", "never_rated")
"""Beginnings of refusals that say that something is not there."""
RETRY_SECONDS: Final = 2
"""When to try again while the bot is away, or its database."""
LONGEST: Final = 500
"""Characters of a sentence; some quote what was sent."""


class Problem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Problem details, RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    """A sentence for a person."""
    refused: Any = None
    """The station's refusal, as docs/api.md has it."""
    errors: list[dict[str, Any]] = []
    """What is wrong with which value."""


class Trouble(BandstandError):
    """An error of the web process's own: `status`, and a sentence for the person who meets it."""

    def __init__(
        self, status: int, sentence: str, retry_after: float | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after
        self.headers = headers or {}


def find_problem(error: Exception) -> tuple[Problem, dict[str, str]]:
    """What an error is to whoever sent the request, and the headers that go with it."""
    if isinstance(error, Declined):
        return _explain_refusal(error)
    if isinstance(error, Trouble):
        return make_problem(error.status, str(error)), _after(error.retry_after) | error.headers
    if isinstance(error, BotAway | BotHindered):
        return make_problem(503, str(error)), _after(RETRY_SECONDS)
    if isinstance(error, RequestTooLong):
        return make_problem(413, str(error)), {}
    if isinstance(error, BotFailed):
        return make_problem(500, str(error)), {}
    if isinstance(error, HTTPException):
        return _explain_http(error)
    log.error("a request failed", exc_info=error)
    return make_problem(500, "something went wrong inside the station; its log says more"), {}


def make_problem(status: int, detail: str, **more: Any) -> Problem:
    return Problem(title=HTTPStatus(status).phrase, status=status, detail=one_line(detail, LONGEST), **more)


def _explain_refusal(error: Declined) -> tuple[Problem, dict[str, str]]:
    tag = str(type(error.why).__struct_config__.tag)
    status = 404 if tag.startswith(NOT_FOUND) else STATUS[error.why.kind]
    wait = getattr(error.why, "wait", None) or getattr(error.why, "seconds", None)
    title = HTTPStatus(status).phrase
    detail = one_line(error.sentence, LONGEST)
    problem = Problem(type=f"urn:bandstand:{tag}", title=title, status=status, detail=detail, refused=error.why)
    return problem, _after(wait if error.why.kind is Kind.BUSY else None)


def _explain_http(error: HTTPException) -> tuple[Problem, dict[str, str]]:
    extra = error.extra if isinstance(error.extra, list) else []
    errors = [{key: str(value) for key, value in one.items()} for one in extra if isinstance(one, Mapping)]
    if error.status_code >= 500:
        log.error("a request failed: %s", error.detail, exc_info=error)
    detail = error.detail if error.status_code < 500 else ""
    return make_problem(error.status_code, detail, errors=errors), dict(error.headers or {})


def _after(seconds: float | None) -> dict[str, str]:
    return {"retry-after": str(max(1, math.ceil(seconds)))} if seconds is not None else {}


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Whether a browser shows the answer to a person."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The application's one exception handler."""
    problem, headers = find_problem(error)
    headers["cache-control"] = "no-store"
    if wants_page(request):
        context = {"problem": problem}
        return Template("problem.html", context=context, status_code=problem.status, headers=headers)
    return Response(msgspec.json.encode(problem), status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)
