"""What `bandstand check` says of a database that the station cannot use, without its password."""

import pytest

from bandstand.common import database_check
from bandstand.common.database_check import find_faults


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_check.importlib.util, "find_spec", lambda _: None)
    [fault] = find_faults("postgresql://ann:secret@db/station")
    assert "pip install 'bandstand[postgresql]'" in fault


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    [fault] = find_faults("postgresql://ann:s%40cret@127.0.0.1:1/station")
    assert fault.startswith("postgresql://ann:***@127.0.0.1:1/station cannot be used: ")
    assert "refused" in fault and "cret" not in fault
    [fault] = find_faults("postgresql://ann:secret@[127.0.0.1/station")
    assert fault == "that is no address that PostgreSQL knows"
