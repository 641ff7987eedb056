"""How the API describes itself: OpenAPI 3.1, made of the handlers and of the types that they answer with.

Litestar does it; only the description of msgspec's structs is ours, because Litestar's does not take a default value
that cannot be hashed, as of a struct that has a list.
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
        render_plugins=[JsonRenderPlugin(path=["/", "/openapi.json"])],
    )
