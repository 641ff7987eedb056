"""What the arguments of bubblewrap say, and what is told where it does not work."""

import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bandstand.common import sandbox
from bandstand.common.config import Config
from bandstand.common.program_user import ProgramUser, may_enter
from bandstand.common.sandbox import (
    Sandbox,
    build_arguments,
    choose_sandbox,
    describe_exposure,
    find_trouble,
    give_folders,
    list_secrets,
    plan_sandbox,
    protect_programs,
)


@pytest.fixture
def station(tmp_path: Path) -> Path:
    for name in ("var/songs", "var/spool/scratch", "gen"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "bandstand.toml").write_text("")
    return tmp_path


def plan(station: Path, **keys: Any) -> Sandbox:
    return Sandbox(
        program="bwrap",
        station=str(station / "var"),
        secrets=[str(station / "bandstand.toml")],
        readable=[str(station / "var/songs")],
        **keys,
    )


def find_mounts(words: list[str]) -> list[tuple[str, str]]:
    """(option, destination) of each mount, in order."""
    found = []
    for at, word in enumerate(words):
        if word in ("--bind", "--ro-bind", "--bind-try", "--ro-bind-try", "--dev-bind"):
            found.append((word, words[at + 2]))
        elif word in ("--tmpfs", "--remount-ro", "--proc"):
            found.append((word, words[at + 1]))
    return found


def test_the_stations_folder_and_configuration_are_hidden_inside_a_writable_folder(station: Path) -> None:
    mounts = find_mounts(build_arguments(plan(station), [str(station)], str(station / "var/spool/scratch")))
    ordered = [
        ("--ro-bind-try", "/"),
        ("--proc", "/proc"),
        ("--bind", "/tmp"),
        ("--bind-try", str(station)),
        ("--ro-bind", str(station / "bandstand.toml")),
        ("--tmpfs", str(station / "var")),
        ("--ro-bind-try", str(station / "var/songs")),
        ("--bind-try", str(station / "var/spool/scratch")),
        ("--remount-ro", str(station / "var")),
    ]
    assert [mount for mount in mounts if mount in ordered] == ordered


def test_the_stations_folder_is_hidden_even_if_it_is_a_generators(station: Path) -> None:
    mounts = find_mounts(build_arguments(plan(station), [str(station / "var")]))
    assert ("--tmpfs", str(station / "var")) in mounts
    assert ("--bind-try", str(station / "var")) not in mounts


def test_a_generators_folder_inside_the_stations_folder_is_there(station: Path) -> None:
    mounts = find_mounts(build_arguments(plan(station), [str(station / "var/gen")]))
    assert mounts.index(("--tmpfs", str(station / "var"))) < mounts.index(("--bind-try", str(station / "var/gen")))


def test_a_link_to_the_stations_folder_is_followed(station: Path) -> None:
    (station / "link").symlink_to(station / "var")
    settings = msgspec.convert({"station": {"directory": str(station / "link")}}, Config)
    made = plan_sandbox(settings, None)
    assert made is None or made.station == str(station / "var")


def test_with_the_root_as_its_folder_a_program_gets_its_own_proc(station: Path) -> None:
    mounts = find_mounts(build_arguments(plan(station), ["/"]))
    assert mounts[:3] == [("--bind-try", "/"), ("--dev-bind", "/dev"), ("--proc", "/proc")]


def test_it_ends_with_its_worker_and_has_its_own_processes_and_terminal(station: Path) -> None:
    words = build_arguments(plan(station), [])
    assert {"--die-with-parent", "--unshare-pid", "--new-session"} <= {*words}
    assert "--unshare-net" not in words and words[-1] == "--"


def test_code_and_songs_cannot_be_written_though_a_generators_folder_holds_them(station: Path) -> None:
    settings = msgspec.convert({"station": {"directory": str(station / "var")}}, Config)
    made = plan_sandbox(settings, None) or pytest.skip("there is no bubblewrap")
    code = os.path.realpath(Path(sandbox.__file__).parent)
    mounts = find_mounts(build_arguments(made, [str(Path(code).parent)]))
    assert mounts.index(("--bind-try", str(Path(code).parent))) < mounts.index(("--ro-bind-try", code))


def test_the_files_that_the_configuration_names_for_secrets_are_hidden(station: Path) -> None:
    keys = {"icecast": {"password_file": "ice"}, "irc": {"password_file": "/etc/irc", "certificate": "bot.pem"}}
    keys["farm"] = {"key": "farm.key"}
    hidden = list_secrets(msgspec.convert(keys, Config), station / "bandstand.toml")
    assert hidden == [
        *(str(station / "bandstand.toml"), str(station / "ice"), "/etc/irc"),
        *(str(station / "bot.pem"), str(station / "farm.key")),
    ]


def test_switched_off_there_is_no_sandbox_and_nothing_to_tell() -> None:
    settings = msgspec.convert({"composer": {"sandbox": "off"}}, Config)
    assert plan_sandbox(settings, None) is None
    assert describe_exposure(settings, None) == ""


def test_without_bubblewrap_it_is_told_what_programs_can_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    settings = Config()
    said = describe_exposure(settings, plan_sandbox(settings, None))
    assert said.startswith("bubblewrap is not installed, so generators' programs run without a sandbox: they can read")


def test_a_bubblewrap_that_may_not_make_namespaces_is_told_with_its_words(tmp_path: Path, station: Path) -> None:
    refusing = tmp_path / "bwrap"
    refusing.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    refusing.chmod(0o755)
    made = msgspec.structs.replace(plan(station), program=str(refusing))
    why = "bubblewrap does not work here (bwrap: No permissions to create new namespace)"
    assert find_trouble(Config(), made) == why


def test_where_bubblewrap_does_not_work_landlock_is_taken_and_what_it_leaves_open_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(sandbox, "find_trouble", lambda settings, made: "" if made else "bubblewrap is not installed")
    chosen, said = choose_sandbox(Config(), None)
    assert chosen is not None and chosen.is_landlock
    assert said.startswith("bubblewrap is not installed, so generators' programs run under Landlock alone: they cannot")
    assert build_arguments(chosen, [])[3] == chosen.program


def test_where_neither_works_there_is_no_sandbox_and_the_risk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "find_trouble", lambda settings, made: "bubblewrap does not work here (no)")
    chosen, said = choose_sandbox(Config(), None)
    assert chosen is None
    assert said.startswith("bubblewrap does not work here (no), so generators' programs run without a sandbox")


def test_switched_off_nothing_is_chosen_and_nothing_told() -> None:
    assert choose_sandbox(msgspec.convert({"composer": {"sandbox": "off"}}, Config), None) == (None, "")


# Where the station is root's

OTHER = ProgramUser(64001, 64001)


def test_another_user_is_changed_to_inside_the_sandbox(station: Path) -> None:
    made = plan(station, user=OTHER)
    words = build_arguments(made, [])
    change = words[words.index("--") + 1 :]
    assert change[0].endswith("setpriv") and "--reuid=64001" in change
    assert build_arguments(msgspec.structs.replace(made, program=""), []) == change


def test_a_folder_that_user_cannot_enter_is_empty_but_for_what_it_needs(station: Path) -> None:
    station.chmod(0o700)
    (station / "gen/deep/er").mkdir(parents=True)
    mounts = find_mounts(build_arguments(plan(station, user=OTHER), [str(station / "gen/deep/er")]))
    assert mounts.index(("--tmpfs", str(station))) < mounts.index(("--bind-try", str(station / "gen/deep/er")))
    words = build_arguments(plan(station, user=OTHER), [str(station / "gen/deep/er")])
    assert ("--dir", str(station / "gen/deep")) in pairwise(words)
    assert ("--tmpfs", str(station)) not in find_mounts(build_arguments(plan(station), [str(station / "gen/deep/er")]))


def test_what_may_not_be_in_a_folder_that_is_given_depends_on_the_sandbox(station: Path) -> None:
    made = plan(station, user=OTHER)
    made = msgspec.structs.replace(made, readable=[*made.readable, "/opt/bandstand"])
    assert made.list_kept() == ["/opt/bandstand"]
    weaker = msgspec.structs.replace(made, is_landlock=True)
    assert weaker.list_kept() == ["/opt/bandstand", made.station, *made.secrets]


def test_a_generator_without_a_sandbox_keeps_the_other_user(station: Path) -> None:
    assert plan(station).fit(is_wanted=False) is None
    bare = plan(station, user=OTHER).fit(is_wanted=False)
    assert bare is not None and (bare.program, bare.user) == ("", OTHER)


def test_a_station_that_is_not_roots_runs_programs_as_its_own_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "try_out", lambda made: "")
    made = protect_programs(Config(), None, 1000)
    assert made.warnings == () or made.sandbox is None
    assert made.sandbox is None or made.sandbox.user is None


@pytest.mark.parametrize("setting", ["auto", "off"])
def test_roots_station_runs_them_as_another_whatever_the_sandbox(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(sandbox, "try_out", lambda made: "")
    made = protect_programs(msgspec.convert({"composer": {"sandbox": setting}}, Config), None, 0)
    assert made.sandbox is not None and made.sandbox.user is not None
    assert str(made).endswith(f"as {made.sandbox.user} rather than root")


def test_where_no_other_user_is_to_be_had_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(sandbox, "try_out", lambda made: "setpriv is gone" if made.user else "")
    made = protect_programs(Config(), None, 0)
    assert made.sandbox is None or made.sandbox.user is None
    assert "so do the programs of its generators, because setpriv is gone: they can read and" in made.warnings[-1]


def test_who_is_not_root_is_told_that_it_cannot_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "only root can see" in protect_programs(Config(), None, 0).warnings[-1]


def test_folders_are_given_but_not_one_within_anothers_and_no_link_is_followed_there(station: Path) -> None:
    for name in ("outer", "elsewhere"):
        (station / name).mkdir(mode=0o700)
    (station / "outer/inner").symlink_to(station / "elsewhere")
    if [*give_folders(plan(station, user=OTHER), [str(station / "outer"), str(station / "outer/inner")])]:
        pytest.skip("the file system of TMPDIR has no access control lists")
    assert may_enter(str(station / "outer"), OTHER)
    assert not may_enter(str(station / "elsewhere"), OTHER)


def test_without_another_user_no_folder_is_given_and_what_cannot_be_is_told(station: Path) -> None:
    (station / "gen").chmod(0o700)
    assert [*give_folders(plan(station), [str(station / "gen")])] == []
    assert not may_enter(str(station / "gen"), OTHER)
    gone = str(station / "gone")
    assert [*give_folders(plan(station, user=OTHER), [gone])] == [
        f"{gone} cannot be given to user 64001: No such file or directory"
    ]
