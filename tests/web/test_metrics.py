"""`/metrics`, and that the dashboard and the alarms in deploy/ name only figures that there are."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from twisted.internet.defer import Deferred

from bandstand.bot.supervision.figures import Figures
from bandstand.common.api import requests, results
from bandstand.common.api.events import MountWentOff, SongEnded
from bandstand.common.api.observing import StockFigure
from bandstand.common.api.people import Place
from bandstand.common.api.values import EndReason, Loudness, ProcessStatus
from bandstand.common.types import CueId
from bandstand.web.bot_link import BotHindered
from tests.bot.commands.samples import LANTERN, RESULTS, STATION
from tests.web.fake_link import FakeLink, open_client
from tests.web.page_samples import make_answers

DEPLOY = Path(__file__).parents[2] / "deploy"
NAME = re.compile(r"\bbandstand_\w+")


def count_something() -> str:
    figures = Figures(lambda: 0.0, lambda: None, lambda: [ProcessStatus("bot", "running", 1)])
    figures.react(MountWentOff(mount="/a", reason="gone"))
    figures.react(SongEnded(cue=CueId(1), song=LANTERN, place=Place("ctl", "1"), reason=EndReason.FINISHED, seconds=9))
    looks: list[dict[str, str]] = []
    Deferred.fromCoroutine(figures.look()).addCallback(looks.append)
    return looks[0]["figures"]


def make_link() -> FakeLink:
    stock = (StockFigure("bossa", 2, 360.0), StockFigure("techno", 1, 90.0))
    answer = results.Figures(
        counted=count_something(), stock=stock, jobs={"waiting": 1, "running": 2}, queue=3, queue_seconds=500.0
    )
    status: Any = RESULTS[requests.GetStatus]
    assert status.station is STATION and isinstance(STATION.loudness, Loudness)
    return FakeLink(make_answers("x") | {requests.GetFigures: answer, requests.GetStatus: status})


@pytest.fixture(scope="module")
def text() -> str:
    with open_client(make_link()) as client:
        client.get("/healthz")
        return str(client.get("/metrics").text)


@pytest.fixture(scope="module")
def names(text: str) -> set[str]:
    return {line.split("{")[0].split(" ")[0] for line in text.splitlines() if not line.startswith("#")}


def find_stems(names: set[str]) -> set[str]:
    """With histograms as one name."""
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in names}


def test_the_bots_figures_and_the_pages_are_one_text(text: str) -> None:
    for line in (
        'bandstand_stock_seconds{style="bossa"} 360.0',
        'bandstand_jobs_in_state{state="running"} 2.0',
        "bandstand_jobs_open 3.0",
        "bandstand_queue_songs 3.0",
        'bandstand_mount_losses_total{mount="/a"} 1.0',
        'bandstand_songs_ended_total{reason="finished"} 1.0',
        "bandstand_up 1.0",
    ):
        assert f"{line}\n" in text, line
    types = re.findall(r"^# TYPE (\S+)", text, re.MULTILINE)
    assert len(types) == len(set(types)), "a figure is there twice"


def test_while_the_bot_is_away_only_that_is_said_of_the_station() -> None:
    link = FakeLink(is_connected=False)
    with open_client(link) as client:
        text = client.get("/metrics").text
    assert "bandstand_up 0.0\n" in text and "bandstand_stock" not in text


def test_the_alarms_name_figures_that_there_are_and_have_a_remedy(names: set[str]) -> None:
    text = (DEPLOY / "alerts.yml").read_text("utf-8")
    queries = re.findall(r"^ +expr: (.*)$", text, re.MULTILINE)
    assert {name for query in queries for name in NAME.findall(query)} <= names
    assert set(NAME.findall(text)) <= names | find_stems(names), "a remedy names a figure that there is not"
    assert text.count("- alert:") == text.count("expr:") == text.count("summary:") == text.count("remedy:")
    assert "{{ $labels.mount }}" in text


def test_the_dashboard_names_figures_that_there_are(names: set[str]) -> None:
    board = json.loads((DEPLOY / "grafana.json").read_text("utf-8"))
    queries = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert queries and {name for query in queries for name in NAME.findall(query)} <= names
    assert all("bandstand_" in query for query in queries)


def test_the_page_about_operating_names_figures_that_there_are(names: set[str]) -> None:
    page = (DEPLOY.parent / "docs" / "operating.md").read_text("utf-8")
    found = set(re.findall(r"`(bandstand_\w+)`", page))
    assert found <= find_stems(names)


def test_while_the_database_is_away_the_figures_say_so() -> None:
    status: Any = RESULTS[requests.GetStatus]
    lost = msgspec.structs.replace(status.station, database="does not answer")
    hindered = BotHindered("the station's database does not answer")
    answers = {
        requests.GetStatus: msgspec.structs.replace(status, station=lost),
        requests.ListSongs: hindered,
        requests.GetFigures: hindered,
    }
    with open_client(FakeLink(answers)) as client:
        answer = client.get("/metrics")
    assert answer.status_code == 200
    assert "bandstand_up 1.0" in answer.text and "bandstand_database_ok 0.0" in answer.text
