"""Who is signed in at this server: when somebody last did something, and which sign-ins are over.

The identity cookie lives for 30 days and a browser can be refreshed, so neither tells how long a person has been
away. One register a process; it starts empty, and a sign-in it does not know counts from when it was issued.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock, RLock

from riskmodels.records import Actor
from ui.sign_in_claims import Claims, issued, sign_in_key
from ui.sign_in_settings import Settings


class End(StrEnum):
    """Why a sign-in is over."""

    IDLE = "nothing was done for too long"
    LATE = "it lasted as long as it may"
    OUT = "the person signed out"


@dataclass
class _Entry:
    issued: float
    last: float
    end: End | None = None
    actor: Actor | None = field(default=None, repr=False)


class Register:
    """The sign-ins of this process.

    Args:
        clock: seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._entries: dict[str, _Entry] = {}
        self._lock = RLock()
        #: apart, because looking an account up may wait for the database
        self._admission = Lock()

    def ended(self, claims: Claims, settings: Settings) -> End | None:
        """Why the sign-in is over; None while it lasts. What is over stays over."""
        with self._lock:
            entry, now = self._entry(claims), self._clock()
            if now - entry.issued >= settings.longest:
                entry.end = entry.end or End.LATE
            elif now - entry.last >= settings.idle:
                entry.end = entry.end or End.IDLE
            return entry.end

    def touch(self, claims: Claims, settings: Settings) -> None:
        """The person did something: the time without any action starts again, unless the sign-in is over."""
        with self._lock:
            if self.ended(claims, settings) is None:
                self._entry(claims).last = self._clock()

    def sign_out(self, claims: Claims) -> None:
        """The person signed out: every tab of this sign-in is refused from now on, and so is a copy of its cookie."""
        with self._lock:
            self._entry(claims).end = End.OUT

    def actor(self, claims: Claims, admit: Callable[[], Actor]) -> Actor:
        """The account of a sign-in.

        Args:
            claims: of the person.
            admit: looks the account up and audits the sign-in; called once a sign-in.
        """
        with self._lock:
            entry = self._entry(claims)
        if entry.actor is None:
            with self._admission:
                entry.actor = entry.actor or admit()
        return entry.actor

    def forget(self, settings: Settings) -> None:
        """Drop the sign-ins that would be over by their age in any case."""
        with self._lock:
            now = self._clock()
            self._entries = {k: e for k, e in self._entries.items() if now - e.issued < settings.longest}

    def _entry(self, claims: Claims) -> _Entry:
        key = sign_in_key(claims)
        if key not in self._entries:
            since = min(issued(claims), self._clock())
            self._entries[key] = _Entry(since, since)
        return self._entries[key]


#: of this process
REGISTER = Register()
