"""The report: plain JSON, the same people for every score, and tables a person can read."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import InputError
from riskmodels.evaluation import METRICS, auroc, evaluate, markdown


@pytest.fixture(scope="module")
def people() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    logit = rng.normal(-1, 1.2, 700)
    blurred = logit + rng.normal(0, 0.8, 700)
    p, near, far = (1 / (1 + np.exp(-x)) for x in (logit, blurred, rng.normal(-1, 1, 700)))
    return {"label": (rng.random(700) < p).astype(float), "network": p, "logistic": near, "noise": far}


@pytest.fixture(scope="module")
def report(people) -> dict:
    scores = {name: people[name] for name in ("network", "logistic", "noise")}
    sites = pd.DataFrame({"site": np.where(np.arange(700) < 12, "small", "large")})
    return evaluate(people["label"], scores, subgroups=sites, replicates=50)


def test_report_survives_json_unchanged(report):
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_every_metric_stands_for_every_score_with_its_interval(report, people):
    assert {name: list(found) for name, found in report["metrics"].items()} == {
        name: list(METRICS) for name in ("network", "logistic", "noise")
    }
    value, low, high = report["metrics"]["network"]["auroc"]
    assert value == pytest.approx(auroc(people["label"], people["network"]), abs=1e-5)
    assert low < value < high


def test_differences_name_the_best_peer(report):
    found = report["differences"]["brier"]
    assert found["best_peer"] == "logistic"
    assert found["model_minus_peer"]["noise"][0] == pytest.approx(
        report["metrics"]["network"]["brier"][0] - report["metrics"]["noise"]["brier"][0], abs=1e-6
    )


def test_small_subgroup_is_counted_and_not_estimable(report):
    small = next(part for part in report["subgroups"] if part["level"] == "small")
    assert small["n"] == 12
    assert small["metrics"]["auroc"] == [None, None, None]


def test_deciles_hold_everybody(report):
    assert sum(row["n"] for row in report["calibration_deciles"]) == report["n"] == 700


def test_all_scores_are_judged_on_the_people_who_have_all(people):
    gap = people["logistic"].copy()
    gap[:100] = np.nan
    found = evaluate(
        people["label"],
        {"network": people["network"], "logistic": gap},
        subgroups=pd.DataFrame({"all": ["x"] * 700}),
        replicates=5,
    )
    alone = auroc(people["label"][100:], people["network"][100:])
    assert (found["n"], found["left_out"]) == (600, 100)
    assert found["subgroups"][0]["n"] == 600
    assert found["metrics"]["network"]["auroc"][0] == pytest.approx(alone, abs=1e-5)


def test_people_of_weight_0_are_not_counted(people):
    weight = np.r_[np.zeros(100), np.ones(600)]
    report = evaluate(people["label"], {"m": people["network"]}, weight, replicates=5)
    assert (report["n"], report["events"]) == (600, int(people["label"][100:].sum()))


def test_same_seed_gives_the_same_report(people):
    first, again = (evaluate(people["label"], {"m": people["network"]}, seed=4, replicates=20) for _ in range(2))
    assert first == again


def test_one_class_is_reported_as_not_estimable():
    report = evaluate([0, 0, 0], {"model": [0.1, 0.2, 0.3], "peer": [0.1, 0.2, 0.1]}, replicates=5)
    assert report["metrics"]["model"]["auroc"] == [None, None, None]
    assert report["differences"]["auroc"]["best_peer"] is None
    assert "not estimable" in markdown(report)


def test_no_one_at_all_is_reported_and_not_a_crash():
    report = evaluate([np.nan], {"model": [0.1]}, replicates=5)
    assert (report["n"], report["left_out"]) == (0, 1)
    assert "0 people" in markdown(report)


def test_weights_change_the_prevalence_but_not_the_counts(people):
    weight = np.where(people["label"] == 1, 3.0, 1.0)
    report = evaluate(people["label"], {"m": people["network"]}, weight, replicates=5)
    events = int(people["label"].sum())
    assert report["events"] == events
    assert report["prevalence"] == pytest.approx(3 * events / (3 * events + 700 - events), abs=1e-5)


def test_markdown_has_a_table_row_for_every_metric_and_part(report):
    text = markdown(report, "Diabetes")
    assert text.startswith("### Diabetes\n\n700 people, ")
    assert all(f"| {metric.label} | " in text for metric in METRICS.values())
    assert "| site | small | 12 |" in text
    assert "| Brier score | logistic | −0." in text


def test_every_markdown_table_has_as_many_cells_as_its_header(report):
    tables = [block.splitlines() for block in markdown(report).split("\n\n") if block.startswith("|")]
    assert len(tables) == 4
    for lines in tables:
        assert {line.count("|") for line in lines} == {lines[0].count("|")}


def test_nothing_to_evaluate_is_refused():
    with pytest.raises(InputError, match="no score"):
        evaluate([0, 1], {})
