"""docs/api.md is made from the types, and every value travels as JSON."""

from pathlib import Path
from typing import get_args

import msgspec
import pytest

from bandstand.common.api import events, live, recordings, refusals, requests, results, schedule
from bandstand.common.api.reference import write_reference

UNIONS = (requests.Request, results.Result, refusals.Refusal, events.Event)


def test_the_page_is_as_the_types_are_now() -> None:
    page = Path(__file__).parents[3] / "docs" / "api.md"
    assert page.read_text("utf-8") == write_reference(), "python -m bandstand.common.api.reference >docs/api.md"


@pytest.mark.parametrize("union", UNIONS, ids=["requests", "results", "refusals", "events"])
def test_each_struct_has_a_name_of_its_own_in_json(union: type) -> None:
    tags = [kind.__struct_config__.tag for kind in get_args(union)]
    assert len(tags) == len(set(tags))
    msgspec.json.Decoder(union)


def test_every_struct_of_a_module_is_in_its_union() -> None:
    for module, union in zip((requests, results, refusals, events), UNIONS, strict=True):
        tagged = {
            one
            for part in (module, schedule, recordings, live)
            for one in vars(part).values()
            if isinstance(one, type) and issubclass(one, module.Base) and one is not module.Base
        }
        assert tagged == set(get_args(union))


def test_a_value_that_a_request_does_not_take_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.json.decode(b'{"request": "play", "song": "x", "loud": 1}', type=requests.Request)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"request": "rate", "value": 2}', type=requests.Request)
