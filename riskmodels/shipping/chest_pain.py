"""The chest-pain model: fitted on four hospitals, judged by cross-validation and by leaving one hospital out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import RepeatedStratifiedKFold, train_test_split

from riskmodels import ROOT
from riskmodels.cohorts import read_uci_heart
from riskmodels.columns import Floats
from riskmodels.evaluation import evaluate, standard_subgroups
from riskmodels.evaluation.peers import PEERS, Dataset, fit_peers
from riskmodels.runtime.hashes import file_hash
from riskmodels.shipping.say import Say
from riskmodels.tabular.fitting import fit_model, frame_hash
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.recipes import CHEST_PAIN_CONFIG, CHEST_PAIN_INPUTS, Labelled, label_chest_pain
from riskmodels.tabular.reference import Reference

SOURCE = ROOT / "data" / "cohorts" / "uci_heart.csv"
OUTCOME_NAME = "coronary_disease"
REPEATS, FOLDS, SEED = 3, 5, 20261124

Rows = npt.NDArray[np.int64]
_FITTED: dict[tuple[str, bytes], RiskModel] = {}


def ship_chest_pain(out: Path, *, peers: bool, device: str | None, say: Say) -> RiskModel:
    """Train, evaluate and write the chest-pain model.

    Args:
        out: folder of the model.
        peers: whether to fit and compare the peers too.
        device: see :func:`riskmodels.tabular.fitting.fit_model`.
        say: told what is going on.

    Returns:
        The model as written.
    """
    cohort = read_uci_heart(SOURCE)
    data = label_chest_pain(cohort)
    model = fit_rows(data, np.arange(len(cohort)), device, say)
    who = "920 patients with chest pain at four hospitals (Cleveland, Budapest, Zurich and Basel, Long Beach)"
    weight = pd.Series(1.0, index=cohort.index)
    reference = Reference.fit(data.frame, model.predict(data.frame).risk, weight, model.inputs, who)
    card = model.card | _facts(data) | {"evaluation": {OUTCOME_NAME: _evaluate(data, peers, device, say)}}
    model = model.calibrated(model.calibration, reference, card)
    model.save(out)
    return RiskModel.load(out, device)


def fit_rows(data: Labelled, rows: Rows, device: str | None, say: Say | None = None) -> RiskModel:
    """The shipped recipe on some of the patients.

    Args:
        data: labelled patients.
        rows: positions of those to fit on.
        device: see :func:`riskmodels.tabular.fitting.fit_model`.
        say: told of the epochs.
    """
    return fit_model(
        data.frame.iloc[rows],
        data.targets.iloc[rows],
        name="chest_pain",
        inputs=CHEST_PAIN_INPUTS,
        config=CHEST_PAIN_CONFIG,
        device=device,
        progress=say.epoch if say else None,
    )


def _facts(data: Labelled) -> dict[str, Any]:
    label = data.targets[OUTCOME_NAME]
    return {
        "data": {
            "source": "UCI Heart Disease, four hospitals (Janosi, Steinbrunn, Pfisterer, Detrano 1988; CC BY 4.0)",
            "file": SOURCE.name,
            "file_sha256": file_hash(SOURCE),
            "people": len(data.frame),
        },
        "split": f"fitted on all; judged by {REPEATS} × {FOLDS}-fold cross-validation and by leaving one hospital out",
        "parts": {
            OUTCOME_NAME: {
                "fit": {"n": len(label), "events": int(label.sum()), "prevalence": round(float(label.mean()), 5)}
            }
        },
        "missing": {i: round(float(data.frame[i].isna().mean()), 4) for i in CHEST_PAIN_INPUTS},
    }


def _evaluate(data: Labelled, peers: bool, device: str | None, say: Say) -> dict[str, Any]:
    label = data.targets[OUTCOME_NAME].to_numpy()
    folds = folds_of(data)
    say.line(f"Cross-validation, {len(folds)} fits" + (" of each peer too" if peers else ""))
    scores = _out_of_fold(data, folds, peers, device)
    subgroups = standard_subgroups(data.frame).assign(hospital=data.frame["site"])
    crossed = evaluate(label, scores, None, subgroups, SEED, 500)
    say.line("Leaving one hospital out")
    sites = data.frame["site"].to_numpy()
    by_site = [(np.flatnonzero(sites != s), np.flatnonzero(sites == s)) for s in sorted(set(sites))]
    left_out = evaluate(label, _out_of_fold(data, by_site, peers, device), None, subgroups[["hospital"]], SEED, 500)
    return {"cross-validation": crossed, "leaving one hospital out": left_out}


def folds_of(data: Labelled) -> list[tuple[Rows, Rows]]:
    """The card's folds, one repeat after the other: positions fitted on, and positions left out."""
    splitter = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=REPEATS, random_state=SEED)
    return list(splitter.split(data.frame, data.targets[OUTCOME_NAME].to_numpy()))


def fits_of(data: Labelled, folds: list[tuple[Rows, Rows]], device: str | None) -> list[tuple[RiskModel, Rows]]:
    """A fit of each fold with the positions it had not seen; once a process, for card and evidence.

    Args:
        data: labelled patients.
        folds: as :func:`folds_of`, or some of them.
        device: see :func:`riskmodels.tabular.fitting.fit_model`.
    """
    people = f"{frame_hash(data.frame, data.targets)} {CHEST_PAIN_CONFIG} {device}"
    found = []
    for train, test in folds:
        key = (people, train.tobytes())
        if key not in _FITTED:
            _FITTED[key] = fit_rows(data, train, device)
        found.append((_FITTED[key], test))
    return found


def _out_of_fold(data: Labelled, folds: list[tuple[Rows, Rows]], peers: bool, device: str | None) -> dict[str, Floats]:
    """Each person's mean prediction over the fits that had not seen them."""
    names = ["this model", *(PEERS if peers else ())]
    total = {name: np.zeros(len(data.frame)) for name in names}
    times = np.zeros(len(data.frame))
    for (model, _), (train, test) in zip(fits_of(data, folds, device), folds, strict=True):
        times[test] += 1
        logit = model.predict(data.frame.iloc[test]).logit[OUTCOME_NAME].to_numpy(float)
        total["this model"][test] += 1 / (1 + np.exp(-logit))
        for name, predicted in (_peer_predictions(data, train, test) if peers else {}).items():
            total[name][test] += predicted
    return {name: values / times for name, values in total.items()}


def _peer_predictions(data: Labelled, train: Rows, test: Rows) -> dict[str, Floats]:
    label = data.targets[OUTCOME_NAME]
    fit, tune = train_test_split(train, test_size=0.25, stratify=label.iloc[train], random_state=SEED)
    sets = [Dataset(data.frame.iloc[rows], label.iloc[rows]) for rows in (fit, tune)]
    fitted = fit_peers(sets[0], sets[1], CHEST_PAIN_INPUTS, seed=SEED)
    return {name: peer.predict(data.frame.iloc[test]) for name, peer in fitted.items()}
