from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from riskmodels.cohorts import read_uci_heart
from riskmodels.cohorts.uci_heart import LABEL
from riskmodels.shipping import transfer_trial as trial
from riskmodels.shipping.carried import Start
from riskmodels.tabular.model import SHIPPED, RiskModel
from riskmodels.tabular.recipes import CHEST_PAIN_INPUTS


@pytest.fixture(scope="module")
def cohort() -> trial.Cohort:
    """A hospital that the shipped model has seen: its curves must help."""
    here = read_uci_heart().query("site == 'Hungary'")
    chest = Start.of(RiskModel.load(SHIPPED / "chest_pain", "cpu"), "coronary_disease")
    population = Start.of(RiskModel.load(SHIPPED / "population", "cpu"), "diabetes")
    return trial.Cohort("Hungary", here, here[LABEL], tuple(CHEST_PAIN_INPUTS), (population, chest))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    config = trial.config_for
    monkeypatch.setattr(trial, "config_for", lambda rows: replace(config(rows), epochs=30))


@pytest.mark.usefixtures("quick")
def test_curves_of_the_very_patients_rank_the_others_better(cohort: trial.Cohort) -> None:
    found = trial.compare(cohort, 50, 1)
    assert found["start"][0] > found["none"][0]
    assert found["chosen"] in (found["start"], found["none"])


def test_outcome_that_tells_the_label_best_is_taken(cohort: trial.Cohort) -> None:
    assert trial.nearest(cohort, np.arange(0, 294, 3)).outcome == "coronary_disease"


def test_input_that_the_cohort_lacks_is_not_used_by_a_start(cohort: trial.Cohort) -> None:
    some = replace(cohort, inputs=("age", "sex"))
    changed = replace(some, frame=some.frame.assign(st_depression=4.0))
    first, second = (trial._of_start(c.starts[1], c, c.frame) for c in (some, changed))
    assert (first == second).all()


@pytest.mark.usefixtures("quick")
def test_who_is_judged_has_no_part_in_the_fit(cohort: trial.Cohort) -> None:
    fit, test = np.arange(0, 294, 5), np.arange(1, 294, 5)
    other = cohort.label.copy()
    other.iloc[test] = 1 - other.iloc[test]
    tried = [
        trial._tried(replace(cohort, label=label), fit, test, cohort.starts[1], trial.STIFF[:1], (1.0,))
        for label in (cohort.label, other)
    ]
    np.testing.assert_array_equal(tried[0].outside, tried[1].outside)


def test_line_tells_difference_with_its_interval() -> None:
    rows = pd.DataFrame(
        {
            **{f"none {m}": [0.70, 0.72] for m in ("auroc", "loss")},
            **{f"chosen {m}": [0.72, 0.74] for m in ("auroc", "loss")},
            **{f"start {m}": [0.70, 0.74] for m in ("auroc", "loss")},
            "taken auroc": [1.0, 0.0],
        }
    )
    said = trial._line(rows)
    assert "AUROC 0.710 → 0.730, chosen auroc +0.0200 ± 0.0000, start auroc +0.0100 ± 0.0196" in said
    assert said.endswith("start taken in 50%")
