"""What is sent to us, as JSON or as a form, and the answer in the same manner.

A program sends JSON and gets JSON, errors as problem details. A form of a page without scripts gets the page back from
which it was sent, which then says what was done, or why it was not. A form that a script sends says that it accepts
JSON. `back` in a form names the page; only a path of this site is taken.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request, Response
from litestar.openapi.spec import OpenAPIMediaType, Operation, Reference, RequestBody
from litestar.openapi.spec.schema import Schema
from litestar.response import Redirect

from bandstand.common.api.refusals import Refused
from bandstand.common.errors import BandstandError
from bandstand.common.text import one_line
from bandstand.web.people import Visitor
from bandstand.web.problems import Trouble, find_problem
from bandstand.web.safety import is_form

B = TypeVar("B", bound=msgspec.Struct)
Answer = Response[Any]
PATH: Final = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f-\uffff]{0,500}")
"""A path of this site, with what follows it: never `//host`, nor what browsers read as that."""
OWN_FIELDS: Final = ("csrf", "back")


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What was done: the station's result (docs/api.md), and what a person is told of it."""

    sentence: str
    result: Any


async def read_values(request: Request[Any, Any, Any]) -> Any:
    """What was sent: of a form the texts of its fields. Raises Trouble with 400 or 415."""
    return await _read_form(request) if is_form(request) else await _read_json(request)


async def read_body(request: Request[Any, Any, Any], kind: type[B]) -> B:
    """The same as a struct. Raises Trouble."""
    values = await read_values(request)
    try:
        return msgspec.convert(values, kind, strict=not is_form(request))
    except msgspec.ValidationError as error:
        raise Trouble(400, f"what was sent is not as it has to be: {one_line(str(error), 300)}") from None


async def _read_form(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """The fields that have something in them. What a form leaves empty was not given."""
    form = await request.form()
    fields = {name: value for name, value in form.items() if isinstance(value, str) and value.strip()}
    return {name: value for name, value in fields.items() if name not in OWN_FIELDS}


async def _read_json(request: Request[Any, Any, Any]) -> Any:
    media_type = request.content_type[0]
    if media_type != "application/json":
        raise Trouble(415, "send application/json, or a form")
    try:
        return msgspec.json.decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Trouble(400, f"that is not JSON: {one_line(str(error), 200)}") from None


def wants_redirect(request: Request[Any, Any, Any]) -> bool:
    """Whether a browser without scripts waits for a page."""
    return is_form(request) and "application/json" not in request.headers.get("accept", "")


async def answer(
    request: Request[Any, Any, Any],
    visitor: Visitor,
    act: Callable[[], Awaitable[Done]],
    status: int = 200,
    retry: str = "",
) -> Answer:
    """Do it, and answer in the manner of the request. `retry`: the page on which it is tried again where it was not
    done; empty: that from which it came."""
    if not wants_redirect(request):
        return Response(await act(), status_code=status, headers={"cache-control": "no-store"})
    try:
        done = await act()
        visitor.tell(capitalise(done.sentence))
        retry = ""
    except (BandstandError, Refused) as error:
        problem, _ = find_problem(error)
        visitor.tell(capitalise(problem.detail or problem.title), is_good=False)
    return Redirect(retry or await find_back(request), status_code=303)


async def find_back(request: Request[Any, Any, Any]) -> str:
    """The page that a form came from, as it says itself; else the first page."""
    back = str((await request.form()).get("back", ""))
    return back if is_own_path(back) else "/"


def is_own_path(path: str) -> bool:
    return PATH.fullmatch(path) is not None


def capitalise(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def describe_body(kind: type[msgspec.Struct]) -> type[Operation]:
    """What the OpenAPI document says of the body. A form may have the same fields; but it is answered as a browser is,
    with a page, which is no part of the API."""
    definition, parts = msgspec.json.schema_components([kind], ref_template="#/components/schemas/{name}")
    found: dict[str, Any] = {**parts.get(kind.__name__, definition[0])}
    properties: dict[str, Reference | Schema] = {
        name: _make_schema(one) for name, one in found.get("properties", {}).items()
    }
    schema = Schema(
        type="object",  # type: ignore[arg-type]
        properties=properties,
        required=list(found.get("required", ())) or None,
        description=found.get("description"),
    )
    content = {"application/json": OpenAPIMediaType(schema=schema)}

    @dataclass
    class Described(Operation):
        def __post_init__(self) -> None:
            self.request_body = RequestBody(content=content, required=True)

    return Described


def _make_schema(one: dict[str, Any]) -> Schema:
    """The simple schemas of which bodies are made."""
    names = {"type": "type", "minimum": "minimum", "maximum": "maximum", "maxLength": "max_length", "enum": "enum"}
    kinds = [_make_schema(kind) for kind in one.get("anyOf", ())] or None
    return Schema(any_of=kinds, **{names[key]: value for key, value in one.items() if key in names})
