"""People of the page at a whole station: a link from IRC, a request and a vote by it; an account, and its end."""

import re
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.integration.ircd import Person, Server
from tests.integration.streaming import free_port, until
from tests.integration.test_station import BANDSTAND, PATIENCE, Station

PASSWORD = "correct horse battery"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server("ngircd")
    try:
        yield made.start()
    finally:
        made.close()


class Browser(httpx.Client):
    """Keeps cookies, and sends a page's token along with what it posts, as the page's script does."""

    def get_token(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.get("/account").text)
        assert found
        return found[1]

    def act(self, path: str, **values: object) -> httpx.Response:
        return self.post(path, json=values, headers={"x-csrf-token": self.get_token()}, timeout=PATIENCE)


class WebStation(Station):
    """A station with a page and a network of IRC."""

    def __init__(self, folder: Path, server: Server) -> None:
        super().__init__(folder)
        self.page = f"http://127.0.0.1:{free_port()}"
        text = self.config.read_text().replace("enabled = false", f"port = {self.page.rpartition(':')[2]}")
        irc = (
            f'[irc]\nserver = "127.0.0.1"\nname = "testnet"\nport = {server.port}\ntls = false\nchannels = ["#radio"]\n'
        )
        self.config.write_text(text + irc)

    def open(self) -> Browser:
        return Browser(base_url=self.page, timeout=PATIENCE)

    def set_password(self, account: str, password: str) -> None:
        command = [BANDSTAND, "passwd", "--config", str(self.config), account]
        subprocess.run(command, input=f"{password}\n", text=True, check=True, timeout=PATIENCE, capture_output=True)

    def is_page_there(self) -> bool:
        try:
            return httpx.get(f"{self.page}/api/me").status_code == 200 and bool(self.ask("status")["station"]["page"])
        except httpx.TransportError:
            return False


@pytest.fixture
def station(tmp_path: Path, server: Server) -> Iterator[WebStation]:
    made = WebStation(tmp_path, server)
    try:
        made.up()
        made.give_up_first_song()
        until(made.is_page_there, "the page is there", PATIENCE)
        yield made
    finally:
        made.end()


def test_people_of_irc_and_of_telnet_are_themselves_on_the_page(station: WebStation, server: Server) -> None:
    follow_link(station, server)
    log_in(station)


def is_heard(station: WebStation, song: str) -> bool:
    playing = station.ask("np")
    return playing["state"] == "playing" and playing["song"]["code"] == song and playing["seconds"] > 2.0


def follow_link(station: WebStation, server: Server) -> None:
    ann = Person(server.port, "ann", "#radio", user="annuser")
    ann.has_heard_or_hears(r"^:bandstand!.* JOIN|353 .*bandstand")
    station.say("grant", "testnet/*!*annuser@127.0.0.1", "dj")
    song = station.ask("generate", "minutes=1")["song"]
    until(partial(is_heard, station, song), "the song is heard for two seconds", PATIENCE)
    ann.says("#radio", "!web")
    said = ann.hears(r"NOTICE ann :ok: http://\S+/link/\S+ logs you in to the page, once, within 10 minutes", PATIENCE)
    [link] = re.findall(r"http://\S+", said)
    with station.open() as browser:
        page = browser.get(link, headers={"accept": "text/html"})
        assert "Log in by your link" in page.text
        fields = dict(re.findall(r'name="(csrf|code|back)" value="([^"]*)"', page.text.partition("login/link")[2]))
        assert browser.post("/api/login/link", data=fields).headers["location"] == "/"
        me = browser.get("/api/me").json()
        assert (me["name"], me["right"]) == ("ann", "dj")
        rated = browser.act("/api/ratings", value=1, song=song, frame=48_000)
        assert (rated.status_code, rated.json()["result"]["song"]["code"]) == (201, song), rated.text
        wished = browser.act("/api/wishes", words="slow bossa in Dm, 1 minute")
        assert wished.status_code == 201, wished.text
        asked = browser.act("/api/requests", song=song)  # it may be made by now, or not
        assert asked.status_code == 201 or asked.json()["type"] == "urn:bandstand:still_being_made", asked.text
        assert "ann" in str(station.ask("who")["present"])
        again = browser.act("/api/login/link", code=link.rpartition("/")[2])
        assert (again.status_code, again.json()["type"]) == (403, "urn:bandstand:link_over")
        assert browser.act("/api/commands", request="skip").status_code == 200
    with station.open() as stranger:
        assert stranger.act("/api/commands", request="skip").status_code == 403
    ann.close()


def log_in(station: WebStation) -> None:
    station.set_password("bea", PASSWORD)
    with station.open() as browser:
        wrong = browser.act("/api/login", account="bea", password="wrong")
        assert (wrong.status_code, wrong.json()["type"]) == (403, "urn:bandstand:wrong_password")
        done = browser.act("/api/login", account="Bea", password=PASSWORD)
        assert (done.status_code, done.json()["result"]["account"]) == (200, "bea"), done.text
        assert browser.get("/api/me").json()["account"] == "bea"
        assert "bea" in [one["name"] for one in station.ask("who")["present"]]
        station.set_password("bea", f"another {PASSWORD}")
        assert browser.get("/api/me").json()["account"] == ""
    log = "".join(path.read_text("utf-8", "replace") for path in (station.var / "log").glob("*"))
    assert PASSWORD not in log + "".join(station.lines)
