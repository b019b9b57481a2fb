"""PostgreSQL with bounds: how long a connection, a statement and a whole save may take, also when the server is frozen.

The server's own ``statement_timeout`` ends what takes long there. A server that does not answer at all (stopped, or
its network gone) ends nothing, so the client keeps a clock of its own and drops the connection.
"""

from __future__ import annotations

import math
import time
from typing import Any

import psycopg
from psycopg import errors

#: seconds to connect, to hear that a connection is alive, for one answer, and for a whole transaction that writes
CONNECT, ALIVE, ANSWER, SAVE = 3, 3.0, 6.0, 7.0
#: parameters of libpq, where the address does not name them: a host that is gone is noticed within 10 s
PARAMETERS: dict[str, Any] = {
    "connect_timeout": CONNECT,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
#: settings of each session on the server, milliseconds
_SESSION = {"statement_timeout": 6_000, "lock_timeout": 5_000, "idle_in_transaction_session_timeout": 30_000}
#: states in which the server, rather than a statement, is the trouble: shutting down, starting, connection lost
_SERVER = ("57P01", "57P02", "57P03")


class BoundedConnection(psycopg.Connection[Any]):
    """A connection whose every wait ends.

    Attributes:
        deadline: moment (monotonic) at which the transaction must be over; infinite where only each answer is bounded.
        patience: seconds for one answer.
    """

    deadline: float = math.inf
    patience: float = ALIVE

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for an answer of the server; where none comes in time the connection is dropped.

        Raises:
            psycopg.OperationalError: when the time is over.
        """
        left = max(0.0, min(self.patience, self.deadline - time.monotonic()))
        try:
            return super().wait(gen, interval, left if timeout is None else min(timeout, left))
        except errors._WaitTimeout:
            self.pgconn.finish()  # what the server still does with it is rolled back there
            raise psycopg.OperationalError("no answer in time") from None


def open_bounded(arguments: Any, parameters: dict[str, Any]) -> BoundedConnection:
    """Connect as the dialect would, with bounds.

    Args:
        arguments, parameters: what SQLAlchemy would give the driver.

    Raises:
        psycopg.OperationalError: when the server cannot be reached in time.
    """
    told = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())
    options = f"{told} {parameters.get('options', '')}".strip()  # of one setting the last counts: the address wins
    return BoundedConnection.connect(*arguments, **{**PARAMETERS, **parameters, "options": options})


def is_lost(error: BaseException | None) -> bool:
    """Whether an error of the driver says that the server is away, rather than that it refused something."""
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    state = error.sqlstate
    return state is None or state.startswith("08") or state in _SERVER
