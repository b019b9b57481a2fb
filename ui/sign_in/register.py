"""Who is signed in: when somebody last did something, and which sign-ins are over. One register for all processes.

The identity cookie lives for 30 days and a browser can be refreshed, so neither tells how long a person has been away.
It is asked at every rerun, so the answer stands in memory: the database is read once, when a process first sees a
sign-in; a thread of the register (:meth:`Register.start`) tells it what happened here and hears what happened
elsewhere. A sign-out is written at once and reaches other processes within :data:`EVERY` seconds. While the database
cannot be reached, the sign-ins that a process knows go on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Event, Lock, RLock, Thread

from riskmodels.errors import CareRiskError
from riskmodels.records import Actor, Database, sign_ins
from riskmodels.records.sign_ins import SignIn
from ui.database import database
from ui.sign_in.claims import Claims, account_key, issued, sign_in_key
from ui.sign_in.settings import Settings

_LOG = logging.getLogger(__name__)
#: seconds between two exchanges with the database, and between two tellings that a person was active
EVERY, TOLD_EVERY = 5.0, 30.0
#: seconds that a sign-out waits for the database; what is not written by then is written when it can be
_PATIENCE = 2.0
_NEVER = float("-inf")


class End(StrEnum):
    """Why a sign-in is over."""

    IDLE = "nothing was done for too long"
    LATE = "it lasted as long as it may"
    OUT = "the person signed out"


@dataclass
class _Entry:
    """A sign-in as this process sees it; ``told`` and ``told_end``: what of it stands in the database."""

    account: str
    issued: float
    last: float
    end: End | None = None
    told: float = _NEVER
    told_end: bool = False
    actor: Actor | None = field(default=None, repr=False)
    #: apart, because looking an account up may wait for the database
    admission: Lock = field(default_factory=Lock, repr=False)

    def as_kept(self, key: str) -> SignIn:
        """As it stands in the database."""
        return SignIn(key, self.account, self.issued, self.last, self.end.name.lower() if self.end else "")


class Register:
    """The sign-ins.

    Args:
        clock: seconds since 1970.
        records: opens the database that all processes share; in memory alone where None.
    """

    def __init__(self, clock: Callable[[], float] = time.time, records: Callable[[], Database] | None = None) -> None:
        self._clock, self._records = clock, records
        self._entries: dict[str, _Entry] = {}
        self._lock = RLock()
        self._stopping = Event()
        self._thread: Thread | None = None

    def knows(self, claims: Claims) -> bool:
        """Whether this process has seen the sign-in: what is asked of it then needs no database."""
        return sign_in_key(claims) in self._entries

    def learn(self, claims: Claims) -> None:
        """See a sign-in, with what other processes and earlier runs know of it; may wait for the database, once.

        Raises:
            RecordsError: when the database cannot be reached.
        """
        self._entry(claims)

    def ended(self, claims: Claims, settings: Settings) -> End | None:
        """Why the sign-in is over; None while it lasts. What is over stays over.

        Raises:
            RecordsError: when the sign-in is new to this process and the database cannot be reached.
        """
        entry = self._entry(claims)
        with self._lock:
            now = self._clock()
            entry.last = min(entry.last, now)  # a clock that was set back gains nobody a longer stay
            if now - entry.issued >= settings.longest:
                entry.end = entry.end or End.LATE
            elif now - entry.last >= settings.idle:
                entry.end = entry.end or End.IDLE
            return entry.end

    def touch(self, claims: Claims, settings: Settings) -> None:
        """The person did something: the time without any action starts again, unless the sign-in is over.

        Never waits: of a sign-in that this process does not know yet nothing is noted.
        """
        with self._lock:
            if (self._records is None or self.knows(claims)) and self.ended(claims, settings) is None:
                self._entry(claims).last = self._clock()

    def sign_out(self, claims: Claims) -> None:
        """The person signed out: every tab of this sign-in is refused from now on, and so is a copy of its cookie.

        Here at once, in other processes within :data:`EVERY` seconds, and after a restart. It waits at most two
        seconds for the database.
        """
        with self._lock:
            entry = self._add(claims)
            entry.end, entry.told_end = End.OUT, False
        if self._records is not None:
            telling = Thread(target=self._try, args=(self._tell,), name="sign-out", daemon=True)
            telling.start()
            telling.join(_PATIENCE)

    def actor(self, claims: Claims, admit: Callable[[], Actor]) -> Actor:
        """The account of a sign-in.

        Args:
            claims: of the person.
            admit: looks the account up and keeps the sign-in; called once a sign-in and process.

        Raises:
            RecordsError: when the database cannot be reached.
        """
        entry = self._entry(claims)
        if entry.actor is None:
            with entry.admission:
                entry.actor = entry.actor or admit()
        return entry.actor

    def forget(self, settings: Settings) -> None:
        """Drop the sign-ins that would be over by their age in any case."""
        with self._lock:
            now = self._clock()
            self._entries = {k: e for k, e in self._entries.items() if now - e.issued < settings.longest}

    def exchange(self) -> None:
        """Tell the database what happened here, and hear what happened elsewhere.

        Raises:
            RecordsError: when it cannot be reached.
        """
        if self._records is None:
            return
        self._tell()
        with self._lock:
            lasting = [key for key, entry in self._entries.items() if key and entry.end is None]
        for key, kept in sign_ins.find(self._records(), lasting).items() if lasting else ():
            with self._lock:
                if key in self._entries:
                    self._hear(self._entries[key], kept)

    def start(self) -> None:
        """Exchange every few seconds, in a thread of its own."""
        self._stopping.clear()
        self._thread = Thread(target=self._run, name="sign-ins", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what it has not told yet is told now."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(_PATIENCE)

    def _run(self) -> None:
        while not self._stopping.wait(EVERY):
            self._try(self.exchange)
        self._try(self._tell)

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except CareRiskError as error:
            _LOG.warning("sign-ins are not exchanged with the database: %s", error.log)
        except Exception as error:  # the thread must outlive whatever a database can raise
            _LOG.error("sign-ins are not exchanged with the database: %s", type(error).__name__)

    def _tell(self) -> None:
        with self._lock:
            news = [(entry, entry.as_kept(key)) for key, entry in self._entries.items() if key and _is_news(entry)]
        if not news or self._records is None:
            return
        sign_ins.keep(self._records(), [told for _, told in news])
        with self._lock:
            for entry, told in news:
                entry.told, entry.told_end = told.last, told.end != ""

    def _hear(self, entry: _Entry, kept: SignIn) -> None:
        now = self._clock()
        entry.last = max(entry.last, min(kept.last, now))
        entry.told = max(entry.told, kept.last)
        if kept.end:
            entry.end, entry.told_end = End[kept.end.upper()], True

    def _entry(self, claims: Claims) -> _Entry:
        """The sign-in; the first time it is looked for in the database, while nobody else is held up."""
        key = sign_in_key(claims)
        entry = self._entries.get(key)
        if entry is not None:
            return entry
        kept = sign_ins.find(self._records(), [key]).get(key) if key and self._records else None
        with self._lock:
            entry = self._add(claims)
            if kept is not None:
                self._hear(entry, kept)
            return entry

    def _add(self, claims: Claims) -> _Entry:
        since = min(issued(claims), self._clock())
        return self._entries.setdefault(sign_in_key(claims), _Entry(account_key(claims), since, since))


def _is_news(entry: _Entry) -> bool:
    """Whether the database shall be told: a sign-out at once; of one that was let in, its end and its actions."""
    if entry.end is not None:
        return not entry.told_end and (entry.end is End.OUT or entry.actor is not None)
    return entry.actor is not None and entry.last - entry.told >= TOLD_EVERY


#: of this process
REGISTER = Register(records=database)
