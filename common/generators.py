"""A user's generator as the configuration declares it: its program, its parameters, its limits.

Pure. Checks a song's parameters before anything is started, and turns them into command arguments and environment
variables. `common.generator_files` finds the program's files; the composer runs it.
"""

import difflib
import math
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal

import msgspec

from bandstand.common.errors import CommandError
from bandstand.common.plain_values import PathText, Text
from bandstand.common.types import RATE

Value = str | int | float | bool
Positive = Annotated[float, msgspec.Meta(gt=0, le=1e7)]
Kind = Literal["text", "int", "float", "bool"]
Suffix = Annotated[
    str, msgspec.Meta(pattern=r"^[a-z0-9]{1,8}\Z", description="a suffix such as wav or flac, without the point")
]
Raw = Literal["", "u8", "s16le", "s24le", "s32le", "f32le", "f64le"]

NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,30}")
PARAMETER: Final = re.compile(r"[a-z][a-z0-9_]{0,30}")
FUNCTION: Final = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
BAND: Final = "band"
"""The generator that the station's own bands are."""
COMPARE: Final = "compare"
"""Generator name of a comparison of two songs."""
IMPORT: Final = "import"
"""Generator name of an imported song. Its parameter `file` is the path of the original."""
FILE: Final = "file"
"""Generator name of a file that is played where it is. Its parameter `file` is its path."""
PIPE: Final = "pipe"
"""Generator name of sound from a pipe. Its parameters are `pipe`, the bot's number for it, `keep`, and what of the
sound's format was said: `format`, `rate`, `channels`."""
JINGLE: Final = "station-jingle"
"""Generator name of an imported jingle. Its parameters are `file` and `name`. Not plainly jingle, as a user
may well have a generator of that name."""
IDENT: Final = "station-ident"
"""Generator name of a composed ident. Its parameters are those of `composer.idents`."""
BRIDGE: Final = "station-bridge"
"""Generator name of a bridge between two songs. Its parameters are those of `composer.bridges`."""
LIVE_SHOW: Final = "station-live"
"""Generator name of what a DJ sends. Its parameter `dj` is their name."""
BETWEEN: Final = (JINGLE, IDENT, BRIDGE)
"""What is heard between songs."""
COMPOSED: Final = (BAND, IDENT, BRIDGE)
"""What the station makes a score for."""
UNLISTED: Final = (*BETWEEN, LIVE_SHOW)
"""What is no song of the library."""
TAKEN: Final = (BAND, COMPARE, IMPORT, FILE, PIPE, *UNLISTED)
"""Names that no user's generator may have."""
RESERVED: Final = ("seed", "output", "queue", "songs", "here")
"""Names that no parameter may have."""
LONGEST_TEXT: Final = 200
"""Characters."""
KINDS: Final = {"int": "a whole number", "float": "a number", "bool": "yes or no", "text": "text"}
INHERITED: Final = {
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR",
    "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_DATA_DIRS", "LD_LIBRARY_PATH", "VIRTUAL_ENV",
    "PYTHONPATH", "PERL5LIB", "RUBYLIB", "LUA_PATH", "NODE_PATH", "JAVA_HOME", "CARGO_HOME", "RUSTUP_HOME",
    "GOPATH", "GOCACHE", "NIX_PATH", "NIX_PROFILES", "LADSPA_PATH", "LV2_PATH", "OPCODE6DIR64", "SADIR", "SFDIR",
    "SSDIR", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "HF_HOME",
}  # fmt: skip
"""Variables of the station's environment that a user's program gets, beside `LC_*`: where the machine has what, and in
which language. Others are given to it by `environment` in its declaration."""
BOOLEANS: Final = {
    "yes": True,
    "true": True,
    "on": True,
    "1": True,
    "no": False,
    "false": False,
    "off": False,
    "0": False,
}


class Parameter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One parameter of a generator. A parameter without a default is required."""

    type: Kind = "text"
    min: float | None = None
    max: float | None = None
    choices: list[Value] = []
    default: Value | None = None
    help: str = ""

    @property
    def expected(self) -> str:
        """The values that are allowed, in words for a person."""
        if self.choices:
            return "one of " + ", ".join(written(choice) for choice in self.choices)
        bounds = {
            (False, False): "",
            (True, False): f" from {_bound(self.min)}",
            (False, True): f" up to {_bound(self.max)}",
        }
        both = f" from {_bound(self.min)} to {_bound(self.max)}"
        return KINDS[self.type] + bounds.get((self.min is not None, self.max is not None), both)


class Generator(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One generator: a `command` or a `callable`, and its limits."""

    command: list[Text] = []
    callable: str = ""
    """`module:function`; the module is imported from `directory`."""
    help: str = ""
    directory: Annotated[PathText, msgspec.Meta(min_length=1)] = "."
    """Working directory, relative to the configuration file."""
    watch: list[Text] = []
    """Further files, or patterns of files, that belong to the program."""
    environment: dict[str, str] = {}
    """Further environment variables of the program."""
    describe: bool = False
    """True if the program prints a `Description` as JSON for the argument `--describe`."""
    version: str = ""
    parameters: dict[str, Parameter] = {}
    format: Raw = ""
    """Encoding of raw sound on standard output; empty for WAV."""
    rate: Annotated[int, msgspec.Meta(ge=4000, le=384_000)] = RATE
    """Frames a second of raw sound and of a callable's arrays."""
    channels: Annotated[int, msgspec.Meta(ge=1, le=8)] = 2
    output: Suffix = "wav"
    """Suffix of the file name that replaces `{output}`."""
    duration: Positive = 120.0
    """Default of the parameter `duration`, seconds."""
    timeout: Positive = 600.0
    """Longest run time, seconds."""
    silence: Positive = 30.0
    """Longest time until the first audible sound, seconds."""
    processor: Positive = 600.0
    """Most processor time, seconds."""
    memory: Annotated[int, msgspec.Meta(ge=16, le=1 << 30)] = 2048
    """Most memory of the program and all that it starts, MiB: what is in use, not what is reserved."""
    disk: Annotated[int, msgspec.Meta(ge=1, le=1 << 30)] = 1024
    """Largest file, MiB."""
    longest: Positive = 1800.0
    """Longest sound, seconds; the song is cut there."""
    live: bool = False
    """True for sound without an end: it is read at the pace of the air, and `duration`, `timeout`, `processor`, `disk`
    and `longest` are no limits of it. Nothing of it is kept."""

    farm: bool = False
    """True: machines of the farm that offer the same program may make its songs."""
    sandbox: bool = True
    """False: this program runs without the sandbox, with all rights of the station's user."""

    @property
    def writes_file(self) -> bool:
        """Whether the program writes its sound to the file `{output}` instead of standard output."""
        return any("{output}" in word for word in self.command)


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The JSON object that a program prints for `--describe`."""

    parameters: dict[str, Parameter] = {}
    help: str = ""
    version: str = ""


def described(generator: Generator, description: Description) -> Generator:
    """Add the program's own description to a generator. The configuration takes precedence."""
    return msgspec.structs.replace(
        generator,
        parameters={**description.parameters, **generator.parameters},
        help=generator.help or description.help,
        version=generator.version or description.version,
    )


def parameters(generator: Generator) -> dict[str, Parameter]:
    """All parameters of a generator, including `duration`, which every generator has that is not live."""
    if generator.live:
        return dict(generator.parameters)
    duration = Parameter(
        type="float",
        min=min(1.0, generator.longest),
        max=generator.longest,
        default=min(generator.duration, generator.longest),
        help="seconds of sound",
    )
    return {"duration": duration, **generator.parameters}


def find_faults(name: str, generator: Generator) -> Iterator[str]:
    """Yield each fault of a declaration as `.key: sentence`; the caller puts the generator's name before it."""
    if not NAME.fullmatch(name):
        yield f": the name {name!r} must be lower-case letters, digits, - and _, and begin with a letter"
    if name in TAKEN:
        yield f": the name {name} is the station's own; take another"
    if bool(generator.command) == bool(generator.callable):
        needed = 'either command = ["PROGRAM", "ARGUMENT", ...] or callable = "module:function"'
        yield f".command: {needed} is needed, and not both"
    if generator.callable and not FUNCTION.fullmatch(generator.callable):
        yield f'.callable: {generator.callable!r} is not of the form "module:function"'
    for name, text in generator.environment.items():
        if not VARIABLE.fullmatch(name) or "\0" in text:
            yield f".environment: {_shown(name)} is no name of an environment variable, or its value has a NUL in it"
    if generator.callable and generator.describe:
        yield ".describe: is for commands; a callable's parameters are declared in the configuration"
    if generator.live and generator.farm:
        yield ".farm: is for songs; live sound is made at the station"
    if generator.live and generator.writes_file:
        yield ".live: is for sound on standard output; a file is heard when it is whole"
    yield from find_parameter_faults(generator.parameters)
    if not generator.describe:
        known = ["seed", "output", *parameters(generator)]
        for used in {used for word in generator.command for used in PLACEHOLDER.findall(word)} - {*known}:
            yield f".command: {{{used}}} is no parameter; known are {', '.join(known)}"


def find_parameter_faults(declared: Mapping[str, Parameter]) -> Iterator[str]:
    """Yield each fault of declared parameters as `.parameters.NAME: sentence`."""
    for name, parameter in declared.items():
        where = f".parameters.{name}"
        if not PARAMETER.fullmatch(name):
            yield f"{where}: a name is lower-case letters, digits and _, and begins with a letter"
        if name in RESERVED:
            yield f"{where}: that name is the station's own; take another"
        if parameter.min is not None and parameter.max is not None and parameter.min > parameter.max:
            yield f"{where}: min is above max"
        if parameter.default is not None:
            try:
                parse_value(name, parameter, written(parameter.default))
            except CommandError as error:
                yield f"{where}.default: {error}"


def checked(name: str, generator: Generator, given: Mapping[str, Value]) -> dict[str, Value]:
    """Check the values in `given` and add the defaults; return a value for every parameter.

    Raises CommandError, which names the parameter and says what was expected.
    """
    known = parameters(generator)
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(known)}"
            raise CommandError(f"{key}: {name} has no such parameter; {hint}")
    values: dict[str, Value] = {}
    for key, parameter in known.items():
        if key in given:
            values[key] = parse_value(key, parameter, written(given[key]))
        elif parameter.default is None:
            raise CommandError(f"{key}: {name} needs it: {key}={parameter.expected}")
        else:
            values[key] = parse_value(key, parameter, written(parameter.default))
    return values


def parse_value(name: str, parameter: Parameter, text: str) -> Value:
    """Parse and check the text of one value. Raises CommandError."""
    made = _read(parameter.type, text)
    numeric = isinstance(made, int | float) and not isinstance(made, bool)
    if made is None or (numeric and not _within(float(made), parameter)):
        raise CommandError(f"{name}: {_shown(text)} is not {parameter.expected}")
    if parameter.choices and written(made) not in {written(choice) for choice in parameter.choices}:
        raise CommandError(f"{name}: {_shown(text)} is not {parameter.expected}")
    if parameter.type == "text" and not parameter.choices:
        if not text.isprintable() or len(text) > LONGEST_TEXT:
            raise CommandError(f"{name}: at most {LONGEST_TEXT} characters, all of them printable")
        if text.startswith("-"):  # the program would take it for an option
            raise CommandError(f"{name}: {_shown(text)} may not begin with a -")
    return made


def written(made: Value) -> str:
    """The text of a value as the program gets it: 1 or 0 for a boolean, no decimal point for a whole number."""
    if isinstance(made, bool):
        return "1" if made else "0"
    return str(int(made)) if isinstance(made, float) and made.is_integer() and abs(made) < 1e15 else str(made)


def build_arguments(generator: Generator, seed: int, values: Mapping[str, Value], output: str) -> list[str]:
    """Fill in the placeholders of the command. Each word stays one argument. `output` is the path for `{output}`."""
    filled = {"seed": str(seed), "output": output, **{name: written(made) for name, made in values.items()}}
    return [PLACEHOLDER.sub(lambda found: filled.get(found[1], found[0]), word) for word in generator.command]


def build_variables(seed: int, values: Mapping[str, Value], output: str, songs: str = "") -> dict[str, str]:
    """Make the environment variables: seed, parameters, the station's rate, and the paths `output` and `songs`."""
    own = {"RATE": str(RATE), "OUTPUT": output, "SONGS": songs}
    texts = {"SEED": str(seed), **{name: text for name, text in own.items() if text}}
    texts |= {name.upper(): written(made) for name, made in values.items()}
    return {f"BANDSTAND_{name}": text for name, text in texts.items()}


def inherit_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what a user's program may see of the station's environment: so nothing secret goes along by accident."""
    return {name: text for name, text in environment.items() if name in INHERITED or name.startswith("LC_")}


def _read(kind: Kind, text: str) -> Value | None:
    if kind == "text":
        return text
    if kind == "bool":
        return BOOLEANS.get(text.lower())
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number) or abs(number) > 1e15:
        return None
    if kind == "int":
        return int(number) if number.is_integer() else None
    return number


def _within(number: float, parameter: Parameter) -> bool:
    return (parameter.min is None or number >= parameter.min) and (parameter.max is None or number <= parameter.max)


def _bound(limit: float | None) -> str:
    return "" if limit is None else written(float(limit))


def _shown(text: str) -> str:
    clean = "".join(c if c.isprintable() else "?" for c in text)
    return clean[:40] or "nothing"
