"""What a machine offers: the same name for the same program, wherever it lies, and for no other."""

from pathlib import Path

import msgspec
import pytest

from bandstand.common.errors import ConfigError, Missing
from bandstand.common.generators import Generator
from bandstand.common.sandbox import Protection
from bandstand.composer.farm import offers
from bandstand.composer.farm.offers import find_offers, name_bands, name_generator

PROGRAM = "print('sound')\n"
DECLARED = """
[composer]
sandbox = "off"
[generators.mine]
command = ["python3", "mine.py"]
farm = true
[generators.other]
command = ["python3", "mine.py", "--other"]
"""


def make_generator(folder: Path, program: str = PROGRAM, **said: object) -> Generator:
    folder.mkdir(exist_ok=True)
    (folder / "mine.py").write_text(program)
    return msgspec.convert(
        {"command": ["python3", "mine.py"], "directory": str(folder), "farm": True} | said, Generator
    )


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(PROGRAM)
    path = tmp_path / "machine.toml"
    path.write_text(DECLARED)
    return path


def test_the_same_program_has_the_same_name_in_another_folder_and_with_other_limits(tmp_path: Path) -> None:
    here = name_generator("mine", make_generator(tmp_path / "here"))
    assert here == name_generator("mine", make_generator(tmp_path / "there", memory=100, help="mine", timeout=5))
    assert here.startswith("bandstand-generator-mine-")


@pytest.mark.parametrize(
    "changed",
    [
        {"program": "print('noise')\n"},
        {"command": ["python3", "mine.py", "-x"]},
        {"environment": {"A": "1"}},
        {"rate": 8000},
    ],
)
def test_a_program_that_makes_other_sound_has_another_name(changed: dict[str, object], tmp_path: Path) -> None:
    here = name_generator("mine", make_generator(tmp_path / "here"))
    assert here != name_generator("mine", make_generator(tmp_path / "there", **changed))  # type: ignore[arg-type]


def test_a_machine_offers_bands_and_the_generators_that_are_declared_for_the_farm(configuration: Path) -> None:
    found = find_offers("", str(configuration), "")
    assert list(found.named.values()) == ["mine"]
    assert found.list_names() == [name_bands(""), *found.named]
    assert found.find_generator(*found.named).directory == str(configuration.parent)
    assert found.arguments[:2] == ["--writable", str(configuration.parent)]
    assert found.arguments[-2:] == ["--stage", "programs"]


def test_without_a_configuration_it_offers_bands_alone() -> None:
    assert find_offers("", "", "").list_names() == [name_bands("")]


def test_a_program_that_changed_since_it_was_offered_is_not_run(configuration: Path) -> None:
    found = find_offers("", str(configuration), "")
    (configuration.parent / "mine.py").write_text("print('noise')\n")
    with pytest.raises(Missing, match="have changed"):
        found.find_generator(*found.named)


def test_without_a_sandbox_no_generator_is_offered(configuration: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration.write_text(DECLARED.replace('"off"', '"auto"'))
    monkeypatch.setattr(offers, "protect_programs", lambda *_: Protection(None, ("there is no bubblewrap",)))
    assert not find_offers("", str(configuration), "").named


def test_a_configuration_with_a_fault_is_told_of(configuration: Path) -> None:
    configuration.write_text("[generators.mine]\nfarm = 3\n")
    with pytest.raises(ConfigError):
        find_offers("", str(configuration), "")
