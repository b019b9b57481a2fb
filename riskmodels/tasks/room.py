"""The server's side: a bounded number of tasks at a time, each in a process of its own that is watched and ended.

Of the standard library alone: a process a task needs no queue between processes, no lock that a killed one could hold,
and leaves nothing of one person's file behind for the next. What a task returns crosses as multiprocessing sends it,
between two processes of ours.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, wait
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_all_start_methods, get_context, spawn
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from riskmodels.errors import CareRiskError
from riskmodels.tasks.worker import Done, Failed, Progress, Refused, work

Result = TypeVar("Result")
_LOG = logging.getLogger(__name__)
#: name of the processes
NAME = "carerisk-task"
_KEEPER: Any = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
_PREPARED = spawn.get_preparation_data
#: seconds between two looks at the time limit and at a wish to stop
_LOOK = 0.1
#: times a process is tried to be started, and seconds before the next: a keeper that was killed takes a moment to end
_TRIES, _AFTER = 5, 0.1
#: tasks that wait; more are refused
MOST_WAITING = 100
_GONE = "The program that read it was ended by the system, most likely for want of memory."
_TRY = "Try it again; if it happens again, ask for a smaller file, or tell who runs the program."


@dataclass(frozen=True)
class Limits:
    """What a task may take.

    Args:
        seconds: from its start.
        memory: bytes beyond what an idle process has.
    """

    seconds: float = 60.0
    memory: int = 2**30


DEFAULT = Limits()


class TaskError(CareRiskError):
    """A task that was ended: stopped, too slow, too large, or failed.

    Args:
        message: what happened.
        hint: what to do.
        kind: ``stopped``, ``time``, ``memory``, ``gone``, ``full`` or ``failed``.
    """

    def __init__(self, message: str, hint: str, kind: str) -> None:
        super().__init__(message, hint=hint, log=f"task ended: {kind}")
        self.kind = kind


class Task(Generic[Result]):
    """One piece of work; made by :meth:`Room.start`."""

    def __init__(self, work: Callable[[Task[Result]], Result]) -> None:
        self.progress = Progress()
        self._work: Callable[[Task[Result]], Result] | None = work  # holds the file, and so is dropped at its end
        self._stopping = threading.Event()
        self._future: Future[Result] = Future()

    @property
    def done(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self._future.done()

    @property
    def waiting(self) -> bool:
        """Whether others are before it."""
        return not self._future.running() and not self._future.done()

    @property
    def stopping(self) -> bool:
        """Whether it was told to end."""
        return self._stopping.is_set()

    def cancel(self) -> None:
        """End it, also in the midst of its work."""
        self._stopping.set()
        self._future.cancel()

    def result(self, timeout: float | None = None) -> Result:
        """What it gave; waits for it.

        Raises:
            CareRiskError: what the function raised on purpose, or a :class:`TaskError`.
            TimeoutError: when it is not there within ``timeout`` seconds.
        """
        try:
            return self._future.result(timeout)
        except CancelledError:
            raise _stopped() from None

    def wait(self, timeout: float) -> bool:
        """Whether it has ended within so many seconds."""
        return bool(wait([self._future], timeout).done)

    def run(self) -> None:
        """Do it now and keep what comes of it; nothing is raised."""
        work, self._work = self._work, None
        if work is None or not self._future.set_running_or_notify_cancel():
            return
        try:
            self._future.set_result(work(self))
        except BaseException as error:  # for whoever asks for the result
            self._future.set_exception(error)


class Room:
    """Places for work.

    Args:
        places: tasks at a time; others wait in the order in which they came.
    """

    def __init__(self, places: int) -> None:
        self._waiting: SimpleQueue[Task[Any]] = SimpleQueue()
        self._tasks: set[Task[Any]] = set()
        self._closed = False
        for number in range(places):  # daemons: they never keep a program from ending
            threading.Thread(target=self._serve, name=f"{NAME}-{number}", daemon=True).start()

    def start(self, function: Callable[..., Result], *args: Any, limits: Limits = DEFAULT) -> Task[Result]:
        """Begin a task, or queue it.

        Args:
            function: of a module of the library, called with ``args``, and with the keyword ``tell``
                (:data:`riskmodels.runtime.progress.Tell`) where it takes it.
            args: plain data, copied into the process.
            limits: what it may take.

        Returns:
            A handle that answers at once. What goes wrong is raised by :meth:`Task.result`.

        Raises:
            TaskError: when too many wait, or the program is about to end.
        """
        if self._closed or self._waiting.qsize() >= MOST_WAITING:
            raise TaskError("Too many files are being read.", "Try it again in a minute.", "full")
        task: Task[Result] = Task(lambda this: _watched(this, function, args, limits))
        self._tasks.add(task)
        self._waiting.put(task)
        return task

    def stop(self) -> None:
        """End all tasks, and take no more."""
        self._closed = True
        for task in tuple(self._tasks):
            task.cancel()

    def _serve(self) -> None:
        while not self._closed:
            task = self._waiting.get()
            task.run()
            self._tasks.discard(task)


@cache
def shared_room() -> Room:
    """The room of this process. At least four places: a few long tasks share the processors and hold up nobody."""
    return Room(max(4, os.cpu_count() or 1))


def _watched(task: Task[Result], function: Callable[..., Result], args: tuple[Any, ...], limits: Limits) -> Result:
    """Start the process, listen to it until it has answered, and end it whatever happens."""
    mine, its = _KEEPER.Pipe()
    with mine:
        with its:
            process = _begun(its, function, args, limits.seconds, limits.memory)
        try:
            return _answer(task, mine, time.monotonic() + limits.seconds, limits)
        finally:
            process.kill()
            process.join()
            process.close()


def _answer(task: Task[Result], line: Connection, end: float, limits: Limits) -> Result:
    while True:
        if task.stopping:
            raise _stopped()
        if time.monotonic() > end:
            raise TaskError(f"It took longer than {limits.seconds:.0f} seconds.", "Ask for a smaller file.", "time")
        if not line.poll(_LOOK):
            continue
        try:
            told = line.recv()
        except (EOFError, OSError):
            _LOG.warning("A task's process was ended")
            raise TaskError(_GONE, _TRY, "gone") from None
        if isinstance(told, Progress):
            task.progress = told
        else:
            result: Result = _taken(told, limits)
            return result


def _taken(told: Done | Refused | Failed, limits: Limits) -> Any:
    if isinstance(told, Done):
        return told.result
    if isinstance(told, Refused):
        raise told.error()
    if told.kind == "MemoryError":
        raise TaskError(
            f"It needs more than the {limits.memory / 2**30:.1f} GB of memory that it may take.",
            "Ask for a smaller file.",
            "memory",
        )
    raise TaskError("The program failed at this file.", _TRY, "failed")


def _stopped() -> TaskError:
    return TaskError("Stopped.", "Nothing was changed.", "stopped")


# ── the start of a process ──────────────────────────────────────────────────────────────────────────────────────────
#: imported by the keeper in its own process, never in this one
_READERS = "riskmodels.readers"
_STARTING = threading.Lock()


def _begun(*arguments: Any) -> Any:
    """A process for the worker, from the keeper, which is started at the first time and after it has died."""
    with _STARTING:  # multiprocessing is not made for several threads that start processes at once
        _KEEPER.set_forkserver_preload([_READERS])
        for _ in range(_TRIES):
            process = _KEEPER.Process(target=work, args=arguments, name=NAME, daemon=True)
            try:
                process.start()
            except (OSError, EOFError) as error:  # the keeper died in this moment; the next time there is another
                _LOG.warning("A task's process did not start: %s", type(error).__name__)
                time.sleep(_AFTER)
            else:
                return process
    raise TaskError("The program could not begin with it.", _TRY, "gone")


def _prepared(name: str) -> dict[str, Any]:
    """What multiprocessing tells a new process, without the main module for ours.

    It would run it there again; and while a page is drawn, Streamlit has put the page in the main module's place.
    """
    told: dict[str, Any] = _PREPARED(name)
    if name == NAME:
        told.pop("init_main_from_name", None)
        told.pop("init_main_from_path", None)
    return told


spawn.get_preparation_data = _prepared
