"""The figures of trials.csv against the papers' abstracts."""

from __future__ import annotations

import pytest

from riskmodels.care.rules import RULES
from riskmodels.care.trials import read_trials
from riskmodels.scores.prevent import OUTCOMES

PUBLISHED = {
    "ldl_lowering": ((0.78, 0.76, 0.80), 1, "10.1016/S0140-6736(10)61350-5"),
    "pressure_lowering": ((0.80, 0.77, 0.83), 10, "10.1016/S0140-6736(15)01225-8"),
    "smoking_cessation": ((0.64, 0.58, 0.71), None, "10.1001/jama.290.1.86"),
    "dpp_lifestyle": ((0.42, 0.34, 0.52), None, "10.1056/NEJMoa012512"),  # −58 % (48–66)
    "dpp_metformin": ((0.69, 0.57, 0.83), None, "10.1056/NEJMoa012512"),  # −31 % (17–43)
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_effect_interval_and_doi_are_the_published_ones(name):
    trial, (effect, per, doi) = read_trials()[name], PUBLISHED[name]
    assert (trial.relative_risk, trial.doi) == (effect, doi)
    assert trial.per == per if per else trial.per != trial.per


def test_every_trial_is_checked_above():
    assert list(read_trials()) == list(PUBLISHED)


@pytest.mark.parametrize("name", ["dpp_lifestyle", "dpp_metformin"])
def test_diabetes_prevention_has_the_placebo_groups_incidence(name):
    trial = read_trials()[name]
    assert (trial.baseline_rate, trial.horizon_years) == (11.0, 2.8)


@pytest.mark.parametrize("trial", read_trials().values(), ids=lambda trial: trial.name)
def test_every_trial_names_its_rule_population_and_what_was_read(trial):
    assert trial.rule in RULES
    assert trial.population
    assert trial.source_read
    assert trial.doi in trial.reference


@pytest.mark.parametrize("trial", read_trials().values(), ids=lambda trial: trial.name)
def test_interval_holds_the_effect_and_excludes_none(trial):
    value, low, high = trial.relative_risk
    assert 0 < low < value < high < 1


def test_statin_effect_is_not_applied_to_heart_failure():
    assert read_trials()["ldl_lowering"].baseline_prevent == "ascvd_10y"
    assert read_trials()["pressure_lowering"].baseline_prevent.removesuffix("_10y") in OUTCOMES
