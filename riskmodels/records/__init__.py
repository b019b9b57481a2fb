"""The records: a database (SQLite, or PostgreSQL by address), its migrations, and the jobs in it.

``open_database()`` connects and brings it up to date; :mod:`riskmodels.records.jobs` holds the functions on jobs.
"""

from riskmodels.records.engine import Database, data_folder
from riskmodels.records.errors import LostJobError, RecordsError
from riskmodels.records.jobs import Job
from riskmodels.records.schema import State
from riskmodels.records.upgrade import open_database

__all__ = ["Database", "Job", "LostJobError", "RecordsError", "State", "data_folder", "open_database"]
