"""The other side: what runs in the process of one task, and ends with it or with the server.

A process does one task and is gone, with all that it held of a patient. It is forked from a keeper that has imported
the readers (:mod:`riskmodels.readers`) and was itself started afresh: it never had the server's files, sockets or
database.
"""

from __future__ import annotations

import inspect
import logging
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from riskmodels.errors import CareRiskError
from riskmodels.runtime.logs import log_event
from riskmodels.runtime.progress import Tell

#: below the pages, which somebody looks at
NICE = 5
#: seconds of processor time beyond the time limit: where nobody is left who could end the process
_SPARE = 10


@dataclass(frozen=True)
class Progress:
    """How far a task is: a share from 0 to 1, and what it does."""

    share: float = 0.0
    words: str = ""


@dataclass(frozen=True)
class Done:
    """What the function returned."""

    result: Any


@dataclass(frozen=True)
class Refused:
    """An error that was raised on purpose, taken apart: not every one can be built from its message alone."""

    kind: type[CareRiskError]
    message: str
    state: dict[str, Any]

    def error(self) -> CareRiskError:
        """The error again."""
        error = self.kind.__new__(self.kind, self.message)
        error.__dict__.update(self.state)
        return error


@dataclass(frozen=True)
class Failed:
    """Another error: its class alone, since its message may quote the file."""

    kind: str


def work(line: Connection, function: Callable[..., Any], args: tuple[Any, ...], seconds: float, memory: int) -> None:
    """Do the task and send what came of it.

    Args:
        line: to the server.
        function: to be called with ``args``, and with ``tell`` where it takes it.
        args: its arguments.
        seconds: time limit, which the server keeps; here only a margin above it.
        memory: bytes it may take beyond what the process has at its start.
    """
    threading.Thread(target=_end_with_the_server, args=(line,), daemon=True).start()
    try:
        _take_little(seconds, memory)
        tells = {"tell": _teller(line)} if "tell" in inspect.signature(function).parameters else {}
        answer: Done | Refused | Failed = Done(function(*args, **tells))
    except CareRiskError as error:
        answer = Refused(type(error), error.message, dict(vars(error)))
    except BaseException as error:  # nothing may reach multiprocessing, which prints what an error says
        answer = _failed(error)
    _send(line, answer)


def warm_up() -> None:
    """Nothing: the first task waits until the keeper has imported the readers."""


def _failed(error: BaseException) -> Failed:
    log_event("task failed", level=logging.ERROR, error=error)  # its class and the way it took
    return Failed(type(error).__name__)


def _send(line: Connection, answer: Done | Refused | Failed) -> None:
    try:
        line.send(answer)
    except OSError:  # nobody listens any more
        return
    except BaseException as error:  # no memory for the copy, or nothing that can be sent
        with suppress(OSError):
            line.send(_failed(error))


def _teller(line: Connection) -> Tell:
    def tell(share: float, words: str) -> None:
        line.send(Progress(min(max(share, 0.0), 1.0), words))

    return tell


def _take_little(seconds: float, memory: int) -> None:
    """Give way to the pages, and be stopped by the system at the limits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):
        os.nice(NICE)
    try:
        import resource
    except ImportError:  # no such limits on this platform
        return
    _limit(resource.RLIMIT_CORE, 0)  # a core dump would hold what was in memory
    _limit(resource.RLIMIT_CPU, int(seconds) + _SPARE)
    _limit(resource.RLIMIT_AS, _address_space() + memory)


def _limit(kind: int, most: int) -> None:
    import resource

    hard = resource.getrlimit(kind)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with suppress(OSError, ValueError):  # some systems refuse some of them
        resource.setrlimit(kind, (most, hard))


def _address_space() -> int:
    """Bytes of addresses the process has; none where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as told:
            return int(told.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _end_with_the_server(line: Connection) -> None:
    """The server never writes: what can be read is the end of the line, also when the server was killed."""
    with suppress(OSError):
        line.poll(None)
    os._exit(1)
