"""Rules that every module keeps, checked on its source; who may import whom is import-linter's (pyproject.toml)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.syntax import parse_python

ROOT = Path(__file__).parent.parent
FOLDERS = ("bot", "web", "streamer", "composer", "common")
MODULES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
LINES = 500
FORBIDDEN = {
    "os.fork": "an event loop and a database do not survive a fork",
    "os.forkpty": "an event loop and a database do not survive a fork",
    "multiprocessing": "it forks",
    "time.sleep": "nothing waits by sleeping",
}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(tree: ast.AST) -> Iterator[str]:
    """Every dotted name that is imported, wherever in the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def used(tree: ast.AST) -> Iterator[str]:
    """Every `module.attribute` that is named."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"


@pytest.fixture(scope="module")
def modules() -> dict[str, tuple[str, ast.Module]]:
    """Each module's text and tree, by its path."""
    texts = {name(path): path.read_text("utf-8") for path in MODULES}
    return {path: (text, parse_python(text)) for path, text in texts.items()}


def test_nothing_forks_or_sleeps(modules: dict[str, tuple[str, ast.Module]]) -> None:
    found = {}
    for path, (_, tree) in modules.items():
        names = {*imported(tree), *used(tree)}
        names |= {word.split(".")[0] for word in names}
        found |= {(path, word): why for word, why in FORBIDDEN.items() if word in names}
    assert found == {}


def test_a_module_says_what_it_is_for(modules: dict[str, tuple[str, ast.Module]]) -> None:
    silent = [path for path, (_, tree) in modules.items() if not ast.get_docstring(tree)]
    assert [path for path in silent if not path.endswith("__init__.py") or modules[path][0].strip()] == []


def test_a_module_is_short_enough_to_be_read_at_once(modules: dict[str, tuple[str, ast.Module]]) -> None:
    assert {path: lines for path, (text, _) in modules.items() if (lines := text.count("\n")) > LINES} == {}
