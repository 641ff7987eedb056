"""Log records as lines."""

import json
import subprocess
import sys
from io import StringIO

import pytest
from twisted.logger import LogEvent, LogLevel
from twisted.python.failure import Failure

from bandstand.common.log import LineObserver
from bandstand.common.reference import refer_to


def event(text: str = "mount {mount} is on air", **more: object) -> LogEvent:
    return {
        "log_format": text,
        "mount": "/a",
        "log_level": LogLevel.warn,
        "log_time": 0.0,
        "log_namespace": "bot",
        **more,
    }


def failure() -> Failure:
    try:
        raise ZeroDivisionError("nothing to share")
    except ZeroDivisionError:
        return Failure()


def observed(record: LogEvent, as_json: bool = False) -> str:
    stream = StringIO()
    LineObserver("streamer", stream, as_json)(record)
    return stream.getvalue()


def test_a_record_is_a_line_with_time_process_and_level() -> None:
    line = observed(event())
    assert line.endswith(" streamer warn: mount /a is on air\n")
    assert line.count("\n") == 1


def test_a_newline_in_a_message_does_not_begin_a_record() -> None:
    assert observed(event("a\nstreamer error: forged")).count("\n") == 1


@pytest.mark.parametrize("as_json", [False, True])
def test_a_record_brings_no_control_code_to_a_terminal(as_json: bool) -> None:
    line = observed(event("now: \x1b[2J\x9b1m\x07\u202e\x7f"), as_json)
    assert line.endswith("\n")
    assert line[:-1].isprintable()


def test_a_traceback_follows_indented() -> None:
    _, *trace = observed(event(log_failure=failure())).splitlines()
    assert any("nothing to share" in line for line in trace)
    assert all(line.startswith("    ") for line in trace)


def test_as_json_a_record_is_one_object_with_its_traceback_inside() -> None:
    text = observed(event(log_failure=failure()), as_json=True)
    record = json.loads(text)
    assert text.count("\n") == 1
    assert (record["process"], record["level"], record["message"]) == ("streamer", "warn", "mount /a is on air")
    assert "nothing to share" in record["traceback"]


@pytest.mark.parametrize("fault", [OSError("full"), ValueError("closed")])
def test_a_stream_that_is_gone_or_full_stops_nothing(fault: Exception) -> None:
    class Broken(StringIO):
        def write(self, text: str) -> int:
            raise fault

    LineObserver("bot", Broken(), as_json=False)(event())


def test_what_is_logged_for_a_request_has_its_reference() -> None:
    with refer_to("3fa85f"):
        assert observed(event()).endswith(" streamer warn: mount /a is on air (ref 3fa85f)\n")
        assert json.loads(observed(event(), as_json=True))["reference"] == "3fa85f"
    assert "reference" not in json.loads(observed(event(), as_json=True))


def test_of_twisted_s_parts_only_what_is_wrong_is_kept() -> None:
    program = (
        "from bandstand.common import config, log\n"
        "from twisted.logger import Logger\n"
        "from twisted.python import log as legacy\n"
        "log.begin('bot', config.Log())\n"
        "for name in ('twisted.web.client._HTTP11ClientFactory', 'twisted.internet.protocol', 'bandstand.bot.app'):\n"
        "    Logger(namespace=name).info('small talk of {name}', name=name)\n"
        "    Logger(namespace=name).error('trouble of {name}', name=name)\n"
        "legacy.msg('(TCP Port 8023 Closed)')\n"
    )
    made = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    lines = [line.split(": ", 1)[1] for line in made.stderr.splitlines()]
    assert lines == [
        "trouble of twisted.web.client._HTTP11ClientFactory",
        "trouble of twisted.internet.protocol",
        "small talk of bandstand.bot.app",
        "trouble of bandstand.bot.app",
    ]
