"""What the tests have done in the processes of tasks; imported there by its name."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from riskmodels.cds.service import RequestError
from riskmodels.errors import FileError
from riskmodels.runtime.progress import Tell


def add(one: int, other: int, *, tell: Tell) -> int:
    return one + other


def whoami(*, tell: Tell) -> tuple[int, int]:
    return os.getpid(), os.nice(0)


def held(*, tell: Tell) -> list[str]:
    """What the files are that this process has open, and its main module's."""
    files = [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if _is_open(fd)]
    return [*files, *sorted(sys.modules)]


def _is_open(fd: str) -> bool:
    return os.path.lexists(f"/proc/self/fd/{fd}")


def count_up(folder: str, *, tell: Tell) -> None:
    """Tells, and then stays busy for as long as it is let; says in a file that it was there."""
    tell(0.25, "a quarter")
    Path(folder, str(os.getpid())).touch()
    while True:
        time.sleep(0.01)


def spin(*, tell: Tell) -> None:
    """Never lets anything else of the process run for long, as a loop in C would."""
    while True:
        sum(range(1_000_000))


def fill_memory(*, tell: Tell) -> int:
    return len(b"x" * (64 * 2**30))


def swell(*, tell: Tell) -> int:
    """Grows little by little, in many objects."""
    kept = []
    while True:
        kept.append(bytearray(2**20))


def die(*, tell: Tell) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(*, tell: Tell) -> None:
    raise FileError("The file is not a table.", hint="Save it as CSV.", log="no table")


def refuse_request(*, tell: Tell) -> None:
    raise RequestError(412, "Data are missing.", ("patient",))


def fail(*, tell: Tell) -> None:
    raise ValueError("cannot read Jane Doe")


def leave(*, tell: Tell) -> None:
    sys.exit("Jane Doe")


def cannot_be_sent(*, tell: Tell) -> object:
    return lambda: None


def large(size: int, *, tell: Tell) -> bytes:
    return bytes(size)


def die_at(data: bytes) -> None:
    """A decoder with a flaw."""
    os.kill(os.getpid(), signal.SIGSEGV)
