"""The list of patients: search, filter, sort, and any page of 100,000 at once.

A list is two stretches: the patients who have what it is sorted by (a last visit, an age, a risk, a label), in order,
then those who do not. Each stretch is walked along an index, from whichever end is nearer to the page.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from riskmodels.records.access import Actor, Role, require
from riskmodels.records.engine import Database
from riskmodels.records.facts import search_key
from riskmodels.records.jobs import now
from riskmodels.records.patients import UNDO, Patient, as_patient
from riskmodels.records.schema import AssessmentRow, PatientRiskRow, PatientRow, VisitRow

#: rows of a page at most
MOST = 200


class Sort(StrEnum):
    """What a list is sorted by; the value is a label for people."""

    LAST_VISIT = "Last visit"
    LABEL = "Label"
    AGE = "Age"
    RISK = "Risk"
    CREATED = "Added"


@dataclass(frozen=True)
class Query:
    """Which patients, in what order.

    Args:
        text: start of a code, or part of a label, whatever its case and accents.
        sex: code of the vocabulary.
        ages: youngest and oldest in completed years, both included.
        outcome: the one that ``risk_from`` and the sort by risk are about.
        risk_from: lowest risk, 0–1.
        seen_from, seen_to: days of the last visit, both included.
        deleted: those that were deleted and can be brought back, instead of those that are there.
        sort, descending: order; who lacks it comes last either way.
        page: 0, 1, 2, …; the last one where it is beyond.
        size: rows of a page, at most 200.
    """

    text: str = field(default="", repr=False)
    sex: int | None = field(default=None, repr=False)
    ages: tuple[float, float] | None = field(default=None, repr=False)
    outcome: str = "cvd_10y"
    risk_from: float | None = field(default=None, repr=False)
    seen_from: date | None = field(default=None, repr=False)
    seen_to: date | None = field(default=None, repr=False)
    deleted: bool = False
    sort: Sort = Sort.LAST_VISIT
    descending: bool = True
    page: int = 0
    size: int = 50


@dataclass(frozen=True)
class Listed:
    """A line of the list.

    Args:
        patient: whose record it is.
        risks: of the latest visit, by outcome.
        bounds: "at least" or "at most", by outcome, where a risk is told as that.
        known: names of the facts known at the latest visit.
    """

    patient: Patient
    risks: Mapping[str, float] = field(repr=False)
    bounds: Mapping[str, str] = field(default_factory=dict, repr=False)
    known: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class Listing:
    """A page of ``pages``, of a list of ``total`` patients."""

    rows: list[Listed]
    total: int
    page: int
    pages: int


def search(database: Database, actor: Actor, query: Query) -> Listing:
    """A page of the list.

    Raises:
        NotAllowedError: without the role.
    """
    require(actor, Role.CARE)
    size = min(max(query.size, 1), MOST)
    with database.read() as session:
        total, having = _counts(session, query)
        pages = max(math.ceil(total / size), 1)
        page = min(max(query.page, 0), pages - 1)
        ids = _ids(session, query, having, total, page * size, size)
        return Listing(_listed(session, ids), total, page, pages)


def _counts(session: Session, query: Query) -> tuple[int, int]:
    """How many patients there are, and how many of them have what the list is sorted by."""
    wanted: Any = select(func.count(), func.count(_sorted_by(query))).select_from(PatientRow)
    counted = _joined(wanted, query, outer=True).where(*_filters(query))
    if _about_risk(query):
        # true of all, and in no index: SQLite then reads the patients by id, side by side with the risks
        counted = counted.where(PatientRow.visits >= 0)
    total, having = session.execute(counted).one()
    return int(total), int(having)


def _ids(session: Session, query: Query, having: int, total: int, first: int, size: int) -> list[str]:
    """The ids of the rows ``first`` … ``first + size`` of the two stretches."""
    with_it = _joined(select(PatientRow.id), query).where(_has(query), *_filters(query))
    found = _stretch(session, with_it, _order(query), having, first, size)
    if len(found) < size and total > having:
        without = _joined(select(PatientRow.id), query, outer=True).where(~_has(query), *_filters(query))
        found += _stretch(session, without, [PatientRow.id], total - having, max(first - having, 0), size - len(found))
    return found


def _stretch(session: Session, wanted: Select[Any], order: list[Any], length: int, first: int, size: int) -> list[str]:
    """Rows of one stretch of known length; from behind where that is nearer."""
    size = min(size, length - first)
    if size <= 0:
        return []
    if first <= length // 2:
        return list(session.scalars(wanted.order_by(*order).offset(first).limit(size)))
    backwards = wanted.order_by(*(_turned(part) for part in order)).offset(length - first - size).limit(size)
    return list(session.scalars(backwards))[::-1]


def _sorted_by(query: Query) -> Any:
    """What the list is sorted by; null where a patient lacks it."""
    return {
        Sort.LAST_VISIT: PatientRow.last_visit,
        Sort.LABEL: func.nullif(PatientRow.label_key, ""),
        Sort.AGE: PatientRow.age,
        Sort.RISK: PatientRiskRow.risk,
        Sort.CREATED: PatientRow.created,
    }[query.sort]


def _has(query: Query) -> ColumnElement[bool]:
    if query.sort is Sort.LABEL:
        return PatientRow.label_key != ""
    column: ColumnElement[Any] = _sorted_by(query)
    return column.is_not(None)


def _order(query: Query) -> list[Any]:
    column = PatientRow.label_key if query.sort is Sort.LABEL else _sorted_by(query)
    last = PatientRiskRow.patient_id if query.sort is Sort.RISK else PatientRow.id
    return [column.desc(), last.desc()] if query.descending else [column, last]


def _turned(part: Any) -> Any:
    return part.element if getattr(part, "modifier", None) is not None else part.desc()


def _about_risk(query: Query) -> bool:
    return query.sort is Sort.RISK or query.risk_from is not None


def _joined(wanted: Select[Any], query: Query, outer: bool = False) -> Select[Any]:
    """With the risk of the query's outcome, where the query is about it."""
    if not _about_risk(query):
        return wanted
    of_outcome = and_(PatientRiskRow.patient_id == PatientRow.id, PatientRiskRow.outcome == query.outcome)
    return wanted.join(PatientRiskRow, of_outcome, isouter=outer or query.sort is not Sort.RISK)


def _filters(query: Query) -> list[ColumnElement[bool]]:
    """What each patient must be.

    ``coalesce`` keeps a database from walking the index of a range that half of the patients are in, one by one; to
    read all of them in a row takes a fifth of the time.
    """
    found = [_there(query)]
    if query.text.strip():
        found.append(_has_text(query.text.strip()))
    if query.sex is not None:
        found.append(PatientRow.sex == query.sex)
    if query.ages is not None:
        age = func.coalesce(PatientRow.age, -1)
        found += [age >= query.ages[0], age < math.floor(query.ages[1]) + 1]
    if query.risk_from is not None:
        found.append(func.coalesce(PatientRiskRow.risk, -1) >= max(query.risk_from, 0.0))
    if query.seen_from is not None:
        found.append(func.coalesce(PatientRow.last_visit, date.min) >= query.seen_from)
    if query.seen_to is not None:
        found.append(func.coalesce(PatientRow.last_visit, date.max) <= query.seen_to)
    return found


def _there(query: Query) -> ColumnElement[bool]:
    return PatientRow.deleted >= now() - UNDO if query.deleted else PatientRow.deleted.is_(None)


def _has_text(text: str) -> ColumnElement[bool]:
    code = text.upper()
    starts = code if code.startswith("P-") else f"P-{code}"
    inside = PatientRow.label_key.contains(search_key(text), autoescape=True)
    return or_(PatientRow.code.startswith(starts, autoescape=True), inside)


def _listed(session: Session, ids: list[str]) -> list[Listed]:
    """The rows of a page, in the order of the ids."""
    risks: dict[str, dict[str, float]] = {patient_id: {} for patient_id in ids}
    for row in session.scalars(select(PatientRiskRow).where(PatientRiskRow.patient_id.in_(ids))):
        risks[row.patient_id][row.outcome] = row.risk
    patients = {row.id: as_patient(row) for row in session.scalars(select(PatientRow).where(PatientRow.id.in_(ids)))}
    latest = _latest(session, ids)
    bounds = _bounds(session, {row.id: row.version for row in latest.values()})
    return [_line(patients[i], risks[i], latest.get(i), bounds) for i in ids]


def _line(
    patient: Patient, risks: Mapping[str, float], visit: VisitRow | None, bounds: Mapping[str, Mapping[str, str]]
) -> Listed:
    if visit is None:
        return Listed(patient, risks)
    return Listed(patient, risks, bounds.get(visit.id, {}), frozenset(visit.canonical))


def _latest(session: Session, ids: list[str]) -> dict[str, VisitRow]:
    """The latest visit by patient: of several on the last day the one written last, as in the patient's summary."""
    wanted = (
        select(VisitRow)
        .join(PatientRow, and_(PatientRow.id == VisitRow.patient_id, PatientRow.last_visit == VisitRow.day))
        .where(VisitRow.patient_id.in_(ids), VisitRow.deleted.is_(None))
        .order_by(VisitRow.created, VisitRow.id)
    )
    return {row.patient_id: row for row in session.scalars(wanted)}


def _bounds(session: Session, versions: Mapping[str, int]) -> dict[str, dict[str, str]]:
    """Where the risks of some visits, as they now stand, are bounds: by visit and outcome."""
    wanted = (
        select(AssessmentRow.visit_id, AssessmentRow.visit_version, AssessmentRow.outputs)
        .where(AssessmentRow.visit_id.in_(list(versions)))
        .order_by(AssessmentRow.created, AssessmentRow.id)
    )
    found: dict[str, dict[str, str]] = {visit: {} for visit in versions}
    for visit, version, outputs in session.execute(wanted):
        if version == versions[visit]:
            found[visit] |= {outcome: str(told.get("bound", "")) for outcome, told in outputs.items()}
    return {visit: {o: bound for o, bound in told.items() if bound} for visit, told in found.items()}
