from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.explain.surfaces import pair_surface, strongest_pairs
from riskmodels.tabular.model import RiskModel, load_shipped


@pytest.fixture(scope="module")
def shipped() -> RiskModel:
    return load_shipped(device="cpu")["population"]


def log_odds(model: RiskModel, outcome: str, **known: float) -> float:
    return float(model.predict(pd.DataFrame([known], dtype=float)).logit[outcome].iloc[0])


def people_of(model: RiskModel, count: int) -> pd.DataFrame:
    assert model.reference is not None
    return model.reference.people(count)


def test_surface_is_what_two_inputs_do_beyond_what_each_does_alone(shipped: RiskModel) -> None:
    found = pair_surface(
        shipped, "cvd_10y", "age", "systolic_bp", np.array([40.0, 70.0]), np.array([120.0, 150.0, 170.0])
    )
    nothing = pd.DataFrame({"age": [np.nan]})
    base = float(shipped.predict(nothing).logit["cvd_10y"].iloc[0])
    for row, pressure in enumerate(found.y):
        for column, age in enumerate(found.x):
            both = log_odds(shipped, "cvd_10y", age=age, systolic_bp=pressure)
            alone = log_odds(shipped, "cvd_10y", age=age) + log_odds(shipped, "cvd_10y", systolic_bp=pressure)
            assert found.logit[row, column] == pytest.approx(both - alone + base, abs=1e-8)  # of rounded log-odds


def test_surface_is_the_same_whichever_input_is_named_first(shipped: RiskModel) -> None:
    ages, pressures = np.array([45.0, 60.0]), np.array([120.0, 160.0, 180.0])
    one = pair_surface(shipped, "cvd_10y", "age", "systolic_bp", ages, pressures)
    other = pair_surface(shipped, "cvd_10y", "systolic_bp", "age", pressures, ages)
    assert one.logit == pytest.approx(other.logit.T)


def test_surface_where_an_input_is_unknown_is_level_at_nothing(shipped: RiskModel) -> None:
    found = pair_surface(shipped, "cvd_10y", "age", "systolic_bp", np.array([60.0]), np.array([np.nan]))
    assert found.logit[0, 0] == pytest.approx(0, abs=1e-12)


def test_strongest_pairs_come_strongest_first_and_each_once(shipped: RiskModel) -> None:
    pairs = strongest_pairs(shipped, "cvd_10y", people_of(shipped, 200))
    spreads = [pair.spread for pair in pairs]
    assert spreads == sorted(spreads, reverse=True)
    assert len({frozenset((pair.one, pair.other)) for pair in pairs}) == len(pairs) == 10


def test_spread_is_that_of_the_pair_term_over_the_people(shipped: RiskModel) -> None:
    people = people_of(shipped, 60)
    pair = strongest_pairs(shipped, "cvd_10y", people, most=1)[0]
    each = [
        pair_surface(shipped, "cvd_10y", pair.one, pair.other, np.array([a]), np.array([b])).logit[0, 0]
        for a, b in zip(people[pair.one], people[pair.other], strict=True)
    ]
    assert pair.spread == pytest.approx(np.std(each))


def test_people_of_whom_nothing_is_known_show_no_pair(shipped: RiskModel) -> None:
    assert strongest_pairs(shipped, "cvd_10y", pd.DataFrame({"age": [np.nan, np.nan]})) == []
