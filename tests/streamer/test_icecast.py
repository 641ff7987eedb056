"""What Icecast is told of a title."""

import http.client
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bandstand.common.config import Icecast
from bandstand.streamer import icecast


class Connection:
    """Takes one request."""

    asked = ""

    def request(self, _: str, target: str, headers: Any) -> None:
        type(self).asked = target

    def getresponse(self) -> Any:
        return type("Response", (), {"status": http.client.OK})

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("title", "sent"),
    [
        ("x - Rock'; StreamUrl='http://x/", "x - Rock\u2019; StreamUrl='http://x/"),
        ("'; 'n' ';';", "\u2019; 'n' \u2019;\u2019;"),
        ("Don't; Rock 'n' Roll'", "Don't; Rock 'n' Roll'"),
    ],
)
def test_no_title_ends_its_own_field(title: str, sent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(icecast, "open_connection", lambda *_: Connection())
    assert icecast.set_title(Icecast(), "/a.mp3", title)
    assert parse_qs(urlsplit(Connection.asked).query)["song"] == [sent]
