"""How the API describes itself: OpenAPI 3.1, made of the handlers and of the types that they answer with.

Litestar does it. The description of msgspec's structs is ours, because Litestar's does not take a default value that
cannot be hashed, as of a struct that has a list; and so are the errors, which all addresses have in common.
"""

from typing import Any, Final, Literal

import msgspec
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.types import Empty
from litestar.typing import FieldDefinition

from bandstand.common.config import Config

PLAIN: Final = (bool, int, float, str)
"""Kinds of default values that are shown."""
DESCRIPTION: Final = (
    "What this station plays and knows. Times are Unix seconds, lengths are seconds. Every error is a document of "
    "RFC 9457 (`application/problem+json`). Events are at `/api/events`; docs/web.md says more."
)


PROBLEMS: Final = {
    "400": "A value is not one that is taken; `errors` says which.",
    "403": "It needs a higher right.",
    "404": "There is nothing of that name.",
    "405": "Another method is needed.",
    "408": "What is sent has not come in time.",
    "409": "It was understood, and cannot be done as things are.",
    "413": "What was sent is too long.",
    "415": "What was sent is neither JSON nor a form.",
    "429": "Too much, or too soon; `Retry-After` says when.",
    "503": "The station's bot is away for a moment; `Retry-After`.",
}
"""HTTP's status -> what it means, wherever it comes."""
PROBLEM: Final = {
    "type": "object",
    "title": "Problem",
    "description": "Problem details, RFC 9457.",
    "required": ["title", "status"],
    "properties": {
        "type": {
            "type": "string",
            "description": "`urn:bandstand:` and the name of the station's refusal, if it is one.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for a person."},
        "refused": {"type": "object", "description": "The station's refusal, as docs/api.md has it."},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
SEEKABLE: Final = {"206": "A range of it.", "416": "The range is beyond the end."}


class DescribedErrors(JsonRenderPlugin):
    """OpenAPI with the errors of every operation."""

    def render(self, request: Any, openapi_schema: dict[str, Any]) -> bytes:
        return super().render(request, add_problems(openapi_schema))


def add_problems(described: dict[str, Any]) -> dict[str, Any]:
    """The same description with the answers that any request may have, and with `anyOf` for `oneOf`: a whole number is
    an integer and a number at once, and what is one of several structs is told by its tag."""
    described = _loosen(described)
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    problems = {status: {"description": said, "content": content} for status, said in PROBLEMS.items()}
    paths = {
        path: {method: _add_to(operation, method, problems) for method, operation in methods.items()}
        for path, methods in described.get("paths", {}).items()
    }
    components = described.get("components", {})
    schemas = components.get("schemas", {}) | {"Problem": PROBLEM}
    return described | {"paths": paths, "components": components | {"schemas": schemas}}


def _loosen(value: Any) -> Any:
    if isinstance(value, dict):
        return {"anyOf" if key == "oneOf" else key: _loosen(one) for key, one in value.items()}
    return [_loosen(one) for one in value] if isinstance(value, list) else value


def _add_to(operation: Any, method: str, problems: dict[str, Any]) -> Any:
    if not isinstance(operation, dict) or "responses" not in operation:
        return operation
    answers = {status: answer for status, answer in operation["responses"].items() if status not in problems}
    more: dict[str, Any] = dict(problems)
    if method == "get":
        more["304"] = {"description": "It is what the client has already."}
        good = answers.get("200", {}).get("content", {})
        if good and not any(kind.startswith(("application/json", "text/")) for kind in good):
            more["206"] = answers["200"] | {"description": SEEKABLE["206"]}
            more["416"] = problems["400"] | {"description": SEEKABLE["416"]}
    return operation | {"responses": more | answers}


class StructSchemas(OpenAPISchemaPlugin):
    """Describes structs, with the field that names one where it is one of several."""

    @staticmethod
    def is_plugin_supported_type(value: Any) -> bool:
        return isinstance(value, type) and issubclass(value, msgspec.Struct)

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        return not field_definition.is_union and field_definition.is_subclass_of(msgspec.Struct)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: Any) -> Schema:
        hints = field_definition.get_type_hints(include_extras=True, resolve_generics=True)
        fields = msgspec.structs.fields(field_definition.annotation)
        properties = {
            field.encode_name: FieldDefinition.from_annotation(
                annotation=hints[field.name],
                name=field.encode_name,
                default=field.default if isinstance(field.default, PLAIN) else Empty,
            )
            for field in fields
        }
        required = [field.encode_name for field in fields if field.required]
        config = field_definition.annotation.__struct_config__
        if config.tag_field:
            properties[config.tag_field] = FieldDefinition.from_annotation(Literal[config.tag])
            required.append(config.tag_field)
        schema: Schema = schema_creator.create_component_schema(
            field_definition, required=sorted(required), property_fields=properties
        )
        return schema


def make_openapi(settings: Config) -> OpenAPIConfig:
    return OpenAPIConfig(
        title=settings.station.name,
        version="1",
        description=DESCRIPTION,
        path="/api/openapi.json",
        render_plugins=[DescribedErrors(path=["/", "/openapi.json"])],
    )
