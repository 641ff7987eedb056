"""How people are written, and whom a written name fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.people.identity import Name, fits, named, own, person, written
from bot.request import Identity
from common.errors import UsageError

ANN = Identity("irc:libera", account="Ann", mask="ann_!~ann@host.example")
STRANGER = Identity("irc:libera", mask="Ann!~x@203.0.113.9")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ann", Name("", "ann")),
        ("Ann", Name("", "ann")),
        ("libera/Ann", Name("libera", "ann")),
        ("libera/*!*@host.example", Name("libera", mask="*!*@host.example")),
        ("Net/a!b@gateway/web/x", Name("net", mask="a!b@gateway/web/x")),
        ("net/*!*@::1", Name("net", mask="*!*@::1")),
    ],
)
def test_a_name_is_kept_in_one_way(text: str, name: Name) -> None:
    assert written(text) == name
    assert written(str(name)) == name


@pytest.mark.parametrize(
    "text",
    ["", "/", "libera/", "/ann", "ann!", "*!*@host.example", "ann@libera", "libera/*!*@*", "libera/ann!*@*", "libera/*",
     "libera/*!*@*.com", "libera/*!*@*.?.*", "libera/!@x", "a b", "-ann", "x" * 200, "libera/a\x1bb", "liber\x00a/ann"],
)  # fmt: skip
def test_what_names_nobody_or_everybody_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        written(text)


def test_an_account_is_its_networks_alone() -> None:
    assert fits(Name("libera", "ann"), ANN)
    assert not fits(Name("oftc", "ann"), ANN)
    assert not fits(Name("", "ann"), ANN)
    assert fits(Name("", "ann"), own("ann"))
    assert fits(Name("", "ann"), Identity("ssh", "ann"))
    assert not fits(Name("libera", "ann"), own("ann"))


def test_a_nick_alone_is_nobody() -> None:
    assert named(STRANGER) is None
    assert not fits(Name("libera", "ann"), STRANGER)


def test_a_mask_fits_whole_without_case_and_its_brackets_are_letters() -> None:
    mask = written("libera/*!*ann@HOST.example")
    assert fits(mask, ANN)
    assert not fits(mask, Identity("irc:libera", mask="ann!ann@host.example.evil"))
    assert not fits(mask, Identity("irc:oftc", mask=ANN.mask))
    assert fits(written("libera/[x]!*@host.example"), Identity("irc:libera", mask="[x]!y@host.example"))
    assert not fits(written("libera/[x]!*@host.example"), Identity("irc:libera", mask="x!y@host.example"))


def test_limits_count_a_host_where_there_is_no_account_so_that_another_nick_is_no_other_person() -> None:
    assert person(STRANGER, "irc:#x") == person(Identity("irc:libera", mask="Bob!~y@203.0.113.9"), "irc:#x")
    assert person(ANN, "irc:#x") == "libera/ann"
    assert person(None, "ctl:4") == "ctl"


@given(st.text(max_size=150))
def test_any_text_is_a_name_or_a_usage_error(text: str) -> None:
    try:
        name = written(text)
    except UsageError:
        return
    assert written(str(name)) == name
    assert str(name).isprintable()
