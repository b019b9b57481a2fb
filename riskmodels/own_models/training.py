"""An analyst's people → a model of the same kind as the shipped ones, judged beside its peers, with its card.

Small cohorts are judged by cross-validation and fitted on everybody; large ones keep 30 % of the patients out and are
judged on them. The penalty is chosen anew, by cross-validation among :data:`CANDIDATES`, of the people of every fit:
whoever is judged has no part in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold

from riskmodels.cohort_report.recalibration import held_out_rows
from riskmodels.columns import Floats
from riskmodels.evaluation import evaluate, standard_subgroups
from riskmodels.evaluation.metrics import log_loss
from riskmodels.own_models.peers import FITTED, Missing, peer_risks
from riskmodels.own_models.people import OwnData
from riskmodels.runtime.progress import Tell, silent
from riskmodels.tabular.fitting import fit_model
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.penalty_choice import out_of_fold
from riskmodels.tabular.reference import Reference
from riskmodels.tabular.training import EpochReport, Penalty, TrainingConfig

#: up to so many labelled rows a cohort is judged by cross-validation
SMALL = 20_000
FOLDS, HELD_OUT, SEED = 5, 0.3, 20261124
THIS = "this model"
#: of the bootstrap of the intervals
REPLICATES = 500
#: penalties that are tried, from curves that bend freely to stiff ones; chosen on other cohorts than those
#: whose figures are told (docs/experiments.md)
CANDIDATES = tuple(
    Penalty(curves=curves, values=1, known_known=20, known_value=300, value_value=1500) for curves in (3, 10, 30)
)
#: sizes of a run by the rows there are: knots, epochs, rows a step
_FEW, _SOME = 2_000, 20_000
_SIZES = ((8, 100, 256), (8, 50, 512), (9, 40, 1024))

Rows = npt.NDArray[np.int64]


def config_for(rows: int) -> TrainingConfig:
    """The choices of a run on so many rows, but for the penalty."""
    knots, epochs, batch = _SIZES[(rows > _FEW) + (rows > _SOME)]
    return TrainingConfig(
        knots=knots, epochs=epochs, batch_size=batch, hidden_rows=0.2, subsets=False, interval_steps=600
    )


def train_own(
    own: OwnData, name: str, *, peers: bool = True, device: str | None = None, tell: Tell = silent
) -> RiskModel:
    """Fit, judge and describe a model.

    Args:
        own: people and their outcome.
        name: of the model.
        peers: whether logistic regression, XGBoost and EBM are fitted on the same folds.
        device: where to train; the best there is when None.
        tell: told how far it is.

    Returns:
        The model, its card complete, not yet saved.
    """
    everybody = np.arange(len(own.label))
    small = len(everybody) <= SMALL
    folds = list(_folds(own)) if small else [_held_out(own)]
    fitted = everybody if small else folds[0][0]
    tell(0.0, f"Fitting on {len(fitted):,} rows")
    model = fit_own(own, fitted, name, device, lambda share, words: tell(0.3 * share, words))
    risks, missing = _judged_risks(own, folds, peers, device, lambda share, words: tell(0.3 + 0.65 * share, words))
    judged = np.sort(np.concatenate([test for _, test in folds]))
    tell(0.95, "Judging")
    parts = {"fit": _size(own, fitted)} | ({} if small else {"test": _size(own, judged)})
    card = (
        model.card
        | own.facts
        | {
            "split": f"fitted on all; judged by {FOLDS}-fold cross-validation"
            if small
            else f"fitted on {100 - 100 * HELD_OUT:.0f} % of the patients, judged on the others, by a hash of their id",
            "parts": {own.outcome: parts},
            "evaluation": {own.outcome: _judge(own, judged, risks)},
            "peers": _told_peers(peers, missing),
            "limits": _limits(own),
        }
    )
    ones = pd.Series(1.0, index=own.frame.index)
    reference = Reference.fit(own.frame, model.predict(own.frame).risk, ones, model.inputs, "own data")
    return model.calibrated(model.calibration, reference, card)


def fit_own(
    own: OwnData, rows: Rows, name: str, device: str | None = None, tell: Tell = silent, *, judged_only: bool = False
) -> RiskModel:
    """A model on some of the rows, its penalty chosen among :data:`CANDIDATES` by cross-validation on just these.

    Args:
        own: people and their outcome.
        rows: positions of those to fit on.
        name: of the model.
        device: see :func:`riskmodels.tabular.fitting.fit_model`.
        tell: told how far it is.
        judged_only: without the bootstrap members and the interval, for a fit of which only the estimates are asked.
    """
    config = config_for(len(rows))
    if judged_only:
        config = replace(config, members=1, interval_steps=1)
    penalty = choose_penalty(own, rows, config, device)
    frame, label, weight = own.frame.iloc[rows], own.label.iloc[rows], own.weight.iloc[rows]

    def progress(report: EpochReport) -> None:
        tell(report.epoch / report.epochs, f"Fitting, epoch {report.epoch} of {report.epochs}")

    return fit_model(
        frame,
        label.to_frame(own.outcome),
        name=name,
        inputs=own.inputs,
        weights=weight.to_frame(own.outcome),
        config=replace(config, penalties={own.outcome: penalty}),
        device=device,
        progress=progress,
        variables=own.variables,
    )


def choose_penalty(own: OwnData, rows: Rows, config: TrainingConfig, device: str | None = None) -> Penalty:
    """The candidate with the least log loss on rows that its networks left out."""
    label, weight = (values.iloc[rows].to_numpy(np.float64) for values in (own.label, own.weight))
    fold = np.zeros(len(rows), np.int64)
    for k, (_, test) in enumerate(_split(label, own.patient.iloc[rows].to_numpy())):
        fold[test] = k
    logit = out_of_fold(
        own.frame.iloc[rows],
        label,
        weight,
        fold,
        inputs=own.inputs,
        variables=own.variables,
        candidates=CANDIDATES,
        config=config,
        device=device,
    )
    losses = [log_loss(label, _risk_of(column), weight) for column in logit.T]
    return CANDIDATES[int(np.argmin(losses))]


def _risk_of(logit: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logit)))


def _split(label: Floats, patient: npt.NDArray[Any]) -> Iterator[tuple[Rows, Rows]]:
    """Folds with rows of one patient together, the outcome as frequent in each as may be."""
    splitter = StratifiedGroupKFold(n_splits=FOLDS, shuffle=True, random_state=SEED)
    yield from splitter.split(label, label, patient)


def _folds(own: OwnData) -> Iterator[tuple[Rows, Rows]]:
    yield from _split(own.label.to_numpy(np.float64), own.patient.to_numpy())


def _held_out(own: OwnData) -> tuple[Rows, Rows]:
    held = held_out_rows(own.patient.to_numpy(object), HELD_OUT, SEED)
    return np.flatnonzero(~held), np.flatnonzero(held)


def _judged_risks(
    own: OwnData, folds: list[tuple[Rows, Rows]], peers: bool, device: str | None, tell: Tell
) -> tuple[dict[str, Floats], Missing]:
    """Each judged row's estimate by fits that had not seen the patient, by name; and peers that there are not."""
    risks = {THIS: np.full(len(own.label), np.nan)}
    missing: Missing = {}
    for k, (train, test) in enumerate(folds):
        tell(k / len(folds), f"Judging, part {k + 1} of {len(folds)}")
        model = fit_own(own, train, "fold", device, judged_only=True)
        risks[THIS][test] = _risk_of(model.predict(own.frame.iloc[test]).logit[own.outcome].to_numpy(float))
        if not peers:
            continue
        tell((k + 0.5) / len(folds), f"Judging, part {k + 1} of {len(folds)}: peers")
        found, missing = peer_risks(own, train, test, SEED)
        for name, risk in found.items():
            risks.setdefault(name, np.full(len(own.label), np.nan))[test] = risk
    return risks, missing


def _judge(own: OwnData, rows: Rows, risks: dict[str, Floats]) -> dict[str, Any]:
    people, weight = own.frame.iloc[rows], own.weight.iloc[rows]
    weights = None if (weight == 1).all() else weight
    groups = own.patient.iloc[rows].to_numpy() if own.patient.duplicated().any() else None
    scores = {name: risk[rows] for name, risk in risks.items()}
    return evaluate(own.label.iloc[rows], scores, weights, standard_subgroups(people), SEED, REPLICATES, groups=groups)


def _told_peers(wanted: bool, missing: Missing) -> dict[str, str]:
    """Each peer, and how it stands beside the model, in words."""
    return {name: missing.get(name, how) if wanted else "not fitted: not asked for" for name, how in FITTED.items()}


def _limits(own: OwnData) -> list[str]:
    limits = ["Not validated on people of another place or time; its figures are of the people it was trained on."]
    if own.frame["sex"].isna().all():
        limits.append("The file has no sex column: one answer for women and men alike.")
    if own.frame["age"].isna().all():
        limits.append("The file has no age column: one answer for all ages.")
    return limits


def _size(own: OwnData, rows: Rows) -> dict[str, float]:
    label, weight = own.label.iloc[rows], own.weight.iloc[rows]
    prevalence = float(np.average(label, weights=weight))
    return {"n": len(label), "events": int(label.sum()), "prevalence": round(prevalence, 5)}
