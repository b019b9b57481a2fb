"""The population model: fitted, calibrated, given its reference population, and evaluated once on held-out people."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from riskmodels.cohorts.nhanes import read_nhanes
from riskmodels.cohorts.nhanes.frame import REFERENCE_CYCLES
from riskmodels.evaluation import Plan, bootstrap_mean, evaluate, standard_subgroups
from riskmodels.evaluation.peers import Dataset, fit_peers
from riskmodels.outcomes import OUTCOME, eligible
from riskmodels.runtime.hashes import file_hash
from riskmodels.scores.prevent import prevent
from riskmodels.shipping.say import Say
from riskmodels.tabular.fitting import Split, fit_model
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.recipes import (
    BASICS,
    POPULATION_CONFIG,
    POPULATION_INPUTS,
    PREVENT_INPUTS,
    Labelled,
    deaths_of_any_cause,
    label_population,
)
from riskmodels.tabular.reference import Reference
from riskmodels.vocabulary import VOCABULARY

COHORT = Path("cohorts") / "nhanes_adults_1999_2018" / "nhanes_adults.parquet"
_GLUCOSE = ("glucose", "fasting_hours")
#: subsets of inputs every glycaemia outcome is judged with
SUBSETS: dict[str, tuple[str, ...]] = {
    "all inputs": tuple(POPULATION_INPUTS),
    "without glucose": tuple(i for i in POPULATION_INPUTS if i not in _GLUCOSE),
    "without any laboratory value": tuple(i for i in POPULATION_INPUTS if not VOCABULARY[i].laboratory),
    "seven basics": BASICS,
}
GLYCAEMIA = ("diabetes", "dysglycaemia")
#: subsets for which peers are fitted as well
WITH_PEERS = ("all inputs", "without glucose", "seven basics")
SEED = 20261124


def ship_population(
    shared: Path, out: Path, *, peers: bool, device: str | None, checkpoint: Path | None, say: Say
) -> RiskModel:
    """Train, evaluate and write the population model.

    Args:
        shared: folder of shared data.
        out: folder of the model.
        peers: whether to fit and compare the peers too.
        device, checkpoint: see :func:`riskmodels.tabular.fitting.fit_model`.
        say: told what is going on.

    Returns:
        The model as written.
    """
    say.line("Reading NHANES 1999–2018 and computing PREVENT")
    data = label_population(read_nhanes(shared / COHORT))
    model = fit_population(data, device, checkpoint, say)
    model = model.calibrated(model.calibration, _reference(model, data), model.card)
    say.line("Evaluating on held-out people")
    card = model.card | _facts(data, shared / COHORT) | {"evaluation": evaluate_population(model, data, peers, say)}
    model = model.calibrated(model.calibration, model.reference, card)
    model.save(out)
    return RiskModel.load(out, device)


def fit_population(data: Labelled, device: str | None, checkpoint: Path | None, say: Say) -> RiskModel:
    """The model without its reference population: fitted and calibrated on cycles up to 2014."""
    targets, weights = data.of_part("fit")
    shown = data.targets.where(data.part != "test")
    rows = shown.notna().any(axis=1)
    counted = data.weights if data.calibrated is None else data.calibrated
    return fit_model(
        data.frame[rows],
        shown[rows],
        name="population",
        inputs=POPULATION_INPUTS,
        weights=weights[rows],
        soft=data.soft[rows] if data.soft is not None else None,
        config=POPULATION_CONFIG,
        strata=data.frame.loc[rows, "cycle"],
        split=Split(targets[rows].notna().any(axis=1), counted[rows]),
        follow_up=deaths_of_any_cause(data),
        device=device,
        checkpoint=checkpoint,
        progress=say.epoch,
    )


def _reference(model: RiskModel, data: Labelled) -> Reference:
    people = data.frame[data.frame["cycle"].isin(REFERENCE_CYCLES)]
    who = "US adults, NHANES 2011–2016, survey-weighted, with the laboratory values they had"
    weight = people["survey_weight"].fillna(0.0)
    return Reference.fit(people, model.predict(people).risk, weight, model.inputs, who)


def _facts(data: Labelled, source: Path) -> dict[str, Any]:
    """Data, split, events and missingness, for the card."""
    parts = {
        outcome: {
            part: _count(data, outcome, part) for part in ("fit", "tune", "test") if data.rows(outcome, part).any()
        }
        for outcome in map(str, data.targets)
    }
    labelled = data.frame[data.targets.notna().any(axis=1)]
    return {
        "data": {
            "source": "NHANES 1999–2018 (CDC/NCHS, public domain) with public-use linked mortality to 2015",
            "file": source.name,
            "file_sha256": file_hash(source),
            "people": len(data.frame),
        },
        "split": "fitted on 1999–2012; calibrated, survey-weighted, on 2009–2014 by members that did not draw the "
        "person; tested on 2015–2018; cardiovascular death: 30 % of the people of 1999–2004 held out by a hash of SEQN",
        "parts": parts,
        "missing": {i: round(float(labelled[i].isna().mean()), 4) for i in POPULATION_INPUTS},
        "base_risk_note": "the estimate for a person of whom nothing is known",
    }


def _count(data: Labelled, outcome: str, part: str) -> dict[str, float]:
    rows = data.rows(outcome, part)
    label, weight = data.targets.loc[rows, outcome], data.weights.loc[rows, outcome]
    return {
        "n": int(rows.sum()),
        "events": round(float(label.sum()), 1),
        "prevalence": round(float(np.average(label, weights=weight)), 5),
    }


def evaluate_population(model: RiskModel, data: Labelled, peers: bool, say: Say) -> dict[str, Any]:
    """Everything measured on the test part, by outcome and subset of inputs."""
    found: dict[str, Any] = {}
    for outcome in GLYCAEMIA:
        found[outcome] = {
            name: _evaluate_subset(
                model, data, outcome, inputs, peers and name in WITH_PEERS, say.within(f"{outcome}, {name}")
            )
            for name, inputs in SUBSETS.items()
        }
    found["cvd_death_10y"] = {"all inputs": _evaluate_death(model, data, peers, say.within("cvd_death_10y"))}
    found["cvd_10y"] = {"agreement": agreement_with_prevent(model, data)}
    return found


def _evaluate_subset(
    model: RiskModel, data: Labelled, outcome: str, inputs: tuple[str, ...], peers: bool, say: Say
) -> dict[str, Any]:
    test = data.rows(outcome, "test")
    people = data.frame[test]
    scores = {"this model": risk_of(model, people, outcome, inputs)}
    fitted = _peers(data, outcome, inputs, "tune", say) if peers else []
    for peer in fitted:
        scores[peer.name] = peer.predict(people)
    report = evaluate(data.targets.loc[test, outcome], scores, subgroups=_subgroups(people), seed=SEED, replicates=500)
    return report | {"peers": [_peer_facts(p) for p in fitted]}


def _evaluate_death(model: RiskModel, data: Labelled, peers: bool, say: Say) -> dict[str, Any]:
    """Against logistic regression on all held-out people, and against PREVENT on those who have its inputs."""
    outcome = "cvd_death_10y"
    test = data.rows(outcome, "test")
    people, label, weight = data.frame[test], data.targets.loc[test, outcome], data.weights.loc[test, outcome]
    scores = {"this model": risk_of(model, people, outcome, model.inputs)}
    fitted = _peers(data, outcome, model.inputs_of(outcome), "fit", say) if peers else []
    for peer in fitted:
        scores[peer.name] = peer.predict(people)
    report = evaluate(label, scores, weight, _subgroups(people), SEED, 500)
    published = prevent(people)["total_cvd_10y"].to_numpy()
    ranking = {"this model": scores["this model"], "PREVENT total CVD": published}
    beside = evaluate(label, ranking, weight, None, SEED, 500)
    return report | {"peers": [_peer_facts(p) for p in fitted], "beside_prevent": beside}


def risk_of(model: RiskModel, people: pd.DataFrame, outcome: str, inputs: Iterable[str]) -> np.ndarray:
    """Risk of each person when only these inputs are known (age and sex may be hidden too; nobody is refused)."""
    logit = model.predict(people[list(inputs)]).logit[outcome].to_numpy(float)
    return np.asarray(1 / (1 + np.exp(-logit)))


def _peers(data: Labelled, outcome: str, inputs: tuple[str, ...], tune_part: str, say: Say) -> list[Any]:
    """Peers fitted on the fitting part; where there is no tuning part a fifth of the fitting part is kept for it."""
    usable = [i for i in inputs if i not in OUTCOME[outcome].not_inputs]
    fit, tune = data.rows(outcome, "fit"), data.rows(outcome, tune_part)
    if tune_part == "fit":
        fifth = np.random.default_rng(SEED).random(len(fit)) < 0.2
        fit, tune = fit & ~fifth, fit & fifth
    say.line("fitting peers")
    train_set, tune_set = (
        Dataset(data.frame[rows], data.targets.loc[rows, outcome], data.weights.loc[rows, outcome])
        for rows in (fit, tune)
    )
    return list(fit_peers(train_set, tune_set, usable, seed=SEED).values())


def _peer_facts(peer: Any) -> dict[str, Any]:
    return {"name": peer.name, "settings": peer.settings, "seconds": round(peer.seconds, 1)}


def _subgroups(people: pd.DataFrame) -> pd.DataFrame:
    return standard_subgroups(people, people["race_ethnicity"])


def agreement_with_prevent(model: RiskModel, data: Labelled) -> dict[str, Any]:
    """How far ``cvd_10y`` is from the published equation, percentage points, on test people.

    Two comparisons: with every input these people have against PREVENT's own choice of equation, and with the base
    equation's inputs alone against the base equation.
    """
    rows = data.rows("cvd_10y", "test") & eligible(data.frame, OUTCOME["cvd_10y"])
    people, target = data.frame[rows], data.targets.loc[rows, "cvd_10y"].to_numpy()
    base_inputs = [i for i in PREVENT_INPUTS if i not in ("hba1c", "uacr")]
    base = prevent(people, "base")["total_cvd_10y"].to_numpy()
    return {
        "n": int(rows.sum()),
        "all inputs": _distance(risk_of(model, people, "cvd_10y", model.inputs), target),
        "PREVENT's inputs only": _distance(risk_of(model, people, "cvd_10y", PREVENT_INPUTS), target),
        "base inputs only, against base PREVENT": _distance(risk_of(model, people, "cvd_10y", base_inputs), base),
    }


def _distance(risk: np.ndarray, target: np.ndarray) -> dict[str, list[float] | float]:
    points = 100 * (risk - target)

    def mean(values: np.ndarray) -> list[float]:
        return [round(float(value), 3) for value in bootstrap_mean(values, Plan(seed=SEED))]

    return {
        "mean_absolute_points": mean(np.abs(points)),
        "mean_points": mean(points),
        "p99_absolute_points": round(float(np.quantile(np.abs(points), 0.99)), 2),
    }
