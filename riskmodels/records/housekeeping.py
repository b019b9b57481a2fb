"""What goes when its time is over: drafts, and what was deleted long ago. Of jobs that is the queue's sweep.

The audit trail's anchor gets its copy in the data folder here, at the server's start and once an hour.
"""

from __future__ import annotations

from riskmodels.records import audit_begin, drafts, patients
from riskmodels.records.engine import Database


def tidy(database: Database) -> tuple[int, int]:
    """Remove drafts older than a day, and patients and visits whose undo period is over.

    Returns:
        How many drafts and how many records went.

    Raises:
        RecordsError: when the database cannot be reached.
    """
    audit_begin.keep(database)
    return drafts.purge(database), patients.purge(database)
