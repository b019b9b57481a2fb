"""Pages in turns: with many people at once, few compute and the others wait without cost.

Each session runs in a thread of its own. With fifty of them at work, threads spent much of the processor on handing
Python's lock around (py-spy); in turns the slowest updates take half the time (docs/benchmarks.md has the load). A
thread that waits for a turn sleeps, and who came first is served first.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

#: seconds that a thread may compute before another one asks for the interpreter; Python's own is 0.005
SWITCH_AFTER = 0.02


class Turns:
    """So many at once, the others in the order in which they came.

    Args:
        places: how many may be within at once.
    """

    def __init__(self, places: int) -> None:
        self._guard, self._free = Lock(), places
        self._waiting: deque[Lock] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a place, and give it back at the end, whatever happens within."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def _enter(self) -> None:
        with self._guard:
            if self._free:
                self._free -= 1
                return
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        mine.acquire()  # released by whoever leaves

    def _leave(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


#: of this process: one more than there are processors, so that one may wait for the database
TURNS = Turns((os.cpu_count() or 1) + 1)


def prepare_interpreter() -> None:
    """Have the interpreter's lock handed around less often; once, when the server starts."""
    sys.setswitchinterval(SWITCH_AFTER)
