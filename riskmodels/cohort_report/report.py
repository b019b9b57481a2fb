"""One entry point: a scored cohort → a report."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

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
from riskmodels.cohort_report.tables import CohortReport, Section
from riskmodels.cohort_report.training_distribution import Distribution, training_distribution
from riskmodels.cohort_report.triage import MOST_LISTED, Rule, triage_list, triage_section
from riskmodels.cohort_report.validation import (
    calibration_section,
    curves_sections,
    decision_section,
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

#: rows the statistics are computed on; drawn at random from larger cohorts, which the report says
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
        published: risks (0–1) by title of score, for the decision curve; those of :func:`published_risks` when None.
        rule: whom to flag; the highest tenth when None.
        listed: add the triage list: the only part with patients' values.
        units: unit symbol by variable for the words of the list.
        problems: rows with a value that could not be used, where known.
        file: name of the analyst's file.
        replicates, seed: of the bootstrap.

    Where a measurement answers the outcome the model's estimate is judged all the same, but nobody is flagged by it.

    Returns:
        :class:`~riskmodels.cohort_report.tables.CohortReport`. Sections "counts", "distribution", "groups", "missing",
        "drift", "importance", "cloud", "dependence", "triage"; with ``listed`` "triage_list"; with ``label`` "metrics",
        "roc", "precision_recall", "calibration", "decision", "threshold", "subgroups".

    Raises:
        InputError: when the model does not estimate the outcome, or rows, labels or ids are not of the same rows.
    """
    _refuse_wrong(frame, prediction, model, outcome, label, patient, subgroups)
    rule = rule or Rule()
    risk = prediction.risk[outcome]
    measured = pd.Series(Measured(Columns.of(frame)).decides(outcome), index=frame.index)
    kept = _sample(risk, label, seed)
    drawn = _Drawn(frame, risk, label, subgroups, patient).rows(kept)
    plan = Plan(replicates, seed, 0.95, None if patient is None else patient.loc[kept].to_numpy())
    inputs = model.inputs_of(outcome)
    training = training_distribution(model)
    sections = [
        counts_section(prediction.refused[outcome], prediction.held[outcome], problems, measured),
        distribution_section(risk, label),
        groups_section(drawn.frame, drawn.risk, drawn.label, plan),
        missing_section(frame, inputs, {n: (d.known, d.unknown) for n, d in training.items()}),
        _drift(frame, inputs, training, patient, plan),
        *_explained(drawn, model, outcome, plan),
        triage_section(risk.mask(measured), rule, int((measured & risk.notna()).sum())),
    ]
    if listed:
        sections.append(_list(frame, prediction, model, outcome, rule, measured, patient, units))
    if label is not None:
        scores = published_risks(drawn.frame, outcome) if published is None else published
        sections += _validated(drawn, {t: s.reindex(kept) for t, s in scores.items()}, rule.cut(risk), plan)
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
        len(kept),
        replicates,
        plan.level,
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


def _drift(
    frame: pd.DataFrame,
    inputs: tuple[str, ...],
    training: Mapping[str, Distribution],
    patient: pd.Series | None,
    plan: Plan,
) -> Section:
    """Of all rows; where patients must be drawn together, of so many rows that this can be done."""
    if patient is None:
        return drift_section(frame, inputs, training, Plan(plan.replicates, plan.seed, plan.level))
    rows = frame.index
    if len(frame) > MOST_ROWS:
        chosen = np.random.default_rng(plan.seed).choice(len(frame), MOST_ROWS, replace=False)
        rows = frame.index[np.sort(chosen)]
    groups = patient.loc[rows].to_numpy()
    return drift_section(frame.loc[rows], inputs, training, Plan(plan.replicates, plan.seed, plan.level, groups))


class _Drawn:
    """The rows statistics are computed on."""

    def __init__(
        self,
        frame: pd.DataFrame,
        risk: pd.Series,
        label: pd.Series | None,
        subgroups: pd.DataFrame | None,
        patient: pd.Series | None,
    ) -> None:
        self.frame, self.risk, self.label, self.subgroups, self.patient = frame, risk, label, subgroups, patient

    def rows(self, kept: pd.Index) -> _Drawn:
        """These rows only."""
        parts = (None if p is None else p.loc[kept] for p in (self.label, self.subgroups, self.patient))
        return _Drawn(self.frame.loc[kept], self.risk.loc[kept], *parts)  # type: ignore[arg-type]


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


def _sample(risk: pd.Series, label: pd.Series | None, seed: int) -> pd.Index:
    """Rows with an estimate; with an outcome column those with a known outcome come first."""
    given = np.flatnonzero(risk.notna().to_numpy(bool))
    if len(given) <= MOST_ROWS:
        return risk.index[given]
    rng = np.random.default_rng(seed)
    if label is not None:
        known = given[label.to_numpy(float)[given] == label.to_numpy(float)[given]]
        given = known if len(known) >= MOST_ROWS else given
    return risk.index[np.sort(rng.choice(given, MOST_ROWS, replace=False))]


def _explained(drawn: _Drawn, model: RiskModel, outcome: str, plan: Plan) -> list[Section]:
    rng = np.random.default_rng(_SEED)
    chosen = np.arange(len(drawn.frame))
    if len(chosen) > MOST_EXPLAINED:
        chosen = np.sort(rng.choice(chosen, MOST_EXPLAINED, replace=False))
    data = drawn.frame.iloc[chosen].reindex(columns=list(model.inputs))
    values = explain_rows(model, data, outcome)
    groups = None if plan.groups is None else np.asarray(plan.groups)[chosen]
    importance = importance_section(values, data, Plan(plan.replicates, plan.seed, plan.level, groups))
    moving = list(importance.table.loc[importance.table["importance"] > 0, "input"])
    cloud = cloud_section(values, data, moving)
    return [importance, cloud, dependence_section(values, data, moving[:MOST_DEPENDENCES])]


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


def _validated(drawn: _Drawn, scores: Mapping[str, pd.Series], cut: float, plan: Plan) -> list[Section]:
    label, risk = drawn.label, drawn.risk
    if label is None:
        return []
    return [
        metrics_section(label, risk, plan),
        *curves_sections(label, risk, plan),
        calibration_section(label, risk, plan),
        decision_section(label, risk, scores, plan),
        threshold_section(label, risk, cut, plan),
        subgroup_section(drawn.frame, label, risk, drawn.subgroups, cut, plan),
    ]
