"""Peers of a model of one's own on the same fold: logistic regression, and, where they are installed, XGBoost and EBM.

The boosters are development dependencies (docs/dependencies.md): a clinic that has not installed them reads so on the
card.
"""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from sklearn.model_selection import StratifiedGroupKFold

from riskmodels.columns import Floats
from riskmodels.evaluation.metrics import log_loss
from riskmodels.evaluation.peer_linear import LOGISTIC as LOGISTIC_KIND
from riskmodels.evaluation.peer_parts import Part, Settings
from riskmodels.own_models.people import OwnData

LOGISTIC = "logistic regression"
#: names on the card → of :mod:`riskmodels.evaluation.peers`, and the package each needs
PEERS = {"XGBoost": ("xgboost", "xgboost"), "EBM": ("ebm", "interpret")}
#: given instead of chosen: with pairs a fit takes longer than all else together
SETTINGS: dict[str, Settings] = {"ebm": {"interactions": 0, "max_bins": 256, "max_leaves": 2, "min_samples_leaf": 4}}
#: how each was fitted, in words
FITTED = {
    LOGISTIC: "fitted on the same folds, its penalty chosen in each",
    "XGBoost": "fitted on the same folds, its settings chosen in each",
    "EBM": "fitted on the same folds, curves alone without pairs of inputs",
}
_QUARTERS = 4

#: peer → why there is none
Missing = dict[str, str]
Rows = npt.NDArray[np.int64]


def peer_risks(own: OwnData, train: Rows, test: Rows, seed: int) -> tuple[dict[str, Floats], Missing]:
    """What peers say of some people, fitted on others with the same inputs.

    Settings are chosen, and XGBoost is stopped, on a quarter of the people to fit on.

    Args:
        own: people and their outcome.
        train, test: positions.
        seed: of the boosters, and of the quarter.

    Returns:
        Probability of each tested person by peer, and the peers that are not installed.
    """
    splitter = StratifiedGroupKFold(n_splits=_QUARTERS, shuffle=True, random_state=seed)
    label = own.label.iloc[train].to_numpy(np.float64)
    fit, tune = next(iter(splitter.split(label, label, own.patient.iloc[train].to_numpy())))
    found = {LOGISTIC: _logistic(own, train, train[fit], train[tune], test, seed)}
    missing: Missing = {}
    for name, (peer, package) in PEERS.items():
        if _installed(package):
            found[name] = _booster(own, peer, train[fit], train[tune], test, seed)
        else:
            missing[name] = "not installed here, so not compared"
    return found, missing


def _installed(package: str) -> bool:
    """Whether the peers can be imported: their module asks for all of them."""
    return all(
        find_spec(name) is not None for name in (package, "xgboost", "interpret", "catboost", "lightgbm", "tabm")
    )


def _part(own: OwnData, rows: Rows) -> Part:
    weight = own.weight.iloc[rows].to_numpy(np.float64)
    frame = own.frame.iloc[rows][list(own.inputs)].astype(float).reset_index(drop=True)
    return Part(frame, own.label.iloc[rows].to_numpy(np.float64), weight / weight.mean())


def _logistic(own: OwnData, train: Rows, fit: Rows, tune: Rows, test: Rows, seed: int) -> Floats:
    """Its penalty chosen on the quarter, then fitted on all of the people to fit on."""
    part, other = _part(own, fit), _part(own, tune)
    tried = LOGISTIC_KIND.candidates(part, other, seed, 1)
    best = min(tried, key=lambda found: log_loss(other.label, expit(found.log_odds(other.frame)), other.weight))
    (again,) = LOGISTIC_KIND.candidates(_part(own, train), other, seed, 1, best.settings)
    return np.asarray(expit(again.log_odds(_part(own, test).frame)))


def _booster(own: OwnData, peer: str, fit: Rows, tune: Rows, test: Rows, seed: int) -> Floats:
    from riskmodels.evaluation.peers import Dataset, fit_peers

    def people(rows: Rows) -> Dataset:
        return Dataset(own.frame.iloc[rows], own.label.iloc[rows], own.weight.iloc[rows])

    fitted = fit_peers(people(fit), people(tune), own.inputs, names=(peer,), seed=seed, threads=1, settings=SETTINGS)
    return np.asarray(fitted[peer].predict(own.frame.iloc[test]))
