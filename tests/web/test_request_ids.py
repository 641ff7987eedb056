"""References of requests to the page."""

import logging
from typing import Any

from bandstand.common.api.requests import SearchSongs
from bandstand.common.reference import get_reference
from tests.web.fake_link import FakeLink, open_client

HEADER = "X-Request-ID"


def test_each_answer_names_a_reference_of_its_own() -> None:
    with open_client(FakeLink()) as client:
        names = {client.get(path).headers[HEADER] for path in ("/", "/healthz", "/nonsense", "/api/nonsense")}
    assert len(names) == 4


def test_the_reference_of_a_proxy_is_kept_and_what_would_forge_a_log_is_not() -> None:
    with open_client(FakeLink()) as client:
        assert client.get("/healthz", headers={HEADER: "edge-7f3a"}).headers[HEADER] == "edge-7f3a"
        assert client.get("/healthz", headers={HEADER: "x y"}).headers[HEADER] != "x y"


def test_what_the_bot_is_asked_and_what_is_logged_belong_to_it() -> None:
    seen: list[str] = []

    def answer(_: Any) -> Any:
        seen.append(get_reference())
        raise ZeroDivisionError("a fault")

    class Noting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(f"logged {get_reference()}")

    handler = Noting(logging.ERROR)
    logging.getLogger("bandstand.web").addHandler(handler)
    try:
        with open_client(FakeLink({SearchSongs: answer})) as client:
            status = client.get("/api/songs?q=blue", headers={HEADER: "edge-7f3a"}).status_code
    finally:
        logging.getLogger("bandstand.web").removeHandler(handler)
    assert status == 500
    assert set(seen) == {"edge-7f3a", "logged edge-7f3a"}
