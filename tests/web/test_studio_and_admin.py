"""The pages of those who run the station: for whom they are, what they show, and that texts in them are only texts."""

import pytest

from bandstand.common.api import requests, results
from bandstand.common.api.people import Right
from bandstand.common.api.socket import By
from bandstand.common.api.values import (
    Grade,
    GrantedRight,
    JobBrief,
    JobState,
    ListenerCount,
    PersonPresent,
    Purpose,
    Symptom,
)
from bandstand.common.generators import Parameter
from bandstand.common.types import SongCode
from bandstand.web import admin, app, studio
from bandstand.web.chart import make_chart
from tests.web.fake_link import FakeLink, open_client
from tests.web.page_samples import HOSTILE, NOW, make_answers

STUDIO_PARTS = ("jobs", "watched", "marks")
ADMIN_PARTS = ("status", "listeners", "log", "week", "people", "switches")


class Admin:
    right = Right.ADMIN
    account = "ann"

    def by(self) -> By:
        return By("ann", Right.ADMIN)


def make_job(number: int, text: str, purpose: Purpose = Purpose.HEAR, state: JobState = JobState.FAILED) -> JobBrief:
    return JobBrief(
        id=number, song=SongCode("7kq3"), title=text, state=state, name=text, purpose=purpose, created=NOW,
        finished=None, reason=text,
    )  # fmt: skip


def make_link(text: str = "hello") -> FakeLink:
    parameters = {
        "tempo": Parameter(type="int", min=60, max=200, default=120, help=text),
        "scale": Parameter(choices=["major", "minor"], default="minor"),
        "name": Parameter(),
    }
    mine = results.GeneratorBrief("mine", text, "1", True, text)
    job = make_job(4, text, Purpose.WATCH, JobState.RUNNING)
    return FakeLink(
        make_answers(text or "x")
        | {
            requests.ListGenerators: results.Generators(generators=(mine,)),
            requests.DescribeGenerator: results.GeneratorDetails(name="mine", help=text, parameters=parameters),
            requests.ListJobs: results.Jobs(jobs=(job, make_job(3, text)), open=1),
            requests.GetJob: results.JobDetails(job=job, generator="mine", errors=("loading", text)),
            requests.ListPeople: results.People(
                grants=(GrantedRight(text or "x", Right.DJ, text, NOW),), accounts=(text,),
                present=(PersonPresent(text, text),),
            ),
            requests.GetRequestSwitches: results.RequestSwitches(is_on=True, here=True),
            requests.GetListeners: results.Listeners(counts=(ListenerCount(NOW, 3), ListenerCount(NOW + 60, 5))),
            requests.GetLog: results.LogTail(lines=("one", text)),
            requests.ExamineMachine: results.Diagnosis(
                symptoms=(Symptom("ports", Grade.WORSE, text, text), Symptom("disk", Grade.OK, "much is free"))
            ),
        }
    )  # fmt: skip


@pytest.fixture
def right(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever visits is an admin."""
    for module in (studio, admin):
        monkeypatch.setattr(module, "require_right", lambda visitor, right: Admin())


@pytest.mark.parametrize("url", ["/studio", "/admin", "/admin/machine", "/studio/parts/watched", "/admin/parts/log"])
def test_who_has_no_right_is_told_to_log_in(url: str) -> None:
    with open_client(make_link()) as client:
        answer = client.get(url, headers={"accept": "text/html"})
    assert answer.status_code == 403 and "right" in answer.text
    assert "loading" not in answer.text


@pytest.mark.usefixtures("right")
def test_a_generators_parameters_are_a_form() -> None:
    with open_client(make_link()) as client:
        page = client.get("/studio?generator=mine").text
    assert 'name="parameters.tempo" type="number" value="120" min="60" max="200" step="1"' in page
    assert "<option selected>minor</option>" in page and 'name="parameters.name" type="text"' in page
    assert "Watch it" in page and 'value="generate"' in page


@pytest.mark.usefixtures("right")
def test_what_a_watched_program_said_last_is_there() -> None:
    with open_client(make_link("KeyError: tempo")) as client:
        part = client.get("/studio/parts/watched").text
    assert "loading" in part and "KeyError: tempo" in part and "running" in part


@pytest.mark.usefixtures("right")
def test_the_operator_sees_processes_listeners_log_and_rights() -> None:
    with open_client(make_link("a line")) as client:
        page = client.get("/admin").text
    for shown in ("/stream.opus", "5 people listening now, 5 at most", "a line", "Requests are <b>on", "dj"):
        assert shown in page, shown


@pytest.mark.usefixtures("right")
def test_the_operator_has_the_machine_examined_on_a_page_of_its_own() -> None:
    with open_client(make_link("8080 is taken by nginx")) as client:
        page = client.get("/admin/machine").text
    assert page.index("8080 is taken by nginx") < page.index("much is free")


@pytest.mark.usefixtures("right")
def test_a_log_that_goes_elsewhere_is_said() -> None:
    link = make_link()
    link.answers[requests.GetLog] = results.LogTail(lines=())
    link.answers[requests.GetListeners] = results.Listeners(counts=())
    with open_client(link) as client:
        page = client.get("/admin")
    assert page.status_code == 200 and "goes elsewhere" in page.text and "Nothing is counted yet" in page.text


@pytest.mark.usefixtures("right")
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_only_texts(text: str) -> None:
    urls = ["/studio?generator=mine", "/admin", "/admin/machine", *(f"/studio/parts/{part}" for part in STUDIO_PARTS)]
    with open_client(make_link(text)) as client:
        answers = {url: client.get(url) for url in (*urls, *(f"/admin/parts/{part}" for part in ADMIN_PARTS))}
    for url, answer in answers.items():
        assert answer.status_code == 200, (url, answer.text[-300:])
        assert "<script>alert" not in answer.text and "<img src=x" not in answer.text, url
        assert len(answer.text) < 120_000, url


def test_there_are_no_other_parts() -> None:
    paths = {path for route in app.ROUTES for path in getattr(route, "paths", ())}
    assert {"/studio", "/studio/parts/{name:str}", "/admin", "/admin/parts/{name:str}"} <= paths


def test_a_chart_has_a_line_for_each_stretch_that_was_counted() -> None:
    chart = make_chart([ListenerCount(0, 0), ListenerCount(60, 4), ListenerCount(1000, 2), ListenerCount(1060, 2)])
    assert chart is not None
    assert chart.line.count("M") == 2 and chart.area.count("Z") == 2
    assert chart.words == "2 people listening now, 4 at most."
    assert make_chart([]) is None
    one = make_chart([ListenerCount(5, 1)])
    assert one is not None and one.words == "1 person listening now, 1 at most."
