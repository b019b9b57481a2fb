"""What can be wrong with the records: an addition to the tree of :mod:`riskmodels.errors`."""

from __future__ import annotations

from riskmodels.errors import CareRiskError


class RecordsError(CareRiskError):
    """The database cannot be reached, is newer than the app, or refuses what was asked."""


class LostJobError(RecordsError):
    """A worker goes on with a job that is no longer its own: it must stop and write nothing."""
