"""One entry point: a scored cohort → a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from riskmodels.cohort_report.comparison import comparison_section
from riskmodels.cohort_report.decision import compared_decision_section, decision_section
from riskmodels.cohort_report.description import (
    counts_section,
    distribution_section,
    groups_section,
    missing_section,
)
from riskmodels.cohort_report.drift import drift_section
from riskmodels.cohort_report.importance import (
    MOST_EXPLAINED,
    cloud_section,
    dependence_section,
    explain_rows,
    importance_section,
)
from riskmodels.cohort_report.left_out import left_out_section
from riskmodels.cohort_report.rows import (
    Rows,
    flow_section,
    on_compared,
    on_estimated,
    on_flaggable,
    on_judged,
    on_told,
)
from riskmodels.cohort_report.tables import CohortReport, Section
from riskmodels.cohort_report.training_distribution import Distribution, training_distribution
from riskmodels.cohort_report.triage import MOST_LISTED, Rule, triage_list, triage_section
from riskmodels.cohort_report.validation import (
    calibration_section,
    curves_sections,
    metrics_section,
    subgroup_section,
    threshold_section,
)
from riskmodels.columns import Columns
from riskmodels.errors import InputError
from riskmodels.evaluation import Plan
from riskmodels.measured import Measured
from riskmodels.outcomes import OUTCOME
from riskmodels.scores.disagreement import SAME_KIND
from riskmodels.scores.registry import REGISTRY
from riskmodels.tabular.estimates import Prediction
from riskmodels.tabular.model import RiskModel, today

#: rows a statistic is computed on; drawn at random where there are more, which its section says
MOST_ROWS = 20_000
#: inputs whose dependence is shown
MOST_DEPENDENCES = 6
_SEED = 20261124


def build_report(
    frame: pd.DataFrame,
    prediction: Prediction,
    model: RiskModel,
    outcome: str,
    *,
    label: pd.Series | None = None,
    patient: pd.Series | None = None,
    subgroups: pd.DataFrame | None = None,
    published: Mapping[str, pd.Series] | None = None,
    rule: Rule | None = None,
    listed: bool = False,
    units: dict[str, str] | None = None,
    problems: int | None = None,
    file: str = "",
    replicates: int = 500,
    seed: int = _SEED,
) -> CohortReport:
    """Report on one outcome of a cohort.

    Args:
        frame: PatientFrame.
        prediction: of that frame, from ``model``.
        model: explains the rows; carries what is known of its training people.
        outcome: one of the model's.
        label: 0, 1 or NaN by row (see :func:`~riskmodels.cohort_report.labels.outcome_labels`); None without one.
        patient: id of each row; rows of one id are drawn together in the bootstrap.
        subgroups: text columns that divide the rows, besides sex and age.
        published: risks (0–1) by title of score, to compare with; those of :func:`published_risks` when None.
        rule: whom to flag; the highest tenth when None.
        listed: add the triage list: the only part with patients' values.
        units: unit symbol by variable for the words of the list.
        problems: rows with a value that could not be used, where known.
        file: name of the analyst's file.
        replicates, seed: of the bootstrap.

    Where a measurement answers the outcome the model's estimate is judged all the same, but nobody is flagged by it.
    Every section says on which rows it stands (:mod:`~riskmodels.cohort_report.rows`).

    Returns:
        :class:`~riskmodels.cohort_report.tables.CohortReport`. Sections "flow", "left_out", "counts", "distribution",
        "groups", "missing", "drift", "importance", "cloud", "dependence", "triage"; with ``listed`` "triage_list"; with
        ``label`` "metrics", "roc", "precision_recall", "calibration", "decision", where a published score is compared
        "comparison" and "comparison_decision", "threshold", "subgroups".

    Raises:
        InputError: when the model does not estimate the outcome, or rows, labels or ids are not of the same rows.
    """
    _refuse_wrong(frame, prediction, model, outcome, label, patient, subgroups)
    rule = rule or Rule()
    risk = prediction.risk[outcome]
    measured = pd.Series(Measured(Columns.of(frame)).decides(outcome), index=frame.index)
    if published is None:
        published = {} if label is None else published_risks(frame[label.notna()], outcome)
    rows = Rows.of(prediction, outcome, measured, label, {t: s.reindex(frame.index) for t, s in published.items()})
    cohort = _Cohort(frame, risk, label, subgroups, patient, Plan(replicates, seed))
    drawn = cohort.some(rows.estimated)
    sections = [
        flow_section(rows),
        left_out_section(frame, rows, model.inputs_of(outcome), cohort.plan),
        *_described(cohort, drawn, rows, model, outcome, prediction, problems),
        _standing(triage_section(risk.mask(measured), rule, int((measured & risk.notna()).sum())), on_flaggable(rows)),
    ]
    if listed:
        sections.append(_list(frame, prediction, model, outcome, rule, measured, patient, units))
    if label is not None:
        sections += _validated(cohort, rows, rule.cut(risk))
    known = risk.notna() & (label.notna() if label is not None else False)
    described = OUTCOME.get(outcome)
    return CohortReport(
        outcome,
        described.label if described else str(model.card.get("outcome_label", outcome)),
        described.definition if described else str(model.card.get("outcome_definition", "")),
        model.name,
        model.version,
        today(),
        file,
        len(frame),
        int(risk.notna().sum()),
        int(known.sum()),
        int(label[known].sum()) if label is not None else 0,
        len(drawn.frame),
        replicates,
        cohort.plan.level,
        tuple(sections),
    )


def published_risks(frame: pd.DataFrame, outcome: str) -> dict[str, pd.Series]:
    """Published scores of the same kind that are probabilities and can be computed for somebody here, by title.

    Args:
        frame: PatientFrame.
        outcome: name; point scores are no probabilities and are left out.
    """
    found = {}
    for name, column in SAME_KIND.get(outcome, ()):
        score = REGISTRY[name]
        if score.is_risk and not {"region"} & set(
            score.options
        ):  # a score that needs to know the country is not guessed
            values = score.function(frame)[column].astype(float)
            if values.notna().any():
                found[score.title] = values
    return found


def _described(
    cohort: _Cohort,
    drawn: _Cohort,
    rows: Rows,
    model: RiskModel,
    outcome: str,
    prediction: Prediction,
    problems: int | None,
) -> list[Section]:
    """What needs no outcome column, on all rows or on those with an estimate."""
    inputs, training = model.inputs_of(outcome), training_distribution(model)
    everybody = f"On all {len(cohort.frame):,} rows read."
    counts = counts_section(prediction.refused[outcome], prediction.held[outcome], problems, rows.measured)
    missing = missing_section(cohort.frame, inputs, {n: (d.known, d.unknown) for n, d in training.items()})
    return [
        _standing(counts, everybody),
        _standing(distribution_section(cohort.risk, cohort.label), on_estimated(rows)),
        _standing(
            groups_section(drawn.frame, drawn.risk, drawn.label, drawn.plan), on_estimated(rows, len(drawn.frame))
        ),
        _standing(missing, everybody),
        _drift(cohort, inputs, training),
        *_explained(drawn, rows, model, outcome),
    ]


def _standing(section: Section, basis: str) -> Section:
    return replace(section, basis=basis)


def _drift(cohort: _Cohort, inputs: tuple[str, ...], training: Mapping[str, Distribution]) -> Section:
    """Of all rows; where patients must be drawn together, of so many rows that this can be done."""
    all_rows = pd.Series(True, index=cohort.frame.index)
    some = cohort if cohort.plan.groups is None else cohort.some(all_rows)
    n, read = len(some.frame), len(cohort.frame)
    whom = f"the {n:,} rows read" if n == read else f"{n:,} drawn at random from the {read:,} rows read"
    basis = f"On {whom}; each input is compared where it is known."
    return _standing(drift_section(some.frame, inputs, training, some.plan), basis)


class _Cohort:
    """Rows that statistics are computed on, and how they are drawn again."""

    def __init__(
        self,
        frame: pd.DataFrame,
        risk: pd.Series,
        label: pd.Series | None,
        subgroups: pd.DataFrame | None,
        patient: pd.Series | None,
        plan: Plan,
    ) -> None:
        self.frame, self.risk, self.label, self.subgroups, self.patient = frame, risk, label, subgroups, patient
        self.plan = replace(plan, groups=None if patient is None else patient.to_numpy())

    def some(self, rows: pd.Series) -> _Cohort:
        """These rows, at most :data:`MOST_ROWS` of them, drawn at random."""
        places = np.flatnonzero(rows.to_numpy(bool))
        if len(places) > MOST_ROWS:
            places = np.sort(np.random.default_rng(self.plan.seed).choice(places, MOST_ROWS, replace=False))
        label, patient = (None if p is None else p.iloc[places] for p in (self.label, self.patient))
        subgroups = None if self.subgroups is None else self.subgroups.iloc[places]
        return _Cohort(self.frame.iloc[places], self.risk.iloc[places], label, subgroups, patient, self.plan)


def _refuse_wrong(
    frame: pd.DataFrame,
    prediction: Prediction,
    model: RiskModel,
    outcome: str,
    *columns: pd.Series | pd.DataFrame | None,
) -> None:
    if outcome not in model.outcomes or outcome not in prediction.risk:
        raise InputError(f"The model {model.name} does not estimate {outcome}.")
    if not frame.index.is_unique:
        raise InputError("The rows have no distinct labels.", hint="Use reset_index() first.")
    for part in (prediction.risk, *columns):
        if part is not None and not part.index.equals(frame.index):
            raise InputError("Estimates, outcomes and ids are not of the same rows.")


def _explained(drawn: _Cohort, rows: Rows, model: RiskModel, outcome: str) -> list[Section]:
    rng, plan = np.random.default_rng(_SEED), drawn.plan
    chosen = np.arange(len(drawn.frame))
    if len(chosen) > MOST_EXPLAINED:
        chosen = np.sort(rng.choice(chosen, MOST_EXPLAINED, replace=False))
    data = drawn.frame.iloc[chosen].reindex(columns=list(model.inputs))
    values = explain_rows(model, data, outcome)
    groups = None if plan.groups is None else np.asarray(plan.groups)[chosen]
    importance = importance_section(values, data, Plan(plan.replicates, plan.seed, plan.level, groups))
    moving = list(importance.table.loc[importance.table["importance"] > 0, "input"])
    cloud = cloud_section(values, data, moving)
    sections = (importance, cloud, dependence_section(values, data, moving[:MOST_DEPENDENCES]))
    basis = on_estimated(rows, len(chosen))
    return [_standing(section, basis) for section in sections]


def _list(
    frame: pd.DataFrame,
    prediction: Prediction,
    model: RiskModel,
    outcome: str,
    rule: Rule,
    measured: pd.Series,
    patient: pd.Series | None,
    units: dict[str, str] | None,
) -> Section:
    numbers = {part: getattr(prediction, part)[outcome].mask(measured) for part in ("risk", "low", "high")}
    risk = pd.DataFrame(numbers | {"held": prediction.held[outcome].mask(measured, "")})
    first = risk.loc[rule.flag(risk["risk"]), "risk"].nlargest(MOST_LISTED, keep="first").index
    rows = frame.loc[first].reindex(columns=list(model.inputs))
    return triage_list(frame, risk, explain_rows(model, rows, outcome), rule, patient, units)


def _validated(cohort: _Cohort, rows: Rows, cut: float) -> list[Section]:
    """What needs an outcome column: on the rows with an estimate and a known outcome, or on all with a known one."""
    some, told = cohort.some(rows.judged), cohort.some(rows.told)
    assert some.label is not None
    assert told.label is not None
    label, risk, plan = some.label, some.risk, some.plan
    judged = on_judged(rows, len(risk))
    measures = (
        metrics_section(label, risk, rows.measured.loc[risk.index], plan),
        *curves_sections(label, risk, plan),
        calibration_section(label, risk, plan),
    )
    decision = decision_section(told.label, told.risk, rows.measured.loc[told.risk.index], told.plan)
    parts = subgroup_section(told.frame, told.label, told.risk, told.subgroups, cut, told.plan)
    return [
        *(_standing(section, judged) for section in measures),
        _standing(decision, on_told(rows, len(told.risk))),
        *_compared(cohort, rows),
        _standing(threshold_section(label, risk, cut, plan), judged),
        _standing(parts, f"{on_told(rows, len(told.risk))} Each part says how many of it have no estimate."),
    ]


def _compared(cohort: _Cohort, rows: Rows) -> list[Section]:
    """The model beside the published scores, all of them on the same rows."""
    if not rows.scores:
        return []
    some = cohort.some(rows.compared)
    label, risk, basis = some.label, some.risk, on_compared(rows, len(some.risk))
    assert label is not None
    scores = {title: score.loc[risk.index] for title, score in rows.scores.items()}
    return [
        _standing(comparison_section(label, risk, scores, rows.alone(), some.plan), basis),
        _standing(compared_decision_section(label, risk, scores, some.plan), basis),
    ]
