"""One lipid typed without its fellows: what PREVENT does not ask for moves its head little.

LDL cholesterol is computed of total and HDL cholesterol and triglycerides, and a survey has all four or none. A network
that never saw one of them alone may set them off against each other.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.checks import check
from riskmodels.tabular.model import RiskModel, load_shipped

#: percentage points, or share of the estimate, whichever is more
POINTS, SHARE = 0.02, 0.2


@pytest.fixture(scope="module")
def model() -> RiskModel:
    return load_shipped(device="cpu")["population"]


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    """Two hundred invented people with all four lipids, LDL by Friedewald's equation."""
    random, n = np.random.default_rng(15), 200
    lipids = {
        "total_cholesterol": random.normal(200, 35, n).clip(130, 290),
        "hdl_cholesterol": random.normal(52, 12, n).clip(30, 90),
        "triglycerides": np.exp(random.normal(4.7, 0.4, n)).clip(50, 350),
    }
    lipids["ldl_cholesterol"] = (
        lipids["total_cholesterol"] - lipids["hdl_cholesterol"] - lipids["triglycerides"] / 5
    ).clip(40, 220)
    others = {
        "age": random.uniform(40, 75, n),
        "sex": random.integers(0, 2, n),
        "bmi": random.normal(28, 4, n).clip(20, 38),
        "systolic_bp": random.normal(130, 15, n).clip(100, 170),
        "bp_medication": random.integers(0, 2, n),
        "cholesterol_medication": 0,
        "diabetes": 0,
        "smoking": random.integers(0, 3, n),
        "egfr": random.normal(85, 12, n).clip(50, 110),
    }
    return check(pd.DataFrame(lipids | others).astype(float)).frame


@pytest.mark.parametrize("unknown", [["triglycerides"], ["ldl_cholesterol"], ["ldl_cholesterol", "triglycerides"]])
def test_an_unknown_lipid_that_prevent_does_not_ask_for_moves_its_head_little(
    model: RiskModel, people: pd.DataFrame, unknown: list[str]
) -> None:
    whole = model.predict(people).risk["cvd_10y"].to_numpy()
    fewer = model.predict(people.assign(**dict.fromkeys(unknown, np.nan))).risk["cvd_10y"].to_numpy()
    moved = np.abs(fewer - whole)
    far = moved > np.maximum(POINTS, SHARE * whole)
    assert far.mean() <= 0.05, f"{far.mean():.0%} of people, by up to {100 * moved.max():.1f} points"
