"""Studies of a patient, of whatever kind: what was read in a file is kept and found, deleted, and brought back.

:mod:`riskmodels.records.images` and :mod:`riskmodels.records.signals` say what a study of theirs is.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from riskmodels.records import audit, undo
from riskmodels.records.access import Actor, Role, require
from riskmodels.records.audit import Action
from riskmodels.records.engine import Database
from riskmodels.records.errors import RecordsError
from riskmodels.records.jobs import now
from riskmodels.records.schema import ImageStudyRow, SignalStudyRow
from riskmodels.records.summary import lock_patient

Row = TypeVar("Row", ImageStudyRow, SignalStudyRow)
Study = TypeVar("Study")


@dataclass(frozen=True)
class Studies(Generic[Row, Study]):
    """The studies of one table.

    Args:
        table: where they stand.
        as_study: a row as a page sees it.
    """

    table: type[Row]
    as_study: Callable[[Row], Study]

    def keep(
        self, database: Database, actor: Actor, patient_id: str, values: Mapping[str, Any], detail: Mapping[str, Any]
    ) -> Study:
        """Add a study to a patient's record.

        Args:
            database: the records.
            actor: who keeps it, whose role was looked at.
            patient_id: whose it is.
            values: checked, by column.
            detail: for the audit trail; no value of the patient.

        Raises:
            NotFoundError: when there is no such patient.
        """
        with database.write() as session:
            lock_patient(session, patient_id)
            row = self.table(id=secrets.token_hex(16), patient_id=patient_id, created=now(), created_by=actor.id,
                             **values)  # fmt: skip
            session.add(row)
            session.flush()
            audit.append(session, actor, Action.CREATE, undo.KINDS[self.table], row.id, detail)
            return self.as_study(row)

    def of_patient(self, database: Database, actor: Actor, patient_id: str) -> list[Study]:
        """The studies of a patient, oldest first; none when the patient was deleted.

        Raises:
            NotAllowedError: without the role.
        """
        require(actor, Role.CARE)
        with database.read() as session:
            return [self.as_study(row) for row in session.scalars(undo.kept(self.table, patient_id))]

    def delete(self, database: Database, actor: Actor, study_id: str) -> None:
        """Take a study out of sight; for :data:`~riskmodels.records.undo.UNDO` it can be brought back.

        Raises:
            NotAllowedError: without the role.
            NotFoundError: when there is no such study.
        """
        require(actor, Role.CARE)
        with database.write() as session:
            undo.delete(session, actor, self.table, study_id)

    def restore(self, database: Database, actor: Actor, study_id: str) -> Study:
        """Bring a deleted study back.

        Raises:
            NotAllowedError: without the role.
            NotFoundError: when there is none, or it was deleted too long ago.
        """
        require(actor, Role.CARE)
        with database.write() as session:
            return self.as_study(undo.restore(session, actor, self.table, study_id))


def checked_result(result: Mapping[str, Any], of: str) -> dict[str, Any]:
    """What was read, as JSON can hold it.

    Args:
        result: numbers, texts, and lists and mappings of them.
        of: the file, as the person calls it.

    Raises:
        RecordsError: when it holds anything else, or a number that is none.
    """
    try:
        json.dumps(dict(result), allow_nan=False)
    except (TypeError, ValueError):
        raise RecordsError(
            f"The result of the {of} holds what cannot be kept: a number that is none, or an object.",
            hint="Keep numbers and texts only.",
            log="record refused: result",
        ) from None
    return dict(result)
