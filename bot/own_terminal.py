"""The terminal that the station was started at: whose it is, and whether a prompt may be shown there.

A shell with job control gives its terminal to one process group at a time. A process in the background that reads from
the terminal or changes its settings is stopped (SIGTTIN, SIGTTOU; termios(3)), and a station that is stopped is off the
air. Knows descriptors and signals; imports neither a reactor nor the prompt.
"""

import fcntl
import os
import signal


def is_in_foreground(fd: int) -> bool:
    """Whether this process may read from the terminal at `fd`. One without job control (`su -c`) asks nobody."""
    try:
        return os.tcgetpgrp(fd) == os.getpgrp()
    except OSError:
        return True


def ignore_job_control() -> None:
    """From now on writing to a terminal, or restoring it, stops nobody, wherever the process is run.

    Children do not inherit this: Twisted gives them back what they begin with.
    """
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)


def open_terminal(fd: int) -> int:
    """A descriptor of its own for writing to the terminal at `fd`; the caller closes it. Raises OSError.

    Somebody else's terminal (`runuser`, `su`) cannot be opened by its name, and one from outside of a container has
    none here; then what is there already is used.
    """
    try:
        return os.open(os.ttyname(fd), os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        for one in (fd, 1, 2):
            if os.isatty(one) and _is_writable(one):
                return fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 3)
        raise


def _is_writable(fd: int) -> bool:
    return fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY
