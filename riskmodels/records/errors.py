"""What can be wrong with the records: an addition to the tree of :mod:`riskmodels.errors`."""

from __future__ import annotations

from riskmodels.errors import CareRiskError


class RecordsError(CareRiskError):
    """The database cannot be reached, is newer than the app, or refuses what was asked."""


class DisplacedError(RecordsError):
    """The file that is written to is not the database at its path any more: nothing is saved."""


class UncertainError(RecordsError):
    """The database went away in the middle of a commit: what was saved may be there, or not."""


class LostJobError(RecordsError):
    """A worker goes on with a job that is no longer its own: it must stop and write nothing."""


class NotAllowedError(RecordsError):
    """The person has none of the roles that this needs."""


class NotFoundError(RecordsError):
    """There is no such record, or it was deleted."""


class ConflictError(RecordsError):
    """Somebody else saved first. Nothing was written; subclasses carry what stands there now."""
