"""The records: patients, visits, studies, jobs and who did what in, and out of, one database (SQLite or PostgreSQL).

Called by the pages, the server, workers and the command line.

``open_database()`` connects and brings it up to date. Every function takes the
:class:`~riskmodels.records.access.Actor` who asks, refuses without the role, and writes who did what into the audit
trail in the same transaction.
"""

from riskmodels.records.access import LOCAL, Actor, Role
from riskmodels.records.engine import Database, data_folder
from riskmodels.records.errors import ConflictError, LostJobError, NotAllowedError, NotFoundError, RecordsError
from riskmodels.records.jobs import Job
from riskmodels.records.schema import State
from riskmodels.records.upgrade import open_database

__all__ = [
    "LOCAL",
    "Actor",
    "ConflictError",
    "Database",
    "Job",
    "LostJobError",
    "NotAllowedError",
    "NotFoundError",
    "RecordsError",
    "Role",
    "State",
    "data_folder",
    "open_database",
]
