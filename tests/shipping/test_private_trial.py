"""The trial of what differential privacy costs, on made-up people and without Opacus."""

from __future__ import annotations

import math

import pandas as pd

from riskmodels.generated.privacy.card import privacy_card
from riskmodels.shipping.private_trial import Row, measure, table_of, trial, use_of
from riskmodels.shipping.say import Say
from tests.generated.people import people


def cohort(n: int, seed: int) -> pd.DataFrame:
    frame = people(n, seed)[["age", "bmi", "glucose", "male", "diabetes"]].rename(columns={"male": "sex"})
    return frame.assign(glucose=frame.glucose * 18)


def test_real_people_teach_and_have_no_card() -> None:
    row = measure("real people", cohort(800, 0), cohort(800, 1))
    assert row.use["diabetes"] > 0.65
    assert (row.marginals, row.missing) < (0.08, 0.03)
    assert row.card is None


def test_people_in_whom_it_is_the_other_way_round_teach_that() -> None:
    wrong = cohort(800, 0).assign(diabetes=lambda frame: 1 - frame.diabetes)
    assert use_of(wrong, cohort(800, 1), "diabetes") < 0.35


def test_people_who_are_all_alike_cannot_be_learnt_from() -> None:
    assert math.isnan(use_of(cohort(100, 0).assign(diabetes=0.0), cohort(100, 1), "diabetes"))


def test_without_a_budget_the_network_is_fitted_and_measured() -> None:
    said: list[str] = []
    real, none = trial(cohort(700, 0), [], 300, Say(said.append))
    assert (real.people, none.people) == (420, 300)
    assert none.card is not None
    assert none.card.members == 420
    assert len(said) == 2


def test_the_table_says_who_passes() -> None:
    members = cohort(120, 0)
    card = privacy_card(members, members, cohort(120, 1))
    text = table_of(
        [Row("real people", 120, {"diabetes": 0.9}, 0.01, 0.02, None), Row("ε = 1", 90, {}, 0.1, 0.2, card)]
    )
    assert text.splitlines()[0].startswith("| learnt from | people | AUROC diabetes | KS | missing |")
    assert text.splitlines()[2] == "| real people | 120 | 0.900 | 0.010 | 0.020 |  |  |"
    assert text.splitlines()[3].endswith("| refused |")
