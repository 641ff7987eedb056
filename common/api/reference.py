"""Writes docs/api.md from the types of this package: `python -m bandstand.common.api.reference`.

Every sentence comes from the docstrings, so the page says what the code says.
"""

import ast
import inspect
import types
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Union, get_args

import msgspec

from bandstand.common.api import (
    administration,
    asking,
    bands,
    between,
    events,
    generating,
    heard,
    library,
    liking,
    observing,
    people,
    playlists,
    programme,
    recordings,
    refusals,
    requests,
    results,
    schedule,
    shows,
    socket,
    tracks,
    values,
    visiting,
    wishing,
)

HEAD = """# The station's requests, results and events

What programs exchange with a running station, as JSON lines over its socket (`bot.sock` in the station's directory) and
from `bandstand ctl --json`, which prints the value of each answer: a result, a refusal, or an event for a later answer.
Times are Unix seconds, lengths are seconds, positions called frames are 48,000 to the second. This page is made from
the types in `common/api/`: `python -m bandstand.common.api.reference >docs/api.md`.

```
$ bandstand ctl --json np
{"result":"now_playing","state":"playing","song":{"code":"pp5m","title":"Warm Rooftop",...},"cue":7,"seconds":8.2,...}
```
"""
UNIONS = (
    ("Requests", "request", requests, requests.Request),
    ("Results", "result", results, results.Result),
    ("Refusals", "refused", refusals, refusals.Refusal),
    ("Events", "event", events, events.Event),
)
THEMES = {
    administration: requests,
    library: requests,
    liking: results,
    schedule: results,
    asking: results,
    bands: results,
    heard: results,
    visiting: requests,
    observing: requests,
    wishing: results,
    recordings: results,
    generating: events,
}
"""Modules of one theme, each with the section in which its parts are described."""
OTHERS: tuple[tuple[str, ModuleType], ...] = (
    ("Messages on the socket", socket),
    ("People", people),
    ("Values", values),
    ("Tracks", tracks),
    ("Between songs", between),
    ("Shows", shows),
    ("Recordings", recordings),
    ("The programme", programme),
    ("Playlists and clocks", playlists),
)


def write_reference() -> str:
    lines = [HEAD, *_write_module_text("The socket", socket)]
    for title, tag, module, union in UNIONS:
        lines += [f"## {title}\n", f"Each is an object with its name as `{tag}`.\n"]
        documented: dict[str, dict[str, str]] = {}
        for source in (module, *THEMES):
            documented |= _read_field_texts(source)
        for kind in get_args(union):
            lines += _write_struct(kind, str(kind.__struct_config__.tag), documented)
        for kind in _list_parts(module):
            lines += _write_struct(kind, kind.__name__, documented)
    for title, module in OTHERS:
        lines.append(f"## {title}\n")
        documented = _read_field_texts(module)
        for name, kind in _list_own(module):
            lines += _write_struct(kind, name, documented)
    return "\n".join(lines).rstrip() + "\n"


def _list_parts(module: ModuleType) -> list[Any]:
    """What the structs of this section's union are made of: in its module, and in those of its themes."""
    named = [one for *_, union in UNIONS for one in get_args(union)]
    sources = (module, *(theme for theme, section in THEMES.items() if section is module))
    return [one for source in sources for _, one in _list_own(source) if one not in named]


def _write_module_text(title: str, module: ModuleType) -> list[str]:
    return [f"## {title}\n", inspect.cleandoc(module.__doc__ or "") + "\n"]


def _list_own(module: ModuleType) -> list[tuple[str, Any]]:
    """The structs and enumerations that are defined in this module, in its order."""
    own = [
        (name, one)
        for name, one in vars(module).items()
        if inspect.isclass(one) and one.__module__ == module.__name__ and not issubclass(one, Exception)
    ]
    return [(name, one) for name, one in own if hasattr(one, "__struct_fields__") or hasattr(one, "__members__")]


def _write_struct(kind: Any, name: str, documented: dict[str, dict[str, str]]) -> Iterator[str]:
    yield f"### {name}\n"
    if _has_own_text(kind):
        yield f"{' '.join(inspect.cleandoc(kind.__doc__).split())}\n"
    texts = documented.get(kind.__name__, {})
    if hasattr(kind, "__members__"):
        for member in kind:
            yield _write_line(str(member.value) or '""', "", texts.get(member.name, ""))
    else:
        for field in msgspec.structs.fields(kind):
            optional = "" if field.required else ", may be left out"
            yield _write_line(field.encode_name, f"{_name_type(field.type)}{optional}", texts.get(field.name, ""))
    yield ""


def _has_own_text(kind: Any) -> bool:
    return bool(kind.__doc__) and kind.__doc__ != getattr(kind.__base__, "__doc__", None)


def _write_line(name: str, kind: str, text: str) -> str:
    return f"- `{name}`" + (f" ({kind})" if kind else "") + (f": {text}" if text else "")


def _name_type(kind: Any) -> str:
    """A type in the words of JSON."""
    simple = {str: "text", int: "whole number", float: "number", bool: "true or false", type(None): "null", Any: "any"}
    if kind in simple:
        return simple[kind]
    if hasattr(kind, "__metadata__"):
        return _name_type(get_args(kind)[0])
    if hasattr(kind, "__supertype__"):
        return _name_type(kind.__supertype__)
    origin, arguments = getattr(kind, "__origin__", None), get_args(kind)
    if isinstance(kind, types.UnionType) or origin is Union:
        names = list(dict.fromkeys(_name_type(one) for one in arguments))
        return " or ".join(names) if len(names) <= 6 else "one of the structs above"
    if origin in (list, tuple):
        return f"list of {_name_type(arguments[0])}"
    if origin is dict:
        return f"object of {_name_type(arguments[1])} by name"
    return str(getattr(kind, "__name__", kind))


def _read_field_texts(module: ModuleType) -> dict[str, dict[str, str]]:
    """For each class of a module, the docstrings that stand below its fields."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = dict(_read_texts(node))
    return found


def _read_texts(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, text in zip(node.body, node.body[1:], strict=False):
        is_text = (
            isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
        )
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and is_text:
            yield field.target.id, _read_constant(text)
        elif isinstance(field, ast.Assign) and isinstance(field.targets[0], ast.Name) and is_text:
            yield field.targets[0].id, _read_constant(text)


def _read_constant(node: ast.stmt) -> str:
    assert isinstance(node, ast.Expr)
    assert isinstance(node.value, ast.Constant)
    return " ".join(str(node.value.value).split())


if __name__ == "__main__":
    print(write_reference(), end="")
