"""References of requests."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context

import pytest
from twisted.internet.defer import Deferred

from bandstand.common.reference import get_reference, make_reference, read_reference, refer_to


def test_references_differ_and_can_be_read_aloud() -> None:
    made = {make_reference() for _ in range(50)}
    assert len(made) > 45
    assert all(len(reference) == 6 and reference.isalnum() for reference in made)


@pytest.mark.parametrize("text", ["3fa85f", "0b9f3c1e-7a1d-4a53-9d5b-6f0f3f1f2a10", "Root=1-67891233"[5:], "a.b_c"])
def test_a_proxy_s_reference_is_kept(text: str) -> None:
    assert read_reference(text) == text


@pytest.mark.parametrize("text", ["", "two words", "a\nforged: line", "x" * 65, "\x1b[2J", "é"])
def test_what_would_be_no_mark_in_a_log_is_replaced(text: str) -> None:
    assert read_reference(text) != text


def test_it_ends_with_its_block_whatever_is_raised() -> None:
    with pytest.raises(ZeroDivisionError), refer_to("outer"):
        with refer_to("inner"):
            assert get_reference() == "inner"
        assert get_reference() == "outer"
        raise ZeroDivisionError
    assert get_reference() == ""


def test_coroutines_of_twisted_that_wait_in_turn_keep_their_own() -> None:
    gates: list[Deferred[None]] = [Deferred(), Deferred()]
    seen: dict[str, str] = {}

    async def serve(name: str, gate: Deferred[None]) -> None:
        with refer_to(name):
            await gate
            seen[name] = get_reference()

    served = [Deferred.fromCoroutine(serve(name, gate)) for name, gate in zip(("a", "b"), gates, strict=True)]
    with refer_to("of whoever fires"):
        for gate in reversed(gates):
            gate.callback(None)
    assert all(one.called for one in served)
    assert seen == {"a": "a", "b": "b"}
    assert get_reference() == ""


def test_a_coroutine_that_is_never_finished_is_closed_without_an_error() -> None:
    @contextmanager
    def serve() -> Iterator[None]:
        with refer_to("abandoned"):
            yield

    served = serve()
    copy_context().run(served.__enter__)
    served.__exit__(None, None, None)
    assert get_reference() == ""


def test_tasks_of_asyncio_keep_their_own() -> None:
    async def serve(name: str) -> str:
        with refer_to(name):
            await asyncio.sleep(0)
            return get_reference()

    async def serve_all() -> list[str]:
        return await asyncio.gather(*(serve(name) for name in ("a", "b", "c")))

    assert asyncio.run(serve_all()) == ["a", "b", "c"]
