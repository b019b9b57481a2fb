"""What waits for a browser between launch and page: in the memory of this process, for minutes, taken once.

A browser is known by a random cookie, of which the hash is kept. No token is ever here.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from riskmodels.smart.launch import Launch
from riskmodels.smart.record import Record

#: the cookie's name, and seconds that something waits
COOKIE, SECONDS = "carerisk_smart", 600.0
#: launches and records that wait at once; the oldest goes
MOST = 50
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Arrived:
    """A record that was read.

    Args:
        record: what the server told.
        issuer: its address.
    """

    record: Record = field(repr=False)
    issuer: str


class Waiting(Generic[Thing]):
    """Things by browser, each taken once.

    Args:
        now: the clock, seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._lock = now, Lock()
        self._things: dict[str, tuple[float, Thing]] = {}

    def put(self, browser: str, thing: Thing) -> None:
        """Keep a thing for a browser in the place of what waited for it."""
        with self._lock:
            self._tidy()
            self._things.pop(_hash(browser), None)
            if len(self._things) >= MOST:
                del self._things[next(iter(self._things))]
            self._things[_hash(browser)] = (self._now() + SECONDS, thing)

    def take(self, browser: str) -> Thing | None:
        """What waits for a browser, and no longer does; None where nothing does."""
        with self._lock:
            self._tidy()
            found = self._things.pop(_hash(browser), None) if browser else None
            return None if found is None else found[1]

    def _tidy(self) -> None:
        now = self._now()
        self._things = {name: kept for name, kept in self._things.items() if kept[0] > now}


def new_browser() -> str:
    """A name for a browser that nobody can guess."""
    return secrets.token_urlsafe(32)


def _hash(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()


#: of this process
LAUNCHES: Waiting[Launch] = Waiting()
RECORDS: Waiting[Arrived] = Waiting()
