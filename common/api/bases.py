"""What all requests have in common in JSON, and all results: the field that names the struct.

Here and not with them, so that the structs of one theme may have a file of their own (`common.api.liking`): the unions
`requests.Request` and `results.Result` name every struct, so `requests` and `results` import those files.
"""

import msgspec


class RequestBase(msgspec.Struct, frozen=True, kw_only=True, tag_field="request", forbid_unknown_fields=True):
    """Every request in JSON is an object with its name as `request` and its fields beside it."""


class ResultBase(msgspec.Struct, frozen=True, kw_only=True, tag_field="result"):
    """Every result in JSON is an object with its name as `result` and its fields beside it."""
