"""Records of the standard library's loggers as lines."""

import json
import logging

import pytest

from bandstand.common.reference import refer_to
from bandstand.common.standard_log import LineHandler


def write(as_json: bool, capsys: pytest.CaptureFixture[str], level: int = logging.WARNING, **more: object) -> str:
    record = logging.makeLogRecord(
        {"name": "composer", "levelno": level, "levelname": "WARNING", "msg": "no %s", **more}
    )
    LineHandler("composer", as_json).emit(record)
    return capsys.readouterr().err


def test_a_record_is_one_line_with_its_process_and_level(capsys: pytest.CaptureFixture[str]) -> None:
    assert write(False, capsys, args=("preview",)).endswith(" composer warn: no preview\n")


def test_as_json_it_is_an_object_with_the_request_s_reference(capsys: pytest.CaptureFixture[str]) -> None:
    with refer_to("3fa85f"):
        record = json.loads(write(True, capsys, args=("preview",)))
    assert (record["process"], record["level"], record["message"]) == ("composer", "warn", "no preview")
    assert record["reference"] == "3fa85f"


def test_a_traceback_is_inside_the_object(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ZeroDivisionError("nothing to share")
    except ZeroDivisionError as error:
        fault = (type(error), error, error.__traceback__)
    text = write(True, capsys, args=("song",), exc_info=fault)
    assert text.count("\n") == 1
    assert "nothing to share" in json.loads(text)["traceback"]
