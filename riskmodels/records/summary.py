"""What a patient's row repeats of the latest visit, for lists: kept true in the transaction of every change.

Whoever changes a patient's visits locks the patient first (:func:`lock_patient`): two changes of two visits of one
patient then follow one another, and the second one's summary knows of the first.
"""

from __future__ import annotations

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from riskmodels.records import assessments
from riskmodels.records.errors import NotFoundError
from riskmodels.records.schema import PatientRiskRow, PatientRow, VisitRow


def lock_patient(session: Session, patient_id: str, deleted: bool = False) -> PatientRow:
    """The patient's row, held until the transaction ends.

    Args:
        session: of a transaction that writes.
        patient_id: which one.
        deleted: whether one that was deleted is looked for, or one that was not.

    Raises:
        NotFoundError: when there is none.
    """
    row = session.get(PatientRow, patient_id, with_for_update=True)
    if row is None or (row.deleted is not None) is not deleted:
        raise NotFoundError(
            "There is no such patient, or the patient was deleted.",
            hint="Look in Find a record, also among the deleted.",
            log="no such patient",
        )
    return row


def refresh(session: Session, patient: PatientRow) -> None:
    """Write number of visits, last visit, sex, age and risks anew from what the visits now say.

    The latest visit is the one of the latest day, of several on that day the one written last.
    """
    session.flush()
    kept = (VisitRow.patient_id == patient.id, VisitRow.deleted.is_(None))
    latest_first = (VisitRow.day.desc(), VisitRow.created.desc(), VisitRow.id.desc())
    wanted = select(VisitRow).where(*kept).order_by(*latest_first).limit(1)
    latest = session.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()
    canonical = latest.canonical if latest else {}
    patient.visits = session.scalar(select(func.count()).select_from(VisitRow).where(*kept)) or 0
    patient.last_visit = latest.day if latest else None
    patient.sex = int(canonical["sex"]) if "sex" in canonical else None
    patient.age = canonical.get("age")
    session.execute(delete(PatientRiskRow).where(PatientRiskRow.patient_id == patient.id))
    risks = assessments.risks_of(session, latest) if latest else {}
    if risks:
        rows = [{"patient_id": patient.id, "outcome": outcome, "risk": risk} for outcome, risk in risks.items()]
        session.execute(insert(PatientRiskRow), rows)
    session.flush()
