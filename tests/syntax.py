"""Python files as syntax trees, for tests that look at the code itself."""

import ast
import gc


def parse_python(text: str) -> ast.Module:
    """As `ast.parse`, without the garbage collector, under which Python 3.11 miscounts its depth and raises SystemError
    (CPython's issue 106905)."""
    gc.disable()
    try:
        return ast.parse(text)
    finally:
        gc.enable()
