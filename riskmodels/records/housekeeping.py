"""What goes when its time is over: drafts, sign-ins, what was deleted long ago. Of jobs that is the queue's sweep."""

from __future__ import annotations

from riskmodels.records import drafts, patients, sign_ins
from riskmodels.records.engine import Database


def tidy(database: Database) -> tuple[int, int]:
    """Remove drafts older than a day, patients and visits whose undo period is over, and sign-ins long over.

    Returns:
        How many drafts and how many records went.

    Raises:
        RecordsError: when the database cannot be reached.
    """
    sign_ins.purge(database)
    return drafts.purge(database), patients.purge(database)
