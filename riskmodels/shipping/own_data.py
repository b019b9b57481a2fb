"""A model of the same kind on an analyst's own people: read, refused or fitted, judged, written with the same card.

The file has the app's own column names (:mod:`riskmodels.interop.columns.own_table`), one column with the outcome, and,
for an outcome within a time, one with the time of follow-up. Small cohorts are judged by cross-validation and fitted on
everybody; large ones keep 30 % of the patients out and are judged on them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold

from riskmodels.cohort_report.labels import outcome_labels
from riskmodels.cohort_report.recalibration import held_out_rows
from riskmodels.cohort_report.training_distribution import CARD_KEY, distributions
from riskmodels.errors import InputError, TrainingError
from riskmodels.evaluation import evaluate, ipcw, standard_subgroups
from riskmodels.interop.columns.own_table import Table, read_table
from riskmodels.outcomes import OUTCOME
from riskmodels.shipping.say import Say
from riskmodels.tabular.fitting import fit_model
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.reference import Reference
from riskmodels.tabular.training import Penalty, TrainingConfig
from riskmodels.vocabulary import VARIABLES, VOCABULARY

#: fewest people with, and fewest without, the outcome: below it neither the model nor its calibration can be judged
#: (Vergouwe 2005, doi 10.1016/j.jclinepi.2004.06.017; Collins 2016, doi 10.1002/sim.6787)
LEAST_EVENTS = 100
#: people in whom an input must be known, and inputs a model needs
LEAST_KNOWN, LEAST_INPUTS = 50, 2
#: up to so many labelled rows: cross-validation and the settings of a small cohort
SMALL = 5_000
FOLDS, HELD_OUT, SEED = 5, 0.3, 20261124
SMALL_CONFIG = TrainingConfig(knots=6, epochs=120, batch_size=256, hidden_rows=0.4, subsets=False)
LARGE_CONFIG = TrainingConfig(epochs=60)
_SMALL_PENALTY = Penalty(curves=30, values=2, known_known=2, known_value=50, value_value=200)
_LARGE_PENALTY = Penalty(curves=10, values=10, known_known=100, known_value=100, value_value=1000)

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class OwnData:
    """An analyst's people, ready to learn from.

    Args:
        frame: PatientFrame of the rows with a known outcome.
        label: 0 or 1.
        weight: inverse probability of censoring; 1 without a time.
        patient: id of each row.
        inputs: variables to use.
        outcome: name of the outcome in the model.
        facts: for the card.
    """

    frame: pd.DataFrame
    label: pd.Series
    weight: pd.Series
    patient: pd.Series
    inputs: tuple[str, ...]
    outcome: str
    facts: dict[str, Any]


def train_own(
    data: Path,
    outcome: str,
    time: str | None,
    out: Path,
    *,
    horizon: float | None = None,
    leave_out: Sequence[str] = (),
    device: str | None = None,
    say: Say | None = None,
) -> RiskModel:
    """Train, judge and write a model on own data.

    Args:
        data: CSV in the app's own column names.
        outcome: header of the outcome. Without ``time``: 1/0 or yes/no. With it: 0 censored, 1 event, 2 other death.
        time: header of the follow-up time; None for an outcome that is there now.
        out: folder of the model.
        horizon: within which time, in the unit of that column; needed with ``time``.
        leave_out: variables not to use, e.g. those that define the outcome.
        device: where to train; the best there is when None.
        say: told what is going on.

    Returns:
        The model as written.

    Raises:
        InputError: when a column is not there or not what it should be.
        FileError: when the file cannot be read.
        TrainingError: when there are too few events or inputs, with the numbers.
    """
    say = say or Say(lambda _: None)
    own = read_own(data, outcome, time, horizon, leave_out)
    say.line(
        f"{len(own.label):,} rows with a known outcome, {int(own.label.sum()):,} with it; {len(own.inputs)} inputs"
    )
    everybody = np.arange(len(own.label))
    if len(everybody) <= SMALL:
        model = fit_own(own, everybody, out.name, device, say)
        say.line(f"Judging by {FOLDS}-fold cross-validation")
        risk, judged = _cross_validated(own, device), everybody
        split = f"fitted on all; judged by {FOLDS}-fold cross-validation"
        parts = {"fit": _size(own, everybody)}
    else:
        held = held_out_rows(own.patient.to_numpy(object), HELD_OUT, SEED)
        fitted, judged = np.flatnonzero(~held), np.flatnonzero(held)
        model = fit_own(own, fitted, out.name, device, say)
        risk = np.full(len(everybody), np.nan)
        risk[judged] = _risk(model, own, judged)
        split = f"fitted on {100 - 100 * HELD_OUT:.0f} % of the patients, judged on the others, by a hash of their id"
        parts = {"fit": _size(own, fitted), "test": _size(own, judged)}
    report = _judge(own, judged, risk)
    reference = Reference.fit(
        own.frame, model.predict(own.frame).risk, pd.Series(1.0, index=own.frame.index), model.inputs, "own data"
    )
    card = model.card | own.facts | {"split": split, "parts": {own.outcome: parts}, "evaluation": {own.outcome: report}}
    model.calibrated(model.calibration, reference, card).save(out)
    return RiskModel.load(out, device)


def read_own(
    data: Path, outcome: str, time: str | None, horizon: float | None, leave_out: Sequence[str] = ()
) -> OwnData:
    """Read and check the file; see :func:`train_own`."""
    table = read_table(data.read_bytes())
    _refuse_missing(table, outcome, time, horizon, leave_out)
    frame = table.check().frame
    label, weight = _labels(table, outcome, time, horizon)
    kept = (label.notna() & (weight > 0)).to_numpy(bool)
    frame, label, weight = frame[kept], label[kept], weight[kept]
    _refuse_few(label, outcome)
    not_used = {c.name for c in table.columns if c.header in (outcome, time)} | set(leave_out)
    inputs = _inputs(frame, not_used)
    ids = table.cells[table.id_header] if table.id_header else pd.Series(table.cells.index, index=table.cells.index)
    within = f" within {horizon:g} ({time})" if time else ""
    facts = {
        "outcome_label": f"{outcome}{within}",
        "outcome_definition": f"probability that “{outcome}” is 1{within}, as in the file the model was trained on",
        "data": {"source": "own data", "file": data.name, "file_sha256": table.sha256, "people": int(ids.nunique())},
        "missing": {i: round(float(frame[i].isna().mean()), 4) for i in inputs},
        CARD_KEY: distributions(frame, inputs),
        "left_out": {"rows without a known outcome": int((~kept).sum()), "variables": sorted(not_used - {""})},
    }
    return OwnData(frame, label, weight, ids[kept].astype(str), inputs, _name(outcome), facts)


def _refuse_missing(
    table: Table, outcome: str, time: str | None, horizon: float | None, leave_out: Sequence[str]
) -> None:
    for header in (outcome, *([time] if time else [])):
        if header not in table.cells:
            listed = ", ".join(map(str, list(table.cells)[:12]))
            raise InputError(f"There is no column “{header}”.", hint=f"The file has {listed}.")
    if time and (horizon is None or not horizon > 0):
        raise InputError("With a time of follow-up a horizon is needed.", hint="Give it in the unit of that column.")
    unknown = [name for name in leave_out if name not in VOCABULARY]
    if unknown:
        raise InputError(f"There is no variable “{unknown[0]}” to leave out.")


def _labels(table: Table, outcome: str, time: str | None, horizon: float | None) -> tuple[pd.Series, pd.Series]:
    cells = table.cells[outcome]
    if not time or horizon is None:
        label = outcome_labels(cells)
        return label, label.notna().astype(float)
    months = pd.to_numeric(table.cells[time].replace("", None), errors="coerce")
    codes = pd.to_numeric(cells.replace("", None), errors="coerce")
    if (codes.isna() & (cells.str.strip() != "")).any():
        raise InputError("An outcome is not a number.", hint="Code it 0 censored, 1 event, 2 other death.")
    found = ipcw(codes, months, horizon)
    return pd.Series(found.label, index=cells.index), pd.Series(found.weight, index=cells.index)


def _refuse_few(label: pd.Series, outcome: str) -> None:
    events = int(label.sum())
    if min(events, len(label) - events) < LEAST_EVENTS:
        raise TrainingError(
            f"“{outcome}” is known in {len(label):,} rows: {events:,} with and {len(label) - events:,} without it. At "
            f"least {LEAST_EVENTS} of each are needed to fit a model and to judge its calibration.",
            hint="Recalibrate a shipped model instead: that needs fewer.",
        )


def _inputs(frame: pd.DataFrame, not_used: set[str]) -> tuple[str, ...]:
    usable = [
        v.name
        for v in VARIABLES
        if v.name not in not_used
        and frame[v.name].notna().sum() >= LEAST_KNOWN
        and frame[v.name].min() < frame[v.name].max()
    ]
    if len(usable) < LEAST_INPUTS:
        raise TrainingError(
            f"Only {len(usable)} columns are variables of the app known in {LEAST_KNOWN} rows or more.",
            hint="Name the columns as in the template.",
        )
    return tuple(usable)


def _name(outcome: str) -> str:
    """A name for the outcome that is none of the shipped ones, whose populations and definitions are not these."""
    name = re.sub(r"[^a-z0-9]+", "_", outcome.lower()).strip("_")[:40] or "outcome"
    return f"own_{name}" if name in OUTCOME else name


def _config(own: OwnData) -> TrainingConfig:
    small = len(own.label) <= SMALL
    penalty = _SMALL_PENALTY if small else _LARGE_PENALTY
    return replace(SMALL_CONFIG if small else LARGE_CONFIG, penalties={own.outcome: penalty})


def fit_own(own: OwnData, rows: Rows, name: str, device: str | None, say: Say | None = None) -> RiskModel:
    """A model on some of the rows, with the settings for as many people as there are in all.

    Args:
        own: people and their outcome.
        rows: positions of those to fit on.
        name: of the model.
        device: see :func:`riskmodels.tabular.fitting.fit_model`.
        say: told of the epochs.
    """
    return fit_model(
        own.frame.iloc[rows],
        own.label.iloc[rows].to_frame(own.outcome),
        name=name,
        inputs=own.inputs,
        weights=own.weight.iloc[rows].to_frame(own.outcome),
        config=_config(own),
        device=device,
        progress=say.epoch if say else None,
    )


def _risk(model: RiskModel, own: OwnData, rows: Rows) -> npt.NDArray[np.float64]:
    logit = model.predict(own.frame.iloc[rows]).logit[own.outcome].to_numpy(float)
    return np.asarray(1 / (1 + np.exp(-logit)))


def _cross_validated(own: OwnData, device: str | None) -> npt.NDArray[np.float64]:
    """Each row's estimate by the fit that had not seen the patient."""
    risk = np.full(len(own.label), np.nan)
    splitter = StratifiedGroupKFold(n_splits=FOLDS, shuffle=True, random_state=SEED)
    for train, test in splitter.split(own.frame, own.label, own.patient):
        risk[test] = _risk(fit_own(own, train, "fold", device), own, test)
    return risk


def _judge(own: OwnData, rows: Rows, risk: npt.NDArray[np.float64]) -> dict[str, Any]:
    people, weight = own.frame.iloc[rows], own.weight.iloc[rows]
    weights = None if (weight == 1).all() else weight
    groups = own.patient.iloc[rows].to_numpy() if own.patient.duplicated().any() else None
    return evaluate(
        own.label.iloc[rows],
        {"this model": risk[rows]},
        weights,
        standard_subgroups(people),
        SEED,
        500,
        groups=groups,
    )


def _size(own: OwnData, rows: Rows) -> dict[str, float]:
    label, weight = own.label.iloc[rows], own.weight.iloc[rows]
    prevalence = float(np.average(label, weights=weight))
    return {"n": len(label), "events": int(label.sum()), "prevalence": round(prevalence, 5)}
