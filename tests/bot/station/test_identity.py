"""How people are written, and whom a written name fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandstand.bot.station.identity import (
    Name,
    check_person,
    get_name,
    identify_person,
    is_granted_to,
    parse_name,
)
from bandstand.common.api.people import Identity
from bandstand.common.api.refusals import BadName, Refused

ANN = Identity("irc:libera", account="Ann", mask="ann_!~ann@host.example")
STRANGER = Identity("irc:libera", mask="Ann!~x@203.0.113.9")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ann", Name("", "ann")),
        (" Ann ", Name("", "ann")),
        ("libera/Ann", Name("libera", "ann")),
        ("libera/*!*@host.example", Name("libera", mask="*!*@host.example")),
        ("Net/a!b@gateway/web/x", Name("net", mask="a!b@gateway/web/x")),
        ("net/*!*@::1", Name("net", mask="*!*@::1")),
    ],
)
def test_a_name_is_kept_in_one_way(text: str, name: Name) -> None:
    assert parse_name(text) == name
    assert parse_name(str(name)) == name


@pytest.mark.parametrize(
    ("text", "problem"),
    [("", "form"), ("/", "form"), ("libera/", "form"), ("/ann", "form"), ("ann!", "form"), ("*!*@host.example", "form"),
     ("ann@libera", "form"), ("libera/*!*@*", "mask_too_wide"), ("libera/ann!*@*", "mask_too_wide"),
     ("libera/*", "form"), ("libera/*!*@*.com", "mask_too_wide"), ("libera/*!*@*.?.*", "mask_too_wide"),
     ("libera/!@x", "mask_form"), ("a b", "form"), ("-ann", "form"), ("x" * 200, "too_long"),
     ("libera/a\x1bb", "form"), ("liber\x00a/ann", "form")],
)  # fmt: skip
def test_what_names_nobody_or_everybody_is_refused(text: str, problem: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_name(text)
    assert isinstance(refused.value.why, BadName)
    assert refused.value.why.problem == problem


def test_an_account_of_the_station_s_own_is_a_word_in_small_letters() -> None:
    assert check_person("Ann.B") == "ann.b"
    with pytest.raises(Refused):
        check_person("libera/ann")


def test_an_account_is_its_networks_alone() -> None:
    assert is_granted_to(Name("libera", "ann"), ANN)
    assert not is_granted_to(Name("oftc", "ann"), ANN)
    assert not is_granted_to(Name("", "ann"), ANN)
    assert is_granted_to(Name("", "ann"), identify_person("ann"))
    assert is_granted_to(Name("", "ann"), Identity("ssh", "ann"))
    assert not is_granted_to(Name("libera", "ann"), identify_person("ann"))


def test_a_nick_alone_is_nobody() -> None:
    assert get_name(STRANGER) is None
    assert not is_granted_to(Name("libera", "ann"), STRANGER)


def test_a_mask_fits_whole_without_case_and_its_brackets_are_letters() -> None:
    mask = parse_name("libera/*!*ann@HOST.example")
    assert is_granted_to(mask, ANN)
    assert not is_granted_to(mask, Identity("irc:libera", mask="ann!ann@host.example.evil"))
    assert not is_granted_to(mask, Identity("irc:oftc", mask=ANN.mask))
    bracketed = parse_name("libera/[x]!*@host.example")
    assert is_granted_to(bracketed, Identity("irc:libera", mask="[x]!y@host.example"))
    assert not is_granted_to(bracketed, Identity("irc:libera", mask="x!y@host.example"))


@given(st.text(max_size=150))
def test_any_text_is_a_name_or_refused(text: str) -> None:
    try:
        name = parse_name(text)
    except Refused:
        return
    assert parse_name(str(name)) == name
    assert str(name).isprintable()
