"""Whether the database server answers: asked by one thread beside the pages, so that nobody waits to hear it again."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable

from riskmodels.records.errors import RecordsError

#: seconds between two tries to reach a server that was away
RETRY = 1.0


class Reach:
    """Remembers that the server is away, and notices when it is back.

    The first call that finds it away waits for its time-out; from then on every call is refused at once, while a
    thread tries by itself.

    Args:
        attempt: connects and asks something; raises where that fails.
    """

    def __init__(self, attempt: Callable[[], None]) -> None:
        self._attempt = attempt
        self._guard, self._ended = threading.Lock(), threading.Event()
        self._away = False

    @property
    def away(self) -> bool:
        """Whether the server did not answer when it was last asked."""
        return self._away

    def refuse_if_away(self) -> None:
        """Go on while the server answers.

        Raises:
            RecordsError: at once, while it is away.
        """
        if self._away:
            raise unreachable("still away")

    def trouble(self) -> str:
        """Why nothing is saved at present, in words; empty while the server answers."""
        return str(unreachable("still away")) if self._away else ""

    def lost(self) -> None:
        """It was found away: refuse from now on, and begin to try."""
        with self._guard:
            if self._away or self._ended.is_set():
                return
            self._away = True
        arguments = (weakref.ref(self), self._ended)  # a database that nobody holds any more is not asked for ever
        threading.Thread(target=_try_until_back, args=arguments, name="database-away", daemon=True).start()

    def close(self) -> None:
        """Stop trying."""
        self._ended.set()

    def try_again(self) -> bool:
        """One attempt; whether the server is back."""
        try:
            self._attempt()
        except Exception:  # whatever a driver raises means: not yet
            return False
        self._away = False
        return True


def _try_until_back(reach: weakref.ref[Reach], ended: threading.Event) -> None:
    while not ended.is_set():
        found = reach()
        if found is None or found.try_again():
            return
        del found
        ended.wait(RETRY)


def unreachable(log: str) -> RecordsError:
    """What a person is told when the database does not answer."""
    return RecordsError(
        "The database cannot be reached, is busy, or is damaged.",
        hint="Try again; if it stays so, check DATABASE_URL, the data folder and the disk, or restore a backup.",
        log=f"database: {log}",
    )
