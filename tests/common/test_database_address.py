"""An address of a database is told from a file, and its password is shown to nobody."""

from pathlib import Path

import pytest

from bandstand.common.database_address import hide_in, hide_password, is_postgres, resolve_database
from bandstand.common.errors import UnusableFile

ADDRESS = "postgresql://ann:s%40cret@db.example:5432/station?sslmode=require"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (ADDRESS, "postgresql://ann:***@db.example:5432/station?sslmode=require"),
        ("postgresql://ann@db.example/station", "postgresql://ann@db.example/station"),
        ("postgresql:///station?user=ann&password=secret", "postgresql:///station?user=ann&password=***"),
        ("postgresql:///station?sslpassword=secret", "postgresql:///station?sslpassword=***"),
        ("postgresql://db.example/station", "postgresql://db.example/station"),
        ("postgresql://ann:a@b@db.example/station", "postgresql://ann:***@db.example/station"),
    ],
)
def test_a_password_is_hidden(address: str, shown: str) -> None:
    assert hide_password(address) == shown


def test_a_password_is_hidden_in_what_others_say_of_it() -> None:
    said = "password s@cret (s%40cret) of ann is wrong for db.example"
    assert hide_in(said, ADDRESS) == "password *** (***) of ann is wrong for db.example"


def test_a_file_is_relative_to_the_configuration_and_an_address_stays() -> None:
    base = Path("/srv/radio")
    assert resolve_database("var/own.db", base) == "/srv/radio/var/own.db"
    assert resolve_database(ADDRESS, base) == ADDRESS
    assert resolve_database("", base) == ""
    assert is_postgres(ADDRESS) and not is_postgres("/srv/radio/own.db")


@pytest.mark.parametrize("address", ["postgres://db/station", "mysql://root:secret@db/station"])
def test_another_kind_of_database_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(UnusableFile, match="begins with postgresql://") as raised:
        resolve_database(address, Path("/"))
    assert "secret" not in str(raised.value)
