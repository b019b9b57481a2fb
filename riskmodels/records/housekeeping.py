"""What goes when its time is over: drafts, sign-ins, what was deleted long ago. Of jobs that is the queue's sweep.

The audit trail's anchor gets its copy in the data folder here, at the server's start and once an hour.
"""

from __future__ import annotations

from riskmodels.records import audit_begin, drafts, patients, sign_ins
from riskmodels.records.engine import Database


def tidy(database: Database) -> tuple[int, int]:
    """Remove drafts older than a day, patients and visits whose undo period is over, and sign-ins long over.

    Returns:
        How many drafts and how many records went.

    Raises:
        RecordsError: when the database cannot be reached.
    """
    sign_ins.purge(database)
    audit_begin.keep(database)
    return drafts.purge(database), patients.purge(database)
