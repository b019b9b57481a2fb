"""Pages in turns: with many people at once one page is computed after the other, and the rest wait without cost.

Each session runs in a thread of its own. A page hands hundreds of elements to the server's loop, and after each its
thread waits for Python's lock, which another computing thread has taken meanwhile: fifty people waited 3.5 s for an
update with three pages computing at once, and 0.3 s with one (tests/load/run.py). A thread that waits for its turn
sleeps, and who came first is served first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


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


#: of the pages of this process
TURNS = Turns(1)
