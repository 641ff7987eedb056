"""What docs/architecture.md names exists: its files, classes and functions."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.syntax import parse_python

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "architecture.md").read_text("utf-8")
FOLDERS = ("bot", "web", "streamer", "composer", "common")
MOST_STEPS = 15


def find_file(path: str) -> Path:
    """The file that the page means, whose paths may leave out `bot/`."""
    return next((found for found in (ROOT / path, ROOT / "bot" / path) if found.exists()), ROOT / path)


def list_names(tree: ast.Module) -> Iterator[str]:
    """`function`, `Class` and `Class.method` of a module."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.name
            yield from (
                f"{node.name}.{one.name}"
                for one in node.body
                if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
            )
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def read_names() -> dict[str, set[str]]:
    """Module's stem and path -> the names that it has."""
    names: dict[str, set[str]] = {}
    for path in (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        names[str(path.relative_to(ROOT))] = set(list_names(parse_python(path.read_text("utf-8"))))
    return names


NAMES = read_names()
PATHS = sorted(set(re.findall(r"`((?:\w+/)+(?:\w+\.py)?)`", TEXT)))
QUALIFIED = sorted(set(re.findall(r"`([A-Z]\w+\.\w+)`", TEXT)))
OF_MODULES = sorted(set(re.findall(r"`([a-z_]+)\.([a-z_]+)`", TEXT)) - {("api", "md")})
STEPS = re.findall(r"^\d+\. `([\w/]+\.py)` ((?:`[\w.]+`(?:, )?)+)", TEXT, re.MULTILINE)


@pytest.mark.parametrize("path", PATHS)
def test_every_path_exists(path: str) -> None:
    assert find_file(path).exists()


@pytest.mark.parametrize("name", QUALIFIED)
def test_every_method_exists(name: str) -> None:
    assert any(name in names for names in NAMES.values())


@pytest.mark.parametrize(("module", "function"), [name for name in OF_MODULES if name[1] != "py"])
def test_every_function_that_is_named_with_its_module_exists(module: str, function: str) -> None:
    found = [names for path, names in NAMES.items() if path.endswith(f"/{module}.py")]
    assert not found or any(function in names for names in found)


@pytest.mark.parametrize(("path", "names"), STEPS)
def test_every_step_is_in_the_module_that_it_is_said_to_be_in(path: str, names: str) -> None:
    there = NAMES[str(find_file(path).relative_to(ROOT))]
    assert set(re.findall(r"`([\w.]+)`", names)) <= there


def test_generate_takes_few_steps() -> None:
    way = TEXT.partition("**`generate`")[2].partition("**`+1`**")[0]
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", way, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) <= MOST_STEPS
