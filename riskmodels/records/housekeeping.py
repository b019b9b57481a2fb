"""What goes when its time is over: drafts, and what was deleted long ago. Of jobs that is the queue's sweep."""

from __future__ import annotations

from riskmodels.records import drafts, patients
from riskmodels.records.engine import Database


def tidy(database: Database) -> tuple[int, int]:
    """Remove drafts older than a day, and patients and visits whose undo period is over.

    Returns:
        How many drafts and how many records went.

    Raises:
        RecordsError: when the database cannot be reached.
    """
    return drafts.purge(database), patients.purge(database)
