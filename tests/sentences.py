"""Every sentence that the code may show to somebody, found in the source: `python -m tests.sentences` prints them.

A sentence is a text with a blank in it that is handed to something that shows it: a reply, an error, a notice, the help
of a command or an option, a line of the log. What is filled in stands as `{expression}`. For reading them in one go,
and for the test of how they are written.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from tests.syntax import parse_python

ROOT: Final = Path(__file__).parent.parent
FOLDERS: Final = ("bot", "streamer", "composer", "common")
SHOWN_BY: Final = (
    *("Reply", "Command", "Param", "Parameter", "Range", "Failed", "WorkRefused"),
    *("print", "fail", "say", "add_argument", "ArgumentParser"),
    *("info", "warn", "warning", "error", "critical", "failure"),
)
"""Names of functions and classes; those that end in Error, and exceptions that are raised, show their texts as well."""


class Sentence(NamedTuple):
    path: str
    line: int
    text: str


def list_sentences() -> list[Sentence]:
    """In the order of files and lines, each place once."""
    found = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            tree = parse_python(path.read_text("utf-8"))
            name = str(path.relative_to(ROOT))
            found += [Sentence(name, line, text) for line, text in sorted(set(_find_texts(tree, name)))]
    return found


def _find_texts(tree: ast.AST, name: str) -> Iterator[tuple[int, str]]:
    is_wording = name.startswith("bot/commands/")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_shown(node.func):
            yield from (text for argument in _list_arguments(node) for text in _read_texts(argument))
        elif isinstance(node, ast.Yield | ast.Return) and node.value is not None:
            yield from _read_texts(node.value) if is_wording or isinstance(node, ast.Yield) else ()
        elif is_wording and isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            yield from _read_texts(node.value)


def _list_arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _is_shown(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in SHOWN_BY or name.endswith("Error")


def _read_texts(node: ast.expr) -> Iterator[tuple[int, str]]:
    """The texts of an expression, each branch of it by itself."""
    if isinstance(node, ast.Constant | ast.JoinedStr):
        text = _write(node)
        if " " in text.strip():
            yield node.lineno, text
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield from _read_texts(child)
        elif isinstance(child, ast.keyword):
            yield from _read_texts(child.value)


def _write(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else "{" + ast.unparse(getattr(part, "value", part)) + "}"
        for part in node.values
    )


if __name__ == "__main__":
    for sentence in list_sentences():
        print(f"{sentence.path}:{sentence.line}: {sentence.text}")
