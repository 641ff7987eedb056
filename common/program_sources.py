"""Which files a program is made from, as far as their names and its command say.

`watch` runs a program again when a person has changed it. What the program, or its making, writes by itself must not
count, or each run would be the reason for the next one. Three rules keep the two apart:

- A source (`saw.c`, `mine.py`, `Makefile`) is written by a person: each save of it counts.
- What makers and editors leave behind (object files, `__pycache__`, swap files) never counts.
- Anything else (a compiled program, a sample, a table) counts when its content has changed: a run that writes the same
  again is no change. Sound and logs are what programs write, so they count only where they are named.

A command that compiles by itself (`make`, `sh -c "cc saw.c -o saw && ./saw"`) is made from the sources in its folders;
what it compiles is no reason to run again. Some of its sources may be made as well (`faust saw.dsp -o saw.cpp`), so all
of them count by their content. Reads the file system; starts nothing.
"""

import hashlib
import os
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

SOURCES: Final = re.compile(
    r"\.(adb|asm|awk|bas|c|cc|ck|clj|cpp|cs|csd|csh|cu|cxx|dart|dsp|el|erl|ex|exs|f|f90|fs|go|h|hh|hpp|hs|hxx|"
    r"ino|java|jl|js|kt|lisp|lua|m|mjs|ml|mm|nim|orc|pas|pd|php|pl|pm|py|pyx|r|rb|rkt|rs|s|sc|scala|scd|"
    r"scm|sco|sh|swift|tcl|tidal|ts|v|vala|zig)"
)
"""How the names end, in small letters, of what is written by hand."""
MAKEFILES: Final = frozenset(
    {"makefile", "gnumakefile", "cmakelists.txt", "meson.build", "sconstruct", "justfile", "cargo.toml"}
)
LEFT_BEHIND: Final = re.compile(
    r".*\.(o|obj|a|so|dylib|dll|lo|la|gch|pch|pyc|pyo|class|rlib|rmeta|hi|cmi|cmo|cmx|beam|swp|swo|swx|tmp|bak|orig|part)"
    r"|.*~|\.#.*|#.*#|4913"
)
"""Names of what makers and editors write beside the sources. 4913 is Vim's, to try whether it may write."""
CACHES: Final = frozenset({"__pycache__", ".git", "CMakeFiles", ".mypy_cache", ".pytest_cache", "node_modules"})
WRITTEN: Final = re.compile(r"\.(wav|w64|aif|aiff|flac|mp3|ogg|opus|oga|m4a|raw|pcm|mid|midi|log|out|db|sqlite\d?)")
"""How the names end of what programs write."""
MAKERS: Final = re.compile(
    r"(make|gmake|ninja|meson|cmake|scons|just|cargo|rustc|go|gccgo|zig|cc|gcc|c99|c\+\+|g\+\+|clang|"
    r"clang\+\+|tcc|ghc|runghc|stack|cabal|javac|mvn|gradle|dub|dmd|ldc2|rdmd|nim|faust|faust2sndfile|"
    r"gfortran|ocamlfind|dune|swiftc|fpc|valac)"
)
SHELLS: Final = frozenset({"sh", "bash", "dash", "zsh", "ksh", "fish"})
SHEBANG: Final = re.compile(rb"#![^\n]*\b(sh|bash|dash|zsh|ksh|fish)\b")
PARTS: Final = ("", "src", "include")
"""Folders of sources, in the folder in which a program is made."""
TARGETS: Final = ("-o", "--output", ">", ">>")
"""Words before the name of a file that is written."""
LONGEST_SCRIPT: Final = 64 * 1024
"""Bytes of a shell script that are looked at."""
WHOLE: Final = 16 << 20
"""Bytes of a file up to which its whole content is compared; of a longer one, its length, beginning and end."""


def is_source(path: Path) -> bool:
    """Whether, by its name, a person wrote it."""
    return SOURCES.fullmatch(path.suffix.lower()) is not None or path.name.lower() in MAKEFILES


def is_left_behind(path: Path) -> bool:
    """Whether, by its name, it is what a maker or an editor writes for itself."""
    return LEFT_BEHIND.fullmatch(path.name) is not None or not CACHES.isdisjoint(path.parts)


def is_written_by_programs(path: Path) -> bool:
    return WRITTEN.fullmatch(path.suffix.lower()) is not None


def split_command(command: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words of a command, and those of the lines that it gives to a shell (`sh -c`)."""
    lines = [line for option, line in pairwise(command) if _is_shell(command[0]) and re.fullmatch("-[a-z]*c", option)]
    return [word for word in command if word not in lines], [word for line in lines for word in _split_line(line)]


@dataclass(frozen=True)
class Making:
    """How a command compiles by itself: its scripts, the folders of its sources, and what it writes (`-o saw`)."""

    scripts: tuple[Path, ...]
    folders: tuple[Path, ...]
    written: frozenset[Path]

    def is_made_from(self, path: Path) -> bool:
        return path.parent in self.folders and is_source(path) and not is_left_behind(path) and path not in self.written

    def is_made(self, path: Path) -> bool:
        """Whether it may be what is compiled: it is said to be, or its name is that of a program."""
        return path in self.written or not (path.suffix or is_source(path) or path in self.scripts)

    def list_sources(self) -> list[Path]:
        found = [path for folder in self.folders for path in _list_folder(folder)]
        return [path for path in found if self.is_made_from(path) and path.is_file()]


def find_making(command: Sequence[str], base: Path) -> Making | None:
    """None where the command does not compile by itself."""
    if not command:
        return None
    words, inner = split_command(command)
    run_by_shell = [base / word for word in words[1:] if _is_shell(command[0]) and not word.startswith("-")][:1]
    own = [base / words[0]] if "/" in words[0] else []
    scripts = [
        Path(os.path.normpath(path)) for path in (*run_by_shell, *own) if path in run_by_shell or _is_script(path)
    ]
    told = [*inner, *(word for script in scripts for word in _read_script(script))]
    if not any(MAKERS.fullmatch(Path(word).name) for word in (command[0], *told)):
        return None
    every = [*words, *told]
    named = [base / word for word in every[1:] if _is_plain(word) and _is_folder(base / word)]
    folders = [Path(os.path.normpath(root / part)) for root in (base, *named) for part in PARTS]
    written = {Path(os.path.normpath(base / after)) for word, after in pairwise(every) if word in TARGETS}
    return Making(
        tuple(scripts), tuple(dict.fromkeys(folder for folder in folders if folder.is_dir())), frozenset(written)
    )


def compute_digest(path: Path) -> bytes:
    """Tells two contents of a file apart; empty if it cannot be read."""
    digest = hashlib.blake2b(digest_size=16)
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            digest.update(str(size).encode() + b"\0")
            if size <= WHOLE:
                digest.update(file.read(WHOLE))
            else:
                digest.update(file.read(1 << 20))
                file.seek(-(1 << 20), os.SEEK_END)
                digest.update(file.read(1 << 20))
    except OSError:
        return b""
    return digest.digest()


def _list_folder(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _is_shell(word: str) -> bool:
    return Path(word).name in SHELLS


def _is_plain(word: str) -> bool:
    """Whether it may name a folder of the program's own."""
    return bool(word) and word not in (".", "/") and not word.startswith("-")


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # no file name
        return False


def _is_script(path: Path) -> bool:
    """Whether its first line has a shell run it."""
    return SHEBANG.match(_read_beginning(path)) is not None


def _read_script(path: Path) -> list[str]:
    """The words of a shell script; none where it is no file."""
    lines = _read_beginning(path).decode("utf-8", "replace").splitlines()
    return [word for line in lines if not line.lstrip().startswith("#") for word in _split_line(line)]


def _read_beginning(path: Path) -> bytes:
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(LONGEST_SCRIPT)
    except (OSError, ValueError):
        return b""


def _split_line(line: str) -> list[str]:
    """The words of a shell's line, without what holds them together."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    try:
        return [word for word in lexer if word.strip("();|&")]
    except ValueError:  # a quotation has no end
        return line.split()
