"""What the models answered for a visit, kept so that it can be computed again and compared.

An assessment holds the inputs at full precision, the hash of the model, estimates and exact reasons. It is never
changed: a visit that is edited gets new ones, and the former stay with the former version of the visit.
"""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from riskmodels.measured import BY_MEASUREMENT, TESTS
from riskmodels.records.access import Actor, Role, require
from riskmodels.records.engine import Database
from riskmodels.records.errors import NotFoundError
from riskmodels.records.jobs import now
from riskmodels.records.model_hash import hash_of, model_hash
from riskmodels.records.schema import AssessmentRow, ModelVersionRow, PatientRow, VisitRow

if TYPE_CHECKING:  # they take seconds to import, and a list of patients needs none of them
    from riskmodels.assessment import Assessment
    from riskmodels.explain.shapley import Reasons
    from riskmodels.tabular.estimates import OutcomeEstimates
    from riskmodels.tabular.model import RiskModel

#: largest difference of a number computed again by the same model on another machine: sums of float64 in another order.
#: On the same kind of processor with as many threads the difference is exactly 0.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Estimate:
    """One outcome's answer. ``low`` and ``high``: 90 % interval; None where there is no number.

    Args:
        measured: what a measurement said to it; then there is no probability, unless the measurement was old.
        risk, low, high: probability 0–1; None where refused.
        logit: calibrated log-odds, also where refused.
        refused: why there is no estimate; empty where there is one.
        cautions: where the patient is near the edge of the training data.
        held: what is counted as the edge of the training data; empty where nothing is.
        bound: "at least" or "at most" where that says so; empty otherwise.
    """

    measured: str = field(default="", repr=False, kw_only=True)
    risk: float | None = field(repr=False)
    low: float | None = field(repr=False)
    high: float | None = field(repr=False)
    logit: float | None = field(repr=False)
    refused: str = field(default="", repr=False)
    cautions: str = field(default="", repr=False)
    held: str = field(default="", repr=False)
    bound: str = field(default="", repr=False)


@dataclass(frozen=True)
class Reason:
    """Exact Shapley values of one outcome in log-odds, of the known inputs: base + sum = log-odds.

    Behind an isotonic step they are those before it; see :class:`riskmodels.tabular.isotonic.SteppedReasons`.
    """

    base: float
    values: Mapping[str, float] = field(repr=False)


@dataclass(frozen=True)
class NewAssessment:
    """What one model answers, not yet kept.

    Args:
        model, version: its name and version.
        model_hash: SHA-256 of all that its numbers depend on.
        card: what is said about it.
        inputs: what it knew of the patient, canonical units, full precision; also what only decides whether it answers.
        inputs_hash: SHA-256 of their canonical JSON.
        outputs, reasons: by outcome.
    """

    model: str
    version: str
    model_hash: str
    card: Mapping[str, Any] = field(repr=False)
    inputs: Mapping[str, float] = field(repr=False)
    inputs_hash: str
    outputs: Mapping[str, Estimate] = field(repr=False)
    reasons: Mapping[str, Reason] = field(repr=False)


@dataclass(frozen=True)
class KeptAssessment:
    """A :class:`NewAssessment` that was kept: of which version of which visit, when, by whom (account id)."""

    id: str
    visit_id: str
    visit_version: int
    model: str
    version: str
    model_hash: str
    inputs: Mapping[str, float] = field(repr=False)
    inputs_hash: str
    outputs: Mapping[str, Estimate] = field(repr=False)
    reasons: Mapping[str, Reason] = field(repr=False)
    created: datetime
    created_by: str


@dataclass(frozen=True)
class Recomputed:
    """An assessment computed again.

    Args:
        same_model: whether the model at hand is the one that made it, by hash.
        largest_difference: of all its numbers; infinite where a number, a refusal or a caution came or went.
        now: what the model at hand answers.
    """

    same_model: bool
    largest_difference: float
    now: NewAssessment

    @property
    def agrees(self) -> bool:
        """Whether the same model gave the same numbers, within :data:`TOLERANCE`."""
        return self.same_model and self.largest_difference <= TOLERANCE


def to_keep(assessment: Assessment) -> list[NewAssessment]:
    """What is kept of the answers to one patient.

    Args:
        assessment: of one row.

    Returns:
        One a model.
    """
    if len(assessment.frame) != 1:
        raise ValueError(f"one row, not {len(assessment.frame)}")
    known = {str(name): float(value) for name, value in assessment.row().items() if not math.isnan(value)}
    return [_of_model(assessment, model, known) for model in assessment.models.values()]


def recompute(assessment: NewAssessment | KeptAssessment, models: Mapping[str, RiskModel]) -> Recomputed:
    """Compute an assessment again from its inputs and compare every number.

    Args:
        assessment: kept or not.
        models: by name.

    Raises:
        NotFoundError: when none of them has the assessment's model's name.
    """
    if assessment.model not in models:
        raise NotFoundError(
            f"The model {assessment.model} is not installed here.", hint="Install the models it came with."
        )
    old = any(told.measured and told.risk is not None for told in assessment.outputs.values())
    again = _asked(assessment.inputs, models[assessment.model], dict.fromkeys(TESTS, "an earlier day") if old else {})
    return Recomputed(again.model_hash == assessment.model_hash, _difference(assessment, again), again)


def of_visit(database: Database, actor: Actor, visit_id: str) -> list[KeptAssessment]:
    """The assessments of a visit as it now stands, one a model; none when it or its patient was deleted.

    Raises:
        NotAllowedError: without the role.
    """
    require(actor, Role.CARE)
    with database.read() as session:
        return _read(session, VisitRow.id == visit_id)


def of_patient(database: Database, actor: Actor, patient_id: str) -> dict[str, list[KeptAssessment]]:
    """The same for all visits of a patient, by the visit's id.

    Raises:
        NotAllowedError: without the role.
    """
    require(actor, Role.CARE)
    with database.read() as session:
        found: dict[str, list[KeptAssessment]] = {}
        for assessment in _read(session, VisitRow.patient_id == patient_id):
            found.setdefault(assessment.visit_id, []).append(assessment)
        return found


def store(session: Session, actor: Actor, visit_id: str, version: int, answers: Sequence[NewAssessment]) -> None:
    """Keep answers for one version of a visit, in the transaction that writes the visit."""
    _store_models(session, answers)
    for answer in answers:
        session.add(
            AssessmentRow(
                id=secrets.token_hex(16), visit_id=visit_id, visit_version=version, model_hash=answer.model_hash,
                inputs=dict(answer.inputs), inputs_hash=answer.inputs_hash,
                outputs={outcome: vars(estimate) for outcome, estimate in answer.outputs.items()},
                reasons={o: {"base": r.base, "values": dict(r.values)} for o, r in answer.reasons.items()},
                created=now(), created_by=actor.id,
            )
        )  # fmt: skip
    session.flush()


def risks_of(session: Session, visit: VisitRow) -> dict[str, float]:
    """The risks of a visit as it now stands, by outcome; refused ones do not stand here."""
    estimates = [item for a in _read(session, VisitRow.id == visit.id) for item in a.outputs.items()]
    return {outcome: estimate.risk for outcome, estimate in estimates if estimate.risk is not None}


def _asked(known: Mapping[str, float], model: RiskModel, old: Mapping[str, str]) -> NewAssessment:
    import pandas as pd

    from riskmodels.assessment import assess

    frame = pd.DataFrame([known], index=[0], dtype=float)
    return _of_model(assess(frame, {model.name: model}, old=old), model, known)


def _of_model(assessment: Assessment, model: RiskModel, known: Mapping[str, float]) -> NewAssessment:
    inputs = {name: known[name] for name in _read_by(model) if name in known}
    return NewAssessment(
        model=model.name,
        version=model.version,
        model_hash=model_hash(model),
        card=model.card,
        inputs=inputs,
        inputs_hash=hash_of(inputs),
        outputs={o: _estimate(assessment[o], str(assessment.measured(o)[0])) for o in model.outcomes},
        reasons={o: _reason(assessment.reasons(o), inputs) for o in model.outcomes if not _decided(assessment, o)},
    )


def _read_by(model: RiskModel) -> list[str]:
    """All that decides an answer, in a fixed order: the inputs, and what says whom an outcome does not hold for."""
    from riskmodels.outcomes import OUTCOME

    outcomes = [OUTCOME[name] for name in model.outcomes if name in OUTCOME]
    deciding = [name for outcome in outcomes for name in (*outcome.required, *outcome.already, "pregnancy")]
    return list(dict.fromkeys([*model.inputs, *deciding]))


def _decided(assessment: Assessment, outcome: str) -> bool:
    """Whether a measurement answers: then what the model would say is not kept, neither number nor reasons."""
    return bool(assessment.measurements.decides(outcome)[0])


def _estimate(found: OutcomeEstimates, measured: str) -> Estimate:
    numbers = (float(values[0]) for values in (found.risk, found.low, found.high, found.logit))
    risk, low, high, logit = (value if math.isfinite(value) else None for value in numbers)
    if found.refused[0] == BY_MEASUREMENT:
        logit = None
    said = (str(words[0]) for words in (found.refused, found.cautions, found.held, found.bound))
    return Estimate(risk, low, high, logit, *said, measured=measured)


def _reason(reasons: Reasons, inputs: Mapping[str, float]) -> Reason:
    row = reasons.values.iloc[0]  # noqa: PD011 - a table of ours
    return Reason(float(reasons.base), {name: float(row[name]) for name in row.index if name in inputs})


def _difference(before: NewAssessment | KeptAssessment, after: NewAssessment) -> float:
    """The largest absolute difference of two answers' numbers; infinite where one says what the other does not."""
    one, other = _said(before), _said(after)
    if one.keys() != other.keys():
        return math.inf
    return max((abs(one[key] - other[key]) for key in one), default=0.0)


def _said(answer: NewAssessment | KeptAssessment) -> dict[tuple[str, ...], float]:
    """Every number by where it stands. A text stands in its place, so that another text is another place."""
    said: dict[tuple[str, ...], float] = {}
    for outcome, estimate in answer.outputs.items():
        for name, value in vars(estimate).items():
            if name == "measured":  # follows from the inputs, the units shown and the dates of the visit
                continue
            if isinstance(value, str):
                said[outcome, name, value] = 0.0
            elif value is not None:
                said[outcome, name] = value
    for outcome, reason in answer.reasons.items():
        said[outcome, "base"] = reason.base
        said |= {(outcome, "because of", name): value for name, value in dict(reason.values).items()}
    return said


def _read(session: Session, which: Any) -> list[KeptAssessment]:
    """Assessments of the present version of visits, one a model; none of what was deleted."""
    wanted = (
        select(AssessmentRow, ModelVersionRow.name, ModelVersionRow.version)
        .join(ModelVersionRow, ModelVersionRow.hash == AssessmentRow.model_hash)
        .join(VisitRow, VisitRow.id == AssessmentRow.visit_id)
        .join(PatientRow, PatientRow.id == VisitRow.patient_id)
        .where(which, AssessmentRow.visit_version == VisitRow.version)
        .where(VisitRow.deleted.is_(None), PatientRow.deleted.is_(None))
        .order_by(AssessmentRow.created, AssessmentRow.id)
    )
    newest = {
        (row.visit_id, name): _as_assessment(row, name, version) for row, name, version in session.execute(wanted)
    }
    return sorted(newest.values(), key=lambda a: (a.visit_id, a.model))


def _as_assessment(row: AssessmentRow, model: str, version: str) -> KeptAssessment:
    return KeptAssessment(
        row.id, row.visit_id, row.visit_version, model, version, row.model_hash, row.inputs, row.inputs_hash,
        {outcome: Estimate(**estimate) for outcome, estimate in row.outputs.items()},
        {outcome: Reason(reason["base"], reason["values"]) for outcome, reason in row.reasons.items()},
        row.created, row.created_by,
    )  # fmt: skip


def _store_models(session: Session, answers: Sequence[NewAssessment]) -> None:
    """Keep each model once. In the order of their hashes: two who keep the same two never wait for one another."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for answer in sorted(answers, key=lambda a: a.model_hash):
        values = {"hash": answer.model_hash, "name": answer.model, "version": answer.version,
                  "card": _plain(answer.card), "first_used": now()}  # fmt: skip
        if session.get(ModelVersionRow, answer.model_hash) is None:
            session.execute(insert(ModelVersionRow).values(**values).on_conflict_do_nothing())


def _plain(card: Mapping[str, Any]) -> dict[str, Any]:
    """A card as JSON that every database takes: numbers that are none become null."""
    text = json.dumps(dict(card), default=str)
    return cast("dict[str, Any]", json.loads(text, parse_constant=lambda _: None))


__all__ = [
    "TOLERANCE",
    "Estimate",
    "KeptAssessment",
    "NewAssessment",
    "Reason",
    "Recomputed",
    "of_patient",
    "of_visit",
    "recompute",
    "risks_of",
    "store",
    "to_keep",
]
