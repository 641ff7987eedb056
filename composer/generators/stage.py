"""The process in which a generator runs, from its start to the first line of the user's own: `python -m ...stage`.

A worker starts it ahead of time, with the imports of callables done if there are any. It reads one line of JSON from
standard input, makes itself what a generator's process is to be (directory, environment, limits), and becomes the
program (exec) or calls the callable. So each limit holds from the program's first instruction on, and none of this
takes time once a song is asked for. With standard input closed it ends.
"""

import atexit
import contextlib
import ctypes
import errno
import os
import resource
import signal
import sys
from typing import Any, Final, NoReturn

import msgspec

from bandstand.common.priority import give_way_in_session

CALLABLES: Final = "--callables"
"""Have what callables need imported while this process waits."""
OWN_SESSION: Final = "--own-session"
"""bubblewrap has made a session for it, in which the niceness of the worker counts against nobody."""
NOT_STARTED: Final = 126
"""Exit status if the program cannot be started; the sentence that says why is the last line of standard error."""
PR_SET_PDEATHSIG: Final = 1
PR_SET_NO_NEW_PRIVS: Final = 38
MIB: Final = 1 << 20
OOM_SCORE: Final = 500
"""Where the machine runs out of memory, the kernel ends a generator rather than the station."""


class StageRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is to run: `argv`, or `callable`."""

    argv: list[str] = []
    callable: str = ""
    """`module:function`."""
    directory: str
    """Working directory, from which the module is imported."""
    environment: dict[str, str]
    """Added to the environment in which this process was started."""
    processor: int
    """Seconds of processor time; 0 of it, or of `disk`: no limit."""
    disk: int
    """MiB of one file."""
    rate: int = 0
    """Frames a second of the callable's arrays."""
    seed: int = 0
    parameters: dict[str, Any] = {}


def main(arguments: list[str]) -> int:
    """Wait for a request and carry it out; returns the exit status."""
    end_with_parent(os.getppid())
    if OWN_SESSION in arguments:
        give_way_in_session(os.nice(0), attempts=1)
    if CALLABLES in arguments:
        from bandstand.composer.generators import call
    line = sys.stdin.buffer.readline()
    if not line.strip():
        return 0
    request = msgspec.json.decode(line, type=StageRequest)
    try:
        os.chdir(request.directory)
    except OSError as error:
        print(f"{request.directory} cannot be entered: {error.strerror}", file=sys.stderr)
        return NOT_STARTED
    os.environ.update(request.environment)
    limit_resources(request)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    if request.argv:
        return become_program(request.argv)
    from bandstand.composer.generators import call

    return call.run_callable(request)


def end_with_parent(parent: int) -> None:
    """Have the kernel kill this process, and the program that it becomes, when its parent dies.

    No program that it starts gains rights by being set-user-ID, so that all of them can be ended.
    """
    library = ctypes.CDLL(None)
    library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    library.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before that
        os._exit(NOT_STARTED)


def limit_resources(request: StageRequest) -> None:
    """Memory is not among them: a limit of addresses breaks programs that reserve more than they use."""
    processor, size = request.processor, request.disk * MIB
    if processor:
        resource.setrlimit(resource.RLIMIT_CPU, _lower(resource.RLIMIT_CPU, processor, processor + 5))
    if size:
        resource.setrlimit(resource.RLIMIT_FSIZE, _lower(resource.RLIMIT_FSIZE, size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123
            file.write(str(OOM_SCORE))
    except OSError:
        pass


def _lower(kind: int, soft: int, hard: int) -> tuple[int, int]:
    """These limits, or those that the station itself has to keep where they are lower."""
    own = resource.getrlimit(kind)[1]
    return (soft, hard) if own == resource.RLIM_INFINITY else (min(soft, own), min(hard, own))


def become_program(argv: list[str]) -> int:
    """Become the program. Returns only if that fails."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and a program inherits that
        signal.signal(number, signal.SIG_DFL)
    try:
        try:
            os.execvp(argv[0], argv)
        except OSError as error:
            if error.errno != errno.ENOEXEC:
                raise
            os.execv("/bin/sh", ["/bin/sh", *argv])  # a script without #!, as shells take it
    except (OSError, ValueError) as error:
        print(f"{argv[0]} cannot be started: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
    return NOT_STARTED


def end_now(status: int) -> NoReturn:
    """End without waiting for threads that a callable has left behind: there is no more sound to come."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    end_now(main(sys.argv[1:]))
