"""Recalibration on the analyst's own people, judged on those held out, as a new version of the model.

Three methods, each a map of the log-odds shown: ``intercept`` moves all of them, ``intercept and slope`` also stretches
them, ``isotonic`` bends them (see :mod:`riskmodels.tabular.isotonic`). The first two stay inside the model's own affine
calibration, so the explanation stays exact in log-odds. A version holds what was fitted on the fitting part, so the
figures of the held-out part are figures of the version itself.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from riskmodels.cohort_report.tables import Column, Section
from riskmodels.cohort_report.wording import decimal, people, percent
from riskmodels.errors import InputError, TrainingError
from riskmodels.evaluation import METRICS, Plan, bootstrap_scores, fit_affine, smooth_curve
from riskmodels.evaluation.arrays import FloatArray, log_odds
from riskmodels.evaluation.logistic import fit_logistic
from riskmodels.tabular.fitting import frame_hash
from riskmodels.tabular.isotonic import Step, SteppedModel, fit_step
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.reference import Reference

Rows = TypeVar("Rows", pd.DataFrame, pd.Series)
Method = Literal["intercept", "intercept and slope", "isotonic"]
METHODS: tuple[Method, ...] = ("intercept", "intercept and slope", "isotonic")
#: fewest rows with, and fewest without, the event in the fitting part
LEAST: dict[Method, int] = {"intercept": 20, "intercept and slope": 50, "isotonic": 100}
#: the same in the held-out part, for figures at all
LEAST_HELD_OUT = 10
REASONS: dict[Method, str] = {
    "intercept": "exact in log-odds and adding up to the estimate shown",
    "intercept and slope": "exact in log-odds and adding up to the estimate shown",
    "isotonic": "in log-odds they are those before the isotonic step and add up there; in percentage points they are "
    "scaled to add up to the estimate shown",
}
JUDGED = ("auroc", "brier", "log_loss", "calibration_slope", "calibration_in_the_large", "ici")


@dataclass(frozen=True)
class Group:
    """A part of the clinic's own people.

    Args:
        column: of the file, e.g. ``ancestry``.
        value: of it that makes the group, as text.
        cells: the column, one a row; same index as the frame.
    """

    column: str
    value: str
    cells: pd.Series = field(repr=False)

    def of(self, rows: Rows) -> Rows:
        """The group's rows of a table or column.

        Raises:
            InputError: when the column is of other rows.
        """
        if not self.cells.index.equals(rows.index):
            raise InputError("Rows and groups are not of the same rows.")
        return rows[(self.cells.astype("str") == self.value).to_numpy(bool)]


@dataclass(frozen=True)
class Recalibration:
    """A recalibrated model with its evidence.

    Args:
        model: the new one; its card holds ``derived``. Save it with
            :meth:`riskmodels.tabular.versions.VersionStore.save`.
        method: how.
        outcome: of which estimate.
        fit, held_out: rows and events of both parts.
        metrics: section "recalibration": before and after on the held-out part, with the difference.
        curves: section "recalibration_curve": smooth calibration curves before and after.
    """

    model: RiskModel
    method: Method
    outcome: str
    fit: dict[str, int]
    held_out: dict[str, int]
    metrics: Section = field(repr=False)
    curves: Section = field(repr=False)


def recalibrate(
    model: RiskModel,
    frame: pd.DataFrame,
    label: pd.Series,
    outcome: str,
    method: Method,
    *,
    patient: pd.Series | None = None,
    share_held_out: float = 0.3,
    group: Group | None = None,
    data_sha256: str = "",
    by: str = "",
    replicates: int = 500,
    seed: int = 20261124,
) -> Recalibration:
    """Fit a recalibration on a part of a cohort and judge it on the rest.

    Args:
        model: the version in force.
        frame: PatientFrame.
        label: 0, 1 or NaN, same index.
        outcome: one of the model's.
        method: one of :data:`METHODS`.
        patient: id of each row; all rows of one id go to the same part. Rows are split at random when None.
        share_held_out: of the patients, 0.1–0.9.
        group: which rows alone it is fitted on, judged on and holds for; all when None.
        data_sha256: of the analyst's file; of frame and labels when empty.
        by: who does it, for the card.
        replicates, seed: of split and bootstrap.

    Raises:
        InputError: when rows differ, or there is no such method or outcome.
        TrainingError: when there are too few events, or the outcome does not rise with the estimate.
    """
    _refuse_wrong(model, frame, label, outcome, method, share_held_out)
    if group is not None:
        frame, label, patient = group.of(frame), group.of(label), None if patient is None else group.of(patient)
    prediction = model.predict(frame)
    usable = (prediction.risk[outcome].notna() & label.notna()).to_numpy(bool)
    logit, y = prediction.logit[outcome].to_numpy(float)[usable], label.to_numpy(float)[usable]
    ids = np.asarray(frame.index if patient is None else patient, dtype=object)[usable]
    held = held_out_rows(ids, share_held_out, seed)
    fit, rest = _size(y[~held]), _size(y[held])
    _refuse_few(fit, rest, method)
    change = fit_map(logit[~held], y[~held], method)
    plan = Plan(replicates, seed, 0.95, None if patient is None else ids[held])
    before, after = expit(logit[held]), expit(change(logit[held]))
    basis = _basis(len(frame), int(label.notna().sum()), fit["n"], rest["n"])
    metrics = replace(_metrics(y[held], before, after, plan), basis=basis)
    facts = {
        "from": model.version,
        "outcome": outcome,
        "method": method,
        "date": datetime.datetime.now(tz=datetime.UTC).isoformat(timespec="seconds"),
        "by": by,
        "data_sha256": data_sha256 or frame_hash(frame, label.to_frame("label")),
        "fit": fit,
        "held_out": rest | {"share": share_held_out, "split": "by patient id" if patient is not None else "by row"},
        "metrics": _plain(metrics.table),
        "reasons": REASONS[method],
    } | ({} if group is None else {"group": {"column": group.column, "value": group.value}})
    new = apply_map(model, outcome, change, facts)
    curves = replace(_curves(y[held], before, after, plan), basis=basis)
    return Recalibration(new, method, outcome, fit, rest, metrics, curves)


@dataclass(frozen=True)
class Affine:
    """slope · log-odds + intercept."""

    slope: float
    intercept: float

    def __call__(self, logit: Any) -> FloatArray:
        """Log-odds after it."""
        return np.asarray(self.slope * np.asarray(logit, dtype=float) + self.intercept)


def fit_map(logit: FloatArray, label: FloatArray, method: Method) -> Affine | Step:
    """The map of log-odds that a method finds.

    Raises:
        TrainingError: when it cannot be estimated, or would turn the order of patients round.
    """
    if method == "isotonic":
        return fit_step(logit, label)
    if method == "intercept":
        ones = np.ones((len(logit), 1))
        shift = float(fit_logistic(ones, label, np.ones((1, len(label))), offset=logit)[0, 0])
        return Affine(1.0, shift)
    slope, intercept = fit_affine(logit, label)
    if slope <= 0:
        raise TrainingError(
            "In these people the outcome does not rise with the estimate: a recalibration would turn the order round.",
            hint="Check how the outcome is coded.",
        )
    return Affine(slope, intercept)


def apply_map(model: RiskModel, outcome: str, change: Affine | Step, facts: dict[str, Any]) -> RiskModel:
    """The model with a map behind one outcome; affine maps are taken into its own calibration where there is no step.

    Args:
        model: before.
        outcome: one of its.
        change: map of the log-odds shown.
        facts: for the card's ``derived``.
    """
    card = model.card | {"derived": facts | {"before": model.card.get("derived")}}
    reference = _moved(model.reference, outcome, change)
    steps = dict(model.steps) if isinstance(model, SteppedModel) else {}
    present = steps.get(outcome)
    if isinstance(change, Affine) and present is None:
        slope, intercept = model.calibration[outcome]
        moved = (change.slope * slope, change.slope * intercept + change.intercept)
        if model.edits:  # they are in the log-odds shown
            card |= {"edits": model.edits.stretched(outcome, change.slope).to_list()}
        return model.calibrated(model.calibration | {outcome: moved}, reference, card)
    if present is None:
        assert isinstance(change, Step)
        steps[outcome] = change
    else:
        steps[outcome] = (
            present.scaled(change.slope, change.intercept) if isinstance(change, Affine) else present.then(change)
        )
    return SteppedModel(model, steps, card, reference)


def _moved(reference: Reference | None, outcome: str, change: Callable[[Any], FloatArray]) -> Reference | None:
    """The reference people's risks after the map, so that a patient's standing among them stays right."""
    if reference is None or outcome not in reference.standing:
        return reference
    moved = {
        group: expit(change(log_odds(np.array(risks, dtype=float)))).tolist()
        for group, risks in reference.standing[outcome].items()
    }
    return replace(reference, standing=reference.standing | {outcome: moved})


def held_out_rows(ids: npt.NDArray[np.object_], share: float, seed: int) -> npt.NDArray[np.bool_]:
    """Which rows are held out: decided by a hash of each row's id, so all rows of a patient go together.

    Args:
        ids: (n,) one a row.
        share: of the ids, about.
        seed: another one gives another split.
    """
    distinct, place = np.unique([str(i) for i in ids], return_inverse=True)
    chosen = [hashlib.sha256(f"{seed}:{i}".encode()).digest()[:4] for i in distinct]
    return np.asarray(np.array([int.from_bytes(c) < share * 2**32 for c in chosen], dtype=bool)[place])


def _refuse_wrong(
    model: RiskModel, frame: pd.DataFrame, label: pd.Series, outcome: str, method: Method, share: float
) -> None:
    if method not in METHODS:
        raise InputError(f"There is no method “{method}”.", hint=f"Use {', '.join(METHODS)}.")
    if outcome not in model.outcomes:
        raise InputError(f"The model {model.name} does not estimate {outcome}.")
    if not label.index.equals(frame.index):
        raise InputError("Rows and outcomes are not of the same rows.")
    if not 0.1 <= share <= 0.9:
        raise InputError("The share held out is not between 0.1 and 0.9.")


def _basis(read: int, told: int, fit: int, held_out: int) -> str:
    """On which rows the figures stand, and who is left out."""
    left = {
        "fitted on": fit,
        "with a known outcome but no estimate": told - fit - held_out,
        "without a known outcome": read - told,
    }
    listed = "; ".join(f"{people(n)} {words}" for words, n in left.items() if n)
    return f"On {people(held_out)} held out, with an estimate and a known outcome. Left out: {listed}."


def _size(label: FloatArray) -> dict[str, int]:
    return {"n": len(label), "events": int(label.sum())}


def _refuse_few(fit: dict[str, int], held_out: dict[str, int], method: Method) -> None:
    for part, name, least in ((fit, "fitting", LEAST[method]), (held_out, "held-out", LEAST_HELD_OUT)):
        smaller = min(part["events"], part["n"] - part["events"])
        if smaller < least:
            raise TrainingError(
                f"Too few people for the method “{method}”: the {name} part has {part['events']:,} with and "
                f"{part['n'] - part['events']:,} without the event, {least} of each are needed.",
                hint="Use a simpler method or more data." if method != "intercept" else "Use more data.",
            )


def _metrics(label: FloatArray, before: FloatArray, after: FloatArray, plan: Plan) -> Section:
    found = bootstrap_scores(label, {"before": before, "after": after}, JUDGED, plan=plan)
    scores, change = found.scores, found.difference("after", "before")
    rows = [
        (name, METRICS[name].label, *scores["before"][name], *scores["after"][name], *change[name], METRICS[name].ideal)
        for name in JUDGED
    ]
    ends = [f"{part}{end}" for part in ("before", "after", "change") for end in ("", "_low", "_high")]
    table = pd.DataFrame(rows, columns=["metric", "label", *ends, "ideal"])
    columns = (
        Column("label", "Measure, held-out part"),
        Column("before", "Before (95 % interval)", "decimal", "before_low", "before_high"),
        Column("after", "After", "decimal", "after_low", "after_high"),
        Column("change", "Change", "signed", "change_low", "change_high"),
        Column("ideal", "Perfect", "value"),
    )
    was, now = (found.points[name] for name in ("before", "after"))
    finding = (
        f"In the {len(label):,} rows held out the estimates were on average {percent(was['ici'])} away from what was "
        f"observed, after recalibration {percent(now['ici'])}; Brier score {decimal(was['brier'])} before, "
        f"{decimal(now['brier'])} after."
    )
    return Section("recalibration", "Before and after recalibration", finding, table, columns)


def _curves(label: FloatArray, before: FloatArray, after: FloatArray, plan: Plan) -> Section:
    parts = [
        smooth_curve(label, score, plan=plan).assign(version=name)
        for name, score in (("before", before), ("after", after))
    ]
    table = pd.concat(parts, ignore_index=True)
    columns = (
        Column("version", "Estimates"),
        Column("predicted", "Estimated", "percent"),
        Column("observed", "Observed (95 % interval)", "percent", "low", "high"),
    )
    finding = "Calibration in the held-out part: the nearer a curve is to the dotted line, the better."
    return Section("recalibration_curve", "Calibration before and after", finding, table, columns)


def _plain(table: pd.DataFrame) -> dict[str, dict[str, list[float | None]]]:
    """Before, after and change of each metric: value, low, high; None where not estimable."""

    def listed(row: pd.Series, part: str) -> list[float | None]:
        values = (row[part], row[f"{part}_low"], row[f"{part}_high"])
        return [float(f"{v:.6g}") if v == v else None for v in values]

    return {
        str(row["metric"]): {part: listed(row, part) for part in ("before", "after", "change")}
        for _, row in table.iterrows()
    }
