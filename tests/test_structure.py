"""Rules that every module keeps, checked on its source; who may import whom is import-linter's (pyproject.toml)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

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


@pytest.fixture(scope="module", params=MODULES, ids=name)
def module(request: pytest.FixtureRequest) -> tuple[Path, str, ast.Module]:
    path: Path = request.param
    text = path.read_text("utf-8")
    return path, text, ast.parse(text)


def test_nothing_forks_or_sleeps(module: tuple[Path, str, ast.Module]) -> None:
    names = {*imported(module[2]), *used(module[2])}
    roots = {word.split(".")[0] for word in names}
    assert not {word: why for word, why in FORBIDDEN.items() if word in names | roots}


def test_a_module_says_what_it_is_for(module: tuple[Path, str, ast.Module]) -> None:
    path, text, tree = module
    if path.name != "__init__.py" or text.strip():
        assert ast.get_docstring(tree)


def test_a_module_is_short_enough_to_be_read_at_once(module: tuple[Path, str, ast.Module]) -> None:
    assert module[1].count("\n") <= LINES
