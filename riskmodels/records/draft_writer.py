"""Drafts are written beside the pages: a page hands over what stands in its form, and waits a moment at most.

One thread writes what is newest of each form. What fails is tried again until it succeeds, something newer comes, or
ten minutes have passed, so that a database that was away for a while has everything once it is back.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition, Event, Thread

from riskmodels.errors import CareRiskError

_LOG = logging.getLogger(__name__)
#: seconds between two tries, and after which what could not be written is given up
RETRY, GIVE_UP = 1.0, 600.0


@dataclass
class Ticket:
    """What became of one draft that was handed over.

    Attributes:
        error: why the first try failed; None where it did not.
    """

    act: Callable[[], object] = field(repr=False)
    since: float = field(default_factory=time.monotonic)
    error: CareRiskError | None = None
    _tried: Event = field(default_factory=Event, repr=False)

    def wait(self, seconds: float) -> bool:
        """Wait until it was tried once; whether it was."""
        return self._tried.wait(seconds)

    def attempt(self) -> bool:
        """Write it; whether there is nothing left to do. Anything but one of our errors would fail again."""
        try:
            self.act()
            return True
        except CareRiskError as error:
            self.error = self.error if self._tried.is_set() else error
            return time.monotonic() - self.since > GIVE_UP
        except Exception as error:  # the thread must outlive whatever a driver can raise
            _LOG.error("A draft was not written: %s", type(error).__name__)
            return True
        finally:
            self._tried.set()


class Writer:
    """The newest draft of each form, and the thread that writes them; it begins with the first one."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Ticket] = OrderedDict()
        self._changed = Condition()
        self._thread: Thread | None = None
        self._busy = False

    def put(self, form: str, act: Callable[[], object]) -> Ticket:
        """Hand over what is newest of a form; what waits of it is not written any more.

        Args:
            form: whose draft it is.
            act: writes it; raises a CareRiskError where that may succeed later.
        """
        ticket = Ticket(act)
        with self._changed:
            self._waiting[form] = ticket
            self._waiting.move_to_end(form)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="draft-writer", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        return ticket

    def flush(self, seconds: float) -> bool:
        """Wait until everything is written; whether that is so. For the end of the server."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._busy, seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting))
                form, ticket = self._waiting.popitem(last=False)
                self._busy = True
            done = ticket.attempt()
            with self._changed:
                self._busy = False
                if not done:
                    self._waiting.setdefault(form, ticket)  # something newer goes first
                    self._changed.wait_for(self._is_untried, RETRY)
                self._changed.notify_all()

    def _is_untried(self) -> bool:
        return any(not ticket.wait(0) for ticket in self._waiting.values())


#: of this process
WRITER = Writer()
